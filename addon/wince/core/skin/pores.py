"""The fine relief that all skins share, as one picture of heights that repeats: pores, the net of furrows between them, soft lumps."""

import numpy as np

from ..streams import stream
from . import noise

VERSION = 1                            # of what `height` returns
SIZE, TILE_M = 512, 0.040              # texels along a side, and how much skin they cover
CELLS = 34                             # fields of the furrows' net along a side: 1.2 mm
PIT, PIT_SHARE = 0.16, 0.6             # radius of a pore, in cells, and how many fields have one
WEIGHTS = {"pits": 0.50, "furrows": 0.22, "grain": 0.10, "lumps": 0.28}


def height(size=SIZE):
    """Return heights (size, size) float32, 0..1, mean about 0.5; equal everywhere."""
    first, second, strength = _cells(size)
    pits = -strength * np.exp(-0.5 * (first / PIT) ** 2)
    furrows = np.clip((second - first) / 0.35, 0, 1)
    grain, lumps = noise.band(size, 3.5, "grain"), noise.band(size, 48, "lumps", 0.5)
    out = WEIGHTS["pits"] * pits + WEIGHTS["furrows"] * furrows + WEIGHTS["grain"] * 0.4 * grain + WEIGHTS["lumps"] * 0.5 * lumps
    low, high = np.quantile(out, (0.002, 0.998))
    return np.clip((out - low) / (high - low), 0, 1).astype(np.float32)


def _cells(size):
    """Return the distances (size, size), in cells, to the nearest and second nearest point of a jittered grid, and the nearest's depth."""
    rng = stream(0, "skin.pores", size)
    spot, deep = (0.5 + 0.38 * (2 * rng.random((2, CELLS, CELLS)) - 1)).astype(np.float32), rng.random((CELLS, CELLS))
    deep = np.where(deep < PIT_SHARE, 0.4 + deep, 0.0).astype(np.float32)
    at = ((np.arange(size) + 0.5) * CELLS / size).astype(np.float32)
    row, column = np.meshgrid(at, at, indexing="ij")
    cell_row, cell_column = row.astype(np.int32), column.astype(np.int32)
    in_row, in_column = row - cell_row, column - cell_column
    first, second, strength = (np.full((size, size), value, np.float32) for value in (9.0, 9.0, 0.0))
    for i in (-1, 0, 1):
        for j in (-1, 0, 1):
            r, c = (cell_row + i) % CELLS, (cell_column + j) % CELLS
            down, across = spot[0, r, c] + np.float32(i) - in_row, spot[1, r, c] + np.float32(j) - in_column
            away = np.sqrt(down * down + across * across)
            nearer = away < first
            second = np.where(nearer, first, np.minimum(second, away))
            strength, first = np.where(nearer, deep[r, c], strength), np.where(nearer, away, first)
    return first, second, strength
