"""Brows: strands that rise at the inner end, lie outwards along the arch and turn down at the tail.

Where they grow is the average adult's arch as the pack has it, and around it a shape of a person's own: how far apart, how long, how
high and where it is highest, how thick along its way, how crisp its edges. Women's are higher, thinner and neater, men's lower, fuller
and straighter; with the years women's tails thin out and men's hairs grow long and wiry.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .. import ageing
from ..facs.table import SIDES
from ..steps import smoothstep
from ..streams import stream
from . import binding, ground, strands

STEPS = 6                              # points along a strand
MOST = 2.8                             # strands on a square millimetre of the densest brow
STEP = 0.05                            # signs of a look in steps: few grooms while they are dragged
ENDS = (0.009, 0.054)                  # where the average face's arch begins and ends, metres from the middle
ACROSS = 0.010                         # metres about the arch where strands may grow
REACH = 0.012                          # metres about a brow where its strands may lie
# Angle to the arch, degrees, from the inner end (0) to the tail (1): up, then along, then along and down.
PLACES, ANGLES = (0.0, 0.1, 0.25, 0.5, 0.8, 1.0), (70.0, 58.0, 38.0, 20.0, 6.0, -6.0)
CONVERGE = 26.0                        # degrees by which strands of the lower edge turn up and those of the upper turn down
LENGTHS = (0.0040, 0.0062, 0.0082, 0.0080, 0.0066, 0.0046)
ALONG, THICK = (0.0, 0.10, 0.28, 0.60, 0.85), (0.62, 0.90, 1.0, 0.82, 0.50)      # share of the greatest thickness, before the tail's
ASYMMETRY = 0.22                       # of one side's draws beside those that both share


@dataclass(frozen=True)
class Signs:
    """What of a person decides brows, each 0..1."""

    thickness: float
    density: float
    man: float
    sparse: float
    wild: float


@dataclass(frozen=True)
class Shape:
    """One brow against the average adult's arch; millimetres unless said otherwise.

    start, end   where it begins and ends, from the middle of the face
    up, tilt     its middle higher; its tail higher than its inner end
    arch, peak   how much higher it is where it is highest; where that is (0 inner end .. 1 tail)
    tail         how much further down its last fifth goes
    half         half its greatest thickness
    point        share of that which the tail still has
    soft         over how much its edges thin out
    comb         degrees by which its strands rise
    """

    start: float
    end: float
    up: float
    tilt: float
    arch: float
    peak: float
    tail: float
    half: float
    point: float
    soft: float
    comb: float

    def middle(self, t):
        """Return how far above the average arch the brow's middle is, millimetres, at places t (N,), 0 inner end .. 1 tail."""
        bump = np.exp(-(((t - self.peak) / 0.26) ** 2))
        return self.up + self.tilt * (t - 0.5) + self.arch * (bump - 0.35) - self.tail * np.clip((t - 0.8) / 0.2, 0, 1) ** 2

    def thick(self, t):
        """Return half the thickness at places t (N,), millimetres."""
        return self.half * np.interp(t, (*ALONG, 1.0), (*THICK, self.point))


def make(person):
    """Return the Piece of both brows, or None where nothing grows.

    person   core.face.Person
    returns  Piece of ribbons that follows the skin
    """
    who = person.identity
    made = _groom(person.pack, _seed(who), signs(who))
    return None if made is None else strands.piece(person, made, "brow_hair")


def signs(who):
    """Return the Signs of an identity, in steps."""
    wild = who.gender * ageing.sparse(who) * 2
    values = (who.look.brows.thickness, who.look.brows.density, who.gender, ageing.sparse(who), wild)
    return Signs(*(round(round(value / STEP) * STEP, 3) for value in values))


def shape(seed, look, side):
    """Return the Shape of one brow: drawn for both alike, and a little for each.

    seed   of the person's strands
    look   Signs
    side   "L" or "R"
    """
    both, own = (stream(seed, f"brows.shape{name}").standard_normal(11) for name in ("", f".{side}"))
    z = np.clip(both + ASYMMETRY * own, -2, 2)
    man, old = look.man, look.sparse
    return Shape(start=11.6 - 1.3 * man + 1.3 * z[0], end=51.5 + man + 1.7 * z[1] - 6 * old * (1 - man),
                 up=0.5 - 0.9 * man + 0.5 * z[2], tilt=0.8 - 0.8 * man + 1.1 * z[3], arch=1.4 - 1.6 * man + 1.0 * z[4],
                 peak=0.66 - 0.05 * man + 0.05 * z[5], tail=0.5 + 0.3 * man + 0.7 * z[6],
                 half=(1.25 + 2.3 * look.thickness + 0.5 * man) * (1 + 0.10 * z[7]), point=0.24 + 0.08 * z[8],
                 soft=(0.7 + 0.7 * man + 0.5 * look.thickness) * (1 + 0.2 * z[9]), comb=8.0 * z[10])


