"""The panel of pain: the score with its terms, the slider from pose to PSPI, the presets."""

import bpy

from ..bridge import poses
from ..core.errors import WinceError
from ..core.facs import sliders
from ..core.facs.expressions import KINDS
from ..core.facs.pspi import HIGHEST, pspi
from ..job import presets
from ..operators.pain import own_presets
from .base import OfFace, alert

TERMS = (("brow", "Brow (AU4)", 5), ("orbit", "Orbit (6, 7)", 5), ("levator", "Levator (9, 10)", 5), ("eyes", "Eyes (43)", 1))
PAIN_KINDS = ("neutral", "pain")


class WINCE_PT_pain(OfFace, bpy.types.Panel):
    """The face's pain score (PSPI), and ways to it"""

    bl_idname = "WINCE_PT_pain"
    bl_label = "Pain"
    bl_options = set()                                    # noqa: RUF012 -- open: the score is to be seen

    def show(self, context, layout, face):
        """Draw the score, the slider to it, and the presets."""
        _draw_score(layout, sliders.score(poses.read(face.armature)))
        library = face.armature.library
        if library:
            alert(context, layout, f"Linked from {library.filepath}: make a library override to move it")
        column = layout.column(align=True)
        column.enabled = library is None
        column.prop(context.scene, "wince_pspi", slider=True)
        column.prop(context.scene, "wince_pain_variation")
        row = layout.row(align=True)
        for name, preset in _built_in(True):
            row.operator("wince.apply_preset", text=preset.name).name = name
        row = layout.row(align=True)
        row.menu("WINCE_MT_presets", text="Presets")
        row.operator("wince.save_preset", text="", icon="ADD")
        layout.operator("wince.save_pose_asset", icon="ASSET_MANAGER")


def _draw_score(layout, score):
    column = layout.column(align=True)
    total = column.row()
    total.scale_y = 1.5
    total.progress(factor=score.total / HIGHEST, text=f"PSPI  {score.total}  of {HIGHEST}")
    for field, name, most in TERMS:
        value = getattr(score, field)
        term = column.split(factor=0.5)
        term.label(text=name)
        term.progress(factor=value / most, text=f"{value} of {most}")


def _built_in(pain):
    """Return the built-in presets that are pain or none at all, or the others, [(name, Preset)]."""
    return [(name, preset) for name, preset in presets.built_in().items() if (preset.kind in PAIN_KINDS) == pain]


def _entries(layout, pairs, own=False):
    for (name, preset), (_, before) in zip(pairs, pairs[:1] + pairs, strict=False):
        if not own and _chapter(preset) != _chapter(before):
            layout.separator()
        entry = layout.operator("wince.apply_preset", text=f"{preset.name}  (PSPI {pspi(preset.aus).total})")
        entry.name, entry.own = name, own


def _chapter(preset):
    """Return what a preset stands with in the menu: emotions, speech, eyes, or what a pain detector mistakes for pain."""
    recipe = KINDS.get(preset.kind)
    return preset.kind in ("speech", "blink", "gaze"), preset.kind == "speech", bool(recipe and recipe.hard_negative)


class WINCE_MT_presets_pain(bpy.types.Menu):
    """Faces in pain, and the neutral one"""

    bl_idname = "WINCE_MT_presets_pain"
    bl_label = "Pain"

    def draw(self, context):
        """List them."""
        _entries(self.layout, _built_in(True))


class WINCE_MT_presets_not_pain(bpy.types.Menu):
    """Faces that are not pain, some of which score all the same"""

    bl_idname = "WINCE_MT_presets_not_pain"
    bl_label = "Not Pain"

    def draw(self, context):
        """List them."""
        _entries(self.layout, _built_in(False))


class WINCE_MT_presets_own(bpy.types.Menu):
    """Presets that you saved"""

    bl_idname = "WINCE_MT_presets_own"
    bl_label = "Yours"

    def draw(self, context):
        """List them, and those whose file is broken with the reason."""
        found = own_presets(context)
        _entries(self.layout, [(name, preset) for name, preset in found.items() if not isinstance(preset, WinceError)], own=True)
        for broken in (error for error in found.values() if isinstance(error, WinceError)):
            alert(context, self.layout, str(broken))
        self.layout.separator()
        self.layout.operator("wince.save_preset", text="Save Preset...", icon="ADD")
        self.layout.operator_menu_enum("wince.delete_preset", "name", icon="REMOVE")


class WINCE_MT_presets(bpy.types.Menu):
    """Expressions to start from"""

    bl_idname = "WINCE_MT_presets"
    bl_label = "Presets"

    def draw(self, context):
        """List the kinds."""
        for menu in (WINCE_MT_presets_pain, WINCE_MT_presets_not_pain, WINCE_MT_presets_own):
            self.layout.menu(menu.bl_idname)


CLASSES = (WINCE_MT_presets_pain, WINCE_MT_presets_not_pain, WINCE_MT_presets_own, WINCE_MT_presets, WINCE_PT_pain)
