"""Folds of cloth: soft ridges along curves that are drawn where cloth folds on somebody who sits or lies."""

import numpy as np

STEPS = 14                             # points along a ridge
# Of each kind: how many, and where its ends lie (angle from the front in radians, metres down from the neckline), how far it sags,
# metres, its height, of a garment's, and its half width, metres
KINDS = (
    (4, (-0.85, 0.030), (0.85, 0.030), (0.015, 0.060), 0.55, 0.009),         # swags below the neckline, from collarbone to collarbone
    (3, (0.95, 0.035), (0.25, 0.125), (-0.010, 0.015), 0.95, 0.010),         # from a shoulder to the chest
    (3, (1.45, 0.105), (0.60, 0.085), (-0.015, 0.020), 0.90, 0.009),         # from an armpit over the chest
    (3, (1.75, 0.080), (1.30, 0.125), (-0.005, 0.010), 0.80, 0.008),         # across a sleeve
    (4, (0.80, 0.150), (0.45, 0.330), (-0.020, 0.020), 1.10, 0.015),         # hanging
    (3, (2.20, 0.040), (2.75, 0.130), (-0.010, 0.015), 0.80, 0.011),         # from a shoulder over the back
)


def heights(azimuth, down, around, rng):
    """Return folds 0..1.5 of a garment.

    azimuth, down   (rows, columns) radians from the front, metres down the cloth from the neckline
    around          metres from the middle to the neckline, of cloth spread out flat
    """
    place = _flat(azimuth, down, around)
    out = np.zeros(down.shape)
    for ridge, height, width in _ridges(around, rng):
        near = ((place > ridge.min(axis=0) - 4.5 * width) & (place < ridge.max(axis=0) + 4.5 * width)).all(axis=-1)
        out[near] += height * _ridge(*_beside(place[near], ridge), width)
    return np.clip(0.35 + out, 0, 1.5)


def _ridge(gap, along, width):
    """Return the height of one fold, 1 at its middle: it fades to its ends, falls steeper on one side, and has shallow troughs."""
    fade = np.sin(np.pi * np.clip(along * 0.84 + 0.08, 0, 1)) ** 0.8
    flank = np.where(gap > 0, 1.0, 1.7)
    return fade * (np.exp(-(gap * flank / width) ** 2) - 0.35 * np.exp(-((np.abs(gap) - 2.2 * width) / width) ** 2))


def _ridges(around, rng):
    """Yield (points (STEPS, 2), height, half width) of every fold, most on both sides and never alike."""
    for count, start, end, sag, height, width in KINDS:
        sides = (1,) if start[0] < 0 else (-1, 1)
        for side in sides:
            for number in range(count):
                lead = (number + rng.uniform(0.1, 0.9)) / count - 0.5
                ends = [(side * (angle + rng.normal() * 0.10), max(low + 0.05 * lead + rng.normal() * 0.008, 0.008))
                        for angle, low in (start, end)]
                yield _bow(*(_flat(*np.array(end), around) for end in ends), rng.uniform(*sag) + 0.03 * (len(sides) == 1) * lead), \
                    height * rng.uniform(0.35, 1.0), width * rng.uniform(0.75, 1.35)


def _bow(start, end, sag):
    """Return points along a curve from one place to another that sags between."""
    share = np.linspace(0, 1, STEPS)[:, None]
    return start + share * (end - start) + 4 * sag * share * (1 - share) * np.array([0.0, 1.0])


def _flat(azimuth, down, around):
    return (around + np.asarray(down))[..., None] * np.stack([np.sin(azimuth), np.cos(azimuth)], axis=-1)


def _beside(place, ridge):
    """Return how far places (..., 2) are beside a curve, signed, metres, and where along it they are, 0..1."""
    away = place[..., None, :] - ridge
    gap = np.einsum("...i,...i->...", away, away)
    nearest = gap.argmin(axis=-1)
    ahead = np.gradient(ridge, axis=0)[nearest]
    beside = np.take_along_axis(away, nearest[..., None, None], axis=-2)[..., 0, :]
    length = np.maximum(np.linalg.norm(ahead, axis=-1), 1e-9)
    side = (ahead[..., 0] * beside[..., 1] - ahead[..., 1] * beside[..., 0]) / length
    over = np.maximum(np.sqrt(gap.min(axis=-1)) - np.abs(side), 0) * np.isin(nearest, (0, STEPS - 1))
    return np.where(side < 0, -1, 1) * (np.abs(side) + over), nearest / (STEPS - 1)
