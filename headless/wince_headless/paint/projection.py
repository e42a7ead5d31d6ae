"""Where texels lie in the views and pixels on the atlas; who sees what."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from wince.core.steps import smoothstep

from . import zbuffer

GRAZING = (0.10, 0.25)                 # cosines between which a slanting look begins to count
BIAS_M = 0.0005                        # a texel may lie this far behind what its pixel shows and is seen still,
SLACK = 0.2                            # and by this share of what a pixel spans in depth there
TILT = 0.02                            # the most that a pixel's depth can differ from a texel's by its tilt, as a share
JUMP_M, JUMP_PIXELS = 0.0025, 2.5      # neighbours whose depths differ by this, and by so many pixels' width, are no neighbours
BESIDE = 1.5                           # pixels from a jump that are not trusted at all: a bilinear look-up touches its far side
BLOCK = 1 << 15                        # texels looked at together
FEATHER = 0.015                        # share of the picture over which trust grows from such an edge on


@dataclass(frozen=True, eq=False)
class Projection:
    """V views of H x W pixels and the N texels of a Surface, related both ways.

    size      int              texels along a side of the atlas
    index     (N,) int64       flat places of the texels; `source` (size * size,) int32 as in Surface
    place     (V, N, 2) float32  x, y in pixels of a texel in a view; pixel centres are whole numbers; 0 where it faces away or
                               nobody may paint it
    cosine    (V, N) float32   0..1 between normal and line of sight, feathered to 0 at silhouettes; 0 where a view does not see the
                               texel or nobody may paint it
    uv        (V, H, W, 2) float32 0..1, where a pixel lies on the atlas, texel k's centre at (k + 0.5) / size; 0 where it shows
                               no skin
    inside    (V, H, W) float32 0..1, whether a pixel shows skin that may be painted
    """

    size: int
    index: np.ndarray
    source: np.ndarray
    place: np.ndarray
    cosine: np.ndarray
    uv: np.ndarray
    inside: np.ndarray


def of(surface, views, rasters=None, feather=FEATHER):
    """Relate a Surface's texels and the pixels of views.

    views     list of views.PaintView, all of one resolution
    rasters   of zbuffer.of_views, where they are there already
    feather   share of the picture's width over which trust grows from silhouettes and jumps in depth on; 0: at once
    returns   Projection
    """
    rasters = zbuffer.of_views(views, surface.mesh) if rasters is None else rasters
    texels = _Texels(surface)
    place = np.zeros((len(views), len(surface.index), 2), np.float32)
    cosine = np.zeros((len(views), len(surface.index)), np.float32)
    paint = surface.picture(surface.paint)

    def look(k):
        texels.seen(views[k].view, rasters[k], feather, place[k], cosine[k])
        uv, skin = lookup(rasters[k], surface.mesh), skin_shown(rasters[k], surface.mesh)
        return uv, np.clip(bilinear(paint, uv * surface.size - 0.5), 0, 1) * skin

    with ThreadPoolExecutor() as pool:                    # each view for itself: the order changes nothing
        uv, inside = (np.stack(pictures) for pictures in zip(*pool.map(look, range(len(views))), strict=True))
    return Projection(surface.size, surface.index, surface.source, place, cosine, uv, inside)


def lookup(raster, mesh):
    """Return where a raster's pixels lie on the atlas, (H, W, 2) float32, 0 where they show no skin."""
    out = np.zeros((*raster.triangle.shape, 2), np.float32)
    here = skin_shown(raster, mesh)
    out[here] = np.einsum("nk,nkc->nc", raster.weights[here], mesh.uv[raster.triangle[here]])
    return out


def skin_shown(raster, mesh):
    """Return which pixels of a raster show skin, not an eyeball and not nothing, (H, W) bool."""
    return raster.shown & ~np.isnan(mesh.uv[:, 0, 0])[raster.triangle]


def bilinear(picture, place):
    """Return a picture (H, W, ...) at places (..., 2), x and y in pixels, float32; beyond its borders the border goes on."""
    height, width = picture.shape[:2]
    x, y = np.clip(place[..., 0], 0, width - 1), np.clip(place[..., 1], 0, height - 1)
    left, top = np.minimum(x.astype(np.int32), width - 2), np.minimum(y.astype(np.int32), height - 2)
    x, y = ((value - whole).reshape(*value.shape, *[1] * (picture.ndim - 2)) for value, whole in ((x, left), (y, top)))
    flat, first = picture.reshape(height * width, *picture.shape[2:]), top * width + left
    upper, lower = flat[first] * (1 - x) + flat[first + 1] * x, flat[first + width] * (1 - x) + flat[first + width + 1] * x
    return upper * (1 - y) + lower * y


def outside(raster, mesh):
    """Return a raster's depth (H, W) float32, inf where there is nothing and nan where the lining of mouth or sockets shows.

    Lips that touch leave a line of pixels that look between them, deep into the head; what is beside them is no silhouette.
    """
    lined = slits(raster, mesh)
    return np.where(lined, np.float32(np.nan), raster.depth) if lined.any() else raster.depth


