"""The node group of the heat overlay: pain's displacement added up, measured, coloured; once per file, for all faces.

Per row of `core.heatmap.heat_rows` it reads a vector from the mesh (metres, rest space) and takes a weight as an input, which a
driver sets. In the viewport it colours the skin; in a render it writes the label attributes and leaves looks and materials alone.
"""

import bpy
import numpy as np
from mathutils import Color

from ..core import heat_colours
from ..core.heatmap import TERMS, heat_rows, term_of
from . import version
from .nodes import grow, set_input, socket

GROUP, GROUP_VERSION = "wince_heat_group", 2          # ID property of our node group and its material: the version of what they hold
NAME = "Wince Heat"
VECTOR = "wince_d_"              # point attributes wince_d_<row>: displacement by the row at full, metres
PLAIN = "wince_heat_plain"       # face attribute: the colour of what is no skin, where it is not OTHER
HEAT, SKIN, COLOUR = "wince_heat", "wince_skin", "wince_heat_colour"
SHOW, TERM, MAXIMUM, COVER = "Show", "Term", "Maximum", "Cover Materials"                 # the inputs that are the artist's
ALL = "All"
MENU = (ALL, *(term.capitalize() for term in TERMS))
MAXIMUM_MM = 10.0
STOPS = 32                       # of the colour ramp, the most that Blender holds
LAMP = (-0.35, 0.45, 0.82)       # of the heat material: a lamp that the viewer carries, in his own frame (right, up, towards him)
SHADE, LIT = 0.45, 0.62          # strength where the lamp grazes, and how much it adds: form, whatever the scene's light

STORE = ("GeometryNodeStoreNamedAttribute", {"data_type": "FLOAT", "domain": "POINT"})
SWITCH = ("GeometryNodeSwitch", {"input_type": "GEOMETRY"})

# What does not depend on the rows. Vectors go to sums, sums to millimetres ("mm", "mm brow" ...); the total is stored; then in a
# render the terms are, in the viewport colours. Vectors are dropped, or subdivision would carry them along, hidden or not.
NODES = {
    "in": ("NodeGroupInput", {}),
    "self": ("GeometryNodeSelfObject", {}),
    "object": ("GeometryNodeObjectInfo", {}),
    "skin": ("GeometryNodeInputNamedAttribute", {"data_type": "FLOAT"}),
    "total": STORE,
    "stored": ("GeometryNodeInputNamedAttribute", {"data_type": "FLOAT"}),
    "chosen": ("GeometryNodeMenuSwitch", {"data_type": "FLOAT"}),
    "share": ("ShaderNodeMath", {"operation": "DIVIDE"}),
    "ramp": ("ShaderNodeValToRGB", {}),
    "plain": ("GeometryNodeInputNamedAttribute", {"data_type": "FLOAT_COLOR"}),
    "other": ("ShaderNodeMix", {"data_type": "RGBA"}),
    "shown": ("ShaderNodeMix", {"data_type": "RGBA"}),
    "colours": ("GeometryNodeStoreNamedAttribute", {"data_type": "FLOAT_COLOR", "domain": "POINT"}),
    "cover": ("GeometryNodeSetMaterial", {}),
    "covered": SWITCH,
    "seen": SWITCH,
    "viewport": ("GeometryNodeIsViewport", {}),
    "which": SWITCH,
    "drop": ("GeometryNodeRemoveAttribute", {}),
    "out": ("NodeGroupOutput", {}),
}
LINKS = [
    ("self", "Self Object", "object", "Object"),
    ("in", "Geometry", "total", "Geometry"),
    ("mm", "Value", "total", "Value"),
    ("chosen", "Output", "share", "Value"),
    ("in", MAXIMUM, "share", "Value_001"),
    ("share", "Value", "ramp", "Fac"),
    ("skin", "Attribute", "shown", "Factor_Float"),
    ("plain", "Exists", "other", "Factor_Float"),
    ("plain", "Attribute", "other", "B_Color"),
    ("other", "Result_Color", "shown", "A_Color"),
    ("ramp", "Color", "shown", "B_Color"),
    ("total", "Geometry", "colours", "Geometry"),
    ("shown", "Result_Color", "colours", "Value"),
    ("colours", "Geometry", "cover", "Geometry"),
    ("in", COVER, "covered", "Switch"),
    ("colours", "Geometry", "covered", "False"),
    ("cover", "Geometry", "covered", "True"),
    ("in", SHOW, "seen", "Switch"),
    ("in", "Geometry", "seen", "False"),
    ("covered", "Output", "seen", "True"),
    ("viewport", "Is Viewport", "which", "Switch"),
    ("seen", "Output", "which", "True"),
    ("which", "Output", "drop", "Geometry"),
    ("drop", "Geometry", "out", "Socket_0"),
]
# From a summed vector, rest space, metres, to millimetres in the world, on skin alone.
MEASURE = {
    "world": ("FunctionNodeTransformDirection", {}),
    "length": ("ShaderNodeVectorMath", {"operation": "LENGTH"}),
    "on skin": ("ShaderNodeMath", {"operation": "MULTIPLY"}),
    "mm": ("ShaderNodeMath", {"operation": "MULTIPLY"}),
}

