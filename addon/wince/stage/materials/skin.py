"""Skin, with the brows that are painted on it."""

from ...core import colour
from .. import complexion
from .base import Recipe, set_colour

ALBEDO = "wince_albedo"                # point attributes of the face mesh
BROW = "wince_brow"                    # millimetres inside a brow, negative outside
RECIPES = {
    "skin": Recipe("skin", None, 0.50, 0.12, 0.25, True),
    "brows": Recipe("brows", None, 0.60, 0.0, 0.15, True),
    "socket": Recipe("skin", (0.30, 0.085, 0.070), 0.45, 0.0),
}
# Brows are drawn by distance, which stays true between vertices: crisp where a mask would blur, frayed by noise like hair.
SKIN_NODES = {
    "albedo": ("ShaderNodeAttribute", {"attribute_name": ALBEDO}),
    "inside": ("ShaderNodeAttribute", {"attribute_name": BROW}),
    "coordinates": ("ShaderNodeTexCoord", {}),
    "hairs": ("ShaderNodeTexNoise", {}),
    "frayed": ("ShaderNodeMath", {"operation": "MULTIPLY_ADD"}),
    "cover": ("ShaderNodeMapRange", {"interpolation_type": "SMOOTHSTEP"}),
    "base": ("ShaderNodeMix", {"data_type": "RGBA"}),
}
SKIN_LINKS = [
    ("coordinates", "UV", "hairs", "Vector"),
    ("hairs", "Fac", "frayed", "Value"),
    ("inside", "Fac", "frayed", "Value_002"),
    ("frayed", "Value", "cover", "Value"),
    ("cover", "Result", "base", "Factor_Float"),
    ("albedo", "Color", "base", "A_Color"),
    ("base", "Result_Color", "surface", "Base Color"),
]

_BROW = {"hairs": {"Scale": 420.0, "Detail": 2.0}, "frayed": {"Value_001": 3.2},          # noise 0..1 to millimetres
         "cover": {"From Min": 0.9, "From Max": 2.6, "To Max": 0.92}}                     # noise is 0.5 on average, 1.6 mm
TREES = {"skin": (SKIN_NODES, SKIN_LINKS), "brows": (SKIN_NODES, SKIN_LINKS)}
INPUTS = {"skin": _BROW, "brows": _BROW}


def tint(materials, person):
    """Set what a person changes; a material that is not there is passed over."""
    who = person.identity
    brow = colour.from_lab(complexion.brow_lab(who.skin_lab, who.age))
    for name in ("skin", "brows"):
        set_colour(materials, name, "base", "B_Color", brow)
