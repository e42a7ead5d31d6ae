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
THROUGH = 0.10                         # of the light on the face that comes through to the lining, before its colour
LINED, TEETH = ("mouth", "gums"), ("teeth_upper", "teeth_lower")
WET = (*LINED, "tongue")
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
# What stands before a surface hides light from it, more than lamps that shine straight in would have it: lips shade the teeth behind
# them, for their light comes through no lip's edge; lining, gums and tongue lie in a moist hole whose walls drink what they pass on.
# Without it the cheek's inside, which one sees past the teeth from the side, is a flat red patch. Distances are the world's: a face that
# is scaled has its mouth's shade less or more far in
_HID = {"near": ("ShaderNodeAmbientOcclusion", {"samples": 4}), "open": ("ShaderNodeMapRange", {}),
        "hid": ("ShaderNodeMix", {"data_type": "RGBA", "blend_type": "MULTIPLY"})}
_HID_LINKS = [*_TONE_LINKS, ("near", "AO", "open", "Value"), ("tone", "Result_Color", "hid", "A_Color"),
              ("open", "Result", "hid", "B_Color"), ("hid", "Result_Color", "surface", "Base Color")]
_GLOW_LINKS = [("hid", "Result_Color", "surface", "Emission Color")]
# The tongue's papillae and the lining's folds break the highlight up
_ROUGH = {"grain": ("ShaderNodeTexNoise", {}), "bump": ("ShaderNodeBump", {})}
_ROUGH_LINKS = [("coordinates", "Object", "grain", "Vector"), ("grain", "Fac", "bump", "Height"), ("bump", "Normal", "surface", "Normal")]
_MOIST = {"Coat Weight": 0.6, "Coat Roughness": 0.12, "Coat IOR": 1.34}


def _inputs(rgb, far, surface, bump=None, reach=(-0.130, -0.080)):
    """Return a material's fixed numbers: colour, brightness far in, how it shines, bump (depth m, scale 1/m), where it darkens (y, m)."""
    out = {"tone": {"Factor_Float": 1.0, "A_Color": (*rgb, 1.0)}, "surface": surface,
           "light": {"From Min": reach[0], "From Max": reach[1], "To Min": 1.0, "To Max": far}}
    if bump:
        out |= {"bump": {"Strength": 0.4, "Distance": bump[0]}, "grain": {"Scale": bump[1], "Detail": 2.0}}
    return out


def _hidden(distance, shut, free, left):
    """Return the numbers of shade by what is nearer than a distance (m): the open share where it is full and where none; light left."""
    return {"near": {"Distance": distance}, "hid": {"Factor_Float": 1.0},
            "open": {"From Min": shut, "From Max": free, "To Min": left, "To Max": 1.0}}


TREES = {name: (_DEEP | _HID, _HID_LINKS) for name in TEETH}
TREES |= {name: (_DEEP | _HID | _ROUGH, _HID_LINKS + _ROUGH_LINKS + (_GLOW_LINKS if name in LINED else [])) for name in WET}
_ENAMEL = {"Coat Weight": 0.3, "Coat Roughness": 0.16}
INPUTS = {name: _inputs(RECIPES[name].rgb, 0.32, _ENAMEL, reach=(-0.134, -0.104)) | _hidden(0.010, 0.10, 0.50, 0.55) for name in TEETH}
INPUTS |= {
    "mouth": _inputs(RECIPES["mouth"].rgb, 0.35, _MOIST, (0.002, 220.0)) | _hidden(0.050, 0.06, 0.50, 0.14),
    "gums": _inputs(RECIPES["gums"].rgb, 0.35, _MOIST, (0.0006, 700.0)) | _hidden(0.020, 0.06, 0.50, 0.25),
    "tongue": _inputs(RECIPES["tongue"].rgb, 0.60, _MOIST | {"Coat Weight": 0.3, "Coat Roughness": 0.25}, (0.0008, 1400.0))
    | _hidden(0.040, 0.06, 0.50, 0.30),
}


def tint(materials, person):
    """Set what a person changes: teeth yellow with the years; gums and lining are darker under darker skin. All are darker where
    skin is, so that they neither burn out nor glow in a picture that is exposed for it."""
    who = person.identity
    years = 0.75 * np.clip((who.age - 25) / 60, 0, 1)
    dark = np.clip((55 - who.skin_lab[0]) / 30, 0, 1)
    lift = complexion.lift(who.skin_lab) ** complexion.HELD
    for name in TEETH:
        set_colour(materials, name, "tone", "A_Color", _between(RECIPES[name].rgb, OLD_TEETH, years) / lift)
    for name in LINED:
        set_colour(materials, name, "tone", "A_Color", _between(RECIPES[name].rgb, DARK_GUMS, 0.8 * dark) / lift ** 0.5)
    set_colour(materials, "tongue", "tone", "A_Color", np.asarray(RECIPES["tongue"].rgb) / lift)


def adapt(materials, radiance):
    """Set what comes through lips and cheeks in a light: a white surface at the face has this radiance, None for unknown: nothing."""
    for name in LINED:
        set_value(materials, name, "surface", "Emission Strength", THROUGH * (radiance or 0.0))


def _between(rgb, other, share):
    return (1 - share) * np.asarray(rgb) + share * np.asarray(other)
