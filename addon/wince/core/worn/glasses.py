"""Glasses of a person: fitted to eyes, nose, brows and ears of the neutral face, stiff, carried by the head."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from ..streams import stream
from .piece import HEAD, Piece
from .tube import joined, pane, tube

AROUND = 48                            # points of a rim
CLEAR = 0.0030                         # what frames keep off brows and cheeks, metres
LASHES = 0.0125                        # what lenses keep off the eyeball, metres
TILT = np.tan(np.radians(7))           # lenses lean forward at the top
BEND = 1 / 0.26                        # and follow the face around, 1/m
BULGE = 0.0018                         # of a lens: a flat one mirrors a whole lamp at once
HEADS = 0.0022                         # what temples keep off the head, metres
EAR_ROOT = 0.0712                      # an average ear grows from the head nearer to the middle than this
BRIDGE = slice(27, 30)                 # landmarks of the nose's back


@dataclass(frozen=True)
class Frame:
    """One frame, metres: half the lens, how square it is (2 is round), half the rim's thickness seen from ahead and from the side."""

    half: tuple[float, float]
    square: float
    rim: tuple[float, float]
    lower: float                       # of the rim's thickness below: half-rim frames have almost none
    temple: tuple[float, float]


FRAMES = {                             # as a face of average width wears them
    "round": Frame((0.0228, 0.0216), 2.0, (0.0007, 0.0009), 1.0, (0.0007, 0.0011)),
    "rectangular": Frame((0.0252, 0.0154), 3.4, (0.0012, 0.0016), 1.0, (0.0012, 0.0022)),
    "half_rim": Frame((0.0255, 0.0152), 3.1, (0.0010, 0.0013), 0.25, (0.0008, 0.0017)),
    "oval": Frame((0.0244, 0.0158), 2.3, (0.0006, 0.0008), 1.0, (0.0006, 0.0011)),
}
WIDTHS = (0.90, 1.10)                  # of an average frame, that are sold
LENS_HALF = 0.0285                     # the widest lens there is


def make(person):
    """Return the Piece of a person's glasses, or None."""
    if person.identity.look.glasses.kind not in FRAMES:
        return None
    frame = frame_of(person)
    fit = _Fit(person, frame)
    stiff = [_bridge(frame, fit), *(part(frame, fit, side) for part in (_rim, _temple, _pad, _arm) for side in (-1, 1))]
    panes = [_lens(frame, fit, side) for side in (-1, 1)]
    points, faces, part = joined(stiff + panes)
    return Piece(points, faces, ("frame", "lens"), HEAD, slots=(part >= len(stiff)).astype(int))


def frame_of(person):
    """Return the Frame that a person wears: its kind's, as wide as the head is, and a little of a model of its own by the look's seed."""
    look = person.identity.look
    kind, rng = FRAMES[look.glasses.kind], stream(look.seed, "glasses", look.glasses.kind)
    size = float(np.clip(_width(person.base, person.pack) / _width(person.pack.base, person.pack) * rng.uniform(0.95, 1.04), *WIDTHS))
    tall, thick, square = rng.uniform(0.90, 1.12), rng.uniform(0.75, 1.3), rng.uniform(-0.15, 0.2) * (kind.square > 2.5)
    half = min(kind.half[0] * size, LENS_HALF), kind.half[1] * size * tall
    rim, temple = (tuple(thick * side for side in sides) for sides in (kind.rim, kind.temple))
    return replace(kind, half=half, square=kind.square * (1 + square), rim=rim, temple=temple)


def _width(base, pack):
    """Return how far apart the ears' roots are."""
    ear = _places(pack).ear
    return float(base[ear[1], 0].mean() - base[ear[-1], 0].mean())


class _Fit:
    """Where a frame sits on a person.

    middle   (3,) between the lenses, on their surface
    spread   half the distance between the lenses' middles, metres
    nose     (3, 3) points down the nose's back
    """

    def __init__(self, person, frame):
        base, pack = person.base, person.pack
        left, right = person.eyes["L"], person.eyes["R"]
        self.base, self.places = base, _places(pack)
        self.nose = np.einsum("nk,nkc->nc", pack.landmark_weights[BRIDGE], base[pack.faces[pack.landmark_faces[BRIDGE]]])
        self.middle = (left.centre + right.centre) / 2
        self.spread = max((left.centre - right.centre)[0] / 2 + 0.001, frame.half[0] + 0.0082)
        self.middle = self.middle + [0, -max(left.radius, right.radius) - LASHES, -0.003]
        self.middle[1] += min(self._room(frame), 0)

    def surface(self, x, z):
        """Return points (N, 3) on the lenses' common surface, `x` and `z` (N,) metres from its middle."""
        y = BEND / 2 * x ** 2 - TILT * z
        return self.middle + np.stack([x, y, z], axis=-1)

    def _room(self, frame):
        """Return how far the lenses are from what they must keep clear of; negative: how far forward they must go."""
        away = self.base[self.places.front] - self.middle
        inner, outer = self.spread - frame.half[0] + 0.002, self.spread + frame.half[0] + 0.002
        seen = (np.abs(away[:, 2]) < frame.half[1] + 0.003) & (np.abs(away[:, 0]) < outer) & (np.abs(away[:, 0]) > inner)
        gap = away[:, 1] - (BEND / 2 * away[:, 0] ** 2 - TILT * away[:, 2]) - CLEAR
        return gap[seen].min(initial=0.0)


@dataclass(frozen=True, eq=False)
class _Places:
    """Vertices of a pack: `front` of the face, `side` of the head by side, `ear` the top of an ear's root by side (-1: right)."""

    front: np.ndarray
    side: dict
    ear: dict


