"""Glasses: frames, and lenses that one sees through: they mirror a little, and passes look past them."""

from ...core import colour
from .base import Recipe, set_colour, set_value

RECIPES = {"frame": Recipe("glasses", None, 0.28), "lens": Recipe("glasses", (0.8, 0.85, 0.85), 0.05)}
MIRRORED = 0.015                      # of the light, straight ahead

TREES = {
    "frame": ({}, []),
    "lens": ({
        "grazing": ("ShaderNodeLayerWeight", {}),
        "mirrored": ("ShaderNodeMath", {"operation": "MULTIPLY_ADD"}),
        "ray": ("ShaderNodeLightPath", {}),
        "shows": ("ShaderNodeMath", {"operation": "MULTIPLY"}),
        "through": ("ShaderNodeBsdfTransparent", {}),
        "mirror": ("ShaderNodeBsdfAnisotropic", {}),
        "lens": ("ShaderNodeMixShader", {}),
    }, [
        ("grazing", "Facing", "mirrored", "Value"),
        ("mirrored", "Value", "shows", "Value"),
        ("ray", "Is Camera Ray", "shows", "Value_001"),
        ("shows", "Value", "lens", "Fac"),
        ("through", "BSDF", "lens", "Shader"),
        ("mirror", "BSDF", "lens", "Shader_001"),
        ("lens", "Shader", "output", "Surface"),
    ]),
}
INPUTS = {"lens": {
    "grazing": {"Blend": 0.25},
    "mirrored": {"Value_001": 0.06, "Value_002": MIRRORED},
    "through": {"Color": (0.955, 0.965, 0.965, 1.0)},
    "mirror": {"Color": (1.0, 1.0, 1.0, 1.0), "Roughness": 0.06},
}}
METAL = {"round": 0.85, "rectangular": 0.0, "half_rim": 0.4}


def tint(materials, person):
    """Set the frame's colour, and whether it is metal; a material that is not there is passed over."""
    glasses = person.identity.look.glasses
    rgb = colour.decode(glasses.colour)
    set_colour(materials, "frame", "surface", "Base Color", rgb)
    set_value(materials, "frame", "surface", "Metallic", METAL.get(glasses.kind, 0.0))
    if "frame" in materials:
        materials["frame"].diffuse_color = (*rgb, 1.0)                 # of Solid shading
