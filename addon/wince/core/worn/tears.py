"""The tear line: the strip of tears that stands between the lower lid's margin and the eyeball; the pink bump in the inner corner.

Both sit behind the front of the lid's margin and close to the eyeball, so that closed lids cover them.
"""

from itertools import pairwise

import numpy as np

from ..facs.table import SIDES
from . import binding
from .binding import unit
from .piece import SKIN, Piece

MATERIALS = ("tears", "caruncle")
PER_COLUMN = 3                         # steps of the strip from one column of the lid's rings to the next
ON_LID, ON_EYE = 0.00042, 0.00050      # how far the tears climb up the lid's margin and the eyeball, metres
RAISED = 0.00005                       # what they stand off both
SAG = 0.35                             # how far their surface sinks towards the corner between lid and eyeball: a meniscus is hollow
ENDS = 0.15                            # share of the lid at either end over which they thin out
MARGIN = (0, 1, 2)                     # rings of the margin: inner edge, middle, front
AHEAD, MOST = 0.0002, 0.00119          # what tears may stand before the lid's front, and off the eyeball, metres
FAR, ASIDE = 11, 5                     # ring and columns further that hold them with the lid's front
BUMP_RADII = (0.0013, 0.0010, 0.0011)  # of the bump: towards the eye, forward, upward; metres
BUMP_AT = (0.62, 0.0004)               # along the margin from front to inner edge, then towards the eye (metres)


def make(person):
    """Return the Piece of both eyes.

    person   core.face.Person
    returns  Piece that follows the skin: per eye a strip and a bump
    """
    skin, parts = binding.shown(person), []
    for s, side in enumerate(SIDES):
        rings = person.pack.eye_rings[s]
        points, faces, columns = _strip(skin, rings, person.eyes[side])
        parts += [(0, points, faces, _tie(rings, columns)), (1, *_bump(skin, rings, person.eyes[side]))]
    starts = np.cumsum([0, *(len(points) for _, points, _, _ in parts)])
    points, corners = (np.concatenate([part[k] for part in parts]) for k in (1, 3))
    faces = np.concatenate([part[2] + start for part, start in zip(parts, starts, strict=False)])
    slots = np.concatenate([np.full(len(part[2]), part[0]) for part in parts])
    return Piece(points, faces, MATERIALS, SKIN, binding.bind(points, corners, skin), slots)


