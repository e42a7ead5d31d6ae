"""The colours of a plain face, which has no painted skin: a tint per region and vertex. Colours of irises and brows. numpy only."""

import numpy as np

from ..core import colour
from ..core.skin import areas, tone

# region: shift of (L, a, b) at full weight; sided regions count on both sides. Blood shows less in dark skin, see `albedo`.
TINTS = {
    "upper_lip": (-9.0, 11.0, -1.0), "lower_lip": (-6.0, 12.0, 0.0), "cheek": (-1.0, 3.5, 0.5), "nose_tip": (-1.5, 4.0, 0.0),
    "nose_wing": (-2.0, 3.5, 0.0), "ear": (-1.0, 4.0, 0.0), "upper_lid": (-3.0, 2.5, -1.0), "lower_lid": (-2.5, 2.5, -2.0),
    "infraorbital": (-2.0, 1.0, -2.0), "forehead": (1.0, 0.0, 1.0), "chin": (-0.5, 1.0, 0.0), "neck": (-1.5, 0.0, 1.0),
}
SHOWN = 0.55                           # power of a skin's luminance with which it is shown, see `world.exposure`
HELD = 0.82                            # power of `lift` that what is white beside dark skin makes up for: it would burn out
LIGHT = 70.0                           # lightness of skin for which nothing is lifted
HIDDEN = (-14.0, 14.0, 2.0)            # mucosa: the lining of mouth and sockets
IRIS = {                               # linear sRGB of the colour names that identities have
    "dark_brown": (0.040, 0.018, 0.009), "brown": (0.105, 0.048, 0.020), "hazel": (0.150, 0.092, 0.034),
    "green": (0.105, 0.130, 0.062), "blue": (0.085, 0.150, 0.240), "grey": (0.150, 0.175, 0.195),
}


def lift(skin_lab):
    """Return by how much brighter than for light skin a picture is exposed for a skin, Lab: 1 and more, and whites would burn out."""
    ratio = colour.luminance(colour.from_lab((LIGHT, 0.0, 0.0))) / colour.luminance(colour.from_lab((skin_lab[0], 0.0, 0.0)))
    return float(max(ratio, 1.0) ** (1 - SHOWN))


def brow_cover(depth):
    """Return how much of the skin a brow covers (V,) 0..1, from the depth inside the brow in millimetres (V,)."""
    return np.clip(np.asarray(depth) / 1.6 + 0.5, 0, 1)


def albedo(skin_lab, pack):
    """Return the linear sRGB albedo (V, 3) of every vertex of a plain face: a tint per region; brows are laid over it by the material."""
    lab = np.tile(np.asarray(skin_lab, float), (len(pack.base), 1))
    blood = np.array([1.0, np.clip(skin_lab[0] / 65, 0.35, 1.0), 1.0])       # redness fades under melanin
    for region, shift in TINTS.items():
        for name in (region, f"{region}.L", f"{region}.R"):
            if name in pack.regions:
                lab += pack.regions[name][:, None] * (shift * blood)
    lab[~pack.exterior] = np.asarray(skin_lab, float) + HIDDEN
    lab[:, 0] = np.clip(lab[:, 0], 8, 96)
    return np.clip(colour.from_lab(lab), 0.004, 0.92)


def measured(rgb, pack):
    """Return the facts of a plain skin whose vertices are rgb (V, 3), linear sRGB: the mean without lips and brows, see `tone.facts`."""
    weight = pack.exterior * np.clip(1 - areas.lips(pack) - brow_cover(pack.brow), 0, 1)
    return tone.facts(np.einsum("n,nc->c", weight, rgb) / weight.sum())


def brow_lab(skin_lab, age):
    """Return the Lab colour of a person's brows: darker than the skin whatever it is, greyer with age."""
    grey = np.clip((age - 45) / 45, 0, 1)
    dark = np.array([np.clip(skin_lab[0] * 0.27, 7, 20), 4.0, 6.0])
    return (1 - 0.6 * grey) * dark + 0.6 * grey * np.array([skin_lab[0] * 0.75, 0.0, 2.0])
