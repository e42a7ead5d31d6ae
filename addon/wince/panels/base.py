"""What all panels share, and the head of the tab: which face is meant."""

from textwrap import wrap

import bpy
from mathutils import Matrix

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


def alert(context, layout, sentence, red=True, boxed=False):
    """Draw a sentence about a problem in red, or one that is none plainly, broken into lines that fit the sidebar, or a box in it."""
    column = layout.column(align=True)
    column.alert = red
    for number, line in enumerate(wrap(sentence, letters(context) - (10 if boxed else 6))):
        column.label(text=line, icon="BLANK1" if number else "ERROR" if red else "INFO")


def letters(context):
    """Return how many letters fit beside one another in a region, 26 at least."""
    width = context.region.width if context.region else 280
    return max(26, int(width / (7 * context.preferences.system.ui_scale)))


def moved_off(face):
    """Return the sentence about a mesh that was moved off its rig, "" where it stands right."""
    skin = face.mesh_object
    if skin.matrix_basis == Matrix():
        return ""
    return (f"{skin.name} has a place of its own, off its rig and eyes: set its Location and Rotation to 0 and its Scale to 1 "
            f"(sidebar, Item), and move the rig instead")


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
        row.operator("wince.select_rig", text="", icon="ARMATURE_DATA")
        if sentence := moved_off(face):
            alert(context, self.layout, sentence)
        if len(face.eyes) < len(faces.EYES):              # no fault: an artist may well have deleted them
            self.layout.label(text="Eyes are missing: deleted, or not copied along", icon="INFO")


CLASSES = (WINCE_PT_face,)
