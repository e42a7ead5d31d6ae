"""From values on vertices to pictures on the atlas: which texel shows which point of the mesh, gathered, never scattered."""

from dataclasses import dataclass

import numpy as np

RIM = 1e-6                             # texel centres this far outside a triangle, in its own coordinates, still count


@dataclass(frozen=True, eq=False)
class Texels:
    """The covered texels of a square picture, row 0 at v = 0.

    index    (N,)    flat place in the picture
    corners  (N, 3)  vertices of the triangle that a texel's centre lies in
    weights  (N, 3)  its place in that triangle, summing to 1
    size     int     texels along a side
    """

    index: np.ndarray
    corners: np.ndarray
    weights: np.ndarray
    size: int

    def picture(self, values):
        """Return values (V, C) of vertices as a picture (size, size, C), 0 where nothing is."""
        out = np.zeros((self.size ** 2, values.shape[1]))
        out[self.index] = np.einsum("nk,nkc->nc", self.weights, values[self.corners])
        return out.reshape(self.size, self.size, -1)

    def covered(self):
        """Return which texels show the mesh, (size, size) bool."""
        out = np.zeros(self.size ** 2, bool)
        out[self.index] = True
        return out.reshape(self.size, self.size)


def texels(faces, uv, uv_faces, size):
    """Find the texels of a mesh.

    faces, uv_faces  (F, 4) int; a triangle repeats its last corner
    uv               (T, 2) 0..1
    returns          Texels; where faces overlap, the last one counts
    """
    halves = [[0, 1, 2], [0, 2, 3]]
    vertices = np.concatenate([faces[:, half] for half in halves])
    corners = np.concatenate([uv[uv_faces[:, half]] for half in halves]).astype(float) * size - 0.5
    triangle, x, y = _boxes(corners, size)
    weights = _barycentric(corners[triangle], x, y)
    inside = (weights >= -RIM).all(axis=1)                # a triangle without area has no weights, only nan
    return Texels((y * size + x)[inside], vertices[triangle[inside]], weights[inside], size)


def padded(picture, covered, rounds):
    """Return a picture (S, S, C) whose covered part is grown by `rounds` texels, so that no gutter shows at a seam."""
    out, known = picture * covered[..., None], covered.astype(float)
    for _ in range(rounds):
        total, count = (_around(values) for values in (out * known[..., None], known[..., None]))
        new = (known == 0) & (count[..., 0] > 0)
        out[new], known[new] = (total / np.maximum(count, 1))[new], 1.0
    return out


def _boxes(corners, size):
    """Return (triangle, x, y) of every texel in the box around every triangle (T, 3, 2)."""
    low = np.clip(np.ceil(corners.min(axis=1)), 0, size - 1).astype(int)
    high = np.clip(np.floor(corners.max(axis=1)), -1, size - 1).astype(int)
    width, height = np.maximum(high - low + 1, 0).T
    triangle = np.repeat(np.arange(len(corners)), width * height)
    place = np.arange(len(triangle)) - np.repeat(np.cumsum(width * height) - width * height, width * height)
    return triangle, low[triangle, 0] + place % width[triangle], low[triangle, 1] + place // width[triangle]


def _barycentric(corners, x, y):
    """Return the weights (N, 3) of points in triangles (N, 3, 2)."""
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        area = _cross(b - a, c - a)
        point = np.stack([x, y], axis=1)
        second, third = _cross(point - a, c - a) / area, _cross(b - a, point - a) / area
        return np.stack([1 - second - third, second, third], axis=1)


def _cross(a, b):
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]


def _around(values):
    """Return the sum over the eight neighbours of every texel (S, S, C)."""
    wide = np.pad(values, ((1, 1), (1, 1), (0, 0)))
    rows, columns = values.shape[:2]
    return sum(wide[i:i + rows, j:j + columns] for i in range(3) for j in range(3) if (i, j) != (1, 1))
