"""Where the head and the eyes are turned: their angles from the action units, and their jitter.

The signs are the table's: yaw + to the character's left, pitch + up, roll + left ear to left shoulder. Angles follow the intensity
straight, whole degrees per step, unlike the shapes.
"""

import numpy as np

from ..errors import WinceError
from .action_units import ActionUnits
from .table import TABLE, keys_of

HEAD_TURNS = ((51, 52), (53, 54), (55, 56))            # yaw, pitch, roll: (positive, negative)
GAZE_TURNS = ((61, 62), (63, 64))                      # yaw, pitch


def head_pose(aus: ActionUnits) -> dict[str, float]:
    """Return the head's turn against the shoulders: {"yaw_deg", "pitch_deg", "roll_deg", "forward_deg"}."""
    return {f"{axis}_deg": _angle(aus, "head", axis) for axis in ("yaw", "pitch", "roll", "forward")}


def gaze(aus: ActionUnits) -> dict[str, dict[str, float]]:
    """Return how each eye is turned in the head: {"L": {"yaw_deg", "pitch_deg"}, "R": ...}."""
    yaw, pitch, inward = (_angle(aus, "gaze", axis) for axis in ("yaw", "pitch", "vergence"))
    return {"L": {"yaw_deg": yaw - inward, "pitch_deg": pitch}, "R": {"yaw_deg": yaw + inward, "pitch_deg": pitch}}


def _angle(aus, kind, axis):
    """The sum over the AUs that turn `kind` about `axis`, in degrees."""
    rows = (row for row in TABLE.values() if row.kind == kind and row.rotation[0] == axis)
    return sum(row.rotation[1] * aus.intensity(keys_of(row.number)[0]) for row in rows)


def pose_jitter(rng: np.random.Generator, head_deg: float, gaze_deg: float) -> dict[int, float]:
    """Draw a small turn of head and eyes, as action units: normal, at most what the AUs can do.

    rng        the generator of the pose's own stream; always five draws
    head_deg   standard deviation of head yaw, pitch and roll, degrees
    gaze_deg   standard deviation of gaze yaw and pitch, degrees
    returns    {AU number: intensity 0..5}, for ActionUnits.with_; of two opposite AUs at most one, none that is 0
    raises     WinceError for a negative deviation
    """
    for name, value in (("head_jitter_deg", head_deg), ("gaze_jitter_deg", gaze_deg)):
        if not 0.0 <= value < np.inf:
            raise WinceError(f"{name} is {value!r}: it is a standard deviation in degrees, 0 or more")
    turns = HEAD_TURNS + GAZE_TURNS
    degrees = rng.standard_normal(len(turns)) * ([head_deg] * len(HEAD_TURNS) + [gaze_deg] * len(GAZE_TURNS))
    return dict(_turned(pair, angle) for pair, angle in zip(turns, degrees, strict=True) if angle)


def _turned(pair, angle):
    """Return (AU number, intensity) that turns by `angle` degrees: the first AU of the pair for a positive one."""
    number = pair[0] if angle > 0 else pair[1]
    return number, min(float(angle) / TABLE[number].rotation[1], 5.0)
