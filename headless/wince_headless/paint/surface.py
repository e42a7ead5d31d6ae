"""What the texels of a person's atlas show: the neutral face as points, and which of them may be painted."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from wince.core import aims, atlas, subdivision
from wince.core.facs.table import SIDES
from wince.core.pack import PART_NAMES
from wince.core.skin import areas, ground, hairs
from wince.core.steps import smoothstep
from wince.stage import complexion

GROWN = 18                             # texels that gutters are filled from the nearest skin, at 2048: 16 and what a look-up touches
COLLAR = {"front": -175, "side": -140, "back": -122}    # mm from the eyes: the painter's neck ends, softly, where a T-shirt begins
FADE = 16                              # mm over which it does, either way
FAINT = 0.01                           # paint thinner than this is none
LINING = ("mouth", "socket")
LIMBUS = 0.352                         # radius of the iris on a ball of radius 1, see stage.materials.eyes
PUPIL = 0.13
WHITE = (0.33, 0.29, 0.26)             # linear albedo, darker than an eye's own: lids shade it whatever the light
DARK = (0.004, 0.004, 0.004)


@dataclass(frozen=True, eq=False)
class Mesh:
    """The neutral head as it is seen: the skin subdivided once, and the eyeballs that hide and are hidden.

    points     (P, 3) float32 metres, normals (P, 3) float32 unit
    triangles  (T, 3) int32
    uv         (T, 3, 2) float32 places on the atlas, nan where a triangle is no skin (eyeballs)
    eyes       (E, 3) float32 linear albedo of the last E points, which are the eyeballs'; None where there are none
    lining     (T,) bool triangles in mouth and sockets, which show between lips and lids; None where there are none
    """

    points: np.ndarray
    normals: np.ndarray
    triangles: np.ndarray
    uv: np.ndarray
    eyes: np.ndarray = None
    lining: np.ndarray = None


@dataclass(frozen=True, eq=False)
class Surface:
    """The N texels of an atlas that show a person's mesh, in ascending order of `index`.

    size     int          texels along a side
    index    (N,) int64   flat place in the picture, row 0 at v = 0
    points   (N, 3) float32 metres; normals (N, 3) float32 unit, smooth
    area     (N,) float32 m2 that a texel shows
    paint    (N,) float32 0..1: how much a painter may colour; 1 on face, ears and neck, 0 under scalp hair, in mouth and sockets
    skin     (N,) float32 0..1: bare exterior skin, without lips, brows, beard and scalp hair: what tone and light are measured on
    source   (size * size,) int32: place among the N that a texel repeats, itself or the nearest across the gutter; -1 far from all
    mesh     Mesh
    """

    size: int
    index: np.ndarray
    points: np.ndarray
    normals: np.ndarray
    area: np.ndarray
    paint: np.ndarray
    skin: np.ndarray
    source: np.ndarray
    mesh: Mesh

    def picture(self, values, fill=0.0):
        """Return values (N, ...) as a picture (size, size, ...) whose gutters repeat the nearest texel."""
        out = values[np.maximum(self.source, 0)]
        out[self.source < 0] = fill
        return out.reshape(self.size, self.size, *values.shape[1:])

    def at(self, picture):
        """Return a picture (size, size, ...) as values (N, ...)."""
        return picture.reshape(self.size ** 2, *picture.shape[2:])[self.index]


def of(person, size):
    """Return the Surface of a person's neutral face; what depends on the pack alone is kept for the next one.

    person   core.face.Person
    size     texels along a side
    """
    grid, plan = _grid(person.pack), _plan(person.pack, size)
    points = grid.points(person.base)
    normals = _normals(points, grid.triangles)
    area = _areas(points[grid.triangles]) / np.maximum(grid.chart, 1e-12) / size ** 2
    paint, skin = _masks(person, size, plan)
    return Surface(size, plan.index, plan.of(points), _unit(plan.of(normals)), area.astype(np.float32)[plan.triangle], paint, skin,
                   plan.source, _mesh(person, grid, points, normals))


def painted(pack):
    """Return where a painter paints heads without hair, (V,) 0..1 of a pack's vertices: exterior skin above the collar."""
    return pack.exterior * _above_collar(*areas.frontal(pack).T)


