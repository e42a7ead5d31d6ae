"""Rooms as plain numbers: four walls around the face, floor and ceiling, what hangs and stands there, and lamps; all out of focus.

Wall 0 is what a frontal camera sees behind the head, 1 is to its right, 2 behind the camera, 3 to its left. Places on a wall are metres:
x to the right as one looks at it from the middle of the room, z above the eyes.
"""

import math

import numpy as np

from ..core import colour

WALLS, PER_WALL, LIGHTS_PER_WALL = 4, 4, 2
BLUR = (0.018, 0.034)                  # radius of what a point is spread to, as a share of its distance
EVENING = "evening"
PLACES = ("ward", "living", "corridor", "window")


def draw(rng, evening=False):
    """Draw a room.

    evening  whether lamps light it and windows are dark
    returns  {"place", "turn_deg", "half_m": [to the walls at the sides, to those before and behind], "floor_m", "ceiling_m", "blur",
             "walls": [rgb] * 4, "floor": rgb, "ceiling": rgb, "shapes": [{"wall", "x", "z", "half_x", "half_z", "rgb"}],
             "lights": [{"wall", "x", "z", "radius", "rgb"}]}; metres, display colours 0..1; of one wall later shapes lie over earlier ones
    """
    place = PLACES[int(rng.integers(len(PLACES)))]
    tones, room = _Tones(rng, evening), {"ward": _ward, "living": _living, "corridor": _corridor, "window": _window}[place]
    half, things, glows = room(rng, tones)
    eye = rng.uniform(1.0, 1.35)
    return {"place": place, EVENING: bool(evening), "turn_deg": round(float(rng.uniform(-28, 28)), 2),
            "half_m": [round(float(value), 3) for value in half], "floor_m": round(-eye, 3), "ceiling_m": round(2.55 - eye, 3),
            "blur": round(float(rng.uniform(*BLUR)), 4), "walls": [shown(tones.wall * [share, 1, 1]) for share in tones.sides],
            "floor": shown(tones.floor), "ceiling": shown(tones.ceiling), "shapes": [_plain(*thing) for thing in things],
            "lights": [_glow(*glow) for glow in glows]}


def shown(lab):
    """Return the display values of a Lab colour, as records have them."""
    rgb = colour.encode(colour.from_lab(np.clip(lab, [20, -60, -60], [95, 60, 60])))
    return [round(float(value), 4) for value in np.clip(rgb, 0.06, 0.97)]


class _Tones:
    """The colours of one room, Lab: muted, as paint and stuff for rooms are."""

    def __init__(self, rng, evening):
        self.dim = 0.58 if evening else 1.0
        warm = [0, 2, 8] if evening else [0, 0, 0]
        self.wall = np.array([rng.uniform(58, 84), *(rng.normal(size=2) * [2.5, 4.5])]) * [self.dim, 1, 1] + warm
        self.sides = [1.0, rng.uniform(0.84, 0.96), rng.uniform(0.9, 1.0), rng.uniform(0.84, 0.96)]
        self.floor = np.array([rng.uniform(36, 60), rng.uniform(0, 4), rng.uniform(2, 12)]) * [self.dim, 1, 1]
        self.ceiling = np.array([min(self.wall[0] * 1.08, 90), 0, 2])
        self.day = np.array([rng.uniform(22, 32), -1, -9]) if evening else np.array([rng.uniform(87, 94), rng.normal(), rng.uniform(-6, 3)])
        self.cloth = np.array([rng.uniform(42, 80), *(rng.normal(size=2) * [4, 5.5])]) * [self.dim, 1, 1]
        self.wood = np.array([rng.uniform(36, 64), rng.uniform(2, 7), rng.uniform(7, 16)]) * [self.dim, 1, 1]
        self.white = np.array([rng.uniform(74, 86), 0, rng.uniform(-2, 4)]) * [self.dim, 1, 1]
        self.dark = np.array([rng.uniform(24, 36), rng.normal(), rng.normal() * 3])
        self.leaf = np.array([rng.uniform(34, 48), -12, 14]) * [self.dim, 1, 1]
        self.lamp = np.array([68, 5, 16]) if evening else np.array([84, 1, 7])


def _ward(rng, tones):
    """A ward: headboard and rail behind, a curtain between beds, a window, a door."""
    side, half = rng.choice([-1, 1]), (rng.uniform(2.0, 2.8), rng.uniform(2.2, 3.2))
    far, bed = side * rng.uniform(0.55, 0.95), rng.normal() * 0.15
    things = [(0, 0.0, rng.uniform(0.28, 0.42), 2.4, 0.07, tones.white), (0, bed, -0.45, 0.55, 0.32, tones.wood),
              (0, far, 0.0, rng.uniform(0.22, 0.4), 1.9, tones.cloth), (0, -0.8 * far, 0.05, 0.07, 0.22, tones.dark),
              *_daylight(1, side * 0.2, 0.8, 0.55, tones), *_door(2, -0.7, tones), (2, 0.8, -0.5, 0.4, 0.75, tones.wood),
              (3, 0.3, 0.0, 1.1, 1.9, tones.cloth), (3, -1.3, -0.3, 0.28, 0.3, tones.white)]
    return half, things, [(0, -far, 0.58, 0.04, tones.lamp), (1, 1.4, 0.8, 0.07, tones.lamp)]


