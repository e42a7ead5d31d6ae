"""Small meshes with an atlas, as a pack and a Surface: what the finish can be told exactly on."""

from types import SimpleNamespace

import numpy as np
from scipy import ndimage

from wince.core import atlas
from wince_headless.paint.surface import Mesh, Surface

CUT = 40                               # faces around the cylinder


def two_charts():
    """Return a plane 0..2 x 0..1 of two squares whose atlas has a gutter between them, the right one upside down."""
    points, faces, uv, uv_faces = _grid(lambda s, t: (2 * s, t, 0 * s), 8, 4)
    right = np.arange(len(faces)) % 8 >= 4
    nodes = np.concatenate([uv, uv])
    nodes[:len(uv)] = np.stack([0.1 + 0.7 * uv[:, 0], 0.1 + 0.35 * uv[:, 1]], axis=1)
    nodes[len(uv):] = np.stack([0.9 - 0.7 * (uv[:, 0] - 0.5) - 0.35, 0.9 - 0.35 * uv[:, 1]], axis=1)
    return pack(points, faces, nodes, uv_faces + right[:, None] * len(uv))


def cylinder():
    """Return a tube around Z, radius 0.05, cut open at its back; the atlas touches its left and right ends."""
    points, faces, uv, uv_faces = _grid(_tube, CUT, 12)
    last = np.arange(len(points)) % (CUT + 1) == CUT
    same = np.arange(len(points)) - last * CUT                                    # the cut's two sides are one row of vertices
    return pack(points, same[faces], np.stack([uv[:, 0], 0.1 + 0.8 * uv[:, 1]], axis=1), uv_faces)


def _tube(s, t):
    turn = 2 * np.pi * s
    return 0.05 * np.sin(turn), 0.05 * np.cos(turn), 0.25 * t


def pack(points, faces, uv, uv_faces):
    """Return what of a FacePack a surface needs; hashable, as packs are."""
    return _Pack(base=points.astype(np.float32), faces=faces, uv=uv.astype(np.float32), uv_faces=uv_faces)


class _Pack(SimpleNamespace):
    __hash__ = object.__hash__


def surface(pack, size, points=None, rounds=4):
    """Return the Surface of a mesh: all of it is bare skin that may be painted.

    points   (V, 3), None for the pack's own
    """
    points = pack.base if points is None else points
    found = atlas.texels(pack.faces, pack.uv, pack.uv_faces, size)
    order = np.unique(found.index, return_index=True)[1]                           # a texel on an edge is found in both faces
    index, corners, weights = found.index[order], found.corners[order], found.weights[order]
    place, normal = (np.einsum("nk,nkc->nc", weights, v[corners]) for v in (points, _normals(points, pack.faces)))
    far, (row, column) = ndimage.distance_transform_edt(~found.covered(), return_indices=True)
    source = np.where(far > rounds, -1, np.searchsorted(index, row * size + column)).astype(np.int32).ravel()
    one = np.ones(len(index), np.float32)
    triangles = np.concatenate([pack.faces[:, [0, 1, 2]], pack.faces[:, [0, 2, 3]]]).astype(np.int32)
    uv = np.concatenate([pack.uv[pack.uv_faces[:, half]] for half in ([0, 1, 2], [0, 2, 3])])
    mesh = Mesh(points.astype(np.float32), _normals(points, pack.faces).astype(np.float32), triangles, uv)
    area = _area(pack, points, found, order, size)
    return Surface(size, index, place.astype(np.float32), normal.astype(np.float32), area, one, one.copy(), source, mesh)


def _grid(shape, wide, high):
    """Return points, faces, uv, uv_faces of a grid of quads."""
    t, s = np.meshgrid(np.linspace(0, 1, high + 1), np.linspace(0, 1, wide + 1), indexing="ij")
    uv = np.stack([s.ravel(), t.ravel()], axis=1)
    corner = np.arange((wide + 1) * high).reshape(high, wide + 1)[:, :-1].ravel()
    faces = np.stack([corner, corner + 1, corner + wide + 2, corner + wide + 1], axis=1)
    return np.stack(np.broadcast_arrays(*shape(uv[:, 0], uv[:, 1])), axis=1), faces, uv, faces.copy()


def _normals(points, faces):
    """Return the normals (V, 3) of vertices."""
    flat = np.cross(points[faces[:, 2]] - points[faces[:, 0]], points[faces[:, 3]] - points[faces[:, 1]])
    out = np.zeros(points.shape)
    for k in range(4):
        np.add.at(out, faces[:, k], flat)
    return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-12)


def _area(pack, points, found, order, size):
    """Return the area (N,) that each texel shows, averaged over the corners of its triangle."""
    mesh, chart = np.zeros(len(points)), np.zeros(len(points))
    for half in ([0, 1, 2], [0, 2, 3]):
        a, b, c = np.moveaxis(points[pack.faces[:, half]].astype(float), 1, 0)
        p, q, r = np.moveaxis(pack.uv[pack.uv_faces[:, half]].astype(float), 1, 0)
        flat = np.abs((q - p)[:, 0] * (r - p)[:, 1] - (q - p)[:, 1] * (r - p)[:, 0])
        for k in half:
            np.add.at(mesh, pack.faces[:, k], np.linalg.norm(np.cross(b - a, c - a), axis=1))
            np.add.at(chart, pack.faces[:, k], flat)
    ratio = mesh / np.maximum(chart, 1e-12) / size ** 2
    return np.einsum("nk,nk->n", found.weights, ratio[found.corners])[order].astype(np.float32)
