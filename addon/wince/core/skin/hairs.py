"""What hair does to the skin it grows from: beard shadow, stubble, the scalp under hair, the ground of the brows."""

import numpy as np

from .. import colour
from ..steps import smoothstep
from ..worn import melanin
from . import noise, pigments

SHADOW = {"none": 0.0, "stubble": 0.6, "moustache": 0.15, "goatee": 0.2, "short_beard": 0.5, "full_beard": 0.6}   # by how a beard is worn
CLOSE = {"bald": 0.12, "buzz": 0.60}   # how much of its colour cut hair gives the scalp all over, by style; others ROOTS
CUT = {"bald": 0.22, "buzz": 0.7}      # how much of its colour a single follicle of cut hair has
ROOTS = 0.85
SHADED = np.array([0.42, 0.50, 0.56])  # density that hair takes away beyond its colour: what little light gets down to the scalp
UNSHADED = np.array([0.26, 0.27, 0.24])                    # the same of white hair, which lets more light down, and white light
BROW_GROUND = 0.30
# Hair below the skin is dark, and skin over it takes the blue of it: what is left is a cool grey-brown, never blue.
UNDER = np.array([0.62, 0.62, 0.52])


def layers(person, here, grown, draws):
    """Yield (amount (N,), what it takes (3,)): hair's colour on the scalp and under the brows, stubble, and the beard below the skin.

    grown   (N,) where scalp hair grows, see `scalp`

    Only hair that still has its pigment colours the skin: grey hair is clear, and lets the skin be seen.
    """
    who = person.identity
    fine = 1 + 0.35 * noise.shifted(noise.band(here.size, max(2.5, 4 * here.texel), "mottle"), draws(who, "roots")) * here.crisp
    close = CLOSE.get(who.look.hair.style)
    grey = melanin.grey(who)
    roots = pigment(who, "hair") + ((1 - grey) * SHADED + grey * UNSHADED if close is None else 0)
    yield (ROOTS if close is None else close) * grown * fine, roots
    yield BROW_GROUND * (0.4 + who.look.brows.density) * brow_cover(person, here) * fine, pigment(who, "brow_hair")
    shade = shadow(who)
    if shade > 0:
        patch = 1 + 0.25 * noise.shifted(noise.band(here.size, 40 * here.texel, "mottle"), draws(who, "beard"))
        amount = shade * here.beard * patch
        yield 0.20 * amount, UNDER * np.clip(pigment(who, "beard").mean() / 1.5, 0.0, 1.0)
        yield from _stubble(who, here, amount * here.crisp, draws)


def _stubble(who, here, amount, draws):
    """Yield the single hairs of a beard that is cut: the dark ones, and fewer grey ones that show on darker skin."""
    apart, wide = max(2.0, 3.6 * here.texel), max(0.5, 0.5 * here.texel)
    grey, field = melanin.grey(who, "beard"), noise.dots(here.size, apart, wide, "beard")
    yield 0.75 * amount * noise.shifted(field, draws(who, "stubble")), pigment(who, "beard")
    if grey > 0.05:
        pale = np.minimum(pigments.density(np.array(melanin.GREY)) - pigments.density(colour.from_lab(who.skin_lab)), 0)
        yield 0.45 * grey * amount * noise.shifted(field, draws(who, "grey stubble")), pale


def pigment(who, kind):
    """Return the density (3,) that hair of a kind (`melanin.PACES`) adds to a person's skin, grey hairs adding none."""
    own = pigments.density(melanin.rgb(who.look.hair.colour)) - pigments.density(colour.from_lab(who.skin_lab))
    brown = pigments.MELANIN / pigments.MELANIN.mean() * np.maximum(own.mean(), 0)        # hair alone would leave dark skin purple
    return (1 - 0.92 * melanin.grey(who, kind)) * (0.5 * np.maximum(own, 0) + 0.5 * brown)


def cut(who):
    """Return (how much of a cut hair shows in each follicle of the scalp 0..1, its density (3,) beyond the skin's); 0 if not cut."""
    return CUT.get(who.look.hair.style, 0.0), pigment(who, "hair")


def brow_cover(person, here):
    """Return how densely brows grow where, (N,) 0..1: each person's have a shape of their own."""
    from ..worn import brows  # brows ask skin where they may grow

    out, near = np.zeros(len(here.depth), np.float32), np.flatnonzero((here.depth > -9) & (here.exterior > 0.5))
    out[near] = brows.cover(person, here.x[near], here.z[near])
    return out


def shadow(who):
    """Return how much of a beard shows in the skin, 0..1: what is shaved, or the ground of what is worn."""
    hair = who.look.facial_hair
    return float(max(hair.shadow, SHADOW[hair.style] * (0.4 + hair.density)) * smoothstep(who.gender, 0.35, 0.7))


def scalp(person, here):
    """Return how much scalp hair grows where, (N,) 0..1, however it is cut."""
    from ..worn import hair  # hair asks skin where it may grow

    density = np.asarray(hair.scalp_density(person), np.float32)
    return here.raster.picture(density) * here.exterior * (1 - here.auricle)


def cover(person, here, grown=None):
    """Return how much of the skin is not bare, (N,) 0..1: hair on the scalp (`grown`, see `scalp`, where it is known), a beard's ground."""
    return np.maximum(scalp(person, here) if grown is None else grown, shadow(person.identity) * here.beard)