def cover(person, x, z):
    """Return how densely brow hair grows at places of a face, (N,) 0..1: the skin under it is shaded by that.

    x, z     (N,) millimetres in the frame of `core.skin.areas.frontal`
    """
    from ..skin import areas  # whose brows are hair

    who, out = person.identity, np.zeros(len(x))
    x, z = x / 1000, z / 1000 + float(person.pack.base[0, 2] - areas.frontal(person.pack)[0, 2] / 1000)
    for side, sign in zip(SIDES, (1, -1), strict=True):
        seen = np.flatnonzero((x * sign > 0) & (np.abs(x) < 0.065))
        look = signs(who)
        one = shape(_seed(who), look, side)
        out[seen] = _grown(one, look, *_place(person.pack, one, sign, x[seen], z[seen]))
    return out


def _seed(who):
    return who.look.seed * 1009 + who.number


@lru_cache(maxsize=8)
def _groom(pack, seed, look):
    """Return the Groom of both brows on the average adult."""
    sides = [_side(pack, seed, look, side, sign) for side, sign in zip(SIDES, (1, -1), strict=True)]
    return strands.join(sides) if all(sides) else None


def _side(pack, seed, look, side, sign):
    """Return the Groom of one brow; sign is that of its x."""
    soil, rng, one = ground.of(pack), stream(seed, f"brows.{side}"), shape(seed, look, side)
    among, weight, count = _plot(pack, sign)
    chosen, share = soil.scatter(weight, count, rng)
    roots = soil.at(chosen, share, soil.points)
    t, v = _place(pack, one, sign, roots[:, 0], roots[:, 2])
    patchy = 1 + 0.35 * ground.rough(roots, 0.0035, rng)
    ragged = v + 0.35 * one.soft * rng.normal(size=len(v))
    grows = rng.random(len(roots)) < patchy * (_grown(one, look, t, ragged) + _strays(one, look, t, v))
    roots, t, v = roots[grows], t[grows], v[grows]
    if not len(roots):
        return None
    wild = rng.random(len(roots)) < 0.03 + 0.20 * look.wild
    curves = _curves(soil, among, roots, (t, v / one.thick(t), _slope(pack, one, sign, roots)), look, one, wild, rng, sign)
    width = (0.00011 + 0.00002 * look.man) * (1 + 0.3 * look.wild * wild[:, None]) * rng.uniform(0.7, 1.2, (len(roots), 1)) * _taper()
    return strands.tie(soil, among, curves, width, rng.random(len(roots)), binding.rest(pack))


def _taper():
    return np.interp(np.linspace(0, 1, STEPS), (0, 0.25, 0.65, 1), (0.8, 1.0, 0.8, 0.12))


@lru_cache(maxsize=4)
def _plot(pack, sign):
    """Return the points (M,) of the ground about one brow, the weight (P,) of its soil and how many strands at MOST stand on it."""
    soil, arch = ground.of(pack), _arch(pack, sign)
    x = soil.points[:, 0] * sign
    away = np.abs(soil.points[:, 2] - arch(np.clip(x, *ENDS)))
    skin = (soil.normals[:, 1] < -0.05) & (np.linalg.norm(soil.normals, axis=1) > 0.5)      # the socket's lining lies behind the brow
    bed = skin & (x > 0.002) & (x < ENDS[1] + 0.006) & (away < ACROSS)
    near = skin & (x > -REACH) & (x < ENDS[1] + REACH) & (away < ACROSS + REACH)
    weight = bed.astype(float)
    corner = soil.points[soil.triangles]
    area = np.linalg.norm(np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1) / 2
    return np.flatnonzero(near), weight, int(MOST * 1e6 * (area * weight[soil.triangles].mean(axis=1)).sum())


