"""What hair does to the skin it grows from: beard shadow, stubble, the scalp under hair, the ground of the brows."""

import numpy as np

from .. import colour
from ..steps import smoothstep
from ..worn import melanin
from . import noise, pigments

SHADOW = {"none": 0.0, "stubble": 0.75, "moustache": 0.25, "goatee": 0.35, "short_beard": 0.6, "full_beard": 0.6}   # by how a beard is worn
CLOSE = {"bald": 0.18, "buzz": 0.75}   # how much of its colour hair gives the scalp, by style; others ROOTS
ROOTS = 0.85
SHADED = 0.50                          # density that hair takes away beyond its colour: what little light gets down to the scalp
BROW_GROUND = 0.34


def layers(person, here, draws):
    """Yield (amount (N,), what it takes (3,)): hair's colour on the scalp and under the brows, stubble, and the beard below the skin."""
    who = person.identity
    skin = pigments.density(colour.from_lab(who.skin_lab))
    hair, brow, beard = (pigments.density(melanin.mean_rgb(who, kind)) - skin for kind in ("hair", "brow_hair", "beard"))
    grown = scalp(person, here)
    fine = 1 + 0.35 * noise.shifted(noise.band(here.size, max(2.5, 4 * here.texel), "roots"), draws(who, "roots"))
    close = who.look.hair.style in CLOSE
    yield CLOSE.get(who.look.hair.style, ROOTS) * grown * fine, np.maximum(hair, 0) if close else hair + SHADED
    yield BROW_GROUND * (0.4 + who.look.brows.density) * here.brow * fine, np.maximum(brow, 0)
    shade = shadow(who)
    if shade > 0:
        patch = 1 + 0.25 * noise.shifted(noise.band(here.size, 40 * here.texel, "beard"), draws(who, "beard"))
        amount = shade * here.beard * patch
        yield 0.24 * amount, pigments.DEPTH * np.clip(beard.mean() / 1.5, 0.2, 1.0)
        dots = noise.shifted(noise.dots(here.size, max(2.0, 3.4 * here.texel), max(0.5, 0.5 * here.texel), "beard"), draws(who, "stubble"))
        yield 0.75 * amount * dots, beard


def shadow(who):
    """Return how much of a beard shows in the skin, 0..1: what is shaved, or the ground of what is worn."""
    hair = who.look.facial_hair
    return float(max(hair.shadow, SHADOW[hair.style] * (0.4 + hair.density)) * smoothstep(who.gender, 0.35, 0.7))


def scalp(person, here):
    """Return how much scalp hair grows where, (N,) 0..1, however it is cut."""
    from ..worn import hair  # hair asks skin where it may grow

    density = np.asarray(hair.scalp_density(person), np.float32)
    return here.raster.picture(density) * here.exterior * (1 - here.auricle)


def cover(person, here):
    """Return how much of the skin is not bare, (N,) 0..1: hair on the scalp, a beard's ground."""
    return np.maximum(scalp(person, here), shadow(person.identity) * here.beard)
