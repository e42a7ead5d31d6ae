"""Brows: strands that rise at the inner end, lie outwards along the arch and turn down at the tail, where the pack says that brows are."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .. import ageing
from ..facs.table import SIDES
from ..streams import stream
from . import binding, ground, strands

STEPS = 6                              # points along a strand
MOST = 460                             # strands of the densest brow
STEP = 0.05                            # signs of a look in steps: few grooms while they are dragged
ENDS = (0.009, 0.054)                  # where a brow begins and ends, metres from the middle of the average face
REACH = 0.012                          # metres about a brow where its strands may lie
# Angle to the arch, degrees, from the inner end (0) to the tail (1): up, then along, then along and down.
PLACES, ANGLES = (0.0, 0.1, 0.25, 0.5, 0.8, 1.0), (64.0, 56.0, 38.0, 22.0, 10.0, 0.0)
CONVERGE = 26.0                        # degrees by which strands of the lower edge turn up and those of the upper turn down
LENGTHS = (0.0042, 0.0062, 0.0082, 0.0080, 0.0068, 0.0050)


@dataclass(frozen=True)
class Signs:
    """What of a person decides brows, each 0..1."""

    thickness: float
    density: float
    man: float
    sparse: float
    wild: float


def make(person):
    """Return the Piece of both brows, or None where nothing grows.

    person   core.face.Person
    returns  Piece of ribbons that follows the skin
    """
    who = person.identity
    made = _groom(person.pack, who.look.seed * 1009 + who.number, signs(who))
    return None if made is None else strands.piece(person, made, "brow_hair")


def signs(who):
    """Return the Signs of an identity, in steps."""
    wild = who.gender * ageing.sparse(who) * 2
    values = (who.look.brows.thickness, who.look.brows.density, who.gender, ageing.sparse(who), wild)
    return Signs(*(round(round(value / STEP) * STEP, 3) for value in values))


@lru_cache(maxsize=8)
def _groom(pack, seed, look):
    """Return the Groom of both brows on the average adult."""
    sides = [_side(pack, stream(seed, f"brows.{side}"), look, sign) for side, sign in zip(SIDES, (1, -1), strict=True)]
    return strands.join(sides) if all(sides) else None


def _side(pack, rng, look, sign):
    """Return the Groom of one brow; sign is that of its x."""
    soil, rest = ground.of(pack), binding.rest(pack)
    depth = _depth(pack, soil, sign) + 0.9 * (look.thickness - 0.5) + 0.35 * (look.man - 0.5) + rng.normal(0, 0.1)
    among = np.flatnonzero(_near(soil, depth, sign))
    count = int(MOST * (0.42 + 0.58 * look.density) * (0.7 + 0.4 * look.thickness) * (1 - 0.45 * look.sparse) * (0.92 + 0.16 * look.man))
    chosen, share = soil.scatter(np.clip((depth + 0.9) / 1.5, 0, 1) ** 1.3 * (among_mask(len(depth), among)), count, rng)
    roots = soil.at(chosen, share, soil.points)
    curves = _curves(soil, among, roots, _coordinates(pack, roots, sign), look, rng, sign)
    width = (0.00013 + 0.00003 * look.man) * rng.uniform(0.75, 1.2, (len(roots), 1)) * _taper()
    return strands.tie(soil, among, curves, width, rng.random(len(roots)), rest)


def among_mask(count, among):
    """Return 1 at the points `among` (M,) of `count`, 0 elsewhere."""
    mask = np.zeros(count)
    mask[among] = 1
    return mask


def _taper():
    return np.interp(np.linspace(0, 1, STEPS), (0, 0.25, 0.65, 1), (0.8, 1.0, 0.8, 0.12))


def _depth(pack, soil, sign):
    """Return the millimetres inside one brow at every point of the ground, -10 where there is no skin of it."""
    depth = soil.spread(pack.brow.astype(float))
    depth[soil.normals[:, 1] > -0.05] = -10.0             # the socket's inner lining lies behind the brow
    depth[soil.points[:, 0] * sign < 0] = -10.0
    return depth


def _near(soil, depth, sign):
    """Tell which points of the ground are near a brow."""
    x = soil.points[:, 0] * sign
    core = soil.points[depth > 0]
    box = (soil.points > core.min(axis=0) - REACH) & (soil.points < core.max(axis=0) + REACH)
    return box.all(axis=1) & (x > 0) & (soil.normals[:, 1] < 0.3) & (np.linalg.norm(soil.normals, axis=1) > 0.5)


@lru_cache(maxsize=4)
def _arch(pack, sign):
    """Return the polynomial of a brow's height over x, metres, and the mean half width."""
    soil = ground.of(pack)
    depth = _depth(pack, soil, sign)
    inside = depth > 0
    x, z = np.abs(soil.points[inside, 0]), soil.points[inside, 2]
    arch = np.polynomial.Polynomial.fit(x, z, 3, w=depth[inside] + 0.2)
    return arch, np.abs(z - arch(x)).mean() * 2


def _coordinates(pack, roots, sign):
    """Return where roots lie along the brow (0 inner end, 1 tail), across it (-1 lower edge, 1 upper) and the arch's slope."""
    arch, half = _arch(pack, sign)
    x = np.abs(roots[:, 0])
    return (np.clip((x - ENDS[0]) / (ENDS[1] - ENDS[0]), 0, 1), np.clip((roots[:, 2] - arch(x)) / half, -1, 1),
            arch.deriv()(np.clip(x, *ENDS)))


def _curves(soil, among, roots, place, look, rng, sign):
    """Return curves (N, S, 3)."""
    where, across, slope = place
    count = len(roots)
    wild = rng.random(count) < 0.10 * look.wild
    angle = np.interp(where, PLACES, ANGLES) - CONVERGE * across * np.clip(where * 4, 0.3, 1) + rng.normal(0, 8 + 14 * look.wild, count)
    angle = np.radians(angle)[:, None] * np.linspace(1.0, 0.55, STEPS) + np.arctan(slope)[:, None]
    angle += wild[:, None] * rng.normal(0, 0.5, count)[:, None] * np.linspace(0, 1, STEPS)
    heading = np.stack([np.cos(angle) * sign, np.zeros_like(angle), np.sin(angle)], axis=-1)
    length = np.interp(where, PLACES, LENGTHS) * rng.uniform(0.7, 1.15, count) * (0.9 + 0.2 * look.man) * np.where(wild, 1.7, 1.0)
    u = np.linspace(0, 1, STEPS)
    lift = rng.uniform(0.0004, 0.0009, count) * (1 + 0.8 * look.wild) + wild * 0.0015
    height = lift[:, None] * np.minimum(1, 2.2 * u) * (1 - 0.35 * u ** 2 * ~wild[:, None]) - 0.0002 * (u == 0)
    return strands.lay(soil, among, roots, heading, length, height)
