"""Layers of pigment on a skin: melanin, blood, what shines through from below, lips, linings. Amounts per texel, by eye.

Each function takes an identity, the `ground.Ground` to paint on and `draws(identity, name)` -> random generator. Noise fades where the
atlas is coarse (`ground.crisp`): what is fine there is `mottle`'s, in the shader.
"""

import numpy as np

from .. import ageing
from ..steps import smoothstep
from . import ground, noise, pigments, spots

# How much more blood (at `look.skin.blood` 0.5 in light skin) and melanin than elsewhere; see `ground` for the names.
BLOOD = {"cheek": 0.26, "nose_tip": 0.25, "nose_wing": 0.20, "alar": 0.16, "auricle": 0.26, "upper_lid": 0.13, "lower_lid": 0.15,
         "chin": 0.11, "muzzle": 0.04, "forehead": -0.04, "trough": 0.05, "mouth_corner": 0.08, "bridge": 0.07, "throat": -0.06,
         "breast": 0.12}
MELANIN = {"socket": 0.06, "upper_lid": 0.09, "lower_lid": 0.03, "nose_wing": 0.05, "mouth_corner": 0.07, "corner": 0.05, "bridge": 0.04,
           "sunned": 0.05, "throat": -0.05, "forehead": -0.02}
MELANIN_DARK = {"socket": 0.10, "upper_lid": 0.10, "muzzle": 0.10, "corner": 0.09, "forehead": 0.12, "temple": 0.07, "nose_wing": 0.08,
                "cheek": -0.09, "nose_tip": -0.07, "throat": 0.10}
RINGED = (0.05, 0.30)                  # melanin around the eyes of light skin, and of those tones where it is strongest
WAVES = (4, 13, 40, 120)               # texels at 1024: scales of mottling
MOTTLING = (0.022, 0.030, 0.034, 0.040)                    # how much blood comes and goes at each
TAN = (0.022, 0.024, 0.028, 0.038)     # the same of melanin
FLECKS = ((9, 0.22), (24, 0.34), (70, 0.30))               # the redness of old cheeks: texels at 1024, how much it comes and goes
BLOTCHES, BLOTCHED = 0.065, ((38, "mottle"), (110, "patch"))                # of old dark skin: how much melanin, and texels at 1024
GRAINS = 4.2, 0.85, 0.085              # plugs in pores: texels apart and wide at 1024, how much melanin
# Lips: how they differ from skin in Lab, above and below, in light and in dark skin: muted red; brown, mauve and a little lighter below.
LIPS = {"upper": ((-13.0, 11.5, -1.5), (-6.5, 1.5, -2.5)), "lower": ((-10.5, 12.0, -1.5), (-3.0, 4.5, -2.5))}
WET, LID_RIM = ((-13.0, 11.0, 1.0), (-5.0, 7.0, -2.0)), ((-9.0, 5.0, 0.0), (-5.0, 3.0, -1.0))


def melanin(who, here, draws):
    """Return how much melanin lies where beyond the skin's tone, (N,): sun, lids, mottling, pores, freckles, moles, age spots."""
    dark, old = pigments.darkness(who.skin_lab), ageing.dryness(who)
    out = _mottled(here, draws(who, "tan"), TAN, (1 + 0.6 * old) * (1 + 0.9 * dark))
    out += _blotches(here, dark * old, draws(who, "blotches"))
    shares = [*((name, amount * (1 + 0.4 * dark)) for name, amount in MELANIN.items()),
              *((name, amount * dark * (1 + 1.1 * old)) for name, amount in MELANIN_DARK.items()),
              ("orbit", _ringed(who, draws(who, "rings")))]
    ground.add(out, [(share, here.maps[name]) for name, share in shares])
    out -= 0.07 * here.rim * (1 - here.lip)                # the pale roll around the lips
    out += _plugs(who, here, draws(who, "plugs"))
    spots.lay(out, who, here, draws)
    return out


def blood(who, here, draws):
    """Return how much more or less blood shows where, (N,): cheeks, nose, ears and lids, mottling, blemishes, vessels."""
    share, old = (0.35 + 1.3 * who.look.skin.blood) * (1 - 0.6 * pigments.darkness(who.skin_lab)), ageing.dryness(who)
    rng = draws(who, "blood")
    out = _mottled(here, rng, MOTTLING, (0.35 + 0.65 * share) * (1 + 0.3 * old))
    patch = 1 + 0.30 * noise.shifted(noise.band(here.size, 60 * here.texel, "patch"), rng)
    flush = _flush(here, old, rng)
    for name, amount in BLOOD.items():
        where = flush if name == "cheek" else here.maps[name]
        out += np.float32(amount * share) * where * (patch if name in ("cheek", "nose_tip", "chin", "breast") else 1)
    red = np.clip(here.alar + 0.5 * here.nose_tip + (0.15 + 0.85 * old) * here.cheek, 0, 1)
    out += np.float32(share * (0.16 + 0.26 * old) * (0.5 + who.look.skin.veins)) * _threads(here, rng, 16, 0.13) * red
    spots.blemishes(out, who, here, draws(who, "blemishes"), share)
    return out


def _blotches(here, much, rng):
    """Return how unevenly old dark skin has tanned, (N,): in patches of one and of several centimetres; `much` 0..1."""
    if not much:
        return np.float32(0)
    fields = sum(noise.shifted(noise.band(here.size, wavelength * here.texel, name), rng) for wavelength, name in BLOTCHED)
    return np.float32(BLOTCHES * much) * fields * (0.3 + 0.7 * here.crisp)


