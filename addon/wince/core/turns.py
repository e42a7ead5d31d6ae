"""Turns of heads, eyes and cameras: yaw, pitch and roll as the character feels them, and rotation matrices."""

import numpy as np


def rotation(yaw=0.0, pitch=0.0, roll=0.0):
    """Return the turn of a head, of an eye, or of a camera that looks at it: roll first, yaw last.

    yaw      radians, positive to the character's left
    pitch    radians, positive up
    roll     radians, positive when the character's left ear goes down
    returns  (3, 3)  rotation in Blender axes; the identity looks along -Y
    """
    (cy, sy), (cp, sp), (cr, sr) = ((np.cos(a), np.sin(a)) for a in (yaw, -pitch, roll))
    turn = np.array([[cy, -sy, 0], [sy, cy, 0], [0, 0, 1]])
    nod = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    tilt = np.array([[cr, 0, sr], [0, 1, 0], [-sr, 0, cr]])
    return turn @ nod @ tilt


def angles(matrix):
    """Return (yaw, pitch, roll), (...) radians each, of rotations (..., 3, 3); the inverse of `rotation` for |pitch| < 90 degrees."""
    (_, across, _), (_, ahead, _), (side, up, above) = np.split(axes_of(matrix.reshape(*matrix.shape[:-2], 9)), 3)
    return np.arctan2(-across, ahead), -np.arcsin(np.clip(up, -1, 1)), np.arctan2(-side, above)


def axes_of(vectors):
    """Return the columns (K, ...) of vectors (..., K), each in one piece of memory.

    numpy gives `arctan2`, `exp` or `log` of a column that lies scattered now with the vector unit's last bit, now with the C library's,
    as memory happens to lie (seen in 1.26, with AVX-512): what is computed from these is the same in every process.
    """
    return np.ascontiguousarray(np.moveaxis(vectors, -1, 0))


def bearing(vectors):
    """Return (yaw, pitch) in radians of directions (..., 3) of any length, Blender axes: 0 along -Y, positive to +X and up."""
    x, y, z = axes_of(vectors)
    return np.arctan2(x, -y), np.arctan2(z, np.hypot(x, y))
