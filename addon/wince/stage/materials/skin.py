"""Skin: its painted picture, its shine, its pores and wrinkles; without a picture, colours of vertices with brows drawn over them."""

from ...bridge.nodes import socket
from ...core import ageing, colour
from ...core.skin import pigments, pores
from .. import complexion
from . import relief
from .base import Recipe, set_colour, set_value

ALBEDO = "wince_albedo"                # point attributes of the face mesh: what a plain face shows
BROW = "wince_brow"                    # millimetres inside a brow, negative outside
SHEEN = "wince_sheen"                  # vector: how oily, how coarse of pore, how wet as lips are
PICTURE, PORES = "picture", "pores"    # nodes that show images, see stage.painting
RECIPES = {
    "skin": Recipe("skin", None, 0.50, 0.12, 0.25, True),
    "brows": Recipe("brows", None, 0.50, 0.12, 0.25, True),               # the same skin, so that no edge shows
    "socket": Recipe("skin", (0.30, 0.085, 0.070), 0.45, 0.0),
}
# Of a plain face, brows are drawn by distance, which stays true between vertices: crisp where a mask would blur, frayed by noise like hair.
PLAIN_NODES = {
    "albedo": ("ShaderNodeAttribute", {"attribute_name": ALBEDO}),
    "inside": ("ShaderNodeAttribute", {"attribute_name": BROW}),
    "coordinates": ("ShaderNodeTexCoord", {}),
    "hairs": ("ShaderNodeTexNoise", {}),
    "frayed": ("ShaderNodeMath", {"operation": "MULTIPLY_ADD"}),
    "cover": ("ShaderNodeMapRange", {"interpolation_type": "SMOOTHSTEP"}),
    "base": ("ShaderNodeMix", {"data_type": "RGBA"}),
}
PLAIN_LINKS = [
    ("coordinates", "UV", "hairs", "Vector"),
    ("hairs", "Fac", "frayed", "Value"),
    ("inside", "Fac", "frayed", "Value_002"),
    ("frayed", "Value", "cover", "Value"),
    ("cover", "Result", "base", "Factor_Float"),
    ("albedo", "Color", "base", "A_Color"),
]
# "painted" and "finish" are switches: at 0 a plain face, at 1 a painted one. What is switched off is not evaluated.
FULL_NODES = {
    PICTURE: ("ShaderNodeTexImage", {}),
    "painted": ("ShaderNodeMix", {"data_type": "RGBA"}),
    "place": ("ShaderNodeMapping", {}),
    PORES: ("ShaderNodeTexImage", {}),
    "sheen": ("ShaderNodeAttribute", {"attribute_name": SHEEN}),
    "coarse": ("ShaderNodeVectorMath", {"operation": "DOT_PRODUCT"}),
    "pores height": ("ShaderNodeMath", {"operation": "MULTIPLY"}),
    "oil": ("ShaderNodeVectorMath", {"operation": "DOT_PRODUCT"}),
    "grain": ("ShaderNodeMath", {"operation": "MULTIPLY_ADD"}),
    "rough": ("ShaderNodeMath", {"operation": "ADD", "use_clamp": True}),
    "finish": ("ShaderNodeMix", {"data_type": "FLOAT"}),
}
FULL_LINKS = [
    ("base", "Result_Color", "painted", "A_Color"),
    (PICTURE, "Color", "painted", "B_Color"),
    ("painted", "Result_Color", "cavity", "A_Color"),
    ("cavity", "Result_Color", "surface", "Base Color"),
    ("coordinates", "UV", "place", "Vector"),
    ("place", "Vector", PORES, "Vector"),
    ("sheen", "Vector", "coarse", "Vector"),
    (PORES, "Color", "pores height", "Value"),
    ("coarse", "Value", "pores height", "Value_001"),
    ("sheen", "Vector", "oil", "Vector"),
    (PORES, "Color", "grain", "Value"),
    ("oil", "Value", "grain", "Value_002"),
    ("grain", "Value", "rough", "Value"),
    ("rough", "Value", "finish", "B_Float"),
    ("finish", "Result_Float", "surface", "Roughness"),
    relief.POROUS,
]
NODES, LINKS = PLAIN_NODES | FULL_NODES | relief.NODES, [*PLAIN_LINKS, *FULL_LINKS, *relief.LINKS]

ATLAS_M = 0.287                        # how much skin the atlas is wide, around the nose
TILES = ATLAS_M / pores.TILE_M
_SKIN = {"hairs": {"Scale": 420.0, "Detail": 2.0}, "frayed": {"Value_001": 3.2},          # noise 0..1 to millimetres
         "cover": {"From Min": 0.9, "From Max": 2.6, "To Max": 0.92},                     # noise is 0.5 on average, 1.6 mm
         "painted": {"Factor_Float": 0.0}, "finish": {"Factor_Float": 0.0, "A_Float": RECIPES["skin"].roughness},
         "place": {"Scale": (TILES, TILES, 1.0)}, "grain": {"Value_001": -0.16}, **relief.INPUTS}
TREES = {"skin": (NODES, LINKS), "brows": (NODES, LINKS)}
INPUTS = {"skin": _SKIN, "brows": _SKIN}
SPECULAR = {False: RECIPES["skin"].specular, True: 0.36}
SCATTER = {False: (RECIPES["skin"].subsurface,) * 2, True: (0.30, 0.16)}      # share of the light that goes under light and dark skin
PORE_M = 0.00026                       # depth of the pores' picture where skin is coarsest


def wear(materials, painted):
    """Switch the skin's materials between a plain and a painted face.

    materials   {name of RECIPES: bpy material}; one that is not there, or has lost a node, is passed over
    """
    for name in ("skin", "brows"):
        for switch in ("painted", "finish"):
            set_value(materials, name, switch, "Factor_Float", float(painted))
        set_value(materials, name, "surface", "Specular IOR Level", SPECULAR[painted])


def is_painted(material):
    """Tell whether a skin's material shows its picture."""
    switch = material.node_tree.nodes.get("painted")
    return bool(switch and socket(switch.inputs, "Factor_Float").default_value)


def tint(materials, person):
    """Set what a person changes; a material that is not there is passed over."""
    who = person.identity
    brow = colour.from_lab(complexion.brow_lab(who.skin_lab, who.age))
    for name in ("skin", "brows"):
        set_colour(materials, name, "base", "B_Color", brow)
        _set_shine(materials, name, who)


def _set_shine(materials, name, who):
    """Set roughness, pores and what light does under the skin: oil shines on nose and forehead, old skin is dry, lips are moist."""
    skin, dry = who.look.skin, ageing.dryness(who)
    set_value(materials, name, "oil", "Vector_001", (-0.06 - 0.24 * skin.oil * (1 - 0.5 * dry), 0.03, -0.12))
    set_value(materials, name, "rough", "Value_001", 0.60 + 0.07 * dry - 0.06 * skin.oil - 0.04 * pigments.darkness(who.skin_lab))
    coarse = PORE_M * (0.35 + 1.3 * skin.pores)
    set_value(materials, name, "coarse", "Vector_001", (0.25 * coarse, coarse, 0.35 * PORE_M))
    if name in materials and scatters(materials[name]):
        light, black = SCATTER[is_painted(materials[name])]
        dark = pigments.darkness(who.skin_lab)
        set_value(materials, name, "surface", "Subsurface Weight", (1 - dark) * light + dark * black)


def scatters(material):
    """Tell whether light goes under the surface of a material."""
    surface = material.node_tree.nodes.get("surface")
    return bool(surface and surface.inputs["Subsurface Weight"].default_value)
