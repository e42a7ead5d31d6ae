"""Copies of faces: what is not sound about one, and a rig of its own for it.

A face is sound when its mesh is used by nothing else, its drivers, modifiers and constraints and its eyes all belong to its own
armature, and what it wears follows its own skin. Blender's own duplicates are sound when every object of the face was copied; a mesh
copied alone goes on following the rig of its elder, an Alt-D copy shares its mesh. Of two that share, the older one (by session_uid,
which survives undo) keeps.
"""

import bpy

from . import face as faces
from . import follow, gaze, heat, version
from .face import FACE, IDENTITY, PART

SHARES_RIG, SHARES_MESH, FOLLOWS_ANOTHER = "shares the rig of", "shares its mesh with", "follows the rig of"


def meshes(bones):
    """Return the face meshes on an armature object, oldest first."""
    found = [child for child in bones.children if child.get(PART) == FACE and child.type == "MESH"]
    return sorted(found, key=lambda obj: obj.session_uid)


def faults(face):
    """Return what is not sound about a face, {what: name of the other object}; a linked face has no faults that could be mended.

    face   RiggedFace of the mesh in question, which need not be the first on its rig
    """
    skin, bones, out = face.mesh_object, face.armature, {}
    if not all(block.is_editable for block in (skin, bones, skin.data)) or skin.data.override_library:
        return out
    elder = meshes(bones)[0]
    if elder != skin:
        out[SHARES_RIG] = elder.name
    if others := [obj for obj in _wearers(skin.data) if obj.session_uid < skin.session_uid]:
        out[SHARES_MESH] = others[0].name
    if strangers := [thing for struct, name, own in _bound(face) if _is_stranger(thing := getattr(struct, name), own)]:
        out[FOLLOWS_ANOTHER] = strangers[0].name
    return out


def unsound(scene):
    """Return the RiggedFaces of a scene that have faults, oldest first."""
    skins = [obj for obj in scene.objects if obj.type == "MESH" and obj.get(PART) == FACE]
    found = [faces.of(obj) for obj in sorted(skins, key=lambda obj: obj.session_uid)]
    return [face for face in found if face is not None and faults(face)]


def mend(face):
    """Make a copied face sound: its own rig, eyes, mesh and shape keys; AU values, animation, place, sculpts, materials stay as they are.

    face     RiggedFace with faults; must run in Object Mode, with the dependency graph up to date
    returns  RiggedFace
    """
    skin, bones = face.mesh_object, face.armature
    twins = _give_rig(skin, bones) if meshes(bones)[0] != skin else {}
    face = faces.of(skin)
    for thing in face.objects:
        _own_data(thing)
    for struct, name in _all_pointers(face) if twins else ():
        if getattr(struct, name) in twins:
            setattr(struct, name, twins[getattr(struct, name)])
    for struct, name, own in _bound(face):
        if _is_stranger(getattr(struct, name), own):
            setattr(struct, name, own)
    heat.refresh(face)
    gaze.refresh(face)
    return face


def part_materials(face, materials):
    """Give a face copies of those of its materials that another face wears too, so that its colours change alone."""
    own = {thing.data for thing in face.objects if thing.type == "MESH"}
    slots = [(data, place) for data in own for place, material in enumerate(data.materials) if material is not None]
    for material in materials:
        mine = [(data, place) for data, place in slots if data.materials[place] == material]
        if material.users - material.use_fake_user > len(mine) and _worn_elsewhere(material, own):
            twin = material.copy()
            for data, place in mine:
                data.materials[place] = twin


def _worn_elsewhere(material, own):
    parts = (obj.data for obj in bpy.data.objects if PART in obj and obj.type == "MESH" and obj.data not in own)
    return any(material in data.materials[:] for data in parts)


def _wearers(data):
    """Return the face meshes that use mesh data; looked up only when something else uses it at all."""
    return [obj for obj in bpy.data.objects if obj.data == data and obj.get(PART) == FACE] if data.users > 1 else []


