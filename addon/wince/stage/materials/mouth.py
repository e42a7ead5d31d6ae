"""The inside of the mouth: lining, gums, teeth, tongue. Wet, and darker towards the throat, where little light comes."""

import numpy as np

from .base import Recipe, set_colour

RECIPES = {
    "mouth": Recipe("mouth", (0.24, 0.055, 0.045), 0.35, 0.0),
    "teeth_upper": Recipe("teeth", (0.80, 0.74, 0.62), 0.25, 0.0),
    "teeth_lower": Recipe("teeth", (0.77, 0.70, 0.57), 0.25, 0.0),
    "gums": Recipe("mouth", (0.45, 0.14, 0.12), 0.30, 0.0),
    "tongue": Recipe("tongue", (0.44, 0.15, 0.13), 0.42, 0.0),
}
OLD_TEETH = (0.60, 0.50, 0.33)         # enamel thins and the dentine under it yellows
DARK_GUMS = (0.20, 0.060, 0.055)       # melanin lies in gums too
# Depth in the mouth, from the object's own Y: the face looks along -Y, its origin is the neck
_DEEP = {
    "coordinates": ("ShaderNodeTexCoord", {}),
    "axes": ("ShaderNodeSeparateXYZ", {}),
    "light": ("ShaderNodeMapRange", {"interpolation_type": "SMOOTHSTEP"}),
    "tone": ("ShaderNodeMix", {"data_type": "RGBA", "blend_type": "MULTIPLY"}),
}
_DEEP_LINKS = [
    ("coordinates", "Object", "axes", "Vector"),
    ("axes", "Y", "light", "Value"),
    ("light", "Result", "tone", "B_Color"),
    ("tone", "Result_Color", "surface", "Base Color"),
]
# The tongue's papillae and the lining's folds break the highlight up
_ROUGH = {"grain": ("ShaderNodeTexNoise", {}), "bump": ("ShaderNodeBump", {})}
_ROUGH_LINKS = [("coordinates", "Object", "grain", "Vector"), ("grain", "Fac", "bump", "Height"), ("bump", "Normal", "surface", "Normal")]
_WET = {"Coat Weight": 0.6, "Coat Roughness": 0.12, "Coat IOR": 1.34}


def _inputs(rgb, far, surface, bump=None):
    """Return a material's fixed numbers: colour, brightness at the throat, how it shines, how rough it is (depth m, scale 1/m)."""
    out = {"tone": {"Factor_Float": 1.0, "A_Color": (*rgb, 1.0)}, "surface": surface,
           "light": {"From Min": -0.130, "From Max": -0.080, "To Min": 1.0, "To Max": far}}
    if bump:
        out |= {"bump": {"Strength": 0.4, "Distance": bump[0]}, "grain": {"Scale": bump[1], "Detail": 2.0}}
    return out


TREES = {name: (_DEEP, _DEEP_LINKS) for name in ("teeth_upper", "teeth_lower")}
TREES |= {name: (_DEEP | _ROUGH, _DEEP_LINKS + _ROUGH_LINKS) for name in ("mouth", "gums", "tongue")}
INPUTS = {
    "teeth_upper": _inputs(RECIPES["teeth_upper"].rgb, 0.45, {"Coat Weight": 0.8, "Coat Roughness": 0.08}),
    "teeth_lower": _inputs(RECIPES["teeth_lower"].rgb, 0.45, {"Coat Weight": 0.8, "Coat Roughness": 0.08}),
    "mouth": _inputs(RECIPES["mouth"].rgb, 0.12, _WET, (0.002, 220.0)),
    "gums": _inputs(RECIPES["gums"].rgb, 0.35, _WET, (0.0006, 700.0)),
    "tongue": _inputs(RECIPES["tongue"].rgb, 0.30, {**_WET, "Coat Weight": 0.3, "Coat Roughness": 0.25}, (0.0008, 1400.0)),
}


def tint(materials, person):
    """Set what a person changes: teeth yellow with the years, gums are darker under darker skin."""
    who = person.identity
    years = 0.75 * np.clip((who.age - 25) / 60, 0, 1)
    dark = np.clip((55 - who.skin_lab[0]) / 30, 0, 1)
    for name in ("teeth_upper", "teeth_lower"):
        set_colour(materials, name, "tone", "A_Color", _between(RECIPES[name].rgb, OLD_TEETH, years))
    set_colour(materials, "gums", "tone", "A_Color", _between(RECIPES["gums"].rgb, DARK_GUMS, 0.8 * dark))


def _between(rgb, other, share):
    return (1 - share) * np.asarray(rgb) + share * np.asarray(other)