def _above_collar(x, y, z):
    """Return 1 above the collar, 0 below; places as in skin.areas, mm."""
    side, back = (COLLAR[name] - COLLAR["front"] for name in ("side", "back"))
    collar = COLLAR["front"] + np.maximum(side * smoothstep(np.abs(x), 15, 75), back * smoothstep(y, 90, 180))
    return smoothstep(z - collar, -FADE, FADE)


@dataclass(frozen=True, eq=False)
class _Grid:
    """A pack's mesh, subdivided once.

    limit      subdivision.Rows, from points that were refined to where they are seen
    triangles  (T, 3) into the points; uv (T, 3, 2) of their corners; chart (T,) area on the atlas, of 1
    outer      (O,) the triangles that can hide something; lining (O,) those of them in mouth and sockets
    """

    faces: np.ndarray
    limit: subdivision.Rows
    triangles: np.ndarray
    uv: np.ndarray
    chart: np.ndarray
    outer: np.ndarray
    lining: np.ndarray

    def points(self, base):
        """Return the points (P, 3) float32 of vertices (V, 3)."""
        return self.limit.of(subdivision.refine(base, self.faces)[0]).astype(np.float32)


@lru_cache(2)
def _grid(pack):
    refined, small, parent = subdivision.refine(pack.base.astype(float), pack.faces)
    nodes = _linear(pack.uv.astype(float), pack.uv_faces)
    _, small_uv, _ = subdivision.refine(np.zeros((len(pack.uv), 3)), pack.uv_faces)
    triangles, corners = _halves(small), nodes[_halves(small_uv)]
    part = np.tile(pack.part[parent], 2)
    outer = np.flatnonzero(np.isin(part, [PART_NAMES.index(name) for name in aims.OUTER]))
    lining = np.isin(part[outer], [PART_NAMES.index(name) for name in LINING])
    chart = np.abs(_cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])) / 2
    return _Grid(pack.faces, subdivision.limit(small, len(refined)), triangles.astype(np.int32), corners, chart, outer, lining)


def _linear(uv, faces):
    """Return uv nodes of the subdivided atlas in the order of `subdivision.refine`, straight between: (T + E + F, 2)."""
    size = np.where(faces[:, 3] == faces[:, 2], 3, 4)[:, None]
    centre = (uv[faces] * (np.arange(4) < size)[..., None]).sum(axis=1) / size
    return np.concatenate([uv, uv[subdivision.edges(faces)].mean(axis=1), centre])


@dataclass(frozen=True, eq=False)
class _Plan:
    """Which texels show which triangle where: triangle (N,), corners (3, N) int32, weights (3, N) float32; the masks are anybody's."""

    index: np.ndarray
    triangle: np.ndarray
    corners: np.ndarray
    weights: np.ndarray
    source: np.ndarray
    paint: np.ndarray
    skin: np.ndarray

    def of(self, values):
        """Return values (P, C) of points as values (N, C) of texels, float32."""
        out = np.empty((len(self.index), values.shape[1]), np.float32)
        for channel, column in zip(out.T, np.ascontiguousarray(values.T), strict=True):
            channel[:] = sum(weight * column[corner] for corner, weight in zip(self.corners, self.weights, strict=True))
        return out


