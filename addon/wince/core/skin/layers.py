"""Layers of pigment on a skin: melanin and its spots, blood, what shines through from below, lips, linings. Amounts per texel, by eye.

Each function takes an identity, the `ground.Ground` to paint on and `draws(identity, name)` -> random generator.
"""

import numpy as np

from .. import ageing
from . import marks, noise, pigments

# How much more blood (at `look.skin.blood` 0.5 in light skin) and melanin than elsewhere; see `ground` for the names.
BLOOD = {"cheek": 0.20, "nose_tip": 0.18, "nose_wing": 0.17, "auricle": 0.22, "upper_lid": 0.08, "lower_lid": 0.13, "chin": 0.08,
         "muzzle": 0.02, "forehead": -0.05, "trough": 0.04, "mouth_corner": 0.07}
MELANIN = {"socket": 0.10, "upper_lid": 0.07, "lower_lid": 0.03, "nose_wing": 0.05, "neck": 0.06, "mouth_corner": 0.06, "forehead": 0.03}
MELANIN_DARK = {"socket": 0.16, "upper_lid": 0.10, "muzzle": 0.10, "forehead": 0.08, "nose_wing": 0.06, "cheek": -0.07, "nose_tip": -0.05}
MOTTLING = ((6, 0.022), (20, 0.034), (75, 0.034))          # texels at 1024: wavelength; how much blood comes and goes
TAN = ((8, 0.020), (36, 0.034), (130, 0.036))              # the same of melanin
# Lips: how they differ from skin in Lab, above and below, in light and in dark skin: red, and mauve-brown with a lighter lower lip.
LIPS = {"upper": ((-11.5, 11.0, -1.5), (-8.0, 1.0, -6.0)), "lower": ((-8.0, 12.0, -1.5), (-4.0, 3.5, -5.0))}
WET, LID_RIM = ((-12.0, 15.0, 3.0), (-4.0, 10.0, -2.0)), ((-4.0, 9.0, -2.0), (-1.0, 5.0, -3.0))


def melanin(who, here, draws):
    """Return how much melanin lies where beyond the skin's tone, (N,): sun, lids, mottling, freckles, moles, age spots."""
    dark, old = pigments.darkness(who.skin_lab), ageing.dryness(who)
    out = _mottled(here, draws(who, "tan"), TAN, 1 + 0.6 * old, "tan")
    for name, amount in MELANIN.items():
        out += np.float32(amount * (1 + 0.4 * dark)) * here.maps[name]
    for name, amount in MELANIN_DARK.items():
        out += np.float32(amount * dark) * here.maps[name]
    out -= 0.09 * here.rim * (1 - here.lip)                # the pale roll around the lips
    _freckles(out, who, here, draws(who, "freckles"))
    _age_spots(out, who, here, draws(who, "spots"))
    _moles(out, who, here, draws(who, "moles"))
    return out


def blood(who, here, draws):
    """Return how much more or less blood shows where, (N,): cheeks, nose, ears and lids, mottling, broken vessels of old cheeks."""
    share, old = (0.35 + 1.3 * who.look.skin.blood) * (1 - 0.6 * pigments.darkness(who.skin_lab)), ageing.dryness(who)
    rng = draws(who, "blood")
    out = _mottled(here, rng, MOTTLING, share * (1 + 0.35 * old), "blood")
    patch = 1 + 0.30 * noise.shifted(noise.band(here.size, 60 * here.texel, "patch"), rng)
    for name, amount in BLOOD.items():
        out += np.float32(amount * share) * here.maps[name] * (patch if name in ("cheek", "nose_tip", "chin") else 1)
    if old > 0.05:
        vessels = _threads(here, rng, 16, 0.12) * np.clip(here.cheek + here.nose_wing + 0.5 * here.nose_tip, 0, 1)
        out += np.float32(0.30 * old * share * who.look.skin.veins) * vessels
    return out


def depth(who, here, draws):
    """Return what shines blue-grey through the skin, (N,): thin skin under the eyes, veins there and at the temples."""
    thin = (0.35 + 0.9 * who.look.skin.veins) * (0.55 + 0.75 * ageing.dryness(who)) * (1 - 0.45 * pigments.darkness(who.skin_lab))
    out = np.float32(0.17 * thin) * here.trough + np.float32(0.08 * thin) * here.lower_lid
    veins = _threads(here, draws(who, "veins"), 95, 0.10)
    out += np.float32(0.14 * thin * who.look.skin.veins) * veins * np.clip(here.temple + 0.8 * here.trough, 0, 1)
    return out


