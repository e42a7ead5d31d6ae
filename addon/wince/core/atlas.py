"""From values on vertices to pictures on the atlas: which texel shows which point of the mesh, gathered, never scattered."""

from dataclasses import dataclass

import numpy as np

RIM = 1e-6                             # texel centres this far outside a triangle, in its own coordinates, still count
BLOCK = 1 << 15                        # points that are worked on at once: more would not fit the processor's cache
NEAR = 1e-3                            # texels about a triangle that are looked at


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
    triangle, x, y, weights = fragments(corners, size, size)
    return Texels(y * size + x, vertices[triangle], weights.T, size)


def fragments(corners, width, height):
    """Return which pixels of a picture lie in which triangles, one entry for each pair; pixel centres have whole numbers.

    corners  (T, 3, 2) float64 x, y in pixels
    returns  triangle, x, y (M,) int, weights (3, M) of a pixel's centre in its triangle, summing to 1; triangles ascend
    """
    spans, sides = _spans(corners, width, height), _sides(corners)
    parts = [_inside(sides, *(values[first:first + BLOCK] for values in spans)) for first in range(0, len(spans[0]) or 1, BLOCK)]
    return tuple(np.concatenate(values, axis=-1) for values in zip(*parts, strict=True))


def _inside(sides, triangle, x, y):
    """Return those of points that lie in their triangles, and their weights, see `fragments`."""
    weights = _weights(sides, triangle, x, y)
    inside = (weights >= -RIM).all(axis=0)                # a triangle without area has no weights, only nan
    return triangle[inside], x[inside], y[inside], weights[:, inside]


def padded(picture, covered, rounds):
    """Return a picture (S, S, C) whose covered part is grown by `rounds` texels, so that no gutter shows at a seam."""
    out, known = picture * covered[..., None], covered.astype(float)
    for _ in range(rounds):
        total, count = (_around(values) for values in (out * known[..., None], known[..., None]))
        new = (known == 0) & (count[..., 0] > 0)
        out[new], known[new] = (total / np.maximum(count, 1))[new], 1.0
    return out


def _spans(corners, width, height):
    """Return (triangle, x, y) of every texel near enough to a triangle (T, 3, 2) to lie in it: row by row from edge to edge."""
    low, high = _whole(corners[..., 1].min(axis=1), corners[..., 1].max(axis=1), height)
    triangle, y = _runs(low, high)
    least, most = np.full(len(y), np.inf), np.full(len(y), -np.inf)
    for k in range(3):
        (ax, ay), (bx, by) = corners[triangle, k].T, corners[triangle, k - 1].T
        with np.errstate(divide="ignore", invalid="ignore"):
            share = (y - ay) / (by - ay)
        share = np.where(by == ay, 0.0, np.clip(share, 0, 1))
        met = (np.minimum(ay, by) <= y + NEAR) & (np.maximum(ay, by) >= y - NEAR)
        for end in (ax + share * (bx - ax), np.where(by == ay, bx, ax + share * (bx - ax))):
            least, most = np.where(met, np.minimum(least, end), least), np.where(met, np.maximum(most, end), most)
    row, x = _runs(*_whole(least, most, width))
    return triangle[row], x, y[row]


def _whole(low, high, size):
    """Return the first and last of the texels between low and high (N,)."""
    return np.ceil(np.clip(low - NEAR, 0, size)).astype(int), np.floor(np.clip(high + NEAR, -1, size - 1)).astype(int)


def _runs(first, last):
    """Return (number (M,), value (M,)): for each of N runs, all whole numbers from first to last."""
    count = np.maximum(last - first + 1, 0)
    number = np.repeat(np.arange(len(count)), count)
    return number, np.arange(len(number)) + np.repeat(first - np.cumsum(count) + count, count)


def _sides(corners):
    """Return what `_weights` needs of triangles (T, 3, 2): first corner x, y, both sides' x, y by the area, (6, T)."""
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.concatenate([a.T, (b - a).T / _cross(b - a, c - a), (c - a).T / _cross(b - a, c - a)])


def _weights(sides, triangle, x, y):
    """Return the weights (3, N) of points in their triangles, of all `_sides` (6, T)."""
    ax, ay, ux, uy, vx, vy = (row[triangle] for row in sides)
    with np.errstate(invalid="ignore"):
        ahead = x - ax, y - ay
        second, third = ahead[0] * vy - ahead[1] * vx, ahead[1] * ux - ahead[0] * uy
        return np.stack([1 - second - third, second, third])


def _cross(a, b):
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]


def _around(values):
    """Return the sum over the eight neighbours of every texel (S, S, C)."""
    wide = np.pad(values, ((1, 1), (1, 1), (0, 0)))
    rows, columns = values.shape[:2]
    return sum(wide[i:i + rows, j:j + columns] for i in range(3) for j in range(3) if (i, j) != (1, 1))
