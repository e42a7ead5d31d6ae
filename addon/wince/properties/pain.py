"""The slider from pose to PSPI; it stores nothing, it reads and writes the action units of the active face."""

import bpy
from bpy.props import FloatProperty, IntProperty

from ..bridge import poses
from ..core.facs import path, sliders
from ..core.facs.pspi import HIGHEST
from .action_units import armature_of, movable


def _read(scene):
    armature = armature_of(bpy.context)
    return float(sliders.score(poses.read(armature)).total) if armature else 0.0


def _write(scene, position):
    if armature := movable(bpy.context):
        aus = path.at(path.variation(scene.wince_pain_variation), position)
        poses.move(armature, sliders.laid(poses.read(armature), aus, path.PATH_AUS), scene)


def _vary(scene, context):
    if score := _read(scene):
        _write(scene, score)


def register():
    """Hang them on Blender's types."""
    bpy.types.Scene.wince_pspi = FloatProperty(
        name="Pose to PSPI", min=0, max=HIGHEST, step=100, precision=1, options=set(), get=_read, set=_write,
        description="Pose the face to a pain score, through action units as they come together in pain. AUs 4, 6, 7, 9, 10, 12, 20, 25, "
                    "26, 27 and 43 follow it; the others stay where they do not contradict. It shows the score that the face has")
    bpy.types.Scene.wince_pain_variation = IntProperty(
        name="Variation", min=0, default=0, options=set(), update=_vary,
        description="Another number, another way to the same pain scores; a face in pain takes it on at once")


def unregister():
    """Take them off again."""
    del bpy.types.Scene.wince_pain_variation, bpy.types.Scene.wince_pspi


CLASSES = ()
