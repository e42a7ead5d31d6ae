"""The fine relief that all skins share, as one picture of heights that repeats: pores, the net of furrows between them, soft lumps."""

import numpy as np

from ..streams import stream
from . import noise

VERSION = 2                            # of what `heights` returns
SIZE, TILE_M = 512, 0.048              # texels along a side, and how much skin they cover
CELLS = 40                             # fields of pores along a side: 1.2 mm
PIT, PIT_SHARE = 0.17, 0.6             # radius of a pore, in cells, and how many fields have one
NETS = ((30, 0.6, 0.35), (14, 1.0, 0.22))                  # fields of a net of furrows along a side: 1.6 and 3.4 mm; depth, width
LUMPS = ((1.6, 0.020), (3.2, 0.030), (8.0, 0.040))         # millimetres: wavelength, height; as steep at every scale


def heights(size=SIZE):
    """Return (size, size, 3) float32, 0..1, of pores, furrows and lumps; flat skin is at the top of the first two."""
    first, _, strength = _cells(size, CELLS, "pores", 0.38)
    pits = -np.where(strength < PIT_SHARE, 0.4 + strength, 0.0) * np.exp(-0.5 * (first / PIT) ** 2)
    return np.stack([_spread(picture) for picture in (pits, _net(size), _lumps(size))], axis=2)


def _net(size):
    """Return furrows that meet at points, as on a neck or a cheek from near."""
    out = np.zeros((size, size), np.float32)
    for cells, deep, wide in NETS:
        first, second, _ = _cells(size, cells, f"net {cells}", 0.46)
        out += np.float32(deep) * np.clip((second - first) / wide, 0, 1)
    return out


def _lumps(size):
    return sum(height * noise.band(size, millimetres * size / (TILE_M * 1000), "lumps", 0.5) for millimetres, height in LUMPS)


def _spread(picture):
    """Return a picture scaled to 0..1, but for its last outliers."""
    low, high = np.quantile(picture, (0.002, 0.998))
    return np.clip((picture - low) / (high - low), 0, 1).astype(np.float32)


def _cells(size, cells, name, jitter):
    """Return the distances (size, size), in cells, to the nearest and second nearest point of a jittered grid, and the nearest's chance."""
    rng = stream(0, "skin.pores", size, name)
    spot, chance = (0.5 + jitter * (2 * rng.random((2, cells, cells)) - 1)).astype(np.float32), rng.random((cells, cells), np.float32)
    at = ((np.arange(size) + 0.5) * cells / size).astype(np.float32)
    cell = at.astype(np.int32)
    within = at - cell                                    # along either side: a grid is looked up row by row, then column by column
    first, second, drawn = (np.full((size, size), value, np.float32) for value in (9.0, 9.0, 0.0))
    for i in (-1, 0, 1):
        for j in (-1, 0, 1):
            r, c = (cell + i) % cells, (cell + j) % cells
            down = (spot[0] + np.float32(i))[r][:, c] - within[:, None]
            across = (spot[1] + np.float32(j))[r][:, c] - within
            away = np.sqrt(down * down + across * across)
            nearer = away < first
            second = np.where(nearer, first, np.minimum(second, away))
            drawn, first = np.where(nearer, chance[r][:, c], drawn), np.where(nearer, away, first)
    return first, second, drawn
