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
def texel(pack):
    """Return how much skin a texel of an atlas of 1024 is wide and high, (V, 2) millimetres on the average adult, means around a vertex."""
    total, weight = np.zeros((len(pack.base), 2)), np.zeros(len(pack.base))
    points, uv = frontal(pack), pack.uv.astype(float) * 1024
    for half in ([0, 1, 2], [0, 2, 3]):
        sides = points[pack.faces[:, half]]
        area = np.linalg.norm(np.cross(sides[:, 1] - sides[:, 0], sides[:, 2] - sides[:, 0]), axis=1)
        stretched = area[:, None] * _stretch(sides, uv[pack.uv_faces[:, half]])
        for k in half:
            np.add.at(total, pack.faces[:, k], stretched)
            np.add.at(weight, pack.faces[:, k], area)
    return total / np.maximum(weight, 1e-12)[:, None]


def _stretch(points, uv):
    """Return how long a unit of u and of v is on triangles of corners (T, 3, 3) and (T, 3, 2), (T, 2)."""
    edge, flat = points[:, 1:] - points[:, :1], uv[:, 1:] - uv[:, :1]
    turned = np.stack([flat[:, 1, 1], -flat[:, 0, 1], -flat[:, 1, 0], flat[:, 0, 0]], axis=1).reshape(-1, 2, 2)
    area = flat[:, 0, 0] * flat[:, 1, 1] - flat[:, 0, 1] * flat[:, 1, 0]
    along = turned @ edge / np.where(np.abs(area) > 1e-9, area, np.inf)[:, None, None]
    return np.linalg.norm(along, axis=2)


@lru_cache(PACKS)
def coarse(pack):
    """Return where the atlas is too coarse for fine colour: neck, ears, crown, (V,) float64 0..1."""
    return smoothstep(texel(pack).max(axis=1), 0.45, 1.3)


@lru_cache(PACKS)
def sheen(pack):
    """Return where skin is oily, where scalp is, and where it is wet as lips are, (V, 3) float64 0..1."""
    zone = _zones(pack)
    oil = np.maximum.reduce([zone["nose"], 0.75 * zone["forehead"], 0.6 * zone["chin"], 0.45 * zone["cheek"]])
    dry = 0.35 * _neck(pack)                              # skin of the neck is duller than the skin of a cheek
    return np.stack([np.clip(oil, 0, 1) * (1 - lips(pack)) - dry, scalp_area(pack), lips(pack)], axis=1)


@lru_cache(PACKS)
def grain(pack):
    """Return how deep pores, furrows and lumps of the fine relief are, (V, 3) float64 0..1."""
    zone, bare, neck = _zones(pack), _outside(pack) * (1 - lips(pack)), _neck(pack)
    thin = np.clip(sum(pack.regions[f"{name}.{side}"] for name in ("upper_lid", "lower_lid") for side in "LR"), 0, 1)
    pores_ = np.maximum.reduce([zone["nose"], 0.9 * zone["cheek"], 0.6 * zone["forehead"], 0.7 * zone["chin"], np.full(len(neck), 0.35)])
    furrows = np.maximum.reduce([0.9 * neck, 0.45 * zone["cheek"], 0.8 * thin, np.full(len(neck), 0.3)]) * (1 - 0.8 * zone["nose"])
    lumps = np.maximum.reduce([0.75 * neck, zone["chin"], 0.7 * zone["cheek"], 0.55 * zone["nose"], np.full(len(neck), 0.55)])
    return np.stack([pores_ * (1 - 0.7 * thin), furrows, lumps * (1 - 0.5 * thin)], axis=1) * np.maximum(bare, 0.25 * lips(pack))[:, None]


@lru_cache(PACKS)
def fine(pack):
    """Return where fine melanin, blood and the follicles of cut scalp hair are laid over the atlas's picture, (V, 3) float64 0..1."""
    bare, rough = _outside(pack) * (1 - 0.7 * lips(pack)), coarse(pack)
    share = (0.35 + 0.65 * rough) * bare
    return np.stack([share, share, scalp_area(pack)], axis=1)


def _zones(pack):
    """Return {name: (V,) 0..1} of the parts of a face whose skin differs."""
    points, region = frontal(pack), pack.regions
    x, z, front = np.abs(points[:, 0]), points[:, 2], points[:, 1] < 90
    nose = np.clip(region["nose_tip"] + region["nose_wing.L"] + region["nose_wing.R"] + region["nose_bridge"], 0, 1)
    return {"nose": nose, "forehead": smoothstep(z, 16, 30) * smoothstep(-x, -52, -20) * front,
            "chin": np.exp(-((x / 16) ** 2 + ((z + 90) / 12) ** 2)) * front,
            "cheek": np.exp(-(((x - 32) / 18) ** 2 + ((z + 32) / 16) ** 2)) * front}


def _neck(pack):
    """Return the skin below the jaw, (V,) 0..1."""
    points = frontal(pack)
    return smoothstep(-points[:, 2], 90 - 0.25 * np.maximum(points[:, 1] - 30, 0), 125 - 0.25 * np.maximum(points[:, 1] - 30, 0))


def _line(x, knots):
    at, value = np.array(knots, float).T
    return np.interp(x, at, value)


def _outside(pack):
    """Return exterior skin without lids' lining and lashes, (V,) 0 or 1."""
    skin = np.zeros(len(pack.base), bool)
    skin[pack.faces[np.isin(pack.part, [PART_NAMES.index(part) for part in ("skin", "brows")])]] = True
    return skin & pack.exterior
