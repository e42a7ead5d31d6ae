"""Clothes of a person: cloth over the bust that goes on below its edge, cut from one pattern; numbers make it a T-shirt or a gown.

The cloth is one closed surface: it begins inside the neckline, between skin and cloth, rolls over the rim, and goes down to a floor that
nobody sees, so that no view from any side meets an edge of the bust or its hollow. It is made on the pack's average, once, and carried
to a person by what the shape does to the skin nearest to each of its points.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..near import nearest, squares
from ..steps import smoothstep
from ..streams import stream
from . import cuts, folds, torso
from .binding import bind, place, unit
from .cuts import CUTS, NECK, folding
from .piece import CUT, PATTERN, SEWN, SKIN, Piece

COLUMNS, ROWS = 144, 40                # of the cloth below its rim
NEAREST = 10                           # points of the skin that carry a point of the cloth
REACH = 0.01                           # within this distance they count about alike, metres
OVER_SKIN = 0.04                       # cloth farther than this from the nearest middle of a triangle hangs free, metres
HUGS = (0.004, 0.050)                  # below its rim, from where to where the cloth leaves the skin that the rim lies on, metres
CLEAR = 0.0012                         # what cloth below its rim keeps off the skin at least, metres


def make(person):
    """Return the Piece of what a person wears over the bust, or None."""
    kind = person.identity.look.clothes.kind
    if kind not in CUTS:
        return None
    made = _made(person.pack, kind, folding(person.identity.look))
    binding = _fitted(made, person)
    values = {PATTERN: made.pattern, SEWN: made.sewn, CUT: made.cut}
    return Piece(place(binding, person.base), made.faces, ("cloth",), SKIN, binding, uv=made.uv, values=values)


@dataclass(frozen=True, eq=False)
class _Made:
    """A garment on the average bust: `carriers` (V, NEAREST) vertices of the face's mesh, `shares` how much each counts, `off` how far the
    cloth must stay above its triangle, `hug` (V,) how much it lies on it besides; pattern, sewn, cut: see `piece`."""

    points: np.ndarray
    faces: np.ndarray
    uv: np.ndarray
    pattern: np.ndarray
    sewn: np.ndarray
    cut: np.ndarray
    hug: np.ndarray
    corners: np.ndarray
    carriers: np.ndarray
    shares: np.ndarray
    off: np.ndarray


def _fitted(made, person):
    """Return the Binding of a garment that a person's shape has moved; it hangs off the skin as far as it does on the average."""
    moved = person.base - person.pack.base
    carried = made.points + np.einsum("vk,vkc->vc", made.shares, moved[made.carriers])
    binding = bind(carried, made.corners, person.base)
    missing = made.off - binding.local[:, 2]
    lift = np.maximum(missing, 0).reshape(-1, COLUMNS)
    for take in (np.max, np.mean, np.mean):                           # what one point needs its neighbours give too: no dents, no steps
        lift = _around(lift, take)
    sink = (made.hug * np.clip(missing, -OVER_SKIN, 0)).reshape(-1, COLUMNS)
    binding.local[:, 2] += (lift + _around(_around(sink, np.mean), np.mean)).ravel()
    return binding


def _around(grid, take):
    """Return what `take` makes of each point of a grid (rows, COLUMNS) and its neighbours."""
    grid = take([np.roll(grid, k, axis=1) for k in (-1, 0, 1)], axis=0)
    return take([grid, np.concatenate([grid[:1], grid[:-1]]), np.concatenate([grid[1:], grid[-1:]])], axis=0)


