"""The colour of hair, from its pigments; how much of it has lost them."""

import numpy as np

from .. import ageing

EUMELANIN, PHEOMELANIN = np.array([0.506, 0.841, 1.653]), np.array([0.343, 0.733, 1.924])     # absorption per unit, Chiang et al. 2016
ROUGHNESS_TERM = 5.887                 # their polynomial at azimuthal roughness 0.3
CUTICLE = 0.006                        # what the surface sends back whatever lies in it
PIGMENTS = {                           # colour of look.HAIR_COLOURS: (melanin, share of it that is red)
    "black": (0.80, 0.0), "dark_brown": (0.55, 0.2), "brown": (0.40, 0.2), "light_brown": (0.27, 0.2),
    "auburn": (0.42, 0.7), "red": (0.22, 0.95), "dark_blond": (0.12, 0.15), "blond": (0.065, 0.1),
}
GREY = (0.33, 0.32, 0.30)              # a strand without pigment, in a tuft of them
# Exponent and most: beards grey before the scalp, brows and lashes later and never all.
PACES = {"hair": (1.0, 1.0), "beard": (0.8, 1.0), "brow_hair": (1.6, 0.8), "lash_hair": (4.0, 0.4)}


def rgb(name):
    """Return the linear sRGB (3,) of a hair colour of look.HAIR_COLOURS, before it greys (Chiang et al. 2016, eqs. 7 to 9)."""
    melanin, red = PIGMENTS[name]
    amount = -np.log(1 - melanin)
    absorbed = amount * ((1 - red) * EUMELANIN + red * PHEOMELANIN)
    return np.exp(-np.sqrt(absorbed) * ROUGHNESS_TERM) + CUTICLE


def grey(who, kind="hair"):
    """Return the share of strands that are grey, 0..1; kind one of PACES."""
    pace, most = PACES[kind]
    return most * ageing.grey(who) ** pace


def mean_rgb(who, kind="hair"):
    """Return the mean linear sRGB (3,) of a person's hair, grey strands counted."""
    share = grey(who, kind)
    return (1 - share) * rgb(who.look.hair.colour) + share * np.array(GREY)
