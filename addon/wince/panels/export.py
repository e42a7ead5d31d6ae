"""The panel of export."""

import bpy

from .base import OfFace


class WINCE_PT_export(OfFace, bpy.types.Panel):
    """Take the face to other programs"""

    bl_idname = "WINCE_PT_export"
    bl_label = "Export"

    def show(self, context, layout, face):
        """One button for each kind of file."""
        column = layout.column(align=True)
        for name, text in (("export_glb", "GLB for Engines"), ("export_fbx", "FBX"), ("export_blend", "Rig as .blend"),
                           ("export_labels", "Labels of This Pose")):
            column.operator(f"wince.{name}", text=text)


CLASSES = (WINCE_PT_export,)
