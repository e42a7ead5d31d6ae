"""What face trackers record besides action units, as action units: ARKit's weights, and the angles of head and eyes.

The signs of the angles, both trackers' put into the table's (yaw + to the character's left, pitch + up, roll + left ear down):

OpenFace   camera axes X right, Y down, Z away from the camera, rotation R = Rx Ry Rz in radians (its wiki, "Output Format", and
           `Euler2RotationMatrix` in its source). So pose_Ry + is a turn to the person's own right, pose_Rx + is down, pose_Rz + lowers
           the left ear (its issue 966 says the same of Rx and Ry). gaze_angle_x = atan2(x, -z), + to the person's left, and
           gaze_angle_y = atan2(y, -z), + down, are relative to the camera: the head's turn is taken out of them.
ARKit      Live Link Face writes radians, yaw first and roll last; yaw + to the person's own right, pitch + down, roll + left ear
           down. Read off recorded takes, where eyeLookOutLeft comes with a negative LeftEyeYaw and eyeLookDown with a positive pitch;
           the head's angles pass through the same conversion as the eyes'. In landscape the app swaps signs: hold the phone upright.
"""

import numpy as np

from .. import turns
from .arkit import ARKIT_NAMES, JAW_DROP, NOTHING, PEELED
from .intensity import intensity, share
from .pose import GAZE_TURNS, HEAD_TURNS
from .table import NUMBER_OF, SPLIT, TABLE, keys_of, sources_of
from .tracks import resolved, turned

FACE_OF_CAMERA = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])      # OpenFace's axes -> a face that looks at the camera


def from_arkit_frames(weights):
    """Read ARKit weights over time: `arkit.from_arkit` for many frames at once.

    weights  {ARKit name: (N,) 0..1}   clamped; names that are absent are 0
    returns  {rig key: (N,) 0..5}, {ARKit name: the largest weight that no action unit took}
    """
    count = len(next(iter(weights.values())))
    rest = {name: np.clip(weights[name], 0.0, 1.0) if name in weights else np.zeros(count) for name in ARKIT_NAMES}
    found = _take_jaw(rest)
    for number in PEELED:
        for key in keys_of(number):
            found[key] = _peel(rest, _shapes(key))
        if any(name in SPLIT for name in sources_of(keys_of(number)[0])):
            found |= dict.fromkeys(keys_of(number), np.maximum.reduce([found[key] for key in keys_of(number)]))
    lost = {name: float(weight.max()) for name, weight in rest.items() if weight.max() > NOTHING}
    return resolved({key: _as_intensity(key, part) for key, part in found.items()}), lost


def _shapes(key):
    return {name: gain for name, gain in sources_of(key).items() if not name.startswith("unit:")}


def _take_jaw(rest):
    """Take jawOpen and mouthClose out of `rest` as AU26 with or without 25, or as AU27; return {key: effect}."""
    opened, closed = rest["jawOpen"], rest["mouthClose"]
    wide = opened > JAW_DROP + NOTHING
    ajar = ~wide & (opened > NOTHING)
    fallen = np.minimum(opened / JAW_DROP, 1.0)
    close = intensity(np.minimum(closed / JAW_DROP, fallen))
    parted = 1.0 - np.divide(close, intensity(fallen), out=np.zeros_like(fallen), where=ajar)
    rest["jawOpen"] = np.where(wide | ajar, 0.0, opened)
    rest["mouthClose"] = np.where(ajar, np.maximum(closed - opened, 0.0), closed)
    return {"AU27": np.where(wide, opened, 0.0), "AU26": np.where(ajar, fallen, 0.0),
            "AU25": np.where(ajar, share(5.0 * parted), 0.0)}


def _peel(rest, sources):
    """Take out of `rest` as much as the main sources hold together, the lesser ones along; return it as effects 0..1."""
    part = np.minimum.reduce([rest[name] for name, gain in sources.items() if gain == 1.0])
    for name, gain in sources.items():
        rest[name] = np.maximum(rest[name] - part * gain, 0.0)
    return part


def _as_intensity(key, effect):
    value = 5.0 * effect if TABLE[NUMBER_OF[key]].rotation else intensity(effect)
    return np.where(effect > NOTHING, np.round(value, 9), 0.0)


def openface_head(rx, ry, rz):
    """Return the (N, 3, 3) turns of the head, Blender axes, from OpenFace's pose_Rx, pose_Ry, pose_Rz (N,), radians."""
    turn = _about(0, rx) @ _about(1, ry) @ _about(2, rz)
    return FACE_OF_CAMERA @ turn @ FACE_OF_CAMERA.T


def head_aus(turn):
    """Return AU51-56 {rig key: (N,)} of the turns of a head (N, 3, 3), Blender axes."""
    return angle_aus(HEAD_TURNS, turns.angles(turn))


def openface_gaze(angle_x, angle_y, head=None):
    """Return AU61-64 {rig key: (N,)} of OpenFace's gaze angles.

    angle_x, angle_y   (N,) radians, relative to the camera
    head               (N, 3, 3) the head's turns, taken out of the gaze; None when they are not known
    """
    look = np.stack([np.tan(angle_x), -np.ones_like(angle_x), -np.tan(angle_y)], axis=-1)          # Blender axes
    if head is not None:
        look = np.einsum("nji,nj->ni", head, look)
    return angle_aus(GAZE_TURNS, turns.bearing(look))


def arkit_head(yaw, pitch, roll):
    """Return AU51-56 {rig key: (N,)} of Live Link Face's HeadYaw, HeadPitch, HeadRoll (N,)."""
    return angle_aus(HEAD_TURNS, (-yaw, -pitch, roll))


def arkit_gaze(yaw, pitch):
    """Return AU61-64 {rig key: (N,)} of Live Link Face's eye angles (N,), the mean of both eyes."""
    return angle_aus(GAZE_TURNS, (-yaw, -pitch))


def angle_aus(pairs, radians):
    """Return the AUs {rig key: (N,)} of angles, one (N,) array for each pair of opposite AUs."""
    return {key: value for pair, angle in zip(pairs, radians, strict=True) for key, value in turned(pair, np.degrees(angle)).items()}


def _about(axis, angle):
    """Return right-handed turns (N, 3, 3) about a coordinate axis."""
    out = np.zeros((len(angle), 3, 3))
    out[:, axis, axis] = 1.0
    i, j = (axis + 1) % 3, (axis + 2) % 3
    out[:, i, i] = out[:, j, j] = np.cos(angle)
    out[:, j, i], out[:, i, j] = np.sin(angle), -np.sin(angle)
    return out
