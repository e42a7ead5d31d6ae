"""Where the handles of `core.facs.handles` are on a posed face, and its own frame, in which pulls are measured."""

from dataclasses import dataclass
from functools import lru_cache

import bpy
import numpy as np
from mathutils import Vector

from ..core import identity
from ..core.facs.handles import HANDLES
from . import people
from .face import IDENTITY

LIFT = 0.003                              # in front of the skin, metres in the face's own space
AROUND = 0.015                            # metres: a handle looks where the skin around it looks


@dataclass(frozen=True)
class Place:
    """Where a handle is in world space: a point, the direction that it looks in, and how long a millimetre of the face is there."""

    point: Vector
    outward: Vector
    millimetre: float


def anchors(face):
    """Return {handle: (vertex, direction (3,) that it looks in on the average face)}.

    raises   WinceError when the face's pack is not here
    """
    return _anchors(_pack_of(face.armature[IDENTITY]))


def frame(face, depsgraph):
    """Return the (4, 4) Matrix from the face's own space, as its head is turned, to the world; a scaled face has it scaled."""
    rig = face.armature.evaluated_get(depsgraph)
    head = rig.pose.bones["head"]
    return rig.matrix_world @ head.matrix @ head.bone.matrix_local.inverted()


def places(face, depsgraph):
    """Return {handle: Place} on the face as Blender evaluates it; reads a few vertices only, none where the mesh has too few.

    raises   WinceError when the face's pack is not here
    """
    skin, own = face.mesh_object.evaluated_get(depsgraph), frame(face, depsgraph)
    vertices, turn = skin.data.vertices, own.to_3x3()
    found = {}
    for name, (vertex, outward) in anchors(face).items():
        if vertex < len(vertices):
            look = turn @ outward
            found[name] = Place(skin.matrix_world @ vertices[vertex].co + LIFT * look, look.normalized(), look.length / 1000)
    return found


def place(face, name):
    """Return the Place of one handle in the present scene, for scripts and tests.

    raises   WinceError when the face's pack is not here
    """
    return places(face, bpy.context.evaluated_depsgraph_get())[name]


def millimetres(handle, own, way):
    """Return a way through the world as the (out, up) of a handle, (2,) millimetres in the face's own space.

    own   the face's `frame` Matrix
    way   Vector
    """
    across, _, up = 1000 * (own.to_3x3().inverted() @ way)
    return np.array([-across if handle.side == "R" else across, up])


def way(handle, own, at):
    """Return the way through the world of an (out, up) in millimetres, Vector: the inverse of `millimetres`."""
    across = -at[0] if handle.side == "R" else at[0]
    return own.to_3x3() @ Vector((across, 0, at[1])) / 1000


@lru_cache(maxsize=64)
def _pack_of(text):
    return people.model_for(identity.from_json(text).pack_hash).pack


@lru_cache(maxsize=2)
def _anchors(pack):
    base = pack.base.astype(np.float64)
    marks = np.einsum("nk,nkc->nc", pack.landmark_weights, base[pack.faces[pack.landmark_faces]])
    skin = np.flatnonzero(pack.exterior)
    corners = base[pack.faces[pack.exterior[pack.faces].all(axis=1)]]
    across = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])       # along the normal, as long as the area
    found = {}
    for name, handle in HANDLES.items():
        wanted = marks[list(handle.landmarks)].mean(axis=0)
        vertex = int(skin[np.argmin(np.linalg.norm(base[skin] - wanted, axis=1))])
        near = np.linalg.norm(corners.mean(axis=1) - base[vertex], axis=1) < AROUND
        found[name] = vertex, Vector(across[near].sum(axis=0)).normalized()
    return found
