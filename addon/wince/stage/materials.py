"""Shaders of the face: made once, then only numbers change. Each carries its class number and its label AOVs."""

from dataclasses import dataclass

import bpy
import numpy as np

from ..bridge import version
from ..bridge.nodes import grow, set_input
from .passes import ATTRIBUTES, wanted_aovs

# Class numbers of seg.png, frozen; 8 hair, 9 facial hair, 10 clothes, 11 glasses are kept for what is to come.
CLASSES = {"background": 0, "skin": 1, "brows": 2, "lashes": 3, "sclera": 4, "iris": 5, "teeth": 6, "tongue": 7, "hair": 8,
           "facial_hair": 9, "clothes": 10, "glasses": 11, "mouth": 12}
ALBEDO = "wince_albedo"                # point attributes of the face mesh
LASH = "wince_lash"
BROW = "wince_brow"                    # millimetres inside a brow, negative outside
LOOK = "wince_look"                    # ID property of a material: which of LOOKS it is
BROW_SHOWN = 0.5                       # of the brow's colour in Solid shading, where the whole brow region has one colour
LASH_OPACITY = 0.65                    # at the lid; falls to nothing at the tips


@dataclass(frozen=True)
class Look:
    """One material: its class, what it is made of. `rgb` None means: by vertex."""

    kind: str
    rgb: tuple[float, float, float] | None = None
    roughness: float = 0.45
    subsurface: float = 0.0
    specular: float = 0.5
    labelled: bool = False             # carries heat and skin coverage


LOOKS = {
    "skin": Look("skin", None, 0.50, 0.12, 0.25, True),
    "brows": Look("brows", None, 0.60, 0.0, 0.15, True),
    "mouth": Look("mouth", (0.22, 0.045, 0.040), 0.35, 0.0),
    "socket": Look("skin", (0.30, 0.085, 0.070), 0.45, 0.0),
    "teeth_upper": Look("teeth", (0.70, 0.62, 0.48), 0.22, 0.0),
    "teeth_lower": Look("teeth", (0.66, 0.58, 0.44), 0.22, 0.0),
    "gums": Look("mouth", (0.38, 0.10, 0.09), 0.30, 0.0),
    "tongue": Look("tongue", (0.42, 0.13, 0.12), 0.40, 0.0),
    "lashes": Look("lashes", (0.010, 0.008, 0.007), 0.60, 0.0, 0.2),
    "sclera": Look("sclera", (0.50, 0.47, 0.44), 0.08, 0.0),
    "iris": Look("iris", (0.10, 0.05, 0.02), 0.06, 0.0),
    "pupil": Look("iris", (0.004, 0.004, 0.004), 0.05, 0.0),
}
SCATTER_M = 0.005                      # how far red light travels under skin
SCATTER_RGB = (1.0, 0.35, 0.18)


# Brows are drawn by distance, which stays true between vertices: crisp where a mask would blur, frayed by noise like hair.
SKIN_NODES = {
    "albedo": ("ShaderNodeAttribute", {"attribute_name": ALBEDO}),
    "inside": ("ShaderNodeAttribute", {"attribute_name": BROW}),
    "coordinates": ("ShaderNodeTexCoord", {}),
    "hairs": ("ShaderNodeTexNoise", {}),
    "frayed": ("ShaderNodeMath", {"operation": "MULTIPLY_ADD"}),
    "cover": ("ShaderNodeMapRange", {"interpolation_type": "SMOOTHSTEP"}),
    "base": ("ShaderNodeMix", {"data_type": "RGBA"}),
}
SKIN_LINKS = [
    ("coordinates", "UV", "hairs", "Vector"),
    ("hairs", "Fac", "frayed", "Value"),
    ("inside", "Fac", "frayed", "Value_002"),
    ("frayed", "Value", "cover", "Value"),
    ("cover", "Result", "base", "Factor_Float"),
    ("albedo", "Color", "base", "A_Color"),
    ("base", "Result_Color", "surface", "Base Color"),
]
LASH_NODES = {"reach": ("ShaderNodeAttribute", {"attribute_name": LASH}), "opacity": ("ShaderNodeMapRange", {})}
LASH_LINKS = [("reach", "Fac", "opacity", "Value"), ("opacity", "Result", "surface", "Alpha")]

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
TREES = {"skin": (SKIN_NODES, SKIN_LINKS), "brows": (SKIN_NODES, SKIN_LINKS), "lashes": (LASH_NODES, LASH_LINKS),
         "iris": (EYE_NODES, EYE_LINKS), "sclera": (EYE_NODES, EYE_LINKS)}

# Fixed numbers of those nodes, {material: {node: {input: value}}}; what a person changes is set by `tint_...`
_BROW = {"hairs": {"Scale": 420.0, "Detail": 2.0}, "frayed": {"Value_001": 3.2},          # noise 0..1 to millimetres
         "cover": {"From Min": 0.9, "From Max": 2.6, "To Max": 0.92}}                     # noise is 0.5 on average, 1.6 mm
