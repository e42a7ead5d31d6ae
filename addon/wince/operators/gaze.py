"""A target that the eyes look at."""

import bpy

from ..bridge import face as faces
from ..bridge import gaze
from .add import select
from .base import OnFace


class WINCE_OT_add_look_at(OnFace, bpy.types.Operator):
    """Add a target that the eyes look at wherever head and target go; it drives AU61 to AU66, and the lids follow"""

    bl_idname = "wince.add_look_at"
    bl_label = "Add Look-At Target"

    @classmethod
    def poll(cls, context):
        """Tell whether the gaze is free."""
        return super().poll(context) and _is(cls, context, False, "The eyes look at a target already")

    def act(self, context, face):
        """Put a target where the eyes look now, and let them follow it."""
        gaze.check(face)
        target = gaze.new_target(face)
        gaze.attach(face, target)
        if context.mode == "OBJECT":                      # Pose Mode is left as it is: there the rig is at work
            select(context, [target])
        return f"The eyes follow {target.name}: move it, or parent it to what they should follow"


class WINCE_OT_remove_look_at(OnFace, bpy.types.Operator):
    """Let the eyes go: they stay as they look now, and their sliders are free again"""

    bl_idname = "wince.remove_look_at"
    bl_label = "Remove Look-At Target"

    @classmethod
    def poll(cls, context):
        """Tell whether there is a target."""
        return super().poll(context) and _is(cls, context, True, "The eyes look at no target: add one first")

    def act(self, context, face):
        """Free the gaze."""
        gaze.detach(face)
        if context.mode == "OBJECT":
            select(context, face.objects)
        return f"{face.mesh_object.name}: the gaze is free again, and stays where it was"


def _is(cls, context, wanted, sentence):
    """Tell whether the active face has a look-at, or has none, as wanted; say why not."""
    if (gaze.link(faces.active(context)) is not None) == wanted:
        return True
    cls.poll_message_set(sentence)
    return False


CLASSES = (WINCE_OT_add_look_at, WINCE_OT_remove_look_at)
