"""Lashes as strips whose tips fade."""

import numpy as np

from ...core import colour
from .. import complexion
from .base import Recipe, set_colour

LASH = "wince_lash"
LASH_OPACITY = 0.65                    # at the lid; falls to nothing at the tips
RECIPES = {"lashes": Recipe("lashes", (0.010, 0.008, 0.007), 0.60, 0.0, 0.2)}
LASH_NODES = {"reach": ("ShaderNodeAttribute", {"attribute_name": LASH}), "opacity": ("ShaderNodeMapRange", {})}
LASH_LINKS = [("reach", "Fac", "opacity", "Value"), ("opacity", "Result", "surface", "Alpha")]

TREES = {"lashes": (LASH_NODES, LASH_LINKS)}
INPUTS = {"lashes": {"opacity": {"To Min": LASH_OPACITY, "To Max": 0.0}}}


def tint(materials, person):
    """Set what a person changes; a material that is not there is passed over."""
    who = person.identity
    brow = colour.from_lab(complexion.brow_lab(who.skin_lab, who.age))
    set_colour(materials, "lashes", "surface", "Base Color", 0.5 * np.asarray(brow))
