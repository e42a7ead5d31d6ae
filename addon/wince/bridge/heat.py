"""The live heat overlay: a Geometry Nodes modifier that needs no Python to follow the sliders.

A face that has it has a modifier with our node group on its mesh and its eyes. Drivers give that the weights, point attributes of
the mesh the vectors. Hidden or not, it writes the label attributes in a render.
"""

import numpy as np

from ..core import heat_colours
from ..core.errors import WinceError
from ..core.heatmap import heat_rows, term_of
from ..core.pack import EYE_PART_NAMES
from . import armature, drivers, geometry_nodes, mesh, version
from .geometry_nodes import ALL, COLOUR, COVER, GROUP, GROUP_VERSION, MAXIMUM, MENU, PLAIN, SHOW, SKIN, TERM, VECTOR

BEFORE = "wince_colour_before"   # ID property of a mesh: the active colour that it had before the overlay


def refresh(face):
    """Give the overlay the vectors of the face's present shape keys (a muted one moves nothing); does nothing where there is no overlay."""
    modifier = modifier_of(face.mesh_object)
    if modifier is not None:
        _write_vectors(face.mesh_object.data)
        _drive(face, modifier)


def modifier_of(obj):
    """Return an object's modifier of the overlay, None without."""
    return next(geometry_nodes.modifiers_with(obj, GROUP), None)


def is_shown(face):
    """Tell whether a face shows its heat in the viewport."""
    modifier = modifier_of(face.mesh_object)
    return modifier is not None and modifier.show_viewport and _get(modifier, SHOW)


def show(face):
    """Show a face's heat; adds the overlay where there is none.

    raises   WinceError when the face is linked from another file
    """
    _refuse_linked(face)
    group = geometry_nodes.heat_group()
    for obj in (face.mesh_object, *face.eyes.values()):
        modifier = modifier_of(obj) or _add_modifier(obj, group)
        if modifier.node_group[GROUP] != GROUP_VERSION:
            modifier.node_group = group
        modifier.show_viewport = modifier.show_render = True
        _set(obj, modifier, SHOW, True)
        _wear_colour(obj.data)
    for eye in face.eyes.values():
        _lighten(eye.data)
    refresh(face)


def hide(face):
    """Show a face's heat no more; its settings stay, and renders still write the labels. Raises as `show` does."""
    _refuse_linked(face)
    for obj in (face.mesh_object, *face.eyes.values()):
        if (modifier := modifier_of(obj)) is not None:
            _set(obj, modifier, SHOW, False)
            _shed_colour(obj.data)


def remove(face):
    """Take the overlay off a face: modifiers, drivers, vectors, and the node group when no other face uses it."""
    hide(face)
    groups = set()
    for obj in (face.mesh_object, *face.eyes.values()):
        if (modifier := modifier_of(obj)) is not None:
            groups.add(modifier.node_group)
            _undrive(obj, modifier)
            obj.modifiers.remove(modifier)
    data = face.mesh_object.data
    for name in [attribute.name for attribute in data.attributes if attribute.name.startswith(VECTOR)]:
        data.attributes.remove(data.attributes[name])
    for eye in face.eyes.values():
        if PLAIN in eye.data.attributes:
            eye.data.attributes.remove(eye.data.attributes[PLAIN])
    for group in groups:
        geometry_nodes.remove_unused(group)


def settings(face):
    """Return (term, maximum mm, whether materials are covered) of a face's overlay; what it would begin with where there is none."""
    modifier = modifier_of(face.mesh_object)
    if modifier is None:
        return ALL, geometry_nodes.MAXIMUM_MM, True
    return tuple(_get(modifier, name) for name in (TERM, MAXIMUM, COVER))


def set_setting(face, name, value):
    """Set TERM, MAXIMUM or COVER of a face's overlay, on its eyes too; does nothing where there is none."""
    for obj in (face.mesh_object, *face.eyes.values()):
        if (modifier := modifier_of(obj)) is not None:
            _set(obj, modifier, name, value)


