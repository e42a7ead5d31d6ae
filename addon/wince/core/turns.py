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
    """Return (yaw, pitch, roll) in radians of a (3, 3) rotation; the inverse of `rotation` for |pitch| < 90 degrees."""
    yaw = np.arctan2(-matrix[0, 1], matrix[1, 1])
    pitch = -np.arcsin(np.clip(matrix[2, 1], -1, 1))
    roll = np.arctan2(-matrix[2, 0], matrix[2, 2])
    return float(yaw), float(pitch), float(roll)
