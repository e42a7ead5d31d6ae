"""Where hair grows: the hairline as a curve about the head of the average adult, what years take from it, and where roots are."""

from functools import lru_cache

import numpy as np

from ... import turns
from ...steps import smoothstep
from ...streams import stream
from .. import binding
from .solid import unit, vertex_normals

CENTRE = np.array([0.0, -0.040, 0.150])             # of the head; the hairline is azimuth and elevation about it
WHORL = np.array([0.006, 0.022, 0.236])             # where hair turns, at the crown
RADIUS = 0.085                                      # from angles to millimetres of hairline, metres
EDGE = np.array([-0.003, 0.010])                    # metres inside the hairline where hair begins, and is full
PALE = 0.5                                          # how much less of hair's colour the scalp has where hair is faded
SHY, TINT_FADE = 0.002, 1.3                         # the skin's tint begins farther in than the hair, metres, and more gently
BARED = -0.001, 0.9                                 # the same under fine hair at the hairline, which is close

# Azimuth 0 is ahead, 180 behind, both sides alike; degrees.  Ahead and temples, sideburn, over and behind the ear, nape.
WOMAN = [(0, 37.5), (12, 37.2), (22, 36.0), (30, 33.5), (37, 28.5), (43, 21.5), (48, 13.5), (53, 5.0), (57, -4.0), (60, -10.0), (66, -10.0),
         (69, -1.0), (74, 2.0), (94, 1.0), (103, -12.0), (111, -28.0), (122, -40.0), (140, -46.0), (160, -49.0), (180, -47.0)]
MAN = [(0, 38.5), (12, 39.0), (22, 40.5), (30, 41.0), (37, 36.5), (43, 27.5), (48, 15.5), (52, 7.0), (55, -5.0), (58, -19.0), (66, -19.0),
       (69, -1.0), (74, 2.0), (94, 1.0), (103, -12.0), (111, -28.0), (122, -40.0), (140, -47.0), (160, -51.0), (180, -50.0)]
# What is somebody's own: (woman's middle, man's, spread, low, high), degrees.  A peak below 1.5 is none.
OWN = {"height": (0.0, 0.5, 2.2, -4.0, 4.5), "peak": (1.0, 1.0, 3.0, 0.0, 7.0), "corner": (-0.5, 3.0, 2.6, -5.0, 9.0),
       "square": (-1.0, 1.0, 2.0, -4.0, 4.0), "temple": (1.0, 0.5, 2.2, -3.0, 5.5), "sideburn": (0.0, 0.0, 3.5, -6.0, 6.0)}
AHEAD, LEAST = 5.5, 6.0                             # degrees that parted hair lies further ahead; never below the middle woman's less LEAST
LOWEST = 0.014                                      # metres that anybody's hairline lies outside the middle ones, at the most


def angles(points):
    """Return (azimuth, elevation) of points (..., 3) about the head, degrees: 0 ahead, both sides alike."""
    azimuth, elevation = turns.bearing(points - CENTRE)
    return np.degrees(abs(azimuth)), np.degrees(elevation)


def own(man, seed):
    """Return {trait: degrees} of somebody's hairline, see OWN; `seed` the look's, None for the middle of all."""
    draws = np.zeros(len(OWN)) if seed is None else stream(seed, "hair.line").standard_normal(len(OWN))
    return {name: float(np.clip((1 - man) * woman + man * mans + spread * draw, low, high))
            for draw, (name, (woman, mans, spread, low, high)) in zip(draws, OWN.items(), strict=True)}


def hairline(man, receded, seed=None, parted=False):
    """Return the hairline, (P, 2) degrees of azimuth and elevation.

    man       0 woman .. 1 man
    receded   0..1: temples first, then the whole front (Hamilton 1951, Norwood 1975)
    seed      the look's: high or low, round or square, with a peak or without; None: the middle of all
    parted    whether hair is parted: it rises from the scalp behind its edge, and a forehead looks the higher for it
    """
    azimuth = np.arange(0, 181, 1.5)
    line = sum(share * np.interp(azimuth, *np.transpose(shape)) for share, shape in ((1 - man, WOMAN), (man, MAN)))
    line = line + _particular(azimuth, own(man, seed))
    temples = 30 * np.exp(-(((azimuth - 34) / 13) ** 2)) * min(1.0, 1.6 * receded)
    front = 52 * np.clip(1 - (azimuth / 88) ** 4, 0, 1) * max(0.0, receded - 0.25) / 0.75
    line = np.minimum(line + np.maximum(temples, front), 88)
    return np.stack([azimuth, line - _ahead(azimuth, line) if parted else line], axis=-1)


def _ahead(azimuth, line):
    """Return how far down a hairline at azimuths is brought where it is high, degrees."""
    least = np.interp(azimuth, *np.transpose(WOMAN)) - LEAST
    return np.clip(line - least, 0, AHEAD) * (1 - smoothstep(azimuth, 24, 42))


