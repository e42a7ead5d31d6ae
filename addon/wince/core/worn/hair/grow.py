"""Strands grown from their roots: combed, parted, falling, lying on the head, cut."""

import numpy as np

from ...steps import smoothstep
from . import scalp
from .solid import unit
from .styles import BROW

STEPS = 26                             # of growing; what is kept is drawn with fewer
KEEP_OFF = np.array([0.0, -0.150, 0.105]), np.array([0.058, 0.075, 0.105])         # an egg before the face that hair does not enter
AXIS = np.array([0.0, -0.010, 0.0])                  # of the neck
BACK = np.array([0.0, 0.110, 0.150])
DOWN = np.array([0.0, 0.0, -1.0])
SHOULDER, AHEAD = 0.010, -0.035                      # hems below it drape; roots before it send their hair before the shoulder
RISE, SLOW = 0.035, 0.030              # metres in which hair rises to where it lies in the coat, and as much more from a parting
FLAT, ABOUT = 0.45, 0.030              # of its height hair loses that comes from a parting, and how far about it, metres
TOGETHER = 0.45, 0.95                  # how strongly hair comes together there, before the shoulders and behind them
CLOSES = (-0.074, -0.044)              # y where a parting begins to close, and is closed, metres: before the top, which it would notch
CLOSED = 0.020                         # metres over which hair goes apart behind it
SHAVEN = 0.0012                                      # metres long is hair where a fade ends


def lengths(points, depth, style):
    """Return how long hair grows at roots (N, 3), metres; `depth` (N,) is how far they lie inside the hairline."""
    top = scalp.on_top(points)
    nape = smoothstep(-points[:, 2], -0.150, -0.090)
    out = style.top * top + (1 - top) * (style.side + nape * (style.nape - style.side))
    if style.under:                                                                # beside the parting, as short as the sides
        out = np.where(points[:, 0] > style.part, np.minimum(out, 1.5 * style.side), out)
    if style.taper:                                                                # faded at the sides and the nape
        out = out + scalp.faded(points, depth, style.taper) * (np.minimum(out, SHAVEN) - out)
    return out


def flow(points, roots, outward, style, side):
    """Return where strands are bound (N, 3), not of unit length, at points (N, 3) that came from roots (N, 3); outward (N, 3) off the head,
    side (N,) of the parting, -1..1."""
    whorl = points - scalp.WHORL
    if style.hold:                                                                 # what does not stand runs along the head
        whorl = whorl - 0.9 * outward * np.einsum("ni,ni->n", whorl, outward)[:, None]
    out = style.whorl * unit(whorl) + style.fall * DOWN + style.back * unit(BACK - points)
    ahead = smoothstep(-roots[:, 1], 0.050, 0.110) * smoothstep(roots[:, 2], 0.175, 0.205)
    high = smoothstep(points[:, 2], 0.185, 0.230)
    if style.part is not None:
        out = out + (style.split * high)[:, None] * np.stack([side, 1 - abs(side), 0 * side], axis=-1)     # between the two it goes back
    if style.curve and style.hem is not None:
        low = style.curve * smoothstep(-points[:, 2], -style.hem - 0.075, -style.hem - 0.005)
        out = out + low[:, None] * unit((AXIS - points) * (1, 1, 0))
    if style.hem is not None and style.hem < SHOULDER:
        out = out + _drape(points, roots)
    sign = 0.75 - 0.25 * side if style.part is None else 0.3 - 0.7 * side            # unparted hair goes one way: to both it would gape
    return out + ahead[:, None] * np.array(style.sweep) * np.stack([sign, np.ones_like(sign), np.ones_like(sign)], axis=-1)


def _drape(points, roots):
    """Return where hair goes (N, 3) that comes down to the shoulders: before them or behind them, and together, not outwards."""
    low = smoothstep(-points[:, 2], -0.060, 0.010)[:, None]
    ahead = np.where(roots[:, 1] + 0.3 * (roots[:, 2] - 0.2) < AHEAD, -1.0, 1.0)
    across = -np.sign(points[:, 0]) * smoothstep(abs(points[:, 0]), 0.03, 0.08)
    return low * np.stack([np.where(ahead < 0, *TOGETHER) * across, 0.7 * ahead, 0 * ahead], axis=-1)


