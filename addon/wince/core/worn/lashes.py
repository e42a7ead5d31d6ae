"""Lashes: strands on the margins of the lids, in loose clumps, fanned out towards the corners; they go where the lids go."""

from functools import lru_cache

import numpy as np

from .. import ageing
from ..facs.table import SIDES
from ..streams import stream
from . import binding, strands

STEPS = 6                              # points along a strand
STEP = 0.05                            # signs of a look in steps: few grooms while they are dragged
FRONT = 2                              # ring of the eye where the margin turns into the lid's front
LID = 5                                # ring on the lid's skin: with the front it says how the lower lid stands
INNER = 0                              # ring of the margin's inner edge: the upper lashes turn about the lower lid's, see `_roots`


STEADY = (3, 10)                       # columns between which the gap is wide enough to say how far an eye is open


class Upper:
    """The lashes of the upper lid: how many, how long, where from the outer corner inwards, how they rise."""

    count, length, ends = 104, 0.0094, (0.06, 0.97)
    profile = (0.0, 0.25, 0.65, 1.0), (0.45, 0.8, 1.0, 0.8)
    rise = (-18.0, 62.0)               # degrees from straight out of the eye, at root and tip; > 0 is away from the opening
    fan = (-26.0, 40.0)                # degrees aside, at the inner corner and at the outer
    width = 0.00029


class Lower:
    """The lashes of the lower lid."""

    count, length, ends = 48, 0.0060, (0.16, 0.95)
    profile = (0.0, 0.3, 0.7, 1.0), (0.5, 0.8, 1.0, 0.8)
    rise = (14.0, 48.0)
    fan = (-22.0, 34.0)
    width = 0.00019


def make(person):
    """Return the Piece of all four rows of lashes.

    person   core.face.Person
    returns  Piece of ribbons that follows the skin
    """
    who = person.identity
    signs = (who.look.eyes.lashes, ageing.sparse(who), who.gender)
    signs = tuple(round(round(value / STEP) * STEP, 3) for value in signs)
    return strands.piece(person, _groom(person.pack, who.look.seed * 1009 + who.number, *signs), "lash_hair")


@lru_cache(maxsize=8)
def _groom(pack, seed, dense, sparse, man):
    """Return the Groom of all lashes on the average adult."""
    rows = [_row(pack, side, row, stream(seed, f"lashes.{side}.{row.__name__}"), dense, sparse, man)
            for side in SIDES for row in (Upper, Lower)]
    return strands.join(rows)


def _row(pack, side, row, rng, dense, sparse, man):
    """Return the Groom of one row."""
    count = int(row.count * (0.6 + 0.8 * dense) * (1 - 1.1 * sparse))
    place = np.clip((np.arange(count) + rng.uniform(0, 1, count)) / count, 0, 1)
    corners, roots, frame = _roots(pack, side, row, row.ends[0] + (row.ends[1] - row.ends[0]) * place, rng)
    length = (row.length * np.interp(place, *row.profile) * rng.uniform(0.72, 1.08, count)
              * (0.75 + 0.5 * dense) * (1 - 0.15 * sparse) * (1 - 0.08 * man))
    curves = roots[:, None] + _bows(frame, place, length, row, rng, man)
    _clump(curves, frame[0], place, rng)
    taper = np.interp(np.linspace(0, 1, STEPS), (0, 0.4, 1), (1, 0.75, 0.12))
    width = row.width * (0.75 + 0.4 * dense) * rng.uniform(0.8, 1.15, (count, 1)) * taper
    rest = binding.rest(pack)
    return strands.stiff(curves, corners, width, rng.random(count), rest, _facing(rest[corners], frame, rng))


def _roots(pack, side, row, place, rng):
    """Return the triangle (N, 3) at each root, the roots (N, 3), and (along the lid, out of the eye, away from the opening) (N, 3) each.

    The skin of an upper lid slides down over the eyeball and hardly turns, its lashes do, by 60 degrees: the third corner of their
    triangles is on the other lid, behind, so that they turn as the gap closes.
    """
    rings, rest = pack.eye_rings[SIDES.index(side)], binding.rest(pack)
    half = rings.shape[1] // 2
    upper, lower = np.arange(half + 1), np.concatenate([[0], np.arange(rings.shape[1] - 1, half - 1, -1)])
    columns = upper if row is Upper else lower
    front, inner, lid = rings[FRONT, columns], rings[FRONT - 1, columns], rings[LID, columns]
    third = rings[INNER, lower[np.clip(upper, *STEADY)]] if row is Upper else lid
    way = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(rest[front], axis=0), axis=1))])
    at = np.interp(place, way / way[-1], np.arange(len(way)))
    k = np.minimum(at.astype(int), len(way) - 2)
    part = (at - k)[:, None]
    edge, margin, skin = ((1 - part) * rest[ring[k]] + part * rest[ring[k + 1]] for ring in (front, inner, lid))
    roots = edge + rng.uniform(0.1, 0.45, (len(k), 1)) * (margin - edge)
    out = binding.unit(roots - pack.joints[f"eye.{side}"])
    along = rest[front[k + 1]] - rest[front[k]]
    along = binding.unit(along - out * (along * out).sum(axis=1, keepdims=True))
    away = np.cross(along, out)
    away *= np.sign((away * (skin - edge)).sum(axis=1, keepdims=True))
    first = (k + 1, k) if side == "L" else (k, k + 1)                              # so that the triangle faces outwards on both sides
    return np.stack([*(front[one] for one in first), third[k]], axis=1), roots, (along, out, away)


def _bows(frame, place, length, row, rng, man):
    """Return the way of each strand from its root, (N, S, 3) metres."""
    along, out, away = frame
    curl = rng.normal(1 - 0.2 * man, 0.12, len(place))
    rise = row.rise[0] + (row.rise[1] - row.rise[0]) * np.linspace(0, 1, STEPS) * curl[:, None]
    rise = np.radians(rise + rng.normal(0, 5, (len(place), 1)))
    fan = np.radians(np.interp(place, (0, 0.5, 1), (row.fan[0], 4.0, row.fan[1])) + rng.normal(0, 7, len(place)))[:, None, None]
    step = np.cos(fan) * (np.cos(rise)[..., None] * out[:, None] + np.sin(rise)[..., None] * away[:, None]) + np.sin(fan) * along[:, None]
    way = np.cumsum(step, axis=1) - step[:, :1]
    return way * (length / (STEPS - 1))[:, None, None]


def _clump(curves, along, place, rng):
    """Draw the tips of neighbours together, two to four of them at a time, in place."""
    group = np.cumsum(rng.random(len(place)) < 0.36)
    tips = (curves[:, -1] * along).sum(axis=1)
    mean = np.bincount(group, tips) / np.maximum(np.bincount(group), 1)
    pull = 0.45 * (mean[group] - tips)
    curves += along[:, None] * (pull[:, None] * np.linspace(0, 1, STEPS) ** 2)[..., None]


def _facing(triangles, frame, rng):
    """Return the way that ribbons look, in their triangles' frames: turned by chance, so that no view has all of them edge-on."""
    along, _, away = frame
    roll = rng.uniform(-1.0, 1.0, (len(along), 1))
    world = np.cos(roll) * away + np.sin(roll) * along
    return np.einsum("nij,nj->ni", binding.frames(triangles), world)
