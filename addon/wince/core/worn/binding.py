"""Points tied to triangles of a face's mesh: they go where their triangle goes, keep their distance, and never stretch.

The same few lines are evaluated by numpy, for another neutral face, and by Geometry Nodes, for its expressions: see `frames`. Both
measure from the skin that is seen, whose vertices subdivision has moved a little: `shown` and `rest` are where they are then.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .. import subdivision


@dataclass(frozen=True, eq=False)
class Binding:
    """Where N points are.

    corners  (N, 3) int, vertices of a triangle of the face's mesh
    local    (N, 3) metres, in the triangle's frame, from its first corner
    """

    corners: np.ndarray
    local: np.ndarray


@lru_cache(maxsize=2)
def smooth(pack):
    """Return the subdivision.Rows that take a pack's vertices (V, 3) to where subdivision shows them."""
    return subdivision.limit(pack.faces, len(pack.base))


@lru_cache(maxsize=2)
def rest(pack):
    """Return where the vertices of the average adult are seen, (V, 3) metres: what things are made on."""
    return smooth(pack).of(pack.base.astype(np.float64))


@lru_cache(maxsize=2)
def shown(person):
    """Return where the vertices of a person's neutral face are seen, (V, 3) metres: what things are placed on."""
    return smooth(person.pack).of(person.base)


def frames(triangles):
    """Return the frames of triangles (N, 3, 3), (N, 3, 3): rows are x along the first edge, y across it in the plane, z the normal."""
    a, b, c = np.moveaxis(triangles, 1, 0)
    x = unit(b - a)
    z = unit(np.cross(b - a, c - a))
    return np.stack([x, np.cross(z, x), z], axis=1)


def bind(points, corners, base):
    """Tie points (N, 3) to triangles, corners (N, 3), of a mesh whose vertices are base (V, 3), see `rest`; returns Binding."""
    triangles = base[corners]
    local = np.einsum("nij,nj->ni", frames(triangles), points - triangles[:, 0])
    return Binding(corners, local)


def place(binding, base):
    """Return where the points (N, 3) are on a mesh whose vertices are base (V, 3), see `shown`."""
    triangles = base[binding.corners]
    return triangles[:, 0] + np.einsum("nij,ni->nj", frames(triangles), binding.local)


def unit(vectors):
    """Return vectors (..., 3) at length 1."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
