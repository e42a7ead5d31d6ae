"""Handles on the face: where to take hold of it, and which action units a pull in a direction is.

A pull is an offset (out, up) in millimetres, seen from in front: out is away from the midline, and on the midline to the
character's left. Each handle is pulled along a few directions; an offset between two of them is a mixture of both, but near one of
them it is that one alone, so that an unsteady hand smiles without stretching the lips. What a pull does follows the FACS curve, so
the skin keeps up with the hand.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .intensity import intensity, share
from .table import EXCLUSIONS, SIDES, keys_of


@dataclass(frozen=True)
class Pull:
    """One direction of a handle.

    towards   (out, up), of length 1
    travel    millimetres of hand at full; longer than the skin's own way, so that a hand can be precise
    acts      ((AU number, how much of the travel it does), ...), ascending: a jaw drops until only a stretch goes on;
              none: a direction in which nothing happens
    """

    towards: tuple[float, float]
    travel: float = 1.0
    acts: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True)
class Handle:
    """One handle.

    name        such as "mouth_corner.L", "jaw"
    label       what an artist calls the place
    side        "L", "R", or "B" on the midline
    region      "brows", "eyes", "nose", "cheeks", "mouth" or "jaw"
    landmarks   it lies on the skin nearest to the mean of these, indices of the pack's 68
    pulls       Pull, in the order of their angles
    """

    name: str
    label: str
    side: str
    region: str
    landmarks: tuple[int, ...]
    pulls: tuple[Pull, ...]

    @cached_property
    def keys(self):
        """The rig keys that it pulls."""
        return tuple(dict.fromkeys(self.key(number) for pull in self.pulls for number, _ in pull.acts))

    @cached_property
    def rivals(self):
        """The rig keys that it does not pull, and that what it pulls may exclude."""
        found = [rival for key in self.keys for rival in _excluded(key) if rival not in self.keys]
        return tuple(dict.fromkeys(found))

    def key(self, number):
        """Return the rig key of an AU on this handle's side."""
        return keys_of(number)["R" == self.side and len(keys_of(number)) > 1]

    def both_act(self, one, other):
        """Tell whether two of the pulls do something."""
        return bool(self.pulls[one].acts and self.pulls[other].acts)

    @cached_property
    def directions(self):
        """The pulls' directions, (n, 2)."""
        return np.array([pull.towards for pull in self.pulls])


STRAY = 0.35                                               # of the stronger of two pulls: what the weaker one has to exceed to count
UP, DOWN, OUT, IN = (0.0, 1.0), (0.0, -1.0), (1.0, 0.0), (-1.0, 0.0)
NOTHING_OUT, NOTHING_IN = Pull(OUT), Pull(IN)


def _upright(up, down):
    """The pulls of a handle that goes up and down only: (AU number, travel) each, or None."""
    up, down = (Pull(towards, one[1], ((one[0], 1.0),)) if one else Pull(towards) for towards, one in ((UP, up), (DOWN, down)))
    return (NOTHING_OUT, up, NOTHING_IN, down)


CORNER = (
    Pull((0.894, -0.447), 12.0, ((20, 1.0),)),
    Pull((0.5, 0.866), 18.0, ((12, 1.0),)),
    Pull((-0.866, 0.5)),                                   # so that straight up is a smile and no pucker
    Pull(IN, 12.0, ((18, 1.0),)),
    Pull(DOWN, 12.0, ((15, 1.0),)),
)
JAW = (NOTHING_OUT, Pull(UP, 10.0, ((17, 1.0),)), NOTHING_IN, Pull(DOWN, 36.0, ((26, 0.45), (27, 1.0))))   # 0.45 as in the table

# name: (label, region, landmarks on the left, on the right, pulls)
SIDED = {
    "brow_inner": ("Inner Brow", "brows", (22, 23), (21, 20), _upright((1, 10.0), (4, 10.0))),
    "brow_outer": ("Outer Brow", "brows", (25,), (18,), _upright((2, 10.0), (4, 10.0))),
    "lid_upper": ("Upper Lid", "eyes", (43, 44), (37, 38), _upright((5, 8.0), (43, 12.0))),
    "lid_lower": ("Lower Lid", "eyes", (46, 47), (40, 41), _upright((7, 8.0), None)),
    "cheek": ("Cheek", "cheeks", (46, 46, 54), (41, 41, 48), _upright((6, 8.0), None)),
    "nose_wing": ("Nose Wing", "nose", (35,), (31,), _upright((9, 10.0), None)),
    "lip_upper": ("Upper Lip", "mouth", (52,), (50,), _upright((10, 10.0), None)),
    "mouth_corner": ("Mouth Corner", "mouth", (54,), (48,), CORNER),
}
MIDLINE = {
    "lip_lower": ("Lower Lip", "mouth", (57,), _upright((24, 8.0), (25, 8.0))),
    "jaw": ("Jaw", "jaw", (8, 57), JAW),
}

HANDLES = {handle.name: handle for handle in (
    *(Handle(f"{name}.{side}", label, side, region, marks[SIDES.index(side)], pulls)
      for name, (label, region, *marks, pulls) in SIDED.items() for side in SIDES),
    *(Handle(name, label, "B", region, marks, pulls) for name, (label, region, marks, pulls) in MIDLINE.items()),
)}


