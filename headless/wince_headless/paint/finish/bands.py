"""Low and high bands of a skin: what is broad, what is grain, and grain like a painting's where there is none."""

from functools import lru_cache

import numpy as np
from scipy import ndimage

FINE_M = 0.0025                        # metres; what is smaller counts as grain
SWATCH_M = 0.026                       # side of the piece of skin whose grain is taken
WHOLE = 0.6                            # of a piece that must be good for that
COARSE = 8                             # texels that a box is wide at least, where a broad band is averaged on a smaller picture
TILE = 1024                            # texels after which grain repeats, at most


@lru_cache(2)
def texel_m(surface):
    """Return how wide a texel is where skin is bare, metres."""
    bare = surface.area[surface.skin > 0.5]
    return float(np.sqrt(np.median(bare if len(bare) else surface.area)))


def low(values, surface, metres, weight=None):
    """Return values (N, C) averaged over what lies within about `metres` on the atlas, float32; gutters count nothing.

    weight   (N,) 0..1 how much each texel counts, such as `surface.skin`; None: all the same
    """
    values = np.asarray(values, np.float32)
    wide = 2 * max(0, round(metres / texel_m(surface) / 2)) + 1
    if wide < 3:
        return values.copy()
    weight = np.ones(len(values), np.float32) if weight is None else weight.astype(np.float32) + np.float32(1e-4)
    block, side = _blocks(surface, wide)
    wide = 2 * (wide * side // (2 * surface.size)) + 1
    count = np.maximum(_boxed(weight, block, side, wide), 1e-9)
    return np.stack([_boxed(column * weight, block, side, wide) / count for column in values.T], axis=1)


def _blocks(surface, wide):
    """Return where texels lie (N,) on a picture of so many blocks along a side: small where boxes are `wide`."""
    step = 1
    while wide // (2 * step) >= COARSE and surface.size % (2 * step) == 0:
        step *= 2
    if step == 1:
        return surface.index, surface.size
    row, column = np.divmod(surface.index, surface.size)
    return row // step * (surface.size // step) + column // step, surface.size // step


def _boxed(values, block, side, wide):
    """Return the sums (N,) of values in blocks, averaged over boxes of boxes, those beyond the mesh being 0."""
    picture = np.bincount(block, values, side ** 2).astype(np.float32).reshape(side, side)
    for _ in range(2):
        picture = ndimage.uniform_filter(picture, wide, mode="constant")
    return picture.ravel()[block]


def swatch(values, good, surface):
    """Return the grain of the best piece of skin, (n, n, C) around 0; None where no piece is good enough.

    values   (..., N, C): several pictures at once, grain of the same piece
    good     (N,) 0..1
    """
    side = max(8, min(round(SWATCH_M / texel_m(surface)), surface.size // 4))
    mask = np.zeros(surface.size ** 2, np.float32)
    mask[surface.index] = good
    mask = mask.reshape(surface.size, surface.size)
    share = ndimage.uniform_filter(mask, side, mode="constant")
    row, column = (int(np.clip(k - side // 2, 0, surface.size - side)) for k in np.unravel_index(np.argmax(share), share.shape))
    mask = mask[row:row + side, column:column + side]
    if mask.mean() < WHOLE:
        return None
    flat = ((row + np.arange(side))[:, None] * surface.size + column + np.arange(side)).ravel()
    at = np.minimum(np.searchsorted(surface.index, flat), len(surface.index) - 1)
    here = (mask > 0.5)[..., None]
    pieces = [np.where(here, v[at].reshape(side, side, -1), 0).astype(np.float32) for v in values]
    return [_fine(piece, here, max(3, 2 * round(FINE_M / texel_m(surface) / 2) + 1)) for piece in pieces]


def _fine(piece, here, wide):
    """Return what is left of a piece (n, n, C) without its low band, 0 where it is not good."""
    total, count = piece, here.astype(np.float32)
    for _ in range(2):
        total, count = (ndimage.uniform_filter(v, (wide, wide, 1), mode="constant") for v in (total, count))
    return np.where(here, piece - total / np.maximum(count, 1e-6), 0)


def like(grain, size, rng):
    """Return noise (T, T, C) float32 with the spectrum, strength and colours of grain (n, n, C); it repeats without a border.

    Galerne, Gousseau and Morel 2011, "Random phase textures: theory and synthesis", IEEE Transactions on Image Processing 20 (1).
    """
    tile, side = int(min(size, TILE)), min(len(grain), size, TILE)
    fade = np.sin(np.pi * (np.arange(side) + 0.5) / side)
    kernel = grain[:side, :side] * (fade[:, None] * fade)[..., None]
    kernel *= np.sqrt(np.mean(grain ** 2) * kernel.shape[2] / max(np.sum(kernel ** 2), 1e-20))
    wave = np.fft.rfft2(rng.standard_normal((tile, tile)))
    return np.stack([np.fft.irfft2(wave * np.fft.rfft2(kernel[..., c], (tile, tile)), (tile, tile)) for c in range(kernel.shape[2])],
                    axis=-1).astype(np.float32)


def solid(noise, surface, texels):
    """Return noise (T, T, C) at some texels (n, C), as strong as it is, laid on in space: no chart stretches it and no border cuts it."""
    at = np.round(surface.points[texels] / texel_m(surface)).astype(np.int64) % len(noise)
    weight = surface.normals[texels] ** 4                                          # seen along each axis in turn
    weight = weight / np.maximum(np.sqrt(np.sum(weight ** 2, axis=1, keepdims=True)), 1e-9)
    return sum(weight[:, k, None] * noise[at[:, (k + 1) % 3], at[:, (k + 2) % 3]] for k in range(3))
