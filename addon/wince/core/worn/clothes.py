"""Clothes of a person: cloth over the bust that goes on below its edge, cut from one pattern; numbers make it a T-shirt or a gown.

The cloth is one closed surface: it begins inside the neckline, between skin and cloth, rolls over the rim, and goes down to a floor that
nobody sees, so that no view from any side meets an edge of the bust or its hollow. It is made on the pack's average, once, and carried
to a person by what the shape does to the skin nearest to each of its points.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..streams import stream
from . import torso
from .binding import bind, place
from .piece import PATTERN, SKIN, Piece

COLUMNS, ROWS = 144, 40                # of the cloth below its rim
NEAREST = 10                           # points of the skin that carry a point of the cloth
REACH = 0.01                           # within this distance they count about alike, metres
NECK = 0.065                           # radius of the spread cloth at the neck, metres
FOLDINGS = 16                          # ways in which a garment is folded; more would only fill the cache
OVER_SKIN = 0.04                       # cloth farther than this from the nearest middle of a triangle hangs free, metres

# The rim, from inside the neckline over its edge: (metres down the cloth from the edge, metres off the skin, share of trim).
RIB = ((0.014, 0.0004, 1), (0.003, 0.0008, 1), (0.0, 0.0018, 1), (0.0004, 0.0036, 1), (0.004, 0.0050, 1), (0.016, 0.0050, 1),
       (0.0185, 0.0042, 1), (0.0194, 0.0028, 0))
BIAS = ((0.014, 0.0006, 1), (0.003, 0.0014, 1), (0.0, 0.0028, 1), (0.0005, 0.0048, 1), (0.003, 0.0060, 1), (0.0085, 0.0060, 1),
        (0.0102, 0.0052, 1), (0.0110, 0.0044, 0))


@dataclass(frozen=True)
class Cut:
    """One garment.

    neckline   height of its edge above the neck joint at the front, the sides, the back, metres
    point      how far the front of the neckline runs down to a point, metres: a V
    rim        rows as RIB
    off        how far the cloth hangs off the skin near the rim, and from half-way down on, metres
    fold       height of its folds, metres
    """

    neckline: tuple[float, float, float]
    point: float
    rim: tuple
    off: tuple[float, float]
    fold: float


CUTS = {
    "tshirt": Cut((-0.040, -0.004, 0.014), 0.0, RIB, (0.003, 0.008), 0.011),
    "vneck": Cut((-0.052, -0.006, 0.012), 0.050, RIB, (0.003, 0.009), 0.011),
    "gown": Cut((-0.058, -0.022, 0.000), 0.0, BIAS, (0.006, 0.015), 0.017),
}


def make(person):
    """Return the Piece of what a person wears over the bust, or None."""
    kind = person.identity.look.clothes.kind
    if kind not in CUTS:
        return None
    made = _made(person.pack, kind, person.identity.look.seed % FOLDINGS)
    binding = _fitted(made, person)
    return Piece(place(binding, person.base), made.faces, ("cloth",), SKIN, binding, uv=made.uv, values={PATTERN: made.pattern})


@dataclass(frozen=True, eq=False)
class _Made:
    """A garment on the average bust: `carriers` (V, NEAREST) vertices of the face's mesh, `shares` how much each counts, `off` how far the
    cloth must stay above its triangle."""

    points: np.ndarray
    faces: np.ndarray
    uv: np.ndarray
    pattern: np.ndarray
    corners: np.ndarray
    carriers: np.ndarray
    shares: np.ndarray
    off: np.ndarray


def _fitted(made, person):
    """Return the Binding of a garment that a person's shape has moved; it hangs off the skin as far as it does on the average."""
    moved = person.base - person.pack.base
    carried = made.points + np.einsum("vk,vkc->vc", made.shares, moved[made.carriers])
    binding = bind(carried, made.corners, person.base)
    lift = np.maximum(made.off - binding.local[:, 2], 0).reshape(-1, COLUMNS)
    for take in (np.max, np.mean, np.mean):                           # what one point needs its neighbours give too: no dents, no steps
        lift = take([np.roll(lift, k, axis=1) for k in (-1, 0, 1)], axis=0)
        lift = take([lift, np.concatenate([lift[:1], lift[:-1]]), np.concatenate([lift[1:], lift[-1:]])], axis=0)
    binding.local[:, 2] += lift.ravel()
    return binding


@lru_cache(maxsize=24)
def _made(pack, kind, folding):
    """Make a garment on the average bust."""
    cut, body = CUTS[kind], _body(pack)
    points, places = _sewn(cut, body, stream(folding, "clothes", kind))
    flat = points.reshape(-1, 3)
    skin = _trunk_vertices(pack)
    carriers, shares = _carriers(flat, pack.base, skin)
    uv = places.reshape(-1, 3)[:, :2] + 0.5
    corners = _corners(flat, pack)
    return _Made(flat, _grid(*points.shape[:2]), uv, places.reshape(-1, 3), corners, carriers, shares, _kept_off(flat, corners, pack.base))


