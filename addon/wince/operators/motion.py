"""Animation: import and export of intensities over time, PSPI over time, bake."""

from pathlib import Path

import bpy
import numpy as np
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, StringProperty

from ..bridge import bake, fcurves, sampling
from ..core.errors import WinceError
from ..core.facs import track_csv, tracks
from ..job import disk
from .base import OnFace

SIDES = (("BOTH", "Both", "The whole face"), ("L", "Left", "The character's left only, and what has no sides"),
         ("R", "Right", "The character's right only, and what has no sides"))
SCORES = "{} PSPI.csv"                                  # name of the text, after the face


class FromFile:
    """An operator that first asks for a CSV file."""

    filepath: StringProperty(name="File", subtype="FILE_PATH", description="The CSV file")
    filter_glob: StringProperty(default="*.csv;*.tsv;*.txt", options={"HIDDEN"}, description="Which files are shown")

    def invoke(self, context, _event):
        """Open Blender's file browser."""
        self.prepare(context)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def prepare(self, context):
        """Set what depends on the scene."""


class WINCE_OT_import_motion(FromFile, OnFace, bpy.types.Operator):
    """Key action units from a CSV file: OpenFace, ARKit (Live Link Face), or any table with columns named like AUs"""

    bl_idname = "wince.import_motion"
    bl_label = "Import Action Units over Time"
    bl_options = {"REGISTER", "UNDO", "PRESET"}         # noqa: RUF012 -- as Blender writes it

    start: IntProperty(name="Start Frame", default=1, description="The frame of the file's first row")
    scale: FloatProperty(name="Scale", default=1, min=0, soft_max=3, description="Factor on intensities; head and gaze keep their angles")
    smoothing: FloatProperty(name="Smoothing", default=0, min=0, soft_max=0.5, max=10, subtype="TIME_ABSOLUTE", unit="TIME_ABSOLUTE",
                             description="Standard deviation of a Gaussian over time, in seconds; 0 keeps the file's numbers")
    sides: EnumProperty(name="Sides", items=SIDES, default="BOTH", description="Which half of the face is keyed")
    head: BoolProperty(name="Head Turns", default=False, description="Key AU51 to AU56 from the head's angles in the file")
    gaze: BoolProperty(name="Gaze", default=False, description="Key AU61 to AU64 from the eyes' angles, or ARKit's eyeLook shapes")
    face_id: IntProperty(name="Face", default=-1, min=-1, description="Which face_id of a file with several; -1 takes the one seen most")
    confidence: FloatProperty(name="Confidence", default=0.7, min=0, max=1, description="OpenFace's rows below this are left out as gaps")
    presence: FloatProperty(name="Presence As", default=3, min=0, max=5,
                            description="Intensity of action units that the file only calls present, such as OpenFace's AU28")
    extend: BoolProperty(name="Extend Scene", default=True, description="Lengthen the scene's frame range to the end of the animation")

    def prepare(self, context):
        """Start where the scene starts."""
        self.start = context.scene.frame_start

    def act(self, context, face):
        """Read, put onto whole frames, key."""
        scene = context.scene
        fps = scene.render.fps / scene.render.fps_base
        how = track_csv.Reading(fps, None if self.face_id < 0 else self.face_id, self.confidence, self.presence, self.head, self.gaze)
        track, notes = track_csv.read(_text(self.filepath), how)
        frames, values = tracks.on_frames(track, fps, self.scale, self.smoothing)
        values, frames = tracks.on_sides(values, self.sides), frames + self.start
        notes += _obstacles(face, values)
        silent = dict.fromkeys(fcurves.in_the_way(face.armature, values)[0], np.zeros(len(frames)))
        fcurves.write_aus(face.armature, frames, values | silent)
        if self.extend:
            scene.frame_end = max(scene.frame_end, int(frames[-1]))
        done = f"Keyed {len(values)} action unit sliders on {len(frames)} frames, {frames[0]} to {frames[-1]}"
        return "; ".join([done, *notes])


class WINCE_OT_export_motion(FromFile, OnFace, bpy.types.Operator):
    """Write the action units and PSPI of each frame of the scene as CSV: OpenFace's columns, the sides beside them"""

    bl_idname = "wince.export_motion"
    bl_label = "Export Action Units over Time"
    bl_options = {"REGISTER"}                           # noqa: RUF012 -- as Blender writes it

    check_existing: BoolProperty(default=True, options={"HIDDEN"}, description="Ask before a file is replaced")

    def prepare(self, context):
        """Offer the saved file's name."""
        self.filepath = self.filepath or name_after(context.blend_data.filepath)

    def act(self, context, face):
        """Sample, write."""
        track, fps, first = _sampled(context.scene, face)
        disk.write(_path(self.filepath).with_suffix(".csv"), track_csv.write(track, fps, first).encode())
        return f"Wrote {len(track.times)} frames to {_path(self.filepath).with_suffix('.csv')}"


