"""The panels of the action units: one slider each, in groups, with a search field and the face's FACS code."""

from functools import lru_cache

import bpy

from ..bridge import face as faces
from ..bridge import poses
from ..core.errors import WinceError
from ..core.facs import sliders
from ..core.facs.pspi import pspi
from ..core.facs.table import ONE_SIDE_ONLY, SIDES, TABLE, keys_of
from ..properties.action_units import name_of, refusal
from .base import InTab, OfFace, alert

ICONS = {"": "DECORATE", poses.KEYED: "DECORATE_KEYFRAME", poses.ANIMATED: "DECORATE_ANIMATE", poses.DRIVEN: "DECORATE_DRIVER"}
APPROXIMATE, DIFFERENT = "≈", "≠"                         # not shown as FACS describes it; sides that differ: tooltips say so
LABELS = {number: sliders.label(number).replace(" ", f" {APPROXIMATE} " * (not row.supported) or " ", 1) for number, row in TABLE.items()}
WORDS = {number: f"au{number} {row.name} {row.muscles} {row.region} {row.part}".lower() for number, row in TABLE.items()}


class Rows:
    """Draws sliders of one face; what they need is read once for a whole panel."""

    def __init__(self, context, armature):
        self.both, self.bone = context.scene.wince_aus, poses.bone(armature)
        self.values = poses.read(armature)
        self.moving = poses.Animation(armature, context.scene.frame_current)
        self.linked = context.scene.wince_link_sides

    def draw(self, layout, numbers):
        """Draw a row for each AU."""
        column = layout.column(align=True)
        column.enabled = self.bone.id_data.library is None
        if not self.linked and any(len(keys_of(number)) > 1 for number in numbers):
            _draw_sides(column)
        for number in numbers:
            self._unit(column, number)

    def _unit(self, column, number):
        keys = keys_of(number)
        if number in ONE_SIDE_ONLY:                       # two movements rather than two sides of one
            for key, side in zip(keys, SIDES, strict=True):
                row = column.row(align=True)
                row.prop(self.bone, poses.path_of(key), text=f"{LABELS[number]} {side}", slider=True)
                self._buttons(row, number, self.values[key])
            return
        row = column.row(align=True)
        if len(keys) == 1:
            row.prop(self.bone, poses.path_of(keys[0]), text=LABELS[number], slider=True)
        elif self.linked:
            row.prop(self.both, name_of(number), text=self._label(number, keys), slider=True)
        else:
            sides = _name_and_sides(row, LABELS[number].removeprefix("AU"))
            for key in keys[::-1]:
                sides.prop(self.bone, poses.path_of(key), text="", slider=True)
        self._buttons(row, number, any(self.values[key] for key in keys))

    def _label(self, number, keys):
        """Return the label of a slider for both sides, which cannot show that they differ."""
        left, right = (self.values[key] for key in keys)
        return LABELS[number] if left == right else LABELS[number].replace(" ", f" {DIFFERENT} ", 1)

    def _buttons(self, row, number, used):
        row.operator("wince.keyframe_au", text="", icon=ICONS[self.moving.of_unit(number)], emboss=False).number = number
        if used:
            row.operator("wince.reset_au", text="", icon="LOOP_BACK", emboss=False).number = number
        else:
            row.label(icon="BLANK1")                      # so that a slider keeps its width while it is dragged


def _name_and_sides(row, name):
    """Draw the name, and return the row for its two sides: first the face's right, which is on the left as one looks at it."""
    split = row.split(factor=0.54, align=True)
    split.label(text=name)
    return split.row(align=True)


def _draw_sides(column):
    """Draw the heads of the two columns of sliders."""
    row = column.row(align=True)
    sides = _name_and_sides(row, "")
    for side in ("Right", "Left"):
        head = sides.row()
        head.alignment = "CENTER"
        head.label(text=side)
    for _ in range(2):                                    # as wide as the buttons beside a slider
        row.label(icon="BLANK1")


