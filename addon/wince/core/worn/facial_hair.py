"""Beards, from stubble to full: strands on the part of the face that a style leaves, longest at the chin, short at their edges.

No two grow alike: edges are ragged, cheeks and the sides of the chin patchy, some strands much longer than their neighbours.

Distances are millimetres in the frame of `core.skin.areas.frontal`: |X| aside, Y backwards, Z up, from between the eyes.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .. import ageing
from ..steps import smoothstep
from ..streams import stream
from . import binding, ground, strands

STEP = 0.05                            # signs of a look in steps: few grooms while they are dragged
LIP = 0.25                             # weight of a lip that a strand may reach
MOUSTACHE = 1.6                        # times as many more strands the lip of a full beard has
CLEAR = 0.0003                         # what strands keep off the skin, metres
WAVE = {"straight": 0.0, "wavy": 0.35, "curly": 0.8, "coily": 1.0}


@dataclass(frozen=True)
class Style:
    """How a beard is worn: strands at most, points along each, lengths at the cheek, the lip and the chin and width (metres), how
    far strands stand off the skin (degrees), which parts it has, and how far it is from patchy, 0..1."""

    count: int
    steps: int
    cheek: float
    lip: float
    chin: float
    width: float
    stand: float
    parts: tuple[str, ...]
    full: float = 0.0


STYLES = {
    "stubble": Style(7600, 3, 0.0014, 0.0015, 0.0019, 0.00009, 20.0, ("lip", "chin", "cheek", "throat")),
    "moustache": Style(2600, 5, 0.0, 0.0088, 0.0, 0.00015, 22.0, ("lip",)),
    "goatee": Style(3000, 5, 0.0, 0.0072, 0.0135, 0.00016, 24.0, ("lip", "chin")),
    "short_beard": Style(6400, 4, 0.0048, 0.0062, 0.0084, 0.00017, 26.0, ("lip", "chin", "cheek", "throat")),
    "full_beard": Style(5800, 5, 0.0120, 0.0092, 0.0260, 0.00026, 30.0, ("lip", "chin", "cheek", "throat"), 0.85),
}


def make(person):
    """Return the Piece, or None where nothing is worn.

    person   core.face.Person
    returns  Piece of ribbons that follows the skin
    """
    who = person.identity
    if who.look.facial_hair.style not in STYLES:
        return None
    signs = (who.look.facial_hair.density, ageing.sparse(who))
    signs = tuple(round(round(value / STEP) * STEP, 3) for value in signs)
    made = _groom(person.pack, who.look.facial_hair.style, who.look.hair.texture, who.look.seed * 1009 + who.number, *signs)
    return strands.piece(person, made, "beard")


@lru_cache(maxsize=8)
def cover(pack, style):
    """Return how much of a style grows at each vertex, (V,) 0..1; style of look.FACIAL_HAIR."""
    from ..skin import areas  # there is no beard on most faces

    if style not in STYLES:
        return np.zeros(len(pack.base))
    weights = _parts(areas.frontal(pack))
    return areas.beard_area(pack) * np.clip(sum(weights[part] for part in STYLES[style].parts), 0, 1)


@lru_cache(maxsize=4)
def _groom(pack, style, texture, seed, dense, sparse):
    """Return the Groom on the average adult."""
    from ..skin import areas

    cut, rng, soil = STYLES[style], stream(seed, f"facial_hair.{style}"), ground.of(pack)
    density = soil.spread(cover(pack, style))
    place = soil.spread(areas.frontal(pack))
    count = int(cut.count * (0.35 + 0.65 * dense) * (1 - 0.3 * sparse))
    chosen, share = soil.scatter(_patchy(soil, density, place, cut, dense, stream(seed, f"facial_hair.{style}.patches")), count, rng)
    roots, normals = soil.at(chosen, share, soil.points), binding.unit(soil.at(chosen, share, soil.normals))
    where, edge = soil.at(chosen, share, place), soil.at(chosen, share, density)
    length = _lengths(cut, where, edge) * _uneven(len(roots), stream(seed, f"facial_hair.{style}.lengths"))
    among = np.flatnonzero(soil.spread(areas.beard_area(pack) + areas.lips(pack)) > 0.01)
    lips = soil.spread(areas.lips(pack))
    curves = _curves(cut, roots, normals, where, length, WAVE[texture], rng)
    curves = _kept_off(soil, among, _trimmed(soil, among, lips, roots, curves))
    corners = soil.tied[soil.near(roots, among)]
    width = cut.width * rng.uniform(0.7, 1.15, (len(roots), 1)) * np.interp(np.linspace(0, 1, cut.steps), (0, 0.5, 1), (1, 0.9, 0.25))
    return strands.stiff(curves, corners, width, rng.random(len(roots)), binding.rest(pack), _facing(len(roots), rng))


def _parts(frame):
    """Return {part: (N,) 0..1}: how much places (N, 3) belong to the parts of a beard."""
    x, z = np.abs(frame[:, 0]), frame[:, 2]
    lip = smoothstep(z, -67, -62) * smoothstep(-x, -31, -26)
    beside = smoothstep(x, 21, 25) * smoothstep(-x, -34, -29) * smoothstep(-z, 58, 62) * smoothstep(z, -96, -84)
    chin = smoothstep(-x, -27, -21) * smoothstep(-z, 66, 70) * smoothstep(z, -128, -116)
    front = np.clip(lip + chin + beside, 0, 1)
    throat = (1 - front) * smoothstep(-z, 108, 116)
    return {"lip": np.clip(lip + beside * (z > -74), 0, 1), "chin": np.clip(chin + beside * (z <= -74), 0, 1),
            "cheek": (1 - front) * (1 - smoothstep(-z, 108, 116)), "throat": throat}


def _patchy(soil, density, place, cut, dense, rng):
    """Return where roots go, (P,): up to a ragged edge, least on the cheeks and beside the chin, least there in thin beards."""
    part, x, dense = _parts(place), np.abs(place[:, 0]), dense + cut.full * (1 - dense)
    ragged = smoothstep(density + 0.30 * ground.rough(soil.points, 0.007, rng), 0.12, 0.85) * (density > 0.01)
    bare = part["cheek"] * (0.25 * (1 - cut.full) + 0.5 * (1 - dense)) + 0.45 * part["throat"]
    bare = bare + (1 - dense) * part["chin"] * smoothstep(x, 9, 15) * smoothstep(-x, -26, -20) * smoothstep(place[:, 2], -92, -84)
    philtrum = 0.5 * part["lip"] * np.exp(-((x / 2.6) ** 2))
    hills = 1 + (0.22 + 0.3 * (1 - dense)) * ground.rough(soil.points, 0.013, rng)
    return ragged * np.clip(1 - bare, 0.1, 1) * (1 - philtrum) * np.clip(hills, 0.15, 2) * (1 + MOUSTACHE * cut.full * part["lip"])


def _uneven(count, rng):
    """Return how long strands (N,) are beside what they are on average there: most a little shorter, a few much longer."""
    return rng.beta(4.0, 2.2, count) * 1.35 * np.where(rng.random(count) < 0.05, rng.uniform(1.15, 1.5, count), 1.0)


def _lengths(cut, where, edge):
    """Return the lengths (N,) of strands, metres: by part, shorter at the edge and on the throat."""
    part = _parts(where)
    length = part["cheek"] * cut.cheek + part["lip"] * cut.lip + part["chin"] * cut.chin + part["throat"] * 0.7 * cut.cheek
    low = smoothstep(-where[:, 2], 76, 104) * (where[:, 1] < 60)                       # towards the jaw's edge
    length += low * part["cheek"] * 0.5 * (cut.chin - cut.cheek) * (cut.cheek > 0)
    return np.maximum(length, 0.0008) * (0.35 + 0.65 * np.clip(edge * 1.4, 0, 1))


def _curves(cut, roots, normals, where, length, wave, rng):
    """Return curves (N, S, 3): out of the skin, then down, bent by their texture."""
    part, side = _parts(where), np.sign(where[:, 0] + 1e-9)
    x = np.abs(where[:, 0])
    aside = part["lip"] * np.clip(0.25 + x / 18, 0.2, 1.1) - part["chin"] * 0.1
    heading = np.stack([side * aside, -0.30 * part["cheek"] - 0.15 - 0.5 * part["throat"], -1.0 + 0.3 * part["throat"]], axis=1)
    heading += rng.normal(0, 0.16 + 0.22 * wave, heading.shape)
    heading = binding.unit(heading - normals * (heading * normals).sum(axis=1, keepdims=True))
    stand = np.radians(cut.stand + rng.normal(0, 9, len(roots)))[:, None]
    u = np.linspace(0, 1, cut.steps)[None, :, None]
    start = np.cos(stand) * heading + np.sin(stand) * normals
    fall = heading * 0.8 + np.array([0.0, 0.0, -0.35])
    way = start[:, None] * u + (fall - start)[:, None] * 0.42 * u ** 2
    curves = roots[:, None] + way * length[:, None, None] - normals[:, None] * 0.0002 * (u == 0)
    sway = rng.normal(0, 1, (*curves.shape[:2], 3)) * np.minimum(length, 0.014)[:, None, None] * 0.16 * wave * (u > 0)
    return curves + sway


def _trimmed(soil, among, lips, roots, curves):
    """Shorten strands that would lie over the lips, (N, S, 3)."""
    for _ in range(7):
        over = lips[soil.near(curves[:, -1], among)] > LIP
        curves = np.where(over[:, None, None], roots[:, None] + 0.62 * (curves - roots[:, None]), curves)
    return curves


def _kept_off(soil, among, curves):
    """Return curves with what lies under the skin lifted out of it."""
    near = soil.near(curves.reshape(-1, 3), among).reshape(curves.shape[:2])
    normal = soil.normals[near]
    depth = ((curves - soil.points[near]) * normal).sum(axis=-1)
    lift = np.clip(CLEAR - depth, 0, 0.004)
    lift[:, 0] = 0
    return curves + normal * lift[..., None]


def _facing(count, rng):
    """Return the way that ribbons look, in their roots' frames: off the skin, turned a little by chance."""
    return binding.unit(np.concatenate([rng.normal(0, 0.45, (count, 2)), np.ones((count, 1))], axis=1))