_EYE = {"round": {"Vector_001": (1.0, 0.0, 1.0)}, "noise": {"Scale": 9.0, "Detail": 3.0}, "tone": {"Factor_Float": 1.0}}
INPUTS = {
    "skin": _BROW, "brows": _BROW, "lashes": {"opacity": {"To Min": LASH_OPACITY, "To Max": 0.0}},
    # sine where a tone begins to fade, where it has, the tone before and after
    "iris": _EYE | {"limbus": {"From Min": 0.26, "From Max": 0.352, "To Min": 1.0, "To Max": 0.22}},
    "sclera": _EYE | {"limbus": {"From Min": 0.345, "From Max": 0.41, "To Min": 0.45, "To Max": 1.0}},
}


def build(outputs=(), subsurface=True):
    """Make all materials.

    outputs     job.outputs, which decide the AOVs
    subsurface  whether skin scatters light
    returns     {name of LOOKS: bpy material}
    """
    return {name: _material(name, look, wanted_aovs(outputs), subsurface) for name, look in LOOKS.items()}


def tint_hair(materials, brow_rgb):
    """Set the colour of brows, and a darker one of lashes, linear sRGB; a material that is not there is passed over."""
    for name in ("skin", "brows"):
        _set(materials, name, "base", "B_Color", brow_rgb)
    _set(materials, "lashes", "surface", "Base Color", 0.5 * np.asarray(brow_rgb))


def tint_eyes(materials, iris_rgb):
    """Set the colour of the eyes, linear sRGB; a material that is not there is passed over."""
    for name, rgb, dark, light in (("iris", iris_rgb, 0.5, 1.4), ("sclera", LOOKS["sclera"].rgb, 0.96, 1.04)):
        _set(materials, name, "fibres", "A_Color", dark * np.asarray(rgb))
        _set(materials, name, "fibres", "B_Color", light * np.asarray(rgb))


def show_in_solid(materials, skin_rgb, brow_rgb, iris_rgb):
    """Set the colours of Solid shading, which knows no shaders, linear sRGB; renders do not see them.

    materials   {name of LOOKS: bpy material}; one that is not there is passed over
    """
    skin, brow = np.asarray(skin_rgb), np.asarray(brow_rgb)
    own = {"skin": skin, "brows": (1 - BROW_SHOWN) * skin + BROW_SHOWN * brow, "lashes": 0.5 * brow, "iris": iris_rgb}
    for name, material in materials.items():
        material.diffuse_color = (*own.get(name, LOOKS[name].rgb), 1.0)
        material.roughness = LOOKS[name].roughness


def _set(materials, name, node, identifier, rgb):
    """Set a colour of one material, if it is there and still has that node."""
    found = name in materials and materials[name].node_tree.nodes.get(node)
    if found:
        set_input(found, identifier, (*rgb, 1.0))


def _material(name, look, aovs, subsurface):
    """Make one material."""
    material = bpy.data.materials.new(f"wince {name}")
    material.pass_index, material[LOOK] = CLASSES[look.kind], name
    table, links = _shader(name)
    if look.labelled:
        _add_labels(table, links, aovs)
    nodes = grow(version.use_nodes(material), table, links)
    _set_surface(nodes["surface"], look, subsurface)
    for node, values in INPUTS.get(name, {}).items():
        for identifier, value in values.items():
            set_input(nodes[node], identifier, value)
    return material


def _shader(name):
    """Return the node table and links of a material."""
    nodes, links = TREES.get(name, ({}, []))
    table = {"surface": ("ShaderNodeBsdfPrincipled", {}), "output": ("ShaderNodeOutputMaterial", {})} | nodes
    return table, [("surface", "BSDF", "output", "Surface"), *links]


def _add_labels(table, links, aovs):
    """Add the label AOVs to a node table."""
    for aov in aovs:
        table[f"{aov} value"] = ("ShaderNodeAttribute", {"attribute_name": ATTRIBUTES[aov]})
        table[aov] = ("ShaderNodeOutputAOV", {"aov_name": aov})
        links.append((f"{aov} value", "Fac", aov, "Value"))


def _set_surface(surface, look, subsurface):
    """Set the numbers of a surface."""
    if look.rgb is not None:
        set_input(surface, "Base Color", (*look.rgb, 1.0))
    set_input(surface, "Roughness", look.roughness)
    set_input(surface, "Specular IOR Level", look.specular)
    if subsurface and look.subsurface:
        surface.subsurface_method = "BURLEY"              # nearly free; a random walk takes 45 % of the whole picture's time
        set_input(surface, "Subsurface Weight", look.subsurface)
        set_input(surface, "Subsurface Radius", SCATTER_RGB)
        set_input(surface, "Subsurface Scale", SCATTER_M)