def grow(roots, normals, depth, style, solid, rng):
    """Grow strands.

    roots, normals   (N, 3)
    depth            (N,) metres inside the hairline
    style            styles.Style
    solid            solid.Solid
    rng              numpy Generator
    returns          curves (N, STEPS + 1, 3), their lengths (N,), and the lengths to which they are cut (N,), metres
    """
    count = len(roots)
    length = lengths(roots, depth, style) * (1 + style.uneven * rng.standard_normal(count)).clip(0.4, 1.6)
    step = length / STEPS
    level = rng.random(count) ** 0.8 * style.layer                                 # where in the coat a strand lies
    wobble = 0.25 * rng.standard_normal((count, 3))
    zigzag = 0.0012 * np.sin(roots[:, 1] * 110 + 6.28 * rng.random()) + 0.0007 * np.sin(roots[:, 1] * 320 + 6.28 * rng.random())
    offset = roots[:, 0] + zigzag + 0.0008 * rng.standard_normal(count)
    side, near = _parted(offset - (style.part or 0.0), openness(roots), style)
    level, reach = level * (1 - FLAT * near), RISE + SLOW * near
    place = roots - 0.0010 * normals
    heading = unit(flow(roots, roots, normals, style, side) + wobble * 0.6)
    heading = unit(heading - normals * np.einsum("ni,ni->n", heading, normals)[:, None] * 0.9 + style.lift * normals)
    curves, away, outward = [place], np.zeros(count), normals
    for k in range(STEPS):
        grown = (k + 1) * step
        rise = level * smoothstep(grown / reach, 0.0, 1.0) * (style.crown + (1 - style.crown) * smoothstep(-place[:, 2], -0.238, -0.165))
        hold = style.hold * np.clip((away - rise) / 0.012, 0, 1) * (0.25 + 0.75 * smoothstep(place[:, 2], 0.08, 0.16))
        target = unit(unit(flow(place, roots, outward, style, side) + 0.4 * wobble) - hold[:, None] * outward)
        heading = unit(heading + np.minimum(1.0, step / style.turn)[:, None] * (target - heading))
        place, heading, away, outward = _lie(place + heading * step[:, None], heading, rise, solid, style)
        place = _over_roots(place, roots, normals, grown, style)
        curves.append(place)
    curves = np.stack(curves, axis=1)
    return curves, length, _cut(curves, length, style, rng)


def openness(points):
    """Return how open a parting is at points (N, 3), (N,) 0..1."""
    return 1 - smoothstep(points[:, 1], *CLOSES)


def _parted(off, ahead, style):
    """Return to which side hair goes (N,), -1..1, whose roots are `off` (N,) metres from a parting that is open so far, `ahead` (N,) 0..1;
    and how near to it they are, (N,) 0..1: there hair lies lower, or it has horns."""
    if style.part is None:
        return np.where(off > 0, 1.0, -1.0), 0.0
    wide = style.parting_width + CLOSED * (1 - ahead)
    return np.clip(off / np.maximum(wide, 1e-6), -1, 1), ahead * np.exp(-((off / ABOUT) ** 2)) * (style.parting_width == 0)


def _lie(place, heading, level, solid, style):
    """Push points out of the body, and out of what lies under them in the coat; they slide on; also how far out they are, and which way."""
    away, outward = solid.at(place)
    push = np.clip(level + 0.0012 - away, 0, 0.016)
    place = place + outward * push[:, None]
    inward = np.minimum(np.einsum("ni,ni->n", heading, outward), 0) * (push > 0)
    heading = unit(heading - outward * inward[:, None])
    return (_open(place, style) if style.opens else place), heading, away + push, outward


def _over_roots(place, roots, normals, grown, style):
    """Keep the first centimetre of strands over the skin at their root, which the grid knows too coarsely."""
    height = np.einsum("ni,ni->n", place - roots, normals)
    least = min(0.45, style.lift) * np.minimum(grown, 0.006) * smoothstep(-grown, -0.016, -0.008)
    return place + normals * np.clip(least - height, 0, 0.004)[:, None]


def _open(place, style):
    """Push points out of the egg before the face, to the sides; a fringe hangs down to where it is cut."""
    top = 0.200 if style.fringe is None else style.fringe
    centre, radii = KEEP_OFF
    away = (place - centre) / radii
    size = (away * away).sum(axis=1)
    within = smoothstep(1 - size, 0.0, 0.3) * smoothstep(-place[:, 2], -top, 0.015 - top)
    x = np.where(place[:, 0] < 0, -1.0, 1.0) * np.sqrt(np.clip(1 - away[:, 1] ** 2 - away[:, 2] ** 2, 0, 1)) * radii[0]
    aim = np.where(abs(x) > abs(place[:, 0]), x, place[:, 0])
    front = -0.086 - 0.045 * smoothstep(place[:, 2], 0.140, 0.205)                       # how far ahead a curtain hangs
    y = place[:, 1] + 0.5 * np.clip(front - place[:, 1], 0, 0.02) * smoothstep(-place[:, 2], -top - 0.005, 0.010 - top)
    return np.stack([place[:, 0] + within * 0.6 * (aim - place[:, 0]), y, place[:, 2]], axis=-1)


def _cut(curves, length, style, rng):
    """Return the length (N,) at which scissors end each strand."""
    ragged = style.ragged * np.abs(rng.standard_normal(len(curves)))[:, None]
    x, y, z = np.moveaxis(curves, -1, 0)
    window = (0.203 if style.opens and style.fringe is None else style.fringe or BROW) + 0.5 * ragged
    below = (z < window) & (y < -0.080) & (abs(x) < 0.043 + 0.011 * smoothstep(-z, -0.195, -0.140))    # hair before the face
    if style.hem is not None:
        below |= z < style.hem + ragged
    below[:, 0] = False
    first = np.where(below.any(axis=1), below.argmax(axis=1), STEPS)
    return np.maximum(first / STEPS * length, 0.002)


def resample(curves, length, cut, steps):
    """Return strands (N, steps, 3) cut at `cut` (N,) metres of their `length` (N,)."""
    last = curves.shape[1] - 1
    at = np.linspace(0, 1, steps)[None] * np.minimum(cut / length, 1)[:, None] * last
    low = np.minimum(at.astype(int), last - 1)
    part = (at - low)[..., None]
    rows = np.arange(len(curves))[:, None]
    return curves[rows, low] * (1 - part) + curves[rows, low + 1] * part
