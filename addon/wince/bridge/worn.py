"""What a face wears, as objects: made when it is first worn, refilled when it changes, so that memory does not grow."""

import bpy
import numpy as np
from mathutils import Matrix

from ..core.worn.piece import HEAD
from . import follow, mesh
from .face import PART


def wear(face, kind, piece, materials):
    """Make a face wear a piece, or take one off.

    face       RiggedFace
    kind       one of core.worn.piece.KINDS
    piece      core.worn.piece.Piece, or None for nothing
    materials  {name: bpy material} for a new object's slots
    """
    obj = face.worn.get(kind)
    if piece is None:
        return _take_off(face, kind, obj) if obj else None
    if obj is None:
        obj = face.worn[kind] = _new(face, kind)
    _fill(obj.data, piece)
    _dress(obj.data, [materials[name] for name in piece.materials])
    _hang(obj, face, piece)
    return obj


def _new(face, kind):
    name = f"{face.mesh_object.name} {kind.replace('_', ' ').title()}"
    obj = bpy.data.objects.new(name, bpy.data.meshes.new(name))
    for collection in face.mesh_object.users_collection:
        collection.objects.link(obj)
    obj[PART] = kind
    obj.lock_location = obj.lock_rotation = obj.lock_scale = (True,) * 3
    return obj


def _fill(data, piece):
    """Write a piece into a mesh: positions alone where the rest is the same."""
    if len(data.vertices) != len(piece.points) or len(data.polygons) != len(piece.faces):
        uv = np.zeros((len(piece.points), 2)) if piece.uv is None else piece.uv
        mesh.fill(data, piece.points, piece.faces, uv, piece.faces, piece.slots)
        data.polygons.foreach_set("use_smooth", np.full(len(piece.faces), piece.smooth))
    else:
        mesh.set_positions(data, piece.points)
    for name, values in piece.values.items():
        (mesh.set_attribute if values.ndim == 1 else mesh.set_vectors)(data, name, values)
    if piece.binding is not None:
        follow.write(data, piece.binding)
    data.update()
    data.update_tag()


def _dress(data, materials):
    """Give a mesh its materials; an artist's own in the same slot stays."""
    while len(data.materials) > len(materials):
        data.materials.pop(index=-1)
    for material in materials[len(data.materials):]:
        data.materials.append(material)


def _hang(obj, face, piece):
    """Parent an object to the head's bone, or to the rig with each vertex following the skin."""
    obj.parent = face.armature
    if piece.follows == HEAD:
        head = face.armature.data.bones["head"]
        obj.parent_type, obj.parent_bone = "BONE", "head"
        obj.matrix_parent_inverse = (head.matrix_local @ Matrix.Translation((0, head.length, 0))).inverted()
        follow.remove(obj)
    else:
        obj.parent_type, obj.matrix_parent_inverse = "OBJECT", Matrix()
        follow.add(obj, face.mesh_object)


def _take_off(face, kind, obj):
    del face.worn[kind]
    data, materials = obj.data, [material for material in obj.data.materials if material is not None]
    bpy.data.objects.remove(obj)
    if not data.users:
        bpy.data.meshes.remove(data)
        bpy.data.batch_remove([material for material in dict.fromkeys(materials) if not material.users])