def _strip(skin, rings, eye):
    """Return the strip of one eye: points (N * 3, 3), faces (F, 4), the column (N,) of the lid that each cross-section lies at."""
    columns = np.r_[rings.shape[1] // 2 : rings.shape[1], 0]                    # along the lower lid, outer corner to inner
    place = np.linspace(0, len(columns) - 1, PER_COLUMN * (len(columns) - 1) + 1)
    margin = np.stack([_along(skin[rings[k, columns]], place) for k in MARGIN])
    share = np.clip(np.minimum(place, place[::-1]) / (ENDS * place[-1]), 0.15, 1)[:, None]
    meet, front = _where_they_meet(margin, eye)
    climb = np.minimum(ON_LID, 0.6 * np.linalg.norm(front - meet, axis=1, keepdims=True))
    lid = meet + share * climb * unit(front - meet)
    out = unit(meet - eye.centre)
    upward = unit(np.cross(unit(np.gradient(meet, axis=0)), out))
    upward *= np.where((upward[:, 2] < 0)[:, None], -1.0, 1.0)
    on_eye = eye.centre + (eye.radius + RAISED) * unit(meet + share * ON_EYE * upward - eye.centre)
    hollow = (1 - SAG) * (lid + on_eye) / 2 + SAG * (meet + RAISED * out)
    points = _between(np.stack([lid + RAISED * upward, hollow, on_eye], axis=1), eye, front)
    faces = _grid(len(place), 3)
    points = points.reshape(-1, 3)
    return points, faces if _faces_out(points, faces, out.mean(axis=0)) else faces[:, ::-1], columns[place.round().astype(int)]


def _tie(rings, columns):
    """Return the corners (N * 3, 3) of triangles that hold a strip, from the columns (N,) that its cross-sections lie at.

    The margin itself turns over when the eye closes. So each triangle starts at the lid's front, which carries the tears along, and has
    its other corners far out, so that it hardly turns.
    """
    aside = (columns + np.where(columns % rings.shape[1] < 3 * rings.shape[1] // 4, ASIDE, -ASIDE)) % rings.shape[1]
    return np.stack([rings[2, columns], rings[FAR, columns], rings[FAR, aside]], axis=1).repeat(3, axis=0)


def _between(points, eye, front):
    """Return points (N, 3, 3) moved out of the eyeball, but nowhere AHEAD before the front of the lid's margin (N, 3).

    Where that lies within the eyeball, at some inner corners, tears hide there too: the closing lid will carry them out with it.
    """
    arm = points - eye.centre
    distance, most = (np.linalg.norm(a, axis=-1, keepdims=True) for a in (arm, front[:, None] - eye.centre))
    return eye.centre + arm * np.clip(distance, eye.radius + RAISED, np.minimum(most + AHEAD, eye.radius + MOST)) / distance


def _where_they_meet(margin, eye):
    """Return where the margin (3, N, 3) leaves the eyeball and its front edge, (N, 3) each."""
    share = np.linspace(0, 1, 17)[:, None, None]
    path = np.concatenate([a + share * (b - a) for a, b in pairwise(margin)])
    outside = np.linalg.norm(path - eye.centre, axis=-1) > eye.radius
    first = np.where(outside.any(axis=0), outside.argmax(axis=0), len(path) - 1)
    return path[first, np.arange(path.shape[1])], margin[-1]


def _bump(skin, rings, eye):
    """Return the bump in one eye's inner corner: points (N, 3), faces (F, 4), corners (N, 3) of the triangles it is tied to."""
    front, inner, upper, lower = (skin[v] for v in (rings[2, 0], rings[0, 0], rings[2, 2], rings[2, -2]))
    eyewards = unit((upper + lower) / 2 - front)
    out = unit((upper + lower) / 2 - eye.centre)
    upward = unit(np.cross(eyewards, out))
    centre = front + BUMP_AT[0] * (inner - front) + BUMP_AT[1] * eyewards
    turn, rise = np.meshgrid(np.linspace(0, 2 * np.pi, 9)[:-1], np.radians([-60, -20, 20, 60]), indexing="ij")
    ball = np.stack([np.cos(turn) * np.cos(rise), np.sin(turn) * np.cos(rise), np.sin(rise)], axis=-1) * BUMP_RADII
    points = centre + ball.reshape(-1, 3) @ np.stack([eyewards, out, upward])
    faces = _grid(9, 4) % 32
    tied = np.tile([rings[3, 0], rings[3, 1], rings[3, -1]], (len(points), 1))
    return points, faces if _faces_out(points, faces, None, centre) else faces[:, ::-1], tied


def _along(points, place):
    """Return points (N, 3) at places 0..C-1 along a row of points (C, 3), smoothly (Catmull and Rom 1974)."""
    first = np.minimum(place.astype(int), len(points) - 2)
    t = (place - first)[:, None]
    row = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    a, b, c, d = (row[first + k] for k in range(4))
    return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))


def _grid(rows, columns):
    """Return the quads (F, 4) of a grid of points, row by row."""
    index = np.arange(rows * columns).reshape(rows, columns)
    return np.stack([index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]], axis=-1).reshape(-1, 4)


def _faces_out(points, faces, out, centre=None):
    """Tell whether the faces' normals look along `out`, or away from a centre."""
    corner = points[faces]
    normal = np.cross(corner[:, 2] - corner[:, 0], corner[:, 3] - corner[:, 1])
    return (normal * (out if centre is None else corner.mean(axis=1) - centre)).sum() > 0
