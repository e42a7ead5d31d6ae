"""Baking a face: its animation as keys on shape keys and bones, its drivers muted; a file so baked needs no drivers.

What was done is written into an ID property of the datablocks it was done to, so that it can be taken back in any file, at any time.
"""

import json

import numpy as np

from ..core import rig
from ..core.errors import WinceError
from . import fcurves, sampling

BAKED = "wince_baked"            # ID property of shape keys and armature: JSON {"frames": [first, last], "curves": [[path, index], ...]}


def of(face):
    """Return the (first, last) frame that a face is baked for, None when its drivers move it."""
    text = face.armature.get(BAKED)
    return tuple(json.loads(text)["frames"]) if text else None


def bake(face, frames, scene):
    """Key shape keys and bones as the face moves at the frames, and mute their drivers.

    frames   (N,) int
    returns  the number of curves written
    raises   WinceError when it is baked already, or its data is linked
    """
    keys = face.mesh_object.data.shape_keys
    if of(face):
        raise WinceError(f"{face.mesh_object.name} is baked already: unbake it first")
    for block in (face.armature, keys):
        if block.library is not None or block.override_library is not None:
            raise WinceError(f"{face.mesh_object.name} is linked from another file: bake it there, or make it local with its data")
    values, turns = sampling.motion_over(face.armature, face.mesh_object.data, frames, scene)
    shapes = sampling.key_tracks({row.key: values[row.key] for row in rig.ROWS if row.key in values})
    return _bake(keys, shapes, frames) + _bake(face.armature, turns, frames)


def unbake(face):
    """Take the baked keys away and let the drivers move the face again.

    raises   WinceError when it is not baked
    """
    if not of(face):
        raise WinceError(f"{face.mesh_object.name} is not baked: its drivers move it")
    for block in (face.armature, face.mesh_object.data.shape_keys):
        paths = {tuple(pair) for pair in json.loads(block.get(BAKED, '{"curves": []}'))["curves"]}
        fcurves.remove(block, paths)
        for curve in _drivers(block, paths):
            curve.mute = False
        if BAKED in block:
            del block[BAKED]


def _bake(block, tracks, frames):
    """Key what live drivers move, of a datablock's {(path, index): (N,)}; return how many."""
    live = [curve for curve in _drivers(block, tracks) if not curve.mute]
    paths = [(curve.data_path, curve.array_index) for curve in live]
    for path in paths:
        still = bool(np.ptp(tracks[path]) == 0)
        fcurves.write(block, {path: tracks[path][:1] if still else tracks[path]}, frames[:1] if still else frames)
    for curve in live:
        curve.mute = True
    block[BAKED] = json.dumps({"frames": [int(frames[0]), int(frames[-1])], "curves": paths})
    return len(paths)


def _drivers(block, paths):
    drivers = block.animation_data.drivers if block.animation_data else ()
    return [curve for curve in drivers if (curve.data_path, curve.array_index) in paths]
