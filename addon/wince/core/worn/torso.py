"""The trunk that clothes hang on: the skin of the bust as seen from the middle of the chest, and what the pack leaves out below it.

Every direction from `CENTRE` meets the body once (it is star-shaped), so the body is a picture of radii over azimuth and elevation.
The bust ends at the shoulders; a plain trunk with hanging upper arms goes on from there, for clothes alone, never to be seen bare.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .. import atlas, turns

CENTRE = np.array([0.0, -0.012, -0.15])            # from the neck joint, metres
SIZE = 128                                         # directions around, and from straight down to straight up
TOP = (0.05, 0.6)                                  # skin above this height, and this much of it per metre to the back, is head
FLOOR = -0.36                                      # where clothes end, metres below the neck joint
TRUNK = ((0.0, -0.018, -0.15), (0.0, -0.022, -0.50), (0.150, 0.100))       # a capsule, top and bottom, and its half width and half depth
ARM = ((0.148, 0.0, -0.098), (0.192, 0.006, -0.50), (0.050, 0.056))
FALL = 0.12                                        # how much cloth that hangs free comes in for each metre that it goes down
MERGE = 0.020                                      # how softly arm and trunk meet, metres


@dataclass(frozen=True, eq=False)
class Torso:
    """A body in directions: columns run around from the back by the character's right to the back, rows from straight down up.

    radius   (SIZE, SIZE) metres from CENTRE; rows elevation, columns azimuth
    skin     (SIZE, SIZE) bool, where the pack's own skin is
    """

    radius: np.ndarray
    skin: np.ndarray


def directions():
    """Return the unit directions (SIZE, SIZE, 3) of the picture; azimuth 0 is the front, -Y."""
    step = (np.arange(SIZE) + 0.5) / SIZE
    azimuth, elevation = np.meshgrid((step - 0.5) * 2 * np.pi, (step - 0.5) * np.pi)
    return np.stack([np.cos(elevation) * np.sin(azimuth), -np.cos(elevation) * np.cos(azimuth), np.sin(elevation)], axis=-1)


def of(base, faces):
    """Return the Torso of a bust.

    base    (V, 3) metres
    faces   (F, 4) of its skin
    """
    seen, skin = _skin(base, faces)
    around = directions()
    plain = _plain()
    radius = np.where(skin, np.maximum(seen, 0.97 * plain), np.maximum(plain, _around(seen, np.max)))
    top = SIZE - 1 - skin[::-1].argmax(axis=0)                        # above it the neck goes on as it ends
    radius = np.where(np.arange(SIZE)[:, None] > top, radius[top, np.arange(SIZE)], radius)
    radius = _hanging(radius, around[..., 2])
    for _ in range(3):
        radius = _around(radius, np.mean)
        radius = np.where(skin, np.maximum(radius, seen), radius)
    return Torso(_around(radius, np.mean), skin)


def _hanging(radius, down):
    """Return radii as cloth has them that falls straight, and a little inwards, from what stands out above it."""
    level = np.sqrt(1 - down ** 2)
    out, floor = radius.copy(), _floor(down)
    for row in range(SIZE - 2, -1, -1):
        above = out[row + 1]
        if down[row, 0] > 0.85:
            continue
        fall = above * down[row + 1] - out[row] * down[row]
        straight = (above * level[row + 1] - FALL * np.maximum(fall, 0)) / level[row]
        out[row] = np.minimum(np.maximum(out[row], straight), floor[row])
    return out


def angles(points):
    """Return (column, row) of points (N, 3) in the picture, whole numbers at the middle of a texel."""
    azimuth, elevation = turns.bearing(points - CENTRE)
    return (azimuth / (2 * np.pi) + 0.5) * SIZE - 0.5, (elevation / np.pi + 0.5) * SIZE - 0.5


def _skin(base, faces):
    """Return the radii of the skin as a picture, and where it is."""
    near = faces[(base[faces, 2] < TOP[0] + TOP[1] * base[faces, 1]).all(axis=1)]
    column, row = angles(base)
    uv = np.stack([(column + 0.5) / SIZE, (row + 0.5) / SIZE], axis=1)
    rings = uv[near]
    over = np.ptp(rings[..., 0], axis=1) > 0.5                        # across the back, where the picture's ends meet
    rings[..., 0] = np.where(over[:, None] & (rings[..., 0] < 0.5), rings[..., 0] + 1, rings[..., 0])
    twice = np.concatenate([rings, rings[over] - [1.0, 0.0]])
    corners = np.concatenate([near, near[over]])
    found = atlas.texels(corners, twice.reshape(-1, 2), np.arange(twice.size // 2).reshape(-1, 4), SIZE)
    return found.picture(np.linalg.norm(base - CENTRE, axis=1)[:, None])[..., 0], found.covered()


@lru_cache(maxsize=1)
def _plain():
    """Return the radii of the plain trunk and arms, the same for all: from far outside inwards until something is met."""
    around = directions()
    radius = np.full(around.shape[:2], 0.9)
    for _ in range(48):
        radius = np.maximum(radius - 0.9 * _distance(CENTRE + radius[..., None] * around), 0.02)
    return np.minimum(radius, _floor(around[..., 2]))


def _floor(down):
    """Return how far away the floor is in directions whose z is `down`."""
    return np.divide(FLOOR - CENTRE[2], down, out=np.full_like(down, np.inf), where=down < -1e-6)


def _distance(points):
    """Return about how far points (..., 3) are from trunk and arms; negative inside."""
    trunk = _capsule(points, *TRUNK)
    arm = _capsule(np.abs(points * [1, 0, 0]) + points * [0, 1, 1], *ARM)
    mix = np.clip(0.5 + 0.5 * (arm - trunk) / MERGE, 0, 1)
    return arm * (1 - mix) + trunk * mix - MERGE * mix * (1 - mix)


def _capsule(points, top, bottom, half):
    """Return about how far points are from a capsule with an elliptic section."""
    top, axis = np.array(top), np.subtract(bottom, top)
    along = np.clip((points - top) @ axis / (axis @ axis), 0, 1)
    away = points - top - along[..., None] * axis
    away = away / [*half, half[0] * 0.7]
    return (np.sqrt(np.einsum("...i,...i->...", away, away)) - 1) * min(half)


def _around(picture, take):
    """Return what `take` makes of each texel and its eight neighbours; columns have no end."""
    tall = np.concatenate([picture[:1], picture, picture[-1:]])
    rows = [tall[k:k + SIZE] for k in range(3)]
    return take([np.roll(row, k, axis=1) for row in rows for k in (-1, 0, 1)], axis=0)
