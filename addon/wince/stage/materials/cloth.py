"""Clothes: woven or knitted stuff, dull, with a soft edge of light; its seams, ribs, creases and thread, and what is printed on it.

    height   of all that is finer than the mesh, metres, summed term by term: `SUMMED`
    colour   the stuff's, with a print or stripes, then the trim's, then buttons
"""

from itertools import pairwise

import numpy as np

from ...core import colour
from ...core.worn import cuts
from ...core.worn.piece import CUT, PATTERN, SEWN
from .. import complexion
from .base import Recipe, set_colour, set_value

RECIPES = {"cloth": Recipe("clothes", None, 0.88, specular=0.12)}
WHITEST = 0.60                         # albedo of white cloth
SHEEN = 0.3                            # of stuff on which nothing is lifted
PRINT_M = 0.020                        # from one mark of the print to the next
MARK = 0.16                            # size of a mark, as a share of that
RIBS = 190.0                           # of a collar, around the neck
STRIPE_M = 0.0135                      # from one stripe to the next
WALE_M = 0.0052                        # from one rib of a knit to the next
BUTTON_M = 0.0055                      # a button's radius
BUTTONS_M = 0.085                      # from one button to the next
FIRST_M = cuts.NECK + 0.036        # where the first one is

# What a term of the height is multiplied by, metres: (node, output, node's input in the sum)
SUMMED = ("threads", "crumple", "rib", "wale", "shoulder", "sleeve", "front", "stitches", "button")
HEIGHTS = {"threads": 0.00042, "crumple": 0.0016, "rib": 0.00035, "wale": 0.0, "shoulder": -0.0009, "sleeve": -0.0011, "front": 0.0,
           "stitches": -0.0005, "button": 0.0}
OUTPUTS = {"threads": "Fac", "crumple": "Fac", "rib": "Value", "wale": "Value", "stitches": "Result"}


def _math(operation, **more):
    return ("ShaderNodeMath", {"operation": operation, **more})


def _profile():
    """Return a node that is 1 within a distance and 0 beyond another."""
    return ("ShaderNodeMapRange", {"interpolation_type": "SMOOTHSTEP"})


def _sum():
    """Return the nodes and links that add up the height."""
    nodes = {f"with {name}": _math("MULTIPLY_ADD") for name in SUMMED}
    links = [(name, OUTPUTS.get(name, "Result"), f"with {name}", "Value") for name in SUMMED]
    links += [(f"with {before}", "Value", f"with {name}", "Value_002") for before, name in pairwise(SUMMED)]
    return nodes, [*links, (f"with {SUMMED[-1]}", "Value", "relief", "Height")]


