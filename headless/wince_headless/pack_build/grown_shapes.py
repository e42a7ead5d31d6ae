"""Shapes of a head made by rule, where the source has none: what years do to skin, fat and bone, and a fuller skull.

A shape is a sum of pulls: skin around a line of points moves one way, most on the line, less around it. Where and which way is
anatomy: fat pads sink and shrink in the temple, under the eye and below the cheekbone, skin sags between the ligaments that hold it
(jowls, nasolabial and marionette folds, brow tails over the lids), the platysma stands out in bands. After Rohrich and Pessa 2007
(fat compartments), Mendelson and Wong 2012 (ligaments and bone), Reece, Pessa and Rohrich 2008 (jowls); positions and millimetres ours.

Positions are millimetres from the midpoint between the eyes (x to the side, z up) and the depth behind the nose tip, None: on the skin.
Moves are millimetres (out, back, up). Every shape has a second end, half as far the other way: skin tauter than the average's.
"""

from itertools import pairwise

import numpy as np

from wince.core.steps import smoothstep

from .regions import frontal

BACK = 0.5                        # of the shape, at its other end
PULLS = {
    "age-jowls": (
        (((40, -84, None), (46, -74, None)), 11, (3.2, -0.5, -10.5)),
        (((28, -96, 30), (31, -100, 36)), 7, (0.5, -0.5, -4.5)),
        (((22, -94, None), (24, -101, 27)), 5.5, (-1.0, 3.2, 2.2)),
        (((54, -66, None),), 15, (0.5, 0.0, -5.0)),
    ),
    "age-cheeks": (
        (((44, -52, None), (51, -40, None)), 13.5, (-4.2, 6.0, -3.8)),
        (((33, -29, None), (41, -27, None)), 12.5, (0.0, 3.0, -6.2)),
        (((27, -44, None), (33, -56, None)), 9, (1.0, -1.8, -4.5)),
        (((48, -19, None), (58, -21, None)), 7, (1.2, -1.2, -1.0)),
    ),
    "age-folds": (
        (((18, -42, None), (23, -51, None), (28, -60, None)), 4.0, (-0.6, 3.0, 0.6)),
        (((25, -42, None), (31, -51, None), (35, -60, None)), 5.5, (1.0, -2.8, -2.4)),
        (((29, -71, None), (30, -78, None), (28, -86, None)), 4.5, (-0.3, 3.0, 0.0)),
        (((36, -74, None), (37, -82, None)), 6, (1.0, -2.0, -2.4)),
    ),
    "age-temples": (
        (((60, 24, None), (64, 14, None)), 13.5, (-5.5, 1.5, 0.0)),
        (((57, 36, None),), 14, (-1.5, 0.6, 0.0)),
        (((66, -26, None), (62, -34, None)), 10, (-2.5, 0.0, -0.5)),
    ),
    "age-orbits": (
        (((17, 7, None), (26, 10, None)), 5.5, (0.0, 3.4, 0.8)),
        (((40, 9, None), (49, 4, None)), 6.0, (0.4, -0.8, -3.0)),
        (((12, -9, None), (18, -15, None), (27, -21, None), (36, -24, None)), 4.5, (0.0, 3.2, -1.0)),
        (((25, -12, None), (37, -12, None)), 4.5, (0.0, -2.4, -1.6)),
        (((18, 20, None), (34, 22, None), (48, 18, None)), 10, (0.0, 0.8, -2.4)),
    ),
    "age-lips": (
        (((0, -54, None), (10, -55, None)), 8, (0.0, 3.0, -1.8)),
        (((16, -60, None), (22, -66, None)), 6, (0.6, 2.6, -0.8)),
        (((0, -76, None), (12, -77, None)), 7, (0.0, 2.8, 0.8)),
        (((0, -92, None),), 10, (0.0, -2.2, 1.5)),
    ),
    "ear-hang": (
        (((74, -43, 110), (75, -46, 114)), 6.5, (-0.6, 0.0, -7.0)),
    ),
    "neck-muscles": (
        (((59, -96, 122), (50, -118, 116), (38, -140, 102), (25, -160, 94), (12, -180, 90)), 6.5, (2.0, -5.0, 0.0)),
        (((19, -130, 86), (14, -150, 88), (9, -168, 90)), 5.5, (0.0, 3.6, 0.0)),
        (((60, -148, 124), (54, -164, 110)), 8, (-2.0, 3.4, 0.0)),
        (((0, -183, 90),), 7, (0.0, 6.5, 0.0)),
        (((16, -188, 88), (45, -189, 94), (80, -182, 112), (116, -178, 118)), 6.5, (0.0, -5.0, 2.0)),
        (((44, -174, 101), (76, -168, 118)), 8, (0.0, 5.0, -2.0)),
    ),
    "neck-larynx": (
        (((0, -136, 81), (0, -143, 83)), 5.5, (0.0, -5.2, 0.0)),
        (((0, -158, 89),), 7, (0.0, 1.6, 0.0)),
    ),
    "age-neck": (
        (((0, -112, 45), (0, -118, 62)), 13, (0.0, -1.5, -5.0)),
        (((9, -118, 55), (11, -132, 70), (14, -148, 78)), 5.0, (0.0, -6.0, -1.0)),
        (((0, -136, 76), (0, -150, 82)), 7, (0.0, 3.0, 0.0)),
        (((26, -126, 72), (28, -142, 82)), 7, (-2.0, 4.0, 0.0)),
        (((40, -104, 62),), 10, (-1.0, 1.5, -3.0)),
    ),
}
LIDS = (30.0, 0.0, 19.0, 7.5)     # x, z and radii of the ellipse in which nothing moves: the margins of the lids
CROWN = (22.0, 66.0)              # height above the eyes from where to where "head-crown" grows
CROWN_WIDER, CROWN_FULLER = 0.10, 0.03
RAISED, LIDS_UP = (30.0, -4.0, 16.0, 7.0), 3.0       # x, z, half the width, the Gaussian's height; millimetres at the middle
LOBES, EAR_ROOT, LOBE_CLOSER = (-45.0, -14.0), 66.0, 13.0   # heights from where to where; where ears begin; millimetres at the lobe
TAPER, NARROWER = (-12.0, -74.0, -108.0), 9.0       # heights: where it begins, is full, ends; millimetres


