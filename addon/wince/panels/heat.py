"""The panel of heat."""

import bpy

from ..bridge import face as faces
from ..bridge import heat
from ..properties.heat import POINTER
from .base import OfFace


class WINCE_PT_heat(OfFace, bpy.types.Panel):
    """How far pain moves the skin, shown on the face"""

    bl_idname = "WINCE_PT_heat"
    bl_label = "Pain Heat"

    def draw_header(self, context):
        """Draw the checkbox, an operator: showing heat adds a modifier and colours the views."""
        shown = heat.is_shown(faces.active(context))
        self.layout.operator("wince.toggle_heat", text="", icon="CHECKBOX_HLT" if shown else "CHECKBOX_DEHLT", emboss=False)

    def show(self, context, layout, face):
        """Draw the settings, greyed until heat is shown."""
        layout.use_property_split, layout.use_property_decorate = True, False
        settings, column = getattr(face.armature, POINTER), layout.column()
        column.active = heat.is_shown(face)
        column.enabled = heat.modifier_of(face.mesh_object) is not None
        for name in ("term", "maximum", "cover"):
            column.prop(settings, name)
        column.operator("wince.fit_heat")
        layout.operator("wince.remove_heat", text="Remove Overlay")


CLASSES = (WINCE_PT_heat,)
