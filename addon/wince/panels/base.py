"""What all panels share, and the head of the tab: which face is meant."""

import bpy

from ..bridge import face as faces


class InTab:
    """Puts a panel into the sidebar tab."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Wince"


class OfFace(InTab):
    """A panel about the active face, there when there is one; `show(context, layout, face)` draws it."""

    bl_options = {"DEFAULT_CLOSED"}                       # noqa: RUF012 -- as Blender writes it

    @classmethod
    def poll(cls, context):
        """Tell whether there is a face to show."""
        return faces.active(context) is not None

    def draw(self, context):
        """Draw it for the active face."""
        self.show(context, self.layout, faces.active(context))


class WINCE_PT_face(InTab, bpy.types.Panel):
    """Which face is meant, or how to add one"""

    bl_idname = "WINCE_PT_face"
    bl_label = "FACS Face"

    def draw(self, context):
        """Name the face, or offer to add one."""
        face = faces.active(context)
        if face is None:
            many = bool(faces.in_scene(context.scene))
            self.layout.label(text="Select one of the faces" if many else "No FACS face here yet", icon="INFO")
            self.layout.operator("wince.add_face", text="Add FACS Face", icon="USER")
            return
        row = self.layout.row(align=True)
        row.prop(face.mesh_object, "name", text="", icon="USER")


CLASSES = (WINCE_PT_face,)
