"""The animation of a face as keys on its plain copy: weights of morph targets, turns of bones."""

import numpy as np

from ..bridge import fcurves, sampling
from ..core.facs import arkit, tracks
from ..core.facs.action_units import ActionUnits


def play(face, skin, scene):
    """Key the copy of a face as the face moves over a scene's range; one that holds still gets its pose and no keys.

    face     RiggedFace
    skin     mesh object of the copy, see `plain_copy.copy_of`
    returns  how many frames were keyed, 0 for a face that holds still
    """
    frames = sampling.frames_of(scene)
    shapes, turns = sampling.motion_over(face.armature, face.mesh_object.data, frames, scene)
    names = [block.name for block in skin.data.shape_keys.key_blocks[1:]]
    weights = shapes | (_arkit_over(face, frames, scene) if set(names) & set(arkit.ARKIT_NAMES) else {})
    keys = sampling.key_tracks({name: weights[name] for name in names})
    if all(np.ptp(track) == 0 for track in (*keys.values(), *turns.values())):
        return 0
    for obj in skin.parent.children:                      # what follows the skin has its targets
        if obj.data.shape_keys:
            fcurves.write(obj.data.shape_keys, keys, frames)
    fcurves.write(skin.parent, turns, frames)
    return len(frames)


def _arkit_over(face, frames, scene):
    """Return ARKit's weights over time, {name: (N,)}; of action units that contradict each other the stronger counts."""
    values = tracks.resolved(sampling.aus_over(face.armature, frames, scene))
    poses = [arkit.to_arkit(ActionUnits.from_keys({key: float(track[place]) for key, track in values.items()}))
             for place in range(len(frames))]
    return {name: np.array([pose[name] for pose in poses]) for name in arkit.ARKIT_NAMES}
