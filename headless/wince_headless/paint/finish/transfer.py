"""How much light from each direction reaches each point of a head: what nose, brow and chin shade.

Light that comes from far away is a weight for every direction, and what it does to a point is linear in those weights (Sloan, Kautz and
Snyder 2002, "Precomputed Radiance Transfer", the case of a diffuse surface without bounces).
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from wince.core import atlas

DIRECTIONS = 192                       # spread over the sphere: 15 degrees apart
MAP = 320                              # pixels along a side of a depth map: about 1 mm
BIAS_M = 0.0025                        # a point this far behind what hides it is still lit: a facet's sagitta, a pixel's slope
LAMP, FINER = np.radians(16), 40       # how wide a lamp may be taken for one, and how many directions then stand for it
STANDS_OUT = 0.25                      # of the far light that comes from there
OPPOSITE = -1 + 1e-9                   # cosine


def directions(count=DIRECTIONS):
    """Return unit vectors spread evenly over the sphere, (count, 3), count a multiple of 4.

    The second half is the first mirrored at the sagittal plane; the opposite of every direction is there as well.
    """
    k = np.arange(count // 4) + 0.5
    x, turn = 4 * k / count, k * np.pi * (np.sqrt(5) - 1) / 2
    x, turn = np.concatenate([x, x]), np.concatenate([turn, turn + np.pi])
    across = np.sqrt(1 - x * x)
    half = np.stack([x, across * np.cos(turn), across * np.sin(turn)], axis=1)
    return np.concatenate([half, half * [-1, 1, 1]])


def around(ways, far):
    """Return finer directions (n, 3) about a lamp that stands out, whose shadows are sharper than `ways` are apart; none if none does.

    ways   (D, 3), far (D, C) light from each
    """
    bright = far.sum(axis=1)
    if not bright.max() > 0:
        return np.zeros((0, 3))
    lamp = bright * (ways @ ways[bright.argmax()] > np.cos(LAMP))
    if lamp.sum() < STANDS_OUT * bright.sum():
        return np.zeros((0, 3))
    middle = lamp @ ways / np.linalg.norm(lamp @ ways)
    right, up = _across(middle)
    k = np.arange(FINER) + 0.5
    away, turn = np.tan(LAMP * 0.8) * np.sqrt(k / FINER), k * np.pi * (3 - np.sqrt(5))
    fine = middle + (away * np.cos(turn))[:, None] * right + (away * np.sin(turn))[:, None] * up
    return fine / np.linalg.norm(fine, axis=1, keepdims=True)


def of(mesh, ways):
    """Return how much of a light of 1 from each direction every point of a mesh sends back, (P, D) float32: cosine times what it sees.

    mesh   surface.Mesh
    ways   (D, 3) unit vectors towards the lights
    """
    out = np.maximum(mesh.normals @ ways.T, 0).astype(np.float32)
    with ThreadPoolExecutor() as pool:                             # each direction for itself: the order changes nothing
        pairs = list(_pairs(ways))
        maps = pool.map(lambda pair: visible(mesh.points, mesh.triangles, ways[pair[0]]), pairs)
        for pair, both in zip(pairs, maps, strict=True):
            for column, seen in zip(pair, both, strict=False):
                out[:, column] *= seen
    return out


def _pairs(ways):
    """Yield the numbers of directions, those that stand opposite together: one map tells of both."""
    done = np.zeros(len(ways), bool)
    for k, way in enumerate(ways):
        if not done[k]:
            other = int(np.argmin(ways @ way))
            pair = (k, other) if ways[other] @ way < OPPOSITE else (k,)
            done[list(pair)] = True
            yield pair


def visible(points, triangles, way, size=MAP):
    """Return how much of each point (P, 3) a far light sees, and one that stands opposite, both (P,) float32 0..1; edges one pixel soft.

    triangles  (T, 3) int; way (3,) unit vector towards the light
    """
    right, up = _across(way)
    flat, height = np.stack([points @ right, points @ up], axis=1), points @ way
    place = (flat - flat.min(axis=0)) * ((size - 3) / np.ptp(flat, axis=0).max()) + 1
    corner = np.floor(place).astype(int)
    share = place - corner
    out = np.zeros((2, len(points)), np.float32)
    top, bottom = _extremes(place, height, triangles, size)
    for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):
        pixel = (corner[:, 1] + j) * size + corner[:, 0] + i
        weight = np.abs(1 - i - share[:, 0]) * np.abs(1 - j - share[:, 1])
        out[0] += weight * (top[pixel] <= height + BIAS_M)
        out[1] += weight * (bottom[pixel] >= height - BIAS_M)
    return out


def _extremes(place, height, triangles, size):
    """Return the highest and the lowest that a mesh reaches in each pixel, both (size * size,), infinite where there is nothing."""
    number, x, y, weights = atlas.fragments(np.asarray(place[triangles], float), size, size)
    reached, pixel = (weights * height[triangles[number]].T).sum(axis=0), y * size + x
    top, bottom = np.full(size * size, -np.inf), np.full(size * size, np.inf)
    np.maximum.at(top, pixel, reached)
    np.minimum.at(bottom, pixel, reached)
    return top, bottom


def _across(way):
    """Return two unit vectors across a direction and each other."""
    right = np.cross(np.eye(3)[np.argmin(np.abs(way))], way)
    right /= np.linalg.norm(right)
    return right, np.cross(way, right)
