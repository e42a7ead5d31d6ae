"""Highlights, back to what surrounds them: a model paints foreheads and noses that shine, and shine is no pigment."""

import numpy as np

from wince.core import colour as colours
from wince.core.steps import smoothstep

from . import points

LIMIT = 0.18                           # log luminance above the surroundings from which on it is shine: 20 % brighter
KEPT = 0.10                            # of what lies above the limit: skin stays uneven
BAND = 150                             # rounds of smoothing: the surroundings, about 3 cm
ROUNDS = 4                             # of looking again at the surroundings without what stands out, bright or dark
WHITE = (0.0, 0.10)                    # log luminance above the limit over which the surroundings' hue takes over


def clamp(colour, surface):
    """Return colours (N, 3) float32 without highlights, and the share 0..1 of the skin's area that shone.

    Luminance well above that of the skin around is brought down to it; as shine is the light's colour and not the skin's, the chromaticity
    goes over to that of the skin around. What is darker than its surroundings stays as it is, and so does what is no skin.

    colour   (N, 3) linear sRGB, best after delighting
    surface  surface.Surface
    """
    out = np.maximum(colour, 1e-4).astype(np.float32)
    around = np.exp(_around(np.log(out), surface))
    skin = np.clip(surface.skin * surface.paint, 0, 1)
    luminance, base = (colours.luminance(values) for values in (out, around))
    over = np.maximum(np.log(luminance / base) - LIMIT, 0) * skin
    shining = np.flatnonzero(over > 0)
    hue = smoothstep(over[shining], *WHITE)[:, None]
    own, theirs = out[shining] / luminance[shining, None], around[shining] / base[shining, None]
    limited = (luminance * np.exp(-(1 - KEPT) * over))[shining, None]
    out[shining] = limited * ((1 - hue) * own + hue * theirs)
    shone = skin * surface.area
    return out, float(shone @ (over > 0) / max(shone.sum(), 1e-30))


def _around(logs, surface):
    """Return what surrounds each texel, (N, 3) log colours: a mean over about 3 cm of skin in which what shines hardly counts."""
    on = points.of(surface)
    measure = surface.skin * surface.paint * surface.area
    means, weight = on.mean(logs, measure)
    low = points.smoother(surface.mesh)
    weight = np.minimum(weight / max(weight.mean(), 1e-30), 1)
    share = np.maximum(points.smoothed(low, weight, BAND), 1e-6)[:, None]
    bright, trust = means @ colours.LUMINANCE, np.ones(len(weight))
    for _ in range(ROUNDS):
        count = points.smoothed(low, weight * trust, BAND)[:, None]
        wide = points.smoothed(low, means * (weight * trust)[:, None], BAND) / np.maximum(count, 1e-6)
        trust = np.where(np.abs(bright - wide @ colours.LUMINANCE) > LIMIT / 2, 0.02, 1.0)
    known = np.clip(share / 0.02, 0, 1)
    return on.at(known * wide + (1 - known) * means)
