"""The rigged face in Blender: one mesh with shape keys, two eyeballs, one armature.

What belongs together is found by ID properties and parents, never by name, and needs no add-on to be kept: the armature holds
the identity's text, its children say which part of the face they are.
"""

from functools import lru_cache

import bpy
import numpy as np
from mathutils import Matrix

from ..core import rig
from ..core.errors import WinceError
from ..core.facs.table import SIDES
from ..core.heatmap import TERMS
from ..core.worn.piece import KINDS
from . import armature, drivers, mesh, people

HEAT = "wince_heat"              # point attributes; an AOV of the same name would read zero everywhere
SKIN = "wince_skin"
IDENTITY = "wince_identity"      # ID property of the armature object: the identity as JSON text
PART = "wince_part"              # ID property of the other objects: which part they are
FACE, EYES = "face", {"L": "eye.L", "R": "eye.R"}
EDITED_M = 1e-7                  # a vertex further from where its person has it was moved by an artist
JOINT_M = 1e-4                   # a bone further from the pack's joint was applied or edited


class RiggedFace:
    """The objects of one face.

    armature      object that holds AU values and identity
    mesh_object   object
    eyes          {"L": object, "R": object}; one that an artist has deleted is left out
    worn          {kind of core.worn.piece.KINDS: object}, what it wears
    """

    def __init__(self, bones, mesh_object, eyes, person=None, worn=None):
        self.armature, self.mesh_object, self.eyes, self.worn = bones, mesh_object, eyes, worn or {}
        self._person = person

    @property
    def person(self):
        """Who it is, core.face.Person; `WinceError` when the face's pack is not here."""
        if self._person is None:
            self._person = people.person(self.armature[IDENTITY])
        return self._person

    @property
    def fixed(self):
        """Why the face's shape cannot be changed now, a sentence; "" when it can."""
        obj = self.mesh_object
        if obj.mode != "OBJECT":
            return f"{obj.name} is in {obj.mode.replace('_', ' ').title()} Mode: go back to Object Mode to change who it is"
        if any(block.library or block.override_library for block in (self.armature, obj.data)):
            return f"{obj.name} is linked from another file: change who it is there, or make it local with all its data"
        if _bones_moved(self.armature):
            return (f"{self.armature.name} no longer has its bones where its face pack has the joints, so the eyes would not fit: "
                    f"undo what applied or edited them (Object > Apply)")
        return ""

    @property
    def objects(self):
        """Every object of the face."""
        return [self.armature, self.mesh_object, *self.eyes.values(), *self.worn.values()]

    def set_aus(self, aus):
        """Pose the face: ActionUnits into the rig's properties."""
        armature.set_aus(self.armature, aus)

    def aus(self):
        """Return the face's present ActionUnits."""
        return armature.get_aus(self.armature)

    def set_person(self, person, text=None):
        """Make it another person of the same pack; AU values, materials and whatever an artist sculpted or added stay.

        text     the identity's JSON text, where it is known
        raises   WinceError when an artist has changed the mesh's topology, removed all shape keys, or it cannot be changed now,
                 see `fixed`
        """
        if sentence := self.fixed:
            raise WinceError(sentence)
        check_mesh(self.mesh_object, person, "become another person")
        edits = _edits(self.mesh_object.data, self.person)
        _write_person(self.mesh_object.data, person, edits)
        for side, obj in self.eyes.items():
            _place_eye(obj, person.eyes[side])
        self._person = person
        self.armature[IDENTITY] = text or person.identity.json()

    def set_heat(self, heat):
        """Write a Heat into the mesh's point attributes: wince_heat, and wince_heat_brow, _orbit, _levator, _eyes (mm)."""
        mesh.set_attribute(self.mesh_object.data, HEAT, heat.total)
        for name, values in zip(TERMS, heat.terms, strict=True):
            mesh.set_attribute(self.mesh_object.data, f"{HEAT}_{name}", values)

    def remove(self):
        """Delete the face and every datablock that it brought; what another face uses too stays."""
        data = dict.fromkeys(obj.data for obj in self.objects)
        for obj in self.objects:
            bpy.data.objects.remove(obj)
        bpy.data.batch_remove([block for block in data if not block.users])


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
    bones[IDENTITY], skin[PART] = person.identity.json(), FACE
    for side, eye in eyes.items():
        eye[PART] = EYES[side]
    for part in (skin, *eyes.values()):
        _lock(part)
    for attribute in (HEAT, *(f"{HEAT}_{term}" for term in TERMS)):
        mesh.set_attribute(data, attribute, np.zeros(len(person.base)))
    return RiggedFace(bones, skin, eyes, person)


