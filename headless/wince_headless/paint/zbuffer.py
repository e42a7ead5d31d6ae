"""Which triangle every pixel of a view shows: a small rasteriser, exact at pixel centres."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from wince.core import atlas, cameras

NEAR_M = 0.01                          # what is nearer to the lens' plane than this is clipped away


@dataclass(frozen=True, eq=False)
class Raster:
    """What the pixels of a view show; row 0 on top, pixel centres have whole numbers.

    depth     (H, W) float32 planar metres, inf where there is nothing
    triangle  (H, W) int32, -1 where there is nothing
    weights   (H, W, 3) float32 place in that triangle, perspective-correct, summing to 1
    """

    depth: np.ndarray
    triangle: np.ndarray
    weights: np.ndarray

    @property
    def shown(self):
        """Return which pixels show something, (H, W) bool."""
        return self.triangle >= 0

    def of(self, values, triangles):
        """Return values (P, ...) of points as a picture (H, W, ...) float32, 0 where nothing is; triangles (T, 3) as rasterised."""
        values = np.asarray(values, np.float32).reshape(len(values), -1)
        here = self.shown
        corners, weights = triangles[self.triangle[here]], self.weights[here]
        out = np.zeros((*here.shape, values.shape[1]), np.float32)
        out[here] = sum(weights[:, k, None] * values[corners[:, k]] for k in range(3))
        return out


def rasterise(view, points, triangles):
    """Return the Raster of a mesh: of all triangles at a pixel's centre, from both sides, the nearest.

    view       wince.core.cameras.View
    points     (P, 3) metres, world
    triangles  (T, 3) int
    """
    corners, owner, blend = _clipped(cameras.to_camera(view, points)[triangles])
    flat = corners @ view.K.T
    number, x, y, weights = atlas.fragments(flat[..., :2] / flat[..., 2:], view.width, view.height)
    weights = weights / corners[number, :, 2].T                      # straight on the picture is 1 / z, not z
    depth = 1 / weights.sum(axis=0)
    pixel = y * view.width + x
    best = _nearest(pixel, depth, view.width * view.height)
    weights = (weights * depth)[:, best].T
    if blend is not None:
        weights = np.einsum("nk,nkc->nc", weights, blend[number[best]])
    return _raster(view, pixel[best], depth[best], owner[number[best]], weights)


def of_views(views, mesh):
    """Return the Rasters of a surface.Mesh in all views, a list; views: list of views.PaintView."""
    with ThreadPoolExecutor() as pool:                    # each view for itself: the order changes nothing
        return list(pool.map(lambda one: rasterise(one.view, mesh.points, mesh.triangles), views))


def _raster(view, pixel, depth, triangle, weights):
    """Return a Raster of the pixels that show something."""
    size = view.width * view.height
    out = np.full(size, np.inf, np.float32), np.full(size, -1, np.int32), np.zeros((size, 3), np.float32)
    for whole, part in zip(out, (depth, triangle, weights), strict=True):
        whole[pixel] = part
    return Raster(*(whole.reshape(view.height, view.width, *whole.shape[1:]) for whole in out))


def _nearest(pixel, depth, count):
    """Return the places (n,) of the nearest fragment of each pixel; of equals the first."""
    least = np.full(count, np.inf)
    np.minimum.at(least, pixel, depth)
    candidates = np.flatnonzero(depth == least[pixel])
    return candidates[np.unique(pixel[candidates], return_index=True)[1]]


def _clipped(corners):
    """Cut triangles (T, 3, 3) of the camera's frame at the near plane.

    returns   corners (n, 3, 3) before the plane, owner (n,) int: the triangle each is of,
              blend (n, 3, 3): its corners as weights of that one's, None where nothing was cut
    """
    ahead = corners[..., 2] > NEAR_M
    count = ahead.sum(axis=1)
    whole = np.flatnonzero(count == 3)
    cut = np.flatnonzero((count == 1) | (count == 2))
    if not len(cut):
        return corners[whole], whole, None
    lone = (ahead[cut] == (count[cut] == 1)[:, None]).argmax(axis=1)             # the corner that is alone on its side
    turn = (lone[:, None] + np.arange(3)) % 3
    z = np.take_along_axis(corners[cut, :, 2], turn, axis=1)
    share = (z[:, :1] - NEAR_M) / (z[:, :1] - z[:, 1:])                           # from the lone corner to each of the others
    eye = np.eye(3)[turn]                                                         # (n, 3, 3) rows: the turned corners
    new = eye[:, :1] + share[..., None] * (eye[:, 1:] - eye[:, :1])
    one, two = count[cut] == 1, count[cut] == 2
    parts = [np.stack([eye[one, 0], new[one, 0], new[one, 1]], axis=1), np.stack([new[two, 0], eye[two, 1], eye[two, 2]], axis=1),
             np.stack([new[two, 0], eye[two, 2], new[two, 1]], axis=1)]
    owner = np.concatenate([whole, cut[one], cut[two], cut[two]])
    blend = np.concatenate([np.broadcast_to(np.eye(3), (len(whole), 3, 3)), *parts])
    return np.einsum("nkj,njc->nkc", blend, corners[owner]), owner, blend
