"""Action units: set from a code, reset, mirror, keyframe, copy the code."""

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty

from ..bridge import face as faces
from ..bridge import poses
from ..core.errors import WinceError
from ..core.facs import sliders
from ..core.facs.action_units import ActionUnits
from ..core.facs.table import AU_KEYS, NUMBER_OF, TABLE, keys_of
from .base import NO_FACE, OnFace, Reporting, in_mode

DIRECTIONS = ("head", "gaze")                             # kinds of AUs that turn the face, whatever it expresses


class OnSliders(OnFace):
    """An operator that moves or keyframes the sliders of the active face."""

    @classmethod
    def poll(cls, context):
        """Tell whether there is a face whose sliders can be moved."""
        if not super().poll(context):
            return False
        if not faces.active(context).armature.is_editable:
            cls.poll_message_set("This face is linked from another file: make a library override of it first")
            return False
        return True


class OnOneUnit(Reporting):
    """A button beside a slider, `act_on(context, armature)`; there are many of them at every redraw, so the poll looks for no face."""

    bl_options = {"REGISTER", "UNDO", "INTERNAL"}         # noqa: RUF012 -- as Blender writes it

    number: IntProperty(name="Action Unit", default=4, description="The FACS number")

    @classmethod
    def poll(cls, context):
        """Tell whether sliders can be moved in this mode."""
        return in_mode(cls, context)

    def act(self, context):
        """Find the face and the AU."""
        face = faces.active(context)
        if face is None:
            raise WinceError(NO_FACE)
        if self.number not in TABLE:
            raise WinceError(f"unknown AU {self.number}: known are {', '.join(map(str, TABLE))}")
        return self.act_on(context, face.armature)


class WINCE_OT_set_code(OnSliders, bpy.types.Operator):
    """Set the whole face from FACS notation, such as 4C+6D+7D+9B+43"""

    bl_idname = "wince.set_code"
    bl_label = "Set FACS Code"

    code: StringProperty(name="FACS Code", default="0", description="What is not in it goes to zero, head and gaze too")

    def invoke(self, context, event):
        """Ask for the code, starting at the present one."""
        self.code = context.scene.wince_aus.code or "0"
        return context.window_manager.invoke_props_dialog(self)

    def act(self, context, face):
        """Read the code, and move every slider."""
        aus = ActionUnits.parse(self.code)
        poses.move(face.armature, aus.keys(), context.scene)
        return f"{face.mesh_object.name} shows {aus}"


class WINCE_OT_copy_code(OnFace, bpy.types.Operator):
    """Copy the face's FACS code to the clipboard"""

    bl_idname = "wince.copy_code"
    bl_label = "Copy FACS Code"
    bl_options = {"REGISTER"}                             # noqa: RUF012 -- as Blender writes it

    def act(self, context, face):
        """Read the sliders and copy their code."""
        code = str(sliders.face(poses.read(face.armature)))
        context.window_manager.clipboard = code
        return f"Copied {code}"


class WINCE_OT_reset_au(OnOneUnit, bpy.types.Operator):
    """Set this action unit to zero, on both sides"""

    bl_idname = "wince.reset_au"
    bl_label = "Reset Action Unit"

    def act_on(self, context, armature):
        """Move both sides to zero."""
        poses.move(armature, dict.fromkeys(keys_of(self.number), 0.0), context.scene)
        return f"{sliders.label(self.number)} is at zero"


class WINCE_OT_reset_aus(OnSliders, bpy.types.Operator):
    """Set all action units to zero"""

    bl_idname = "wince.reset_aus"
    bl_label = "Reset Action Units"

    keep_directions: BoolProperty(name="Keep Head and Gaze", description="Leave the head and the eyes turned as they are")

    def act(self, context, face):
        """Move every slider to zero."""
        keys = [key for key in AU_KEYS if not (self.keep_directions and TABLE[NUMBER_OF[key]].kind in DIRECTIONS)]
        poses.move(face.armature, dict.fromkeys(keys, 0.0), context.scene)
        return f"{face.mesh_object.name} is neutral"


class WINCE_OT_mirror_aus(OnSliders, bpy.types.Operator):
    """Exchange left and right: both sides of every action unit, and the turns of head and eyes"""

    bl_idname = "wince.mirror_aus"
    bl_label = "Mirror Left and Right"

    def act(self, context, face):
        """Move every slider to where its twin is."""
        poses.move(face.armature, sliders.mirrored(poses.read(face.armature)), context.scene)
        return f"Exchanged left and right of {face.mesh_object.name}"


class WINCE_OT_keyframe_au(OnOneUnit, bpy.types.Operator):
    """Insert keyframes for both sides of this action unit at this frame; where there are some already, remove them"""

    bl_idname = "wince.keyframe_au"
    bl_label = "Keyframe Action Unit"

    def act_on(self, context, armature):
        """Insert, or remove where all sides have a keyframe."""
        frame, keys, label = context.scene.frame_current, keys_of(self.number), sliders.label(self.number)
        if poses.Animation(armature, frame).of_unit(self.number) == poses.KEYED:
            poses.clear_keyframes(armature, keys, frame)
            return f"Removed the keyframe of {label} at frame {frame}"
        poses.keyframe(armature, keys, frame)
        return f"Inserted a keyframe of {label} at frame {frame}"


class WINCE_OT_keyframe_aus(OnSliders, bpy.types.Operator):
    """Insert keyframes for action units at this frame"""

    bl_idname = "wince.keyframe_aus"
    bl_label = "Keyframe Action Units"

    which: EnumProperty(name="Which", description="The action units that get a keyframe",
                        items=(("ALL", "All", "Every action unit: the face is held as it is"),
                               ("USED", "In Use", "Those that are not zero or are animated already")))

    def act(self, context, face):
        """Insert the keyframes."""
        frame, values = context.scene.frame_current, poses.read(face.armature)
        moving = poses.Animation(face.armature, frame)
        keys = [key for key in AU_KEYS if self.which == "ALL" or values[key] or moving.of(key)]
        poses.keyframe(face.armature, keys, frame)
        return f"Inserted {len(keys)} keyframes at frame {frame}"


CLASSES = (WINCE_OT_set_code, WINCE_OT_copy_code, WINCE_OT_reset_au, WINCE_OT_reset_aus, WINCE_OT_mirror_aus, WINCE_OT_keyframe_au,
           WINCE_OT_keyframe_aus)