@lru_cache(maxsize=2)
def _places(pack):
    base, skin = pack.base, np.unique(pack.faces_of("skin", "brows"))
    front = skin[(base[skin, 1] < -0.08) & pack.exterior[skin]]
    side, ear = {}, {}
    for sign, name in ((1, "ear.L"), (-1, "ear.R")):
        weight, out = pack.regions[name][skin], base[skin, 0] * sign
        side[sign] = skin[(weight < 0.35) & (out > 0.035) & pack.exterior[skin]]
        root = skin[(weight > 0.55) & (weight < 0.8) & (out > 0.05) & (out < EAR_ROOT)]
        ear[sign] = root[np.argsort(-base[root, 2])[:5]]
    return _Places(front, side, ear)


def _outline(frame, fit, side, grow=0.0):
    """Return the outline (AROUND, 3) of one lens; it begins at the outer side and goes over the top."""
    turn = np.arange(AROUND) / AROUND * 2 * np.pi
    way = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    way = np.sign(way) * np.abs(way) ** (2 / frame.square)
    z = way[:, 1] * (frame.half[1] + grow)
    x = way[:, 0] * (frame.half[0] + grow) * (1 + 0.06 * way[:, 1])      # a little wider at the top
    return fit.surface(side * (fit.spread + x), z)


def _rim(frame, fit, side):
    path = _outline(frame, fit, side)
    turn = np.sin(np.arange(AROUND) / AROUND * 2 * np.pi)
    thick = np.where(turn > -0.25, 1.0, frame.lower)[:, None]
    depth = np.tile([0.0, -1.0, -TILT], (AROUND, 1)) / np.hypot(1, TILT)
    return tube(path, thick * np.array(frame.rim), depth, closed=True)


def _lens(frame, fit, side):
    outline = _outline(frame, fit, side)
    return pane(outline, fit.surface(np.array([side * fit.spread]), np.array([0.0]))[0] - [0, BULGE, 0])


def _bridge(frame, fit):
    """Return the bridge: an arch from rim to rim over the nose's back."""
    gap, height = fit.spread - frame.half[0] * 0.97, 0.32 * frame.half[1]
    x = np.linspace(-gap, gap, 11)
    path = fit.surface(x, height + 0.0022 * (1 - (x / gap) ** 2))
    nose = np.interp(path[:, 2], fit.nose[::-1, 2], fit.nose[::-1, 1])
    path[:, 1] = np.minimum(path[:, 1], nose - CLEAR * 0.6 + 3.0 * np.abs(x))
    return tube(path, np.tile(np.maximum(frame.rim, 0.0009), (11, 1)), np.tile([0.0, 0.0, 1.0], (11, 1)))


def _temple(frame, fit, side):
    """Return one temple: from the rim back over the ear's root, along the head and not through it, and down behind the ear."""
    hinge = fit.surface(np.array([side * (fit.spread + frame.half[0] + 0.003)]), np.array([0.45 * frame.half[1]]))[0]
    ear = fit.base[fit.places.ear[side]].mean(axis=0) + [side * 0.0015, 0, 0.0015]
    share = np.linspace(0, 1, 14)[:, None]
    path = (1 - share) * hinge + share * ear
    path[:, 0] = side * np.maximum(side * path[:, 0], _even(_head(fit, side, path)) + HEADS)
    behind = path[-1] + np.array([[-side * 0.003, 0.011, -0.002], [-side * 0.008, 0.019, -0.010], [-side * 0.013, 0.024, -0.024]])
    path = np.concatenate([path, behind])
    taper = np.linspace(1, 0.75, len(path))[:, None]
    return tube(path, taper * np.array(frame.temple), _up(path))


def _up(path):
    """Return what is up (N, 3) and square to a path."""
    ahead = np.gradient(path, axis=0)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    up = np.array([0.0, 0.0, 1.0]) - ahead[:, 2:] * ahead
    return up / np.linalg.norm(up, axis=1, keepdims=True)


def _head(fit, side, path):
    """Return how far out the head is beside each point of a path, (N,)."""
    skin = fit.base[fit.places.side[side]]
    near = np.linalg.norm(path[:, None, 1:] - skin[:, 1:], axis=-1) < 0.009
    return np.where(near, side * skin[:, 0], -np.inf).max(axis=1, initial=0.0)


def _even(values):
    """Return numbers (N,) that are nowhere below what they were, and have no steps."""
    wide = np.pad(values, 1, mode="edge")
    top = np.maximum(np.maximum(wide[:-2], wide[2:]), values)
    wide = np.pad(top, 1, mode="edge")
    return np.maximum(0.25 * wide[:-2] + 0.5 * top + 0.25 * wide[2:], values)


def _arm(frame, fit, side):
    """Return the piece between rim and temple."""
    x = side * (fit.spread + frame.half[0] + np.array([-0.0005, 0.0012, 0.003, 0.003]))
    path = fit.surface(x, np.full(4, 0.45 * frame.half[1])) + np.outer([0, 0, 0.0006, 0.004], [0, 1, 0])
    return tube(path, np.tile(frame.temple, (4, 1)), np.tile([0.0, 0.0, 1.0], (4, 1)))


def _pad(frame, fit, side):
    """Return the pad on one side of the nose, and the wire that holds it."""
    inner = side * (fit.spread - frame.half[0] + 0.0012)
    start = fit.surface(np.array([inner]), np.array([-0.15 * frame.half[1]]))[0]
    path = start + np.outer([0, 0.35, 0.7, 1.0], [-side * 0.0022, 0.0065, -0.004])
    half = np.array([[0.0005, 0.0005], [0.0005, 0.0006], [0.0010, 0.0030], [0.0006, 0.0016]])
    return tube(path, half, _up(path))
