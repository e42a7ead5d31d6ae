"""The eyeballs: one shader for white, iris and pupil, so that no border shows where the mesh has one.

Object space is a ball of radius 1 that looks along -Y. The iris lies under the cornea: the shader bends the line of sight at the
cornea (index 1.376) and looks where it meets the plane of the iris, so that iris and pupil have depth. The cornea's curve, which
the low bulge of the mesh only hints at, shapes the highlight. After W. Pangerl et al.'s and J. Jimenez's descriptions of eyes in games.
"""

from dataclasses import dataclass

import numpy as np

from ...core import ageing
from ...core.streams import stream
from .. import complexion
from .base import Recipe, set_colour, set_value

RECIPES = {
    "sclera": Recipe("sclera", (0.50, 0.435, 0.395), 0.35, 0.0),
    "iris": Recipe("iris", (0.10, 0.05, 0.02), 0.35, 0.0),
    "pupil": Recipe("iris", (0.004, 0.004, 0.004), 0.35, 0.0),
    "tears": Recipe("sclera", (0.9, 0.9, 0.9), 0.26, 0.0),
    "caruncle": Recipe("skin", (0.42, 0.15, 0.125), 0.28, 0.0, 0.6),
}
BALL = ("sclera", "iris", "pupil")
LIMBUS = 0.352                         # radius of the iris's edge, sine of its half angle (pack_build.eyeball: 20.5 degrees)
CORNEA_RADIUS = 0.505                  # 7.8 mm on the pack's ball
IRIS_PLANE = -0.905                    # Y of the iris
CORNEA_INDEX = 1.376
CATCH = 1.35                           # how much steeper than it is the cornea mirrors, so that lamps overhead shine below the lid
YELLOW = (0.40, 0.32, 0.235)             # the white of old eyes and of eyes in dark skin
PINK = (0.50, 0.20, 0.17)              # towards the corners
VEIN = (0.36, 0.07, 0.055)
PUPIL, PUPILS = 0.365, (0.24, 0.46)    # its radius in radii of the iris: usual, least and most at ordinary light
BRIGHT, NARROWS = 0.75, 0.22           # radiance of white at ordinary light; by what power of it pupils narrow
SHADOW_M = 0.007                      # lids and lashes this near darken the eye

_VECTOR, _MATH, _RANGE, _MIX = "ShaderNodeVectorMath", "ShaderNodeMath", "ShaderNodeMapRange", "ShaderNodeMix"


def _mix(**more):
    return (_MIX, {"data_type": "RGBA", **more})


def _vector(operation):
    return (_VECTOR, {"operation": operation})


def _math(operation):
    return (_MATH, {"operation": operation})


def _smooth():
    return (_RANGE, {"interpolation_type": "SMOOTHSTEP"})


