"""The body as something that hair lies on: the distance to the average adult's skin on a grid that the pack brings along."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .. import binding, torso

LOW, HIGH = np.array([-0.21, -0.21, -0.17]), np.array([0.21, 0.15, 0.31])       # metres; hair that leaves the box meets nothing
CELL = 0.006
COLLAR, CLOTH = 0.010, 0.012           # height where clothes begin, and how far they hang off the skin at the most, metres
QUANTUM = 1e-4                         # of the pack's distances, metres


@dataclass(frozen=True, eq=False)
class Solid:
    """Distance to the skin: grid (X, Y, Z, 4) float32, metres outside (negative inside) and its gradient, unit vectors."""

    grid: np.ndarray

    def at(self, points):
        """Return (distance (N,), outward (N, 3)) at points (N, 3), trilinear; far away outside the grid."""
        size = np.array(self.grid.shape[:3])
        place = np.clip((points - LOW) / CELL, 0, size - 1.001)
        cell = place.astype(np.int32)
        within = (place - cell).T.astype(np.float32)
        share = (1 - within, within)
        flat = self.grid.reshape(-1, 4)
        first = (cell[:, 0] * size[1] + cell[:, 1]) * size[2] + cell[:, 2]
        out, row = np.zeros((len(points), 4), np.float32), np.empty((len(points), 4), np.float32)
        for x, y, z in np.ndindex(2, 2, 2):
            weight = share[x][0] * share[y][1] * share[z][2]
            np.take(flat[(x * size[1] + y) * size[2] + z:], first, axis=0, out=row, mode="clip")       # "raise" takes twice as long
            for part in range(4):                         # a weight for a row of four would be one short loop for each point
                row[:, part] *= weight
            out += row
        return out[:, 0], unit(out[:, 1:])


def unit(vectors):
    """Return vectors (..., 3) at length 1."""
    return vectors / np.maximum(np.sqrt(np.einsum("...i,...i->...", vectors, vectors))[..., None], 1e-12)


def vertex_normals(points, faces):
    """Return the unit normals (V, 3) of a mesh: points (V, 3), faces (F, 4); zero where there is no face."""
    a, b, c, d = (points[faces[:, k]] for k in range(4))
    out = np.zeros_like(points)
    np.add.at(out, faces, np.cross(c - a, d - b)[:, None])
    return unit(out)


@lru_cache(maxsize=2)
def of_pack(pack):
    """Return the Solid of a pack's average adult, dressed: below the neck hair lies on cloth."""
    distance = np.minimum(unpacked(pack.body_distance), _trunk(pack))
    slope = unit(np.stack(np.gradient(distance), axis=-1))
    return Solid(np.concatenate([distance[..., None], slope], axis=-1))


def _trunk(pack):
    """Return about how far the nodes of the grid are from clothes, (X, Y, Z) float32 metres; far above the neckline."""
    ticks = [np.arange(a, b + CELL, CELL) for a, b in zip(LOW, HIGH)]
    nodes = np.stack(np.meshgrid(*ticks, indexing="ij"), axis=-1)
    low = nodes[..., 2] < COLLAR
    body = torso.of(binding.rest(pack), pack.faces_of("skin"))
    column, row = torso.angles(nodes[low])
    last = torso.SIZE - 1
    radius = body.radius[np.clip(np.rint(row), 0, last).astype(int), np.rint(column).astype(int) % torso.SIZE]
    out = np.full(nodes.shape[:3], 1.0, np.float32)
    cloth = CLOTH * np.clip((COLLAR - nodes[low][:, 2]) / 0.03, 0, 1)
    out[low] = 0.8 * (np.linalg.norm(nodes[low] - torso.CENTRE, axis=-1) - radius) - cloth
    return out


def packed(distance):
    """Return distances (X, Y, Z), metres, as a pack holds them: int16 second differences of QUANTUM, which compress well."""
    out = np.rint(distance / QUANTUM).astype(np.int16)
    for axis in (2, 2, 1, 1):
        out = np.diff(out, axis=axis, prepend=np.int16(0))
    return out


def unpacked(differences):
    """Return the distances (X, Y, Z) float32, metres, that were `packed`."""
    out = differences
    for axis in (1, 1, 2, 2):
        out = np.cumsum(out, axis=axis, dtype=np.int16)
    return out * np.float32(QUANTUM)
