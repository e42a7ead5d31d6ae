"""Where on a face things are, as weights of its pack's vertices: beard, scalp hair, shine, blood. Read off the average adult.

Distances are millimetres from the midpoint between the eyes: X to the character's left, Z up, Y backwards; |X| throughout.
"""

from functools import lru_cache

import numpy as np

from ..pack import PART_NAMES
from ..steps import smoothstep

PACKS = 4                              # how many packs' areas are kept

# Upper edge of a beard by |x|: under the nose, beside the mouth, along the cheek, before the ear; and its lower edge by depth behind
# the chin: over the Adam's apple, below the jaw, behind its angle.
CHEEK_LINE = ((0, -45.5), (12, -46), (19, -50), (27, -58), (36, -60), (46, -50), (54, -36), (60, -20), (64, 0), (70, 10))
THROAT_LINE = ((-30, -140), (0, -140), (25, -136), (45, -122), (62, -106), (76, -84))
BEARD_BACK = 76                        # behind this there is the ear
# The hairline by azimuth around the head's axis, degrees from the front: forehead, temple, before the ear, behind it, nape.
HAIRLINE = ((0, 63), (18, 64), (32, 68), (45, 58), (54, 30), (62, 16), (70, 0), (76, -16), (84, -14), (92, 24), (102, 24),
            (112, -20), (128, -56), (150, -68), (180, -72))
AXIS_Y = 88                            # of the head's axis


def frontal(pack):
    """Return the average adult's vertices (V, 3) in this module's frame, millimetres."""
    corners = np.einsum("nk,nkc->nc", pack.landmark_weights, pack.base[pack.faces[pack.landmark_faces]].astype(float))
    eyes, nose = corners[36:48], corners[30]
    origin = np.array([0.0, nose[1], eyes[:, 2].mean()])
    return (pack.base.astype(float) - origin) * 1000


@lru_cache(PACKS)
def beard_area(pack):
    """Return where a full beard grows, (V,) float64 0..1, 0.5 at its edge; the lips and what is not exterior skin have none."""
    points = frontal(pack)
    x, y, z = np.abs(points[:, 0]), points[:, 1], points[:, 2]
    inside = np.minimum(_line(x, CHEEK_LINE) - z, z - _line(y, THROAT_LINE))
    inside = np.minimum(inside, BEARD_BACK - y)
    return _outside(pack) * smoothstep(inside, -4, 4) * (1 - lips(pack))


@lru_cache(PACKS)
def scalp_area(pack):
    """Return where scalp hair grows on a full head, (V,) float64 0..1, 0.5 at the hairline; ears have none."""
    points = frontal(pack)
    azimuth = np.degrees(np.arctan2(np.abs(points[:, 0]), AXIS_Y - points[:, 1]))
    inside = points[:, 2] - _line(azimuth, HAIRLINE)
    return _outside(pack) * smoothstep(inside, -5, 5) * (1 - auricle(pack))


@lru_cache(PACKS)
def lips(pack):
    """Return the red of the lips, (V,) float64 0..1: their regions, which end at rings around the mouth."""
    return np.clip(pack.regions["upper_lip"] + pack.regions["lower_lip"], 0, 1).astype(float)


@lru_cache(PACKS)
def auricle(pack):
    """Return the ears themselves, without the skin of the head around them, (V,) float64 0..1."""
    points = frontal(pack)
    height = smoothstep(points[:, 2], -62, -50) * smoothstep(-points[:, 2], -24, -14)
    head = 67 + 0.18 * np.maximum(points[:, 1] - 100, 0)                  # half as wide as the head is behind them
    return smoothstep(np.abs(points[:, 0]) - head, 0, 5) * height


@lru_cache(PACKS)
def sheen(pack):
    """Return where skin is oily, coarse of pore, and wet as lips are, (V, 3) float64 0..1."""
    points, region = frontal(pack), pack.regions
    x, z, front = np.abs(points[:, 0]), points[:, 2], points[:, 1] < 90
    nose = np.clip(region["nose_tip"] + region["nose_wing.L"] + region["nose_wing.R"] + region["nose_bridge"], 0, 1)
    forehead = smoothstep(z, 16, 30) * smoothstep(-x, -52, -20) * front
    chin = np.exp(-((x / 16) ** 2 + ((z + 90) / 12) ** 2)) * front
    cheek = np.exp(-(((x - 32) / 18) ** 2 + ((z + 32) / 16) ** 2)) * front
    oil = np.clip(np.maximum.reduce([nose, 0.75 * forehead, 0.6 * chin, 0.45 * cheek]), 0, 1)
    coarse = np.clip(np.maximum.reduce([nose, 0.8 * cheek, 0.55 * forehead, 0.6 * chin, 0.35 * _outside(pack)]), 0, 1)
    return np.stack([oil, coarse * (1 - lips(pack)), lips(pack)], axis=1)


def _line(x, knots):
    at, value = np.array(knots, float).T
    return np.interp(x, at, value)


def _outside(pack):
    """Return exterior skin without lids' lining and lashes, (V,) 0 or 1."""
    skin = np.zeros(len(pack.base), bool)
    skin[pack.faces[np.isin(pack.part, [PART_NAMES.index(part) for part in ("skin", "brows")])]] = True
    return skin & pack.exterior
