"""The creases of a pack: a picture of grooves on the atlas, drawn in millimetres on the skin, and per vertex how skin folds along them."""

from dataclasses import dataclass

import numpy as np

from wince.core import atlas, wrinkles
from wince.core.streams import stream

from .crease_lines import FINE, SYSTEMS
from .regions import frontal

SIZE = 1024
SEED = 4                               # of the small waves of lines
SMOOTH = 2                             # rounds of averaging the depth of cells
STEP = 0.4                             # mm between the points of a line
WAVES, WAVE = 4, 0.35                  # how many, how wide in mm
FLANK, BESIDE, SPREAD = 0.26, 1.75, 0.9        # the raised skin beside a groove: how high, where and how wide, in half widths
REACH = 5.0                            # half widths from its middle over which a line is drawn
FULL = 75                              # percentile of compression that counts as a full fold, of the skin around lines
HERE = 0.4                             # and the share of that below which none is one, wherever it is
ENOUGH, LEAST = 0.02, 0.03             # compression that is none; the least that counts as a full fold
GENTLE = 0.10                          # full compression of lines that no AU of the pack folds
GRAIN = 6                              # steps of height that fine lines have: noise costs room in a file
CREPE, LONG = ((-24, 0.8), (27, 0.6)), 5.0     # fine lines: degrees off their region's way and depth; how much longer than apart


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
    """One line on one side as it is drawn: points (n, 3) mm, their depth (n,), half width in mm, and where +x of the left side is, +-1."""

    points: np.ndarray
    depth: np.ndarray
    half: float
    out: float


def build(skin):
    """Return the pack's arrays: creases, crease, crease_reach, crease_rest; see `core.wrinkles`."""
    ground = Front(skin)
    strokes = {name: _strokes(name, system, ground) for name, system in SYSTEMS.items()}
    crease, ready, rest = _vertices(skin, strokes)
    ready[:, 2], rest[:, 2] = _fine(skin)
    edges = wrinkles.edges_of(skin.faces)
    around = wrinkles.to_points(wrinkles.weights(skin.points, edges, crease), edges, len(skin.points))
    reach = np.divide(ready, around, out=np.zeros_like(ready), where=around > 0.01)
    return {"creases": _picture(skin, strokes), "crease": crease.astype(np.float16), "crease_reach": reach.astype(np.float16),
            "crease_rest": rest.astype(np.float16)}


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
    return [_stroke(line, side, ground, stream(SEED, "creases", name, k, side)) for side in sides for k, line in enumerate(system.lines)]


def _stroke(line, side, ground, rng):
    """Lay one line on the skin: smooth through its points, with small waves, fading at its ends, nowhere equally deep."""
    corners = np.array(line.points, float) * (side, 1)
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(corners, axis=0), axis=1))])
    t = np.linspace(0, 1, max(int(along[-1] / STEP), 6))
    xz = np.stack([_smooth(along / along[-1], axis, t) for axis in corners.T], axis=1)
    ahead = np.gradient(xz, axis=0)
    beside = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1) / np.linalg.norm(ahead, axis=1, keepdims=True)
    xz = xz + beside * (WAVE * min(1.0, line.half) * _waves(rng, t, along[-1]))[:, None]
    fade = np.clip(np.minimum(t, 1 - t) / line.fade, 0, 1)
    depth = line.depth * fade * fade * (3 - 2 * fade) * (1 + 0.18 * _waves(rng, t, along[-1]))
    return Stroke(ground.at(xz), np.clip(depth, 0, 1), line.half, float(side))


