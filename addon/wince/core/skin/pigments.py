"""Skin colour by its pigments: light that comes back out of skin has lost, per unit of pigment, so much of red, green and blue.

Reflectance is a product of transmissions (Beer and Lambert), so pigments add up as densities, -ln of linear sRGB. This is the
pigment space of Tsumura et al. 2003 ("Image-based skin color and texture analysis/synthesis", SIGGRAPH) with axes of our own, fitted to
Lab: melanin runs from the mean light to the mean dark skin of `groups.json`, with the slope of its absorption in blue; blood as erythema
does (a* up, L* down, b* as it was); depth is what lies under the dermis and looks blue-grey through it: veins, beard under the skin.
"""

import numpy as np

from .. import colour

MELANIN = np.array([0.40, 0.53, 0.75])
BLOOD = np.array([0.10, 0.78, 0.62])
DEPTH = np.array([0.70, 0.60, 0.39])
BARE = np.array([0.36, 0.45, 0.52])    # density of skin without melanin and blood


def density(rgb):
    """Return the density (..., 3) of linear sRGB colours (..., 3)."""
    return -np.log(np.maximum(rgb, 1e-4))


def concentrations(lab):
    """Return (melanin, blood) of a skin of a Lab colour, in units of this module's axes; what they leave unexplained is least squares."""
    axes = np.stack([MELANIN, BLOOD], axis=1)
    found = np.linalg.lstsq(axes, density(colour.from_lab(lab)) - BARE, rcond=None)[0]
    return tuple(float(value) for value in found)


def of_lab(lab, shift):
    """Return the density (3,) that turns skin of a Lab colour into one that is shifted by (L, a, b)."""
    lab = np.asarray(lab, float)
    return density(np.clip(colour.from_lab(lab + shift), 0.003, 0.95)) - density(colour.from_lab(lab))


def darkness(lab):
    """Return how dark a skin is, 0 (L* 68 and up) .. 1 (L* 34 and down)."""
    return float(np.clip((68 - lab[0]) / 34, 0, 1))
