"""The creases of a pack: a picture of grooves on the atlas, drawn in millimetres on the skin, and per vertex how skin folds along them."""

from dataclasses import dataclass

import numpy as np

from wince.core import atlas, wrinkles
from wince.core.steps import smoothstep
from wince.core.streams import stream

from . import crease_grain
from .crease_lines import FINE, SYSTEMS
from .regions import frontal

SIZE = 1024
SEED = 4                               # of the small waves of lines
SMOOTH = 2                             # rounds of averaging the depth of cells
STEP = 0.4                             # mm between the points of a line
WAVES, WAVE = 4, 0.2                   # small waves: how many, how wide in mm
SWAY, SWAYS = 0.009, (20, 50)          # long ones: how wide as a share of the line's length, how long in mm
WIDEST = 0.8                           # mm that no line sways more than
RIDGE, BESIDE, SPREAD = 0.40, 1.95, 0.85       # the bulge beside a furrow: how high, where and how wide, in half widths
HANG = 2.1, 1.3                        # the same of a flank that hangs over
VALLEY = 1.6, 1.5                      # how a furrow's walls fall: the power of the distance, and how steeply
SOFT = 1.6                             # half widths over which the points of a line are taken together
REACH = 4.6                            # half widths from its middle over which a line is drawn
SHARP = 0.5                            # half the width, mm, of the sharp line at the bottom of a furrow in old skin
COMPANION = 0.55                       # how deep the lines beside it are
FULL = 75                              # percentile of compression that counts as a full fold, of the skin around lines
ENOUGH = 0.02                          # compression that is none
LEAST = 0.45, 0.03                     # of what AUs do around the lines, the share that counts as a full fold anywhere; and in itself
GENTLE = 0.10                          # full compression of lines that no AU of the pack folds
MARGINS = (31, 0.5, 18.5, 7.0), (0.85, 1.15)   # x, z and radii of an ellipse around the edges of lids, which never fold, and how that fades
QUIET = 3.4                            # how much more than one full fold it takes of what is to fold nothing


@dataclass(frozen=True, eq=False)
class Skin:
    """Where skin is: the average adult's exterior.

    points   (V, 3) metres; origin as in `regions.frontal`
    faces    (F, 4); uv (T, 2), uv_faces (F, 4), part (F,)
    exterior (V,) bool; regions {name: (V,)}; shapes {name: (V, 3)} what AUs do at full
    """

    points: np.ndarray
    origin: np.ndarray
    faces: np.ndarray
    uv: np.ndarray
    uv_faces: np.ndarray
    exterior: np.ndarray
    regions: dict
    shapes: dict


@dataclass(frozen=True, eq=False)
class Stroke:
    """One furrow on one side as it is drawn: points (n, 3) mm, their depth (n,), half width in mm, where +x of the left side is, +-1.

    fine    the sharp lines in it: each points (n, 3) and depth (n,)
    """

    points: np.ndarray
    depth: np.ndarray
    half: float
    out: float
    fine: tuple = ()


def build(skin):
    """Return the pack's arrays: creases, crease, crease_reach, crease_tight, crease_rest; see `core.wrinkles`."""
    ground = Front(skin)
    strokes = {name: _strokes(name, system, ground) for name, system in SYSTEMS.items()}
    crease, ready, tight, rest = _vertices(skin, strokes)
    ready[:, 2], rest[:, 2] = _grain(skin)
    edges = wrinkles.edges_of(skin.faces)
    around = wrinkles.to_points(wrinkles.weights(skin.points, edges, crease), edges, len(skin.points))
    reach, tight = (np.divide(values, around, out=np.zeros_like(values), where=around > 0.01) for values in (ready, tight))
    return {"creases": _picture(skin, strokes), "crease": crease.astype(np.float16), "crease_reach": reach.astype(np.float16),
            "crease_tight": tight.astype(np.float16), "crease_rest": rest.astype(np.float16)}


