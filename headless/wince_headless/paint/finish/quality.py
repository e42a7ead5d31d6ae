"""The numbers by which a painting is judged, and the verdict: what a texture's record says of it."""

import math

import numpy as np
from scipy.spatial import cKDTree

from wince.core import colour as colours
from wince.core.skin import tone

from . import bands, seams
from .fill import DARKEST, UNSEEN, patched

# What a painting must keep to: (least, most, what is wrong otherwise). Set between the built-in skins of many people and paintings with one
# fault each (tests/paint/test_quality.py); the tone's and the seams' are what was promised.
THRESHOLDS = {
    "coverage": (0.60, None, "the views saw too little of the face"),
    "painted": (0.9999, None, "some of the painted area has no colour"),
    "disagreement": (None, 0.08, "the views disagree where they overlap"),
    "bakedness_after": (None, 0.30, "light is baked into the skin"),
    "asymmetry": (None, 0.09, "one side of the face is brighter than the other"),
    "highlights": (None, 0.006, "highlights are painted on"),
    "seam_after": (None, 1.5, "a border of the atlas shows"),
    "tone_difference": (None, 3.0, "the skin has not the tone it should have"),
    "sharpness": (0.35, 6.0, "the skin is blurred, or noise"),
    "features": (0.25, None, "lips and brows are not where the head has them"),
    "clipped": (None, 0.01, "colours lie beyond what can be shown"),
}
BROAD_M = 0.024                        # metres: what is broader counts as the face's own shading
SHINY = 0.22                           # log luminance above the surroundings' from which skin counts as a highlight
AROUND_M = 0.006                       # metres around bare skin where there is no hair either
SPOT_M = 0.0025                        # metres: smaller spots are no highlights


def measure(colour, surface, pack, target_lab, weight=None, guide=None, before=None, disagreement=None, bakedness=None):
    """Return what a painting's record says of its quality.

    colour        (N, 3) linear sRGB over the texels: the finished painting
    surface       Surface; pack: core.pack.FacePack
    target_lab    (3,) the skin's mean as planned
    weight        (N,) 0..1 how well the views saw each texel; None: all of it was seen
    guide         (N, 3) the built-in skin, for the sharpness, and for what is no highlight; None: without these
    before        (N, 3) the painting before the seam pass; None: it had none
    disagreement  of the views before fusing, display values; None where there were no views
    bakedness     (before, after) delighting, 0..1; None where nothing was taken out
    returns       dict of numbers, lists and text for JSON; "passed" bool, "why" [sentence]; numbers without meaning are left out
    """
    facts = _coverage(colour, surface, weight) | _seams(colour, before, surface, pack) | _tone(colour, surface, target_lab)
    bare = bare_area(surface)
    facts |= {"asymmetry": asymmetry(colour, surface), "clipped": _clipped(colour, surface)}
    facts["highlights"] = highlights(colour, surface, bare)
    if guide is not None:
        facts["sharpness"] = sharpness(colour, surface, bare) / max(sharpness(guide, surface, bare), 1e-6)
        facts["highlights"] = max(0.0, facts["highlights"] - highlights(guide, surface, bare))     # pale spots between freckles are none
    if disagreement is not None:
        facts["disagreement"] = disagreement
    if bakedness is not None:
        facts |= dict(zip(("bakedness_before", "bakedness_after"), bakedness, strict=True))
    return verdict({name: _plain(value) for name, value in facts.items()})


def verdict(facts):
    """Return facts with "passed" and "why": each number that has a threshold keeps to it; those that are not there are not asked."""
    why = []
    for name, (least, most, fault) in THRESHOLDS.items():
        value = facts.get(name)
        if value is not None and ((least is not None and value < least) or (most is not None and value > most)):
            bound = f"at least {least:g}" if least is not None and value < least else f"at most {most:g}"
            why.append(f"{fault}: {name} is {value:.3g}, {bound} is wanted")
    return facts | {"passed": not why, "why": why}


