"""Wrinkles that follow the action: Geometry Nodes that do what `core.wrinkles.fold` does, on the face's mesh before subdivision.

One node group per file, for all faces; no inputs: what a person brings lies in point attributes. It measures the posed skin against
`rest_position`, which Blender keeps from before the shape keys, and writes FOLD; where the modifier is hidden, the lines at rest show.
The picture of the creases is one image per file and pack, packed.
"""

import bpy

from ..core import wrinkles
from ..core.heatmap import TERMS
from . import mesh, pictures, version
from .geometry_nodes import HEAT, arrange, modifiers_with
from .nodes import grow, set_input

GROUP, GROUP_VERSION = "wince_wrinkle_group", 4       # ID property of our node group: the version of what it holds
PICTURE = "wince_creases"                             # ID property of the image: the hash of the pack that it is of
NAME = "Wince Wrinkles"
FOLD = "wince_fold"              # point attributes, vectors by the picture's channels: lines at rest; after the nodes the folds too
READY = "wince_crease_depth"     # how deep skin folds where it is fully compressed
CREASES = ("wince_crease_lying", "wince_crease_upright")                  # directions, see core.wrinkles
REACH = "wince_crease_reach"
TIGHT = "wince_crease_tight"      # negative, so that one node multiplies and takes SLACK off
DROPPED = "wince_crease_*"       # subdivision would carry them along
LABELS = ("wince_region", "wince_scalp", "wince_beard", HEAT, *(f"{HEAT}_{term}" for term in TERMS))      # shown in renders alone

ATTRIBUTE = ("GeometryNodeInputNamedAttribute", {"data_type": "FLOAT_VECTOR"})
AT = ("GeometryNodeFieldAtIndex", {"data_type": "FLOAT_VECTOR", "domain": "POINT"})
ON_EDGES = ("GeometryNodeFieldOnDomain", {"data_type": "FLOAT_VECTOR", "domain": "EDGE"})
RANGE = ("ShaderNodeMapRange", {"data_type": "FLOAT_VECTOR", "clamp": True})


def _vector(operation):
    return "ShaderNodeVectorMath", {"operation": operation}


def _math(operation):
    return "ShaderNodeMath", {"operation": operation}


