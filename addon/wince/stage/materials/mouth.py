"""The inside of the mouth: lining, gums, teeth, tongue. Wet, and darker towards the throat, where little light comes.

Lips and cheeks are lit through: near the opening their lining glows dark red with what has come through the skin, `adapt`.
"""

import numpy as np

from .. import complexion
from .base import Recipe, set_colour, set_value

RECIPES = {
    "mouth": Recipe("mouth", (0.36, 0.10, 0.085), 0.35, 0.0),
    "teeth_upper": Recipe("teeth", (0.70, 0.64, 0.53), 0.32, 0.0, 0.35),
    "teeth_lower": Recipe("teeth", (0.66, 0.60, 0.49), 0.32, 0.0, 0.35),
    "gums": Recipe("mouth", (0.45, 0.14, 0.12), 0.30, 0.0),
    "tongue": Recipe("tongue", (0.52, 0.20, 0.18), 0.42, 0.0),
}
OLD_TEETH = (0.52, 0.435, 0.29)        # enamel thins and the dentine under it yellows
DARK_GUMS = (0.20, 0.060, 0.055)       # melanin lies in gums too, and in the lining
THROUGH = 0.20                         # of the light on the face that comes through to the lining, before its colour
LINED, TEETH = ("mouth", "gums"), ("teeth_upper", "teeth_lower")
# Depth in the mouth, from the object's own Y: the face looks along -Y, its origin is the neck
_DEEP = {
    "coordinates": ("ShaderNodeTexCoord", {}),
    "axes": ("ShaderNodeSeparateXYZ", {}),
    "light": ("ShaderNodeMapRange", {"interpolation_type": "SMOOTHSTEP"}),
    "tone": ("ShaderNodeMix", {"data_type": "RGBA", "blend_type": "MULTIPLY"}),
}
_TONE_LINKS = [
    ("coordinates", "Object", "axes", "Vector"),
    ("axes", "Y", "light", "Value"),
    ("light", "Result", "tone", "B_Color"),
]
_DEEP_LINKS = [*_TONE_LINKS, ("tone", "Result_Color", "surface", "Base Color")]
_GLOW_LINKS = [("tone", "Result_Color", "surface", "Emission Color")]
# Lips shade the teeth behind them, more than lamps that shine straight in would have it: their light comes through no lip's edge.
# The distance is the world's: a face that is scaled has its lips' shade less or more far in
_HID = {"lips": ("ShaderNodeAmbientOcclusion", {"samples": 4}), "open": ("ShaderNodeMapRange", {}),
        "hid": ("ShaderNodeMix", {"data_type": "RGBA", "blend_type": "MULTIPLY"})}
_HID_LINKS = [*_TONE_LINKS, ("lips", "AO", "open", "Value"), ("tone", "Result_Color", "hid", "A_Color"),
              ("open", "Result", "hid", "B_Color"), ("hid", "Result_Color", "surface", "Base Color")]
# The tongue's papillae and the lining's folds break the highlight up
_ROUGH = {"grain": ("ShaderNodeTexNoise", {}), "bump": ("ShaderNodeBump", {})}
_ROUGH_LINKS = [("coordinates", "Object", "grain", "Vector"), ("grain", "Fac", "bump", "Height"), ("bump", "Normal", "surface", "Normal")]
_WET = {"Coat Weight": 0.6, "Coat Roughness": 0.12, "Coat IOR": 1.34}


def _inputs(rgb, far, surface, bump=None, reach=(-0.130, -0.080)):
    """Return a material's fixed numbers: colour, brightness far in, how it shines, bump (depth m, scale 1/m), where it darkens (y, m)."""
    out = {"tone": {"Factor_Float": 1.0, "A_Color": (*rgb, 1.0)}, "surface": surface,
           "light": {"From Min": reach[0], "From Max": reach[1], "To Min": 1.0, "To Max": far}}
    if bump:
        out |= {"bump": {"Strength": 0.4, "Distance": bump[0]}, "grain": {"Scale": bump[1], "Detail": 2.0}}
    return out


TREES = {name: (_DEEP | _HID, _HID_LINKS) for name in TEETH}
TREES |= {name: (_DEEP | _ROUGH, _DEEP_LINKS + _ROUGH_LINKS + (_GLOW_LINKS if name in LINED else [])) for name in (*LINED, "tongue")}
_SHADE = {"lips": {"Distance": 0.010}, "hid": {"Factor_Float": 1.0},
          "open": {"From Min": 0.10, "From Max": 0.50, "To Min": 0.55, "To Max": 1.0}}
_ENAMEL = {"Coat Weight": 0.3, "Coat Roughness": 0.16}
INPUTS = {name: _inputs(RECIPES[name].rgb, 0.32, _ENAMEL, reach=(-0.134, -0.104)) | _SHADE for name in TEETH}
INPUTS |= {
    "mouth": _inputs(RECIPES["mouth"].rgb, 0.35, _WET, (0.002, 220.0)),
    "gums": _inputs(RECIPES["gums"].rgb, 0.35, _WET, (0.0006, 700.0)),
    "tongue": _inputs(RECIPES["tongue"].rgb, 0.60, {**_WET, "Coat Weight": 0.3, "Coat Roughness": 0.25}, (0.0008, 1400.0)),
}


def tint(materials, person):
    """Set what a person changes: teeth yellow with the years, and are darker where skin is, so that they do not
    burn out; gums and lining are darker under darker skin."""
    who = person.identity
    years = 0.75 * np.clip((who.age - 25) / 60, 0, 1)
    dark = np.clip((55 - who.skin_lab[0]) / 30, 0, 1)
    lift = complexion.lift(who.skin_lab) ** complexion.HELD
    for name in TEETH:
        set_colour(materials, name, "tone", "A_Color", _between(RECIPES[name].rgb, OLD_TEETH, years) / lift)
    for name in LINED:
        set_colour(materials, name, "tone", "A_Color", _between(RECIPES[name].rgb, DARK_GUMS, 0.8 * dark))


def adapt(materials, radiance):
    """Set what comes through lips and cheeks in a light: a white surface at the face has this radiance, None for unknown: nothing."""
    for name in LINED:
        set_value(materials, name, "surface", "Emission Strength", THROUGH * (radiance or 0.0))


def _between(rgb, other, share):
    return (1 - share) * np.asarray(rgb) + share * np.asarray(other)
