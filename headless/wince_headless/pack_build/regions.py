"""Region weights and landmarks, read off the average adult.

Regions are soft ellipses in the frontal plane (millimetres from the midpoint between the eyes, X to the character's
left, Z up), except lids and lips, which follow their rings. Positions are ours, after the anatomy that FACS names.
"""

import numpy as np

from wince.core.openings import Opening

# region: (x, z, radius x, radius z, how far behind the nose tip it may lie); sided regions stand at +x and are mirrored
SIDED = {
    "brow_inner": (16, 14, 9, 6, 45), "brow_outer": (40, 17, 12, 6, 60), "nose_wing": (15, -39, 6, 8, 40),
    "crows_feet": (53, 0, 8, 13, 75), "infraorbital": (31, -17, 14, 7, 55), "cheek": (42, -31, 16, 15, 75),
    "nasolabial": (25, -51, 6, 14, 50), "mouth_corner": (25, -66, 6, 7, 50), "temple": (60, 20, 9, 16, 95),
    "jaw": (50, -72, 12, 14, 85), "ear": (76, -16, 12, 26, 140),
}
MIDLINE = {
    "forehead": (0, 40, 42, 18, 60), "glabella": (0, 13, 9, 9, 40), "nose_root": (0, -1, 8, 8, 40),
    "nose_bridge": (0, -19, 8, 11, 30), "nose_tip": (0, -37, 10, 8, 25), "philtrum": (0, -51, 20, 6, 40),
    "chin": (0, -91, 18, 11, 50),
}
LID_RINGS = (1, 9)              # rings that belong to the lids
LIP_RINGS = {"upper": 7, "lower": 6}

# the 68 points of iBUG 300-W, frontal plane as above; the left half, mirrored for the right
JAW = ((70, -1, 86), (69, -16, 84), (67, -32, 81), (64, -48, 76), (58, -65, 66), (50, -80, 53), (38, -93, 38), (20, -102, 24),
       (0, -105, 16))
BROW = ((13, 12), (20, 15.5), (29, 18), (39, 18), (49, 13.5))
NOSE_LINE = (-1, -13, -25, -37)
NOSE_BASE = ((15.5, -43.5), (8, -45.5), (0, -46.5))

BROW_SHAPE = ((11.5, 13.5), (20, 15.5), (30, 17.2), (40, 16.8), (50, 13.2))
BROW_HALF_WIDTH = (3.0, 3.4, 3.2, 2.6, 1.6)


def frontal(points, origin):
    """Return points (N, 3; metres) as (N, 3) millimetres: X left, Z up from between the eyes, depth behind the nose tip."""
    x, y, z = ((points - origin) * 1000).T
    return np.stack([x, z, y], axis=1)


def weights(points, origin, exterior, eyes, mouth, corner):
    """Return every region's weights.

    points    (V, 3) the average adult; origin (3,) between the eyes in x and z, the nose tip in y
    exterior  (V,) bool; nothing else gets weight
    eyes      {"l": Rings, "r": Rings}; mouth: Rings; corner: column of the mouth's right corner
    returns   {name: (V,) float32 in 0..1}, sided names end in .L or .R
    """
    xz = frontal(points, origin)
    out = {name: _ellipse(xz, *row) for name, row in MIDLINE.items()}
    for name, (x, *rest) in SIDED.items():
        out[f"{name}.L"], out[f"{name}.R"] = _ellipse(xz, x, *rest), _ellipse(xz, -x, *rest)
    for side in "lr":
        half = eyes[side].outward.shape[1] // 2
        for lid, columns in (("upper_lid", slice(1, half)), ("lower_lid", slice(half + 1, None))):
            out[f"{lid}.{side.upper()}"] = _on_rings(len(points), eyes[side].outward[slice(*LID_RINGS), columns])
    out["upper_lip"] = _on_rings(len(points), mouth.outward[:LIP_RINGS["upper"] + 1, :corner + 1])
    out["lower_lip"] = _on_rings(len(points), mouth.outward[:LIP_RINGS["lower"] + 1, corner:])
    out["neck"] = np.clip((30 - 1000 * points[:, 2]) / 15, 0, 1) * (np.abs(points[:, 0]) < 0.07)
    return {name: (w * exterior).astype(np.float32) for name, w in sorted(out.items())}


def brow_depth(points, origin):
    """Return how deep each point (N, 3) lies inside a brow, millimetres, negative outside: a tapered band on the brow ridge.

    A distance stays true between vertices, so a shader can draw a crisp edge from it where a mask would blur.
    """
    x, z, depth = frontal(points, origin).T
    line_x, line_z = np.array(BROW_SHAPE).T
    away = np.abs(z - np.interp(np.abs(x), line_x, line_z))
    beyond = np.maximum(np.maximum(line_x[0] - np.abs(x), np.abs(x) - line_x[-1]), 0)
    inside = np.interp(np.abs(x), line_x, BROW_HALF_WIDTH) - np.hypot(away, beyond)
    return np.where(depth < 60, np.clip(inside, -10, 10), -10.0)


