"""Skin along the borders of hard shadows: a fit of the light is a millimetre or two off there, and that would stay as a thin line.

Near steep changes of the shade, skin that stands out from what lies around it is not believed. What is broad about it goes over from the
skin up to a centimetre off; what is fine stays, the shadow's own edge not: it is a step, and a median over a few millimetres follows it.
"""

import numpy as np

from wince.core.steps import smoothstep

from . import bands, points

STEEP = (0.05, 0.13)                   # log shade over a millimetre: below the first it is believed, above the second not
AROUND = 2                             # edges of the mesh around such a place where skin that stands out is not believed
OFF = (0.10, 0.22)                     # log ratio by which skin stands out: below the first it stays, above the second it is mended
WIDE, ROUNDS = 24, 3                   # rounds of smoothing: what is broad, how far it is sought; and of looking for what stands out
FINE_M = 0.003                         # metres: steps between flat skins wider than half of this are the shadow's
TAPS = 5                               # along a side of the window that the median is of


def heal(albedo, colour, shade, weight, surface, on, expected=None):
    """Return an albedo (N, 3) float32 mended along the edges of shade.

    albedo    (N, 3) linear sRGB, the shade taken out
    colour    (N, 3) the same before: there the edge of a shadow is clean
    shade     (P, 3) log, what was taken out at the points of the mesh
    weight    (N,) how much a texel counts
    surface   surface.Surface; on: points.of(surface)
    expected  (N, 3) the skin as built in: its pattern is kept; None: not known
    """
    sides = surface.mesh.triangles[:, [0, 1, 2]].ravel(), surface.mesh.triangles[:, [1, 2, 0]].ravel()
    doubt = _steep(shade.mean(axis=1), surface.mesh.points, sides)
    if not doubt.any():
        return albedo
    known = 0.0 if expected is None else np.log(np.maximum(expected, 1e-4))
    own, lit = (np.log(np.maximum(values, 1e-4)) - known for values in (albedo, colour))
    broad, there = _around(*on.mean(own, weight), doubt, surface.mesh, sides)
    there = on.at(there[:, None])[:, 0] * surface.skin
    todo = np.flatnonzero((there > 0) & (weight > 0))
    fine, other = (values[todo] - _flat(values, weight, surface, todo) for values in (lit, own))
    fine = np.where(np.abs(fine) < np.abs(other), fine, other)                     # grain is in both, an edge in one of them
    out = albedo.copy()
    out[todo] *= np.exp(there[todo, None] * (on.at(broad)[todo] + fine - own[todo]))
    return out


def _steep(dark, points, sides):
    """Return how steeply values (P,) change at each point, 0..1."""
    one, two = sides
    away = np.linalg.norm(points[one] - points[two], axis=1)
    return smoothstep(_most(np.abs(dark[one] - dark[two]) / np.maximum(1000 * away, 1), sides, len(dark)), *STEEP)


def _most(steps, sides, count):
    """Return the largest (count,) of the values (E,) of the edges that meet at a point."""
    out = np.zeros(count)
    for side in sides:
        np.maximum.at(out, side, steps)
    return out


def _grown(values, sides, rounds):
    """Return the largest (P,) of values (P,) so many edges around."""
    for _ in range(rounds):
        values = _most(np.maximum(*(values[side] for side in sides)), sides, len(values))
    return values


def _around(means, known, doubt, mesh, sides):
    """Return what surrounds each point, (P, C), and how far each stands out from that where shade is steep, (P,) 0..1."""
    low, near = points.smoother(mesh), _grown(doubt, sides, AROUND)
    known = known / max(known.mean(), 1e-30)
    trust = 1 - doubt
    for _ in range(ROUNDS):
        count = known * trust + 1e-6
        broad = points.smoothed(low, means * count[:, None], WIDE) / points.smoothed(low, count, WIDE)[:, None]
        out = near * smoothstep(np.abs(means - broad).max(axis=1), *OFF)
        trust = 1 - np.maximum(out, doubt * 0.5)
    return broad, points.smoothed(low, _grown(out, sides, 1), 1)


def _flat(values, weight, surface, todo):
    """Return the median (n, C) of values (N, C) within a few millimetres of some texels on the atlas; weight (N,)."""
    reach = max(1, round(FINE_M / 2 / bands.texel_m(surface)))
    offsets = np.unique(np.round(np.linspace(-reach, reach, TAPS)).astype(int))
    row, column = np.divmod(surface.index[todo], surface.size)
    rows, columns = (np.clip(at[:, None] + offsets, 0, surface.size - 1) for at in (row, column))
    near = surface.source[(rows[:, :, None] * surface.size + columns[:, None]).reshape(len(todo), len(offsets) ** 2)]
    near = np.where((near < 0) | (weight[near] <= 0), todo[:, None], near)         # what was not seen is no neighbour
    return np.stack([np.median(values[:, c][near], axis=1) for c in range(values.shape[1])], axis=1)