class WINCE_PT_action_units(OfFace, bpy.types.Panel):
    """The face's action units (FACS)"""

    bl_idname = "WINCE_PT_action_units"
    bl_label = "Action Units"
    bl_options = set()                                    # noqa: RUF012 -- open: this is what the face is for

    def show(self, context, layout, face):
        """Draw the code, the search field, what is for all AUs, and what was searched for."""
        if library := face.armature.library:
            alert(context, layout, f"Linked from {library.filepath}: make a library override to move it")
        _draw_code(context, layout, face.armature)
        row = layout.row(align=True)
        row.operator("wince.reset_aus", text="Reset All", icon="LOOP_BACK")
        row.operator("wince.mirror_aus", text="Mirror", icon="MOD_MIRROR")
        row.operator_menu_enum("wince.keyframe_aus", "which", text="Key", icon="KEYFRAME")
        row = layout.row(align=True)
        row.prop(context.window_manager, "wince_au_search", text="", icon="VIEWZOOM")
        linked = context.scene.wince_link_sides
        row.prop(context.scene, "wince_link_sides", text="", icon="LINKED" if linked else "UNLINKED")
        if words := context.window_manager.wince_au_search.strip():
            _draw_found(context, layout, face.armature, words)


def _draw_code(context, layout, armature):
    row = layout.row(align=True)
    code = row.row(align=True)
    code.enabled = armature.library is None
    code.prop(context.scene.wince_aus, "code", text="")
    row.operator("wince.copy_code", text="", icon="COPYDOWN")
    if sentence := refusal(context, armature):
        alert(context, layout, f"{sentence[0].upper()}{sentence[1:]}")
        return
    try:
        face = sliders.face(poses.read(armature))
    except WinceError as error:
        alert(context, layout, str(error))
        return
    # Always there, or the sliders below would jump while one is dragged from a letter to the next.
    row = layout.row()
    row.active = False
    whole = face == face.rounded()
    row.label(text=f"{len(face.numbers) or 'No'} action units, PSPI {pspi(face).total}" if whole else f"In letters: {face.rounded()}")


def _draw_found(context, layout, armature, words):
    numbers = found(words)
    if numbers:
        Rows(context, armature).draw(layout, numbers)
    else:
        layout.label(text="No action unit has this in its name", icon="INFO")


@lru_cache(maxsize=64)
def found(words):
    """Return the AUs that have all the words in number, name, muscles or region; a bare number means just that AU."""
    wanted = words.lower().split()
    exact = tuple(number for number in TABLE if [str(number)] == wanted)
    return exact or tuple(number for number, text in WORDS.items() if all(word in text for word in wanted))


class Group(InTab):
    """A group of action units, away while a search shows them above."""

    bl_parent_id = "WINCE_PT_action_units"
    bl_options = {"DEFAULT_CLOSED"}                       # noqa: RUF012 -- as Blender writes it
    part = ""

    @classmethod
    def poll(cls, context):
        """Tell whether nothing is searched for; that there is a face is the parent panel's poll."""
        return not context.window_manager.wince_au_search.strip()

    def draw(self, context):
        """Draw a slider for each of its AUs."""
        rows = Rows(context, faces.active(context).armature)
        rows.draw(self.layout, [number for number, row in TABLE.items() if row.part == self.part])


class WINCE_PT_upper_face(Group, bpy.types.Panel):
    """Brows, lids and cheeks"""

    bl_idname = "WINCE_PT_upper_face"
    bl_label = "Upper Face"
    bl_options = set()                                    # noqa: RUF012 -- open: where most of pain is
    part = "upper"


class WINCE_PT_lower_face(Group, bpy.types.Panel):
    """Nose, lips, jaw, tongue and neck"""

    bl_idname = "WINCE_PT_lower_face"
    bl_label = "Lower Face"
    part = "lower"


class WINCE_PT_eyes(Group, bpy.types.Panel):
    """Where the eyes look"""

    bl_idname = "WINCE_PT_eyes"
    bl_label = "Eyes"
    part = "eyes"


class WINCE_PT_head(Group, bpy.types.Panel):
    """How the head is turned"""

    bl_idname = "WINCE_PT_head"
    bl_label = "Head"
    part = "head"


CLASSES = (WINCE_PT_action_units, WINCE_PT_upper_face, WINCE_PT_lower_face, WINCE_PT_eyes, WINCE_PT_head)