def grown(source, average, origin):
    """Return {name: (S, 3)}: both ends of every shape that is made by rule, metres.

    source   Source, for what is skin
    average  (S, 3) the average adult
    origin   (3,) between the eyes in X and Z, the nose tip in Y
    """
    body = source.mesh.vertices_of("body")
    seen = frontal(average[body], origin)
    shapes = {name: _pulled(seen, rows) for name, rows in PULLS.items()}
    shapes |= {"head-crown": _crown(seen), "ear-close": _close_ears(seen), "eye-lids-up": _raised_lids(seen), "head-taper": _tapered(seen)}
    out = {}
    for name, moved in shapes.items():
        field = np.zeros((len(average), 3))
        field[body] = moved / 1000
        out |= {f"local:{name}-": -BACK * field, f"local:{name}+": field}
    return out


def _pulled(seen, rows):
    """Sum pulls on both sides of the face, (N, 3) mm in Blender's axes; lid margins stay where they are."""
    out = np.zeros((len(seen), 3))
    for line, radius, move in rows:
        line = np.array([_on_skin(seen, *point) for point in line])
        sides = [_pull(seen, line * (side, 1, 1), radius, np.array(move) * (side, 1, 1)) for side in (1, -1)]
        out += sides[0] if not line[:, 0].any() else _both(*sides)
    return out * _off_lids(seen)[:, None]


def _pull(seen, line, radius, move):
    """Move what is near a line of points, (x, z, depth), as a Gaussian of the distance; `radius` is its standard deviation, mm."""
    away = _distance(seen, line)
    return np.exp(-0.5 * (away / radius) ** 2)[:, None] * move * (away < 3 * radius)[:, None]