# Where the line of sight meets the iris: `hit`, its radius in radii of the iris `rho`, its direction `spoke`
_SIGHT = {
    "coordinates": ("ShaderNodeTexCoord", {}),
    "geometry": ("ShaderNodeNewGeometry", {}),
    "towards": ("ShaderNodeVectorTransform", {"vector_type": "NORMAL", "convert_from": "WORLD", "convert_to": "OBJECT"}),
    "incoming": _vector("SCALE"),
    "ball": _vector("NORMALIZE"),
    "from centre": _vector("ADD"),
    "cornea": _vector("NORMALIZE"),
    "refracted": _vector("REFRACT"),
    "at": ("ShaderNodeSeparateXYZ", {}),
    "going": ("ShaderNodeSeparateXYZ", {}),
    "deep": _math("SUBTRACT"),
    "reach": _math("DIVIDE"),
    "way": _vector("SCALE"),
    "hit": _vector("ADD"),
    "flat": _vector("MULTIPLY"),
    "radius": _vector("LENGTH"),
    "rho": _math("DIVIDE"),
    "spoke": _vector("NORMALIZE"),
    "surface flat": _vector("MULTIPLY"),
    "sine": _vector("LENGTH"),
}
_SIGHT_LINKS = [
    ("geometry", "Incoming", "towards", "Vector"), ("towards", "Vector", "incoming", "Vector"),
    ("coordinates", "Object", "ball", "Vector"), ("coordinates", "Object", "from centre", "Vector"),
    ("from centre", "Vector", "cornea", "Vector"), ("incoming", "Vector", "refracted", "Vector"),
    ("cornea", "Vector", "refracted", "Vector_001"), ("coordinates", "Object", "at", "Vector"),
    ("refracted", "Vector", "going", "Vector"), ("at", "Y", "deep", "Value_001"), ("deep", "Value", "reach", "Value"),
    ("going", "Y", "reach", "Value_001"), ("refracted", "Vector", "way", "Vector"), ("reach", "Value", "way", "Scale"),
    ("coordinates", "Object", "hit", "Vector"), ("way", "Vector", "hit", "Vector_001"), ("hit", "Vector", "flat", "Vector"),
    ("flat", "Vector", "radius", "Vector"), ("radius", "Value", "rho", "Value"), ("flat", "Vector", "spoke", "Vector"),
    ("ball", "Vector", "surface flat", "Vector"), ("surface flat", "Vector", "sine", "Vector"),
]
# The iris: fibres along its spokes, patches, the frill around the pupil, the dark ring outside, the pupil
_IRIS = {
    "lobes": _vector("SCALE"), "along": ("ShaderNodeCombineXYZ", {}), "fibre place": _vector("ADD"),
    "fibres": ("ShaderNodeTexNoise", {}), "patches": ("ShaderNodeTexNoise", {}), "strands": (_RANGE, {}),
    "frill place": _math("MULTIPLY_ADD"), "frill": _smooth(), "edge": _smooth(), "arcus": _smooth(), "arcus in": _smooth(),
    "arcus band": _math("MULTIPLY"), "arcus shown": _math("MULTIPLY"), "lit": _math("MULTIPLY"), "hole": _smooth(), "stroma": _mix(),
    "zones": _mix(),
    "fibred": _mix(blend_type="MULTIPLY"), "ringed": _mix(blend_type="MULTIPLY"), "aged": _mix(), "eye colour": _mix(blend_type="MULTIPLY"),
}
_IRIS_LINKS = [
    ("spoke", "Vector", "lobes", "Vector"), ("rho", "Value", "along", "Y"), ("lobes", "Vector", "fibre place", "Vector"),
    ("along", "Vector", "fibre place", "Vector_001"), ("fibre place", "Vector", "fibres", "Vector"),
    ("flat", "Vector", "patches", "Vector"),
    ("fibres", "Fac", "strands", "Value"), ("fibres", "Fac", "frill place", "Value"), ("rho", "Value", "frill place", "Value_002"),
    ("frill place", "Value", "frill", "Value"), ("patches", "Fac", "stroma", "Factor_Float"), ("frill", "Result", "zones", "Factor_Float"),
    ("stroma", "Result_Color", "zones", "B_Color"), ("zones", "Result_Color", "fibred", "A_Color"),
    ("strands", "Result", "fibred", "B_Color"),
    ("rho", "Value", "edge", "Value"), ("fibred", "Result_Color", "ringed", "A_Color"), ("edge", "Result", "ringed", "B_Color"),
    ("rho", "Value", "arcus", "Value"), ("rho", "Value", "arcus in", "Value"), ("arcus", "Result", "arcus band", "Value"),
    ("arcus in", "Result", "arcus band", "Value_001"), ("arcus band", "Value", "arcus shown", "Value"),
    ("arcus shown", "Value", "aged", "Factor_Float"), ("ringed", "Result_Color", "aged", "A_Color"), ("rho", "Value", "lit", "Value"),
    ("lit", "Value", "hole", "Value"),
    ("aged", "Result_Color", "eye colour", "A_Color"), ("hole", "Result", "eye colour", "B_Color"),
]
# The white: vessels that thin out towards the iris, pinker corners; then all of it under the lids' shadow
_WHITE = {
    "stretched": _vector("MULTIPLY"), "vessel shape": ("ShaderNodeTexNoise", {}), "vessel off": _math("SUBTRACT"),
    "vessel width": _math("ABSOLUTE"), "vessel": _smooth(),
    "outwards": _smooth(), "vessels": _math("MULTIPLY"), "side": _math("ABSOLUTE"), "corner": _smooth(), "corner share": _math("MULTIPLY"),
    "mottle": ("ShaderNodeTexNoise", {}), "round": _smooth(), "white": _mix(), "with vessels": _mix(), "cornered": _mix(),
    "white near iris": _smooth(),
    "shaded white": _mix(blend_type="MULTIPLY"),
    "limbus": _smooth(), "eye": _mix(), "shadow": ("ShaderNodeAmbientOcclusion", {"samples": 6}), "upper": _smooth(), "shade": (_RANGE, {}),
    "tone": _mix(blend_type="MULTIPLY"),
}
_WHITE_LINKS = [
    ("ball", "Vector", "stretched", "Vector"), ("stretched", "Vector", "vessel shape", "Vector"),
    ("vessel shape", "Fac", "vessel off", "Value"),
    ("vessel off", "Value", "vessel width", "Value"),
    ("vessel width", "Value", "vessel", "Value"), ("sine", "Value", "outwards", "Value"), ("vessel", "Result", "vessels", "Value"),
    ("outwards", "Result", "vessels", "Value_001"), ("at", "X", "side", "Value"), ("side", "Value", "corner", "Value"),
    ("corner", "Result", "corner share", "Value"), ("ball", "Vector", "mottle", "Vector"), ("mottle", "Fac", "white", "Factor_Float"),
    ("white", "Result_Color", "with vessels", "A_Color"), ("vessels", "Value", "with vessels", "Factor_Float"),
    ("with vessels", "Result_Color", "cornered", "A_Color"), ("corner share", "Value", "cornered", "Factor_Float"),
    ("sine", "Value", "white near iris", "Value"), ("cornered", "Result_Color", "shaded white", "A_Color"),
    ("white near iris", "Result", "shaded white", "B_Color"), ("sine", "Value", "limbus", "Value"),
    ("limbus", "Result", "eye", "Factor_Float"), ("eye colour", "Result_Color", "eye", "A_Color"),
    ("shaded white", "Result_Color", "eye", "B_Color"), ("shadow", "AO", "shade", "Value"), ("at", "Z", "upper", "Value"),
    ("upper", "Result", "shade", "To Min"), ("side", "Value", "round", "Value"), ("round", "Result", "shade", "To Max"),
    ("eye", "Result_Color", "tone", "A_Color"),
    ("shade", "Result", "tone", "B_Color"), ("tone", "Result_Color", "surface", "Base Color"),
]
# The wet layer follows the cornea, and mirrors less of what lies ahead and below: a bright wall there would be a haze over the pupil.
# Under it the iris is a bowl, lit on the side away from the light; the white is the ball
_SHAPE = {
    "swell": _smooth(), "steeper": _vector("MULTIPLY"), "wet": ("ShaderNodeMix", {"data_type": "VECTOR"}),
    "wet world": None, "ripple": ("ShaderNodeTexNoise", {}),
    "film": ("ShaderNodeBump", {}), "bowl": _vector("MULTIPLY_ADD"), "bowl unit": _vector("NORMALIZE"),
    "under": ("ShaderNodeMix", {"data_type": "VECTOR"}), "under world": None,
    "mirrored": _vector("REFLECT"), "mirrored at": ("ShaderNodeSeparateXYZ", {}), "gleam": _smooth(),
}
_SHAPE |= {name: ("ShaderNodeVectorTransform", {"vector_type": "NORMAL", "convert_from": "OBJECT", "convert_to": "WORLD"})
           for name in ("wet world", "under world")}
