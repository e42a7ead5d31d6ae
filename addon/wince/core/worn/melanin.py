"""The colour of hair, from its pigments; how much of it has lost them."""

import numpy as np

from .. import ageing

EUMELANIN, PHEOMELANIN = np.array([0.506, 0.841, 1.653]), np.array([0.343, 0.733, 1.924])     # absorption per unit, Chiang et al. 2016
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
ROUGHNESS_TERM = 5.887                 # their polynomial at azimuthal roughness 0.3
CUTICLE = 0.006                        # what the surface sends back whatever lies in it
PIGMENTS = {                           # colour of look.HAIR_COLOURS: (melanin, share of it that is red)
    "black": (0.80, 0.0), "dark_brown": (0.55, 0.2), "brown": (0.40, 0.2), "light_brown": (0.27, 0.2),
    "auburn": (0.42, 0.7), "red": (0.22, 0.95), "dark_blond": (0.12, 0.15), "blond": (0.065, 0.1),
}
GREY = (0.415, 0.403, 0.380)           # a strand without pigment, in a tuft of them: white, a little of ivory: neutral looks blue
# The same on the face, where a neutral white looks blue: skin is orange.
WHITE = {"beard": (0.66, 0.56, 0.466), "brow_hair": (0.50, 0.422, 0.352), "lash_hair": (0.40, 0.35, 0.31)}
ASHEN = 0.75                           # of its colour hair loses that has greyed nearly all over
# Of the way to their mean that dark and white strands go, and besides where few are white: strand by strand they stand on dark like chalk.
TOGETHER, FEW = 0.35, 0.3
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


def white(kind="hair"):
    """Return the linear sRGB (3,) of a strand without pigment; kind one of PACES."""
    return WHITE.get(kind, GREY)


def kept(who, kind="hair"):
    """Return the linear sRGB (3,) of the strands that have not greyed: on the scalp ashen, the more so the more have."""
    own = rgb(who.look.hair.colour)
    return own if kind != "hair" else own + ASHEN * grey(who, kind) ** 0.7 * (own @ LUMINANCE - own)


def pair(who, kind="hair"):
    """Return the linear sRGB (3,) of strands that kept their pigment, and that lost it, as they lie together; on average `mean_rgb`."""
    mean, far = mean_rgb(who, kind), TOGETHER + FEW * (1 - grey(who, kind)) ** 3
    return tuple(own + far * (mean - own) for own in (kept(who, kind), np.array(white(kind))))


def mean_rgb(who, kind="hair"):
    """Return the mean linear sRGB (3,) of a person's hair, grey strands counted."""
    share = grey(who, kind)
    return (1 - share) * kept(who, kind) + share * np.array(white(kind))
