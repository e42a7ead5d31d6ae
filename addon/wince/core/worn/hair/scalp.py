"""Where hair grows: the hairline as a curve about the head of the average adult, what years take from it, and where roots are."""

from functools import lru_cache

import numpy as np

from ...streams import stream
from .. import binding
from .solid import unit, vertex_normals

CENTRE = np.array([0.0, -0.040, 0.150])             # of the head; the hairline is azimuth and elevation about it
WHORL = np.array([0.006, 0.022, 0.236])             # where hair turns, at the crown
RADIUS = 0.085                                      # from angles to millimetres of hairline, metres
EDGE = np.array([-0.003, 0.010])                    # metres inside the hairline where hair begins, and is full

# Azimuth 0 is ahead, 180 behind, both sides alike; degrees.  Ahead and temples, sideburn, over and behind the ear, nape.
WOMAN = [(0, 35.5), (14, 36.0), (26, 36.5), (35, 35.0), (43, 29.0), (49, 19.0), (54, 8.5), (57, -4.0), (60, -13.0), (66, -13.0), (69, -1.0),
         (74, 2.0), (94, 1.0), (103, -12.0), (111, -28.0), (122, -40.0), (140, -46.0), (160, -49.0), (180, -47.0)]
MAN = [(0, 36.5), (12, 37.5), (24, 40.0), (33, 41.0), (41, 34.0), (47, 22.0), (52, 9.0), (55, -5.0), (58, -20.0), (66, -20.0), (69, -1.0),
       (74, 2.0), (94, 1.0), (103, -12.0), (111, -28.0), (122, -40.0), (140, -47.0), (160, -51.0), (180, -50.0)]


def angles(points):
    """Return (azimuth, elevation) of points (..., 3) about the head, degrees: 0 ahead, both sides alike."""
    x, y, z = np.moveaxis(points - CENTRE, -1, 0)
    return np.degrees(np.arctan2(abs(x), -y)), np.degrees(np.arctan2(z, np.hypot(x, y)))


def hairline(man, receded):
    """Return the hairline, (P, 2) degrees of azimuth and elevation.

    man       0 woman .. 1 man
    receded   0..1: temples first, then the whole front (Hamilton 1951, Norwood 1975)
    """
    azimuth = np.arange(0, 181, 1.5)
    line = sum(share * np.interp(azimuth, *np.transpose(shape)) for share, shape in ((1 - man, WOMAN), (man, MAN)))
    temples = 30 * np.exp(-(((azimuth - 34) / 13) ** 2)) * min(1.0, 1.6 * receded)
    front = 52 * np.clip(1 - (azimuth / 88) ** 4, 0, 1) * max(0.0, receded - 0.25) / 0.75
    return np.stack([azimuth, np.minimum(line + np.maximum(temples, front), 88)], axis=-1)


def inside(points, line):
    """Return how far points (N, 3) lie inside a hairline, metres along the scalp; negative outside."""
    azimuth, elevation = angles(points)
    above = np.where(elevation > np.interp(azimuth, *line.T), 1.0, -1.0)
    directions, edge = _sphere(azimuth, elevation), _sphere(*line.T)
    return above * RADIUS * np.arccos(np.clip((directions @ edge.T).max(axis=1), -1, 1))


def density(points, depth, receded, sparse):
    """Return how much hair grows at points (N, 3) on the average adult's scalp, 0..1.

    depth              (N,) metres inside the hairline, see `inside`
    receded, sparse    0..1, see core.ageing
    """
    full = np.clip((depth - EDGE[0]) / (EDGE[1] - EDGE[0]), 0, 1)
    bald = np.clip(1.6 * receded - 0.45, 0, 1)
    crown = np.linalg.norm(points - (WHORL + bald * np.array([-0.006, -0.050, 0.006])), axis=1)
    spot = min(1.0, 2 * bald) * np.clip((0.012 + 0.078 * bald - crown) / 0.020, 0, 1)
    top = np.clip((points[:, 2] - 0.17) / 0.05, 0, 1)
    return full * full * (3 - 2 * full) * (1 - spot) * (1 - sparse * (0.35 + 0.65 * top))


def ears(pack):
    """Return (V,) where a vertex belongs to an ear, 0..1."""
    return np.maximum(pack.regions["ear.L"], pack.regions["ear.R"])


@lru_cache(maxsize=2)
def _ground(pack):
    """Return the scalp's triangles (T, 3), the area before each (T,) metres², and vertex normals (V, 3) of the average adult."""
    base, faces = binding.rest(pack), pack.faces_of("skin")
    normals = vertex_normals(base, faces)
    able = (inside(base, np.minimum(hairline(0, 0.0), hairline(1, 0.0))) > -0.004) & (ears(pack) < 0.5) & pack.exterior
    faces = faces[able[faces].any(axis=1) & (ears(pack)[faces].max(axis=1) < 0.9)]
    triangles = np.concatenate([faces[:, [0, 1, 2]], faces[faces[:, 2] != faces[:, 3]][:, [0, 2, 3]]])
    a, b, c = (base[triangles[:, k]] for k in range(3))
    return triangles, np.cumsum(np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2), normals


def roots(pack, seed, count):
    """Return roots spread evenly over all skin that could have hair.

    pack     FacePack
    seed     the look's
    returns  corners (N, 3) vertices, weights (N, 3) barycentric, points (N, 3) and normals (N, 3) on the average adult
    """
    triangles, area, normals = _ground(pack)
    rng = stream(seed, "hair.roots")
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
def of_vertices(pack, man, receded, sparse):
    """Return the density at every vertex of a pack's face, (V,): `hairline`, `density`; 0 on ears and inside the head."""
    points = binding.rest(pack)
    return density(points, inside(points, hairline(man, receded)), receded, sparse) * (1 - np.clip(2 * ears(pack), 0, 1)) * pack.exterior
