"""Spots on a skin: freckles, moles, age spots, pale spots, the small dark papules of old dark skin, blemishes.

All are drawn all over the atlas in millimetres, and kept where they may be; none where a texel is too coarse for them.
"""

import numpy as np

from .. import ageing
from . import marks, pigments

MM = 0.285                             # millimetres of a texel at 1024 on a face: where candidates are as dense as they are meant to be
ROUGHEST = 2.6                         # millimetres of a texel that still shows a spot


def lay(out, who, here, draws):
    """Add a person's spots to the melanin (N,) on a `ground.Ground`, in place; `draws` as `layers` takes it."""
    freckles(out, who, here, draws(who, "freckles"))
    age_spots(out, who, here, draws(who, "spots"))
    pale_spots(out, who, here, draws(who, "pale"))
    papules(out, who, here, draws(who, "papules"))
    moles(out, who, here, draws(who, "moles"))


def freckles(out, who, here, rng):
    """Lay freckles over nose and cheeks; they hardly show in dark skin. Everybody who is light has a few from the sun."""
    much = max(who.look.skin.freckles, 0.10 * (1 - pigments.darkness(who.skin_lab)) * (who.look.skin.freckles > 0))
    if much <= 0:
        return
    where, chance = marks.places(rng, 9000, here.size)
    radius, strength = rng.uniform(0.3, 0.85, 9000), rng.uniform(0.18, 0.62, 9000)
    strength *= (0.35 + 0.65 * much) * (1 - 0.7 * pigments.darkness(who.skin_lab))
    _lay(out, here, (where, chance, radius, strength, None), 2500,
         lambda at: np.clip(at.freckled + 0.18 * at.exterior, 0, 1) * (1 - at.lip) * much * 0.8)


def age_spots(out, who, here, rng):
    """Lay age spots where the sun was, temples, cheeks, forehead, a bare scalp: many small, a few large and fainter."""
    much = ageing.spots(who)
    if much <= 0:
        return
    count = 1500
    where, chance = marks.places(rng, count, here.size)
    radius = np.minimum(rng.lognormal(0.10, 0.75, count), 6.5)
    strength, ragged = rng.uniform(0.12, 0.50, count) / (1 + 0.12 * radius), rng.random((count, 3)) * [[0.30, 2 * np.pi, 2 * np.pi]]
    _lay(out, here, (where, chance, radius, strength * (1 - 0.1 * pigments.darkness(who.skin_lab)), ragged), 420,
         lambda at: np.clip(0.25 + 0.8 * at.sunned + 0.6 * at.temple + 0.6 * at.scalp, 0, 1) * _clear(at) * (1 - 0.8 * at.socket) * much)


def pale_spots(out, who, here, rng):
    """Take melanin away in small spots, as sun does to old skin."""
    much = ageing.dryness(who) * (0.25 + 0.5 * who.look.skin.spots)
    if much <= 0.02:
        return
    where, chance = marks.places(rng, 500, here.size)
    lost = np.zeros_like(out)
    _lay(lost, here, (where, chance, rng.uniform(0.5, 1.6, 500), rng.uniform(0.05, 0.16, 500), None), 160, lambda at: _clear(at) * much)
    out -= lost


def papules(out, who, here, rng):
    """Lay the small dark papules that come on the cheeks of dark skin with the years."""
    much = pigments.darkness(who.skin_lab) * ageing.dryness(who) * (0.25 + who.look.skin.spots)
    if much <= 0.02:
        return
    where, chance = marks.places(rng, 1600, here.size)
    _lay(out, here, (where, chance, rng.uniform(0.45, 1.25, 1600), rng.uniform(0.6, 1.5, 1600), None), 160,
         lambda at: 1.6 * (np.clip(0.9 * at.freckled + 0.7 * at.temple, 0, 1) * _clear(at) * much))


def moles(out, who, here, rng):
    """Lay a few moles anywhere."""
    where, chance = marks.places(rng, 60, here.size)
    radius, strength = rng.uniform(0.34, 0.75, 60), rng.uniform(0.5, 1.2, 60)
    _lay(out, here, (where, chance, radius, strength, None), 20,
         lambda at: _clear(at) * (1 - at.socket) * 0.4 * who.look.skin.moles)


def blemishes(out, who, here, rng, share):
    """Add small red spots to the blood (N,), in place: a few on everybody, more where skin is oily; `share` is how much blood shows."""
    where, chance = marks.places(rng, 900, here.size)
    radius, strength = rng.uniform(0.5, 1.7, 900), rng.uniform(0.04, 0.16, 900) * share
    oily = 0.25 + 0.5 * who.look.skin.oil
    _lay(out, here, (where, chance, radius, strength, None), 150,
         lambda at: np.clip(0.10 + 0.5 * at.cheek + 0.6 * at.chin + 0.3 * at.forehead, 0, 1) * _clear(at) * oily)


def _clear(at):
    """Return how much skin that nothing else is on there is at some texels, (n,)."""
    return at.exterior * (1 - at.lip) * (1 - at.brow)


def _lay(out, here, dots, most, likely):
    """Add dots (where, chance, radius in mm, strength, ragged) to a layer: as dense everywhere, the stronger where they overlap.

    most     how many are kept
    likely   function of `Ground.at` the candidates' texels -> how likely each is kept, (n,)
    """
    where, chance, radius, strength, ragged = dots
    row, column = np.minimum(where.astype(int), here.size - 1).T
    at = here.at(row * here.size + column)
    texel = np.stack([at.down, at.across], axis=1) / here.texel
    dense = np.clip(texel.prod(axis=1) * here.texel ** 2 / MM ** 2, 0, 6) * (texel.max(axis=1) * here.texel < ROUGHEST)
    keep = marks.kept(np.where(dense > 0, chance / np.maximum(dense, 1e-6), 2.0), likely(at), most)
    picture = np.zeros(here.size ** 2, np.float32)
    sizes = np.maximum(radius[keep, None] / np.maximum(texel[keep], 0.05), 0.55)
    marks.stamp(picture, here.size, where[keep], np.minimum(sizes, 40), strength[keep], None if ragged is None else ragged[keep])
    out += picture
