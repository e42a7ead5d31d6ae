"""F-curves of a face as arrays: action units over time in and out of the armature object's own action, PSPI as a curve beside them."""

import bpy
import numpy as np

from ..core.facs.pspi import HIGHEST
from ..core.facs.table import AU_KEYS
from ..core.facs.tracks import rivals
from . import poses, version
from .actions import channels, check_animatable
from .armature import AU_BONE

PSPI = "PSPI"                                          # ID property of the pose bone, where the score is a curve
SCORE_TEXT = "The pain score of the action units, frame by frame: made by Wince, refreshed on demand, moves nothing"
PAIRS = ("co", "handle_left", "handle_right")
PLAIN = {"amplitude": 0.8, "back": 1.70158, "period": 4.1}             # what Blender gives a new key
CHOICES = ("interpolation", "easing", "handle_left_type", "handle_right_type", "type")


def curves(block):
    """Return the F-curves that move a datablock; empty without any."""
    return version.curves_of(block.animation_data) if block.animation_data else ()


def write(block, tracks, frames, group="", interpolation="LINEAR"):
    """Key properties of a datablock; what was keyed from the first to the last frame is replaced, what lies before and after stays.

    tracks         {(data path, array index): (N,) values}
    frames         (N,) ascending
    group          name of the channel group
    interpolation  from these keys to the next ones
    raises         WinceError when the datablock is linked
    """
    bag = channels(block)
    for (path, index), values in tracks.items():
        curve = bag.fcurves.find(path, index=index) or bag.fcurves.new(path, index=index)
        if group and curve.group is None:
            curve.group = bag.groups.get(group) or bag.groups.new(group)
        _replace(curve, np.asarray(frames, float), np.asarray(values, float), interpolation)
    block.animation_data.action.update_tag()
    block.update_tag()


def remove(block, paths):
    """Remove F-curves by (data path, array index), and the action when that leaves it empty and unused by others."""
    found = [curve for curve in curves(block) if (curve.data_path, curve.array_index) in paths]
    bag = channels(block) if found else None
    for curve in found:
        bag.fcurves.remove(curve)
    action = block.animation_data.action if block.animation_data else None
    if bag is not None and not len(bag.fcurves) and action.users == 1 and len(action.slots) == 1:
        block.animation_data.action = None
        bpy.data.actions.remove(action)
    block.update_tag()


def write_aus(armature, frames, values):
    """Key action units of a face's armature.

    frames   (N,) int
    values   {rig key: (N,)}
    """
    write(armature, {(poses.curve_path(key), 0): track for key, track in values.items()}, frames, AU_BONE)


def au_range(armature):
    """Return how many action units are keyed, and their first and last frame; (0, None, None) without any."""
    paths = {poses.curve_path(key) for key in AU_KEYS}
    ends = [curve.range() for curve in curves(armature) if curve.data_path in paths and len(curve.keyframe_points)]
    return (len(ends), min(first for first, _ in ends), max(last for _, last in ends)) if ends else (0, None, None)


def driven(armature, keys):
    """Return those of the rig keys whose sliders follow drivers, so that their keys do not count."""
    drivers = armature.animation_data.drivers if armature.animation_data else ()
    return [key for key in keys if drivers and drivers.find(poses.curve_path(key))]


def in_the_way(armature, keys):
    """Return what contradicts rig keys and is not among them: the keyed ones, and those that stand still and are on.

    returns   [key], [(key, its rival)]
    """
    sliders, moving = poses.read(armature), {curve.data_path for curve in curves(armature)}
    pairs = dict((other, key) for group in rivals() for key in group if key in keys for other in group if other not in keys)
    keyed = [other for other in pairs if poses.curve_path(other) in moving]
    return keyed, [(other, key) for other, key in pairs.items() if other not in keyed and sliders[other]]


def write_pspi(armature, frames, score):
    """Put PSPI beside the action units as a locked curve on the pose bone's own property; replaces the one that was there.

    frames, score   (N,) int
    """
    check_animatable(armature)
    bone, path = poses.bone(armature), poses.curve_path(PSPI)
    bone[PSPI] = float(score[0])
    most = float(HIGHEST)
    bone.id_properties_ui(PSPI).update(min=0.0, max=most, soft_min=0.0, soft_max=most, precision=0, description=SCORE_TEXT)
    bone.property_overridable_library_set(poses.path_of(PSPI), True)
    remove(armature, {(path, 0)})
    write(armature, {(path, 0): score}, frames, AU_BONE, "CONSTANT")
    curve = curves(armature).find(path)
    curve.lock, curve.extrapolation = True, "CONSTANT"


def has_pspi(armature):
    """Tell whether a face has a curve of PSPI."""
    found = curves(armature)
    return bool(found and found.find(poses.curve_path(PSPI)))


def _replace(curve, frames, values, interpolation):
    """Replace the keys of an F-curve from the first to the last frame."""
    points = curve.keyframe_points
    kept = {name: _get(points, name) for name in (*PAIRS, *PLAIN, *CHOICES)}
    outside = (kept["co"][:, 0] < frames[0]) | (kept["co"][:, 0] > frames[-1])
    co = np.column_stack([frames, values])
    items = {"interpolation": interpolation, "handle_left_type": "AUTO_CLAMPED", "handle_right_type": "AUTO_CLAMPED", "type": "KEYFRAME",
             "easing": "AUTO"}
    fresh = dict.fromkeys(PAIRS, co) | PLAIN | {name: _choice(name, item) for name, item in items.items()}
    order = np.argsort(np.concatenate([kept["co"][outside, 0], frames]), kind="stable")
    points.clear()
    points.add(len(order))
    for name, old in kept.items():
        new = np.broadcast_to(fresh[name], (len(frames), *old.shape[1:]))
        _set(points, name, np.concatenate([old[outside], new])[order])
    curve.update()                                     # sorts, and lays the automatic handles


def _choice(name, item):
    return bpy.types.Keyframe.bl_rna.properties[name].enum_items[item].value


def _get(points, name):
    width = 2 if name in PAIRS else 1
    flat = np.empty(len(points) * width, np.int32 if name in CHOICES else np.float32)
    points.foreach_get(name, flat)
    return flat.reshape(-1, width) if width == 2 else flat


def _set(points, name, values):
    points.foreach_set(name, np.ascontiguousarray(values, np.int32 if name in CHOICES else np.float32).ravel())