@lru_cache(maxsize=4)
def _arch(pack, sign):
    """Return the polynomial of the average brow's height over |x|, metres."""
    soil = ground.of(pack)
    depth = soil.spread(pack.brow.astype(float))
    inside = (depth > 0) & (soil.normals[:, 1] < -0.05) & (soil.points[:, 0] * sign > 0)
    return np.polynomial.Polynomial.fit(np.abs(soil.points[inside, 0]), soil.points[inside, 2], 3, w=depth[inside] + 0.2)


def _place(pack, one, sign, x, z):
    """Return where points are along a brow, t (N,) 0 inner end .. 1 tail and beyond, and across it, v (N,) millimetres upwards."""
    out = x * sign
    t = (out * 1000 - one.start) / (one.end - one.start)
    return t, (z - _arch(pack, sign)(np.clip(out, *ENDS))) * 1000 - one.middle(np.clip(t, 0, 1))


def _slope(pack, one, sign, roots):
    """Return how steeply a brow rises outwards at its roots (N, 3)."""
    x, step = np.clip(roots[:, 0] * sign, *ENDS), 0.001
    high = [_arch(pack, sign)(p) + one.middle((p * 1000 - one.start) / (one.end - one.start)) / 1000 for p in (x - step, x + step)]
    return (high[1] - high[0]) / (2 * step)


def _grown(one, look, t, v):
    """Return how densely a brow grows at places t, v (N,), 0..1."""
    half, ragged = one.thick(np.clip(t, 0, 1)), 0.05 * np.sin(1.9 * v + 40 * one.peak)         # no brow begins on a straight line
    across = smoothstep(half - np.abs(v), -one.soft, one.soft * np.where(v > 0, 1.2, 0.7))     # the lower edge is the crisper one
    inner = 0.25 * smoothstep(t + ragged, -0.06, 0.02) + 0.75 * smoothstep(t + ragged, 0.0, 0.24)
    tail = smoothstep(1.0 - t, -0.02, 0.16)
    thinned = 1 - np.clip(2.2 * look.sparse * (1 - look.man), 0, 0.85) * smoothstep(t, 0.45, 0.75)
    return across * inner * tail * thinned * (0.40 + 0.60 * look.density) * (1 - 0.6 * look.sparse)


def _strays(one, look, t, v):
    """Return how densely hairs grow around a brow that is left as it is: a man's, between the two most of all."""
    around = smoothstep(one.half + 3.0 - np.abs(v), 0, 2.5) * smoothstep(t, -0.16, 0.0) * smoothstep(1.02 - t, 0, 0.2)
    return 0.05 * look.man * (0.3 + 1.4 * look.thickness) * around


def _curves(soil, among, roots, place, look, one, wild, rng, sign):
    """Return curves (N, S, 3); place: along the brow, across it in half thicknesses, its slope (N,) each."""
    t, across, slope = place
    count, where = len(roots), np.clip(t, 0, 1)
    angle = np.interp(where, PLACES, ANGLES) + one.comb - CONVERGE * np.clip(across, -1.2, 1.2) * np.clip(where * 4, 0.3, 1)
    angle += rng.normal(0, 7 + 4 * look.man + 12 * look.wild, count) + 9 * ground.rough(roots, 0.006, rng)         # hairs lie in tufts
    angle = np.radians(angle)[:, None] * np.linspace(1.0, 0.55, STEPS) + np.arctan(slope)[:, None]
    angle += wild[:, None] * rng.normal(0, 0.45, count)[:, None] * np.linspace(0, 1, STEPS) ** 1.5
    heading = np.stack([np.cos(angle) * sign, np.zeros_like(angle), np.sin(angle)], axis=-1)
    length = np.interp(where, PLACES, LENGTHS) * rng.uniform(0.55, 1.15, count) * (0.86 + 0.2 * look.man + 0.15 * look.thickness)
    length *= np.where(wild, rng.uniform(1.3, 1.5 + 0.7 * look.wild, count), 1.0)
    u = np.linspace(0, 1, STEPS)
    lift = rng.uniform(0.0003, 0.0009, count) * (1 + 0.8 * look.wild) + wild * rng.uniform(0.0005, 0.0028, count) * look.wild
    height = lift[:, None] * np.minimum(1, 2.2 * u) * (1 - 0.35 * u ** 2 * ~wild[:, None]) - 0.0002 * (u == 0)
    return strands.lay(soil, among, roots, heading, length, height)
