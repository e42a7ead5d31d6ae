"""Take the light out of painted skin, so that other light can be put on it.

What is measured: the skin that was seen, at the points of the mesh, so that pores and moles neither count nor change. What is known of
the skin's own pattern, its cheeks, lids and beard, is divided out before the light is fitted and is not taken for light. Two models of
light: `light.fit`, with the shadows that a head throws on itself, and order-2 harmonics of the normal. The first is the better one by
far wherever something throws a shadow; tests/benchmarks/delight.py measures both on heads that Cycles has lit.
"""

from dataclasses import dataclass

import numpy as np

from wince.core import colour as colours
from wince.core.steps import smoothstep

from . import heal, light, points, transfer

MODELS = ("shadows", "harmonics")
TOO_DARK = (0.07, 0.20)                # shade, of the mean: below the first nothing of the colour can be believed, above the second all
BAND = 60                              # rounds of smoothing: what is wider than about 2 cm is alike on both sides of a face
BLEND = 8                              # rounds of smoothing where a mirror image ends
NEAR_M, ALIKE = 0.006, 0.7             # how near a mirror image must lie, and how alike its normal must be
ROUGH = 4                              # rounds of fitting after which it is known where a lamp stands
LIT = (1.10, 1.60)                     # contrast of the shade: below the first it is the skin's own, above the second it is light
LEAST_POINTS = 60                      # points of seen skin without which there is nothing to fit


@dataclass(frozen=True, eq=False)
class Report:
    """What was found.

    model            "shadows", "harmonics", or "none" where too little skin was seen
    baked_r2_before, baked_r2_after   share of the variance of the skin's log luminance that follows the normals, 0..1, see `bakedness`
    contrast         how much brighter the best lit twentieth of the skin was than the worst: ratio of 95 to 5 percent of the shade
    asymmetry_before, asymmetry_after   root mean square difference of wide bands of log luminance left and right
    dark             share of the painted area that was too dark to tell its colour
    light            light.Light, or (9, 3) coefficients of harmonics, or None
    """

    model: str
    baked_r2_before: float
    baked_r2_after: float
    contrast: float
    asymmetry_before: float
    asymmetry_after: float
    dark: float
    light: object


def delight(colour, seen, surface, expected=None, model="shadows", carried=None):
    """Return the albedo (N, 3) float32 and a Report.

    colour    (N, 3) linear sRGB as painted
    seen      (N,)   0..1: how much of it was seen; what is filled later must not count
    surface   surface.Surface
    expected  (N, 3) the skin as built in: its pattern is not taken for light, and stands where it was too dark to see; None: not known
    model     one of MODELS
    carried   transfer.of(surface.mesh, transfer.directions()), where it is at hand
    """
    on = points.of(surface)
    measure = np.clip(surface.skin * surface.paint, 0, 1) * np.clip(seen, 0, 1) * surface.area
    pattern = np.ones((1, 3), np.float32) if expected is None else np.maximum(expected, 1e-4)
    means, weight = on.mean(np.log(np.maximum(colour, 1e-4) / pattern), measure)
    if np.count_nonzero(weight > weight.max() * 1e-4) < LEAST_POINTS or not weight.max() > 0:
        return colour.astype(np.float32), Report("none", 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, None)
    shade, found = _shade(np.exp(means), weight, surface.mesh, model, carried)
    shade **= smoothstep(_contrast(shade, weight), *LIT)
    twin = mirrored(surface.mesh)
    low = points.smoother(surface.mesh)
    shade *= np.exp(_one_sided(means - np.log(shade), weight, twin, low) / 2)
    logs = on.at(np.log(shade))
    albedo, dark = _divided(colour, logs, measure, expected)
    albedo = heal.heal(albedo, colour, np.log(shade), measure, surface, on, expected)
    return albedo, _report(model, found, (colour, albedo), shade, on, measure, surface, dark, (twin, low))


