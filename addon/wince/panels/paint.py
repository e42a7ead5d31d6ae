"""The panel of painted skins: what the face wears, what paints, what is painted now, and whether the painter is well."""

from pathlib import Path
from textwrap import shorten, wrap

import bpy

from .. import preferences
from ..bridge import face as faces
from ..core.errors import WinceError
from ..job import painter
from ..job.process import DONE, FAILED, RUNNING, STOPPED, STOPPING
from ..operators import paint, painters, skins
from ..properties.paint import label_of
from ..stage import dress, painting
from .base import InTab, OfFace, alert, letters

ICONS = {painter.WAITING: "TIME", RUNNING: "BRUSH_DATA", STOPPING: "CANCEL", DONE: "CHECKMARK", STOPPED: "PAUSE", FAILED: "ERROR"}
OF_MODELS = ("model", "steps", "tries", "strength", "profile")     # options that matter where a model paints
FIRST = "Painting needs a Python of its own that has wince[paint]. Name its program here, then press Check Painter"
FETCH = "models fetch"                 # stands in the sentence about a model that is not on this machine
TEMPLATES = "A release paints from Wince's own words alone"
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
        of_image = ("photo", "places", "licence", "profile") if options.backend == painter.PHOTO else ()
        seed = ("seed",) if options.backend != painter.BUILT_IN else ()          # a person has one built-in skin
        for name in ("backend", *of_image, *seed, "size"):
            column.prop(options, name)
        _before(context, layout)
        row = layout.row()
        row.scale_y = 1.4
        row.operator("wince.paint_skin", icon="BRUSH_DATA")
        column = layout.column(align=True)
        column.operator("wince.load_painted_skin", text="Load Painted Skin...", icon="FILE_FOLDER")
        column.operator("wince.built_in_skin", icon="LOOP_BACK")


class WINCE_PT_paint_model(OfFace, bpy.types.Panel):
    """How a model paints"""

    bl_idname = "WINCE_PT_paint_model"
    bl_label = "Model and Words"
    bl_parent_id = "WINCE_PT_paint"

    @classmethod
    def poll(cls, context):
        """Tell whether a model paints."""
        return super().poll(context) and context.scene.wince_paint.backend in painter.WITH_MODELS

    def show(self, context, layout, face):
        """Show what only models ask for."""
        options, layout.use_property_split, layout.use_property_decorate = context.scene.wince_paint, True, False
        for name in OF_MODELS:
            layout.prop(options, name)
        words = layout.column()
        words.enabled = options.profile != paint.RELEASE
        for name in ("prompt", "negative"):
            words.prop(options, name)
        if not words.enabled:
            alert(context, layout, TEMPLATES, red=False)


class WINCE_PT_painter(OfFace, bpy.types.Panel):
    """The Python that paints, and its models"""

    bl_idname = "WINCE_PT_painter"
    bl_label = "Painter"
    bl_parent_id = "WINCE_PT_paint"
    bl_options = set()                                    # noqa: RUF012 -- as Blender writes it: open, it is the next thing to do

    @classmethod
    def poll(cls, context):
        """Tell whether a painter is named; before, the panel above asks for it."""
        return super().poll(context) and bool(preferences.painter(context))

    def show(self, context, layout, face):
        """Show what the check has found, and offer to fetch a model."""
        show_check(context, layout)
        fetch = painters.HELPERS.get("fetch")
        if fetch is not None:
            _fetch(context, layout.box(), fetch)
            return
        layout.operator("wince.fetch_model", text="Fetch Model...", icon="IMPORT")
        if not bpy.app.online_access and paint.model_of(context.scene.wince_paint):
            alert(context, layout, paint.OFFLINE, red=False)


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
    """Draw the check of the painter's Python and what it has found; the preferences show the same."""
    check = painters.HELPERS.get("check")
    row = layout.row(align=True)
    row.operator("wince.check_painter", icon="VIEWZOOM")
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
    _facts(context, layout, check.facts)


def _facts(context, layout, facts):
    """Draw what a check has found: versions, which are short, one after the other, what is longer below its label."""
    versions = [f"{label} {value}" for label, value in facts if len(value) <= NARROW]
    longer = [f"{label}: {value}" for label, value in facts if len(value) > NARROW]
    column = layout.column(align=True)
    column.scale_y = 0.8
    for text in ([", ".join(versions)] if versions else []) + longer:
        for number, line in enumerate(wrap(text, letters(context) - 4)):
            column.label(text=f"    {line}" if number else line)


