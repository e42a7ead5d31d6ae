"""How worn things follow the skin: Geometry Nodes that do what `core.worn.binding.place` does, from the posed face's mesh.

One node group per file, for everything that follows a face. It reads the binding from point attributes and the face's evaluated mesh,
whose first vertices are the pack's own at every level of subdivision, and it needs no Python. In a render it also takes the skin's
labels along, so that brows and beards carry the heat and the coverage of the skin that they grow from.
"""

import bpy
import numpy as np

from ..core.heatmap import TERMS
from ..core.worn.binding import Binding
from . import mesh, version
from .geometry_nodes import HEAT, SKIN, arrange, identifiers, modifiers_with
from .nodes import grow, set_input

GROUP, GROUP_VERSION = "wince_follow_group", 1        # ID property of our node group: the version of what it holds
NAME, FACE = "Wince Follow", "Face"                   # of group and modifier; its input
CORNERS = ("wince_corner_a", "wince_corner_b", "wince_corner_c")
LOCAL = "wince_local"                                 # see core.worn.binding.Binding
NORMAL = "wince_normal"                               # written: the skin's normal below each point
LABELS = (HEAT, *(f"{HEAT}_{term}" for term in TERMS), SKIN)

VECTORS = {"data_type": "FLOAT_VECTOR", "domain": "POINT"}
NODES = {
    "in": ("NodeGroupInput", {}),
    "face": ("GeometryNodeObjectInfo", {"transform_space": "RELATIVE"}),
    "count": ("GeometryNodeAttributeDomainSize", {"component": "MESH"}),
    "position": ("GeometryNodeInputPosition", {}),
    **{f"corner {c}": ("GeometryNodeInputNamedAttribute", {"data_type": "INT"}) for c in "abc"},
    **{c: ("GeometryNodeSampleIndex", VECTORS) for c in "abc"},
    "local": ("GeometryNodeInputNamedAttribute", {"data_type": "FLOAT_VECTOR"}),
    "parts": ("ShaderNodeSeparateXYZ", {}),
    "ab": ("ShaderNodeVectorMath", {"operation": "SUBTRACT"}),
    "ac": ("ShaderNodeVectorMath", {"operation": "SUBTRACT"}),
    "x": ("ShaderNodeVectorMath", {"operation": "NORMALIZE"}),
    "across": ("ShaderNodeVectorMath", {"operation": "CROSS_PRODUCT"}),
    "z": ("ShaderNodeVectorMath", {"operation": "NORMALIZE"}),
    "y": ("ShaderNodeVectorMath", {"operation": "CROSS_PRODUCT"}),
    "along x": ("ShaderNodeVectorMath", {"operation": "MULTIPLY_ADD"}),
    "along y": ("ShaderNodeVectorMath", {"operation": "MULTIPLY_ADD"}),
    "along z": ("ShaderNodeVectorMath", {"operation": "MULTIPLY_ADD"}),
    "move": ("GeometryNodeSetPosition", {}),
    "normal": ("GeometryNodeStoreNamedAttribute", VECTORS),
    "viewport": ("GeometryNodeIsViewport", {}),
    "which": ("GeometryNodeSwitch", {"input_type": "GEOMETRY"}),
    "there": ("GeometryNodeSwitch", {"input_type": "GEOMETRY"}),
    "out": ("NodeGroupOutput", {}),
}
LINKS = [
    ("face", "Geometry", "count", "Geometry"),
    *((f"corner {c}", "Attribute", c, "Index") for c in "abc"),
    *(("face", "Geometry", c, "Geometry") for c in "abc"),
    *(("position", "Position", c, "Value") for c in "abc"),
    ("b", "Value", "ab", "Vector"),
    ("a", "Value", "ab", "Vector_001"),
    ("c", "Value", "ac", "Vector"),
    ("a", "Value", "ac", "Vector_001"),
    ("ab", "Vector", "x", "Vector"),
    ("ab", "Vector", "across", "Vector"),
    ("ac", "Vector", "across", "Vector_001"),
    ("across", "Vector", "z", "Vector"),
    ("z", "Vector", "y", "Vector"),
    ("x", "Vector", "y", "Vector_001"),
    ("local", "Attribute", "parts", "Vector"),
    *((axis, "Vector", f"along {axis}", "Vector") for axis in "xyz"),
    *(("parts", axis.upper(), f"along {axis}", "Vector_001") for axis in "xyz"),
    ("a", "Value", "along x", "Vector_002"),
    ("along x", "Vector", "along y", "Vector_002"),
    ("along y", "Vector", "along z", "Vector_002"),
    ("in", "Socket_1", "move", "Geometry"),
    ("along z", "Vector", "move", "Position"),
    ("move", "Geometry", "normal", "Geometry"),
    ("z", "Vector", "normal", "Value"),
    ("viewport", "Is Viewport", "which", "Switch"),
    ("normal", "Geometry", "which", "True"),
    ("count", "Point Count", "there", "Switch"),
    ("in", "Socket_1", "there", "False"),
    ("which", "Output", "there", "True"),
    ("there", "Output", "out", "Socket_0"),
    ("in", "Socket_2", "face", "Object"),
]
SAMPLE = ("GeometryNodeSampleIndex", {"data_type": "FLOAT", "domain": "POINT"})


