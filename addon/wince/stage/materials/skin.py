"""Skin: its painted picture, its shine, its pores and wrinkles; without a picture, colours of vertices with brows drawn over them.

What is finer than the atlas, which is coarse on neck, ears and crown, comes from two pictures that all skins share, laid on in millimetres
from three sides: `core.skin.pores`, relief, and `core.skin.mottle`, colour.
"""

import numpy as np

from ...bridge.nodes import socket
from ...core import ageing, colour
from ...core.skin import hairs, mottle, pigments, pores
from .. import complexion
from ..passes import ATTRIBUTES, HAIR
from . import relief
from .base import Recipe, set_colour, set_value

ALBEDO = "wince_albedo"                # point attributes of the face mesh: what a plain face shows
BROW = "wince_brow"                    # millimetres inside a brow, negative outside
SHEEN = "wince_sheen"                  # vector: how oily, how much of a scalp, how wet as lips are, see core.skin.areas
GRAIN = "wince_grain"                  # vector: how deep pores, furrows and lumps are
FINE = "wince_fine"                    # vector: how much fine melanin, blood and follicles show
PLACE = "wince_place"                  # vector: where on the average adult's skin, metres
PICTURE, PORES, MOTTLE = "picture", "pores", "mottle"      # nodes that show images, see stage.painting
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
# Fine colour: (picture - middle) x where x how much, then what melanin, blood and a cut hair leave of the light, one after another.
TINT_NODES = {
    "fine": ("ShaderNodeAttribute", {"attribute_name": FINE}),
    "around": ("ShaderNodeVectorMath", {"operation": "SUBTRACT"}),
    "fine here": ("ShaderNodeVectorMath", {"operation": "MULTIPLY"}),
    "amounts": ("ShaderNodeSeparateXYZ", {}),
    "melanin": ("ShaderNodeVectorMath", {"operation": "MULTIPLY_ADD"}),
    "blood": ("ShaderNodeVectorMath", {"operation": "MULTIPLY_ADD"}),
    "follicles": ("ShaderNodeVectorMath", {"operation": "MULTIPLY_ADD"}),
    "tinted": ("ShaderNodeVectorMath", {"operation": "MULTIPLY"}),
}
TINT_LINKS = [
    (MOTTLE, "Color", "around", "Vector"),
    ("around", "Vector", "fine here", "Vector"),
    ("fine", "Vector", "fine here", "Vector_001"),
    ("fine here", "Vector", "amounts", "Vector"),
    ("amounts", "X", "melanin", "Vector"),
    ("amounts", "Y", "blood", "Vector"),
    ("melanin", "Vector", "blood", "Vector_002"),
    ("amounts", "Z", "follicles", "Vector"),
    ("blood", "Vector", "follicles", "Vector_002"),
    ("follicles", "Vector", "tinted", "Vector"),
    (PICTURE, "Color", "tinted", "Vector_001"),
    ("tinted", "Vector", "painted", "B_Color"),
]
# Where skin folds, the steep sides of bump would be mirrors, white drips on dark skin: there it is rougher and has less of a film.
CALM_NODES = {
    "folded": ("ShaderNodeVectorMath", {"operation": "DOT_PRODUCT"}),
    "calm": ("ShaderNodeMapRange", {}),
    "rougher": ("ShaderNodeMapRange", {}),
    "dull": ("ShaderNodeMath", {"operation": "ADD"}),
    "film calm": ("ShaderNodeMath", {"operation": "MULTIPLY"}),
}
CALM_LINKS = [
    ("fold", "Vector", "folded", "Vector"),
    ("folded", "Value", "calm", "Value"),
    ("folded", "Value", "rougher", "Value"),
    ("rougher", "Result", "dull", "Value"),
    ("rough", "Value", "dull", "Value_001"),
    ("dull", "Value", "finish", "B_Float"),
    ("film", "Value", "film calm", "Value"),
    ("calm", "Result", "film calm", "Value_001"),
    ("film calm", "Value", "film shown", "Value"),
]
# "painted" and "finish" are switches: at 0 a plain face, at 1 a painted one. What is switched off is not evaluated.
ROUND = {"projection": "BOX", "projection_blend": 0.35}     # from three sides
FULL_NODES = {
    PICTURE: ("ShaderNodeTexImage", {}),
    "painted": ("ShaderNodeMix", {"data_type": "RGBA"}),
    "place": ("ShaderNodeAttribute", {"attribute_name": PLACE}),
    "pores place": ("ShaderNodeVectorMath", {"operation": "SCALE"}),
    "mottle place": ("ShaderNodeVectorMath", {"operation": "SCALE"}),
    PORES: ("ShaderNodeTexImage", ROUND),
    MOTTLE: ("ShaderNodeTexImage", ROUND),
    "grain": ("ShaderNodeAttribute", {"attribute_name": GRAIN}),
    "coarse": ("ShaderNodeVectorMath", {"operation": "MULTIPLY"}),
    "pores height": ("ShaderNodeVectorMath", {"operation": "DOT_PRODUCT"}),
    "sheen": ("ShaderNodeAttribute", {"attribute_name": SHEEN}),
    "oil": ("ShaderNodeVectorMath", {"operation": "DOT_PRODUCT"}),
    "pits": ("ShaderNodeMath", {"operation": "MULTIPLY_ADD"}),
    "patches": ("ShaderNodeMath", {"operation": "MULTIPLY_ADD"}),
    "rough": ("ShaderNodeMath", {"operation": "ADD", "use_clamp": True}),
    "finish": ("ShaderNodeMix", {"data_type": "FLOAT"}),
    "film": ("ShaderNodeVectorMath", {"operation": "DOT_PRODUCT"}),
    "film shown": ("ShaderNodeMath", {"operation": "MULTIPLY", "use_clamp": True}),
    **CALM_NODES,
    **TINT_NODES,
}
FULL_LINKS = [
    ("base", "Result_Color", "painted", "A_Color"),
    ("painted", "Result_Color", "cavity", "A_Color"),
    ("cavity", "Result_Color", "surface", "Base Color"),
    ("place", "Vector", "pores place", "Vector"),
    ("pores place", "Vector", PORES, "Vector"),
    ("place", "Vector", "mottle place", "Vector"),
    ("mottle place", "Vector", MOTTLE, "Vector"),
    ("grain", "Vector", "coarse", "Vector"),
    ("coarse", "Vector", "pores height", "Vector"),
    (PORES, "Color", "pores height", "Vector_001"),
    ("sheen", "Vector", "oil", "Vector"),
    ("pores height", "Value", "pits", "Value"),
    ("oil", "Value", "pits", "Value_002"),
    (MOTTLE, "Color", "patches", "Value"),
    ("pits", "Value", "patches", "Value_002"),
    ("patches", "Value", "rough", "Value"),
    ("finish", "Result_Float", "surface", "Roughness"),
    ("sheen", "Vector", "film", "Vector"),
    ("film shown", "Value", "surface", "Coat Weight"),
    ("relief", "Normal", "surface", "Coat Normal"),
    *TINT_LINKS,
    *CALM_LINKS,
    relief.POROUS,
]
# Under hair the scalp does not shine: what light gets down to it does not come back as a mirror's.
SCALP_NODES = {
    "scalp": ("ShaderNodeAttribute", {"attribute_name": ATTRIBUTES[HAIR]}),
    "unhaired": ("ShaderNodeMath", {"operation": "MULTIPLY_ADD"}),
    "gloss": ("ShaderNodeMath", {"operation": "MULTIPLY"}),
}
SCALP_LINKS = [
    ("scalp", "Fac", "unhaired", "Value"),
    ("unhaired", "Value", "gloss", "Value"),
    ("gloss", "Value", "surface", "Specular IOR Level"),
]
NODES = PLAIN_NODES | FULL_NODES | relief.NODES | SCALP_NODES
LINKS = [*PLAIN_LINKS, *FULL_LINKS, *relief.LINKS, *SCALP_LINKS]