@lru_cache(maxsize=2)
def _body(pack):
    return torso.of(pack.base.astype(float), pack.faces_of("skin", "brows"))


# The pattern ---------------------------------------------------------------------------------------------------------

def _sewn(cut, body, rng):
    """Return the points (rows, COLUMNS, 3) of a garment, and where each lies on the cloth, as PATTERN has it."""
    azimuth = (np.arange(COLUMNS) / COLUMNS - 0.5) * 2 * np.pi
    way = _Ways(body, azimuth)
    edge = way.to_height(_neckline(cut, azimuth))
    down = np.concatenate([_column(cut, 0), _down(cut, way, edge)])
    points, normals = way.at(edge, down)
    off = np.concatenate([_column(cut, 1), _hang(cut, azimuth, down[len(cut.rim):], rng)])
    trim = np.concatenate([_column(cut, 2), np.zeros((len(down) - len(cut.rim), COLUMNS))])
    out = (NECK + down)[..., None] * np.stack([np.sin(azimuth), np.cos(azimuth)], axis=-1)     # cloth as if it were spread out flat
    return points + off[..., None] * normals, np.concatenate([out, trim[..., None]], axis=-1)


def _column(cut, which):
    """Return one of the numbers of the rim's rows for all columns, (rows, COLUMNS)."""
    return np.repeat([[row[which]] for row in cut.rim], COLUMNS, axis=1)


def _down(cut, way, edge):
    """Return how far down the cloth the rows below the rim lie, (ROWS + 2, COLUMNS): denser near the neck, one on the hem, two below."""
    start, hem, end = cut.rim[-1][0], way.hem() - edge, way.run[-1] - edge
    share = np.linspace(0, 1, ROWS + 1)[1:, None] ** 1.3
    return np.concatenate([start + (hem - start) * share, hem + [[0.4], [1.0]] * (end - hem)])


def _neckline(cut, azimuth):
    """Return the height of the neckline's edge at azimuths."""
    front, side, back = cut.neckline
    turn = (1 + np.cos(azimuth)) / 2
    edge = np.where(turn > 0.5, side + (front - side) * np.clip(2 * turn - 1, 0, 1) ** 1.3, back + (side - back) * np.clip(2 * turn, 0, 1))
    return edge - cut.point * np.clip(1 - np.abs(azimuth) / 0.9, 0, 1) ** 1.1


def _hang(cut, azimuth, down, rng):
    """Return how far cloth hangs off the body, (rows, columns) metres: closely at the shoulders, loosely below, in folds."""
    far = np.clip(down / 0.22, 0, 1)
    near, loose = cut.rim[-1][1], cut.off[1]
    flat = near + (loose - near) * far * far * (3 - 2 * far)
    return flat + cut.fold * _folds(azimuth, down, rng) * np.clip((down - cut.rim[-1][0]) / 0.05, 0, 1) ** 1.5


def _folds(azimuth, down, rng):
    """Return folds 0..1: some that fan out from the neck and run down, some where cloth pulls from the chest to the arm."""
    out = np.zeros_like(down)
    for count in (7, 11, 16, 23):
        phase, lean, amount = rng.uniform(0, 2 * np.pi), rng.normal() * 5, rng.uniform(0.4, 1.0)
        bend = 0.8 * np.sin(2 * azimuth + rng.uniform(0, 6)) + 6 * down * np.sin(azimuth + rng.uniform(0, 6))
        wave = 0.5 + 0.5 * np.sin(count * azimuth + phase + lean * down + bend)
        here = 0.5 + 0.5 * np.sin(3 * azimuth + rng.uniform(0, 6) + 9 * down)            # a fold comes and goes
        out += amount * here * wave ** 3 * np.clip(down * count / 1.4, 0, 1) / count ** 0.6
    return np.clip(1.7 * out + sum(_pull(azimuth, down, side, rng) for side in (-1, 1)), 0, 1.5)


def _pull(azimuth, down, side, rng):
    """Return the folds of one armpit: rays from it over the chest, that fade."""
    across, along = (azimuth - side * rng.uniform(0.85, 1.1)) * 0.14, down - rng.uniform(0.12, 0.15)
    away, angle = np.hypot(across, along), np.arctan2(along, across * side)
    rays = np.maximum(np.sin(5 * angle + rng.uniform(0, 6)), 0) ** 3
    return 0.7 * rays * np.exp(-((away - 0.04) / 0.035) ** 2)