HEAT_MATERIAL = {
    "colour": ("ShaderNodeAttribute", {"attribute_name": COLOUR}),
    "surface": ("ShaderNodeNewGeometry", {}),
    "seen": ("ShaderNodeVectorTransform", {"vector_type": "NORMAL", "convert_from": "WORLD", "convert_to": "CAMERA"}),
    "lamp": ("ShaderNodeVectorMath", {"operation": "DOT_PRODUCT"}),
    "form": ("ShaderNodeMath", {"operation": "MULTIPLY_ADD", "use_clamp": True}),
    "glow": ("ShaderNodeEmission", {}),
    "output": ("ShaderNodeOutputMaterial", {}),
}
HEAT_MATERIAL_LINKS = [
    ("colour", "Color", "glow", "Color"),
    ("surface", "Normal", "seen", "Vector"),
    ("seen", "Vector", "lamp", "Vector"),
    ("lamp", "Value", "form", "Value"),
    ("form", "Value", "glow", "Strength"),
    ("glow", "Emission", "output", "Surface"),
]


def heat_group():
    """Return the file's node group of the heat overlay, made when it is not there."""
    return next(filter(is_heat_group, bpy.data.node_groups), None) or _new_group()


def is_heat_group(group):
    """Tell whether a node group is the heat overlay's, of this version, and not linked from another file."""
    return group.get(GROUP) == GROUP_VERSION and group.library is None


def modifiers_with(obj, mark):
    """Yield an object's Geometry Nodes modifiers whose node group has an ID property of this name."""
    return (modifier for modifier in obj.modifiers
            if modifier.type == "NODES" and modifier.node_group is not None and mark in modifier.node_group)


def remove_unused(group):
    """Remove the node group and its material when nothing uses them any more."""
    material = next((node.inputs["Material"].default_value for node in group.nodes if node.bl_idname == "GeometryNodeSetMaterial"), None)
    if group.users == 0:
        bpy.data.node_groups.remove(group)
        if material is not None and material.users == 0:
            bpy.data.materials.remove(material)


def identifiers(group):
    """Return {name of an input: its identifier} of a node group."""
    return {item.name: item.identifier for item in group.interface.items_tree if getattr(item, "in_out", "") == "INPUT"}


def _new_group():
    group = bpy.data.node_groups.new(NAME, "GeometryNodeTree")
    group.is_modifier = True
    group[GROUP] = GROUP_VERSION
    _add_sockets(group.interface)
    inputs = identifiers(group)
    nodes, links = _table(inputs)
    made = grow(group, nodes, links)
    arrange(made, links)
    _link_menu(group, made, inputs)
    _set_values(made, _heat_material())
    # The default of a menu is known only after its items are.
    next(item for item in group.interface.items_tree if item.name == TERM).default_value = ALL
    return group


def _add_sockets(interface):
    interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    interface.new_socket("Geometry", in_out="INPUT", socket_type="NodeSocketGeometry")
    show = interface.new_socket(SHOW, in_out="INPUT", socket_type="NodeSocketBool", description="Show heat in the viewport")
    show.default_value = True
    interface.new_socket(TERM, in_out="INPUT", socket_type="NodeSocketMenu", description="Which terms of PSPI are shown")
    most = interface.new_socket(MAXIMUM, in_out="INPUT", socket_type="NodeSocketFloat", description="Millimetres at the end of the scale")
    most.default_value, most.min_value, most.max_value = MAXIMUM_MM, 0.1, 1000.0
    cover = interface.new_socket(COVER, in_out="INPUT", socket_type="NodeSocketBool",
                                 description="In the viewport, show heat in place of materials; never in a render")
    cover.default_value = True
    panel = interface.new_panel("Weights", default_closed=True, description="Set by drivers from the action units")
    for row in heat_rows():
        interface.new_socket(row.key, in_out="INPUT", socket_type="NodeSocketFloat", parent=panel)


def _table(inputs):
    """Return nodes and links of the group, as `nodes.grow` takes them; `inputs` as `identifiers` gives them."""
    nodes, links = dict(NODES), list(LINKS)
    for term, end in _add_sums(nodes, links).items():
        _add_measure(nodes, links, term, end)
    last = "total"
    for term in TERMS:
        nodes[f"store {term}"] = STORE
        links += [(last, "Geometry", f"store {term}", "Geometry"), (f"mm {term}", "Value", f"store {term}", "Value")]
        last = f"store {term}"
    links.append((last, "Geometry", "which", "False"))
    return nodes, [(source, inputs[name] if source == "in" else name, *target) for source, name, *target in links]


