"""Tubes along paths, and panes within outlines: what frames are made of."""

import numpy as np

CORNERS = 8                            # of a section: a square with round corners


def tube(path, half, up, closed=False):
    """Return a tube along a path.

    path     (N, 3) metres
    half     (N, 2) metres: half its thickness across and along `up`
    up       (N, 3) unit, about square to the path
    closed   whether it ends where it begins; else its ends are shut
    returns  points (P, 3), faces (F, 4)
    """
    ahead = np.roll(path, -1, axis=0) - np.roll(path, 1, axis=0) if closed else np.gradient(path, axis=0)
    across = np.cross(ahead, up)
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    turn = (np.arange(CORNERS) + 0.5) / CORNERS * 2 * np.pi
    section = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    section = np.sign(section) * np.abs(section) ** 0.7
    points = path[:, None] + section[:, :1] * (across * half[:, :1])[:, None] + section[:, 1:] * (np.asarray(up) * half[:, 1:])[:, None]
    return points.reshape(-1, 3), _skin(len(path), closed)


def _skin(rings, closed):
    here = np.arange(rings * CORNERS).reshape(rings, CORNERS)
    there = np.roll(here, -1, axis=0) if closed else here[1:]
    here = here if closed else here[:-1]
    sides = np.stack([here, np.roll(here, -1, axis=1), np.roll(there, -1, axis=1), there], axis=-1).reshape(-1, 4)
    if closed:
        return sides
    return np.concatenate([sides, *(_lid(ring, turned) for ring, turned in ((here[0], True), (there[-1], False)))])


def _lid(ring, turned):
    """Return the quads that shut a ring of corners."""
    ring = ring[::-1] if turned else ring
    pairs = np.arange(1, CORNERS - 2, 2)
    return np.stack([np.full(len(pairs), ring[0]), ring[pairs], ring[pairs + 1], ring[pairs + 2]], axis=1)


def pane(outline, middle):
    """Return a pane: a fan of triangles from a middle (3,) to a closed outline (N, 3); points (N + 1, 3), faces (N, 4)."""
    count = len(outline)
    here = np.arange(count)
    there = (here + 1) % count
    return np.concatenate([outline, [middle]]), np.stack([here, there, np.full(count, count), np.full(count, count)], axis=1)


def joined(parts):
    """Return one mesh of several, [(points, faces)]: points (P, 3), faces (F, 4), and which part each face is of (F,)."""
    start = np.cumsum([0, *(len(points) for points, _ in parts)])
    faces = np.concatenate([faces + first for (_, faces), first in zip(parts, start, strict=False)])
    return np.concatenate([points for points, _ in parts]), faces, np.repeat(np.arange(len(parts)), [len(faces) for _, faces in parts])
