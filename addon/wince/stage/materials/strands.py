"""Hair of all kinds, as ribbons: dark at the root, no two strands alike, some of them grey.

A strand is opaque and shaded as the tuft that it is part of: its normal is the skin's below it (`wince_normal`), not the ribbon's, so
that thin flat ribbons neither glitter nor go black from the side; and it leans to the viewer, or at grazing angles every strand would be
a white mirror. That is what renders cleanly with few samples.
"""

from ...core.worn import melanin
from .base import Recipe, set_colour, set_value

STRAND, NORMAL = "wince_strand", "wince_normal"       # point attributes: 0..1 by strand; the way a tuft faces, the object's space
RECIPES = {
    "hair": Recipe("hair", (0.03, 0.02, 0.015), 0.56, 0.0, 0.20),
    "brow_hair": Recipe("brows", (0.03, 0.02, 0.015), 0.55, 0.0, 0.2, True),
    "lash_hair": Recipe("lashes", (0.010, 0.008, 0.007), 0.6, 0.0, 0.1),
    "beard": Recipe("facial_hair", (0.03, 0.02, 0.015), 0.5, 0.0, 0.25, True),
}
HAIR_NODES = {
    "strand": ("ShaderNodeAttribute", {"attribute_name": STRAND}),
    "uv": ("ShaderNodeUVMap", {}),
    "along": ("ShaderNodeSeparateXYZ", {}),
    "root": ("ShaderNodeMapRange", {"interpolation_type": "SMOOTHSTEP"}),
    "lot": ("ShaderNodeMath", {"operation": "MULTIPLY"}),
    "drawn": ("ShaderNodeMath", {"operation": "FRACT"}),
    "greyed": ("ShaderNodeMath", {"operation": "LESS_THAN"}),
    "vary": ("ShaderNodeMapRange", {}),
    "shade": ("ShaderNodeMath", {"operation": "MULTIPLY"}),
    "colour": ("ShaderNodeMix", {"data_type": "RGBA"}),
    "shaded": ("ShaderNodeVectorMath", {"operation": "SCALE"}),
    "tuft": ("ShaderNodeAttribute", {"attribute_name": NORMAL}),
    "turned": ("ShaderNodeVectorTransform", {"vector_type": "NORMAL", "convert_from": "OBJECT", "convert_to": "WORLD"}),
    "viewer": ("ShaderNodeNewGeometry", {}),
    "leaning": ("ShaderNodeVectorMath", {"operation": "MULTIPLY_ADD"}),
    "facing": ("ShaderNodeVectorMath", {"operation": "NORMALIZE"}),
}
HAIR_LINKS = [
    ("uv", "UV", "along", "Vector"),
    ("along", "Y", "root", "Value"),
    ("strand", "Fac", "lot", "Value"),
    ("lot", "Value", "drawn", "Value"),
    ("drawn", "Value", "greyed", "Value"),
    ("greyed", "Value", "colour", "Factor_Float"),
    ("strand", "Fac", "vary", "Value"),
    ("root", "Result", "shade", "Value"),
    ("vary", "Result", "shade", "Value_001"),
    ("colour", "Result_Color", "shaded", "Vector"),
    ("shade", "Value", "shaded", "Scale"),
    ("shaded", "Vector", "surface", "Base Color"),
    ("tuft", "Vector", "turned", "Vector"),
    ("viewer", "Incoming", "leaning", "Vector"),
    ("turned", "Vector", "leaning", "Vector_002"),
    ("leaning", "Vector", "facing", "Vector"),
    ("facing", "Vector", "surface", "Normal"),
]
TREES = {name: (HAIR_NODES, HAIR_LINKS) for name in RECIPES}
LEAN = 0.35                           # how far the shading normal leans to the viewer
_COMMON = {"lot": {"Value_001": 17.31}, "vary": {"To Min": 0.65, "To Max": 1.35}, "greyed": {"Value_001": 0.0},
           "leaning": {"Vector_001": (LEAN,) * 3}}
ROOTS = {"hair": 0.55, "brow_hair": 0.8, "lash_hair": 0.9, "beard": 0.7}      # how dark a strand is at its root, of its own colour
INPUTS = {name: _COMMON | {"root": {"To Min": shade, "To Max": 1.0, "From Max": 0.5}} for name, shade in ROOTS.items()}
LASH_SHADE = 0.3                      # lashes are darker than hair


def tint(materials, person):
    """Set what a person changes; a material that is not there is passed over."""
    who = person.identity
    for name in RECIPES:
        rgb = melanin.rgb(who.look.hair.colour) * (LASH_SHADE if name == "lash_hair" else 1.0)
        set_colour(materials, name, "colour", "A_Color", rgb)
        set_colour(materials, name, "colour", "B_Color", melanin.GREY)
        set_value(materials, name, "greyed", "Value_001", melanin.grey(who, name))
