"""Points tied to triangles of a face's mesh: they go where their triangle goes, keep their distance, and never stretch.

The same few lines are evaluated by numpy, for another neutral face, and by Geometry Nodes, for its expressions: see `frames`.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Binding:
    """Where N points are.

    corners  (N, 3) int, vertices of a triangle of the face's mesh
    local    (N, 3) metres, in the triangle's frame, from its first corner
    """

    corners: np.ndarray
    local: np.ndarray


def frames(triangles):
    """Return the frames of triangles (N, 3, 3), (N, 3, 3): rows are x along the first edge, y across it in the plane, z the normal."""
    a, b, c = np.moveaxis(triangles, 1, 0)
    x = _unit(b - a)
    z = _unit(np.cross(b - a, c - a))
    return np.stack([x, np.cross(z, x), z], axis=1)


def bind(points, corners, base):
    """Tie points (N, 3) to triangles, corners (N, 3), of a mesh whose vertices are base (V, 3); returns Binding."""
    triangles = base[corners]
    local = np.einsum("nij,nj->ni", frames(triangles), points - triangles[:, 0])
    return Binding(corners, local)


def place(binding, base):
    """Return where the points (N, 3) are on a mesh whose vertices are base (V, 3)."""
    triangles = base[binding.corners]
    return triangles[:, 0] + np.einsum("nij,ni->nj", frames(triangles), binding.local)


def _unit(vectors):
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
