"""Where a Catmull-Clark surface lies: what Blender's subdivision shows and renders, told in numbers.

Blender puts vertices on the limit surface, so the control vertices stand in one place at every level of subdivision, a fraction of
a millimetre off where the control mesh has them. What lies on the skin has to be measured from there. Stam 1998 for the masks.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Rows:
    """A sparse matrix from points to points: row k sums weight[start[k]:start[k + 1]] times the points index[...]."""

    start: np.ndarray
    index: np.ndarray
    weight: np.ndarray

    def of(self, points):
        """Return (N, 3), one point a row, from points (V, 3)."""
        return np.add.reduceat(points[self.index] * self.weight[:, None], self.start[:-1])

    def some(self, rows):
        """Return the Rows of some rows (n,) int."""
        size = np.diff(self.start)[rows]
        start = np.concatenate([[0], np.cumsum(size)])
        place = np.repeat(self.start[rows] - start[:-1], size) + np.arange(start[-1])
        return Rows(start, self.index[place], self.weight[place])


def limit(faces, count):
    """Return the Rows of the limit positions of a mesh's `count` vertices; faces (F, 4) int, a triangle repeats its last corner.

    An inner vertex of valence n lies at (n (n - 1) v + 2 sum of neighbours + 4 sum of face centres) / (n (n + 5)), one on a border at
    (a + 4 v + b) / 6.
    """
    around = _corners(faces)
    valence = np.bincount(around[:, 0], minlength=count)
    border = _border(faces)
    inner = ~np.isin(around[:, 0], border.ravel())
    vertex, edge = around[inner, 0], around[inner, 1:3]
    size = np.where((faces[:, 3] == faces[:, 2]), 3, 4)[around[inner, 3]]
    corners = faces[around[inner, 3]]
    share = np.where(np.arange(4) < size[:, None], 4.0 / size[:, None], 0.0)
    own = np.setdiff1d(np.arange(count), border.ravel())
    rows = [np.repeat(vertex, 4), np.repeat(vertex, 2), own, border.ravel(), np.unique(border)]
    cols = [corners.ravel(), edge.ravel(), own, border[:, ::-1].ravel(), np.unique(border)]
    n = np.maximum(valence, 1)
    total = (n * (n + 5.0))
    values = [share.ravel() / total[rows[0]], 1.0 / total[rows[1]], (n * (n - 1) / total)[own], np.full(border.size, 1 / 6),
              np.full(len(rows[4]), 4 / 6)]
    return _rows(np.concatenate(rows), np.concatenate(cols), np.concatenate(values), count)


def refine(points, faces):
    """Subdivide once, before any limit: returns points (V + E + F, 3), faces (4 F, 4), of each the face that it comes from (4 F,).

    A triangle gives three faces; the fourth of them is left out.
    """
    size = np.where(faces[:, 3] == faces[:, 2], 3, 4)
    around = _corners(faces)
    centre = (np.where(np.arange(4) < size[:, None], 1.0 / size[:, None], 0.0)[..., None] * points[faces]).sum(axis=1)
    ends, edge_of, use = _edges(around)
    middle = points[ends].mean(axis=1)
    beside = np.zeros_like(middle)
    np.add.at(beside, edge_of, centre[around[:, 3]])
    inside = (use == 2)[:, None]
    edge = np.where(inside, 0.5 * middle + 0.25 * beside, middle)
    first, second = len(points), len(points) + len(edge)
    key = np.lexsort((around[:, 2], around[:, 3]))        # by face, then by the vertex after the corner
    sought = around[:, 3] * (len(points) + 1) + around[:, 0]
    back = edge_of[key[np.searchsorted((around[:, 3] * (len(points) + 1) + around[:, 2])[key], sought)]]      # the edge before each corner
    small = np.stack([around[:, 0], first + edge_of, second + around[:, 3], first + back], axis=1)
    return np.concatenate([_vertex_points(points, around, centre, ends, use), edge, centre]), small, around[:, 3]


def edges(faces):
    """Return the edges (E, 2) of a mesh in the order of their points in `refine`."""
    return _edges(_corners(faces))[0]


def _vertex_points(points, around, centre, ends, use):
    """Return where one step moves the control vertices."""
    count = len(points)
    n = np.maximum(np.bincount(around[:, 0], minlength=count), 1)[:, None]
    faces_sum, edge_sum, rim = np.zeros_like(points), np.zeros_like(points), np.zeros_like(points)
    np.add.at(faces_sum, around[:, 0], centre[around[:, 3]])
    for one, two in ((0, 1), (1, 0)):
        np.add.at(edge_sum, ends[:, one], points[ends].mean(axis=1))
        np.add.at(rim, ends[use == 1][:, one], points[ends[use == 1][:, two]])
    out = (faces_sum / n + 2 * edge_sum / n + (n - 3) * points) / n
    border = np.unique(ends[use == 1])
    out[border] = 0.75 * points[border] + 0.125 * rim[border]
    return out


def _corners(faces):
    """Return every corner (C, 4) as vertex, the one before, the one after, face."""
    out = []
    triangle = faces[:, 3] == faces[:, 2]
    for size, mine in ((3, triangle), (4, ~triangle)):
        numbers, ring = np.flatnonzero(mine), faces[mine][:, :size]
        out += [np.stack([ring[:, k], ring[:, k - 1], ring[:, (k + 1) % size], numbers], axis=1) for k in range(size)]
    return np.concatenate(out)


def _border(faces):
    """Return the edges (B, 2) that one face alone has."""
    ends, _, use = _edges(_corners(faces))
    return ends[use == 1]


def _edges(around):
    """Return the edges (E, 2) of corners (C, 4), the one after each corner (C,), and how many faces each has (E,)."""
    low, high = np.sort(around[:, [0, 2]], axis=1).T.astype(np.int64)
    base = high.max() + 1                                 # one number for two: sorting pairs takes ten times as long
    key, of, use = np.unique(low * base + high, return_inverse=True, return_counts=True)
    return np.stack([key // base, key % base], axis=1), of.ravel(), use


def _rows(row, col, value, count):
    """Return Rows from triples, those of one place added up."""
    key = row.astype(np.int64) * count + col
    places, inverse = np.unique(key, return_inverse=True)
    weight = np.bincount(inverse.ravel(), weights=value)
    keep = weight != 0
    places, weight = places[keep], weight[keep]
    start = np.searchsorted(places, np.arange(count + 1, dtype=np.int64) * count)
    return Rows(start, places % count, weight)
