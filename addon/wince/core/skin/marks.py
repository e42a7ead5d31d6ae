"""Dots in a picture: freckles, moles, age spots. Drawn all over the atlas, kept where they may be, so that more of them moves none."""

import numpy as np

BATCHES = ((0, 3), (3, 8), (8, 40))    # texels: dots of like size are stamped together


def places(rng, count, size):
    """Return (where (n, 2) row and column in texels, and a chance (n,) 0..1 for each) of candidates all over a picture."""
    drawn = rng.random((count, 3))
    return drawn[:, :2] * size, drawn[:, 2]


def kept(chance, likely, most):
    """Return which candidates (n,) bool are kept: whose chance (n,) is below the likelihood (n,) at their place; at most `most`."""
    keep = chance < likely
    return keep & (np.cumsum(keep) <= most)


def stamp(picture, size, where, radius, strength, ragged=None):
    """Raise a flat picture (size * size,) to soft dots, in place; where dots overlap the stronger counts.

    where      (n, 2) row and column, texels; strength (n,)
    radius     (n,) or, along rows and columns, (n, 2) texels, where a dot has half its strength
    ragged     (n, 3) size and phase of two and three lobes: how far from round (size, phase, phase); None for round
    """
    radius = np.broadcast_to(radius if radius.ndim == 2 else radius[:, None], (len(where), 2))
    most = radius.max(axis=1)
    for low, high in BATCHES:
        some = (most > low) & (most <= high)
        if some.any():
            _stamp(picture, size, where[some], radius[some], strength[some], None if ragged is None else ragged[some])


def _stamp(picture, size, where, radius, strength, ragged):
    """Raise a picture to dots of about one size."""
    reach = int(np.ceil(radius.max() * 2.2)) + 1
    step = np.arange(-reach, reach + 1)
    middle = np.floor(where).astype(int)
    dy = (step[None, :, None] + (middle[:, 0] - where[:, 0])[:, None, None]) / radius[:, 0, None, None]
    dx = (step[None, None, :] + (middle[:, 1] - where[:, 1])[:, None, None]) / radius[:, 1, None, None]
    away = np.hypot(dy, dx).astype(np.float32)
    if ragged is not None:
        away *= _lobes(np.arctan2(dy, dx).astype(np.float32), ragged.astype(np.float32))
    value = strength[:, None, None].astype(np.float32) / (1 + away ** 4)
    value = np.where(np.abs(value) > 0.02, value, 0)
    rows, columns = (middle[:, 0, None] + step) % size, (middle[:, 1, None] + step) % size
    np.maximum.at(picture, (rows[:, :, None] * size + columns[:, None, :]).ravel(), value.ravel())


def _lobes(angle, ragged):
    """Return how much farther from its middle a ragged dot's edge is, (n, h, w)."""
    size, two, three = ragged.T[:, :, None, None]
    return 1 + size * (np.cos(2 * angle + two) + np.float32(0.6) * np.cos(3 * angle + three))