def _ellipse(xz, x, z, rx, rz, deep):
    d = np.hypot((xz[:, 0] - x) / rx, (xz[:, 1] - z) / rz)
    return np.clip(1.5 - d, 0, 1) ** 2 * (3 - 2 * np.clip(1.5 - d, 0, 1)) * (xz[:, 2] < deep)


def _on_rings(count, vertices):
    out = np.zeros(count)
    out[vertices] = 1.0
    return out


def landmarks(points, faces, origin, eyes, mouth, corner):
    """Place the 68 landmarks.

    points, faces  (V, 3) the average adult, (F, 4) exterior skin only
    returns        face (68,) indices into `faces`, weights (68, 4) of its corners
    """
    dots = Dots(points, faces)
    spots = _jaw(origin) + _brows(origin) + _nose(origin) + _eyes(points, eyes) + _mouth(points, mouth, corner)
    found = [dots.nearest(spot) if kind == "near" else dots.frontmost(spot) for kind, spot in spots]
    return np.array([f for f, _ in found]), np.array([w for _, w in found])


class Dots:
    """The skin as a dense cloud of bilinear samples: enough to find a point to a fraction of a millimetre."""

    def __init__(self, points, faces, steps=9):
        s = np.linspace(0, 1, steps)
        u, v = (a.ravel() for a in np.meshgrid(s, s))
        self.weights = np.stack([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v], axis=1)
        self.xyz = np.einsum("sk,fkc->fsc", self.weights, points[faces])

    def nearest(self, spot):
        """Return (face, weights) of the sample closest to a point (3,)."""
        return self._at(((self.xyz - spot) ** 2).sum(axis=-1))

    def frontmost(self, spot):
        """Return (face, weights) of the sample that one sees at (x, z) from the front."""
        off = ((self.xyz[..., [0, 2]] - spot[[0, 2]]) ** 2).sum(axis=-1)
        return self._at(np.where(off < off.min() + 0.0008 ** 2, off + 1e-6 * self.xyz[..., 1], np.inf))

    def _at(self, cost):
        face, sample = np.unravel_index(np.argmin(cost), cost.shape)
        return int(face), self.weights[sample]


def _spot(kind, origin, x, z, deep=0.0):
    return kind, origin + np.array([x, deep, z]) / 1000


def _mirrored(kind, origin, rows):
    """The right half of a left-hand list, from the ear or brow tail inwards."""
    return [_spot(kind, origin, -x, *rest) for x, *rest in rows]


def _jaw(origin):
    return _mirrored("near", origin, JAW) + [_spot("near", origin, *row) for row in JAW[-2::-1]]


def _brows(origin):
    return _mirrored("front", origin, BROW[::-1]) + [_spot("front", origin, *row) for row in BROW]


def _nose(origin):
    base = _mirrored("front", origin, NOSE_BASE) + [_spot("front", origin, *row) for row in NOSE_BASE[-2::-1]]
    return [_spot("front", origin, 0, z) for z in NOSE_LINE] + base


def _eyes(points, eyes):
    """Corners, and a third and two thirds of the way along each lid; the right eye from its outer corner, the left from its inner."""
    right, left = (Opening(eyes[side].outward, eyes[side].outward.shape[1] // 2) for side in "rl")
    spots = [_edge(right, points, 2, "upper", (1, 2 / 3, 1 / 3, 0)), _edge(right, points, 2, "lower", (1 / 3, 2 / 3)),
             _edge(left, points, 2, "upper", (0, 1 / 3, 2 / 3, 1)), _edge(left, points, 2, "lower", (2 / 3, 1 / 3))]
    return [("near", spot) for spot in np.concatenate(spots)]


def _mouth(points, mouth, corner):
    """The red of the lips in sixths of its width from the right corner over the top and back, then the line where lips meet in quarters."""
    opening, ends, seam = Opening(mouth.outward, corner), points[mouth.outward[4]], points[mouth.outward[1]]
    sixths, quarters = (np.arange(1, n) / n for n in (6, 4))
    spots = [ends[[corner]], _across(opening, points, LIP_RINGS["upper"], "upper", ends, 1 - sixths),
             ends[[0]], _across(opening, points, LIP_RINGS["lower"], "lower", ends, sixths),
             seam[[corner]], _across(opening, points, 1, "upper", seam, 1 - quarters),
             seam[[0]], _across(opening, points, 1, "lower", seam, quarters)]
    return [("near", spot) for spot in np.concatenate(spots)]


def _across(opening, points, ring, edge, ends, places):
    """Return the points (n, 3) of a ring's upper or lower edge at shares of the mouth's width, 0 at the left corner."""
    line = points[opening.rings[ring]][getattr(opening, edge)]
    wanted = ends[0, 0] + np.asarray(places) * (ends[opening.corner, 0] - ends[0, 0])
    return np.stack([np.interp(-wanted, -line[:, 0], axis) for axis in line.T], axis=1)


def _edge(opening, points, ring, edge, places):
    """Return the points (n, 3) of a ring that lie so far along the upper or lower edge: 0 at the first corner, 1 at the second."""
    columns, along = getattr(opening, edge), opening.along(points, ring)
    line = points[opening.rings[ring]][columns]
    return np.stack([np.interp(places, along[columns], axis) for axis in line.T], axis=1)
