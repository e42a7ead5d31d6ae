"""Presets: apply, save, delete; and poses for Blender's own pose library."""

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, StringProperty

from .. import preferences
from ..bridge import poses
from ..core.errors import WinceError
from ..core.facs import preset as preset_files
from ..core.facs import sliders
from ..core.facs.action_units import ActionUnits
from ..core.facs.pspi import pspi
from ..core.facs.table import NUMBER_OF, TABLE
from ..job import presets
from .action_units import DIRECTIONS, OnSliders
from .base import OnFace, Reporting

OWN = "presets"                                           # the artist's folder of them
KIND_ITEMS = tuple((kind, kind.replace("_", " ").title(), "What the face is meant to be") for kind in preset_files.KINDS)
_listed = []                                              # Blender does not keep the words of a drawn-up list alive


def own_presets(context):
    """Return the artist's own presets, {file name without its end: Preset or WinceError}."""
    return presets.own(preferences.library(context, OWN))


class WINCE_OT_apply_preset(OnSliders, bpy.types.Operator):
    """Set the face to this preset; head and gaze stay as they are where it does not turn them"""

    bl_idname = "wince.apply_preset"
    bl_label = "Apply Preset"

    name: StringProperty(name="Preset", default="none", description="The preset's file, without .json")
    own: BoolProperty(name="Own", description="One of your own presets, not a built-in one", options={"HIDDEN"})
    intensity: FloatProperty(name="Intensity", default=1, min=0, max=1, subtype="FACTOR", options={"SKIP_SAVE"},
                             description="The preset at full, or at a part of its intensities")
    blend: FloatProperty(name="Blend", default=1, min=0, max=1, subtype="FACTOR", options={"SKIP_SAVE"},
                         description="From the present face (0) all the way to the preset (1)")

    @classmethod
    def description(cls, context, properties):
        """Say what this preset is, where it is a built-in one."""
        found = None if properties.own else presets.built_in().get(properties.name)
        return f"{cls.__doc__}. {found.aus}, PSPI {pspi(found.aus).total}" if found else cls.__doc__

    def act(self, context, face):
        """Find the preset, and move the sliders it decides about."""
        preset = self._preset(context)
        target = ActionUnits.from_keys({key: value * self.intensity for key, value in preset.aus.pairs})
        values = poses.read(face.armature)
        values = sliders.blended(values, target, self.blend, sliders.decided_by(preset.aus))
        poses.move(face.armature, values, context.scene)
        return f"{preset.name}: PSPI {sliders.score(values).total}"

    def _preset(self, context):
        found = (own_presets(context) if self.own else presets.built_in()).get(self.name)
        if found is None:
            raise WinceError(f"there is no {'own' if self.own else 'built-in'} preset {self.name!r}: pick one from the menu")
        if isinstance(found, WinceError):
            raise found
        return found


class WINCE_OT_save_preset(OnFace, bpy.types.Operator):
    """Save the present face as a preset of your own"""

    bl_idname = "wince.save_preset"
    bl_label = "Save Preset"
    bl_options = {"REGISTER"}                             # noqa: RUF012 -- a file is not undone

    name: StringProperty(name="Name", description="As the menu shows it; one of the same name is replaced")
    kind: EnumProperty(name="Kind", items=KIND_ITEMS, default=preset_files.OTHER, description="What the face is meant to be")
    pain: BoolProperty(name="Pain Is Meant", description="Whether it is pain; a PSPI above 0 alone does not make it so")
    directions: BoolProperty(name="Head and Gaze", description="Keep how head and eyes are turned in the preset, too")

    def invoke(self, context, event):
        """Ask for the name and what is meant."""
        return context.window_manager.invoke_props_dialog(self)

    def act(self, context, face):
        """Write the preset's file."""
        aus = sliders.face(poses.read(face.armature))
        kept = [(key, value) for key, value in aus.pairs if self.directions or TABLE[NUMBER_OF[key]].kind not in DIRECTIONS]
        preset = preset_files.Preset(self.name.strip(), self.kind, self.pain or self.kind == "pain", ActionUnits(tuple(kept)))
        path = presets.save(preferences.library(context, OWN), preset)
        return f"Saved {preset.name}, {preset.aus}, as {path}"


def _own_items(operator, context):
    _listed[:] = [(key, _title(key, found), "Delete this preset") for key, found in own_presets(context).items()]
    return _listed


def _title(key, found):
    return f"{key} (broken)" if isinstance(found, WinceError) else found.name


class WINCE_OT_delete_preset(Reporting, bpy.types.Operator):
    """Delete one of your own presets from the disk"""

    bl_idname = "wince.delete_preset"
    bl_label = "Delete Preset"
    bl_options = {"REGISTER"}                             # noqa: RUF012 -- a file is not undone
    bl_property = "name"

    name: EnumProperty(name="Preset", items=_own_items, description="Which of your own presets")

    @classmethod
    def poll(cls, context):
        """Tell whether the artist has presets."""
        cls.poll_message_set("You have no presets of your own yet")
        return any(preferences.library(context, OWN).glob("*.json"))

    def invoke(self, context, event):
        """Ask first: a deleted file does not come back with undo."""
        return context.window_manager.invoke_confirm(self, event)

    def act(self, context):
        """Delete the file."""
        presets.remove(preferences.library(context, OWN), self.name)
        return f"Deleted the preset {self.name}"


class WINCE_OT_save_pose_asset(OnFace, bpy.types.Operator):
    """Keep the present face in Blender's own pose library: a pose asset that Blender applies to any FACS face, without this add-on too"""

    bl_idname = "wince.save_pose_asset"
    bl_label = "Save as Pose Asset"

    name: StringProperty(name="Name", description="The asset's name; empty: its FACS code")

    def invoke(self, context, event):
        """Ask for the name."""
        return context.window_manager.invoke_props_dialog(self)

    def act(self, context, face):
        """Make the action and mark it as an asset."""
        aus, score = sliders.face(poses.read(face.armature)), sliders.score(poses.read(face.armature)).total
        name = self.name.strip() or str(aus)
        action = poses.asset(face.armature.name, name, aus.keys(), f"{aus}, PSPI {score}", ("FACS", f"PSPI {score}"))
        return f"Pose asset {action.name}: in the asset browser, under this file, until you give it a catalog"


CLASSES = (WINCE_OT_apply_preset, WINCE_OT_save_preset, WINCE_OT_delete_preset, WINCE_OT_save_pose_asset)
