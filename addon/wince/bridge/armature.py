"""The face's armature: neck, head and eyes turn, and one bone holds the AU values.

Everything is plain Blender data. AU values are ID properties of a pose bone, because they live on without the add-on, are
keyframed and linked like any property, and stay apart when a face is duplicated.
"""

from functools import cache

import bpy
import numpy as np

from ..core import rig
from ..core.facs import sliders
from ..core.facs.action_units import ActionUnits
from ..core.facs.table import AU_KEYS, NUMBER_OF, TABLE
from . import drivers, version

AU_BONE, LOOK_BONE = "face", "look_at"
UP, BACK = np.array([0.0, 0.0, 1.0]), np.array([0.0, 1.0, 0.0])
# name: (joint it stands at, direction, length, parent); bones that point straight up or back have world-aligned axes
BONES = {
    "root": ("neck", UP, 0.06, None),
    "neck": ("neck", UP, 0.08, "root"),
    "head": ("head", UP, 0.12, "neck"),
    "eye.L": ("eye.L", BACK, 0.025, "head"),
    "eye.R": ("eye.R", BACK, 0.025, "head"),
    AU_BONE: ("head", UP, 0.04, "head"),
    LOOK_BONE: ("head", BACK, 0.04, "head"),              # goes to what the eyes look at, see `bridge.gaze`
}
# How yaw, pitch and roll of `core.rig` stand in a bone's own Euler angles: (channel, sign); and the order that equals it.
UPRIGHT = ("ZXY", {"yaw": (1, 1), "pitch": (0, -1), "roll": (2, -1)})
BACKWARD = ("XYZ", {"yaw": (2, 1), "pitch": (0, -1), "roll": (1, 1)})


def new(name, joints, collection):
    """Make the armature object with its bones at the pack's joints, AU properties and drivers; must run in Object Mode.

    joints   {bone: (3,)} rest positions, metres
    returns  bpy.types.Object
    """
    obj = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    collection.objects.link(obj)
    _add_bones(obj, joints)
    _add_properties(obj.pose.bones[AU_BONE])
    for bone in ("neck", "head", "eye.L", "eye.R"):
        _drive_turn(obj, bone)
    version.hide_bone(obj, LOOK_BONE)
    return obj


def set_aus(obj, aus):
    """Write an expression into the AU properties."""
    bone = obj.pose.bones[AU_BONE]
    for key, value in aus.keys().items():
        bone[key] = float(value)
    obj.update_tag()


def get_aus(obj):
    """Read the AU properties as ActionUnits; contradictions raise WinceError."""
    bone = obj.pose.bones[AU_BONE]
    return ActionUnits.from_keys({key: float(bone[key]) for key in AU_KEYS})


def _add_bones(obj, joints):
    # Bones can be made in Edit Mode only, and modes belong to the active object of a window, which a script may not have.
    layer = bpy.context.view_layer
    before, layer.objects.active = layer.objects.active, obj
    with bpy.context.temp_override(**_window(), view_layer=layer, active_object=obj, object=obj):
        bpy.ops.object.mode_set(mode="EDIT")
        for name, (joint, direction, length, parent) in BONES.items():
            bone = obj.data.edit_bones.new(name)
            bone.head, bone.tail, bone.roll = joints[joint], joints[joint] + length * direction, 0.0
            bone.parent = obj.data.edit_bones[parent] if parent else None
            bone.use_deform = name in ("root", "neck", "head")
        bpy.ops.object.mode_set(mode="OBJECT")
    layer.objects.active = before


def _window():
    """Return the context member for Blender's first window, when it has one and the script was started without."""
    windows = bpy.context.window_manager.windows
    return {"window": windows[0]} if windows and bpy.context.window is None else {}


def _add_properties(bone):
    for key in AU_KEYS:
        bone[key] = 0.0
        bone.id_properties_ui(key).update(min=0.0, max=5.0, soft_min=0.0, soft_max=5.0, step=0.1, precision=2, default=0.0,
                                           description=sliders.tooltip(NUMBER_OF[key]))
        bone.property_overridable_library_set(f'["{key}"]', True)


def _drive_turn(obj, name):
    order, channels = BACKWARD if name.startswith("eye") else UPRIGHT
    bone = obj.pose.bones[name]
    bone.rotation_mode = order
    for axis, (channel, sign) in channels.items():
        parts = {key: sign * slope for key, slope in _slopes(name, axis).items()}
        if parts:
            letters = drivers.LETTERS
            text = "+".join(f"({slope:.9g})*{letter}" for letter, slope in zip(letters, parts.values(), strict=False))
            drivers.add(bone, "rotation_euler", channel, obj, AU_BONE, parts, text)


@cache
def _slopes(bone, axis):
    """Return {AU property: radians per intensity step} of one bone's angle, read off `core.rig`, which is linear in them."""
    place = ("yaw", "pitch", "roll").index(axis)
    keys = [key for key in AU_KEYS if TABLE[NUMBER_OF[key]].rotation]
    slopes = {key: rig.bone_angles(ActionUnits.from_keys({key: 1.0}))[bone][place] for key in keys}
    return {key: slope for key, slope in slopes.items() if slope}