def lips(who, here, draws):
    """Yield (amount (N,), what it takes (3,)) of the lips: above and below, and the fine lines across them."""
    dark, old = pigments.darkness(who.skin_lab), ageing.dryness(who)
    strength = (0.72 + 0.5 * who.look.skin.blood) * (1 + (0.10 - 0.35 * who.gender) * old) * (1.20 - 0.28 * who.gender)
    lines = lip_lines(here, draws(who, "lips"))
    edge = here.lip * (0.88 + 0.12 * np.clip((6 - here.mouth) / 3, 0, 1))
    for part, share in (("upper", here.upper), ("lower", 1 - here.upper)):
        light, black = map(np.array, LIPS[part])
        yield edge * share, strength * pigments.of_lab(who.skin_lab, (1 - dark) * light + dark * black)
    yield here.lip * lines, (0.085 + 0.03 * old) * (pigments.MELANIN + pigments.BLOOD)


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


def _mottled(here, rng, bands, strength, name):
    """Return noise of several scales, (N,)."""
    out = np.zeros(here.size ** 2, np.float32)
    for wavelength, amount in bands:
        out += np.float32(amount * strength) * noise.shifted(noise.band(here.size, max(2.5, wavelength * here.texel), name), rng)
    return out


def _threads(here, rng, wavelength, width):
    """Return thin wandering lines, (N,) 0..1: where noise passes through zero, broken up by other noise."""
    field = noise.shifted(noise.band(here.size, max(3, wavelength * here.texel), "threads", 0.3), rng)
    gate = noise.shifted(noise.band(here.size, 60 * here.texel, "patch"), rng)
    return np.clip(1 - np.abs(field) / width, 0, 1) * np.clip(gate * 0.8 + 0.3, 0, 1)


def _freckles(out, who, here, rng):
    """Lay freckles over nose and cheeks; they hardly show in dark skin."""
    much = who.look.skin.freckles
    if much <= 0:
        return
    where, chance = marks.places(rng, 9000, here.size)
    radius, strength = here.texel * rng.uniform(1.1, 2.9, 9000), rng.uniform(0.22, 0.70, 9000)
    likely = np.clip(here.freckled + 0.18 * here.exterior, 0, 1) * (1 - here.lip) * much * 0.8
    keep = marks.kept(where, chance, likely, here.size, 2500)
    strength *= (0.35 + 0.65 * much) * (1 - 0.7 * pigments.darkness(who.skin_lab))
    _add(out, here, where[keep], radius[keep], strength[keep], None)


def _age_spots(out, who, here, rng):
    """Lay age spots where the sun was: temples, cheeks, forehead, a bare scalp."""
    much = ageing.spots(who)
    if much <= 0:
        return
    where, chance = marks.places(rng, 1500, here.size)
    radius = here.texel * np.minimum(rng.lognormal(1.35, 0.55, 1500), 13)
    strength, ragged = rng.uniform(0.12, 0.48, 1500), rng.random((1500, 3)) * [[0.28, 2 * np.pi, 2 * np.pi]]
    likely = np.clip(0.25 + 0.8 * here.sunned + 0.6 * here.temple, 0, 1) * here.exterior * (1 - here.lip) * (1 - 0.8 * here.socket)
    keep = marks.kept(where, chance, likely * much, here.size, 420)
    _add(out, here, where[keep], radius[keep], strength[keep] * (1 - 0.45 * pigments.darkness(who.skin_lab)), ragged[keep])


def _moles(out, who, here, rng):
    """Lay a few moles anywhere."""
    where, chance = marks.places(rng, 60, here.size)
    radius, strength = here.texel * rng.uniform(1.2, 2.6, 60), rng.uniform(0.5, 1.2, 60)
    clear = here.exterior * (1 - here.lip) * (1 - here.socket) * (1 - here.brow)
    keep = marks.kept(where, chance, clear * 0.4 * who.look.skin.moles, here.size, 20)
    _add(out, here, where[keep], radius[keep], strength[keep], None)


def _add(out, here, where, radius, strength, ragged):
    """Lay dots over a layer: the stronger counts where dots overlap, and they add to what is there."""
    dots = np.zeros(here.size ** 2, np.float32)
    marks.stamp(dots, here.size, where, radius, strength, ragged)
    out += dots