def offset(handle, values):
    """Return how far a handle is pulled in a face, (2,) millimetres (out, up).

    values   {rig key: intensity 0..5}; absent means 0
    """
    return _hand(handle, _lengths(handle, values)) @ handle.directions


def pulled(handle, at, start=None):
    """Return what a face becomes when a handle is pulled to an offset: the inverse of `offset`.

    at       (out, up) millimetres; beyond the travel nothing more happens
    start    {rig key: intensity} when the pull began: what acts against each other stays in it, such as AU1 with AU4
    returns  {rig key: intensity} of the handle's keys and its rivals; of AUs that exclude each other the stronger is left
    """
    start = start or {}
    before = _lengths(handle, start)
    held = before - _mixture(handle, offset(handle, start))
    lengths = _mixture(handle, np.asarray(at, dtype=float)) + held
    out = dict.fromkeys(handle.keys, 0.0)
    for pull, length in zip(handle.pulls, lengths, strict=True):
        for key, value in _acted(handle, pull, length, start).items():
            out[key] = max(out[key], value)
    return _without_contradictions(out) | {key: _rival(key, out, start) for key in handle.rivals}


def partner(name):
    """Return the name of the same handle on the other side; of one on the midline its own."""
    return name[:-1] + {"L": "R", "R": "L"}[name[-1]] if name[-2] == "." else name


def both_sides(values):
    """Return values with the other side alike, {rig key: intensity}; one that has both keeps them."""
    return {partner(key): value for key, value in values.items()} | values


def whole(values):
    """Return values at the nearest whole intensities."""
    return {key: float(np.floor(value + 0.5)) for key, value in values.items()}


def told(values):
    """Return what a pull has come to, for a status line: "AU12 2.4 left", "AU12 2.4"; both sides alike are told once."""
    words = {}
    for key, value in values.items():
        if value > 0.0:
            name = f"AU{int(key[2:4])} {value:.1f}"
            words.setdefault(name, []).append({".L": " left", ".R": " right"}.get(key[-2:], ""))
    return ", ".join(name + (sides[0] if len(sides) == 1 else "") for name, sides in words.items()) or "nothing"


def _lengths(handle, values):
    """Return how far each pull of a handle has gone in a face, (n,) millimetres."""
    return np.array([max((pull.travel * reach * share(values.get(handle.key(number), 0.0)) for number, reach in pull.acts), default=0.0)
                     for pull in handle.pulls])


def _mixture(handle, at):
    """Return the lengths (n,), two of them at most above 0, whose pulls together make an offset (2,)."""
    out, count = np.zeros(len(handle.pulls)), len(handle.pulls)
    for one in range(count):
        pair = [one, (one + 1) % count]
        lengths = np.linalg.solve(handle.directions[pair].T, at)
        if (lengths >= -1e-9).all():
            out[pair] = np.maximum(lengths, 0.0)
            return _steady(out, pair) if handle.both_act(*pair) else out
    return out


def _steady(lengths, pair):
    """Leave of the weaker of a pair of pulls what exceeds its share of straying; equal ones stay as they are."""
    strong, weak = sorted(pair, key=lambda one: -lengths[one])
    lengths[weak] = max(lengths[weak] - STRAY * lengths[strong], 0.0) / (1 - STRAY)
    return lengths


def _hand(handle, lengths):
    """Return the lengths (n,) that a hand goes for what two neighbours do: the inverse of `_steady`; anything else stays."""
    pair = np.flatnonzero(lengths)
    if len(pair) != 2 or pair[1] - pair[0] not in (1, len(lengths) - 1) or not handle.both_act(*pair):
        return lengths
    strong, weak = sorted(pair, key=lambda one: -lengths[one])
    out = lengths.copy()
    out[weak] = (1 - STRAY) * lengths[weak] + STRAY * lengths[strong]
    return out


def _acted(handle, pull, length, start):
    """Return what one pull does at a length, {rig key: intensity}: the first AU that goes so far, or the one that was on already."""
    fraction = np.clip(length / pull.travel, 0.0, 1.0)
    able = [(number, reach) for number, reach in pull.acts if fraction <= reach]
    on = [(number, reach) for number, reach in able if start.get(handle.key(number), 0.0) > 0.0]
    return {handle.key(number): float(intensity(fraction / reach)) for number, reach in (on or able)[:1]}


def _without_contradictions(values):
    """Return values without those that a stronger one excludes."""
    return {key: 0.0 if any(values.get(rival, 0.0) > value for rival in _excluded(key)) else value for key, value in values.items()}


def _rival(key, values, start):
    """Return what becomes of a rival: nothing where a pull excludes it, else what it was."""
    return 0.0 if any(values.get(other, 0.0) > 0.0 for other in _excluded(key)) else start.get(key, 0.0)


def _excluded(key):
    """Return the rig keys that contradict one, on its side of the face."""
    groups = [group for group in EXCLUSIONS if int(key[2:4]) in group]
    rivals = [other for group in groups for number in sorted(group) for other in keys_of(number) if other != key]
    return [other for other in rivals if other[-2:] == key[-2:] or "." not in other or "." not in key]