def peak(face):
    """Return the most that the chosen term moves any skin now, millimetres in the world; 0 where there is no overlay."""
    if modifier_of(face.mesh_object) is None:
        return 0.0
    chosen, data = settings(face)[0], face.mesh_object.data
    bone = face.armature.pose.bones[armature.AU_BONE]
    rows = [row for row in heat_rows() if chosen in (ALL, term_of(row).capitalize())]
    moved = sum(row.weight(bone) * mesh.get_vectors(data, VECTOR + row.key) for row in rows)
    world = np.array(face.mesh_object.matrix_world)[:3, :3]
    return float((np.linalg.norm(moved @ world.T, axis=1) * mesh.get_attribute(data, SKIN)).max() * 1000)


def fit(face):
    """Set the maximum of the scale to hold the present peak, and return it, millimetres."""
    refresh(face)
    maximum = heat_colours.round_up(peak(face))
    set_setting(face, MAXIMUM, maximum)
    return maximum


def _refuse_linked(face):
    if (library := face.mesh_object.data.library) is not None:
        raise WinceError(f"{face.mesh_object.name} is linked from {library.filepath}: show or hide its heat there, or make it local")


def _get(modifier, name):
    identifier = geometry_nodes.identifiers(modifier.node_group)[name]
    return version.get_input(modifier, identifier, MENU if name == TERM else ())


def _set(obj, modifier, name, value):
    identifier = geometry_nodes.identifiers(modifier.node_group)[name]
    version.set_modifier_input(modifier, identifier, value, MENU if name == TERM else ())
    obj.update_tag()


def _add_modifier(obj, group):
    modifier = obj.modifiers.new(geometry_nodes.NAME, "NODES")
    modifier.node_group = group
    modifier.show_expanded = False
    # Before subdivision it has a quarter of the points to do; the armature stays first, so that Edit Mode shows the turned head.
    first = next((place for place, other in enumerate(obj.modifiers) if other.type == "SUBSURF"), None)
    if first is not None:
        obj.modifiers.move(len(obj.modifiers) - 1, first)
    return modifier


def _write_vectors(data):
    blocks = data.shape_keys.key_blocks
    for row in heat_rows():
        block = blocks.get(row.key)
        moved = 0 if block is None or block.mute else mesh.get_key(block) - mesh.get_key(block.relative_key)
        mesh.set_vectors(data, VECTOR + row.key, np.broadcast_to(moved, (len(data.vertices), 3)))
    data.update_tag()


def _drive(face, modifier):
    """Drive the weights by the face's AUs, anew where they are not: for a copied face, or a file that came back from a newer Blender."""
    obj, inputs = face.mesh_object, geometry_nodes.identifiers(modifier.node_group)
    have = {curve.data_path: curve for curve in obj.animation_data.drivers} if obj.animation_data else {}
    wanted = {version.input_path(modifier, inputs[row.key]): row for row in heat_rows()}
    for path, row in wanted.items():
        curve = have.get(path)
        if curve is None or any(variable.targets[0].id != face.armature for variable in curve.driver.variables):
            obj.driver_remove(path)
            drivers.shape_curve(drivers.add(obj, path, -1, face.armature, armature.AU_BONE, row.inputs, row.expression), row.linear)
    for path in have.keys() - wanted.keys():
        if not _resolves(obj, path):
            obj.animation_data.drivers.remove(have[path])


def _resolves(obj, path):
    """Tell whether a driver's path leads anywhere in this Blender."""
    try:
        obj.path_resolve(path)
    except ValueError:
        return False
    return True


def _undrive(obj, modifier):
    for identifier in geometry_nodes.identifiers(modifier.node_group).values():
        obj.driver_remove(version.input_path(modifier, identifier))


def _wear_colour(data):
    """Make heat the mesh's active colour, which Solid shading shows; Blender keeps a name that only the modifier makes."""
    if data.attributes.active_color_name != COLOUR:
        data[BEFORE] = data.attributes.active_color_name
        data.attributes.active_color_name = COLOUR


def _lighten(data):
    """Give an eyeball the colours that it has beside heat, part by part."""
    part = np.empty(len(data.polygons), np.int32)
    data.polygons.foreach_get("material_index", part)
    shades = np.array([geometry_nodes.linear(heat_colours.rgb(heat_colours.EYES[name]))[:3] for name in EYE_PART_NAMES])
    mesh.set_colour(data, PLAIN, shades[np.clip(part, 0, len(shades) - 1)], "FACE")


def _shed_colour(data):
    if BEFORE in data:
        data.attributes.active_color_name = data[BEFORE]
        del data[BEFORE]
