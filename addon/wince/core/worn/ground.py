"""The skin that things grow on: the surface that is seen, on the average adult, with where each of its points is tied to.

Roots are scattered over it by a density, curves are laid along it. All of it is done once per pack; people come by `binding`.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .. import subdivision
from ..near import nearest
from .binding import unit

WAVES = 9                              # that add up to a random field, see `rough`


@dataclass(frozen=True, eq=False)
class Ground:
    """The skin, subdivided once. P points, T triangles.

    points     (P, 3) metres, the pack's own vertices first
    normals    (P, 3)
    triangles  (T, 3) into points
    tied       (P, 3) a triangle of the pack's mesh at each point
    faces      (F, 4) the pack's, whose centres and edges the further points are; `edges` (E, 2)
    """

    points: np.ndarray
    normals: np.ndarray
    triangles: np.ndarray
    tied: np.ndarray
    faces: np.ndarray
    edges: np.ndarray

    def spread(self, values):
        """Return values of the pack's vertices (V, ...) at all points (P, ...), linear between."""
        return np.concatenate([values, values[self.edges].mean(axis=1), values[self.faces].mean(axis=1)])

    def scatter(self, weight, count, rng):
        """Scatter roots.

        weight   (P,) density, >= 0
        count    how many
        returns  triangles (count,), barycentric (count, 3)
        """
        corner = self.points[self.triangles]
        area = np.linalg.norm(np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1)
        chance = np.cumsum(area * weight[self.triangles].mean(axis=1))
        place = (np.arange(count) + rng.random(count)) / count * chance[-1]          # stratified: no clumps, no bald spots
        chosen = np.searchsorted(chance, place)
        u, v = rng.random((2, count))
        low, high = np.minimum(u, v), np.maximum(u, v)
        return chosen, np.stack([low, high - low, 1 - high], axis=1)

    def at(self, chosen, share, values):
        """Return values (P, ...) at scattered roots."""
        return np.einsum("nk,nk...->n...", share, values[self.triangles[chosen]])

    def near(self, points, among):
        """Return the nearest of the points `among` (M,) to each of points (N, 3), as (N,) into this ground's points."""
        return among[nearest(points, self.points[among])]


def rough(points, size, rng):
    """Return a smooth random field, about -1..1, at points (N, 3), metres; its hills are `size` metres apart: where hair is patchy."""
    ways = unit(rng.normal(size=(WAVES, 3))) * (2 * np.pi / (size * rng.uniform(0.7, 1.6, (WAVES, 1))))
    return np.sin(points @ ways.T + rng.uniform(0, 2 * np.pi, WAVES)).sum(axis=1) / np.sqrt(WAVES)


@lru_cache(maxsize=2)
def of(pack):
    """Return the Ground of a pack's exterior skin."""
    points, small, parent = subdivision.refine(pack.base.astype(np.float64), pack.faces)
    points = subdivision.limit(small, len(points)).of(points)
    outside = pack.exterior[pack.faces].all(axis=1)
    small, parent = small[outside[parent]], parent[outside[parent]]
    tied = np.zeros((len(points), 3), int)
    tied[small.ravel()] = np.repeat(_third(pack.faces[parent], small[:, 0]), 4, axis=0)
    triangles = np.concatenate([small[:, [0, 1, 2]], small[:, [0, 2, 3]]])
    corner = points[triangles]
    normals = np.zeros_like(points)
    for k in range(3):
        np.add.at(normals, triangles[:, k], np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]))
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    return Ground(points, normals, triangles, tied, pack.faces, subdivision.edges(pack.faces))


def _third(faces, at):
    """Return the triangle (N, 3) of each face (N, 4) that has the vertex `at` (N,) and its two neighbours."""
    place = (faces == at[:, None]).argmax(axis=1)
    size = np.where(faces[:, 3] == faces[:, 2], 3, 4)
    rows = np.arange(len(faces))
    return np.stack([faces[rows, (place + k) % size] for k in (-1, 0, 1)], axis=1)
