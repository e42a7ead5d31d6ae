"""Hair that is braided: plaits that hang, and plaits that run over the scalp in rows."""

import numpy as np

from ...near import nearest
from ...steps import smoothstep
from . import grow, scalp, texture, under
from .coat import Coat, pick
from .solid import unit

CENTRE = np.array([0.0, -0.020, 0.150])              # from which rows fan out over the scalp
PLY, RIBBONS = 3, 5                    # strands of a plait, ribbons around each
PITCH, PER_PITCH = 0.018, 6            # metres in which a plait repeats, points for that
BRAID, ROW = 0.0034, 0.0049            # half the width of a braid, and of a row where it is widest, metres
FLATNESS = 0.62                        # thickness of a plait by its width
APART = 0.0150                         # metres between the roots of braids
ROWS, REACH = 25, 102.0                # plaits over the scalp, and how far around the outermost are, degrees from the middle
LINE = 0.0008                          # half the width of the scalp that is seen between partings, metres
SOFT, FINE, BROAD = 0.016, 0.0002, 0.0007            # metres inside the hairline where hair between plaits is strong; its widths
SHORT = 12000                           # strands of scalp hair that are combed into plaits
PIECE, POINTS = 0.042, 15              # metres of a row that go with one root; its points
CANDIDATES = 2500
ISLAND = 0.055                         # metres long are rows at the least that others follow behind a bald spot or an ear
FAR = 0.013                            # metres from a plait hair is shaved off


def braids(head, cut, form, rng):
    """Return the Coats of braids that hang: them, and the hair combed into them."""
    ground = _apart(head.ground(CANDIDATES, rng, name="hair.braids"), APART, rng)
    if not len(ground.roots):
        return []
    grown, length, end = grow.grow(ground.roots, ground.normals, ground.depth, cut, head.body, rng)
    steps = int(np.clip(PER_PITCH * np.median(end) / PITCH, 8, 90))
    guides = grow.resample(grown, length, end, steps)
    along = end[:, None] * np.linspace(0, 1, steps)
    guides = guides + (0.003 * smoothstep(along, 0.03, 0.12) * np.sin(35 * along + 6.28 * rng.random((len(end), 1))))[..., None] * [1, 1, 0]
    outward = head.body.at(guides.reshape(-1, 3))[1].reshape(guides.shape)
    half = BRAID * (0.6 + 0.4 * smoothstep(along, 0.0, 0.008)) * (1 - 0.5 * smoothstep(along / end[:, None], 0.75, 1.0))
    hair = plaited(guides, outward, half, along, ground, rng)
    return [hair, _combed(head, ground.roots, np.arange(len(end)), rng)]


