"""The eyeballs: white, iris, pupil."""

import numpy as np

from .. import complexion
from .base import Recipe, set_colour

RECIPES = {
    "sclera": Recipe("sclera", (0.50, 0.47, 0.44), 0.08, 0.0),
    "iris": Recipe("iris", (0.10, 0.05, 0.02), 0.06, 0.0),
    "pupil": Recipe("iris", (0.004, 0.004, 0.004), 0.05, 0.0),
}
# The eyes are coloured by the angle from the line of sight; object space is a ball of radius 1 that looks along -Y.
EYE_NODES = {
    "coordinates": ("ShaderNodeTexCoord", {}),
    "unit": ("ShaderNodeVectorMath", {"operation": "NORMALIZE"}),
    "round": ("ShaderNodeVectorMath", {"operation": "MULTIPLY"}),            # the part across the line of sight
    "sine": ("ShaderNodeVectorMath", {"operation": "LENGTH"}),
    "spoke": ("ShaderNodeVectorMath", {"operation": "NORMALIZE"}),
    "noise": ("ShaderNodeTexNoise", {}),
    "fibres": ("ShaderNodeMix", {"data_type": "RGBA"}),
    "limbus": ("ShaderNodeMapRange", {}),
    "tone": ("ShaderNodeMix", {"data_type": "RGBA", "blend_type": "MULTIPLY"}),
}
EYE_LINKS = [
    ("coordinates", "Object", "unit", "Vector"),
    ("unit", "Vector", "round", "Vector"),
    ("round", "Vector", "sine", "Vector"),
    ("round", "Vector", "spoke", "Vector"),
    ("spoke", "Vector", "noise", "Vector"),
    ("noise", "Fac", "fibres", "Factor_Float"),
    ("sine", "Value", "limbus", "Value"),
    ("fibres", "Result_Color", "tone", "A_Color"),
    ("limbus", "Result", "tone", "B_Color"),
    ("tone", "Result_Color", "surface", "Base Color"),
]
TREES = {"iris": (EYE_NODES, EYE_LINKS), "sclera": (EYE_NODES, EYE_LINKS)}
_EYE = {"round": {"Vector_001": (1.0, 0.0, 1.0)}, "noise": {"Scale": 9.0, "Detail": 3.0}, "tone": {"Factor_Float": 1.0}}
INPUTS = {
    # sine where a tone begins to fade, where it has, the tone before and after
    "iris": _EYE | {"limbus": {"From Min": 0.26, "From Max": 0.352, "To Min": 1.0, "To Max": 0.22}},
    "sclera": _EYE | {"limbus": {"From Min": 0.345, "From Max": 0.41, "To Min": 0.45, "To Max": 1.0}},
}


def tint(materials, person):
    """Set what a person changes; a material that is not there is passed over."""
    iris = complexion.IRIS[person.identity.iris]
    for name, rgb, dark, light in (("iris", iris, 0.5, 1.4), ("sclera", RECIPES["sclera"].rgb, 0.96, 1.04)):
        set_colour(materials, name, "fibres", "A_Color", dark * np.asarray(rgb))
        set_colour(materials, name, "fibres", "B_Color", light * np.asarray(rgb))