def _smooth(knots, values, t):
    """Return a curve through values at knots: straight, then smoothed twice, ends kept."""
    out = np.interp(t, knots, values)
    for _ in range(max(len(t) // 8, 1)):
        out[1:-1] = (out[:-2] + 2 * out[1:-1] + out[2:]) / 4
    return out


def _waves(rng, t, length):
    """Return a smooth random curve over t (n,), about -1..1; waves are 5 to 15 mm long."""
    pace = length / rng.uniform(5, 15, WAVES)
    return sum(np.sin(2 * np.pi * (pace[k] * t + rng.uniform())) for k in range(WAVES)) / np.sqrt(WAVES)


def _picture(skin, strokes):
    """Draw all lines: (SIZE, SIZE, 3) uint8."""
    found = atlas.texels(skin.faces, skin.uv, skin.uv_faces, SIZE)
    seen = skin.exterior[found.corners].any(axis=1)
    points = np.einsum("nk,nkc->nc", found.weights[seen], frontal(skin.points, skin.origin)[found.corners[seen]])
    order = np.argsort(points[:, 1])                                          # by height, so that a line finds its texels quickly
    height = np.zeros((len(points), 3))
    sorted_points = points[order]
    for name, system in SYSTEMS.items():
        for stroke in strokes[name]:
            _draw(height, order, sorted_points, stroke, system)
    height[:, 2] = _crumple(points, found.weights[seen], found.corners[seen], skin)
    out = np.zeros((SIZE ** 2, 3))
    out[found.index[seen]] = np.clip(height, -1, 1)
    full = atlas.padded(out.reshape(SIZE, SIZE, 3), found.covered(), 4)
    return np.rint(wrinkles.FLAT + 127 * full).astype(np.uint8)


def _draw(height, order, points, stroke, system):
    """Add one line to the heights (N, 3) of texels; `points` (N, 3) are sorted by height, `order` says which they are."""
    far = REACH * stroke.half
    low, high = np.searchsorted(points[:, 1], (stroke.points[:, 1].min() - far, stroke.points[:, 1].max() + far))
    near = order[low:high]
    box = points[low:high]
    inside = ((box >= stroke.points.min(axis=0) - far) & (box <= stroke.points.max(axis=0) + far)).all(axis=1)
    near, box = near[inside], box[inside]
    for part in np.array_split(np.arange(len(near)), max(len(near) // 4000, 1)):
        if len(part):
            height[near[part], system.channel] += _groove(box[part], stroke, system.bulge)


def _groove(points, stroke, bulge):
    """Return the height (N,) that a line has at points (N, 3): a groove with raised flanks, one of them higher by `bulge`."""
    gap = points[:, None] - stroke.points
    away = (gap ** 2).sum(axis=-1)
    nearest = away.argmin(axis=1)
    offset, t = gap[np.arange(len(points)), nearest], np.sqrt(away.min(axis=1)) / stroke.half
    ahead = np.gradient(stroke.points[:, :2], axis=0)[nearest]
    outer = np.sign(offset[:, 0] * -ahead[:, 1] + offset[:, 1] * ahead[:, 0]) * stroke.out > 0
    flank = FLANK * np.exp(-((t - BESIDE) / SPREAD) ** 2)
    hanging = bulge * outer * np.exp(-((t - 1.9) / 1.1) ** 2)
    return stroke.depth[nearest] * (flank + hanging - np.exp(-np.abs(t) ** 1.7 * 1.6))


def _crumple(points, weights, corners, skin):
    """Return the height (N,) of fine lines at points (N, 3) mm: every region's own crepe, blended where regions meet."""
    fine, total = np.zeros(len(points)), np.zeros(len(points))
    for name, (_, _, width, angle) in FINE.items():
        share = np.einsum("nk,nk->n", weights, _region(skin, name)[corners])
        here = np.flatnonzero(share > 0.02)
        height = _pebbles(points[here] / width) if angle is None else _crepe(points[here], width, angle)
        fine[here] += share[here] * height
        total += share
    fine *= np.clip(total * 4, 0, 1) / np.maximum(total, 1e-9)
    return np.round(fine * GRAIN) / GRAIN


def _crepe(points, width, angle):
    """Return the height (N,) of fine lines so many mm apart, in two sets that cross; `angle` degrees up from the horizontal, outwards."""
    out = np.zeros(len(points))
    for k, (turn, depth) in enumerate(CREPE):
        along = np.radians(angle + turn)
        x, z, y = np.abs(points[:, 0]), points[:, 1], points[:, 2]
        lengthways, across = x * np.cos(along) + z * np.sin(along), z * np.cos(along) - x * np.sin(along)
        side = 50 * k + 17 * (points[:, 0] > 0)                               # the halves of a face do not mirror each other
        noise = _noise(np.stack([lengthways / (LONG * width) + side, across / width, y / (3 * width)], axis=1))
        out -= depth * np.exp(-((noise - 0.5) / 0.055) ** 2)
    return np.clip(out + 0.12, -1, 1)


def _pebbles(points):
    """Return the height (N,) of orange peel at points (N, 3), in mounds: soft grooves between cells (Worley 1996)."""
    home = np.floor(points).astype(np.int64)
    first = np.full(len(points), np.inf)
    second = first.copy()
    for shift in np.ndindex(3, 3, 3):
        cell = home + np.array(shift) - 1
        gap = np.linalg.norm(cell + np.stack([_chance(cell, k) for k in range(3)], axis=1) - points, axis=1)
        second = np.minimum(second, np.maximum(gap, first))
        first = np.minimum(first, gap)
    return 0.7 * np.clip((second - first) / 0.7, 0, 1) - 0.5


def _noise(points):
    """Return smooth random values (N,) 0..1 at points (N, 3), a lattice of side 1."""
    home = np.floor(points).astype(np.int64)
    part = points - home
    part = part * part * (3 - 2 * part)
    out = np.zeros(len(points))
    for corner in np.ndindex(2, 2, 2):
        weight = np.prod(np.where(corner, part, 1 - part), axis=1)
        out += weight * _chance(home + np.array(corner), 0)
    return out


def _chance(cell, which):
    """Return a random number (N,) 0..1 for each cell (N, 3) int, always the same."""
    word = cell.astype(np.uint64) @ np.array([73856093, 19349663, 83492791], np.uint64) + np.uint64(SEED + 7919 * which)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)               # scrambled as in `core.streams`
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (word >> np.uint64(40)).astype(float) / 2 ** 24


def _fine(skin):
    """Return (1 / compression of a full fold (V,), depth at rest (V,)) of fine lines."""
    none, ready, rest = np.zeros((2, len(skin.points), 3)), np.zeros(len(skin.points)), np.zeros(len(skin.points))
    for name, (folds, lies, *_) in FINE.items():
        weight = _region(skin, name)
        ready, rest = np.maximum(ready, weight * folds), np.maximum(rest, weight * lies)
    return ready / _full_fold(skin, none, 2, ready, ("AU06", "AU07", "AU17", "AU09"), 1.0), rest


def _region(skin, name):
    """Return a region's weights (V,), both sides together."""
    found = [skin.regions[key] for key in (name, f"{name}.L", f"{name}.R") if key in skin.regions]
    return np.max(found, axis=0).astype(float) * skin.exterior


def _acts(skin, aus):
    """Return the shape keys (tuple each) of AUs, both sides together, correctives left out."""
    return [tuple(name for name in skin.shapes if name.startswith(au) and "+" not in name and name.count(".") <= 1) for au in aus]


def _vertices(skin, strokes):
    """Return (crease (2, V, 3), 1 / compression of a full fold (V, 3), depth at rest (V, 3)); fine lines left at 0."""
    count, normal, place = len(skin.points), _normals(skin), frontal(skin.points, skin.origin)
    crease, ready, rest, total = np.zeros((2, count, 3)), np.zeros((count, 3)), np.zeros((count, 3)), np.zeros((count, 3))
    for name, system in SYSTEMS.items():
        weight, across = _around(place, normal, strokes[name], system)
        weight, channel = weight * skin.exterior, system.channel
        full = _full_fold(skin, np.stack([across, across]), channel, weight, system.aus)
        crease[channel] += weight[:, None] * across
        ready[:, channel] += weight / full
        total[:, channel] += weight
        rest[:, channel] = np.maximum(rest[:, channel], weight * system.rest)
    return _unit(crease), ready / np.maximum(total, 1.0), rest


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


def _forward(system, stroke):
    """Return which of its two ways (3,) a direction across is written: alike for neighbours, so that they do not cancel out."""
    return np.array([1.0, 0.0, 0.0]) if system.channel == 1 else np.array([stroke.out if system.sided else 0.0, 0.0, 1.0])


def _fall(away, near, far):
    t = np.clip((far - away) / (far - near), 0, 1)
    return t * t * (3 - 2 * t)


def _full_fold(skin, crease, channel, weight, aus, here=HERE):
    """Return the compression (V,) at which lines are fully folded: what their AUs at full do here, or a share of what they do around.

    weight   (V,) where the lines are; measured place by place, a fold says how far the action has gone, not where skin gives most
    """
    edges = wrinkles.edges_of(skin.faces)
    around = wrinkles.to_points(wrinkles.weights(skin.points, edges, crease), edges, len(skin.points))
    per = np.divide(1, around, out=np.zeros_like(around), where=around > 0.01)
    posed = [skin.points + sum(skin.shapes[key] for key in keys) for keys in _acts(skin, aus)]
    most = [wrinkles.compression(skin.points, points, edges, crease, per)[:, channel] for points in posed]
    if not most:
        return np.full(len(weight), GENTLE)
    felt = np.max(most, axis=0)
    around_lines = felt[(weight > 0.5) & (felt > ENOUGH)]
    typical = np.percentile(around_lines, FULL) if len(around_lines) else GENTLE
    return np.maximum(felt, max(here * typical, LEAST))


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