def _both(left, right):
    """Join the two sides: across the midline, where both reach, they do not add up but take turns."""
    share = (left**2).sum(axis=1) + (right**2).sum(axis=1)
    weight = np.divide((left**2).sum(axis=1), share, out=np.full(len(left), 0.5), where=share > 0)[:, None]
    return weight * left + (1 - weight) * right


def _distance(seen, line):
    """Return the distance (N,) of points to a polyline."""
    gaps = [np.linalg.norm(seen - line[0], axis=1)]
    for a, b in pairwise(line):
        along = np.clip((seen - a) @ (b - a) / ((b - a) @ (b - a)), 0, 1)
        gaps.append(np.linalg.norm(seen - a - along[:, None] * (b - a), axis=1))
    return np.min(gaps, axis=0)


def _on_skin(seen, x, z, depth):
    """Return a point (x, z, depth); without a depth, that of the skin which one sees there from the front."""
    if depth is None:
        off = np.hypot(seen[:, 0] - x, seen[:, 1] - z)
        near = np.argsort(off)[:12]
        depth = seen[near, 2][off[near] < off[near[0]] + 3].min()
    return x, z, depth


def _off_lids(seen):
    x, z, rx, rz = LIDS
    level = np.hypot((np.abs(seen[:, 0]) - x) / rx, (seen[:, 1] - z) / rz)
    return np.where(seen[:, 2] < 75, smoothstep(level, 1, 1.7), 1.0)


def _crown(seen):
    """Widen the skull above the brows, and fill it there before and behind, so that it ends in a dome and not in a point."""
    low, high = CROWN
    rise = smoothstep(seen[:, 1], low, high)
    top = seen[:, 1].max()
    fade = np.sqrt(np.clip((top + 6 - seen[:, 1]) / 50, 0, 1))
    middle = np.median(seen[seen[:, 1] > high, 2])
    out = np.zeros((len(seen), 3))
    out[:, 0] = rise * CROWN_WIDER * seen[:, 0]
    out[:, 1] = rise * fade * CROWN_FULLER * (seen[:, 2] - middle)
    return out


def _raised_lids(seen):
    """Raise both lids' edges between the corners, over an eyeball that stays: less of the iris covered above, no white below it."""
    x, z, rx, rz = RAISED
    bow = np.clip(1 - ((np.abs(seen[:, 0]) - x) / rx) ** 2, 0, 1)
    out = np.zeros((len(seen), 3))
    out[:, 2] = LIDS_UP * bow * np.exp(-0.5 * ((seen[:, 1] - z) / rz) ** 2) * (seen[:, 2] < 75)
    return out


def _close_ears(seen):
    """Lay the lower half of the ears against the head: lobes that end in a soft edge and not in a ledge."""
    low, high = LOBES
    side = np.abs(seen[:, 0])
    ear = smoothstep(side, EAR_ROOT - 0.5, EAR_ROOT + 4) * smoothstep(seen[:, 2], 90, 98) * (seen[:, 2] < 135) * (seen[:, 1] > -60)
    out = np.zeros((len(seen), 3))
    out[:, 0] = -np.sign(seen[:, 0]) * LOBE_CLOSER * ear * smoothstep(-seen[:, 1], -high, -low)
    return out


def _tapered(seen):
    """Narrow the lower face at the sides, from the cheekbones to the angles of the jaw."""
    high, low, under = TAPER
    fall = smoothstep(-seen[:, 1], -high, -low) * (1 - smoothstep(-seen[:, 1], -under, 30 - under)) * (1 - smoothstep(seen[:, 2], 92, 118))
    out = np.zeros((len(seen), 3))
    out[:, 0] = -np.sign(seen[:, 0]) * NARROWER * fall * smoothstep(np.abs(seen[:, 0]), 18, 62)
    return out
