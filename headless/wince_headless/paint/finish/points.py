"""Between the texels of an atlas and the points of its mesh: what is wider than a few millimetres is known there as well, and small."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from scipy import sparse

from wince.core import atlas


@dataclass(frozen=True, eq=False)
class Points:
    """Where the N texels of a Surface lie on its mesh of P points.

    corners   (N, 3) int32, weights (N, 3) float32: a texel's place in its triangle
    """

    count: int
    corners: np.ndarray
    weights: np.ndarray

    def mean(self, values, weight):
        """Return the mean (P, C) of values (N, C) around each point, 0 where nothing counts, and how much counted there (P,)."""
        weight = np.maximum(weight, 0)
        columns = np.empty((len(weight), values.shape[1] + 1))
        columns[:, -1], columns[:, :-1] = weight, weight[:, None] * values
        sums = self._matrix.T @ columns
        return sums[:, :-1] / np.maximum(sums[:, -1:], 1e-30), sums[:, -1]

    def at(self, values):
        """Return values (P, C) of points at the texels, (N, C) float32."""
        return self._matrix @ values.astype(np.float32)

    @cached_property
    def _matrix(self):
        """From points to texels, (N, P)."""
        ends = np.arange(0, self.corners.size + 1, self.corners.shape[1], dtype=np.int32)
        return sparse.csr_matrix((self.weights.ravel(), self.corners.ravel(), ends), (len(self.corners), self.count))


@lru_cache(1)                          # delighting and what follows ask for one surface's, one after the other
def of(surface):
    """Return the Points of a Surface."""
    mesh, size = surface.mesh, surface.size
    skin = np.flatnonzero(np.isfinite(mesh.uv).all(axis=(1, 2)))
    number, x, y, weights = atlas.fragments(mesh.uv[skin].astype(float) * size - 0.5, size, size)
    place = np.full(size * size, -1, np.int64)
    place[y * size + x] = np.arange(len(number))
    found = place[surface.index]
    corners = mesh.triangles[skin[number[found]]].astype(np.int32)
    weights = np.clip(weights[:, found].T, 0, 1) * (found >= 0)[:, None]
    return Points(len(mesh.points), corners, weights.astype(np.float32))


def smoother(mesh):
    """Return the sparse matrix (P, P) that replaces each point's value by the mean of it and its neighbours'."""
    one, two = mesh.triangles[:, [0, 1, 2]].ravel(), mesh.triangles[:, [1, 2, 0]].ravel()
    count = len(mesh.points)
    beside = sparse.coo_matrix((np.ones(2 * len(one)), (np.concatenate([one, two]), np.concatenate([two, one]))), (count, count)).tocsr()
    beside.data[:] = 1
    beside = beside + sparse.identity(count)
    return sparse.diags(1 / np.asarray(beside.sum(axis=1)).ravel()) @ beside


def smoothed(matrix, values, rounds):
    """Return values (P, ...) after so many rounds of a smoother; what spreads is about 3 mm times the root of two thirds of them."""
    for _ in range(rounds):
        values = matrix @ values
    return values