def bakedness(values, weight, normals):
    """Return the share 0..1 of the variance of values (P,) that order-2 harmonics of the normals (P, 3) explain; weight (P,)."""
    known = weight > 0
    values, weight, basis = values[known], weight[known] / weight[known].sum(), light.harmonics(normals[known])
    root = np.sqrt(weight)
    left = values - basis @ np.linalg.lstsq(basis * root[:, None], values * root, rcond=None)[0]
    variance = weight @ (values - weight @ values) ** 2
    return float(np.clip(1 - weight @ left ** 2 / variance, 0, 1)) if variance > 1e-12 else 0.0


def mirrored(mesh):
    """Return the point (P,) int on the other side of the face for each point of a mesh, itself where there is none that is alike."""
    from scipy.spatial import cKDTree
    flip = np.array([-1, 1, 1], mesh.points.dtype)
    away, twin = cKDTree(mesh.points).query(mesh.points * flip)
    good = (away < NEAR_M) & (np.einsum("pk,pk->p", mesh.normals[twin] * flip, mesh.normals) > ALIKE)
    return np.where(good, twin, np.arange(len(twin)))


def _shade(seen, weight, mesh, model, carried):
    if model == "harmonics":
        return light.fit_harmonics(seen, weight, mesh.normals)
    ways = transfer.directions()
    carried = transfer.of(mesh, ways) if carried is None else carried
    _, found = light.fit(seen, weight, carried, mesh, ROUGH)
    finer = transfer.around(ways, found.far)
    if len(finer):
        carried = np.concatenate([carried, transfer.of(mesh, finer)], axis=1)
    return light.fit(seen, weight, carried, mesh)


def _one_sided(values, weight, twin, low):
    """Return the difference (P, C) of wide bands of values (P, C) from their mirror image, 0 where one of the two is not known."""
    known = (weight > weight.max() * 1e-4).astype(float)
    share = points.smoothed(low, known, BAND)
    wide = points.smoothed(low, values * known[:, None], BAND) / np.maximum(share, 1e-3)[:, None]
    sure = np.clip(np.minimum(share, share[twin]) / 0.3, 0, 1)
    return points.smoothed(low, (wide - wide[twin]) * sure[:, None], BLEND)


def _divided(colour, shade, measure, expected):
    """Return colours without their shade, log (N, 3), of the same mean over skin, and how dark each texel was (N,) 0..1."""
    shade = shade - np.log(measure @ np.exp(shade) / measure.sum())          # a mean that deep shadow does not pull down
    dark = 1 - smoothstep(shade.mean(axis=1), *np.log(TOO_DARK))
    lifted = np.maximum(shade, np.log(TOO_DARK[0]))
    out = np.maximum(colour, 0) * np.exp(-lifted)
    out *= (measure @ colour) / np.maximum(measure @ out, 1e-12)
    if expected is not None:
        sure = measure * (1 - dark)
        known = expected * ((sure @ out) / np.maximum(sure @ expected, 1e-12))
        out += dark[:, None] * (known - out)
    return out.astype(np.float32), dark


def _report(model, found, pictures, shade, on, measure, surface, dark, sides):
    logs = [np.log(np.maximum(colours.luminance(picture), 1e-4))[:, None] for picture in pictures]
    means = [on.mean(values, measure) for values in logs]
    baked = [bakedness(values[:, 0], weight, surface.mesh.normals) for values, weight in means]
    uneven = [_rms(_one_sided(values, weight, *sides)[:, 0], weight) for values, weight in means]
    weight = means[0][1]
    share = surface.paint * surface.area
    return Report(model, *baked, _contrast(shade, weight), *uneven, float(share @ dark / max(share.sum(), 1e-30)), found)


def _contrast(shade, weight):
    """Return the ratio of 95 to 5 percent of the shade (P, 3) where it counts."""
    low, high = np.quantile(colours.luminance(shade)[weight > weight.max() * 1e-4], (0.05, 0.95))
    return float(high / low)


def _rms(values, weight):
    return float(np.sqrt(weight @ values ** 2 / weight.sum()))