def _before(context, layout):
    """Ask for what painting needs: the painter's Python, and a place for skins."""
    if not preferences.painter(context):
        box = layout.box()
        alert(context, box, FIRST, red=False, boxed=True)
        box.prop(preferences.get(context), "painter_python", text="")
        return
    try:
        preferences.outputs(context)
    except WinceError as error:
        alert(context, layout, str(error), red=False)


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
    if image is not None and painter_of not in ("built-in", "artist"):
        _judged(context, layout, skins.faults(image), skins.folder_of(source))


def _judged(context, layout, faults, folder, boxed=False):
    """Say why a skin is not good enough, and offer its sheet."""
    for fault in faults:
        alert(context, layout, f"Not good enough: {fault}", boxed=boxed)
    if folder is not None:
        layout.operator("wince.show_sheet", icon="IMAGE_DATA").folder = str(folder)


def _row(context, box, number, task):
    """Draw one painting: name and buttons, how far it is, what went wrong, how good it is, the log."""
    row = box.row()
    row.label(text=task.name, icon=ICONS[task.state])
    _buttons(row.row(align=True), number, task)
    share, words = task.how_far()
    if silent := painters.silent_s(task):
        words = f"{words}, silent for {silent} s"
    if task.state == painter.WAITING:
        box.label(text=f"{task.label}, waits for {painters.waiting_before(task)} other")
    elif task.ended:
        row = box.row()
        row.alert = bool(task.faults)
        row.label(text=f"{task.label}, {'passed' if task.passed else 'not good enough' if task.faults else task.state}")
    else:
        box.progress(factor=share, text=words)
    if task.sentence:
        alert(context, box, task.sentence, boxed=True)
    if FETCH in task.sentence and "fetch" not in painters.HELPERS:
        box.operator("wince.fetch_model", text="Fetch Model...", icon="IMPORT")
    if task.folder and task.ended and not _is_worn(context, task.folder):
        _judged(context, box, task.faults, task.folder, boxed=True)
    if context.scene.wince_paint.show_log:
        _log(context, box, task)


def _is_worn(context, folder):
    """Tell whether the active face wears the skin of a folder: then the panel above says how good it is."""
    face = faces.active(context)
    return face is not None and skins.folder_of(painting.source(dress.worn_by(face))) == Path(folder)


def _buttons(row, number, task):
    """Draw the buttons of a painting."""
    if task.folder and task.ended:
        row.operator("wince.load_painting", text="", icon="IMPORT").number = number
    row.operator("wince.copy_painting_log", text="", icon="COPYDOWN").number = number
    row.operator("wince.open_painting_folder", text="", icon="FILE_FOLDER").number = number
    name, icon = ("wince.forget_painting", "TRASH") if task.ended else ("wince.cancel_painting", "X")
    row.operator(name, text="", icon=icon).number = number


def _fetch(context, box, fetch):
    """Draw what the fetching has found out or is doing."""
    row = box.row()
    row.label(text=fetch.name, icon="IMPORT")
    row.operator("wince.end_helper", text="", icon="X").name = "fetch"
    for sentence in fetch.said:
        alert(context, box, sentence, red=sentence == fetch.sentence, boxed=True)
    if fetch.state == FAILED and fetch.sentence not in fetch.said:
        alert(context, box, fetch.sentence, boxed=True)
    elif not fetch.ended:
        silent = painters.silent_s(fetch)
        box.label(text=f"Working, silent for {silent} s" if silent else "Working...", icon="TIME")
        _log(context, box, fetch)
    elif fetch.state == DONE and "--dry-run" in fetch.words:
        box.operator("wince.fetch_model", text="Download", icon="IMPORT").sure = True


def _log(context, box, helper):
    """Draw the beginnings of the last lines that it has said."""
    column = box.column(align=True)
    column.scale_y = 0.7
    for line in list(helper.talk)[-LINES:]:
        column.label(text=shorten(line, letters(context) - 8, placeholder="..."))


CLASSES = (WINCE_PT_paint, WINCE_PT_paint_model, WINCE_PT_painter, WINCE_PT_paintings)