@lru_cache(maxsize=24)
def _made(pack, kind, folding):
    """Make a garment on the average bust."""
    cut, body = CUTS[kind], _body(pack)
    points, places, down = _sewn(cut, body, pack, stream(folding, "clothes", kind))
    flat, at = points.reshape(-1, 3), places.reshape(-1, 3)
    carriers, shares = _carriers(flat, pack.base, _trunk_vertices(pack))
    corners = _corners(flat, pack)
    across = points[..., 0]
    for _ in range(4):                                                # folds bend stripes by themselves
        across = _around(across, np.mean)
    below = np.stack([down.ravel(), across.ravel(), np.zeros(len(flat))], axis=1)
    return _Made(flat, _grid(*points.shape[:2]), at[:, :2] + 0.5, at, cuts.sewn(cut, flat, at[:, :2]), below, _hug(cut, down).ravel(),
                 corners, carriers, shares, _kept_off(flat, corners, pack.base))


@lru_cache(maxsize=2)
def _body(pack):
    return torso.of(pack.base.astype(float), pack.faces_of("skin", "brows"))


# The pattern ---------------------------------------------------------------------------------------------------------

def _sewn(cut, body, pack, rng):
    """Return the points (rows, COLUMNS, 3) of a garment, where each lies on the cloth, as PATTERN has it, and how far down it."""
    azimuth = (np.arange(COLUMNS) / COLUMNS - 0.5) * 2 * np.pi
    way = _Ways(body, azimuth)
    edge = way.to_height(cuts.neckline(cut, azimuth))
    rim, off, trim = cuts.rim(cut, azimuth)
    down = np.concatenate([rim, _down(rim[-1], way, edge)])
    off = np.concatenate([off, _hang(cut, azimuth, down[len(rim):] - rim[-1], rng)])
    trim = np.concatenate([trim, np.zeros((len(down) - len(rim), COLUMNS))])
    out = (NECK + down)[..., None] * np.stack([np.sin(azimuth), np.cos(azimuth)], axis=-1)     # cloth as if it were spread out flat
    return _laid(cut, way, edge, down, off, pack), np.concatenate([out, trim[..., None]], axis=-1), down


def _laid(cut, way, edge, down, off, pack):
    """Return the points of the cloth: on the skin at its rim, `off` it, and on the softer body from there down."""
    points, normals = way.at(edge, down)
    hug = _hug(cut, down)[..., None]
    near = hug[..., 0].max(axis=1) > 0
    there, out = _on_skin(points[near].reshape(-1, 3), pack)
    shift = (there - points[near].reshape(-1, 3)).reshape(-1, COLUMNS, 3)
    turned = (out - normals[near].reshape(-1, 3)).reshape(-1, COLUMNS, 3)
    points[near] += hug[near] * _soft(shift)
    normals[near] = unit(normals[near] + hug[near] * _soft(turned))
    return _clear(points + off[..., None] * normals, cut, pack)


def _soft(vectors):
    """Return vectors of rows (rows, COLUMNS, 3) evened out around the neck."""
    for _ in range(3):
        vectors = (np.roll(vectors, 1, axis=1) + 2 * vectors + np.roll(vectors, -1, axis=1)) / 4
    return vectors


def _clear(points, cut, pack):
    """Return points (rows, COLUMNS, 3) with the cloth below the rim pushed off the skin where it is too near."""
    rows = slice(cuts.ROWS - 1, cuts.ROWS + 16)
    flat = points[rows].reshape(-1, 3)
    there, out = _on_skin(flat, pack)
    gap = np.einsum("ni,ni->n", flat - there, out).reshape(-1, COLUMNS)
    push = _around(_around(np.maximum(CLEAR + 0.0012 - gap, 0), np.max), np.mean)
    points[rows] += push[..., None] * out.reshape(-1, COLUMNS, 3)
    return points


def _hug(cut, down):
    """Return how much cloth lies on the skin itself, (rows, columns): all of the rim, and less and less below."""
    return 1 - smoothstep(down - down[cuts.ROWS - 1], *HUGS)


def _down(start, way, edge):
    """Return how far down the cloth the rows below the rim lie, (ROWS + 2, COLUMNS): denser near the neck, one on the hem, two below."""
    hem, end = way.hem() - edge, way.run[-1] - edge
    share = np.linspace(0, 1, ROWS + 1)[1:, None] ** 1.3
    return np.concatenate([start + (hem - start) * share, hem + [[0.4], [1.0]] * (end - hem)])


