"""The panel of looks: skin, eyes, hair, clothes; a sub-panel per part, made from the axes of `core.look`."""

import bpy

from ..core import look as looks
from ..properties.identity import trouble
from ..properties.look import name_of, words
from . import base
from .identity import draw_lock


class WINCE_PT_look(base.OfFace, bpy.types.Panel):
    """How this face looks"""

    bl_idname = "WINCE_PT_look"
    bl_label = "Look"

    def show(self, context, layout, face):
        """Offer another look, and the quick face without one."""
        if sentence := trouble(face):
            base.alert(context, layout, sentence)
        column = layout.column()
        column.enabled = not face.fixed
        row = column.row(align=True)
        row.operator("wince.another_look", text="", icon="TRIA_LEFT").step = -1
        row.operator("wince.another_look", text="", icon="TRIA_RIGHT").step = 1
        row.operator("wince.another_look").step = 1
        draw_lock(row, face.armature.wince_person, "look")
        column.operator("wince.toggle_plain", depress=bool(face.armature.get("wince_plain")))


class OfPart(base.OfFace):
    """A sub-panel with the axes of one part."""

    bl_parent_id = "WINCE_PT_look"

    def show(self, context, layout, face):
        """Show the part's sliders."""
        layout.use_property_split, layout.use_property_decorate = True, False
        column = layout.column()
        column.enabled = not face.fixed
        for part, axis in looks.axes():
            if part == self.part:
                column.prop(face.armature.wince_looks, name_of(part, axis.name), slider="low" in axis.metadata)


def _parts():
    return tuple(dict.fromkeys(part for part, _ in looks.axes()))


def _panel_of(part):
    members = {"bl_idname": f"WINCE_PT_look_{part}", "bl_label": words(part), "part": part, "__doc__": f"{words(part)} of this face"}
    return type(f"WINCE_PT_look_{part}", (OfPart, bpy.types.Panel), members)


def register():
    """Make a sub-panel for each part of a look."""
    for part in _parts():
        bpy.utils.register_class(_panel_of(part))


def unregister():
    """Take them back."""
    for part in reversed(_parts()):
        bpy.utils.unregister_class(getattr(bpy.types, f"WINCE_PT_look_{part}"))


CLASSES = (WINCE_PT_look,)