@lru_cache(3)
def _plan(pack, size):
    grid, here = _grid(pack), ground.of(pack, size)
    triangle, x, y, weights = atlas.fragments(grid.uv * size - 0.5, size, size)
    place = np.full(size ** 2, -1, np.int32)
    place[y * size + x] = np.arange(len(x), dtype=np.int32)
    index = np.flatnonzero(place >= 0)
    chosen = place[index]
    place[index] = np.arange(len(index), dtype=np.int32)
    nearest = ground.nearest((place >= 0).reshape(size, size), max(2, round(GROWN * size / 2048)))
    source = np.where(nearest >= 0, place[nearest], -1).astype(np.int32)
    triangle = triangle[chosen].astype(np.int32)
    paint = _paintable(here)[index]
    bare = (paint * ((1 - here.lip) * (1 - here.brow) * (1 - here.lid_margin))[index]).astype(np.float32)
    return _Plan(index, triangle, grid.triangles.T[:, triangle], weights[:, chosen].astype(np.float32), source, paint, bare)


def _paintable(here):
    """Return how much of a head without hair may be painted, (size * size,) float32."""
    inside = np.maximum(here.wet, here.lid_margin)
    return (smoothstep(here.exterior, 0.0, 1.0) * (1 - inside) * _above_collar(here.x, here.y, here.z)).astype(np.float32)


def _masks(person, size, plan):
    """Return paint and skin (N,) of a Surface."""
    here = ground.of(person.pack, size)
    scalp = hairs.scalp(person, here)[plan.index]
    beard = hairs.shadow(person.identity) * here.beard[plan.index]
    paint = plan.paint * (1 - scalp)
    paint[paint < FAINT] = 0
    return paint, np.minimum(plan.skin * (1 - np.maximum(scalp, beard)), paint)


def _mesh(person, grid, points, normals):
    """Return what hides and is hidden: the outer triangles, and the eyeballs behind them."""
    pack, outer = person.pack, grid.outer
    ball, unit = _halves(pack.eye_faces), pack.eye_vertices
    parts, triangles, uv = [points], [grid.triangles[outer]], [grid.uv[outer].astype(np.float32)]
    for side in SIDES:
        triangles.append(ball + sum(map(len, parts)))
        parts.append((person.eyes[side].centre + person.eyes[side].radius * unit).astype(np.float32))
        uv.append(np.full((len(ball), 3, 2), np.nan, np.float32))
    round_about = _unit(unit.astype(np.float32))
    return Mesh(np.concatenate(parts), np.concatenate([normals, round_about, round_about]), np.concatenate(triangles).astype(np.int32),
                np.concatenate(uv), np.tile(_eye_colours(person), (2, 1)), np.pad(grid.lining, (0, 2 * len(ball))))


def _eye_colours(person):
    """Return the linear albedo of an eyeball's vertices, (626, 3): white, iris with its dark edge, pupil."""
    reach = np.hypot(person.pack.eye_vertices[:, 0], person.pack.eye_vertices[:, 2])
    reach = np.where(person.pack.eye_vertices[:, 1] < 0, reach, 1.0)
    iris = 1.3 * np.asarray(complexion.IRIS[person.identity.iris])
    rings = np.array([DARK, DARK, 1.2 * iris, iris, 0.5 * iris, WHITE, WHITE])
    at = [0, PUPIL, PUPIL + 0.03, 0.8 * LIMBUS, 0.94 * LIMBUS, 1.06 * LIMBUS, 1]
    return np.stack([np.interp(reach, at, channel) for channel in rings.T], axis=-1).astype(np.float32)


def _halves(quads):
    """Return the triangles (2 n, 3) of quads (n, 4)."""
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def _normals(points, triangles):
    """Return smooth unit normals (P, 3) float32, faces weighing by area."""
    corner = points[triangles]
    faces = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    around, each = triangles.T.ravel(), np.tile(faces, (3, 1))
    total = np.stack([np.bincount(around, each[:, k], len(points)) for k in range(3)], axis=1)
    return _unit(total).astype(np.float32)


def _areas(corners):
    """Return the area (T,) of triangles (T, 3, 3)."""
    return np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2


def _cross(a, b):
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]


def _unit(vectors):
    return vectors / np.maximum(np.sqrt(np.einsum("nc,nc->n", vectors, vectors)), 1e-20)[:, None]