class Front:
    """How deep the skin lies that one sees from the front, on a grid of square millimetres."""

    LOW, SHAPE = np.array([-80, -175]), (161, 260)

    def __init__(self, skin):
        found = atlas.texels(skin.faces, skin.uv, skin.uv_faces, 512)
        points = np.einsum("nk,nkc->nc", found.weights, frontal(skin.points, skin.origin)[found.corners])
        points = points[skin.exterior[found.corners].all(axis=1)]
        cell = np.rint(points[:, :2] - self.LOW).astype(int)
        inside = ((cell >= 0) & (cell < self.SHAPE)).all(axis=1)
        self.depth = np.full(self.SHAPE, np.inf)
        np.minimum.at(self.depth, tuple(cell[inside].T), points[inside, 2])
        self._fill()

    def at(self, xz):
        """Return points (n, 3) mm (x, z, depth) of the skin at (x, z) (n, 2), between cells bilinear."""
        place = np.clip(xz - self.LOW, 0, np.array(self.SHAPE) - 1.001)
        low = place.astype(int)
        (u, v), (i, j) = (place - low).T, low.T
        d = self.depth
        depth = (1 - u) * ((1 - v) * d[i, j] + v * d[i, j + 1]) + u * ((1 - v) * d[i + 1, j] + v * d[i + 1, j + 1])
        return np.column_stack([xz, depth])

    def _fill(self):
        """Give cells without skin the depth of what is around them, and smooth all: cells are coarse where skin turns away."""
        while not np.isfinite(self.depth).all():
            wide = np.pad(self.depth, 1, constant_values=np.inf)
            around = np.stack([wide[i:i + self.SHAPE[0], j:j + self.SHAPE[1]] for i in range(3) for j in range(3)])
            known = np.isfinite(around)
            mean = np.where(known, around, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
            self.depth = np.where(np.isfinite(self.depth) | ~known.any(axis=0), self.depth, mean)
        for _ in range(SMOOTH):
            wide = np.pad(self.depth, 1, mode="edge")
            self.depth = np.mean([wide[i:i + self.SHAPE[0], j:j + self.SHAPE[1]] for i in range(3) for j in range(3)], axis=0)


def _strokes(name, system, ground):
    sides = (1, -1) if system.sided else (1,)
    places = [(line, side, (name, k, side)) for side in sides for k, line in enumerate(system.lines)]
    return [_stroke(line, side, ground, stream(SEED, "creases", *key), system.fine) for line, side, key in places]


def _stroke(line, side, ground, rng, fine=0.0):
    """Lay one line on the skin: smooth through its points, with waves, fading at its ends, nowhere equally deep."""
    corners = np.array(line.points, float) * (side, 1)
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(corners, axis=0), axis=1))])
    t, length = np.linspace(0, 1, max(int(along[-1] / STEP), 6)), along[-1]
    xz = np.stack([_smooth(along / length, axis, t) for axis in corners.T], axis=1)
    beside = _beside(xz)
    sway = min(SWAY * length, WIDEST) * _waves(rng, t, length, SWAYS) + WAVE * min(1.0, line.half / 2) * _waves(rng, t, length)
    xz = xz + beside * sway[:, None]
    depth = np.clip(line.depth * _fading(t, line.fade) * (1 + 0.22 * _waves(rng, t, length, SWAYS) + 0.08 * _waves(rng, t, length)), 0, 1)
    sharp = tuple(_even(ground.at(at), deep) for at, deep in _fine(xz, depth, line.half, fine, rng)) if fine else ()
    return Stroke(*_even(ground.at(xz), depth), line.half, float(side), sharp)


def _even(points, depth):
    """Return a line's points (n, 3) and depth (n,) at even steps: laid on skin that turns away, they have moved apart."""
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    steps = np.linspace(0, along[-1], max(int(along[-1] / STEP), 6))
    return np.stack([np.interp(steps, along, axis) for axis in points.T], axis=1), np.interp(steps, along, depth)


