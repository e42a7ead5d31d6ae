"""The panel of animation."""

import bpy

from ..bridge import bake, fcurves
from .base import OfFace

KEYFRAME = "keyframe_aus"                               # the operator that keys all sliders


class WINCE_PT_animation(OfFace, bpy.types.Panel):
    """Action units over time: keys, capture files, PSPI, bake"""

    bl_idname = "WINCE_PT_animation"
    bl_label = "Animation"

    def show(self, context, layout, face):
        """Say what is keyed; import and export."""
        count, first, last = fcurves.au_range(face.armature)
        if count:
            layout.label(text=f"{count} sliders keyed, frames {first:g} to {last:g}", icon="ACTION")
        else:
            layout.label(text="No action unit is keyed yet", icon="ACTION")
        if hasattr(bpy.types, f"WINCE_OT_{KEYFRAME}"):
            layout.operator(f"wince.{KEYFRAME}", text="Keyframe All", icon="KEY_HLT")
        row = layout.row(align=True)
        row.operator("wince.import_motion", text="Import", icon="IMPORT")
        row.operator("wince.export_motion", text="Export", icon="EXPORT")


class WINCE_PT_pspi_over_time(OfFace, bpy.types.Panel):
    """The pain score, frame by frame"""

    bl_idname = "WINCE_PT_pspi_over_time"
    bl_label = "PSPI over Time"
    bl_parent_id = "WINCE_PT_animation"

    def show(self, context, layout, face):
        """Score as a curve or as a text."""
        column = layout.column(align=True)
        there = fcurves.has_pspi(face.armature)
        curve = column.operator("wince.pspi_over_time", text="Refresh Curve" if there else "Add Curve", icon="FCURVE")
        curve.curve, curve.text = True, False
        text = column.operator("wince.pspi_over_time", text="Write Text", icon="TEXT")
        text.curve, text.text = False, True


class WINCE_PT_bake(OfFace, bpy.types.Panel):
    """The animation as keys on shape keys and bones, for files and programs without drivers"""

    bl_idname = "WINCE_PT_bake"
    bl_label = "Bake"
    bl_parent_id = "WINCE_PT_animation"

    def show(self, context, layout, face):
        """Bake, or say that it is baked and take it back."""
        frames = bake.of(face)
        if frames is None:
            layout.operator("wince.bake_shape_keys", icon="SHAPEKEY_DATA")
            return
        column = layout.column(align=True)
        column.alert = True
        column.label(text=f"Baked, frames {frames[0]} to {frames[1]}", icon="LOCKED")
        column.label(text="Sliders move nothing", icon="BLANK1")
        layout.operator("wince.unbake_shape_keys", icon="UNLOCKED")


CLASSES = (WINCE_PT_animation, WINCE_PT_pspi_over_time, WINCE_PT_bake)
