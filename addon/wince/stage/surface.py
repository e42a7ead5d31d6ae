"""The face as Blender renders it: the evaluated, subdivided mesh as arrays, and places on it by surface coordinate."""

import bpy
import numpy as np

from ..bridge import mesh

REGION_FROM = 0.25                     # mean weight from which a face belongs to a region
EDGE = 1e-4                            # a place may lie this far outside a face, in its own coordinates 0..1


class Surface:
    """A mesh object whose topology does not change; places are found once, positions read per expression."""

    def __init__(self, mesh_object):
        self.object = mesh_object

    def evaluate(self):
        """Return vertex positions (N, 3) in metres, world, and unit normals (N, 3); control vertices come first."""
        positions, normals, matrix = mesh.evaluated(self.object, bpy.context.evaluated_depsgraph_get())
        turned = normals @ np.linalg.inv(matrix[:3, :3])            # (M^-1)^T n: the face may be scaled
        return positions @ matrix[:3, :3].T + matrix[:3, 3], turned / np.linalg.norm(turned, axis=1, keepdims=True)

    def places(self, uv):
        """Find surface coordinates on the evaluated mesh.

        uv       (N, 2) pack coordinates; subdivision must interpolate UVs linearly (`uv_smooth` NONE)
        returns  vertices (N, 4) int, weights (N, 4): position = sum of weights * positions[vertices]
        """
        vertices, corners = mesh.evaluated_corners(self.object, bpy.context.evaluated_depsgraph_get())
        face, weights = locate(np.asarray(uv, float), corners)
        return vertices[face], weights


def locate(uv, quads):
    """Find the quad that holds each point of a plane, and the point's bilinear weights in it.

    uv       (N, 2)
    quads    (F, 4, 2)  corners in order; a triangle repeats its last
    returns  face (N,) int, weights (N, 4) summing to 1
    """
    low, high = quads.min(axis=1) - 1e-6, quads.max(axis=1) + 1e-6
    found = [_locate_one(point, np.flatnonzero(((low <= point) & (point <= high)).all(axis=1)), quads) for point in uv]
    return np.array([face for face, _ in found]), np.array([weights for _, weights in found])


def _locate_one(point, candidates, quads):
    """Return (face, weights) of the candidate that holds the point, or comes nearest to it."""
    if not len(candidates):
        raise ValueError(f"no face of the mesh holds the surface coordinate {point}")
    st = _inverse_bilinear(point, quads[candidates])
    outside = np.abs(st - 0.5).max(axis=1) - 0.5
    best = int(np.argmin(outside))
    if not outside[best] <= EDGE:
        raise ValueError(f"no face of the mesh holds the surface coordinate {point}")
    s, t = np.clip(st[best], 0, 1)
    return candidates[best], np.array([(1 - s) * (1 - t), s * (1 - t), s * t, (1 - s) * t])


def _inverse_bilinear(point, quads):
    """Return (s, t) of a point in each quad (K, 4, 2), (K, 2), by Newton; quads are nearly parallelograms."""
    a, b, c, d = quads.transpose(1, 0, 2)
    st = np.full((len(quads), 2), 0.5)
    for _ in range(12):
        s, t = st[:, :1], st[:, 1:]
        miss = (1 - s) * (1 - t) * a + s * (1 - t) * b + s * t * c + (1 - s) * t * d - point
        along, across = (1 - t) * (b - a) + t * (c - d), (1 - s) * (d - a) + s * (c - b)
        area = along[:, 0] * across[:, 1] - along[:, 1] * across[:, 0]
        area = np.where(np.abs(area) < 1e-14, 1e-14, area)
        st = st - np.stack([across[:, 1] * miss[:, 0] - across[:, 0] * miss[:, 1],
                            along[:, 0] * miss[:, 1] - along[:, 1] * miss[:, 0]], axis=1) / area[:, None]
        st = np.clip(st, -2, 3)
    return st


def vertex_areas(positions, faces):
    """Return the area (V,) that each control vertex stands for: a quarter of the quads (F, 4) around it."""
    across = positions[faces[:, 2]] - positions[faces[:, 0]], positions[faces[:, 3]] - positions[faces[:, 1]]
    area = np.linalg.norm(np.cross(*across), axis=1) / 2
    return np.bincount(faces.ravel(), np.repeat(area / 4, 4), minlength=len(positions))


def region_numbers(regions, faces):
    """Return the number (F,) of the region that is strongest on each face; 0: none.

    regions  {name: (V,) 0..1}; the k-th name in alphabetical order has number k, from 1
    faces    (F, 4)
    """
    weight = np.array([regions[name] for name in sorted(regions)])[:, faces].mean(axis=2)
    return np.where(weight.max(axis=0) >= REGION_FROM, 1 + weight.argmax(axis=0), 0)