class _Ways:
    """Ways down the body from the neck to the floor's middle, one for each azimuth, measured along the surface."""

    FINE = 400

    def __init__(self, body, azimuth):
        self.elevation = np.linspace(np.radians(82), np.radians(-89.6), self.FINE)
        self.points = _surface(body, azimuth[None, :], self.elevation[:, None])
        self.normals = _normals(self.points)
        step = np.linalg.norm(np.diff(self.points, axis=0), axis=-1)
        self.run = np.concatenate([np.zeros((1, len(azimuth))), np.cumsum(step, axis=0)])

    def to_height(self, heights):
        """Return how far down each way (columns,) a height (columns,) is met, coming from below the shoulders up the neck."""
        rise, columns = self.points[..., 2] - heights, np.arange(len(heights))
        last = self.FINE - 1 - (rise > 0)[::-1].argmax(axis=0)
        share = rise[last, columns] / (rise[last, columns] - rise[last + 1, columns])
        return (1 - share) * self.run[last, columns] + share * self.run[last + 1, columns]

    def hem(self):
        """Return how far down each way the floor is met, (columns,)."""
        return self.run[(self.points[..., 2] < torso.FLOOR + 0.004).argmax(axis=0), np.arange(self.run.shape[1])]

    def at(self, edge, down):
        """Return points and normals (rows, columns, 3), `down` (rows, columns) metres from the edge."""
        out = np.empty((*down.shape, 6))
        for column in range(down.shape[1]):
            for axis, values in enumerate([*self.points[:, column].T, *self.normals[:, column].T]):
                out[:, column, axis] = np.interp(edge[column] + down[:, column], self.run[:, column], values)
        return out[..., :3], out[..., 3:]


def _surface(body, azimuth, elevation):
    """Return the points of a body in directions, between the picture's texels."""
    size = torso.SIZE
    column, row = (azimuth / (2 * np.pi) + 0.5) * size - 0.5, np.clip((elevation / np.pi + 0.5) * size - 0.5, 0, size - 1.001)
    column, row = np.broadcast_arrays(column, row)
    left, low = np.floor(column).astype(int), np.floor(row).astype(int)
    across, up = column - left, row - low
    picture = body.radius

    def row_at(k):
        return picture[k, left % size] * (1 - across) + picture[k, (left + 1) % size] * across
    radius = row_at(low) * (1 - up) + row_at(low + 1) * up
    way = np.stack([np.cos(elevation) * np.sin(azimuth), -np.cos(elevation) * np.cos(azimuth), np.sin(elevation) + 0 * azimuth], -1)
    return torso.CENTRE + radius[..., None] * way


def _normals(points):
    """Return the outward normals of a grid of points (rows, columns, 3), around without an end."""
    normal = np.cross(np.gradient(points, axis=0), np.roll(points, -1, axis=1) - np.roll(points, 1, axis=1))
    return normal / np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-12)


# Onto the face's mesh ------------------------------------------------------------------------------------------------

def _grid(rows, columns):
    """Return the quads (F, 4) of a grid, around without an end, facing outwards."""
    here = np.arange(rows * columns).reshape(rows, columns)
    there = np.roll(here, -1, axis=1)
    return np.stack([here[:-1], here[1:], there[1:], there[:-1]], axis=-1).reshape(-1, 4)


def _trunk_vertices(pack):
    """Return the vertices (n,) of the trunk's skin, whose shapes carry clothes."""
    used = np.unique(pack.faces_of("skin"))
    low = pack.base[used, 2] < torso.TOP[0] + torso.TOP[1] * pack.base[used, 1]
    return used[low & pack.exterior[used]]


def _carriers(points, base, skin):
    """Return the nearest vertices (V, NEAREST) of the skin, and how much each counts."""
    gap = _squares(points, base[skin])
    chosen = np.argpartition(gap, NEAREST + 1, axis=1)[:, :NEAREST + 1]                # sorting all of them took ten times as long
    chosen = np.take_along_axis(chosen, np.take_along_axis(gap, chosen, axis=1).argsort(axis=1), axis=1)
    share = 1 / (np.take_along_axis(gap, chosen, axis=1) + REACH ** 2)
    share = share[:, :-1] - share[:, -1:]                              # none where another vertex takes over: no steps
    return skin[chosen[:, :-1]], share / share.sum(axis=1, keepdims=True)


def _corners(points, pack):
    """Return the triangle (V, 3) of the trunk's skin nearest to each point."""
    quads = pack.faces_of("skin")
    quads = quads[np.isin(quads, _trunk_vertices(pack)).all(axis=1)]
    middle = pack.base[quads].mean(axis=1)
    return quads[_squares(points, middle).argmin(axis=1)][:, :3]


def _kept_off(points, corners, base):
    """Return how far (V,) above the plane of its triangle a point must stay: as far as it is, and no matter where no skin is near."""
    local = bind(points, corners, base).local
    return np.where(np.linalg.norm(local, axis=1) < OVER_SKIN, local[:, 2], -np.inf)


def _squares(points, others):
    """Return the squared distances (N, M) of points (N, 3) and (M, 3)."""
    points, others = points.astype(np.float32), others.astype(np.float32)
    return (points ** 2).sum(axis=1)[:, None] - 2 * points @ others.T + (others ** 2).sum(axis=1)