def _add_sums(nodes, links):
    """Add up weight times vector by term, then all of it; return {term, "" for all: the node that holds the sum}."""
    ends = {}
    for row in heat_rows():
        term, add = term_of(row), f"w {row.key}"
        nodes |= {f"d {row.key}": ("GeometryNodeInputNamedAttribute", {"data_type": "FLOAT_VECTOR"}),
                  add: ("ShaderNodeVectorMath", {"operation": "MULTIPLY_ADD"})}
        links += [(f"d {row.key}", "Attribute", add, "Vector"), ("in", row.key, add, "Vector_001")]
        if term in ends:
            links.append((ends[term], "Vector", add, "Vector_002"))
        ends[term] = add
    for term in TERMS:
        nodes[f"with {term}"] = ("ShaderNodeVectorMath", {"operation": "ADD"})
        links += [(ends[""], "Vector", f"with {term}", "Vector"), (ends[term], "Vector", f"with {term}", "Vector_001")]
        ends[""] = f"with {term}"
    return ends


def _add_measure(nodes, links, term, end):
    """Add the nodes of MEASURE for one sum."""
    world, length, skin, mm = names = [f"{name} {term}".strip() for name in MEASURE]
    nodes |= dict(zip(names, MEASURE.values(), strict=True))
    links += [(end, "Vector", world, "Direction"), ("object", "Transform", world, "Transform"), (world, "Direction", length, "Vector"),
              (length, "Value", skin, "Value"), ("skin", "Attribute", skin, "Value_001"), (skin, "Value", mm, "Value")]


def _link_menu(group, made, inputs):
    """Give the menu its items and link them: the sockets are there only when the items are."""
    items = made["chosen"].enum_items
    items[0].name, items[1].name = MENU[:2]              # renamed, not cleared: items keep the numbers 0, 1, 2 ...
    for name in MENU[2:]:
        items.new(name)
    sources = [made["stored"].outputs["Attribute"], *(made[f"mm {term}"].outputs["Value"] for term in TERMS)]
    for place, source in enumerate(sources):
        group.links.new(source, socket(made["chosen"].inputs, f"Item_{place}"))
    group.links.new(socket(made["in"].outputs, inputs[TERM]), made["chosen"].inputs["Menu"])


def _set_values(made, material):
    """Set what the links leave open."""
    names = {"skin": SKIN, "plain": PLAIN, "stored": HEAT, "total": HEAT, "colours": COLOUR, "drop": f"{VECTOR}*",
             **{f"d {row.key}": VECTOR + row.key for row in heat_rows()}, **{f"store {term}": f"{HEAT}_{term}" for term in TERMS}}
    for node, name in names.items():
        set_input(made[node], "Name", name)
    for node in made.values():
        if node.name.startswith("mm"):
            set_input(node, "Value_001", 1000.0)
    version.match_wildcard(made["drop"])
    set_input(made["cover"], "Material", material)
    set_input(made["other"], "A_Color", linear(heat_colours.rgb(heat_colours.OTHER)))
    _set_ramp(made["ramp"].color_ramp)


def _set_ramp(ramp):
    shares = np.linspace(0, 1, STOPS)
    while len(ramp.elements) < STOPS:
        ramp.elements.new(1.0)
    for element, share, colour in zip(ramp.elements, shares, heat_colours.overlay_rgb(shares), strict=True):
        element.position, element.color = share, linear(colour)


def arrange(made, links):
    """Lay the nodes out in columns, each right of what it takes from, for whoever opens the group."""
    column = dict.fromkeys(made, 0)
    for _ in made:
        for source, _, target, _ in links:
            column[target] = max(column[target], column[source] + 1)
    for place in set(column.values()):
        for row, name in enumerate(name for name in made if column[name] == place):
            made[name].label, made[name].location = name, (200 * place, -180 * row)


def _heat_material():
    """Make the material that shows heat as it is, whatever the light."""
    material = bpy.data.materials.new(NAME)
    material[GROUP] = GROUP_VERSION
    made = grow(version.use_nodes(material), HEAT_MATERIAL, HEAT_MATERIAL_LINKS)
    right, up, near = LAMP
    set_input(made["lamp"], "Vector_001", (right, up, -near))                 # a shader's camera looks along +Z
    set_input(made["form"], "Value_001", LIT)
    set_input(made["form"], "Value_002", SHADE)
    return material


def linear(rgb255):
    """Return the linear RGBA of a display colour in 0..255."""
    return (*Color(np.asarray(rgb255, float) / 255).from_srgb_to_scene_linear(), 1.0)