_SHAPE_LINKS = [
    ("sine", "Value", "swell", "Value"), ("swell", "Result", "wet", "Factor_Float"), ("cornea", "Vector", "steeper", "Vector"),
    ("steeper", "Vector", "wet", "A_Vector"),
    ("ball", "Vector", "wet", "B_Vector"), ("wet", "Result_Vector", "wet world", "Vector"), ("ball", "Vector", "ripple", "Vector"),
    ("ripple", "Fac", "film", "Height"), ("wet world", "Vector", "film", "Normal"), ("film", "Normal", "surface", "Coat Normal"),
    ("flat", "Vector", "bowl", "Vector"), ("bowl", "Vector", "bowl unit", "Vector"), ("limbus", "Result", "under", "Factor_Float"),
    ("bowl unit", "Vector", "under", "A_Vector"), ("ball", "Vector", "under", "B_Vector"),
    ("under", "Result_Vector", "under world", "Vector"),
    ("under world", "Vector", "surface", "Normal"),
    ("incoming", "Vector", "mirrored", "Vector"), ("wet", "Result_Vector", "mirrored", "Vector_001"),
    ("mirrored", "Vector", "mirrored at", "Vector"), ("mirrored at", "Z", "gleam", "Value"), ("gleam", "Result", "surface", "Coat Weight"),
]
EYE_NODES = _SIGHT | _IRIS | _WHITE | _SHAPE
EYE_LINKS = _SIGHT_LINKS + _IRIS_LINKS + _WHITE_LINKS + _SHAPE_LINKS
# Tears: what is behind shows through, or they would hide the eye's class number; what is left is a mirror
_TEARS = {"clear": ("ShaderNodeBsdfTransparent", {}), "film": ("ShaderNodeMixShader", {})}
_TEARS_LINKS = [("clear", "BSDF", "film", "Shader"), ("surface", "BSDF", "film", "Shader_001"), ("film", "Shader", "output", "Surface")]
TREES = dict.fromkeys(BALL, (EYE_NODES, EYE_LINKS)) | {"tears": (_TEARS, _TEARS_LINKS)}


