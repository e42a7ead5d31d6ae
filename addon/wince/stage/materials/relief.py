"""Wrinkles in the skin's shader: folds as bump and as shade, deeper where the skin is folded. Tables that `skin` merges into its tree.

    height   dot(creases map, wince_fold), metres; "pores height" (metres) may be added to it by POROUS
    etched   and sharp lines at the bottom of folds, so much of them as skin is old
    relief   Bump node, to the surface's Normal
    cavity   Mix node that darkens a colour in furrows, where less light comes in: colour in at A_Color, out at Result_Color
    groove   0 on flat skin .. 1 in a deep furrow
"""

import numpy as np

from ...core import ageing
from ...core.skin import pigments
from .base import set_colour, set_value

FOLD = "wince_fold"                    # point attribute, vector: how deep each of the map's three channels lies here, see core.wrinkles
NODES = {
    "creases": ("ShaderNodeTexImage", {"interpolation": "Cubic"}),
    "fold": ("ShaderNodeAttribute", {"attribute_name": FOLD}),
    "signed": ("ShaderNodeVectorMath", {"operation": "SUBTRACT"}),
    "height": ("ShaderNodeVectorMath", {"operation": "DOT_PRODUCT"}),
    "sharp": ("ShaderNodeMath", {"operation": "SUBTRACT"}),
    "lying": ("ShaderNodeMath", {"operation": "MINIMUM"}),
    "standing": ("ShaderNodeMath", {"operation": "SUBTRACT"}),
    "lines": ("ShaderNodeCombineXYZ", {}),
    "engraved": ("ShaderNodeVectorMath", {"operation": "DOT_PRODUCT"}),
    "etched": ("ShaderNodeMath", {"operation": "MULTIPLY_ADD"}),
    "depth": ("ShaderNodeMath", {"operation": "MULTIPLY_ADD"}),
    "relief": ("ShaderNodeBump", {}),
    "shown": ("ShaderNodeVectorMath", {"operation": "MULTIPLY"}),
    "shade": ("ShaderNodeVectorMath", {"operation": "DOT_PRODUCT"}),
    "stain": ("ShaderNodeMath", {"operation": "MULTIPLY_ADD"}),
    "groove": ("ShaderNodeMapRange", {}),
    "cavity": ("ShaderNodeMix", {"data_type": "RGBA", "blend_type": "MULTIPLY"}),
}
LINKS = [
    ("creases", "Color", "signed", "Vector"),
    ("signed", "Vector", "height", "Vector"),
    ("fold", "Vector", "height", "Vector_001"),
    ("creases", "Alpha", "sharp", "Value"),
    ("sharp", "Value", "lying", "Value"),
    ("lying", "Value", "standing", "Value"),
    ("sharp", "Value", "standing", "Value_001"),
    ("lying", "Value", "lines", "X"),
    ("standing", "Value", "lines", "Y"),
    ("lines", "Vector", "engraved", "Vector"),
    ("fold", "Vector", "engraved", "Vector_001"),
    ("engraved", "Value", "etched", "Value"),
    ("height", "Value", "etched", "Value_002"),
    ("etched", "Value", "depth", "Value"),
    ("depth", "Value", "relief", "Height"),
    ("relief", "Normal", "surface", "Normal"),
    ("fold", "Vector", "shown", "Vector"),
    ("signed", "Vector", "shade", "Vector"),
    ("shown", "Vector", "shade", "Vector_001"),
    ("engraved", "Value", "stain", "Value"),
    ("shade", "Value", "stain", "Value_002"),
    ("stain", "Value", "groove", "Value"),
    ("groove", "Result", "cavity", "Factor_Float"),
]
POROUS = ("pores height", "Value", "depth", "Value_002")       # for a tree that has such a node: metres, added to the wrinkles

FLAT = 128 / 255                       # the map's value of flat skin; 0 is the bottom of a furrow
DEPTH_M = 0.0016                       # how deep a furrow of the map is where the fold is 1
SHARP, SHARP_SHADE = 0.45, 0.35       # of that, a sharp line in the oldest skin; how much of it is shade
MICRO_SHADE = 0.12                     # and of micro relief: fine lines let light in, and dark ones look like dirt
CAVITY = ((0.58, 0.40, 0.34), (0.52, 0.47, 0.45))              # what a deep furrow makes of light skin, red from within, and of dark
INPUTS = {
    "signed": {"Vector_001": (FLAT, FLAT, FLAT)},
    "sharp": {"Value_001": FLAT},
    "lying": {"Value_001": 0.0},
    "etched": {"Value_001": SHARP},
    "depth": {"Value_001": DEPTH_M / FLAT, "Value_002": 0.0},
    "relief": {"Strength": 1.0, "Distance": 1.0},
    "shown": {"Vector_001": (1.0, 1.0, MICRO_SHADE)},
    "stain": {"Value_001": SHARP_SHADE},
    "groove": {"From Min": 0.0, "From Max": -1.4 * FLAT, "To Min": 0.0, "To Max": 0.7},
    "cavity": {"B_Color": (*CAVITY[0], 1.0)},
}


def tint(materials, person):
    """Set what a person changes: how sharp lines are, and the shade in furrows; a material that is not there is passed over."""
    sharp, dark = ageing.creased(person.identity), pigments.darkness(person.identity.skin_lab)
    shade = (1 - dark) * np.array(CAVITY[0]) + dark * np.array(CAVITY[1])
    for name in ("skin", "brows"):
        set_value(materials, name, "etched", "Value_001", SHARP * sharp)
        set_value(materials, name, "stain", "Value_001", SHARP_SHADE * sharp)
        set_colour(materials, name, "cavity", "B_Color", shade)


def wear(materials, image):
    """Give the skin's materials the picture of the creases, or none: then grooves cost nothing and are not there.

    materials   {name of RECIPES: bpy material}; one that is not there, or has lost a node, is passed over
    image       bpy image or None
    """
    for name in ("skin", "brows"):
        nodes = materials[name].node_tree.nodes if name in materials else {}
        if node := nodes.get("creases"):
            node.image = image
        for node in filter(None, map(nodes.get, ("relief", "cavity"))):
            node.mute = image is None
