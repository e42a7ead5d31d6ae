"""The panel Cameras & Light: the cameras around the face, and how it is lit."""

import bpy

from ..operators import light
from ..stage import cameras, setting
from ..stage import world as worlds
from .base import InTab


class _OfStagedFace(InTab):
    """A panel about the face that is meant: the active one, or the one that the active camera is for."""

    bl_options = {"DEFAULT_CLOSED"}                       # noqa: RUF012 -- as Blender writes it

    @classmethod
    def poll(cls, context):
        """Tell whether there is a face to stand around."""
        return cameras.meant(context) is not None


class WINCE_PT_stage(_OfStagedFace, bpy.types.Panel):
    """What stands around the face"""

    bl_idname = "WINCE_PT_stage"
    bl_label = "Cameras & Light"

    def draw(self, context):
        """Leave it to the sub-panels."""


class WINCE_PT_cameras(_OfStagedFace, bpy.types.Panel):
    """The cameras around the face"""

    bl_idname = "WINCE_PT_cameras"
    bl_label = "Cameras"
    bl_parent_id = "WINCE_PT_stage"
    bl_options = set()                                    # noqa: RUF012 -- open in its parent

    def draw(self, context):
        """Offer rigs, list the cameras, say what is wrong with them."""
        layout, face = self.layout, cameras.meant(context)
        mine = cameras.of_face(context.scene, face)
        inside = [obj for obj in mine if cameras.is_inside(obj, face)]
        layout.operator_menu_enum("wince.add_cameras", "rig", text="Add Camera Rig", icon="CAMERA_DATA")
        column = layout.column(align=True)
        for obj in mine:
            _camera(column, context.scene, obj, obj in inside)
        _problems(layout, inside, [cameras.was_moved(obj, face) for obj in mine])
        column = layout.column(align=True)
        column.operator("wince.re_aim_cameras")
        column.operator("wince.use_camera", text="Use Selected Camera")
        row = layout.row(align=True)
        row.operator("wince.save_cameras", text="Save as Rig")
        row.operator("wince.load_cameras", text="From File")
        layout.operator("wince.remove_cameras", text="Remove All")


class WINCE_PT_light(_OfStagedFace, bpy.types.Panel):
    """How the face is lit"""

    bl_idname = "WINCE_PT_light"
    bl_label = "Light"
    bl_parent_id = "WINCE_PT_stage"
    bl_options = set()                                    # noqa: RUF012 -- open in its parent

    def draw(self, context):
        """Show the wishes, a button for each light, and what there is."""
        layout, scene = self.layout, context.scene
        wishes = scene.wince_stage
        column = layout.column()
        column.use_property_split, column.use_property_decorate = True, False
        names = light.wishes(wishes)
        for name in names:
            column.prop(wishes, name)
        grid = layout.grid_flow(row_major=True, columns=2, even_columns=True, align=True)
        for kind, label, _ in light.PRESETS:
            button = grid.operator("wince.set_light", text=label)
            button.kind = kind
            for name in ("hdri_file", *names):
                setattr(button, name, getattr(wishes, name))
        _state(layout, scene)
        column = layout.column(align=True)
        if worlds.is_ours(scene.world):
            column.operator("wince.bring_back_world")
        if setting.LIGHT in scene:
            column.operator("wince.remove_light")


def _camera(column, scene, obj, inside):
    """Draw one camera: its name, its picture's size, look through, delete."""
    row = column.row(align=True)
    row.alert = inside
    row.operator("wince.select_camera", text=obj.name, depress=obj.select_get()).camera = obj.name
    width, height = cameras.size_of(obj, scene)
    size = row.row(align=True)
    size.ui_units_x = 5.5
    size.label(text=f"{width} x {height}")
    row.operator("wince.look_through", text="", icon="VIEW_CAMERA", depress=scene.camera == obj).camera = obj.name
    row.operator("wince.remove_camera", text="", icon="X").camera = obj.name


def _problems(layout, inside, moved):
    """Say which cameras stand in the head, and whether the face has moved away from its cameras."""
    alert = layout.column(align=True)
    alert.alert = True
    for obj in inside:
        alert.label(text=f"In the head: {obj.name}", icon="ERROR")
    if "face" in moved:
        layout.label(text="The face has moved since: re-aim", icon="INFO")
    elif by_hand := moved.count("camera"):
        layout.label(text=f"{by_hand} moved by hand")


def _state(layout, scene):
    """Say how the scene is lit, and what differs from a dataset's light."""
    known = setting.as_set(scene)
    if known:
        layout.label(text=f"{known['setting'].light['kind'].title()} light, seed {known['seed']}, "
                          f"exposure {known['setting'].exposure:+.2f}", icon="LIGHT")
    elif setting.LIGHT in scene and not setting.others(scene):
        layout.label(text="Changed by hand since, or the face moved", icon="INFO")
    if setting.LIGHT in scene and (more := setting.others(scene)):
        layout.label(text=f"Another lamp shines: {more[0].name}" if len(more) == 1 else f"{len(more)} other lamps shine", icon="INFO")
    if not setting.has_standard_view(scene):
        layout.label(text=f"View is {scene.view_settings.view_transform}; datasets use Standard", icon="INFO")


CLASSES = (WINCE_PT_stage, WINCE_PT_cameras, WINCE_PT_light)