def of(obj):
    """Return the RiggedFace that an object is part of, or a child of; None when it is of none."""
    start = obj
    while obj is not None and not (obj.type == "ARMATURE" and IDENTITY in obj):
        obj = obj.parent
    return _gather(obj, start) if obj is not None else None


def in_scene(scene):
    """Return the faces of a scene, by the names of their armatures."""
    bones = (obj for obj in scene.objects if obj.type == "ARMATURE" and IDENTITY in obj)
    return [face for face in map(of, sorted(bones, key=lambda obj: obj.name)) if face]


def active(context):
    """Return the face that is meant: the active object's, or the only one in the scene; None when that is not clear."""
    face = of(context.active_object) if context.active_object else None
    if face is None:
        faces = in_scene(context.scene)
        face = faces[0] if len(faces) == 1 else None
    return face


def _gather(bones, start):
    """Return the face of an armature; of several meshes (an artist's copies) the one that was asked for, or the first."""
    parts = {}
    for child in sorted(bones.children, key=lambda obj: (obj != start, obj.name)):
        parts.setdefault(child.get(PART), child)
    if FACE not in parts:
        return None
    eyes = {side: parts[part] for side, part in EYES.items() if part in parts}
    return RiggedFace(bones, parts[FACE], eyes, worn={kind: parts[kind] for kind in KINDS if kind in parts})


def _lock(obj):
    """Keep a part from being moved by hand: it would leave its rig and the other parts behind."""
    obj.lock_location = obj.lock_rotation = obj.lock_scale = (True,) * 3
    obj.lock_rotation_w = True


@lru_cache(maxsize=16)
def _joints(text):
    """Return {joint: (3,) metres} of the pack of an identity's text; {} where it cannot be known: that is told elsewhere."""
    try:
        return people.model_for(people.identity(text).pack_hash).pack.joints
    except WinceError:
        return {}


def _bones_moved(bones):
    """Tell whether bones at rest, which Object > Apply changes, stand elsewhere than the joints of the face's pack."""
    joints, rest = _joints(bones[IDENTITY]), bones.data.bones
    return any(np.abs(np.array(rest[name].head_local) - joints[joint]).max() > JOINT_M
               for name, (joint, *_) in armature.BONES.items() if joint in joints and name in rest)


def check_mesh(obj, person, purpose):
    """Refuse a face's mesh that has lost its shape keys, or has other vertices than its pack; `purpose` is what it was to do."""
    have, need = len(obj.data.vertices), len(person.base)
    if have != need:
        raise WinceError(f"{obj.name} has {have} vertices, its face pack has {need}: undo what added or removed them, "
                         f"a face keeps its topology to {purpose}")
    if obj.data.shape_keys is None:
        raise WinceError(f"{obj.name} has no shape keys any more: undo what removed or applied them, a face needs them to "
                         f"{purpose}")


def _add_keys(obj, person, bones):
    obj.shape_key_add(name="Basis", from_mix=False)
    for row in rig.ROWS:
        block = obj.shape_key_add(name=row.key, from_mix=False)
        curve = drivers.add(block, "value", -1, bones, armature.AU_BONE, row.inputs, row.expression)
        drivers.shape_curve(curve, row.linear)
    _write_person(obj.data, person)


@lru_cache(maxsize=3)
def _positions(person):
    """Return where a person's vertices are in each shape key, {key: (V, 3) float32 metres}; "" is the neutral face."""
    whole = {"": person.base} | {row.key: person.base + person.key_dense(row.key) for row in rig.ROWS}
    return {key: points.astype(np.float32) for key, points in whole.items()}


def _place_of(block, places):
    """Return the positions that a shape key has without an artist's edits: its own, or those of what it is relative to."""
    return places.get(block.name, places.get(block.relative_key.name, places[""]))


def _edits(data, person):
    """Return what an artist has sculpted or added, {shape key: (V, 3) metres}, keys without edits left out."""
    places, out = _positions(person), {}
    for block in data.shape_keys.key_blocks:
        moved = mesh.get_key(block) - _place_of(block, places)
        if np.abs(moved).max() >= EDITED_M:               # nearly always it is not, and this runs while a slider is dragged
            moved[np.abs(moved).max(axis=1) < EDITED_M] = 0
            out[block.name] = moved
    return out


def _write_person(data, person, edits=None):
    """Write a person into basis and shape keys, an artist's edits on top; keys that an artist has deleted stay away."""
    places, edits = _positions(person), edits or {}
    blocks = data.shape_keys.key_blocks
    for block in blocks:
        mesh.set_key(block, _place_of(block, places) + edits.get(block.name, np.float32(0)))
    mesh.set_positions(data, mesh.get_key(blocks[0]))
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
