"""Wrinkles in the skin's shader: grooves as bump and as shade, deeper where the skin is folded. Tables that `skin` merges into its tree.

    height   dot(creases map, wince_fold), metres; "pores height" (metres) may be added to it by POROUS
    relief   Bump node, to the surface's Normal
    cavity   Mix node that darkens and reddens a colour in grooves: colour in at A_Color, out at Result_Color
    groove   0 on flat skin .. 1 in a deep groove, for roughness
"""

FOLD = "wince_fold"                    # point attribute, vector: how deep each of the map's three channels lies here, see core.wrinkles
NODES = {
    "creases": ("ShaderNodeTexImage", {"interpolation": "Cubic"}),
    "fold": ("ShaderNodeAttribute", {"attribute_name": FOLD}),
    "signed": ("ShaderNodeVectorMath", {"operation": "SUBTRACT"}),
    "height": ("ShaderNodeVectorMath", {"operation": "DOT_PRODUCT"}),
    "depth": ("ShaderNodeMath", {"operation": "MULTIPLY_ADD"}),
    "relief": ("ShaderNodeBump", {}),
    "shown": ("ShaderNodeVectorMath", {"operation": "MULTIPLY"}),
    "shade": ("ShaderNodeVectorMath", {"operation": "DOT_PRODUCT"}),
    "groove": ("ShaderNodeMapRange", {}),
    "cavity": ("ShaderNodeMix", {"data_type": "RGBA", "blend_type": "MULTIPLY"}),
}
LINKS = [
    ("creases", "Color", "signed", "Vector"),
    ("signed", "Vector", "height", "Vector"),
    ("fold", "Vector", "height", "Vector_001"),
    ("height", "Value", "depth", "Value"),
    ("depth", "Value", "relief", "Height"),
    ("relief", "Normal", "surface", "Normal"),
    ("fold", "Vector", "shown", "Vector"),
    ("signed", "Vector", "shade", "Vector"),
    ("shown", "Vector", "shade", "Vector_001"),
    ("shade", "Value", "groove", "Value"),
    ("groove", "Result", "cavity", "Factor_Float"),
]
POROUS = ("pores height", "Value", "depth", "Value_002")       # for a tree that has such a node: metres, added to the wrinkles

FLAT = 128 / 255                       # the map's value of flat skin; 0 is the bottom of a groove
CRUMPLED = 0.62                        # of its depth, fine crumpling darkens skin: fine grooves let light in, and dark ones look like dirt
DEPTH_M = 0.0011                       # how deep a groove of the map is where the fold is 1
INPUTS = {
    "signed": {"Vector_001": (FLAT, FLAT, FLAT)},
    "depth": {"Value_001": DEPTH_M / FLAT, "Value_002": 0.0},
    "relief": {"Strength": 1.0, "Distance": 1.0},
    "shown": {"Vector_001": (1.0, 1.0, CRUMPLED)},
    "groove": {"From Min": 0.0, "From Max": -FLAT, "To Min": 0.0, "To Max": 0.55},
    "cavity": {"B_Color": (0.46, 0.27, 0.22, 1.0)},
}


def wear(materials, image):
    """Give the skin's materials the picture of the creases, or none: then grooves cost nothing and are not there.

    materials   {name of RECIPES: bpy material}; one that is not there, or has lost a node, is passed over
    image       bpy image or None
    """
    for name in ("skin", "brows"):
        nodes = materials[name].node_tree.nodes if name in materials else {}
        if node := nodes.get("creases"):
            node.image = image
        for node in filter(None, map(nodes.get, ("relief", "cavity"))):
            node.mute = image is None
