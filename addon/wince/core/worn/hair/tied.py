"""Hair combed to a knot: it lies on the skull all the way, by the shortest path."""

import numpy as np

from ...steps import smoothstep
from .grow import STEPS
from .solid import unit

CENTRE = np.array([0.0, -0.015, 0.150])              # about which paths turn
KNOT = 0.008                           # radius of the place where all hair meets, metres
LEAST, NEAR = 0.0013, 0.030            # height over the skin, so far from the root, metres
ROUND = 0.080                          # radius of the skull, metres
FLYING, FLIES = 0.012, 0.007           # share of strands that come loose, and how far, metres


def comb(head, ground, cut, rng):
    """Comb strands from their roots to a knot.

    head     coat.Head
    ground   coat.Ground of N roots
    cut      styles.Style with `gather`
    returns  curves (N, STEPS + 1, 3), their lengths (N,), and the lengths to which they are cut (N,), metres: all of it
    """
    count = len(ground.roots)
    knot = np.array(cut.gather) + KNOT * unit(rng.standard_normal((count, 3))) * rng.random((count, 1))
    t = np.linspace(0, 1, STEPS + 1)
    path = _arcs(ground.roots - CENTRE, knot - CENTRE, t) + CENTRE
    path = path + _loosened(ground.roots, cut, t, rng)
    length = np.linalg.norm(np.diff(path, axis=1), axis=2).sum(axis=1)
    height = _heights(length, cut, t, rng)
    for _ in range(3):
        distance, outward = head.body.at(path.reshape(-1, 3))
        path = path + (outward * (height.ravel() - distance)[:, None]).reshape(path.shape)
    path = _over_skin(path, ground, length[:, None] * t)
    return path, np.linalg.norm(np.diff(path, axis=1), axis=2).sum(axis=1), length.copy()


def _over_skin(path, ground, grown):
    """Return paths (N, S, 3) that keep over the skin about their roots, which the grid knows too coarsely; `grown` (N, S) metres."""
    height = np.einsum("nsi,ni->ns", path - ground.roots[:, None], ground.normals)
    least = LEAST * smoothstep(grown, 0.0, 0.005) - grown**2 / (2 * ROUND)
    path = path + ground.normals[:, None] * (np.clip(least - height, 0, 0.006) * (grown < NEAR))[..., None]
    path[:, 0] = ground.roots - 0.0010 * ground.normals
    return path


def _arcs(a, b, t):
    """Return the arcs (N, S, 3) about the origin from a (N, 3) to b (N, 3) at t (S,)."""
    one, two = unit(a), unit(b)
    angle = np.arccos(np.clip((one * two).sum(axis=1), -0.999, 0.999))[:, None]
    first, second = np.sin((1 - t) * angle) / np.sin(angle), np.sin(t * angle) / np.sin(angle)
    size = np.linalg.norm(a, axis=1)[:, None] * (1 - t) + np.linalg.norm(b, axis=1)[:, None] * t
    return (first[..., None] * one[:, None] + second[..., None] * two[:, None]) * size[..., None]


def _loosened(roots, cut, t, rng):
    """Return how strands leave their arcs (N, S, 3): in soft waves that neighbours share, down where they hang a little."""
    wave = np.sin((roots @ (90.0 * rng.standard_normal((3, 3)))).T + rng.uniform(0, 6.28, (3, 1))).sum(axis=0)
    belly = np.sin(np.pi * t)
    side = np.cross(unit(np.array(cut.gather) - roots), unit(roots - CENTRE))
    return (0.0016 * wave[:, None] * belly)[..., None] * side[:, None]


def _heights(length, cut, t, rng):
    """Return how high over the skin strands lie (N, S), metres."""
    count = len(length)
    level = 0.0012 + cut.layer * (0.25 + 0.35 * rng.random(count) ** 1.5)         # smooth: end on, strands that rise alone are bristles
    flies = np.where(rng.random(count) < FLYING, FLIES * rng.random(count), 0.0)
    grown = length[:, None] * t
    rooted = 0.0010 * (1 - smoothstep(grown, 0.0, 0.004))
    return level[:, None] * smoothstep(grown, 0.0, 0.030) - rooted + flies[:, None] * np.sin(np.pi * t)