def _ramp(start, end, before, after):
    return {"From Min": start, "From Max": end, "To Min": before, "To Max": after}


_EYE = {
    "incoming": {"Scale": -1.0},
    "from centre": {"Vector_001": (0.0, float(np.sqrt(1 - LIMBUS**2) - np.sqrt(CORNEA_RADIUS**2 - LIMBUS**2)), 0.0)},
    "refracted": {"Scale": 1 / CORNEA_INDEX},
    "deep": {"Value": IRIS_PLANE},
    "flat": {"Vector_001": (1.0, 0.0, 1.0)}, "surface flat": {"Vector_001": (1.0, 0.0, 1.0)},
    "rho": {"Value_001": LIMBUS},
    "lobes": {"Scale": 11.0}, "fibres": {"Scale": 1.0, "Detail": 2.5, "Roughness": 0.6, "Distortion": 0.25},
    "strands": _ramp(0.32, 0.70, 0.40, 1.75), "patches": {"Scale": 9.0, "Detail": 2.0},
    "frill place": {"Value_001": 0.30}, "frill": _ramp(0.52, 0.72, 0.0, 1.0),
    "edge": _ramp(0.72, 0.99, 1.0, 0.25), "hole": _ramp(PUPIL - 0.02, PUPIL + 0.025, 0.0, 1.0), "lit": {"Value_001": 1.0},
    "arcus": _ramp(0.78, 0.90, 0.0, 1.0), "arcus in": _ramp(0.95, 1.02, 1.0, 0.35), "arcus shown": {"Value_001": 0.0},
    "aged": {"B_Color": (0.30, 0.32, 0.33, 1.0)},
    "fibred": {"Factor_Float": 1.0}, "ringed": {"Factor_Float": 1.0}, "eye colour": {"Factor_Float": 1.0},
    "stretched": {"Vector_001": (0.38, 1.0, 1.25)},      # vessels come from the corners
    "vessel shape": {"Scale": 5.0, "Detail": 5.0, "Roughness": 0.58, "Distortion": 0.8}, "vessel off": {"Value_001": 0.5},
    "vessel": _ramp(0.0, 0.028, 1.0, 0.0), "outwards": _ramp(0.40, 0.80, 0.02, 0.25), "round": _ramp(0.38, 0.90, 1.0, 0.66),
    "corner": _ramp(0.36, 0.84, 0.0, 1.0),
    "corner share": {"Value_001": 0.5}, "mottle": {"Scale": 4.0}, "with vessels": {"B_Color": (*VEIN, 1.0)},
    "cornered": {"B_Color": (*PINK, 1.0)},
    "white near iris": _ramp(0.34, 0.46, 0.62, 1.0), "shaded white": {"Factor_Float": 1.0},
    "limbus": _ramp(0.318, 0.386, 0.0, 1.0), "shadow": {"Distance": SHADOW_M},
    "upper": _ramp(-0.32, 0.02, 0.62, 0.04), "shade": _ramp(0.20, 1.0, 0.04, 1.0),
    "tone": {"Factor_Float": 1.0},
    "gleam": _ramp(0.0, 0.30, 0.22, 1.0), "steeper": {"Vector_001": (CATCH, 1.0, CATCH)},
    "swell": _ramp(0.31, 0.42, 0.0, 1.0), "ripple": {"Scale": 7.0, "Detail": 1.0}, "film": {"Strength": 0.25, "Distance": 0.0006},
    "bowl": {"Vector_001": (-1.5, 0.0, -1.5), "Vector_002": (0.0, -1.0, 0.0)},
    "surface": {"Specular IOR Level": 0.0, "Coat Weight": 1.0, "Coat Roughness": 0.035, "Coat IOR": 1.5},
}
INPUTS = dict.fromkeys(BALL, _EYE)
INPUTS |= {"tears": {"film": {"Fac": 0.06}, "surface": {"Metallic": 1.0}},
"caruncle": {"surface": {"Coat Weight": 0.35, "Coat Roughness": 0.20}}}
# The zone around the pupil is warmer than the rest, most in light eyes; brown eyes are lighter there
_FRILL = {"dark_brown": (0.065, 0.029, 0.012), "brown": (0.125, 0.056, 0.020), "hazel": (0.180, 0.090, 0.026),
"green": (0.180, 0.130, 0.048),
          "blue": (0.170, 0.190, 0.200), "grey": (0.190, 0.180, 0.160)}


