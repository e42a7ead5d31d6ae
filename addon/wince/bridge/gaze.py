"""What the eyes look at: the gaze AUs as drivers that read where the target is, seen from the head.

The rig's hidden bone `look_at` hangs on the head and copies the target's place, so its own location is the target in the head's
frame, and simple expressions turn that into AU61 to AU66. Eyes and lids follow as if the sliders had been pulled; it needs no
Python, and the target may hang on anything, even on this head.
"""

import bpy
import numpy as np
from mathutils import Vector

from ..core.errors import WinceError
from ..core.facs.pose import gaze
from ..core.facs.table import NUMBER_OF, SIDES, TABLE, keys_of
from ..core.turns import rotation
from . import drivers, poses
from . import face as faces
from .armature import AU_BONE, LOOK_BONE

KEYS = tuple(key for number, row in TABLE.items() if row.kind == "gaze" for key in keys_of(number))
CHANNELS = {"x": "LOC_X", "y": "LOC_Y", "z": "LOC_Z"}     # the bone points straight back, so its axes are the head's
LOOK_AT = "look_at"                                       # ID property `wince_part` of a target that was made here
DISTANCE = 0.5                                            # of a new target, metres in the face's own space
NEAREST = 0.03                                            # in front of the eyes; what is nearer or behind is looked at sideways


def link(face):
    """Return the constraint that holds a face's look-at target, with its `target`; None when the gaze is free."""
    bone = face.armature.pose.bones.get(LOOK_BONE)
    return next((one for one in bone.constraints if one.type == "COPY_LOCATION"), None) if bone else None


def new_target(face):
    """Add an empty where a face's eyes look now, half a metre away; it goes where the face goes and does not turn with the head.

    returns  bpy.types.Object
    """
    target = bpy.data.objects.new(f"{face.mesh_object.name} Look-At", None)
    for collection in face.armature.users_collection:
        collection.objects.link(target)
    target.empty_display_type, target.empty_display_size = "SPHERE", 0.02
    target.parent, target.location = face.armature, _looked_at(face)
    target[faces.PART] = LOOK_AT
    return target


def attach(face, target):
    """Make a face's eyes look at an object.

    raises   WinceError when they look at one already, or when the face is linked from another file
    """
    check(face)
    if link(face):
        raise WinceError(f"{face.mesh_object.name} looks at something already: choose another target in the panel, or remove it first")
    constraint = face.armature.pose.bones[LOOK_BONE].constraints.new("COPY_LOCATION")
    constraint.name, constraint.target = "Look-At", target
    for key, text in _expressions(face).items():
        _drive(face.armature, key, text)


def detach(face):
    """Free a face's gaze, which stays as it is; the target is deleted when it was made for this and no other face uses it.

    raises   WinceError when the face looks at nothing, or is linked from another file
    """
    check(face)
    constraint, bone = link(face), poses.bone(face.armature)
    if constraint is None:
        raise WinceError(f"{face.mesh_object.name} has no look-at target: add one first")
    target, kept = constraint.target, _evaluated(face)
    face.armature.pose.bones[LOOK_BONE].constraints.remove(constraint)
    for key, value in kept.items():
        bone.driver_remove(poses.path_of(key))
        bone[key] = value
    face.armature.update_tag()
    if target and target.get(faces.PART) == LOOK_AT and not _looked_at_by_others(target):
        bpy.data.objects.remove(target)


def refresh(face):
    """Write a look-at's drivers anew after the face has become another person, whose eyes lie elsewhere."""
    if link(face) is None or face.armature.animation_data is None:
        return
    for key, text in _expressions(face).items():
        curve = face.armature.animation_data.drivers.find(poses.curve_path(key))
        if curve is not None:
            curve.driver.expression = text


def check(face):
    """Refuse a face that is linked from another file, whose drivers can be changed only there, or whose rig has lost its bone.

    raises   WinceError
    """
    if LOOK_BONE not in face.armature.pose.bones:
        raise WinceError(f"{face.armature.name} has no bone {LOOK_BONE!r}, which holds what the eyes look at: add the face anew")
    if face.armature.library or face.armature.override_library:
        raise WinceError(f"{face.mesh_object.name} is linked from another file: add or remove its look-at target there")


def _drive(armature, key, expression):
    curve = drivers.add(poses.bone(armature), poses.path_of(key), -1, armature, AU_BONE, (), expression)
    for name, channel in CHANNELS.items():
        variable = curve.driver.variables.new()
        variable.name, variable.type = name, "TRANSFORMS"
        source = variable.targets[0]
        source.id, source.bone_target = armature, LOOK_BONE
        source.transform_space, source.transform_type = "LOCAL_SPACE", channel


def _expressions(face):
    """Return {gaze AU: simple expression over x, y, z, the target's place against the bone at rest}."""
    joint = np.array(face.armature.data.bones[LOOK_BONE].head_local)
    left, right = (_angles(_centre(face, side) - joint) for side in SIDES)
    twice = {axis: f"{left[axis]}+{right[axis]}" for axis in ("yaw", "pitch")}
    twice["vergence"] = f"{right['side']}-{left['side']}"
    turns = {key: TABLE[NUMBER_OF[key]].rotation for key in KEYS}
    return {key: f"clamp(degrees({twice[axis]})/({2 * step:g}),0,5)" for key, (axis, step) in turns.items()}


def _angles(eye):
    """Return one eye's angles to the target as expressions, radians; `side` is a yaw that takes what is behind as in front.

    eye   (3,) where it turns, against the bone at rest
    """
    x, y, z = (f"({value:.6f})" for value in eye)
    return {"yaw": f"atan2(x-{x},max({y}-y,{NEAREST}))", "side": f"atan2(x-{x},max(fabs({y}-y),{NEAREST}))",
            "pitch": f"atan2(z-{z},sqrt(pow(x-{x},2)+pow(y-{y},2)))"}


def _centre(face, side):
    """Return where an eye turns, (3,) in the face's own space; where an artist has deleted it, where its bone is."""
    eye = face.eyes.get(side)
    return np.array(eye.location if eye else face.armature.data.bones[f"eye.{side}"].head_local)


def _looked_at(face):
    """Return the point (3,) that a new target goes to, in the face's own space."""
    eyes = gaze(face.aus()).values()
    yaw, pitch = (np.radians(np.mean([eye[axis] for eye in eyes])) for axis in ("yaw_deg", "pitch_deg"))
    point = np.mean([_centre(face, side) for side in SIDES], axis=0) + DISTANCE * rotation(yaw, pitch) @ [0, -1, 0]
    head = face.armature.pose.bones["head"]
    return head.matrix @ head.bone.matrix_local.inverted() @ Vector(point)


def _evaluated(face):
    """Return the gaze AUs as Blender has just evaluated them."""
    bpy.context.view_layer.update()
    sliders = poses.read(face.armature)
    return {key: sliders[key] for key in KEYS}


def _looked_at_by_others(target):
    bones = (obj.pose.bones.get(LOOK_BONE) for obj in bpy.data.objects if obj.pose)
    return any(getattr(one, "target", None) == target for bone in bones if bone for one in bone.constraints)