class WINCE_OT_pspi_over_time(OnFace, bpy.types.Operator):
    """Score each frame of the scene: a locked curve beside the action units, or a text; does it anew where it was done"""

    bl_idname = "wince.pspi_over_time"
    bl_label = "PSPI over Time"

    curve: BoolProperty(name="As Curve", default=True, description="A locked F-curve on the property PSPI of the rig's face bone")
    text: BoolProperty(name="As Text", default=False, description="A text datablock with CSV: frame, PSPI, brow, orbit, levator, eyes")

    def act(self, context, face):
        """Sample, score, write."""
        track, fps, first = _sampled(context.scene, face)
        scores = tracks.pspi_over(track.values)["PSPI"]
        frames = np.arange(first, first + len(scores))
        if self.curve:
            fcurves.write_pspi(face.armature, frames, scores)
        if self.text:
            name = SCORES.format(face.mesh_object.name)
            text = bpy.data.texts.get(name) or bpy.data.texts.new(name)
            text.from_string(track_csv.write_pspi(track, fps, first))
        most = int(scores.argmax())
        return f"PSPI of frames {frames[0]} to {frames[-1]}: {scores[most]} at most, first at frame {frames[most]}"


class WINCE_OT_bake_shape_keys(OnFace, bpy.types.Operator):
    """Key shape keys, head and eyes as they move in the scene's frame range, and mute their drivers; Unbake takes it back"""

    bl_idname = "wince.bake_shape_keys"
    bl_label = "Bake to Shape Keys"

    def act(self, context, face):
        """Bake the scene's range."""
        frames = sampling.frames_of(context.scene)
        count = bake.bake(face, frames, context.scene)
        return f"Baked {count} curves on frames {frames[0]} to {frames[-1]}: unbake to move {face.mesh_object.name} by action units again"


class WINCE_OT_unbake_shape_keys(OnFace, bpy.types.Operator):
    """Remove the baked keys and let the action units move the face again"""

    bl_idname = "wince.unbake_shape_keys"
    bl_label = "Unbake"

    def act(self, context, face):
        """Take the bake back."""
        bake.unbake(face)
        return f"Action units move {face.mesh_object.name} again"


def name_after(blend):
    """Return the name that an export is offered under, after the path of the open file, "" when it was never saved."""
    return f"{Path(blend).stem or 'face'}.csv"


def _path(filepath):
    if not filepath:
        raise WinceError("no file was named: choose a CSV file")
    return Path(bpy.path.abspath(filepath))


def _text(filepath):
    """Return the text of a file."""
    path = _path(filepath)
    if not path.is_file():
        raise WinceError(f"there is no file {path}: choose a CSV file")
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise WinceError(f"{path.name} is no text file: choose a CSV file") from None


def _sampled(scene, face):
    """Return the scene's range of a face as (Track, frames per second, first frame)."""
    frames, fps = sampling.frames_of(scene), scene.render.fps / scene.render.fps_base
    return tracks.Track((frames - frames[0]) / fps, sampling.aus_over(face.armature, frames, scene)), fps, int(frames[0])


def _obstacles(face, values):
    """Return a sentence for each thing that keeps imported keys from being seen."""
    armature, out = face.armature, ["the face is baked, unbake it to see them"] if bake.of(face) else []
    if driven := fcurves.driven(armature, values):
        out.append(f"{', '.join(driven)} follow a driver (a look-at target?), so their keys do not count until it is removed")
    keyed, still = fcurves.in_the_way(armature, values)
    if keyed:
        out.append(f"{', '.join(keyed)} were keyed, are not in the file and contradict what is: they are 0 there now")
    if still:
        pairs = ", ".join(f"{other} (against {key})" for other, key in still)
        out.append(f"these sliders are on and contradict the file: set them to 0: {pairs}")
    return out


def _in_import_menu(menu, _context):
    menu.layout.operator(WINCE_OT_import_motion.bl_idname, text="FACS Action Units over Time (.csv)")


def _in_export_menu(menu, _context):
    menu.layout.operator(WINCE_OT_export_motion.bl_idname, text="FACS Action Units over Time (.csv)")


def register():
    """Put import and export into the File menu."""
    bpy.types.TOPBAR_MT_file_import.append(_in_import_menu)
    bpy.types.TOPBAR_MT_file_export.append(_in_export_menu)


def unregister():
    """Take them out again."""
    bpy.types.TOPBAR_MT_file_import.remove(_in_import_menu)
    bpy.types.TOPBAR_MT_file_export.remove(_in_export_menu)


CLASSES = (WINCE_OT_import_motion, WINCE_OT_export_motion, WINCE_OT_pspi_over_time, WINCE_OT_bake_shape_keys, WINCE_OT_unbake_shape_keys)
