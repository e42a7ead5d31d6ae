"""The fine change of colour that all skins share, as one picture that repeats: more or less melanin and blood, follicles of cut hair.

The atlas shows neck, ears and crown coarsely (a texel is up to 5 mm there): what is finer than that comes from here, laid on in the shader.
"""

import numpy as np

from . import noise

VERSION = 1                            # of what `amounts` returns
SIZE, TILE_M = 512, 0.096              # texels along a side, and how much skin they cover
MIDDLE, RANGE = 0.5, 0.6               # an amount is (value - MIDDLE) * RANGE
MELANIN = ((0.9, 0.020), (2.2, 0.030), (6.0, 0.030), (17, 0.030))         # millimetres: wavelength, amount
BLOOD = ((1.4, 0.030), (4.0, 0.045), (12, 0.050))
FOLLICLES = 1.15, 0.16                 # millimetres: how far apart, radius


def amounts(size=SIZE):
    """Return (size, size, 3) float32, 0..1: melanin and blood around MIDDLE, follicles from 0; equal everywhere."""
    per_mm = size / (TILE_M * 1000)
    apart, radius = FOLLICLES
    dots = noise.dots(size, apart * per_mm, radius * per_mm, "follicles")
    return np.stack([_around(size, MELANIN, "mottle melanin"), _around(size, BLOOD, "mottle blood"), np.clip(dots, 0, 1)], axis=2)


def _around(size, bands, name):
    per_mm = size / (TILE_M * 1000)
    field = sum(amount * noise.band(size, max(2.5, millimetres * per_mm), name) for millimetres, amount in bands)
    return np.clip(MIDDLE + field / RANGE, 0, 1).astype(np.float32)