def _flush(here, old, rng):
    """Return where cheeks are red, (N,): round in youth; in old skin (0..1) wide, faint and in flecks, as vessels widen here and there."""
    if not old:
        return here.cheek
    flecks = sum(amount * noise.shifted(noise.band(here.size, max(2.5, wavelength * here.texel), "mottle"), rng)
                 for wavelength, amount in FLECKS)
    wide = (1 - 0.70 * old) * here.cheek + 0.42 * old * here.freckled
    return wide * np.clip(1 + np.float32(old) * flecks, 0, 2.2)


def depth(who, here, draws):
    """Return what shines blue-grey through the skin, (N,): thin skin under the eyes, veins there, on the lids and at the temples."""
    thin = (0.35 + 0.9 * who.look.skin.veins) * (0.55 + 0.75 * ageing.dryness(who)) * (1 - 0.75 * pigments.darkness(who.skin_lab))
    out = np.float32(0.13 * thin) * here.trough + np.float32(0.05 * thin) * here.lower_lid
    veins = _threads(here, draws(who, "veins"), 95, 0.10)
    out += np.float32(0.20 * thin * (0.3 + who.look.skin.veins)) * veins * np.clip(here.temple + 0.7 * here.trough, 0, 1)
    lids = np.clip(here.upper_lid + 0.7 * here.lower_lid, 0, 1)
    out += np.float32(0.16 * thin) * _threads(here, draws(who, "lid veins"), 16, 0.16) * lids
    return out


def lips(who, here, draws):
    """Yield (amount (N,), what it takes (3,)) of the lips: above and below, and the fine lines across them."""
    dark, old = pigments.darkness(who.skin_lab), ageing.dryness(who)
    strength = (0.70 + 0.45 * who.look.skin.blood) * (1 - 0.32 * old) * (1.12 - 0.22 * who.gender)
    rng = draws(who, "lips")
    lines = lip_lines(here, rng)
    uneven = 1 + 0.14 * noise.shifted(noise.band(here.size, 13 * here.texel, "mottle"), rng)
    edge = here.lip * uneven * (0.80 + 0.20 * np.clip((6 - here.mouth) / 3, 0, 1))
    for part, share in (("upper", here.upper), ("lower", 1 - here.upper)):
        light, black = map(np.array, LIPS[part])
        yield edge * share, strength * pigments.of_lab(who.skin_lab, (1 - dark) * light + dark * black)
    yield here.lip * lines, (0.135 + 0.04 * old) * (pigments.MELANIN + pigments.BLOOD)


def lip_lines(here, rng):
    """Return the fine lines across the lips, (N,), around 0."""
    out, where = np.zeros(here.size ** 2, np.float32), np.flatnonzero(here.lip > 0.01)
    field = noise.band(256, 5, "lips")
    across = here.x[where] * 6 + 3 * noise.band(here.size, 40 * here.texel, "patch").ravel()[where] + rng.integers(256)
    out[where] = field[(here.mouth[where] * 1.3).astype(int) % 256, across.astype(int) % 256]
    return out


def linings(who, here):
    """Yield (amount (N,), what it takes (3,)) of what is moist: the lips' inside, the lids' margins, what lies within."""
    dark = pigments.darkness(who.skin_lab)
    inside = np.maximum(here.wet, 1 - here.exterior) * (1 - here.lid_margin)
    for amount, (light, black) in ((inside, WET), (here.lid_margin, LID_RIM)):
        yield amount, pigments.of_lab(who.skin_lab, (1 - dark) * np.array(light) + dark * np.array(black))


def _ringed(who, rng):
    """Return how much melanin there is around the eyes: most in brown skin, less in the lightest and darkest, each person otherwise."""
    lightness = who.skin_lab[0]
    brown = smoothstep(-lightness, -70, -58) * smoothstep(lightness, 26, 40)
    return ((1 - brown) * RINGED[0] + brown * RINGED[1]) * (0.35 + 1.1 * rng.random()) * (1 + 0.3 * ageing.dryness(who))


def _plugs(who, here, rng):
    """Return the dark mouths of pores on nose, cheeks and chin, (N,)."""
    apart, wide, amount = GRAINS
    dots = noise.shifted(noise.dots(here.size, max(2.0, apart * here.texel), max(0.5, wide * here.texel), "plugs"), rng)
    where = np.clip(here.nose_tip + here.nose_wing + 0.8 * here.bridge + 0.55 * here.cheek + 0.5 * here.chin, 0, 1) * here.crisp
    return np.float32(amount * (0.4 + 1.2 * who.look.skin.pores)) * dots * where


def _mottled(here, rng, amounts, strength):
    """Return noise of several scales, (N,), less where it would be drawn out."""
    out = np.zeros(here.size ** 2, np.float32)
    bands = [noise.band(here.size, max(2.5, wavelength * here.texel), "mottle") for wavelength in WAVES]
    ground.add(out, [(amount * strength, noise.shifted(band, rng)) for band, amount in zip(bands, amounts, strict=True)])
    out *= 0.12 + 0.88 * here.crisp
    return out


def _threads(here, rng, wavelength, width):
    """Return thin wandering lines, (N,) 0..1: where noise passes through zero, broken up by other noise."""
    field = noise.shifted(noise.band(here.size, max(3, wavelength * here.texel), "threads", 0.3), rng)
    gate = noise.shifted(noise.band(here.size, 60 * here.texel, "patch"), rng)
    return np.clip(1 - np.abs(field) / width, 0, 1) * np.clip(gate * 0.8 + 0.3, 0, 1)
