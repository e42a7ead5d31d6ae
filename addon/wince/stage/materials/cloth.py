"""Clothes: woven or knitted stuff, dull, with a soft edge of light, in one colour or with a small print."""

import numpy as np

from ...core import colour
from ...core.worn.piece import PATTERN
from .base import Recipe, set_colour, set_value

RECIPES = {"cloth": Recipe("clothes", None, 0.85, specular=0.15)}
WHITEST = 0.62                         # albedo of white cloth: exposed for dark skin, whiter burns out
PRINT_M = 0.020                        # from one mark of the print to the next
MARK = 0.16                            # size of a mark, as a share of that

TREES = {"cloth": ({
    "place": ("ShaderNodeAttribute", {"attribute_name": PATTERN}),
    "part": ("ShaderNodeSeparateXYZ", {}),
    "marks": ("ShaderNodeTexVoronoi", {"voronoi_dimensions": "2D", "distance": "MANHATTAN"}),
    "marked": ("ShaderNodeMath", {"operation": "LESS_THAN"}),
    "printed": ("ShaderNodeMath", {"operation": "MULTIPLY"}),
    "threads": ("ShaderNodeTexNoise", {"noise_dimensions": "2D"}),
    "shade": ("ShaderNodeMapRange", {}),
    "print": ("ShaderNodeMix", {"data_type": "RGBA"}),
    "trim": ("ShaderNodeMix", {"data_type": "RGBA"}),
    "stuff": ("ShaderNodeVectorMath", {"operation": "SCALE"}),
    "weave": ("ShaderNodeBump", {}),
}, [
    ("place", "Vector", "part", "Vector"),
    ("place", "Vector", "marks", "Vector"),
    ("marks", "Distance", "marked", "Value"),
    ("marked", "Value", "printed", "Value"),
    ("printed", "Value", "print", "Factor_Float"),
    ("print", "Result_Color", "trim", "A_Color"),
    ("part", "Z", "trim", "Factor_Float"),
    ("place", "Vector", "threads", "Vector"),
    ("threads", "Color", "shade", "Value"),
    ("trim", "Result_Color", "stuff", "Vector"),
    ("shade", "Result", "stuff", "Scale"),
    ("stuff", "Vector", "surface", "Base Color"),
    ("threads", "Color", "weave", "Height"),
    ("weave", "Normal", "surface", "Normal"),
])}
INPUTS = {"cloth": {
    "surface": {"Sheen Weight": 0.25, "Sheen Roughness": 0.5},
    "marks": {"Scale": 1 / PRINT_M, "Randomness": 0.0},
    "marked": {"Value_001": MARK},
    "threads": {"Scale": 550.0, "Detail": 1.0},
    "shade": {"From Min": 0.3, "From Max": 0.7, "To Min": 0.9, "To Max": 1.06},
    "weave": {"Strength": 0.35, "Distance": 0.0006},
}}


def tint(materials, person):
    """Set the stuff's colours and its print; a material that is not there is passed over."""
    clothes = person.identity.look.clothes
    own, gown = np.minimum(colour.decode(clothes.colour), WHITEST), clothes.kind == "gown"
    pale = 0.45 * own + 0.27                                          # washed a hundred times
    set_colour(materials, "cloth", "print", "A_Color", pale if gown else own)
    set_colour(materials, "cloth", "print", "B_Color", 0.55 * own)
    set_colour(materials, "cloth", "trim", "B_Color", np.minimum(pale * 0.8 + 0.12, WHITEST) if gown else own * 0.8)
    set_value(materials, "cloth", "printed", "Value_001", 0.7 if gown else 0.0)
    if "cloth" in materials:
        materials["cloth"].diffuse_color = (*(pale if gown else own), 1.0)      # of Solid shading