NONE = (0.0, 0.0, 0.0)
SCALP_SHINE = -0.92                    # what hair takes of it where it is dense
SOCKET = (0.42, 0.27, 0.24)            # of the skin's colour behind the lids: a slit between squeezed lids is dark skin, no wound
DULL = 0.16                            # by how much roughness rises in deep folds
DEEP = {"From Min": 0.06, "From Max": 0.45}        # folds, from flat to deep
_SKIN = {"hairs": {"Scale": 420.0, "Detail": 2.0}, "frayed": {"Value_001": 3.2},          # noise 0..1 to millimetres
         "cover": {"From Min": 0.9, "From Max": 2.6, "To Max": 0.92},                     # noise is 0.5 on average, 1.6 mm
         "painted": {"Factor_Float": 0.0}, "finish": {"Factor_Float": 0.0, "A_Float": RECIPES["skin"].roughness},
         "pores place": {"Scale": 1 / pores.TILE_M}, "mottle place": {"Scale": 1 / mottle.TILE_M}, "pits": {"Value_001": -350.0},
         "patches": {"Value_001": 0.34}, "film shown": {"Value_001": 0.0}, "surface": {"Coat Roughness": 0.30, "Coat IOR": 1.40},
         "folded": {"Vector_001": (1.0, 1.0, 0.3)}, "calm": {**DEEP, "To Min": 1.0, "To Max": 0.05},
         "rougher": {**DEEP, "To Min": 0.0, "To Max": DULL},
         "around": {"Vector_001": (mottle.MIDDLE, mottle.MIDDLE, 0.0)}, "melanin": {"Vector_001": NONE, "Vector_002": (1.0, 1.0, 1.0)},
         "blood": {"Vector_001": NONE}, "follicles": {"Vector_001": NONE}, **relief.INPUTS,
         "unhaired": {"Value_001": SCALP_SHINE, "Value_002": 1.0}, "gloss": {"Value_001": RECIPES["skin"].specular}}
