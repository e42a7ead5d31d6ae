"""What stands behind the panel of heat: the inputs of the overlay's modifier, which hold the values."""

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, PointerProperty

from ..bridge import face as faces
from ..bridge import geometry_nodes, heat
from ..bridge.geometry_nodes import ALL, COVER, MAXIMUM, MENU, TERM
from ..core.heatmap import TERMS

POINTER = "wince_heat_overlay"                            # on Object: the armature
COUNTS = [f"Displacement by {' and '.join(f'AU{number}' for number in numbers)} alone" for numbers in TERMS.values()]
ITEMS = [(name.upper(), name, text) for name, text in zip(MENU, ("Displacement by all action units of PSPI", *COUNTS), strict=True)]


def _settings(group):
    face = faces.of(group.id_data)                        # None while Blender looks at a half-made copy of an override
    return heat.settings(face) if face else (ALL, geometry_nodes.MAXIMUM_MM, True)


def _set(group, name, value):
    if face := faces.of(group.id_data):
        heat.set_setting(face, name, value)


class WinceHeat(bpy.types.PropertyGroup):
    """Settings of one face's heat overlay."""

    term: EnumProperty(name="Term", items=ITEMS, description="Which term of PSPI is shown",
                       get=lambda self: MENU.index(_settings(self)[0]), set=lambda self, value: _set(self, TERM, MENU[value]))
    maximum: FloatProperty(name="Maximum (mm)", min=0.1, max=1000.0, soft_max=30.0, step=50, precision=1,
                           default=geometry_nodes.MAXIMUM_MM, description="Displacement at the end of the colour scale, millimetres",
                           get=lambda self: _settings(self)[1], set=lambda self, value: _set(self, MAXIMUM, value))
    cover: BoolProperty(name="Cover Materials", default=True, get=lambda self: _settings(self)[2],
                        set=lambda self, value: _set(self, COVER, value),
                        description="Show heat in Material Preview and Rendered views too; a render always shows the face's own materials")


def register():
    """Hang the settings on the armature."""
    setattr(bpy.types.Object, POINTER, PointerProperty(type=WinceHeat))


def unregister():
    """Take them off."""
    delattr(bpy.types.Object, POINTER)


CLASSES = (WinceHeat,)