def _particular(azimuth, trait):
    """Return what traits of `own` add to the hairline at azimuths, degrees of elevation."""
    bump = lambda middle, wide: np.exp(-(((azimuth - middle) / wide) ** 2))      # noqa: E731
    peak = max(0.0, trait["peak"] - 1.5)
    return (trait["height"] * (1 - smoothstep(azimuth, 38, 56)) - peak * bump(0, 7) + trait["corner"] * bump(33, 9)
            + trait["square"] * bump(22, 11) - trait["temple"] * bump(48, 5) - trait["sideburn"] * bump(61, 6))


def inside(points, line):
    """Return how far points (N, 3) lie inside a hairline, metres along the scalp; negative outside."""
    azimuth, elevation = angles(points)
    above = np.where(elevation > np.interp(azimuth, *line.T), 1.0, -1.0)
    directions, edge = _sphere(azimuth, elevation), _sphere(*line.T)
    return above * RADIUS * np.arccos(np.clip((directions @ edge.T).max(axis=1), -1, 1))


def density(points, depth, receded, sparse, fade=1.0):
    """Return how much hair grows at points (N, 3) on the average adult's scalp, 0..1.

    depth              (N,) metres inside the hairline, see `inside`
    receded, sparse    0..1, see core.ageing
    fade               times as wide as usual is the edge over which hair thins out
    """
    full = np.clip((depth - EDGE[0]) / (fade * (EDGE[1] - EDGE[0])), 0, 1)
    bald = np.clip(1.6 * receded - 0.45, 0, 1)
    crown = np.linalg.norm(points - (WHORL + bald * np.array([-0.006, -0.050, 0.006])), axis=1)
    spot = min(1.0, 2 * bald) * np.clip((0.012 + 0.078 * bald - crown) / 0.020, 0, 1)
    top = np.clip((points[:, 2] - 0.17) / 0.05, 0, 1)
    return full * full * (3 - 2 * full) * (1 - spot) * (1 - sparse * (0.35 + 0.65 * top))


def on_top(points):
    """Return how much points (N, 3) are the top of the head, (N,) 0..1; the rest are sides and back."""
    return smoothstep(points[:, 2], 0.175, 0.222)


def faded(points, depth, taper):
    """Return how much hair is cut away at points (N, 3) that lie `depth` (N,) inside the hairline, where it is faded over `taper` metres,
    (N,) 0..1."""
    return (1 - on_top(points)) * (1 - smoothstep(depth, 0.0, taper)) if taper else np.zeros(len(points))


def ears(pack):
    """Return (V,) where a vertex belongs to an ear, 0..1."""
    return np.maximum(pack.regions["ear.L"], pack.regions["ear.R"])


@lru_cache(maxsize=2)
def _ground(pack):
    """Return the scalp's triangles (T, 3), the area before each (T,) metres², and vertex normals (V, 3) of the average adult."""
    base, faces = binding.rest(pack), pack.faces_of("skin")
    normals = vertex_normals(base, faces)
    able = (inside(base, np.minimum(hairline(0, 0.0), hairline(1, 0.0))) > -LOWEST) & (ears(pack) < 0.5) & pack.exterior
    faces = faces[able[faces].any(axis=1) & (ears(pack)[faces].max(axis=1) < 0.9)]
    triangles = np.concatenate([faces[:, [0, 1, 2]], faces[faces[:, 2] != faces[:, 3]][:, [0, 2, 3]]])
    a, b, c = (base[triangles[:, k]] for k in range(3))
    return triangles, np.cumsum(np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2), normals


def roots(pack, seed, count, name="hair.roots"):
    """Return roots spread evenly over all skin that could have hair.

    pack     FacePack
    seed     the look's
    name     of the stream that they are drawn from
    returns  corners (N, 3) vertices, weights (N, 3) barycentric, points (N, 3) and normals (N, 3) on the average adult
    """
    triangles, area, normals = _ground(pack)
    rng = stream(seed, name)
    spread = (np.arange(count) + rng.random(count)) / count * area[-1]               # one in each stretch of area: even
    corners = triangles[np.minimum(np.searchsorted(area, spread), len(area) - 1)]
    u, v = rng.random((2, count))
    u, v = np.where(u + v > 1, [1 - u, 1 - v], [u, v])
    weights = np.stack([1 - u - v, u, v], axis=-1)
    place = np.einsum("nk,nki->ni", weights, binding.rest(pack)[corners])
    return corners, weights, place, unit(np.einsum("nk,nki->ni", weights, normals[corners]))


def _sphere(azimuth, elevation):
    a, e = np.radians(azimuth), np.radians(elevation)
    return np.stack([np.cos(e) * np.sin(a), -np.cos(e) * np.cos(a), np.sin(e)], axis=-1)


@lru_cache(maxsize=8)
def of_vertices(pack, seed, man, receded, sparse, taper=0.0, bared=False, parted=False):
    """Return the density at every vertex of a pack's face, (V,): `hairline`, `density`, `faded`; 0 on ears and inside the head."""
    points, (shy, fade) = binding.rest(pack), BARED if bared else (SHY, TINT_FADE)
    depth = inside(points, hairline(man, receded, seed, parted)) - shy
    full = density(points, depth, receded, sparse, fade) * (1 - PALE * faded(points, depth, taper))
    return full * (1 - np.clip(2 * ears(pack), 0, 1)) * pack.exterior