def cornrows(head, cut, form, rng):
    """Return the Coats of rows: plaits from the front to the nape, and the hair combed into them."""
    rows = [_row(head, np.radians(angle)) for angle in np.linspace(-REACH, REACH, ROWS)]
    cut_up = [(k, *piece) for k, row in enumerate(rows) for run in _runs(head, *row) for piece in _pieces(*run)]
    if not cut_up:
        return []
    of, guides, half, along = (np.stack(values) for values in zip(*cut_up))
    outward = head.body.at(guides.reshape(-1, 3))[1].reshape(guides.shape)
    soil = head.ground(CANDIDATES, rng, name="hair.rows")
    ground = pick(soil, nearest(guides[:, POINTS // 2], soil.roots))
    return [plaited(guides, outward, half, along, ground, rng), _combed(head, guides.reshape(-1, 3), np.repeat(of, POINTS), rng)]


MAKERS = {"braids": braids, "cornrows": cornrows}


def plaited(guides, outward, half, along, ground, rng):
    """Return the Coat of plaits, PLY * RIBBONS strands for each of N.

    guides, outward   (N, S, 3) their middle lines, and the way that their flat sides face
    half, along       (N, S) half their width, and where on the plait, metres
    ground            coat.Ground of N roots
    """
    steps, each = guides.shape[1], PLY * RIBBONS
    _, normal, across = texture.frames(guides, outward)
    curves, facing = [], []
    for ply in range(PLY):
        turn = 2 * np.pi * (along / PITCH + ply / PLY)
        middle = guides + (half * 0.58 * np.sin(turn))[..., None] * across + (half * FLATNESS * 0.5 * np.sin(2 * turn))[..., None] * normal
        for ribbon in range(RIBBONS):
            angle = 2 * np.pi * ribbon / RIBBONS + 0.35 * turn
            out = np.cos(angle)[..., None] * across + np.sin(angle)[..., None] * normal
            curves.append(middle + (0.44 * half)[..., None] * out)
            facing.append(out)
    curves, facing = (np.stack(rows, axis=1).reshape(-1, steps, 3) for rows in (curves, facing))
    length = np.repeat(along[:, -1] - along[:, 0], each)
    width = np.repeat(0.62 * half.max(axis=1), each)
    corners, weights = (np.repeat(values, each, axis=0) for values in (ground.corners, ground.weights))
    return Coat(texture.stray(curves, 0.0006, length, rng), length, width, facing, corners, weights, np.arange(len(curves)))


def _row(head, angle):
    """Return a plait's middle line (S, 3) and half its width (S,) over the scalp, `angle` radians from the middle, front to nape."""
    t = np.linspace(0.2, np.pi - 0.2, 160)
    way = np.stack([np.sin(t) * np.sin(angle), -np.cos(t), np.sin(t) * np.cos(angle)], axis=-1)
    line = CENTRE + 0.1 * way
    half = ROW * np.sin(t)
    for _ in range(4):
        distance, outward = head.body.at(line)
        line = line + outward * (0.10 * half - distance)[:, None]
    return line, half


def _runs(head, line, half):
    """Return [(points (R, 3), half the width there (R,))] of a row (S, 3), (S,): where hair grows. What a bald spot or an ear cuts off
    before the rest is shorn unless it is long: a few short rows would be an island."""
    grows = (scalp.inside(line, head.line) > 0.004) & (scalp.density(line, np.full(len(line), 1.0), head.receded, 0.0) > 0.5)
    ends = np.flatnonzero(np.diff(grows.astype(int), prepend=0, append=0)).reshape(-1, 2)
    size = np.linalg.norm(np.diff(line, axis=0), axis=1)
    return [(line[first:last], half[first:last]) for k, (first, last) in enumerate(ends)
            if k == len(ends) - 1 or size[first:last - 1].sum() > ISLAND]


def _pieces(line, half):
    """Return [(points (POINTS, 3), half the width there (POINTS,), metres along the row (POINTS,))] of a row, each overlapping the next."""
    along = np.append(0, np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))) if len(line) else [0.0]
    if along[-1] < 0.6 * PIECE:
        return []
    half = half * (0.22 + 0.78 * smoothstep(along, 0.0, 0.030)) * (0.35 + 0.65 * smoothstep(along[-1] - along, 0.0, 0.015))
    starts = np.arange(0, max(along[-1] - 0.3 * PIECE, 1e-6), PIECE)
    places = [np.linspace(start, min(start + 1.06 * PIECE, along[-1]), POINTS) for start in starts]
    return [(np.stack([np.interp(place, along, line[:, k]) for k in range(3)], axis=1), np.interp(place, along, half), place)
            for place in places]


def _apart(ground, distance, rng):
    """Return roots that are at least `distance` metres from each other, and inside the hairline."""
    order, kept = np.flatnonzero(ground.depth > 0.3 * distance), []
    for k in order[rng.permutation(len(order))]:
        if not kept or ((ground.roots[kept] - ground.roots[k]) ** 2).sum(axis=1).min() > distance**2:
            kept.append(k)
    return pick(ground, np.array(kept, int))


def _combed(head, ends, of, rng):
    """Return the Coat of the hair that is combed over the scalp to the nearest of `ends` (M, 3), which belong to plaits `of` (M,); between
    two plaits the scalp is bare."""
    ground = head.ground(SHORT, rng, name="hair.combed")
    away = np.linalg.norm(ground.roots[:, None].astype(np.float32) - ends[None].astype(np.float32), axis=2)
    near = away.argmin(axis=1)
    first = away[np.arange(len(near)), near]
    second = np.where(of[None] == of[near][:, None], np.inf, away).min(axis=1)
    keep = (second - first > 2 * LINE) & (first < FAR)
    ground, way, run = pick(ground, keep), (ends[near] - ground.roots)[keep], np.clip(first[keep], 0.004, 0.009)
    soft = smoothstep(ground.depth, 0.0, SOFT)
    return under.flat(head, ground, unit(way), run * (0.5 + 0.5 * soft), FINE + (BROAD - FINE) * soft, rng)
