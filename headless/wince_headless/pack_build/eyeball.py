"""One eyeball of radius 1 looking along -Y, its rings laid so that pupil and iris end on edges of the mesh."""

import numpy as np

PUPIL_DEG, IRIS_DEG = 7.0, 20.5                     # half angles; a 12 mm iris on this mesh's large eyeball
RINGS_DEG = (PUPIL_DEG, 12.0, 16.5, IRIS_DEG, 23.5, 28.0, 35.0, 45.0, 58.0, 74.0, 92.0, 115.0, 145.0)
SEGMENTS = 48
CORNEA = 0.042                                      # how far the cornea stands out, share of the radius


def build():
    """Return vertices (V, 3), faces (F, 4), part (F,) 0 sclera 1 iris 2 pupil, uv (V, 2) azimuthal around the pupil."""
    polar = np.radians(np.concatenate([[0.0], np.repeat(RINGS_DEG, SEGMENTS), [180.0]]))
    turn = np.concatenate([[0.0], np.tile(np.arange(SEGMENTS) * 2 * np.pi / SEGMENTS, len(RINGS_DEG)), [0.0]])
    sideways = np.stack([np.cos(turn), np.sin(turn)], axis=1) * np.sin(polar)[:, None]
    bulge = 1 + CORNEA * np.clip(1 - (polar / np.radians(IRIS_DEG + 7)) ** 2, 0, 1) ** 1.5       # meets the white without an edge
    vertices = np.stack([sideways[:, 0], -np.cos(polar), sideways[:, 1]], axis=1) * bulge[:, None]
    uv = 0.5 + 0.5 * (polar / np.pi)[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return vertices, *_faces(), uv


def _faces():
    column = np.arange(SEGMENTS)
    after = (column + 1) % SEGMENTS
    front = np.stack([np.zeros_like(column), 1 + column, 1 + after, 1 + after], axis=1)
    bands = [1 + k * SEGMENTS + np.stack([column, column + SEGMENTS, after + SEGMENTS, after], axis=1) for k in range(len(RINGS_DEG) - 1)]
    last = 1 + (len(RINGS_DEG) - 1) * SEGMENTS
    back = np.stack([last + column, np.full_like(column, last + SEGMENTS), last + after, last + after], axis=1)
    outer = np.repeat((0.0, *RINGS_DEG), SEGMENTS)
    part = np.where(outer < PUPIL_DEG, 2, np.where(outer < IRIS_DEG, 1, 0)).astype(np.uint8)
    return np.concatenate([front, *bands, back]), part