# Edges, posed and at rest; how much shorter they are; weighed for each channel; the mean at points; blurred; to depths.
NODES = {
    "in": ("NodeGroupInput", {}),
    "rest": ATTRIBUTE,
    "ends": ("GeometryNodeInputMeshEdgeVertices", {}),
    "rest a": AT,
    "rest b": AT,
    "arm": _vector("SUBTRACT"),
    "posed arm": _vector("SUBTRACT"),
    "length": _vector("LENGTH"),
    "posed length": _vector("LENGTH"),
    "share": _math("DIVIDE"),
    "shorter": _math("SUBTRACT"),
    "way": _vector("NORMALIZE"),
    **{name: node for k in "01" for name, node in {
        f"crease {k}": ATTRIBUTE, f"across {k}": _vector("NORMALIZE"), f"cosine {k}": _vector("DOT_PRODUCT"),
        f"square {k}": _math("MULTIPLY"), f"weight {k}": _math("MULTIPLY")}.items()},
    "weights": ("ShaderNodeCombineXYZ", {}),
    "weighed": _vector("SCALE"),
    "sum": ON_EDGES,
    "reach": ATTRIBUTE,
    "tight": ATTRIBUTE,
    "stretched": _vector("MULTIPLY_ADD"),
    "bunched": _vector("MAXIMUM"),
    "pressed": _vector("MULTIPLY_ADD"),
    "blur": ("GeometryNodeBlurAttribute", {"data_type": "FLOAT_VECTOR"}),
    "over": RANGE,
    "bent": _vector("MULTIPLY_ADD"),
    "deep": _vector("DIVIDE"),
    "relaxed": RANGE,
    "lines": ATTRIBUTE,
    "left": _vector("MULTIPLY"),
    "ready": ATTRIBUTE,
    "fold": _vector("MULTIPLY_ADD"),
    "store": ("GeometryNodeStoreNamedAttribute", {"data_type": "FLOAT_VECTOR", "domain": "POINT"}),
    "drop": ("GeometryNodeRemoveAttribute", {}),
    **{f"drop {label}": ("GeometryNodeRemoveAttribute", {}) for label in LABELS},
    "viewport": ("GeometryNodeIsViewport", {}),
    "which": ("GeometryNodeSwitch", {"input_type": "GEOMETRY"}),
    "out": ("NodeGroupOutput", {}),
}
LINKS = [
    ("ends", "Vertex Index 1", "rest a", "Index"),
    ("ends", "Vertex Index 2", "rest b", "Index"),
    *(("rest", "Attribute", f"rest {end}", "Value") for end in "ab"),
    ("rest b", "Value", "arm", "Vector"),
    ("rest a", "Value", "arm", "Vector_001"),
    ("ends", "Position 2", "posed arm", "Vector"),
    ("ends", "Position 1", "posed arm", "Vector_001"),
    ("arm", "Vector", "length", "Vector"),
    ("posed arm", "Vector", "posed length", "Vector"),
    ("posed length", "Value", "share", "Value"),
    ("length", "Value", "share", "Value_001"),
    ("share", "Value", "shorter", "Value_001"),
    ("arm", "Vector", "way", "Vector"),
    *(link for k in "01" for link in (
        (f"crease {k}", "Attribute", f"across {k}", "Vector"), (f"across {k}", "Vector", f"cosine {k}", "Vector"),
        ("way", "Vector", f"cosine {k}", "Vector_001"), (f"cosine {k}", "Value", f"square {k}", "Value"),
        (f"cosine {k}", "Value", f"square {k}", "Value_001"), (f"square {k}", "Value", f"weight {k}", "Value"),
        (f"square {k}", "Value", f"weight {k}", "Value_001"), (f"weight {k}", "Value", "weights", "XY"[int(k)]))),
    ("weights", "Vector", "weighed", "Vector"),
    ("shorter", "Value", "weighed", "Scale"),
    ("weighed", "Vector", "sum", "Value"),
    ("sum", "Value", "pressed", "Vector"),
    ("reach", "Attribute", "pressed", "Vector_001"),
    ("sum", "Value", "stretched", "Vector"),
    ("tight", "Attribute", "stretched", "Vector_001"),
    ("stretched", "Vector", "bunched", "Vector"),
    ("bunched", "Vector", "pressed", "Vector_002"),
    ("pressed", "Vector", "blur", "Value"),
    ("blur", "Value", "over", "Vector"),
    ("over", "Vector", "bent", "Vector"),
    ("over", "Vector", "deep", "Vector"),
    ("bent", "Vector", "deep", "Vector_001"),
    ("blur", "Value", "relaxed", "Vector"),
    ("lines", "Attribute", "left", "Vector"),
    ("relaxed", "Vector", "left", "Vector_001"),
    ("ready", "Attribute", "fold", "Vector"),
    ("deep", "Vector", "fold", "Vector_001"),
    ("left", "Vector", "fold", "Vector_002"),
    ("in", "Socket_1", "store", "Geometry"),
    ("rest", "Exists", "store", "Selection"),
    ("fold", "Vector", "store", "Value"),
    ("store", "Geometry", "drop", "Geometry"),
    *(("drop" if k == 0 else f"drop {LABELS[k - 1]}", "Geometry", f"drop {label}", "Geometry") for k, label in enumerate(LABELS)),
    ("viewport", "Is Viewport", "which", "Switch"),
    ("drop", "Geometry", "which", "False"),
    (f"drop {LABELS[-1]}", "Geometry", "which", "True"),
    ("which", "Output", "out", "Socket_0"),
]
OVER, EASED = wrinkles.over_most(), wrinkles.eased()
VALUES = {
    "rest": {"Name": "rest_position"}, "crease 0": {"Name": CREASES[0]}, "crease 1": {"Name": CREASES[1]}, "reach": {"Name": REACH},
    "tight": {"Name": TIGHT}, "lines": {"Name": FOLD}, "ready": {"Name": READY}, "store": {"Name": FOLD}, "drop": {"Name": DROPPED},
    **{f"drop {label}": {"Name": label} for label in LABELS},
    "shorter": {"Value": 1.0}, "weights": {"Z": 1.0}, "blur": {"Iterations": wrinkles.BLUR, "Weight": 1.0},
    "stretched": {"Vector_002": (-wrinkles.SLACK,) * 3}, "bunched": {"Vector_001": (0.0,) * 3},
    "over": {"From_Min_FLOAT3": (wrinkles.ONSET,) * 3, "From_Max_FLOAT3": (wrinkles.ONSET + OVER,) * 3,
             "To_Min_FLOAT3": (0.0,) * 3, "To_Max_FLOAT3": (OVER,) * 3},
    "bent": {"Vector_001": (EASED,) * 3, "Vector_002": (wrinkles.BEND * EASED,) * 3},
    "relaxed": {"From_Min_FLOAT3": (-1.0,) * 3, "From_Max_FLOAT3": (0.0,) * 3,
                "To_Min_FLOAT3": (1.0 - wrinkles.RELAX,) * 3, "To_Max_FLOAT3": (1.0,) * 3},
}


