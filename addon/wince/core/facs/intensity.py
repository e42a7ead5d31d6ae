"""The two intensities of an action unit, and the one curve between them.

FACS letters are unequal steps: A is a trace, C covers a wide middle, E is the maximum. So the intensity 0..5 (0 absent, A..E = 1..5)
is what people code, and the share 0..1 of full displacement is what moves the mesh. Between the six knots runs a cubic Hermite
spline whose slopes are written down here; they meet the condition of Fritsch and Carlson (1980), so that it never turns back.
A Bezier F-curve with handles a third of a step long, at these slopes, is the same curve.
"""

import numpy as np

CURVE_VERSION = "1"
LETTERS = "ABCDE"
KNOTS = np.array([0.0, 0.12, 0.28, 0.52, 0.80, 1.0])       # (6,) share at intensity 0..5
SLOPES = np.array([0.10, 0.14, 0.20, 0.26, 0.24, 0.16])    # (6,) share per step there
KNOTS.flags.writeable = SLOPES.flags.writeable = False

HALVINGS = 56                                              # 5 / 2^56 is below a float's own step


def share(intensity):
    """Return the share of full displacement at an intensity.

    intensity  (...)  0..5, clamped
    returns    (...)  0..1, exact at the knots, strictly increasing between 0 and 5
    """
    x = np.clip(np.asarray(intensity, dtype=float), 0.0, 5.0)
    left = np.minimum(x.astype(int), 4)
    t = x - left
    # In the Hermite basis, not in powers of t: at t = 0 and t = 1 it gives the knots without a rounding error.
    rise = t * t * (3.0 - 2.0 * t)
    bend = t * (1.0 - t) * (SLOPES[left] * (1.0 - t) - SLOPES[left + 1] * t)
    return (1.0 - rise) * KNOTS[left] + rise * KNOTS[left + 1] + bend


def intensity(fraction):
    """Return the intensity that moves the mesh by a share: the inverse of `share`.

    fraction  (...)  0..1, clamped
    returns   (...)  0..5, within 1e-9
    """
    target = np.clip(np.asarray(fraction, dtype=float), 0.0, 1.0)
    low, high = np.zeros_like(target), np.full_like(target, 5.0)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        below = share(middle) < target
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.round(high, 12)[()]                          # so that the knots come back whole; [()] makes a scalar of a scalar


def code(intensity):
    """Return the nearest FACS code; halves go up, so that a closure of 4.5 is E.

    intensity  (...)      0..5, clamped
    returns    (...) int  0..5
    """
    return np.floor(np.clip(np.asarray(intensity, dtype=float), 0.0, 5.0) + 0.5).astype(int)[()]


def nearest(intensity: float) -> int:
    """Return the FACS code of one intensity that is known to lie in 0..5; as `code`, which is for arrays and twenty times as slow."""
    return int(intensity + 0.5)
