"""Depth, normals, positions, lines and masks of a head's views, as models want them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from wince.core import colour
from wince.core.steps import smoothstep

from . import projection, zbuffer

SPAN = (0.2, 0.92)                     # depth of a painted head's farthest and nearest pixel; nothing is 0, a shoulder may be nearer
ENDS = (1, 99)                         # percentiles that count as its ends: one pixel deep in an ear is not where a head ends
LEAST = 0.1                            # of anything that is there
SLIT = 2                               # pixels to either side that a slit between lips or lids is closed from
GREY = 0.5                             # display value behind the head: black backgrounds make models paint dark rims
CREASE = (0.04, 0.16)                  # 1 - cosine between neighbours at 512 pixels from which a fold begins to be a line, and is one
STEP_M = (0.003, 0.006)                # the same of jumps in depth, beyond what a pixel's width explains
STEP_PIXELS = 3.0


@dataclass(frozen=True, eq=False)
class Conditions:
    """What the views of a head show, besides colour; row 0 on top, float32.

    depth     (V, H, W)     0..1, near is 1, 0 where there is nothing: as MiDaS-trained depth controls want it
    normal    (V, H, W, 3)  0..1 for -1..1 in the view as NormalBae writes them: x to the picture's LEFT, y up, z towards the viewer;
                            the background is (0.5, 0.5, 1)
    position  (V, H, W, 3)  0..1 in the box around the head
    lines     (V, H, W)     0..1 edges of depth and normals, for canny-like controls
    mask      (V, H, W)     0..1 the head
    base      (V, H, W, 3)  display colours of the built-in skin, evenly lit, eyes in place, on mid grey: where denoising starts from
    """

    depth: np.ndarray
    normal: np.ndarray
    position: np.ndarray
    lines: np.ndarray
    mask: np.ndarray
    base: np.ndarray


def of(surface, views, base, rasters=None):
    """Return the Conditions of a head's views.

    surface   Surface
    views     list of views.PaintView, all of one resolution
    base      (S, S, 3) linear sRGB albedo on the atlas, row 0 at v = 0: the built-in skin
    rasters   of zbuffer.of_views, where they are there already

    Depth is 1 / z up to scale and shift, as MiDaS tells it; the head has the same share of the range in each view. Normals are in the
    protocol of ScanNet that control_v11p_sd15_normalbae was trained on (Bae et al. 2021; github.com/baegwangbin/DSINE, issue 8: normals
    into the surface in a frame right, down, forward, which is out of it in left, up, towards the viewer): red is 1 - red of OpenGL's.
    """
    rasters = zbuffer.of_views(views, surface.mesh) if rasters is None else rasters
    head = surface.picture(surface.paint > 0.5)

    def pictures(one, raster):
        shown = _Shown(surface.mesh, one.view, raster)
        return shown.depth(head), shown.normal(), shown.position(), shown.lines(), shown.mask, shown.base(base)

    with ThreadPoolExecutor() as pool:                    # each view for itself: the order changes nothing
        kinds = zip(*pool.map(pictures, views, rasters), strict=True)
    return Conditions(*(np.stack(kind).astype(np.float32, copy=False) for kind in kinds))


class _Shown:
    """A mesh in one view."""

    def __init__(self, mesh, view, raster):
        self.mesh, self.view, self.raster, self.mask = mesh, view, raster, raster.shown
        self.closed = _closed(raster.depth, projection.slits(raster, mesh))
        self.uv, self.skin = projection.lookup(raster, mesh), projection.skin_shown(raster, mesh)
        facing = raster.of(mesh.normals @ view.R.T.astype(np.float32) * np.float32([-1, -1, -1]), mesh.triangles)
        self.facing = facing / np.maximum(np.linalg.norm(facing, axis=-1, keepdims=True), 1e-6)

    def depth(self, head):
        """1 / z, SPAN wide over what the atlas's picture `head` (S, S) bool says is head, or over all where none of it is seen."""
        near, own = 1 / self.closed, self.skin.copy()
        column, row = np.minimum((self.uv[own] * len(head)).astype(np.int32), len(head) - 1).T
        own[own] = head[row, column]
        measured = near[own if own.any() else self.mask]
        low, high = np.percentile(measured, ENDS) if len(measured) else (0, 1)
        share = (near - low) / max(high - low, 1e-9)
        return np.where(self.mask, np.clip(SPAN[0] + (SPAN[1] - SPAN[0]) * share, LEAST, 1), 0)

    def normal(self):
        """Minus the normal in OpenCV's frame (x right, y down, z forward) is left, up, towards the viewer."""
        return np.where(self.mask[..., None], 0.5 + 0.5 * self.facing, np.float32([0.5, 0.5, 1.0]))

    def position(self):
        """Where in the box around all that is seen of the head, the same for all views."""
        seen = self.mesh.points[np.unique(self.mesh.triangles)]
        low, high = seen.min(axis=0), seen.max(axis=0)
        return self.raster.of((self.mesh.points - low) / (high - low), self.mesh.triangles)

    def lines(self):
        """Folds and jumps between neighbours, one pixel wide: the nearer one's."""
        out, depth = np.zeros(self.mask.shape, np.float32), np.where(self.mask, self.closed, 1e3)
        pixel_m = self.view.distance_m / self.view.K[0, 0]
        for one, two in ((np.s_[:, 1:], np.s_[:, :-1]), (np.s_[1:], np.s_[:-1])):
            bend = 1 - np.einsum("hwc,hwc->hw", self.facing[one], self.facing[two])
            step = np.abs(depth[one] - depth[two]) - STEP_PIXELS * pixel_m
            line = np.maximum(smoothstep(bend * (self.view.width / 512) ** 2, *CREASE), smoothstep(step, *STEP_M))
            for at, other in ((one, two), (two, one)):
                np.maximum(out[at], np.where(depth[at] <= depth[other], line, 0), out=out[at])
        return out * self.mask

    def base(self, albedo):
        """The albedo as under even light, eyeballs in their colours."""
        linear = np.zeros((*self.mask.shape, 3), np.float32)
        linear[self.skin] = projection.bilinear(albedo, self.uv[self.skin] * len(albedo) - 0.5)
        if self.mesh.eyes is not None:
            whole = np.zeros((len(self.mesh.points), 3), np.float32)
            whole[-len(self.mesh.eyes):] = self.mesh.eyes
            eyes = self.mask & ~self.skin
            linear[eyes] = self.raster.of(whole, self.mesh.triangles)[eyes]
        return np.where(self.mask[..., None], colour.encode(linear), GREY)


def _closed(depth, slits):
    """Return depth (H, W) whose slits (H, W) bool are as deep as what is about them on the mean, where something is."""
    row, column = np.nonzero(slits)
    wide = np.pad(np.where(slits | np.isinf(depth), np.nan, depth), SLIT, constant_values=np.nan)
    around = np.array([wide[row + i, column + j] for i in range(2 * SLIT + 1) for j in range(2 * SLIT + 1)])
    known = np.isfinite(around)
    out = depth.copy()
    out[row, column] = np.where(known.any(axis=0), np.nansum(around, axis=0) / np.maximum(known.sum(axis=0), 1), depth[row, column])
    return out