def _living(rng, tones):
    """A living room: shelves with books, a picture, a sofa's back, a lamp, a window with curtains."""
    side, half = rng.choice([-1, 1]), (rng.uniform(2.0, 3.0), rng.uniform(2.4, 3.6))
    shelf, books = side * rng.uniform(0.6, 0.9), tones.cloth * [0.75, 1.2, 1.2]
    things = [(0, shelf, -0.1, 0.42, 1.0, tones.wood), (0, shelf, rng.uniform(0.05, 0.25), 0.36, 0.13, books),
              (0, -side * rng.uniform(0.35, 0.6), rng.uniform(0.2, 0.4), rng.uniform(0.2, 0.32), 0.22, tones.dark * [1.7, 1, 1]),
              (0, -side * 0.5, -0.75, 0.95, 0.38, tones.cloth), *_daylight(1, 0.0, 0.7, 0.65, tones),
              (2, 0.6, 0.2, 0.5, 0.35, tones.wood), *_door(2, -0.9, tones), (3, 0.2, -0.7, 1.0, 0.45, tones.cloth * [0.8, 1, 1]),
              (3, -1.1, 0.1, 0.25, 0.9, tones.leaf)]
    return half, things, [(0, -side * rng.uniform(0.75, 1.0), rng.uniform(0.35, 0.65), 0.06, tones.lamp), (3, 0.9, 0.1, 0.1, tones.lamp)]


def _corridor(rng, tones):
    """A corridor: its far end small and bright, doors and a handrail along its walls."""
    half = (rng.uniform(1.1, 1.5), rng.uniform(6.0, 9.0))
    rail = tones.wood * [0.9, 1, 1]
    things = [(0, 0.0, 0.1, 0.75, 1.0, tones.day), (0, 0.0, 0.1, 0.05, 1.0, tones.white), (0, 0.0, -0.1, 0.75, 0.05, tones.wood)]
    for wall in (1, 3):
        things += [(wall, rng.uniform(1.6, 2.4), -0.2, 0.5, 1.1, tones.wood), (wall, rng.uniform(-2.4, -1.6), -0.2, 0.5, 1.1, tones.wood),
                   (wall, 0.0, -0.35, 8.0, 0.06, rail), (wall, rng.normal() * 0.3, 0.35, 0.3, 0.22, tones.dark * [1.8, 1, 1])]
    things += [*_door(2, 0.0, tones)]
    return half, things, [(0, -0.25, 1.05, 0.16, tones.lamp), (0, 0.3, 1.0, 0.12, tones.lamp), (1, -3.4, 0.9, 0.1, tones.lamp),
                          (3, 3.4, 0.9, 0.1, tones.lamp)]


def _window(rng, tones):
    """A room whose large window is behind the head: sky, what is green or built outside, bars, curtains at its sides."""
    side, half = rng.choice([-1, 1]), (rng.uniform(2.0, 3.0), rng.uniform(1.8, 2.8))
    middle, wide = side * rng.uniform(0.2, 0.6), rng.uniform(0.6, 0.9)
    outside = tones.day * [0.85, 1, 1] + 0.35 * tones.leaf * [0, 1, 1]               # trees or houses, hazy
    things = [(0, middle, 0.25, wide, 0.75, tones.day), (0, middle, -0.28, wide, 0.24, outside),
              (0, middle + 0.1, 0.2, 0.035, 0.75, tones.white),
              (0, middle - side * (wide + 0.05), 0.1, rng.uniform(0.14, 0.24), 1.4, tones.cloth),
              (1, 0.0, -0.3, 0.5, 0.8, tones.wood), (1, -1.2, 0.25, 0.3, 0.22, tones.dark * [1.8, 1, 1]), *_door(2, 0.8, tones),
              (3, 0.0, -0.75, 0.9, 0.4, tones.cloth), (3, -0.9, 0.3, 0.28, 0.2, tones.wood)]
    return half, things, [(0, middle - 0.2, rng.uniform(0.3, 0.6), 0.025, tones.lamp), (3, 1.2, 0.1, 0.1, tones.lamp)]


def _daylight(wall, x, half_x, half_z, tones):
    """Return a window with a bar and a curtain."""
    return [(wall, x, 0.25, half_x, half_z, tones.day), (wall, x, 0.25, 0.03, half_z, tones.white),
            (wall, x - half_x, 0.1, 0.2, half_z + 0.35, tones.cloth)]


def _door(wall, x, tones):
    """Return a door with a pane in it."""
    return [(wall, x, -0.2, 0.45, 1.02, tones.wood), (wall, x + 0.05, 0.3, 0.16, 0.26, tones.day * [0.85, 1, 1])]


def _plain(wall, x, z, half_x, half_z, lab):
    numbers = {"x": x, "z": z, "half_x": half_x, "half_z": half_z}
    return {"wall": wall} | {key: round(float(value), 3) for key, value in numbers.items()} | {"rgb": shown(lab)}


def _glow(wall, x, z, radius, lab):
    return {"wall": wall} | {key: round(float(value), 3) for key, value in (("x", x), ("z", z), ("radius", radius))} | {"rgb": shown(lab)}


def distance(room, wall):
    """Return how far a wall of a drawn room is, and half its width, metres."""
    side, ahead = room["half_m"]
    return (ahead, side) if wall % 2 == 0 else (side, ahead)


def corner_softness(room):
    """Return the blur of a room's corners, in the units of its nodes: shares of the walls' distances."""
    return 2 * room["blur"] * math.hypot(*room["half_m"]) / min(room["half_m"])