TREES = {"skin": (NODES, LINKS), "brows": (NODES, LINKS)}
INPUTS = {"skin": _SKIN, "brows": _SKIN}
SPECULAR = {False: RECIPES["skin"].specular, True: 0.34}
SCATTER = {False: (RECIPES["skin"].subsurface,) * 2, True: (0.45, 0.22)}      # share of the light that goes under light and dark skin
PORE_M, FURROW_M, LUMP_M = 0.00024, 0.00013, 0.00050       # depth of the pictures of the fine relief where they are deepest


def wear(materials, painted):
    """Switch the skin's materials between a plain and a painted face.

    materials   {name of RECIPES: bpy material}; one that is not there, or has lost a node, is passed over
    """
    for name in ("skin", "brows"):
        for switch in ("painted", "finish"):
            set_value(materials, name, switch, "Factor_Float", float(painted))
        set_value(materials, name, "film shown", "Value_001", float(painted))
        set_value(materials, name, "gloss", "Value_001", SPECULAR[painted])


def is_painted(material):
    """Tell whether a skin's material shows its picture."""
    switch = material.node_tree.nodes.get("painted")
    return bool(switch and socket(switch.inputs, "Factor_Float").default_value)


def tint(materials, person):
    """Set what a person changes; a material that is not there is passed over."""
    who = person.identity
    brow = colour.from_lab(complexion.brow_lab(who.skin_lab, who.age))
    set_colour(materials, "socket", "surface", "Base Color", np.clip(colour.from_lab(who.skin_lab), 0.004, 1) * SOCKET)
    for name in ("skin", "brows"):
        set_colour(materials, name, "base", "B_Color", brow)
        _set_shine(materials, name, who)
        _set_relief(materials, name, who)
        _set_fine(materials, name, who)
        _set_scatter(materials, name, who)


def _set_shine(materials, name, who):
    """Set the two lobes: rough skin, and a film of oil on nose, forehead and a bare crown; old skin is dry, lips are moist.

    A picture that is exposed for dark skin lifts what its surface mirrors with it, which no pigment darkens, and a lamp's image would lie
    on a cheek like varnish: there both lobes are fainter, and the rough one wider.
    """
    skin, dry = who.look.skin, ageing.dryness(who)
    bare = who.look.hair.style == "bald" or ageing.receded(who) > 0.4
    oil, lift = skin.oil * (1 - 0.35 * dry), complexion.lift(who.skin_lab)
    set_value(materials, name, "oil", "Vector_001", (-0.05 - 0.12 * oil / lift, -0.04 if bare else 0.06, -0.14))
    rough = 0.47 + 0.03 * dry - 0.05 * skin.oil + 0.04 * pigments.darkness(who.skin_lab)
    set_value(materials, name, "rough", "Value_001", rough)
    film = np.array([0.07 + 0.38 * oil, 0.10 + 0.15 * skin.oil if bare else 0.0, (0.15 - 0.08 * dry) * lift ** 0.5])
    set_value(materials, name, "film", "Vector_001", tuple(film / lift))
    mirrored = lift ** -0.5
    set_value(materials, name, "unhaired", "Value_001", SCALP_SHINE * mirrored)
    set_value(materials, name, "unhaired", "Value_002", mirrored)


def _set_relief(materials, name, who):
    """Set how deep pores, furrows and lumps are: furrows grow with the years."""
    dry, pores_ = ageing.dryness(who), 0.35 + 1.3 * who.look.skin.pores
    depth = (PORE_M * pores_, FURROW_M * (0.7 + 0.9 * dry), LUMP_M * (0.6 + 0.3 * pores_ + 0.2 * dry))
    set_value(materials, name, "coarse", "Vector_001", depth)


def _set_fine(materials, name, who):
    """Set what fine melanin, blood and cut hairs take of the light: first order, so that no mean moves."""
    old, dark = ageing.dryness(who), pigments.darkness(who.skin_lab)
    share, hair = hairs.cut(who)
    set_value(materials, name, "melanin", "Vector_001", tuple(-mottle.RANGE * (1 + 0.5 * old) * (1 + 0.6 * dark) * pigments.MELANIN))
    red = (0.5 + who.look.skin.blood) * (1 - 0.5 * dark)
    set_value(materials, name, "blood", "Vector_001", tuple(-mottle.RANGE * red * pigments.BLOOD))
    set_value(materials, name, "follicles", "Vector_001", tuple(share * (np.exp(-hair) - 1)))


def _set_scatter(materials, name, who):
    """Set how much light goes under the skin."""
    if name in materials and scatters(materials[name]):
        light, black = SCATTER[is_painted(materials[name])]
        dark = pigments.darkness(who.skin_lab)
        set_value(materials, name, "surface", "Subsurface Weight", (1 - dark) * light + dark * black)


def scatters(material):
    """Tell whether light goes under the surface of a material."""
    surface = material.node_tree.nodes.get("surface")
    return bool(surface and surface.inputs["Subsurface Weight"].default_value)
