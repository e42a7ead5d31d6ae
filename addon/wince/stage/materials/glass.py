"""Glasses: frames, and lenses that one sees through, passes too."""

from ...core import colour
from .base import Recipe, set_colour, set_value

RECIPES = {"frame": Recipe("glasses", None, 0.28), "lens": Recipe("glasses", (0.8, 0.85, 0.85), 0.05)}

# A lens takes a little light and mirrors none: a mirror that meets a lamp in one sample of many is noise over the eyes.
TREES = {
    "frame": ({}, []),
    "lens": ({"through": ("ShaderNodeBsdfTransparent", {})}, [("through", "BSDF", "output", "Surface")]),
}
INPUTS = {"lens": {"through": {"Color": (0.985, 0.99, 0.99, 1.0)}}}    # light passes twice: lamp to skin, skin to camera
CLEAR = {"lens": 0.15}                 # how much of it Solid shading shows, which knows no shaders
METAL = {"round": 0.85, "rectangular": 0.0, "half_rim": 0.4, "oval": 0.9}


def tint(materials, person):
    """Set the frame's colour, and whether it is metal; a material that is not there is passed over."""
    glasses = person.identity.look.glasses
    rgb = colour.decode(glasses.colour)
    set_colour(materials, "frame", "surface", "Base Color", rgb)
    set_value(materials, "frame", "surface", "Metallic", METAL.get(glasses.kind, 0.0))
    if "frame" in materials:
        materials["frame"].diffuse_color = (*rgb, 1.0)                 # of Solid shading
