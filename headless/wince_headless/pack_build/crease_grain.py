"""Micro relief of skin: crepe, the orange peel of a chin. Nothing that one sees as a line from where a camera stands."""

import numpy as np

from wince.core.steps import smoothstep

from .crease_lines import FINE, PEBBLES

SEED = 4                               # of the lattice
STEPS = 6                              # of height that it has: noise costs room in a file
CREPE, LONG = ((-14, 0.75), (19, 0.55)), 6.0     # crepe: degrees off its region's way and depth; how much longer than apart


def height(points, weights, corners, place, skin):
    """Return the height (N,), -1..1, of micro relief at points of the skin: every region's own, blended where regions meet.

    points           (N, 3) millimetres as in `regions.frontal`
    weights, corners (N, 4) how they are mixed of vertices
    place            (V, 3) the vertices in the same space; skin: creases.Skin
    """
    fine, total = np.zeros(len(points)), np.zeros(len(points))
    for name, grain in FINE.items():
        share = np.einsum("nk,nk->n", weights, region(skin, name, place)[corners])
        here = np.flatnonzero(share > 0.02)
        net = _pebbles(points[here] / grain.pitch) if grain.angle is None else _crepe(points[here], grain.pitch, grain.angle)
        fine[here] += share[here] * net
        total += share
    fine *= np.clip(total * 4, 0, 1) / np.maximum(total, 1e-9)
    return np.round(fine * STEPS) / STEPS


def _crepe(points, width, angle):
    """Return the height (N,) of crepe: soft long folds `width` mm apart, in two sets that cross.

    angle   degrees from the horizontal, up and outwards
    """
    out = np.zeros(len(points))
    for k, (turn, depth) in enumerate(CREPE):
        along = np.radians(angle + turn)
        x, z, y = np.abs(points[:, 0]), points[:, 1], points[:, 2]
        lengthways, across = x * np.cos(along) + z * np.sin(along), z * np.cos(along) - x * np.sin(along)
        side = 50 * k + 17 * (points[:, 0] > 0)                               # the halves of a face do not mirror each other
        noise = _noise(np.stack([lengthways / (LONG * width) + side, across / width, y / (3 * width)], axis=1))
        out += depth * 2 * (noise - 0.5)
    return np.clip(out, -1, 1)


def _pebbles(points):
    """Return the height (N,) of orange peel at points (N, 3), in mounds: soft dimples between them."""
    return np.clip(2.2 * (_noise(points) - 0.5) + 0.8 * (_noise(1.9 * points + 31) - 0.5), -1, 1)


def _noise(points):
    """Return smooth random values (N,) 0..1 at points (N, 3), a lattice of side 1."""
    home = np.floor(points).astype(np.int64)
    part = points - home
    part = part * part * (3 - 2 * part)
    out = np.zeros(len(points))
    for corner in np.ndindex(2, 2, 2):
        weight = np.prod(np.where(corner, part, 1 - part), axis=1)
        out += weight * _chance(home + np.array(corner), 0)
    return out


def _chance(cell, which):
    """Return a random number (N,) 0..1 for each cell (N, 3) int, always the same."""
    word = cell.astype(np.uint64) @ np.array([73856093, 19349663, 83492791], np.uint64) + np.uint64(SEED + 7919 * which)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)               # scrambled as in `core.streams`
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (word >> np.uint64(40)).astype(float) / 2 ** 24


def region(skin, name, place):
    """Return a region's weights (V,), both sides together; arguments as in `height`."""
    if name == "pebbles":
        x, z, wide, high, deep = PEBBLES
        return smoothstep(1.5 - np.hypot((place[:, 0] - x) / wide, (place[:, 1] - z) / high), 0, 1) * (place[:, 2] < deep) * skin.exterior
    found = [skin.regions[key] for key in (name, f"{name}.L", f"{name}.R") if key in skin.regions]
    return np.max(found, axis=0).astype(float) * skin.exterior
