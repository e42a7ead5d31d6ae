"""Ribbons along curves: how all hair is built.  Meshes, not hair curves: they export, they render in every engine and viewport."""

import numpy as np


def ribbons(curves, width, across):
    """Return flat ribbons along curves.

    curves   (N, S, 3) metres, root first
    width    (N, S) metres
    across   (N, S, 3) unit vectors, the direction of the ribbon's width
    returns  points (N * S * 2, 3), faces (N * (S - 1), 4), uv (N * S * 2, 2): u across 0..1, v from root 0 to tip 1
    """
    count, steps, _ = curves.shape
    half = across * width[..., None] / 2
    points = np.stack([curves - half, curves + half], axis=2).reshape(-1, 3)
    first = (np.arange(count)[:, None] * steps + np.arange(steps - 1)) * 2
    faces = np.stack([first, first + 1, first + 3, first + 2], axis=-1).reshape(-1, 4)
    along = np.broadcast_to(np.linspace(0, 1, steps)[None, :, None], (count, steps, 2))
    uv = np.stack([np.broadcast_to([0.0, 1.0], along.shape), along], axis=-1).reshape(-1, 2)
    return points, faces, uv