def wear(face):
    """Give a face wrinkles, or make them its present person's; must run in Object Mode.

    face   RiggedFace
    """
    obj, person = face.mesh_object, face.person
    data = obj.data
    mesh.set_vectors(data, FOLD, wrinkles.lines(person))
    mesh.set_vectors(data, READY, wrinkles.readiness(person))
    modifier = modifier_of(obj)
    if modifier is None or not is_wrinkle_group(modifier.node_group):
        _write_pack(data, person.pack)
    if modifier is None:
        obj.add_rest_position_attribute = True
        _add_modifier(obj)
    elif not is_wrinkle_group(modifier.node_group):
        modifier.node_group = wrinkle_group()


def take_off(face):
    """Take the wrinkles off a face; does nothing where there are none."""
    obj = face.mesh_object
    if (modifier := modifier_of(obj)) is None:
        return
    obj.modifiers.remove(modifier)
    obj.add_rest_position_attribute = False
    for name in (FOLD, READY, *CREASES, REACH, TIGHT):
        obj.data.attributes.remove(obj.data.attributes[name])


def modifier_of(obj):
    """Return an object's modifier of wrinkles, None without."""
    return next(modifiers_with(obj, GROUP), None)


def wrinkle_group():
    """Return the file's node group, made when it is not there."""
    return next(filter(is_wrinkle_group, bpy.data.node_groups), None) or _new_group()


def is_wrinkle_group(group):
    """Tell whether a node group is ours, of this version, and not linked from another file."""
    return group.get(GROUP) == GROUP_VERSION and group.library is None


def picture(pack):
    """Return the file's image of a pack's creases, made and packed when it is not there."""
    return next((image for image in bpy.data.images if _is_picture(image, pack)), None) or _new_picture(pack)


def _is_picture(image, pack):
    return image.get(PICTURE) == pack.hash and image.library is None and tuple(image.size) == pack.creases.shape[:2]


def _new_picture(pack):
    image = pictures.new(f"wince creases {pack.hash[:8]}", pack.creases, data=True)
    image[PICTURE] = pack.hash
    return image


def _write_pack(data, pack):
    for name, directions in zip(CREASES, pack.crease, strict=True):
        mesh.set_vectors(data, name, directions)
    mesh.set_vectors(data, REACH, pack.crease_reach)
    mesh.set_vectors(data, TIGHT, -pack.crease_tight)


def _add_modifier(obj):
    modifier = obj.modifiers.new(NAME, "NODES")
    modifier.node_group, modifier.show_expanded = wrinkle_group(), False
    # After the shape keys and the armature, whose turns change no length; before subdivision, which would make four times the work.
    first = next((place for place, other in enumerate(obj.modifiers) if other.type == "SUBSURF"), None)
    if first is not None:
        obj.modifiers.move(len(obj.modifiers) - 1, first)


def _new_group():
    group = bpy.data.node_groups.new(NAME, "GeometryNodeTree")
    group.is_modifier = True
    group[GROUP] = GROUP_VERSION
    group.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    group.interface.new_socket("Geometry", in_out="INPUT", socket_type="NodeSocketGeometry")
    made = grow(group, NODES, LINKS)
    version.match_wildcard(made["drop"])
    for node, values in VALUES.items():
        for identifier, value in values.items():
            set_input(made[node], identifier, value)
    arrange(made, LINKS)
    return group