def _beside(xz):
    ahead = np.gradient(xz, axis=0)
    return np.stack([-ahead[:, 1], ahead[:, 0]], axis=1) / np.linalg.norm(ahead, axis=1, keepdims=True)


def _fading(t, share):
    fade = np.clip(np.minimum(t, 1 - t) / share, 0, 1)
    return fade * fade * (3 - 2 * fade)


def _fine(xz, depth, half, fine, rng):
    """Yield the sharp lines of a furrow: one along its bottom, that goes and comes, and beside a wide one shorter ones."""
    t, length = np.linspace(0, 1, len(xz)), len(xz) * STEP
    middle = xz + _beside(xz) * (0.2 * _waves(rng, t, length))[:, None]
    yield middle, np.clip(fine * depth * (0.9 + 0.3 * _waves(rng, t, length)), 0, 1)
    for side in (-1, 1) if half >= 1.6 and fine > 0.5 else ():
        start, stop = np.sort(rng.uniform(0.05, 0.95, 2))
        here = (t >= start) & (t <= stop)
        if here.sum() * STEP > 5:
            off = side * half * rng.uniform(0.7, 1.1) + 0.3 * _waves(rng, t[here], length)
            fading = _fading(np.linspace(0, 1, here.sum()), 0.4)
            yield xz[here] + _beside(xz)[here] * off[:, None], COMPANION * fine * depth[here] * fading