SUM_NODES, SUM_LINKS = _sum()
SEAMS = {"shoulder": "X", "sleeve": "Y", "front": "Z"}
TREES = {"cloth": ({
    "place": ("ShaderNodeAttribute", {"attribute_name": PATTERN}),
    "part": ("ShaderNodeSeparateXYZ", {}),
    "sewn": ("ShaderNodeAttribute", {"attribute_name": SEWN}),
    "seam way": ("ShaderNodeVectorMath", {"operation": "ABSOLUTE"}),
    "seams": ("ShaderNodeSeparateXYZ", {}),
    "cut": ("ShaderNodeAttribute", {"attribute_name": CUT}),
    "cut part": ("ShaderNodeSeparateXYZ", {}),
    "threads": ("ShaderNodeTexNoise", {"noise_dimensions": "2D"}),
    "crumple": ("ShaderNodeTexNoise", {"noise_dimensions": "4D", "noise_type": "RIDGED_MULTIFRACTAL"}),
    "around": _math("ARCTAN2"), "ribs": _math("MULTIPLY"), "ribbed": _math("SINE"), "rib": _math("MULTIPLY"),
    "wales": _math("MULTIPLY"), "waled": _math("SINE"), "wale": _math("ABSOLUTE"),
    **{name: _profile() for name in SEAMS},
    "below rim": _math("SUBTRACT"), "stitch way": _math("ABSOLUTE"), "stitches": _profile(),
    "in row": _math("SUBTRACT"), "to button": _math("PINGPONG"), "row square": _math("MULTIPLY"),
    "button square": _math("MULTIPLY_ADD"), "button way": _math("SQRT"), "button": _profile(),
    "buttons": _math("MULTIPLY"), "ahead": _math("GREATER_THAN"), "buttons ahead": _math("MULTIPLY"),
    "marks": ("ShaderNodeTexVoronoi", {"voronoi_dimensions": "2D", "distance": "MANHATTAN"}),
    "marked": _math("LESS_THAN"), "printed": _math("MULTIPLY"),
    "stripes": _math("PINGPONG"), "striped": _profile(), "stripe": _math("MULTIPLY"),
    "shade": ("ShaderNodeMapRange", {}),
    "print": ("ShaderNodeMix", {"data_type": "RGBA"}),
    "lined": ("ShaderNodeMix", {"data_type": "RGBA"}),
    "trim": ("ShaderNodeMix", {"data_type": "RGBA"}),
    "buttoned": ("ShaderNodeMix", {"data_type": "RGBA"}),
    "stuff": ("ShaderNodeVectorMath", {"operation": "SCALE"}),
    "relief": ("ShaderNodeBump", {}),
    **SUM_NODES,
}, [
    ("place", "Vector", "part", "Vector"), ("sewn", "Vector", "seam way", "Vector"), ("seam way", "Vector", "seams", "Vector"),
    ("cut", "Vector", "cut part", "Vector"), ("place", "Vector", "threads", "Vector"), ("place", "Vector", "crumple", "Vector"),
    ("part", "X", "around", "Value"), ("part", "Y", "around", "Value_001"), ("around", "Value", "ribs", "Value"),
    ("ribs", "Value", "ribbed", "Value"), ("ribbed", "Value", "rib", "Value"), ("part", "Z", "rib", "Value_001"),
    ("cut part", "Y", "wales", "Value"), ("wales", "Value", "waled", "Value"), ("waled", "Value", "wale", "Value"),
    *((("seams", axis, name, "Value")) for name, axis in SEAMS.items()),
    ("cut part", "X", "below rim", "Value"), ("below rim", "Value", "stitch way", "Value"), ("stitch way", "Value", "stitches", "Value"),
    ("part", "Y", "in row", "Value"), ("in row", "Value", "to button", "Value"), ("to button", "Value", "row square", "Value"),
    ("to button", "Value", "row square", "Value_001"), ("cut part", "Y", "button square", "Value"),
    ("cut part", "Y", "button square", "Value_001"), ("row square", "Value", "button square", "Value_002"),
    ("button square", "Value", "button way", "Value"), ("button way", "Value", "button", "Value"),
    ("button", "Result", "buttons", "Value"), ("in row", "Value", "ahead", "Value"), ("buttons", "Value", "buttons ahead", "Value"),
    ("ahead", "Value", "buttons ahead", "Value_001"), ("buttons ahead", "Value", "buttoned", "Factor_Float"),
    ("place", "Vector", "marks", "Vector"), ("marks", "Distance", "marked", "Value"), ("marked", "Value", "printed", "Value"),
    ("printed", "Value", "print", "Factor_Float"), ("cut part", "Y", "stripes", "Value"), ("stripes", "Value", "striped", "Value"),
    ("striped", "Result", "stripe", "Value"), ("stripe", "Value", "lined", "Factor_Float"), ("print", "Result_Color", "lined", "A_Color"),
    ("lined", "Result_Color", "trim", "A_Color"), ("part", "Z", "trim", "Factor_Float"), ("trim", "Result_Color", "buttoned", "A_Color"),
    ("threads", "Fac", "shade", "Value"), ("buttoned", "Result_Color", "stuff", "Vector"), ("shade", "Result", "stuff", "Scale"),
    ("stuff", "Vector", "surface", "Base Color"), ("relief", "Normal", "surface", "Normal"), *SUM_LINKS,
])}


def _within(inner, outer):
    """Return the inputs of a `_profile`."""
    return {"From Min": inner, "From Max": outer, "To Min": 1.0, "To Max": 0.0}


