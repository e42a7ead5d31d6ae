"""Dots in a picture: freckles, moles, age spots. Drawn all over the atlas, kept where they may be, so that more of them moves none."""

import numpy as np


def places(rng, count, size):
    """Return (where (n, 2) row and column in texels, and a chance (n,) 0..1 for each) of candidates all over a picture."""
    drawn = rng.random((count, 3))
    return drawn[:, :2] * size, drawn[:, 2]


def kept(where, chance, likely, size, most):
    """Return which candidates (n,) bool are kept: whose chance is below the likelihood (size * size,) at their place; at most `most`."""
    row, column = np.minimum(where.astype(int), size - 1).T
    keep = chance < likely[row * size + column]
    return keep & (np.cumsum(keep) <= most)


def stamp(picture, size, where, radius, strength, ragged=None):
    """Raise a flat picture (size * size,) to soft dots, in place; where dots overlap the stronger counts.

    where      (n, 2) row and column, texels; radius (n,) texels, where a dot has half its strength; strength (n,)
    ragged     (n, 3) size and phase of two and three lobes: how far from round (size, phase, phase); None for round
    """
    if not len(where):
        return
    reach = int(np.ceil(radius.max() * 2.2)) + 1
    step = np.arange(-reach, reach + 1)
    middle = np.floor(where).astype(int)
    dy = (step[None, :, None] + (middle[:, 0] - where[:, 0])[:, None, None])
    dx = (step[None, None, :] + (middle[:, 1] - where[:, 1])[:, None, None])
    away = np.hypot(dy, dx) / radius[:, None, None]
    if ragged is not None:
        angle = np.arctan2(dy, dx)
        lobes = np.cos(2 * angle + ragged[:, 1, None, None]) + 0.6 * np.cos(3 * angle + ragged[:, 2, None, None])
        away = away * (1 + ragged[:, 0, None, None] * lobes)
    value = strength[:, None, None] / (1 + away ** 4)
    value = np.where(value > 0.02, value, 0).astype(np.float32)
    rows, columns = (middle[:, 0, None] + step) % size, (middle[:, 1, None] + step) % size
    np.maximum.at(picture, (rows[:, :, None] * size + columns[:, None, :]).ravel(), value.ravel())