def bare_area(surface):
    """Return the area (N,) m2 of skin that is bare all around: where hair begins, contrast is no fault of the skin's."""
    return surface.area * (surface.skin > 0.95) * (bands.low(surface.skin[:, None], surface, AROUND_M)[:, 0] > 0.95)


def asymmetry(colour, surface):
    """Return how differently bright both sides of a face are, broadly: the mean difference of log luminance of mirrored skin."""
    patches = patched(surface)
    weight = surface.skin.astype(float) * surface.area
    area = np.bincount(patches.of, weight, len(patches.area))
    mean = np.bincount(patches.of, weight * _log_luminance(colour), len(area)) / np.maximum(area, 1e-20)
    skin = np.flatnonzero(area > 0.5 * patches.area)
    if not len(skin):
        return 0.0
    points = patches.points[skin]
    near = cKDTree(points).query(points, min(25, len(points)), workers=-1)[1].reshape(len(points), -1)
    broad = mean[skin][near].mean(axis=1)
    distance, twin = cKDTree(points).query(points * [-1, 1, 1], workers=-1)
    both = distance < 0.005
    return float(np.average(np.abs(broad - broad[twin])[both], weights=area[skin][both])) if both.any() else 0.0


def highlights(colour, surface, bare):
    """Return the share of the skin that is much brighter than what surrounds it and covers more than a spot; bare is `bare_area`."""
    light = _log_luminance(colour)[:, None]
    above = bands.low(light, surface, SPOT_M, surface.skin) - bands.low(light, surface, BROAD_M, surface.skin)
    return _share(above[:, 0] > SHINY, bare)


def sharpness(colour, surface, bare):
    """Return how much grain a skin has: the deviation of log luminance from what lies within a few millimetres; bare is `bare_area`."""
    light = _log_luminance(colour)[:, None]
    fine = (light - bands.low(light, surface, bands.FINE_M, surface.skin))[:, 0]
    return float(np.sqrt(np.sum(bare * fine ** 2) / max(float(bare.sum()), 1e-20)))


def _coverage(colour, surface, weight):
    """Return the share of the painted area that views saw, and the share that has a colour now."""
    area = surface.paint * surface.area
    seen = np.ones(len(area), bool) if weight is None else np.asarray(weight) >= UNSEEN
    return {"coverage": _share(seen, area), "painted": _share(np.isfinite(colour).all(axis=1) & (colour > 0).any(axis=1), area)}


def _seams(colour, before, surface, pack):
    """Return how the borders of the atlas step, before and after their pass."""
    after = seams.measure(colour, surface, pack)
    out = {"seam_after": after["ratio"], "seam_gap_after": after["gap"]}
    if before is not None:
        first = seams.measure(before, surface, pack)
        out |= {"seam_before": first["ratio"], "seam_gap_before": first["gap"]}
    return out


def _tone(colour, surface, target_lab):
    """Return the mean skin as `tone.facts` says it, beside the planned one."""
    weight = (surface.skin * surface.area).astype(np.float64)
    found = tone.facts(weight @ colour.astype(np.float64) / max(weight.sum(), 1e-20))
    target = [round(float(value), 2) for value in target_lab]
    difference = float(colours.difference(found["lab"], target))
    return found | {"target_lab": target, "target_monk": tone.monk(target), "tone_difference": difference}


def _clipped(colour, surface):
    """Return the share of the painted area that lies outside of what can be shown, or at its very end."""
    return _share(((colour < 0) | (colour >= 1)).any(axis=1), surface.paint * surface.area)


def _log_luminance(colour):
    """Return the log of luminance (N,) float32."""
    return np.log(np.maximum(np.asarray(colour, np.float32) @ colours.LUMINANCE.astype(np.float32), DARKEST))


def _share(where, weight):
    """Return the share of weight (N,) that lies where (N,) bool is true."""
    weight = np.asarray(weight, np.float64)
    return float(weight[where].sum() / max(weight.sum(), 1e-20))


def _plain(value):
    """Return a value as JSON has it: numbers rounded, and finite."""
    if isinstance(value, list | str | int):
        return value
    return round(float(value), 4) if math.isfinite(value) else None
