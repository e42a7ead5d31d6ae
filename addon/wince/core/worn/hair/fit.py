"""A groom of the average adult taken to another head: roots go exactly with the skin, the rest with what is near it, smoothly."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...near import squares
from .. import binding
from .solid import HIGH, LOW, vertex_normals

CELL = 0.030                           # of the grid that says how the space about a head goes with it, metres
REACH = 0.016                          # how far one vertex speaks, metres
HELD = 0.060                           # metres of strand along which what is particular to the root dies out


@dataclass(frozen=True, eq=False)
class Fit:
    """corners (N, 3), weights (N, 3) of the roots; near (M,) vertices and shares (M, G), how G nodes of the grid go with them; cells
    (N * K, 8) of those nodes and parts (N * K, 8) of K points along each strand; along (S, K) from those to all points; held (N, K) how
    much of the root's own motion they keep."""

    corners: np.ndarray
    weights: np.ndarray
    near: np.ndarray
    shares: np.ndarray
    cells: np.ndarray
    parts: np.ndarray
    along: np.ndarray
    held: np.ndarray


def fit(pack, curves, length, corners, weights, knots):
    """Return the Fit of strands (N, S, 3), `length` (N,) metres, from roots; `knots` points along each are looked up."""
    steps = curves.shape[1]
    at = np.linspace(0, steps - 1, knots)
    along = np.clip(1 - abs(np.arange(steps)[:, None] - at) / (at[1] - at[0]), 0, 1)
    cells, parts = _corners(curves[:, np.rint(at).astype(int)].reshape(-1, 3))
    used, cells = np.unique(cells, return_inverse=True)
    near, shares = _shares(pack, _nodes()[used])
    held = np.exp(-length[:, None] * np.linspace(0, 1, knots) / HELD)
    return Fit(corners, weights.astype(np.float32), near, shares, cells.reshape(parts.shape), parts, along.astype(np.float32),
               held.astype(np.float32))


def motion(fitted, pack, base):
    """Return how strands move (N, S, 3) float32 from the average adult to a face whose vertices are base (V, 3), see binding.shown."""
    moved = (base - binding.rest(pack)).astype(np.float32)
    nodes = np.einsum("cv,vg->gc", np.ascontiguousarray(moved[fitted.near].T), fitted.shares)
    count, knots = fitted.held.shape
    field = np.matmul(fitted.parts[:, None], nodes[fitted.cells]).reshape(count, knots, 3)
    own = np.matmul(fitted.weights[:, None], moved[fitted.corners])[:, 0] - field[:, 0]
    return np.matmul(fitted.along, field + fitted.held[..., None] * own[:, None])


def _shares(pack, nodes):
    """Return vertices (M,) and shares (M, G) float32 that say how nodes (G, 3) go with the skin near them."""
    on, areas = _speakers(pack)
    share = squares(binding.rest(pack)[on], nodes)
    share /= 2 * REACH**2
    np.exp(np.subtract(share.min(axis=0), share, out=share), out=share)
    share *= areas[:, None]
    share /= share.sum(axis=0)
    return on, share


@lru_cache(maxsize=2)
def _speakers(pack):
    """Return the vertices (M,) that say how the space about a head goes, and how much skin each stands for, (M,) float32."""
    base, faces = binding.rest(pack), pack.faces_of("skin")
    on = np.flatnonzero(pack.exterior & (vertex_normals(base, faces) ** 2).sum(axis=1).astype(bool) & ~_face(base))
    return on, _areas(base, faces)[on].astype(np.float32)


def _nodes():
    return np.stack(np.meshgrid(*_ticks(), indexing="ij"), axis=-1).reshape(-1, 3)


def _face(base):
    """Return whether a vertex lies in the middle of the face, where no hair is near."""
    return (base[:, 1] < -0.105) & (base[:, 2] < 0.150) & (base[:, 2] > 0.02)


def _areas(base, faces):
    size = np.linalg.norm(np.cross(base[faces[:, 2]] - base[faces[:, 0]], base[faces[:, 3]] - base[faces[:, 1]]), axis=1)
    out = np.zeros(len(base))
    np.add.at(out, faces, size[:, None])
    return out


def _ticks():
    return [np.arange(a, b + CELL, CELL) for a, b in zip(LOW, HIGH)]


def _corners(points):
    """Return the nodes (P, 8) about points (P, 3), and their trilinear shares (P, 8)."""
    size = np.array([len(ticks) for ticks in _ticks()])
    place = np.clip((points - LOW) / CELL, 0, size - 1.001)
    cell = place.astype(int)
    within = (place - cell).T
    share, first = (1 - within, within), (cell[:, 0] * size[1] + cell[:, 1]) * size[2] + cell[:, 2]
    nodes, parts = np.empty((len(points), 8), np.int32), np.empty((len(points), 8), np.float32)
    for corner, (x, y, z) in enumerate(np.ndindex(2, 2, 2)):
        nodes[:, corner] = first + (x * size[1] + y) * size[2] + z
        parts[:, corner] = share[x][0] * share[y][1] * share[z][2]
    return nodes, parts
