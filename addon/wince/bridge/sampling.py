"""What moves a face, frame by frame, as Blender evaluates it: action, NLA, drivers and overrides all count.

It is evaluated in a scene of its own with nothing else in it, so that heavy scenes cost nothing and no frame, slider or cursor of the
artist's scene moves. What the face follows (a look-at target, say) is evaluated along.
"""

from contextlib import contextmanager

import bpy
import numpy as np

from ..core.facs.table import AU_KEYS
from .armature import AU_BONE

TURNING = ("neck", "head", "eye.L", "eye.R")             # the bones that action units turn


def frames_of(scene):
    """Return the frames (N,) int of a scene's range."""
    return np.arange(scene.frame_start, scene.frame_end + 1)


def aus_over(armature, frames, scene):
    """Return the action units {rig key: (N,)} of an armature object at frames (N,) of a scene."""
    out = np.empty((len(AU_KEYS), len(frames)))
    with _alone(armature, None, scene) as step:
        for place, frame in enumerate(frames):
            bone = armature.evaluated_get(step(frame)).pose.bones[AU_BONE]
            out[:, place] = [bone[key] for key in AU_KEYS]
    return dict(zip(AU_KEYS, out, strict=True))


def motion_over(armature, mesh, frames, scene):
    """Return how the drivers of a face move it over time.

    mesh     bpy.types.Mesh with shape keys
    returns  shape key values {name: (N,)}, tracks of the TURNING bones' Euler angles {(data path, axis): (N,)} radians
    """
    blocks = mesh.shape_keys.key_blocks
    values, angles = np.empty((len(frames), len(blocks)), np.float32), {bone: np.empty((len(frames), 3)) for bone in TURNING}
    with _alone(armature, mesh, scene) as step:
        for place, frame in enumerate(frames):
            graph = step(frame)
            mesh.shape_keys.evaluated_get(graph).key_blocks.foreach_get("value", values[place])
            pose = armature.evaluated_get(graph).pose
            for bone in TURNING:
                angles[bone][place] = pose.bones[bone].rotation_euler
    turns = {(f'pose.bones["{bone}"].rotation_euler', axis): angle[:, axis] for bone, angle in angles.items() for axis in range(3)}
    return {block.name: values[:, place] for place, block in enumerate(blocks)}, turns


def key_tracks(values):
    """Return shape key values {name: (N,)} as tracks {(data path, 0): (N,)}."""
    return {(f'key_blocks["{name}"].value', 0): track for name, track in values.items()}


@contextmanager
def _alone(armature, mesh, like):
    """Give a function `step(frame)` that evaluates the armature, and a mesh without its modifiers, and returns the dependency graph."""
    scene = bpy.data.scenes.new("Wince Sampling")
    probe = bpy.data.objects.new("Wince Sampling", mesh)
    follow = probe.constraints.new("COPY_TRANSFORMS")           # an armature that is hidden would not be evaluated by itself
    follow.target, follow.subtarget = armature, AU_BONE
    for obj in (armature, probe):
        scene.collection.objects.link(obj)
    scene.render.frame_map_old, scene.render.frame_map_new = like.render.frame_map_old, like.render.frame_map_new

    def step(frame):
        scene.frame_set(int(frame))
        return scene.view_layers[0].depsgraph

    try:
        yield step
    finally:
        bpy.data.objects.remove(probe)
        bpy.data.scenes.remove(scene)
