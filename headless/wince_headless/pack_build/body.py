"""The distance to the average adult's skin on a grid: what the add-on's hair lies on. It takes seconds, so the pack brings it along."""

import numpy as np

from wince.core.worn import binding
from wince.core.worn.hair.solid import CELL, HIGH, LOW, packed, unit, vertex_normals

SPLIT = 4                              # points per edge of a quad


def build(pack):
    """Return the signed distance to a pack's outer skin, metres, negative inside, as `solid.packed` lays it down, (X, Y, Z) int16."""
    points, normals = _samples(pack)
    nodes = np.stack(np.meshgrid(*(np.arange(a, b + CELL, CELL) for a, b in zip(LOW, HIGH)), indexing="ij"), axis=-1).astype(np.float32)
    nearest = _nearest(nodes, points)
    away = nodes - points[nearest]
    height = np.einsum("...i,...i->...", away, normals[nearest])
    far = np.linalg.norm(away, axis=-1) - 0.5 * CELL
    distance = np.where(height < 0, -1, 1) * np.maximum(abs(height), far)
    for axis in range(3):
        distance = _soft(distance, axis)
    return packed(distance)


def _samples(pack):
    """Return points and normals all over the outer skin, (S, 3) float32 each."""
    base, faces = binding.rest(pack), pack.faces_of("skin", "brows")
    faces = faces[pack.exterior[faces].all(axis=1)]
    normals = vertex_normals(base, faces)
    t = (np.arange(SPLIT) + 0.5) / SPLIT
    u, v = (a.reshape(-1) for a in np.meshgrid(t, t))
    weight = np.stack([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v], axis=-1)
    points, out = (np.einsum("sc,fci->fsi", weight, values[faces]).reshape(-1, 3) for values in (base, normals))
    return points.astype(np.float32), unit(out).astype(np.float32)


def _nearest(nodes, points):
    """Return for every node (X, Y, Z, 3) the index of about the nearest point (S, 3): jump flooding (Rong and Tan 2006)."""
    size = np.array(nodes.shape[:3])
    cell = np.clip(np.rint((points - LOW) / CELL).astype(int), 0, size - 1)
    best = np.full(nodes.shape[:3], -1, np.int32)
    best[tuple(cell.T)] = np.arange(len(points))
    least = np.full(best.shape, np.inf, np.float32)
    known = best >= 0
    least[known] = ((nodes[known] - points[best[known]]) ** 2).sum(axis=-1)
    for step in (16, 8, 4, 2, 1, 1):
        for shift in np.ndindex(3, 3, 3):
            if shift != (1, 1, 1):
                _spread(nodes, points, best, least, (np.array(shift) - 1) * step)
    return best


def _spread(nodes, points, best, least, shift):
    """Let every node try the point of its neighbour some cells away, in place."""
    to = tuple(slice(max(0, s), n + min(0, s)) for s, n in zip(shift, best.shape))
    of = tuple(slice(max(0, -s), n + min(0, -s)) for s, n in zip(shift, best.shape))
    other = best[of]
    distance = ((nodes[to] - points[other]) ** 2).sum(axis=-1)
    nearer = (other >= 0) & (distance < least[to])
    best[to] = np.where(nearer, other, best[to])
    least[to] = np.where(nearer, distance, least[to])


def _soft(values, axis):
    """Return a grid smoothed a little along one axis."""
    first, last = np.take(values, [0], axis), np.take(values, [-1], axis)
    before = np.concatenate([first, np.delete(values, -1, axis)], axis)
    after = np.concatenate([np.delete(values, 0, axis), last], axis)
    return 0.5 * values + 0.25 * (before + after)
