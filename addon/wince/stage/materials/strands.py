"""Hair of all kinds, as ribbons: dark at the root, no two strands alike, some of them grey.

A strand is opaque and shaded as the tuft that it is part of: its normal is the skin's below it (`wince_normal`), not the ribbon's, so
that thin flat ribbons neither glitter nor go black from the side; and it leans to the viewer, or at grazing angles every strand would be
a white mirror. That is what renders cleanly with few samples.

Scalp hair shines twice, as Marschner et al. 2003 saw: what the cuticle sends back is white, what has been inside is the hair's own colour
and comes off a little nearer to the root. Both are stretched across the strands (`wince_along`), and neither grows to the edge of the head
as a mirror's would.
"""

import numpy as np

from ...core.worn import melanin
from .base import Recipe, set_colour, set_value

# Point attributes: 0..1 by strand; the way a tuft faces and the way a strand runs, both in the object's space.
STRAND, NORMAL, ALONG = "wince_strand", "wince_normal", "wince_along"
RECIPES = {
    "hair": Recipe("hair", (0.03, 0.02, 0.015), 0.7, 0.0, 0.0),
    "brow_hair": Recipe("brows", (0.03, 0.02, 0.015), 0.55, 0.0, 0.2, True),
    "lash_hair": Recipe("lashes", (0.010, 0.008, 0.007), 0.8, 0.0, 0.0),
    "beard": Recipe("facial_hair", (0.03, 0.02, 0.015), 0.5, 0.0, 0.25, True),
}
HAIR_NODES = {
    "strand": ("ShaderNodeAttribute", {"attribute_name": STRAND}),
    "uv": ("ShaderNodeUVMap", {}),
    "along": ("ShaderNodeSeparateXYZ", {}),
    "root": ("ShaderNodeMapRange", {"interpolation_type": "SMOOTHSTEP"}),
    "lot": ("ShaderNodeMath", {"operation": "MULTIPLY"}),
    "drawn": ("ShaderNodeMath", {"operation": "FRACT"}),
    "grey": ("ShaderNodeMapRange", {}),
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
    ("drawn", "Value", "grey", "Value"),
    ("grey", "Result", "colour", "Factor_Float"),
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
# What scalp hair has besides: its strands grey by tufts, in the order of their numbers, and shine.
SHINE_NODES = {
    "run": ("ShaderNodeAttribute", {"attribute_name": ALONG}),
    "running": ("ShaderNodeVectorTransform", {"vector_type": "VECTOR", "convert_from": "OBJECT", "convert_to": "WORLD"}),
    "across": ("ShaderNodeVectorMath", {"operation": "CROSS_PRODUCT"}),
    "to root": ("ShaderNodeVectorMath", {"operation": "MULTIPLY_ADD"}),
    "to tip": ("ShaderNodeVectorMath", {"operation": "MULTIPLY_ADD"}),
    "inner colour": ("ShaderNodeMix", {"data_type": "RGBA", "blend_type": "MULTIPLY"}),
    "outer": ("ShaderNodeBsdfAnisotropic", {}),
    "inner": ("ShaderNodeBsdfAnisotropic", {}),
    "shine": ("ShaderNodeAddShader", {}),
    "all": ("ShaderNodeAddShader", {}),
}
SHINE_LINKS = [
    ("strand", "Fac", "grey", "Value"),
    ("drawn", "Value", "vary", "Value"),
    ("run", "Vector", "running", "Vector"),
    ("running", "Vector", "across", "Vector"),
    ("facing", "Vector", "across", "Vector_001"),
    ("running", "Vector", "to root", "Vector"),
    ("facing", "Vector", "to root", "Vector_002"),
    ("running", "Vector", "to tip", "Vector"),
    ("facing", "Vector", "to tip", "Vector_002"),
    ("shaded", "Vector", "inner colour", "A_Color"),
    ("inner colour", "Result_Color", "inner", "Color"),
    ("to tip", "Vector", "outer", "Normal"),
    ("to root", "Vector", "inner", "Normal"),
    ("across", "Vector", "outer", "Tangent"),
    ("across", "Vector", "inner", "Tangent"),
    ("outer", "BSDF", "shine", "Shader"),
    ("inner", "BSDF", "shine", "Shader_001"),
    ("surface", "BSDF", "all", "Shader"),
    ("shine", "Shader", "all", "Shader_001"),
    ("all", "Shader", "output", "Surface"),
]
_GREYING = [("drawn", "Value", "grey", "Value"), ("strand", "Fac", "vary", "Value")]
TREES = {name: (HAIR_NODES, HAIR_LINKS) for name in RECIPES}
TREES["hair"] = (HAIR_NODES | SHINE_NODES, [link for link in HAIR_LINKS if link not in _GREYING] + SHINE_LINKS)
SHARP, SOFT = 1e-4, 0.35              # how far around the share that has greyed strands are part grey, of all strands: least, most
LEAN = 0.35                           # how far the shading normal leans to the viewer
SPREAD, ALIKE = {"lash_hair": 0.08}, 0.6      # how much lighter or darker a strand may be than the next; how much less of it grey hair has
_COMMON = {"lot": {"Value_001": 17.31},
           "grey": {"From Min": -SHARP, "From Max": SHARP, "To Min": 1.0, "To Max": 0.0},
           "leaning": {"Vector_001": (LEAN,) * 3}}
ROOTS = {"hair": 0.55, "brow_hair": 0.8, "lash_hair": 1.0, "beard": 0.7}      # how dark a strand is at its root, of its own colour
INPUTS = {name: _COMMON | {"root": {"To Min": shade, "To Max": 1.0, "From Max": 0.5}} for name, shade in ROOTS.items()}
# Outer and inner shine: how wide (roughness), how stretched across the strands, how far shifted along them; how much.
INPUTS["hair"] |= {
    "lot": {"Value_001": 53.17},
    "outer": {"Roughness": 0.34, "Anisotropy": 0.75, "Color": (0.030, 0.029, 0.027, 1.0)},
    "inner": {"Roughness": 0.46, "Anisotropy": 0.65},
    "to tip": {"Vector_001": (0.06,) * 3},
    "to root": {"Vector_001": (-0.12,) * 3},
    "inner colour": {"Factor_Float": 1.0, "B_Color": (0.32, 0.32, 0.32, 1.0)},
}
# Lashes are darker than hair, brownish even on the fair, and all alike: pixels wider than a lash would show light ones as a rim of dots.
LASH_SHADE, LASH_LIGHTEST, LASH_GREYED = 0.3, 0.035, (0.085, 0.070, 0.058)


def tint(materials, person):
    """Set what a person changes; a material that is not there is passed over."""
    who = person.identity
    for name in RECIPES:
        dark, pale = melanin.pair(who, name)
        lash = name == "lash_hair"
        set_colour(materials, name, "colour", "A_Color", lash_rgb(who) if lash else dark)
        set_colour(materials, name, "colour", "B_Color", pale)
        for end, value in zip(("To Min", "To Max"), varying(name, melanin.grey(who, name)), strict=True):
            set_value(materials, name, "vary", end, value)
        for node, value in zip(("From Min", "From Max"), greying(0.0 if lash else melanin.grey(who, name)), strict=True):
            set_value(materials, name, "grey", node, value)


def varying(name, grey):
    """Return how dark and how light strands of a kind are at the most, of their own colour, of which a share `grey` (0..1) lost theirs:
    melanin is what they differ by."""
    spread = SPREAD.get(name, 0.35) * (1 - ALIKE * grey)
    return 1 - spread, 1 + spread


def lash_rgb(who):
    """Return the linear sRGB (3,) of all of somebody's lashes."""
    own = LASH_SHADE * melanin.kept(who, "lash_hair")
    share = melanin.grey(who, "lash_hair")
    return (1 - share) * own * min(1.0, LASH_LIGHTEST / own.max()) + share * np.array(LASH_GREYED)


def greying(share):
    """Return the strands' numbers (0..1) up to which they are all grey and from which not at all, so that `share` are on average."""
    soft = max(min(SOFT, share, 1 - share), SHARP)                    # it never leaves 0..1: the average stays
    return share - soft, share + soft