def _hang(cut, azimuth, down, rng):
    """Return how far cloth hangs off the body, (rows, columns) metres, `down` below its rim: closely at the shoulders, then loosely."""
    near, loose = cut.rim[-1][1], cut.off[1]
    flat = near + (loose - near) * smoothstep(down, 0.0, 0.22)
    return flat + cut.fold * folds.heights(azimuth[None, :], down, NECK, rng) * np.clip(down / 0.03, 0, 1) ** 1.3


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
    return unit(np.cross(np.gradient(points, axis=0), np.roll(points, -1, axis=1) - np.roll(points, 1, axis=1)))


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
    gap = squares(points, base[skin])
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
    return quads[nearest(points, middle)][:, :3]


def _kept_off(points, corners, base):
    """Return how far (V,) above the plane of its triangle a point must stay: as far as it is, and no matter where no skin is near."""
    local = bind(points, corners, base).local
    return np.where(np.linalg.norm(local, axis=1) < OVER_SKIN, local[:, 2], -np.inf)


def _on_skin(points, pack, base=None):
    """Return the places (N, 3) on the trunk's skin nearest to points (N, 3), and the skin's smooth normals there.

    base   (V, 3) the skin's vertices; the average's by default
    """
    quads = pack.faces_of("skin")
    quads = quads[np.isin(quads, _trunk_vertices(pack)).all(axis=1)]
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    base = (pack.base if base is None else base).astype(float)
    normals = _smooth_normals(base, quads)
    chosen = np.argpartition(squares(points, base[triangles].mean(axis=1)), 6, axis=1)[:, :6]
    weights = _nearest_in(points[:, None], base[triangles[chosen]])
    gap = np.linalg.norm(np.einsum("nkc,nkci->nki", weights, base[triangles[chosen]]) - points[:, None], axis=-1)
    best = np.arange(len(points)), gap.argmin(axis=1)
    corners, weights = triangles[chosen[best]], weights[best]
    return np.einsum("nc,nci->ni", weights, base[corners]), unit(np.einsum("nc,nci->ni", weights, normals[corners]))


def _smooth_normals(base, quads):
    """Return the normals (V, 3) of vertices, those of their quads evened out."""
    out = np.zeros(base.shape)
    normal = np.cross(base[quads[:, 2]] - base[quads[:, 0]], base[quads[:, 3]] - base[quads[:, 1]])
    for corner in range(4):
        np.add.at(out, quads[:, corner], normal)
    return unit(out)


def _nearest_in(points, triangles):
    """Return the weights (..., 3) of the place in triangles (..., 3, 3) nearest to points (..., 3).

    The plane's place where it lies inside; else the nearest on an edge.
    """
    a, b, c = (triangles[..., k, :] for k in range(3))
    normal = np.cross(b - a, c - a)
    size = np.maximum(np.einsum("...i,...i->...", normal, normal), 1e-20)
    inner = [np.einsum("...i,...i->...", np.cross(q - p, points - p), normal) / size for p, q in ((b, c), (c, a), (a, b))]
    options = [np.stack(inner, axis=-1)]
    for p, q, places in ((a, b, (0, 1)), (b, c, (1, 2)), (c, a, (2, 0))):
        share = np.clip(np.einsum("...i,...i->...", points - p, q - p) / np.maximum(((q - p) ** 2).sum(axis=-1), 1e-20), 0, 1)
        weights = np.zeros((*share.shape, 3))
        weights[..., places[0]], weights[..., places[1]] = 1 - share, share
        options.append(weights)
    options = np.stack(options)
    gap = np.linalg.norm(np.einsum("o...c,...ci->o...i", options, triangles) - points, axis=-1)
    gap[0] = np.where((options[0] >= 0).all(axis=-1), gap[0], np.inf)
    return np.take_along_axis(options, gap.argmin(axis=0)[None, ..., None], axis=0)[0]
