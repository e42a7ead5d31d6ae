"""Skin along the borders of hard shadows: a fit of the light is a millimetre or two off there, and that would stay as a thin line.

Near steep changes of the shade what was taken out is not believed. What is broad about the skin goes over from what lies around it, up to
a centimetre off; what is fine stays, the shadow's own edge not: it is a step, and a median over a few millimetres follows it.
"""

import numpy as np

from wince.core.steps import smoothstep

from . import bands, points

STEEP = (0.16, 0.40)                   # log shade over an edge of the mesh, 3 mm: below the first it is believed, above the second not
AROUND = 2                             # edges of the mesh around such a place that are not believed either
WIDE = 14                              # rounds of smoothing: what counts as broad, and how far it is sought
FINE_M = 0.003                         # metres: steps between flat skins wider than half of this are the shadow's
TAPS = 5                               # along a side of the window that the median is of


def heal(colour, shade, weight, surface, on, expected=None):
    """Return colours (N, 3) float32 mended along the edges of shade, and how much each texel (N,) was.

    colour    (N, 3) linear sRGB, the shade taken out
    shade     (P, 3) log, what was taken out at the points of the mesh
    weight    (N,) how much a texel counts
    surface   surface.Surface; on: points.of(surface)
    expected  (N, 3) the skin as built in: its pattern is kept; None: not known
    """
    doubt = _doubt(shade, surface.mesh)
    there = on.at(doubt[:, None])[:, 0] * surface.skin
    todo = np.flatnonzero(there > 0)
    if not len(todo):
        return colour, there
    logs = np.log(np.maximum(colour, 1e-4))
    if expected is not None:
        logs -= np.log(np.maximum(expected, 1e-4))
    means, known = on.mean(logs, weight)
    low, trust = points.smoother(surface.mesh), known / max(known.mean(), 1e-30) * (1 - doubt) + 1e-6
    broad = points.smoothed(low, means * trust[:, None], WIDE) / points.smoothed(low, trust, WIDE)[:, None]
    flat = _flat(logs, surface, todo)
    change = there[todo, None] * (on.at(broad)[todo] - flat)
    out = colour.copy()
    out[todo] = colour[todo] * np.exp(change)
    return out, there


def _doubt(shade, mesh):
    """Return how little each point (P,) is to be believed, 0..1: where shade changes steeply, and around."""
    dark = shade.mean(axis=1)
    one, two = mesh.triangles[:, [0, 1, 2]].ravel(), mesh.triangles[:, [1, 2, 0]].ravel()
    out = np.zeros(len(dark))
    step = np.abs(dark[one] - dark[two])
    for _ in range(AROUND):
        for a, b in ((one, two), (two, one)):
            np.maximum.at(out, a, step)
        step = np.maximum(out[one], out[two])
    return smoothstep(out, *STEEP)


def _flat(values, surface, todo):
    """Return the median (n, C) of values (N, C) within a few millimetres of some texels on the atlas."""
    reach = max(1, round(FINE_M / 2 / bands.texel_m(surface)))
    offsets = np.unique(np.round(np.linspace(-reach, reach, TAPS)).astype(int))
    row, column = np.divmod(surface.index[todo], surface.size)
    rows, columns = (np.clip(at[:, None] + offsets, 0, surface.size - 1) for at in (row, column))
    near = surface.source[(rows[:, :, None] * surface.size + columns[:, None]).reshape(len(todo), -1)]
    near = np.where(near < 0, todo[:, None], near)
    return np.stack([np.median(values[:, c][near], axis=1) for c in range(values.shape[1])], axis=1)
