"""The AU sliders as they stand, contradictions and all: read, move, keyframe, and keep as pose assets."""

from contextlib import suppress

import bpy

from ..core.errors import WinceError
from ..core.facs.table import AU_KEYS, keys_of
from . import version
from .actions import channels
from .armature import AU_BONE

KEYED, ANIMATED, DRIVEN = "KEYED", "ANIMATED", "DRIVEN"


def path_of(key):
    """Return the data path of a slider from its pose bone, as `keyframe_insert` takes it."""
    return f'["{key}"]'


def curve_path(key):
    """Return the data path of a slider from its armature object, as F-curves have it."""
    return f'pose.bones["{AU_BONE}"]["{key}"]'


def bone(armature):
    """Return the pose bone that has the sliders."""
    return armature.pose.bones[AU_BONE]


def read(armature):
    """Return the sliders, {key: intensity}, every key of AU_KEYS."""
    owner = bone(armature)
    return {key: float(owner[key]) for key in AU_KEYS}


def move(armature, values, scene):
    """Write sliders; where Blender's auto-keying is on in the scene, keyframe those that changed or are animated.

    values   {key: intensity}, any of the keys
    """
    owner = bone(armature)
    changed = [key for key, value in values.items() if owner[key] != value]
    for key in changed:
        owner[key] = float(values[key])
    armature.update_tag()
    if scene.tool_settings.use_keyframe_insert_auto:
        _key_by_itself(armature, values, changed, scene.frame_current)


def keyframe(armature, keys, frame):
    """Insert keyframes of sliders at a frame; an action of another file is copied first, as it cannot be written to.

    raises   WinceError when the armature is linked, or names the sliders that took no key; the others have theirs
    """
    _key(armature, keys, lambda owner, path: owner.keyframe_insert(path, frame=frame, group=AU_BONE))


def clear_keyframes(armature, keys, frame):
    """Remove the keyframes of those sliders that have one at a frame; raises as `keyframe` does."""
    moving = Animation(armature, frame)
    keyed = [key for key in keys if moving.of(key) == KEYED]
    _key(armature, keyed, lambda owner, path: owner.keyframe_delete(path, frame=frame))


class Animation:
    """What moves the sliders by itself, read once: `of(key)` is "KEYED" (at this frame), "ANIMATED", "DRIVEN" or ""."""

    def __init__(self, armature, frame):
        self.frame = frame
        data = armature.animation_data
        self._curves = version.curves_of(data) if data else ()
        self._drivers = data.drivers if data else ()

    def of(self, key):
        """Tell what moves one slider."""
        if not (self._curves or self._drivers):
            return ""
        path = curve_path(key)
        if curve := self._curves and self._curves.find(path):
            return KEYED if _has_key(curve, self.frame) else ANIMATED
        return DRIVEN if self._drivers and self._drivers.find(path) else ""

    def of_unit(self, number):
        """Tell what moves an AU, both sides: keyed only where both are."""
        found = [self.of(key) for key in keys_of(number)]
        if found[0] == found[-1]:
            return found[0]
        return DRIVEN if DRIVEN in found else ANIMATED


def asset(armature_name, name, values, description, tags):
    """Make a pose asset of sliders: an Action with one key per slider, which Blender's pose library applies to any face.

    armature_name   str, what the action's slot is called after
    values          {key: intensity}
    returns         bpy.types.Action, marked as asset
    """
    action = bpy.data.actions.new(name)
    bag = version.new_channelbag(action, armature_name)
    group = bag.groups.new(AU_BONE)
    for key, value in values.items():
        curve = bag.fcurves.new(curve_path(key))
        curve.group = group
        curve.keyframe_points.insert(1, value)
    action.asset_mark()
    action.asset_data.description = description
    for tag in tags:
        action.asset_data.tags.new(tag, skip_if_exists=True)
    return action


def _key_by_itself(armature, values, changed, frame):
    moving = Animation(armature, frame)
    only_moving = bpy.context.preferences.edit.use_keyframe_insert_available
    with suppress(WinceError):                            # a locked channel keeps its keys while the slider moves, as all of Blender's do
        keyframe(armature, [key for key in values if moving.of(key) or (key in changed and not only_moving)], frame)


def _key(armature, keys, change):
    """Let `change(bone, path)` insert or delete a key of each slider."""
    if not keys:
        return
    channels(armature)
    if refused := [key for key in keys if not _changes(change, bone(armature), path_of(key))]:
        raise WinceError(f"the keyframes of {', '.join(refused)} on {armature.name} did not change: "
                         f"unlock these channels in the Graph Editor")


def _changes(change, owner, path):
    try:
        return change(owner, path)
    except RuntimeError:                                  # what Blender makes of a locked channel
        return False


def _has_key(curve, frame):
    """Tell whether an F-curve has a key at a frame; its keys are sorted."""
    points, low, high = curve.keyframe_points, 0, len(curve.keyframe_points)
    while low < high:
        middle = (low + high) // 2
        at = points[middle].co.x
        if abs(at - frame) < 0.01:
            return True
        low, high = (middle + 1, high) if at < frame else (low, middle)
    return False
