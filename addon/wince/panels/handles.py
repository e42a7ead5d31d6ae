"""Handles on the face, and what the eyes look at."""

import bpy

from ..bridge import gaze
from .base import OfFace


class WINCE_PT_handles(OfFace, bpy.types.Panel):
    """Pull the face by hand, and let the eyes follow something"""

    bl_idname = "WINCE_PT_handles"
    bl_label = "Handles and Gaze"

    def show(self, context, layout, face):
        """Offer the handles, and the look-at target."""
        column = layout.column(align=True)
        column.prop(context.scene, "wince_handles", toggle=True)
        sides = column.row(align=True)
        sides.active = context.scene.wince_handles
        sides.prop(context.scene, "wince_link_sides", text="Pull Both Sides", toggle=True)
        link = gaze.link(face)
        if link is None:
            layout.operator("wince.add_look_at")
        else:
            _target(layout, link)


def _target(layout, link):
    column = layout.column(align=True)
    column.alert = link.target is None
    column.prop(link, "target", text="", icon="HIDE_OFF")
    column.operator("wince.remove_look_at")
    text, icon = ("Choose what to look at", "ERROR") if link.target is None else ("AU61 to AU66 follow it", "DRIVER")
    layout.label(text=text, icon=icon)


CLASSES = (WINCE_PT_handles,)