def tint(materials, person):
    """Set what a person changes; a material that is not there is passed over."""
    who, eyes = person.identity, person.identity.look.eyes
    old, dark = ageing.limbus_faded(who), _dark(who)
    own, white = of_one(who), white_of(who)
    iris = 1.15 * own.tint * np.asarray(complexion.IRIS[who.iris])
    colours = {("stroma", "A_Color"): 0.62 * iris, ("stroma", "B_Color"): 1.25 * iris,
               ("zones", "A_Color"): own.frill * np.asarray(_FRILL[who.iris]),
               ("white", "A_Color"): 0.95 * white, ("white", "B_Color"): 1.03 * white}
    values = {("edge", "To Max"): 0.55 - 0.5 * eyes.limbus * (1 - 0.6 * old), ("arcus shown", "Value_001"): old * own.arcus,
              ("outwards", "To Max"): 0.24 + 0.95 * eyes.redness, ("outwards", "To Min"): 0.02 + 0.25 * eyes.redness,
              ("corner share", "Value_001"): 0.30 + 0.5 * eyes.redness}
    values |= {("hole", "From Min"): own.pupil - 0.02, ("hole", "From Max"): own.pupil + 0.025,
               ("along", "X"): own.place, ("along", "Z"): 1.7 * own.place, ("strands", "To Max"): 1.75 + 0.35 * (own.frill - 1)}
    blood = np.asarray(RECIPES["caruncle"].rgb)
    set_colour(materials, "caruncle", "surface", "Base Color", blood * (1 - 0.45 * dark))
    for name in BALL:
        for (node, identifier), rgb in colours.items():
            set_colour(materials, name, node, identifier, rgb)
        for (node, identifier), value in values.items():
            set_value(materials, name, node, identifier, value)


@dataclass(frozen=True, eq=False)
class Own:
    """What is a person's own in an iris: tint (3,) of its colour, how light the zone about the pupil is, where its fibres are taken
    from, the pupil's radius in ordinary light (in radii of the iris), how much of an arcus great age brings."""

    tint: np.ndarray
    frill: float
    place: float
    pupil: float
    arcus: float


def of_one(who):
    """Return what an identity's irises have of their own; the pupils of the old are small."""
    z = np.clip(stream(who.look.seed, "eyes.iris", who.number).standard_normal(8), -2, 2)
    pupil = np.clip(PUPIL + 0.03 * z[0] - 0.085 * ageing.limbus_faded(who), *PUPILS)
    return Own(np.exp(0.13 * z[1] + 0.06 * z[2:5]), float(np.exp(0.25 * z[5])), float(3 * z[6]), float(pupil),
               float(np.clip(0.42 + 0.3 * z[7], 0, 0.9)))


def adapt(materials, radiance):
    """Set pupils to a light: a white surface at the face has this radiance, None for unknown. What a person changes stays as it is."""
    factor = 1.0 if radiance is None else float(np.clip((max(radiance, 1e-3) / BRIGHT) ** NARROWS, 0.78, 1.30))
    for name in BALL:
        set_value(materials, name, "lit", "Value_001", factor)


def white_of(who):
    """Return the linear sRGB albedo (3,) of the white of somebody's eyes: yellower in the old and in dark skin."""
    tone = _between(RECIPES["sclera"].rgb, YELLOW, np.clip(0.5 * ageing.limbus_faded(who) + 0.75 * _dark(who), 0, 1.15))
    return tone / complexion.lift(who.skin_lab) ** 0.75          # a camera that exposes for dark skin would show it white


def _dark(who):
    return float(np.clip((60 - who.skin_lab[0]) / 35, 0, 1))


def _between(rgb, other, share):
    return (1 - share) * np.asarray(rgb) + share * np.asarray(other)
