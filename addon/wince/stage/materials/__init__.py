"""Shaders of the face and of what it wears: made once, then only numbers change. Each carries its class number and its label AOVs.

    base        Recipe, class numbers
    skin, eyes, mouth, strands, cloth, glass     RECIPES by name, node TREES, fixed INPUTS, and `tint(materials, person)` each
    relief      the bump of skin: pores, lines, folds
"""

import bpy
import numpy as np

from ...bridge import version
from ...bridge.nodes import change_input, grow
from ..passes import ATTRIBUTES, wanted_aovs
from . import cloth, eyes, glass, mouth, relief, skin, strands
from .base import CLASSES
from .skin import ALBEDO, BROW, FINE, GRAIN, PLACE, SHEEN

__all__ = ["ALBEDO", "BROW", "CLASSES", "FINE", "GRAIN", "LOOK", "PLACE", "RECIPES", "SHEEN", "build", "show_in_solid", "tint"]

LOOK = "wince_look"                    # ID property of a material: which of RECIPES it is
BROW_SHOWN = 0.5                       # of the brow's colour in Solid shading, where the whole brow region has one colour
SCATTER_M = 0.005                      # how far red light travels under skin
SCATTER_RGB = (1.0, 0.35, 0.18)

ROOMS = (skin, eyes, mouth, strands, cloth, glass)
RECIPES = {name: recipe for room in ROOMS for name, recipe in room.RECIPES.items()}
TREES = {name: tree for room in ROOMS for name, tree in room.TREES.items()}
INPUTS = {name: values for room in ROOMS for name, values in room.INPUTS.items()}


def build(outputs=(), subsurface=True, names=tuple(RECIPES)):
    """Make materials.

    outputs     job.outputs, which decide the AOVs
    subsurface  whether skin scatters light
    names       which of RECIPES
    returns     {name: bpy material}
    """
    return _made(names, wanted_aovs(outputs), subsurface)


def build_like(worn, names):
    """Make further materials for a face, with the AOVs that the materials it wears have; arguments as `build`."""
    trees = [material.node_tree for material in worn if material is not None and material.node_tree]
    aovs = {node.aov_name: None for tree in trees for node in tree.nodes if node.type == "OUTPUT_AOV" and node.aov_name in ATTRIBUTES}
    return _made(names, tuple(aovs), True)


def tint(materials, person):
    """Set everything that a person changes; a material that is not there is passed over."""
    for room in (*ROOMS, relief):
        room.tint(materials, person)


def show_in_solid(materials, skin_rgb, brow_rgb, iris_rgb):
    """Set the colours of Solid shading, which knows no shaders, linear sRGB; renders do not see them.

    materials   {name of RECIPES: bpy material}; one that is not there is passed over
    """
    skin, brow = np.asarray(skin_rgb), np.asarray(brow_rgb)
    own = {"skin": skin, "brows": (1 - BROW_SHOWN) * skin + BROW_SHOWN * brow, "lash_hair": 0.5 * brow, "iris": iris_rgb}
    for name, material in materials.items():
        rgba = np.float32([*own.get(name, RECIPES[name].rgb or material.diffuse_color[:3]), glass.CLEAR.get(name, 1.0)])
        if not np.array_equal(rgba, np.float32(material.diffuse_color)):
            material.diffuse_color = rgba
        material.roughness = RECIPES[name].roughness


def _made(names, aovs, subsurface):
    """Make materials; one that has the nodes of another is a copy of it: growing a tree takes fifty times as long."""
    made = {}
    for name in names:
        like = next((material for other, material in made.items() if _alike(name, other)), None)
        made[name] = _material(name, RECIPES[name], aovs, subsurface) if like is None else _copy(like, name, RECIPES[name])
    return made


def _alike(name, other):
    """Tell whether two materials differ in numbers of their surface alone."""
    one, two = RECIPES[name], RECIPES[other]
    return (TREES.get(name) == TREES.get(other) and INPUTS.get(name) == INPUTS.get(other) and one.labelled == two.labelled
            and (one.rgb is None) == (two.rgb is None) and one.subsurface == two.subsurface)


def _material(name, recipe, aovs, subsurface):
    """Make one material."""
    material = bpy.data.materials.new("")
    if hasattr(material, "cycles"):                       # it is an add-on too, and may be off
        material.cycles.emission_sampling = "NONE"        # what glows is no lamp: sampled as one it would cost time and noise
    table, links = _shader(name)
    if recipe.labelled:
        _add_labels(table, links, aovs)
    if subsurface and recipe.subsurface:                  # a random walk takes 45 % of the whole picture's time
        table["surface"] = (table["surface"][0], {"subsurface_method": "BURLEY"})
    grow(version.use_nodes(material), table, links, INPUTS.get(name, {}) | {"surface": _surface(name, recipe, subsurface)})
    return _named(material, name, recipe)


def _copy(like, name, recipe):
    """Make one material from another that has the same nodes."""
    material = like.copy()
    for identifier, value in _surface(name, recipe, False).items():
        change_input(material.node_tree.nodes["surface"], identifier, value)
    return _named(material, name, recipe)


def _named(material, name, recipe):
    """Tell a material what it is, and return it."""
    material.name, material.pass_index, material[LOOK] = f"wince {name}", CLASSES[recipe.kind], name
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


def _surface(name, recipe, subsurface):
    """Return the numbers of a material's surface, {input: value}."""
    out = {"Roughness": recipe.roughness, "Specular IOR Level": recipe.specular}
    if recipe.rgb is not None:
        out["Base Color"] = (*recipe.rgb, 1.0)
    if subsurface and recipe.subsurface:
        out |= {"Subsurface Weight": recipe.subsurface, "Subsurface Radius": SCATTER_RGB, "Subsurface Scale": SCATTER_M}
    return out | INPUTS.get(name, {}).get("surface", {})