def slits(raster, mesh):
    """Return which pixels show the lining of mouth or sockets, (H, W) bool."""
    return raster.shown & mesh.lining[raster.triangle] if mesh.lining is not None else np.zeros(raster.shown.shape, bool)


def trust(depth, pixel_m, feather):
    """Return how far pixels are to be trusted, (H, W) float32: 0 beside silhouettes and jumps in depth, 1 from `feather` pixels off.

    depth     (H, W) planar metres, inf where there is nothing, nan where nobody asks, see `outside`
    pixel_m   metres that a pixel is wide on the head
    """
    edge, limit = np.isinf(depth), JUMP_M + JUMP_PIXELS * pixel_m
    for near, far in ((np.s_[:, 1:], np.s_[:, :-1]), (np.s_[1:], np.s_[:-1])):
        with np.errstate(invalid="ignore"):
            jump = np.abs(depth[near] - depth[far]) > limit
        edge[near] |= jump
        edge[far] |= jump
    most = BESIDE + max(feather, 0.5)
    return smoothstep(distance(edge, most), BESIDE, most).astype(np.float32)


def distance(marked, most):
    """Return how far pixels are from the nearest marked one, (H, W) float32 pixels, at most `most`."""
    reach = int(np.ceil(most))
    squares = np.where(marked, 0, np.float32(most ** 2))
    for axis in (0, 1):
        wide = np.pad(squares, [(reach, reach) if k == axis else (0, 0) for k in (0, 1)], constant_values=most ** 2)
        for step in range(2 * reach + 1):
            part = wide[step:step + len(marked)] if axis == 0 else wide[:, step:step + marked.shape[1]]
            np.minimum(squares, part + np.float32((step - reach) ** 2), out=squares)
    return np.sqrt(squares)


class _Texels:
    """The texels of a Surface that may be painted, ready to be looked at; coordinates first, since numpy is quick along the last axis."""

    def __init__(self, surface):
        self.number, self.mesh = np.flatnonzero(surface.paint > 0), surface.mesh
        self.points, self.normals = (np.ascontiguousarray(field[self.number].T) for field in (surface.points, surface.normals))

    def seen(self, view, raster, feather, place, cosine):
        """Write where texels are in a view, (N, 2), and how well it sees them, (N,)."""
        lens = _Lens(view, raster, outside(raster, self.mesh), feather)
        for first in range(0, len(self.number), BLOCK):                          # so many that they stay in the processor's cache
            part = slice(first, first + BLOCK)
            facing, x, y, seen = lens.at(self.points[:, part], self.normals[:, part])
            number = self.number[part][facing]
            place[number, 0], place[number, 1], cosine[number] = x, y, seen


class _Lens:
    """One view, told in float32."""

    def __init__(self, view, raster, depth, feather):
        self.turn, self.shift, self.eye = (part.astype(np.float32) for part in (view.R, view.t, view.matrix_world[:3, 3]))
        self.focal, self.x, self.y = (np.float32(view.K[at]) for at in ((0, 0), (0, 2), (1, 2)))
        self.width, self.height, self.depth = view.width, view.height, raster.depth.ravel()
        self.trust = trust(depth, view.distance_m / view.K[0, 0], feather * view.width)

    def at(self, points, normals):
        """Return which of points (3, n) face the lens (m,), their x and y in pixels, and how well they are seen, 0..1."""
        away = self.eye[:, None] - points
        lift = (normals * away).sum(axis=0)                                      # of the lens above the texel's plane, metres
        slant = lift / np.sqrt((away * away).sum(axis=0))
        facing = np.flatnonzero(slant > GRAZING[0])
        slant = slant[facing]
        x, y, behind, pixel_m = self._behind(points[:, facing], normals[:, facing], lift[facing])
        steep = np.sqrt(np.maximum(1 - slant * slant, 0)) / slant
        visible = behind <= BIAS_M + SLACK * pixel_m * (1 + steep)
        sure = bilinear(self.trust, np.stack([x, y], axis=-1))
        return facing, x, y, slant * smoothstep(slant, *GRAZING) * sure * visible

    def _behind(self, points, normals, lift):
        """Return x, y in pixels, how far a texel's plane is behind what its pixel shows, and the pixel's width there, metres."""
        x, y, z = self.turn @ points + self.shift[:, None]
        pixel_m = z / self.focal
        x, y = x / pixel_m + self.x, y / pixel_m + self.y
        column, row = np.rint(x), np.rint(y)
        across, down = self.turn[:2] @ normals
        tilt = (across * (column - x) + down * (row - y)) * pixel_m / lift
        here = z / (1 - np.clip(tilt, -TILT, TILT))                              # the plane's depth at the pixel's centre
        inside = (column >= 0) & (column < self.width) & (row >= 0) & (row < self.height)
        pixel = np.where(inside, row * self.width + column, 0).astype(np.int32)
        return x, y, np.where(inside, here - self.depth[pixel], np.inf), pixel_m
