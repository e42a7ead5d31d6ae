"""The panel of renders: this frame, a dataset of this person, and what runs."""

import bpy

from ..job import child as children
from ..operators import background
from .base import InTab, OfFace, alert

ICONS = {children.RUNNING: "RENDER_STILL", children.STOPPING: "CANCEL", children.DONE: "CHECKMARK", children.STOPPED: "PAUSE",
         children.FAILED: "ERROR"}


class WINCE_PT_render(OfFace, bpy.types.Panel):
    """Pictures with labels"""

    bl_idname = "WINCE_PT_render"
    bl_label = "Render"

    def show(self, context, layout, face):
        """Offer to render this frame."""
        options = context.scene.wince_render
        layout.use_property_split = True
        layout.use_property_decorate = False
        column = layout.column()
        for name in ("cameras", "kind", "pain", "quality"):
            column.prop(options, name)
        _quality(column.column(), options, options.quality == "WINCE")
        column.prop(options, "seed")
        button = layout.operator("wince.render_frame", icon="RENDER_STILL")
        button.kind, button.pain = options.kind, options.pain
        for number, render in enumerate(background.RENDERS):
            if not render.ended:
                _row(context, layout.box(), number, render)


class WINCE_PT_render_outputs(OfFace, bpy.types.Panel):
    """What is written beside picture, classes, heat, coverage and record"""

    bl_idname = "WINCE_PT_render_outputs"
    bl_label = "Further Outputs"
    bl_parent_id = "WINCE_PT_render"

    def show(self, context, layout, face):
        """List what can be written."""
        layout.column().prop(context.scene.wince_render, "outputs")


class WINCE_PT_render_dataset(OfFace, bpy.types.Panel):
    """A whole dataset of this person"""

    bl_idname = "WINCE_PT_render_dataset"
    bl_label = "Dataset of This Person"
    bl_parent_id = "WINCE_PT_render"

    def show(self, context, layout, face):
        """Offer to render a dataset."""
        options = context.scene.wince_render
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(options, "dataset")
        column = layout.column(align=True)
        for name in ("pain_count", "nonpain_count", "present_pose"):
            column.prop(options, name)
        layout.prop(options, "dataset_cameras")
        layout.column().prop(options, "lights")
        layout.column().prop(options, "worlds")
        column = layout.column(align=True)
        column.prop(options, "resolution")
        _quality(column, options, True)
        column.prop(options, "seed")
        layout.operator("wince.render_dataset", icon="RENDER_ANIMATION")


class WINCE_PT_renders(InTab, bpy.types.Panel):
    """What is rendered in the background"""

    bl_idname = "WINCE_PT_renders"
    bl_label = "Renders"

    @classmethod
    def poll(cls, context):
        """Tell whether anything was rendered."""
        return bool(background.RENDERS)

    def draw(self, context):
        """List them, the latest first."""
        for number, render in reversed(list(enumerate(background.RENDERS))):
            _row(context, self.layout.box(), number, render)


def _quality(layout, options, active):
    layout.active = active
    layout.prop(options, "samples")
    layout.prop(options, "denoiser")


def _row(context, box, number, render):
    """Draw one render: name and buttons, how far it is, what went wrong."""
    row = box.row()
    row.label(text=render.name, icon=ICONS[render.state])
    buttons = row.row(align=True)
    shows = buttons.row(align=True)
    shows.enabled = bool(render.key)
    shows.operator("wince.show_render", text="", icon="IMAGE_DATA").number = number
    buttons.operator("wince.open_render_folder", text="", icon="FILE_FOLDER").number = number
    name, icon = ("wince.forget_render", "TRASH") if render.ended else ("wince.cancel_render", "X")
    buttons.operator(name, text="", icon=icon).number = number
    if render.state == children.FAILED:
        alert(context, box, render.sentence)
    else:
        words = "starting Blender" if not render.total else f"{render.done} of {render.total}"
        box.progress(factor=render.done / max(render.total, 1), text=f"{words}, {render.state}")


CLASSES = (WINCE_PT_render, WINCE_PT_render_outputs, WINCE_PT_render_dataset, WINCE_PT_renders)
