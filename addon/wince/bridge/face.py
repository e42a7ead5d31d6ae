"""The rigged face in Blender: one mesh with shape keys, two eyeballs, one armature."""

from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Matrix

from ..core import rig
from ..core.facs.table import SIDES
from ..core.heatmap import TERMS
from . import armature, drivers, mesh

HEAT = "wince_heat"              # point attributes; an AOV of the same name would read zero everywhere
SKIN = "wince_skin"


@dataclass
class RiggedFace:
    """The objects of one face; all of them may be renamed, nothing is looked up by name."""

    person: object
    mesh_object: object
    armature: object
    eyes: dict                   # {"L": object, "R": object}

    @property
    def objects(self):
        """Every object of the face."""
        return [self.armature, self.mesh_object, *self.eyes.values()]

    def set_aus(self, aus):
        """Pose the face: ActionUnits into the rig's properties."""
        armature.set_aus(self.armature, aus)

    def aus(self):
        """Return the face's present ActionUnits."""
        return armature.get_aus(self.armature)

    def set_person(self, person):
        """Make it another person of the same pack; AU values, materials and everything else stay."""
        self.person = person
        _write_person(self.mesh_object.data, person)
        for side, obj in self.eyes.items():
            _place_eye(obj, person.eyes[side])

    def set_heat(self, heat):
        """Write a Heat into the mesh's point attributes: wince_heat, and wince_heat_brow, _orbit, _levator, _eyes (mm)."""
        mesh.set_attribute(self.mesh_object.data, HEAT, heat.total)
        for name, values in zip(TERMS, heat.terms, strict=True):
            mesh.set_attribute(self.mesh_object.data, f"{HEAT}_{name}", values)

    def remove(self):
        """Delete the face and every datablock that it brought."""
        data = [obj.data for obj in (self.mesh_object, *self.eyes.values())] + [self.armature.data]
        for obj in self.objects:
            bpy.data.objects.remove(obj)
        bpy.data.batch_remove(list(dict.fromkeys(data)))


def build(person, collection=None, name="Face", subdivision=1):
    """Build a person's rig in the open file; must run in Object Mode.

    person       Person
    collection   where to put it; the scene's own by default
    subdivision  levels of Catmull-Clark, viewport and render
    returns      RiggedFace, neutral, heat zero, material slots empty (one per part, in the order of PART_NAMES)
    """
    collection = collection or bpy.context.scene.collection
    pack = person.pack
    bones = armature.new(f"{name} Rig", pack.joints, collection)
    data = mesh.new(name, person.base, pack.faces, pack.uv, pack.uv_faces, pack.part)
    skin = bpy.data.objects.new(name, data)
    collection.objects.link(skin)
    skin.parent = bones
    _add_keys(skin, person, bones)
    _add_weights(skin, pack)
    _add_modifiers(skin, bones, subdivision)
    mesh.set_attribute(data, SKIN, pack.exterior)
    eyes = {side: _add_eye(f"{name} Eye.{side}", person, side, bones, collection) for side in SIDES}
    face = RiggedFace(person, skin, bones, eyes)
    for attribute in (HEAT, *(f"{HEAT}_{term}" for term in TERMS)):
        mesh.set_attribute(data, attribute, np.zeros(len(person.base)))
    return face


def _add_keys(obj, person, bones):
    obj.shape_key_add(name="Basis", from_mix=False)
    for row in rig.ROWS:
        block = obj.shape_key_add(name=row.key, from_mix=False)
        curve = drivers.add(block, "value", -1, bones, armature.AU_BONE, row.inputs, row.expression)
        drivers.shape_curve(curve, row.linear)
    _write_person(obj.data, person)


def _write_person(data, person):
    mesh.set_positions(data, person.base)
    blocks = data.shape_keys.key_blocks
    mesh.set_key(blocks[0], person.base)
    for row in rig.ROWS:
        mesh.set_key(blocks[row.key], person.base + person.key_dense(row.key))
    data.update()
    data.update_tag()


def _add_weights(obj, pack):
    # Blender scales each vertex's weights to a sum of 1, so what does not follow neck or head has to follow something still.
    held = pack.head_weight.astype(np.float64)
    for bone, weights in {"root": 1 - held.sum(axis=1), "neck": held[:, 0], "head": held[:, 1]}.items():
        group = obj.vertex_groups.new(name=bone)
        for vertex in np.flatnonzero(weights > 1e-6):
            group.add([int(vertex)], float(weights[vertex]), "REPLACE")


def _add_modifiers(obj, bones, subdivision):
    skin = obj.modifiers.new("Armature", "ARMATURE")
    skin.object = bones
    smooth = obj.modifiers.new("Subdivision", "SUBSURF")
    smooth.levels = smooth.render_levels = subdivision
    smooth.uv_smooth = "NONE"                    # straight in the atlas: a point's UV says which point of the pack it is


def _add_eye(name, person, side, bones, collection):
    pack = person.pack
    data = mesh.new(name, pack.eye_vertices, pack.eye_faces, pack.eye_uv, pack.eye_faces, pack.eye_part)
    obj = bpy.data.objects.new(name, data)
    collection.objects.link(obj)
    obj.parent, obj.parent_type, obj.parent_bone = bones, "BONE", "head"
    head = bones.data.bones["head"]
    # Blender hangs children on a bone's tail; undone here, an eye's location is its centre in the face's own space.
    obj.matrix_parent_inverse = (head.matrix_local @ Matrix.Translation((0, head.length, 0))).inverted()
    turn = obj.constraints.new("COPY_ROTATION")
    turn.target, turn.subtarget = bones, f"eye.{side}"
    _place_eye(obj, person.eyes[side])
    return obj


def _place_eye(obj, eye):
    obj.location = eye.centre
    obj.scale = (eye.radius,) * 3
