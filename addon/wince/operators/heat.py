"""The heat overlay: on and off, its scale, away."""

import bpy
from bpy.app.handlers import persistent

from ..bridge import face as faces
from ..bridge import heat, viewport
from .base import OnFace

FOLLOWED = ("undo_post", "redo_post", "load_post")        # after which heat may be shown or hidden, with nobody having toggled it


class OnHeat(OnFace):
    """An operator on the overlay of the active face."""

    @classmethod
    def poll(cls, context):
        """Tell whether the face has an overlay."""
        if not super().poll(context):
            return False
        if heat.modifier_of(faces.active(context).mesh_object) is None:
            cls.poll_message_set("Show the heat of this face first")
            return False
        return True


class WINCE_OT_toggle_heat(OnFace, bpy.types.Operator):
    """Show or hide how far pain moves each point of the skin: the action units of PSPI alone, in millimetres"""

    bl_idname = "wince.toggle_heat"
    bl_label = "Show Pain Heat"

    def act(self, context, face):
        """Show or hide it, and colour the 3D views for it."""
        shown = not heat.is_shown(face)
        (heat.show if shown else heat.hide)(face)
        viewport.sync(context.scene, context.screen)
        return f"{face.mesh_object.name} shows its pain heat" if shown else f"{face.mesh_object.name} shows its own looks"


class WINCE_OT_fit_heat(OnHeat, bpy.types.Operator):
    """Set the end of the scale to the highest heat of the present pose; sculpted shape keys are read anew"""

    bl_idname = "wince.fit_heat"
    bl_label = "Fit Maximum"

    def act(self, context, face):
        """Set the maximum."""
        maximum = heat.fit(face)
        return f"The scale ends at {maximum:g} mm, the present peak is {heat.peak(face):.2f} mm"


class WINCE_OT_remove_heat(OnHeat, bpy.types.Operator):
    """Remove the heat overlay from this face: modifier, drivers and stored vectors"""

    bl_idname = "wince.remove_heat"
    bl_label = "Remove Heat Overlay"

    def act(self, context, face):
        """Remove it, and give the 3D views their colours back."""
        heat.remove(face)
        viewport.sync(context.scene, context.screen)
        return f"{face.mesh_object.name} has no heat overlay any more"


@persistent
def _follow(*_):
    for window in bpy.context.window_manager.windows:
        viewport.sync(window.scene, window.screen)


def register():
    """Follow undo and file loads."""
    for name in FOLLOWED:
        getattr(bpy.app.handlers, name).append(_follow)


def unregister():
    """Follow no more."""
    for name in FOLLOWED:
        getattr(bpy.app.handlers, name).remove(_follow)


CLASSES = (WINCE_OT_toggle_heat, WINCE_OT_fit_heat, WINCE_OT_remove_heat)