INPUTS = {"cloth": {
    "surface": {"Sheen Weight": SHEEN, "Sheen Roughness": 0.45},
    "marks": {"Scale": 1 / PRINT_M, "Randomness": 0.0},
    "marked": {"Value_001": MARK},
    "threads": {"Scale": 480.0, "Detail": 1.5},
    "crumple": {"Scale": 16.0, "Detail": 1.6, "Roughness": 0.5, "Lacunarity": 2.2, "Distortion": 0.9},
    "ribs": {"Value_001": RIBS}, "wales": {"Value_001": np.pi / WALE_M},
    "shoulder": _within(0.0002, 0.0022), "sleeve": _within(0.0002, 0.0024),
    "front": _within(0.0003, 0.0018), "stitches": _within(0.0002, 0.0012),
    "in row": {"Value_001": FIRST_M - BUTTONS_M}, "to button": {"Value_001": BUTTONS_M / 2}, "ahead": {"Value_001": 0.04},
    "button": _within(BUTTON_M * 0.8, BUTTON_M),
    "stripes": {"Value_001": STRIPE_M / 2}, "striped": _within(0.0008, 0.0016),
    "shade": {"From Min": 0.3, "From Max": 0.7, "To Min": 0.90, "To Max": 1.05},
    "relief": {"Strength": 1.0, "Distance": 1.0},
    **{f"with {name}": {"Value_001": height, **({"Value_002": 0.0} if name == SUMMED[0] else {})} for name, height in HEIGHTS.items()},
}}

# Of each kind: (share of the print, of stripes, of buttons, how wide its rim is, and heights of its own, metres)
STUFFS = {
    "tshirt": (0.0, 0.0, 0.0, 0.0245, {}),
    "vneck": (0.0, 0.0, 0.0, 0.0245, {}),
    "gown": (0.7, 0.0, 0.0, 0.0095, {"rib": 0.0, "front": -0.0014, "threads": 0.0003, "crumple": 0.0022}),
    "pyjama": (0.0, 0.42, 1.0, 0.20, {"rib": 0.0, "front": -0.0014, "threads": 0.0003, "crumple": 0.0019, "button": 0.0012}),
    "sweater": (0.0, 0.0, 0.0, 0.20, {"rib": 0.0008, "wale": 0.0008, "threads": 0.0007, "crumple": 0.0007}),
}


def tint(materials, person):
    """Set the stuff's colours, its print and its relief; a material that is not there is passed over."""
    look = person.identity.look
    lift = complexion.lift(person.identity.skin_lab)
    whitest = WHITEST / lift**complexion.HELD
    kind, own = look.clothes.kind, _under(colour.decode(look.clothes.colour), whitest)
    print_share, stripes, buttons, rim, heights = STUFFS.get(kind, STUFFS["tshirt"])
    pale = 0.45 * own + 0.27                                          # washed a hundred times
    ground = _under(pale, whitest) if kind == "gown" else own
    set_value(materials, "cloth", "surface", "Sheen Weight", SHEEN / lift)
    set_colour(materials, "cloth", "print", "A_Color", ground)
    set_colour(materials, "cloth", "print", "B_Color", 0.55 * own)
    set_colour(materials, "cloth", "lined", "B_Color", _under(0.5 * own + 0.3, whitest))
    set_colour(materials, "cloth", "trim", "B_Color", _under(_trim(kind, own, pale), whitest))
    set_colour(materials, "cloth", "buttoned", "B_Color", _under(0.3 * own + 0.38, whitest))
    set_value(materials, "cloth", "crumple", "W", 3.7 * cuts.folding(look))
    for node, value in (("printed", print_share), ("stripe", stripes), ("buttons", buttons), ("below rim", rim)):
        set_value(materials, "cloth", node, "Value_001", value)
    for name, height in (HEIGHTS | heights).items():
        set_value(materials, "cloth", f"with {name}", "Value_001", height)
    if "cloth" in materials:
        materials["cloth"].diffuse_color = (*ground, 1.0)             # of Solid shading


def _under(rgb, whitest):
    """Return a colour (3,), darkened if it is lighter than the whitest that does not burn out; it keeps its hue."""
    return np.asarray(rgb) * (whitest / max(np.max(rgb), whitest))


def _trim(kind, own, pale):
    """Return the colour of a rim or its piping."""
    if kind == "gown":
        return pale * 0.8 + 0.12
    return 0.35 * own + 0.4 if kind == "pyjama" else own * (0.92 if kind == "sweater" else 0.85)
