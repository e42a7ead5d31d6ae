"""Which of many points is nearest, the same in every process.

BLAS adds in an order that goes with its threads and with where an array lies in memory; of two points about as near as each other now
one is found, now the other. So places are laid on a grid of a micrometre: products of such numbers are exact in float64, and exact sums
have no order. Longer sums that end in a picture go through `np.einsum`, which asks no BLAS.
"""

import numpy as np

GRID = 2.0**20                         # lines a metre
BLOCK = 1024                           # points at once: a table of distances stays small


def squares(points, others):
    """Return the squared distances (N, M) float32 of points (N, D) and others (M, D), metres, all within a few metres of zero."""
    out = np.empty((len(points), len(others)), np.float32)
    for part, own, table in _tables(points, others):
        out[part] = (table + own) / GRID**2
    return out


def nearest(points, others):
    """Return the index (N,) of the nearest of others (M, D) to each of points (N, D); the first of those as near as each other."""
    out = np.empty(len(points), np.intp)
    for part, _, table in _tables(points, others):
        out[part] = table.argmin(axis=1)
    return out


def _tables(points, others):
    """Yield a block of points, their own squares, and what these lack of the squared distances, all on the grid and exact."""
    a, b = (np.rint(np.asarray(places, float) * GRID) for places in (points, others))
    own, theirs = (a * a).sum(axis=1, keepdims=True), (b * b).sum(axis=1, keepdims=True)
    left, right = np.concatenate([a, np.ones_like(own)], axis=1), np.concatenate([-2 * b, theirs], axis=1).T       # one product, one pass
    for first in range(0, len(a), BLOCK):
        part = slice(first, first + BLOCK)
        yield part, own[part], left[part] @ right