def _give_rig(skin, old):
    """Give a copied mesh copies of the rig and of what hangs on it, and return {old object: its twin}."""
    elder = meshes(old)[0]
    bones = _twin(old, skin, f"{skin.name} Rig")
    bones.data = old.data.copy()
    twins = {old: bones, elder: skin}
    if old.animation_data and old.animation_data.action:
        version.copy_action(bones)
    if skin.matrix_world != elder.matrix_world:           # the rig goes where the copy was moved
        bones.matrix_world = skin.matrix_world @ elder.matrix_world.inverted_safe() @ old.matrix_world
    for part, extra in _parts(old, skin).items():
        twins[part] = extra or _twin(part, skin, part.name.replace(elder.name, skin.name))
        _hang(twins[part], part, bones)
    _hang(skin, elder, bones)
    return twins


def _parts(bones, skin):
    """Return {part of the elder: its copy that came along with a copied mesh, or None}: eyes, look-at target."""
    turn, kinds = meshes(bones).index(skin), {}
    for child in sorted(bones.children, key=lambda obj: obj.session_uid):
        if PART in child and child.get(PART) != FACE:
            kinds.setdefault(child[PART], []).append(child)
    return {alike[0]: alike[turn] if len(alike) > turn else None for alike in kinds.values()}


def _twin(obj, skin, name):
    """Copy an object into the collections of a copied mesh; its data is still shared."""
    twin = obj.copy()
    twin.name = name
    for collection in skin.users_collection:
        collection.objects.link(twin)
    return twin


def _hang(obj, like, bones):
    """Parent an object to another armature, at the place where its model is on its own."""
    obj.parent, obj.parent_type, obj.parent_bone = bones, like.parent_type, like.parent_bone
    obj.matrix_parent_inverse, obj.matrix_basis = like.matrix_parent_inverse, like.matrix_basis


def _own_data(thing):
    if thing.data.users > 1:
        thing.data = thing.data.copy()                    # shape keys and their drivers are copied along


def _is_stranger(thing, own):
    """Tell whether something is another face's rig, or skin, where a face has its own."""
    kinds = [IDENTITY in one or (one.get(PART) == FACE and FACE) for one in (thing, own) if isinstance(one, bpy.types.Object)]
    return thing != own and len(kinds) == 2 and kinds[0] == kinds[1] and bool(kinds[0])


def _bound(face):
    """Yield (struct, name of its pointer, what it has to be) for what binds a face to its rig; its bones may well look at another face."""
    bones = face.armature
    for owner in (face.mesh_object, face.mesh_object.data.shape_keys):
        yield from ((*pointer, bones) for pointer in _drivers(owner))
    for obj in (face.mesh_object, *face.eyes.values()):
        yield from ((*pointer, bones) for pointer in _modifiers(obj))
    for eye in face.eyes.values():
        yield from ((*pointer, bones) for pointer in _constraints(eye))
    for obj in face.worn.values():
        yield from ((*pointer, face.mesh_object) for pointer in _followed(obj))


def _all_pointers(face):
    """Yield (struct, name of its pointer) for whatever a face's drivers, modifiers and constraints read."""
    yield from _drivers(face.mesh_object.data.shape_keys)
    parts = (child for child in face.armature.children if PART in child)
    for obj in (face.armature, *parts):
        yield from _drivers(obj)
        yield from _modifiers(obj)
        yield from _followed(obj)
        yield from _constraints(obj)
    for bone in face.armature.pose.bones:
        yield from _constraints(bone)


def _drivers(owner):
    if owner is not None and owner.animation_data:
        yield from ((target, "id") for curve in owner.animation_data.drivers for one in curve.driver.variables for target in one.targets)


def _modifiers(obj):
    yield from ((modifier, "object") for modifier in obj.modifiers if hasattr(modifier, "object"))


def _followed(obj):
    yield from ((target, "object") for target in follow.targets(obj))


def _constraints(owner):
    yield from ((constraint, "target") for constraint in owner.constraints if hasattr(constraint, "target"))