def _smooth(knots, values, t):
    """Return a curve through values at knots: straight, then smoothed twice, ends kept."""
    out = np.interp(t, knots, values)
    for _ in range(max(len(t) // 8, 1)):
        out[1:-1] = (out[:-2] + 2 * out[1:-1] + out[2:]) / 4
    return out


def _waves(rng, t, length, long=(5, 15)):
    """Return a smooth random curve over t (n,), about -1..1; waves are so many millimetres `long`."""
    pace = length / rng.uniform(*long, WAVES)
    return sum(np.sin(2 * np.pi * (pace[k] * t + rng.uniform())) for k in range(WAVES)) / np.sqrt(WAVES)


def _picture(skin, strokes):
    """Draw all lines and the micro relief: (SIZE, SIZE, 4) uint8."""
    found = atlas.texels(skin.faces, skin.uv, skin.uv_faces, SIZE)
    seen = skin.exterior[found.corners].any(axis=1)
    place = frontal(skin.points, skin.origin)
    points = np.einsum("nk,nkc->nc", found.weights[seen], place[found.corners[seen]])
    folds, (lying, standing) = _drawn(points, strokes)
    micro = crease_grain.height(points, found.weights[seen], found.corners[seen], place, skin)
    out = np.zeros((SIZE ** 2, 4))
    out[found.index[seen]] = np.clip(np.column_stack([folds, micro, np.where(lying >= standing, -lying, standing)]), -1, 1)
    full = atlas.padded(out.reshape(SIZE, SIZE, 4), found.covered(), 4)
    return np.rint(wrinkles.FLAT + 127 * full).astype(np.uint8)


def _drawn(points, strokes):
    """Return (height (N, 2) of the folds that lie and that stand, depth (2, N) of the sharp lines in them) at points (N, 3) mm."""
    folds, sharp = np.zeros((len(points), 2)), np.zeros((2, len(points)))
    order = np.argsort(points[:, 1])                                          # by height, so that a line finds its texels quickly
    ranked = points[order]
    for name, system in SYSTEMS.items():
        for stroke in strokes[name]:
            for near, box in _near(stroke.points, REACH * stroke.half, order, ranked):
                folds[near, system.channel] += _groove(box, stroke, system.bulge)
            for line, depth in stroke.fine:
                for near, box in _near(line, 3 * SHARP, order, ranked):
                    sharp[system.channel, near] = np.maximum(sharp[system.channel, near], _scratch(box, line, depth))
    return folds, sharp


def _near(line, far, order, ranked):
    """Yield (which (n,), where (n, 3)) of the points around a line, a few thousand at once; `ranked` are sorted by height by `order`."""
    low, high = np.searchsorted(ranked[:, 1], (line[:, 1].min() - far, line[:, 1].max() + far))
    near, box = order[low:high], ranked[low:high]
    inside = np.flatnonzero(((box >= line.min(axis=0) - far) & (box <= line.max(axis=0) + far)).all(axis=1))
    for part in np.array_split(inside, max(len(inside) // 4000, 1)):
        if len(part):
            yield near[part], box[part]


def _scratch(points, line, depth):
    """Return how deep (N,) a sharp line (n, 3) of depth (n,) is at points (N, 3)."""
    away = ((points[:, None] - line) ** 2).sum(axis=-1)
    return depth[away.argmin(axis=1)] * np.exp(-(np.sqrt(away.min(axis=1)) / SHARP) ** 1.5)


def _groove(points, stroke, bulge):
    """Return the height (N,) that a furrow has at points (N, 3): a soft valley between two bulges, one of them higher by `bulge`."""
    gap = points[:, None] - stroke.points
    away = (gap ** 2).sum(axis=-1)
    least = away.min(axis=1)
    share = np.exp((least[:, None] - away) / (SOFT * stroke.half) ** 2)           # of the points of the line, so that no edge shows where
    share /= share.sum(axis=1)[:, None]                                          # one comes nearer than another
    t = np.sqrt(least) / stroke.half
    depth = share @ stroke.depth
    flank = RIDGE * np.exp(-((t - BESIDE) / SPREAD) ** 2)
    hanging = bulge * _outside(gap, share, stroke) * np.exp(-((t - HANG[0]) / HANG[1]) ** 2)
    return depth * (flank + hanging - np.exp(-np.abs(t) ** VALLEY[0] * VALLEY[1]))


def _outside(gap, share, stroke):
    """Return 1 on a line's side towards +x of the left side, 0 on the other (N,), smooth between."""
    ahead = np.gradient(stroke.points[:, :2], axis=0)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    aside = stroke.out * ((gap[..., 1] * ahead[:, 0] - gap[..., 0] * ahead[:, 1]) * share).sum(axis=1)
    return 0.5 + 0.5 * np.tanh(aside / (0.5 * stroke.half))


def _grain(skin):
    """Return (1 / compression of a full fold (V,), depth at rest (V,)) of micro relief."""
    count, place = len(skin.points), frontal(skin.points, skin.origin)
    none, ready, rest = np.zeros((2, count, 3)), np.zeros(count), np.zeros(count)
    for name, grain in FINE.items():
        weight = crease_grain.region(skin, name, place)
        ready = np.maximum(ready, grain.ready * weight / _full_fold(skin, none, 2, weight, grain.aus))
        rest = np.maximum(rest, weight * grain.rest)
    return ready, rest


def _acts(skin, aus):
    """Return the shape keys (tuple each) of AUs, both sides together, correctives left out."""
    return [tuple(name for name in skin.shapes if name.startswith(au) and "+" not in name and name.count(".") <= 1) for au in aus]


def _vertices(skin, strokes):
    """Return (crease (2, V, 3), 1 / compression of a full fold (V, 3), of a full stretch, depth at rest (V, 3)); no micro relief."""
    count, normal, place = len(skin.points), _normals(skin), frontal(skin.points, skin.origin)
    crease, (ready, tight, rest, total) = np.zeros((2, count, 3)), np.zeros((4, count, 3))
    for name, system in SYSTEMS.items():
        weight, across = _around(place, normal, strokes[name], system)
        weight, channel, both = weight * skin.exterior * _off_lids(place), system.channel, np.stack([across, across])
        crease[channel] += weight[:, None] * across
        ready[:, channel] += weight / _full_fold(skin, both, channel, weight, system.aus, system)
        if system.tight and skin.shapes:
            tight[:, channel] += weight * (1 + wrinkles.SLACK) / _full_fold(skin, both, channel, weight, system.tight, system, -1)
        total[:, channel] += weight
        rest[:, channel] = np.maximum(rest[:, channel], weight * system.rest)
    ready, tight = ready / np.maximum(total, 1.0), tight / np.maximum(total, 1.0)
    return _unit(crease), ready, np.where(tight > 0, tight + ready, 0), rest


def _around(place, normal, strokes, system):
    """Return (weight (V,), direction across (V, 3) in the face's space) of vertices around a system's lines."""
    weight, across = np.zeros(len(place)), np.zeros((len(place), 3))
    for stroke in strokes:
        gap = np.linalg.norm(place[:, None] - stroke.points, axis=-1)
        nearest = gap.argmin(axis=1)
        away = gap.min(axis=1)
        ahead = np.gradient(stroke.points, axis=0)[nearest][:, [0, 2, 1]]                 # (x, z, depth) to (x, y, z)
        way = np.cross(normal, ahead)
        way = _unit(way)
        way *= np.where(way @ _forward(system, stroke) < 0, -1, 1)[:, None]
        across += np.exp(-(away / 5) ** 2)[:, None] * way
        weight = np.maximum(weight, _fall(away, 0.45 * system.reach, 1.4 * system.reach))
    return weight, _unit(across)


def _off_lids(place):
    """Return 0 on the edges of lids .. 1 away from them (V,): there, closing the eyes moves skin more than anything folds it."""
    (x, z, wide, high), fade = MARGINS
    return smoothstep(np.hypot((np.abs(place[:, 0]) - x) / wide, (place[:, 1] - z) / high), *fade)


def _forward(system, stroke):
    """Return which of its two ways (3,) a direction across is written: alike for neighbours, so that they do not cancel out."""
    return np.array([1.0, 0.0, 0.0]) if system.channel == 1 else np.array([stroke.out if system.sided else 0.0, 0.0, 1.0])


def _fall(away, near, far):
    t = np.clip((far - away) / (far - near), 0, 1)
    return t * t * (3 - 2 * t)


def _full_fold(skin, crease, channel, weight, aus, system=None, sign=1):
    """Return the compression (V,) at which lines are fully folded: what their AUs at full do here, or a share of what they do around.

    weight   (V,) where the lines are; measured place by place, a fold says how far the action has gone, not where skin gives most
    system   crease_lines.System, for what is to fold little, and for skin that hardly gives
    sign     -1: stretch instead
    """
    felt = [_felt(skin, crease, channel, aus, sign)]
    if felt[0] is None:
        return np.full(len(weight), GENTLE)
    around_lines = felt[0][(weight > 0.5) & (felt[0] > ENOUGH)]
    typical = np.percentile(around_lines, FULL) if len(around_lines) else GENTLE
    share, least = system.least if system and system.least else LEAST
    eager = system.eager if system else 1.0
    felt[0] = eager * felt[0]
    if system and system.quiet:
        felt.append(QUIET * _felt(skin, crease, channel, system.quiet, sign))
    return np.maximum(np.max(felt, axis=0), max(share * typical, least) * eager)


def _felt(skin, crease, channel, aus, sign):
    """Return the most compression (V,), or stretch for sign -1, that one of the AUs brings at full; None where the pack has none."""
    edges = wrinkles.edges_of(skin.faces)
    around = wrinkles.to_points(wrinkles.weights(skin.points, edges, crease), edges, len(skin.points))
    per = np.divide(1, around, out=np.zeros_like(around), where=around > 0.01)
    posed = [skin.points + sum(skin.shapes[key] for key in keys) for keys in _acts(skin, aus)]
    most = [sign * wrinkles.compression(skin.points, points, edges, crease, per)[:, channel] for points in posed]
    return np.max(most, axis=0) if most else None


def _normals(skin):
    """Return the normals (V, 3) of the skin."""
    corners = skin.points[skin.faces]
    face = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    out = np.zeros_like(skin.points)
    for k in range(4):
        np.add.at(out, skin.faces[:, k], face)
    return _unit(out)


def _unit(vectors):
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