class Target:
    """The face that a follow modifier reads, as a struct with a pointer, like a modifier that has an `object`."""

    def __init__(self, modifier):
        self._modifier, self._input = modifier, identifiers(modifier.node_group)[FACE]

    @property
    def object(self):
        """The mesh object of the face, or None."""
        return version.get_input(self._modifier, self._input)

    @object.setter
    def object(self, obj):
        version.set_modifier_input(self._modifier, self._input, obj)
        self._modifier.id_data.update_tag()
        self._modifier.show_viewport = self._modifier.show_viewport          # the input is a plain property: relations do not see it change


def write(data, binding):
    """Write a Binding into a mesh's point attributes."""
    for name, corner in zip(CORNERS, binding.corners.T, strict=True):
        mesh.set_ints(data, name, corner)
    mesh.set_vectors(data, LOCAL, binding.local)


def read(data):
    """Return the Binding that a mesh has in its point attributes, None without."""
    if not all(name in data.attributes for name in (*CORNERS, LOCAL)):
        return None
    return Binding(np.stack([mesh.get_ints(data, name) for name in CORNERS], axis=1), mesh.get_vectors(data, LOCAL).astype(float))


def add(obj, face_mesh):
    """Have an object's vertices follow a face's mesh; they have a Binding."""
    modifier = modifier_of(obj) or obj.modifiers.new(NAME, "NODES")
    if not is_follow_group(modifier.node_group):
        modifier.node_group = follow_group()
    target = Target(modifier)
    if target.object != face_mesh:
        target.object = face_mesh


def remove(obj):
    """Have an object follow no skin."""
    if (modifier := modifier_of(obj)) is not None:
        obj.modifiers.remove(modifier)


def modifier_of(obj):
    """Return the modifier by which an object follows a face, None without."""
    return next(modifiers_with(obj, GROUP), None)


def targets(obj):
    """Yield the Target of every modifier by which an object follows a face."""
    return map(Target, modifiers_with(obj, GROUP))


def follow_group():
    """Return the file's node group, made when it is not there."""
    return next(filter(is_follow_group, bpy.data.node_groups), None) or _new_group()


def is_follow_group(group):
    """Tell whether a node group is ours, of this version, and not linked from another file."""
    return group is not None and group.get(GROUP) == GROUP_VERSION and group.library is None


def _new_group():
    group = bpy.data.node_groups.new(NAME, "GeometryNodeTree")
    group.is_modifier = True
    group[GROUP] = GROUP_VERSION
    sockets = group.interface
    sockets.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    sockets.new_socket("Geometry", in_out="INPUT", socket_type="NodeSocketGeometry")
    sockets.new_socket(FACE, in_out="INPUT", socket_type="NodeSocketObject", description="The face whose skin this follows")
    nodes, links = _table()
    made = grow(group, nodes, links)
    for name, attribute in _names():
        set_input(made[name], "Name", attribute)
    for label in LABELS:
        set_input(made[f"mean {label}"], "Vector_001", (1 / 3,) * 3)
    arrange(made, links)
    return group


def _names():
    """Return [(node, the attribute that it reads or writes)]."""
    own = [*zip((f"corner {c}" for c in "abc"), CORNERS, strict=True), ("local", LOCAL), ("normal", NORMAL)]
    return own + [(f"{verb} {label}", label) for label in LABELS for verb in ("read", "store")]


def _table():
    """Return nodes and links, labels included: each is the mean of the triangle's three corners."""
    nodes, links, last = dict(NODES), list(LINKS), "normal"
    for label in LABELS:
        read, join, mean, store = (f"{verb} {label}" for verb in ("read", "join", "mean", "store"))
        nodes |= {read: ("GeometryNodeInputNamedAttribute", {"data_type": "FLOAT"}), join: ("ShaderNodeCombineXYZ", {}),
                  mean: ("ShaderNodeVectorMath", {"operation": "DOT_PRODUCT"}),
                  store: ("GeometryNodeStoreNamedAttribute", {"data_type": "FLOAT", "domain": "POINT"})}
        for corner, axis in zip("abc", "XYZ", strict=True):
            sample = f"{label} {corner}"
            nodes[sample] = SAMPLE
            links += [("face", "Geometry", sample, "Geometry"), (read, "Attribute", sample, "Value"),
                      (f"corner {corner}", "Attribute", sample, "Index"), (sample, "Value", join, axis)]
        links += [(join, "Vector", mean, "Vector"), (mean, "Value", store, "Value"), (last, "Geometry", store, "Geometry")]
        last = store
    return nodes, [*links, (last, "Geometry", "which", "False")]
