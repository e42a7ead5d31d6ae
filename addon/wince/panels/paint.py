"""The panel of painted skins: what the face wears, what paints, what is painted now, and whether the painter is well."""

import bpy

from .. import preferences
from ..job import painter
from ..job.process import DONE, FAILED, RUNNING, STOPPED, STOPPING
from ..operators import paint, painters, skins
from ..properties.paint import label_of
from ..stage import dress, painting
from .base import InTab, OfFace, alert

ICONS = {painter.WAITING: "TIME", RUNNING: "BRUSH_DATA", STOPPING: "CANCEL", DONE: "CHECKMARK", STOPPED: "PAUSE", FAILED: "ERROR"}
OWN_OF_MODELS = ("model", "steps", "profile")             # options that matter where a model paints
LINES = 4                              # of the log
NARROW = 20                            # letters that fit beside a label


class WINCE_PT_paint(OfFace, bpy.types.Panel):
    """Skins from a painter"""

    bl_idname = "WINCE_PT_paint"
    bl_label = "Paint"

    def show(self, context, layout, face):
        """Say what the face wears, and offer to paint."""
        _worn(context, layout, face)
        options = context.scene.wince_paint
        column = layout.column()
        column.use_property_split, column.use_property_decorate = True, False
        column.prop(options, "backend")
        if options.backend == painter.PHOTO:
            column.prop(options, "photo")
        for name in ("model", "seed", "steps", "size", "profile"):
            if options.backend in painter.WITH_MODELS or name not in OWN_OF_MODELS:
                column.prop(options, name)
        layout.operator("wince.paint_skin", icon="BRUSH_DATA")
        column = layout.column(align=True)
        column.operator("wince.load_painted_skin", text="Load Painted Skin...", icon="FILE_FOLDER")
        column.operator("wince.built_in_skin", icon="LOOP_BACK")


class WINCE_PT_painter(OfFace, bpy.types.Panel):
    """The Python that paints, and its models"""

    bl_idname = "WINCE_PT_painter"
    bl_label = "Painter"
    bl_parent_id = "WINCE_PT_paint"

    def show(self, context, layout, face):
        """Show what the check has found, and offer to fetch a model."""
        show_check(context, layout)
        fetch = painters.HELPERS.get("fetch")
        if fetch is None:
            layout.operator("wince.fetch_model", text="Fetch Model...", icon="IMPORT")
            if not bpy.app.online_access:
                alert(context, layout, paint.OFFLINE, red=False)
        else:
            _fetch(context, layout.box(), fetch)


class WINCE_PT_paintings(InTab, bpy.types.Panel):
    """What is painted in the background"""

    bl_idname = "WINCE_PT_paintings"
    bl_label = "Paintings"

    @classmethod
    def poll(cls, context):
        """Tell whether anything was painted."""
        return bool(painters.PAINTINGS)

    def draw(self, context):
        """List them, in the order in which they are painted."""
        self.layout.prop(context.scene.wince_paint, "show_log", toggle=True, icon="TEXT")
        for number, task in enumerate(painters.PAINTINGS):
            _row(context, self.layout.box(), number, task)


def show_check(context, layout):
    """Draw the painter's Python and what its check has found; the preferences show the same."""
    check = painters.HELPERS.get("check")
    row = layout.row(align=True)
    row.operator("wince.check_painter", icon="VIEWZOOM")
    if not preferences.painter(context):
        alert(context, layout, paint.NO_PAINTER)
    if check is None:
        return
    row.operator("wince.end_helper", text="", icon="X").name = "check"
    if not check.ended:
        layout.label(text="Asking the painter's Python...", icon="TIME")
        return
    for sentence in (check.sentence, *check.problems):
        if sentence:
            alert(context, layout, sentence)
    if check.sound:
        layout.label(text="Everything is in order", icon="CHECKMARK")
    column = layout.column(align=True)
    for label, value in check.facts:
        if len(value) > NARROW:
            alert(context, column, f"{label}: {value}", red=False)
            continue
        pair = column.split(factor=0.35)
        pair.label(text=label)
        pair.label(text=value)


def _worn(context, layout, face):
    """Say what skin the face wears."""
    materials = dress.worn_by(face)
    source, image = painting.source(materials), painting.picture_of(materials)
    painter_of, seed = source["painter"], source.get("seed")
    words = {"plain": "Plain Face: no skin is painted", "built-in": "Built-in skin", "artist": f"Your own: {image.name if image else ''}"}
    layout.label(text=words.get(painter_of, f"{label_of(painter_of)}, seed {seed}"), icon="MATERIAL")
    if image is not None and painter_of != "built-in" and context.space_data.shading.type == "SOLID":
        layout.label(text="See it in Material Preview", icon="INFO")
    if image is not None and skins.stale(face, image):
        alert(context, layout, "It was painted for somebody else, or for this face before it was changed")


def _row(context, box, number, task):
    """Draw one painting: name and buttons, how far it is, what went wrong, the log."""
    box.label(text=task.name, icon=ICONS[task.state])
    row = box.row()
    share, words = task.how_far()
    silent = painters.silent_s(task)
    if task.ended or task.state == painter.WAITING:
        row.label(text=task.state if task.ended else f"waits for {painters.waiting_before(task)} other")
    else:
        row.progress(factor=share, text=f"{words}, silent for {silent} s" if silent else words)
    buttons = row.row(align=True)
    if task.folder and task.ended:
        buttons.operator("wince.load_painting", text="", icon="IMPORT").number = number
    buttons.operator("wince.copy_painting_log", text="", icon="COPYDOWN").number = number
    buttons.operator("wince.open_painting_folder", text="", icon="FILE_FOLDER").number = number
    name, icon = ("wince.forget_painting", "TRASH") if task.ended else ("wince.cancel_painting", "X")
    buttons.operator(name, text="", icon=icon).number = number
    if task.sentence:
        alert(context, box, task.sentence)
    if context.scene.wince_paint.show_log:
        _log(box, task)


def _fetch(context, box, fetch):
    """Draw what the fetching has found out or is doing."""
    row = box.row()
    row.label(text=fetch.name, icon="IMPORT")
    row.operator("wince.end_helper", text="", icon="X").name = "fetch"
    for sentence in fetch.said:
        alert(context, box, sentence, red=sentence == fetch.sentence)
    if fetch.state == FAILED and fetch.sentence not in fetch.said:
        alert(context, box, fetch.sentence)
    elif not fetch.ended:
        silent = painters.silent_s(fetch)
        box.label(text=f"Working, silent for {silent} s" if silent else "Working...", icon="TIME")
        _log(box, fetch)
    elif fetch.state == DONE and "--dry-run" in fetch.words:
        box.operator("wince.fetch_model", text="Download", icon="IMPORT").sure = True


def _log(box, helper):
    """Draw the last lines of what it has said."""
    column = box.column(align=True)
    column.scale_y = 0.7
    for line in list(helper.talk)[-LINES:]:
        column.label(text=line.strip()[-80:])


CLASSES = (WINCE_PT_paint, WINCE_PT_painter, WINCE_PT_paintings)
