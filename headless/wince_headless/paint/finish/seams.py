"""The borders of the atlas: where one edge of the skin lies in two places, both must show the same.

A renderer looks a colour up bilinearly, with gutters that repeat the nearest texel. So does everything here: what is made equal is what
will be seen. Beyond the picture's own edge its last texel is repeated; where a renderer blends in the opposite edge instead, that is the
seam's other side, and the step is smaller still. The step between both sides is spread over the texels near them, half on either side: slow
changes of it far, quick ones near; the rest is taken out exactly, by the smallest change that does it.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import sparse
from scipy.sparse import linalg
from scipy.spatial import cKDTree

from wince.core.steps import smoothstep

AT_2048 = ((64, 20), (12, 6))                              # texels: how far a correction reaches, how far along it the step is averaged
LEAST = (5, 3)                                             # texels that it reaches at any size
BESIDE = 4                                                 # seam samples that a texel listens to
FOLDED = 3.0                                               # a texel farther from a sample in space than this many times as on the atlas: no
APART = 1.0                                                # texels between the two points whose step is measured
LENIENT = 3e-3                                             # share of a step that may stay rather than change a texel for it alone


@dataclass(frozen=True, eq=False)
class Seams:
    """M places along all borders of an atlas where two charts, or two ends of one, share an edge of the mesh; about a texel apart.

    uv       (M, 2, 2) float64   where a place lies on the atlas, on either side
    inward   (M, 2, 2) float64   unit, on the atlas: across the border, into the side's own face
    place    (M, 3) float64      on the average adult, metres
    beside   (M, 5) int64        the nearest places, itself first
    texel, nearest, distance     (K,) flat texels near a border, and their (K, BESIDE) nearest samples (m + M * side) and how far, texels
    """

    uv: np.ndarray
    inward: np.ndarray
    place: np.ndarray
    beside: np.ndarray
    texel: np.ndarray
    nearest: np.ndarray
    distance: np.ndarray


@lru_cache(4)
def pairs(pack, size):
    """Return the Seams of a pack's atlas with `size` texels along a side.

    pack   core.pack.FacePack, or anything with its base, faces, uv and uv_faces
    """
    vertices, nodes, middle = _border(pack.faces, pack.uv_faces, pack.uv.astype(float))
    ends = pack.uv[nodes].astype(float)                                            # edge, side, end, uv
    count = np.maximum(1, np.ceil(np.linalg.norm(ends[:, :, 1] - ends[:, :, 0], axis=2).max(axis=1, initial=0) * size)).astype(int)
    edge = np.repeat(np.arange(len(count)), count)
    share = (np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count) + 0.5) / count[edge]
    uv = ends[edge, :, 0] + share[:, None, None] * (ends[edge, :, 1] - ends[edge, :, 0])
    base = pack.base[vertices].astype(float)
    place = base[edge, 0] + share[:, None] * (base[edge, 1] - base[edge, 0])
    beside = cKDTree(place).query(place, min(5, len(place)))[1].reshape(len(place), -1) if len(place) else np.zeros((0, 1), int)
    return Seams(uv, _inward(ends, middle)[edge], place, beside, *_near(uv, size))


def smooth(colour, surface, pack):
    """Return colours whose steps across the borders of the atlas are gone.

    colour    (N, C) float32 over the texels of the surface
    surface   Surface
    pack      core.pack.FacePack
    returns   (N, C) float32; far from borders nothing is changed
    """
    seams, out = pairs(pack, surface.size), np.asarray(colour, np.float64).copy()
    step, kept = _step(seams, surface)
    if not len(kept):
        return out.astype(np.float32)
    texel, spread, distance = _spread(seams, surface, kept)
    for (reach, along), least in zip(AT_2048, LEAST, strict=True):
        scale = surface.size / 2048
        gap = _averaged(step @ out, seams, kept, round((along * scale) ** 2))
        near = distance < max(least, reach * scale)
        fade = 1 - smoothstep(distance[near], 0.5, max(least, reach * scale))
        out[texel[near]] -= 0.5 * fade[:, None] * (spread[near] @ np.concatenate([gap, -gap]))
    out -= _least_change(step, step @ out)
    return np.maximum(out, min(0.0, float(np.min(colour)))).astype(np.float32)


def measure(values, surface, pack, apart=APART, where=None):
    """Return how much a texture steps across its borders.

    values    (N, C) over the texels, or a picture (size, size, C), row 0 at v = 0
    apart     texels between the two points on either side of a border
    where     (N,) of the texels: only borders that lie where it is above 0.5; None for all
    returns   {"ratio": mean step across / mean step within at the same distance in space, "across", "within": those means,
              "gap": mean difference at one and the same point, "samples": how many points}
    """
    seams = pairs(pack, surface.size)
    values = np.asarray(values if np.ndim(values) < 3 else surface.at(values), np.float64)
    both = np.concatenate([surface.points, values], axis=1)
    border, first = _looked_up(both, surface, seams.uv), _deep(both, surface, seams, apart / 2)
    distance = np.linalg.norm(first[:, 0, :3] - first[:, 1, :3], axis=1)
    within, valid = _within(both, surface, seams, border, distance, apart / 2)
    valid &= np.isfinite(first).all(axis=(1, 2))[:, None]
    if where is not None:
        valid &= (_looked_up(np.asarray(where, float)[:, None], surface, seams.uv)[..., 0] > 0.5).all(axis=1)[:, None]
    if not valid.any():
        return {"ratio": 0.0, "across": 0.0, "within": 0.0, "gap": 0.0, "samples": 0}
    across = np.linalg.norm(first[:, 0, 3:] - first[:, 1, 3:], axis=1)
    gap = np.linalg.norm(border[:, 0, 3:] - border[:, 1, 3:], axis=1)
    mean = [float(np.mean(v[valid])) for v in (np.repeat(across[:, None], 2, 1), within, np.repeat(gap[:, None], 2, 1))]
    return {"ratio": mean[0] / max(mean[1], 1e-9), "across": mean[0], "within": mean[1], "gap": mean[2], "samples": int(valid.sum())}


def ratio(values, surface, pack):
    """Return the step across the atlas's borders over the step within, at equal distance in space: about 1 where no seam shows."""
    return measure(values, surface, pack)["ratio"]


def _border(faces, uv_faces, uv):
    """Return edges that lie in two places: vertices (E, 2), nodes (E, side, end), the middle (E, side, 2) of the face on each side."""
    following = np.roll(np.arange(4), -1)
    real = faces != faces[:, following]                                            # a triangle repeats its last corner
    face, corner = np.nonzero(real)
    a, b = faces[face, corner], faces[face, following[corner]]
    ta, tb = uv_faces[face, corner], uv_faces[face, following[corner]]
    turned = a > b
    a, b, ta, tb = np.where(turned, b, a), np.where(turned, a, b), np.where(turned, tb, ta), np.where(turned, ta, tb)
    order = np.lexsort((face, b, a))
    one, two = order[:-1], order[1:]
    apart = ~(np.isclose(uv[ta[one]], uv[ta[two]]) & np.isclose(uv[tb[one]], uv[tb[two]])).all(axis=1)
    same = (a[one] == a[two]) & (b[one] == b[two]) & apart
    one, two = one[same], two[same]
    nodes = np.stack([np.stack([ta[k], tb[k]], axis=1) for k in (one, two)], axis=1)
    middle = np.stack([uv[uv_faces[face[k]]].mean(axis=1) for k in (one, two)], axis=1)
    return np.stack([a[one], b[one]], axis=1), nodes, middle


def _inward(ends, middle):
    """Return the direction (E, side, 2) across each edge towards the middle of its face."""
    along = ends[:, :, 1] - ends[:, :, 0]
    across = np.stack([-along[..., 1], along[..., 0]], axis=-1)
    across *= np.sign(np.sum(across * (middle - ends[:, :, 0]), axis=-1, keepdims=True))
    return across / np.maximum(np.linalg.norm(across, axis=-1, keepdims=True), 1e-12)


def _near(uv, size):
    """Return the texels near samples uv (M, 2, 2), their nearest samples and how far those are, texels."""
    samples = np.concatenate([uv[:, 0], uv[:, 1]]) * size - 0.5
    if not len(samples):
        return np.zeros(0, int), np.zeros((0, 1), int), np.zeros((0, 1))
    reach = int(np.ceil(max(LEAST[0], AT_2048[0][0] * size / 2048)))
    block = max(4, reach // 2)                                                     # blocks of texels first: few of them lie near a border
    cells = -(-size // block)
    near = np.zeros((cells, cells), bool)
    x, y = np.clip(samples // block, 0, cells - 1).astype(int).T
    near[y, x] = True
    wide = np.pad(near, 3)
    near = np.any([wide[i:i + cells, j:j + cells] for i in range(7) for j in range(7)], axis=0)
    rows, columns = np.nonzero(np.kron(near, np.ones((block, block), bool))[:size, :size])
    count = min(BESIDE, len(samples))
    distance, nearest = cKDTree(samples).query(np.stack([columns, rows], axis=1), count, distance_upper_bound=reach + 0.5, workers=-1)
    distance, nearest = distance.reshape(-1, count), nearest.reshape(-1, count)
    found = np.isfinite(distance[:, 0])
    return (rows * size + columns)[found], nearest[found], distance[found]


def _corners(surface, uv):
    """Return of lookups uv (..., 2) the four texels among the N (..., 4), -1 where there is none, and their weights (..., 4)."""
    at = uv * surface.size - 0.5
    low = np.floor(at).astype(int)
    x, y = np.moveaxis(at - low, -1, 0)
    column, row = (np.clip([low[..., k], low[..., k] + 1], 0, surface.size - 1) for k in (0, 1))
    flat = [row[j] * surface.size + column[i] for j in (0, 1) for i in (0, 1)]
    return surface.source[np.stack(flat, axis=-1)], np.stack([(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y], axis=-1)


def _looked_up(values, surface, uv):
    """Return values (N, C) as a renderer finds them at uv (..., 2), (..., C); nan where the picture shows nothing."""
    index, weight = _corners(surface, uv)
    weight = np.where(index < 0, np.nan, weight)
    return np.einsum("...k,...kc->...c", weight, values[np.maximum(index, 0)])


def _deep(values, surface, seams, texels):
    """Return what is seen so many texels (scalar or (M, 2)) inside of the border, (M, 2, C)."""
    texels = np.broadcast_to(texels, seams.uv.shape[:2])[..., None]
    return _looked_up(values, surface, seams.uv + seams.inward * texels / surface.size)


def _within(both, surface, seams, border, distance, phase):
    """Return the step (M, 2) between two points of one side that are `distance` (M,) apart in space, and where there are such, (M, 2)."""
    deep = round(max(4, 12 * surface.size / 2048)) + phase                         # as far from texels' centres as across: blends as much
    start = _deep(both, surface, seams, deep)
    scale = np.linalg.norm(_deep(both, surface, seams, deep + 1)[..., :3] - start[..., :3], axis=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        texels = distance[:, None] / scale
    found = np.isfinite(texels) & (texels < 2 * deep)
    end = _deep(both, surface, seams, deep + np.where(found, texels, 0))
    apart = np.linalg.norm(end[..., :3] - start[..., :3], axis=2)
    away = np.linalg.norm(start[..., :3] - border[..., :3], axis=2)
    found &= (np.abs(apart / np.maximum(distance[:, None], 1e-12) - 1) < 0.25) & (away < FOLDED * deep * scale)
    return np.linalg.norm(end[..., 3:] - start[..., 3:], axis=2), found


def _step(seams, surface):
    """Return what takes values (N, C) to their steps (m, C) across the borders, and which (m,) of the M samples those are."""
    index, weight = _corners(surface, seams.uv)
    kept = np.flatnonzero((index >= 0).all(axis=(1, 2)))
    weight = weight[kept] * np.array([1.0, -1.0])[:, None]
    row = np.repeat(np.arange(len(kept)), 8)
    return sparse.csr_matrix((weight.ravel(), (row, index[kept].ravel())), (len(kept), len(surface.index))), kept


def _spread(seams, surface, kept):
    """Return the texels near borders (K,) among the N, what takes values of samples (2 m, C) to them, and how far they are, texels."""
    number = np.full(surface.size ** 2, -1)
    number[surface.index] = np.arange(len(surface.index))
    own = number[seams.texel] >= 0
    texel, nearest, distance = number[seams.texel[own]], seams.nearest[own], seams.distance[own]
    total = len(seams.uv)
    place = _looked_up(surface.points.astype(float), surface, seams.uv).transpose(1, 0, 2).reshape(-1, 3)
    new = np.full(2 * total + 1, -1)
    new[kept], new[kept + total] = np.arange(len(kept)), np.arange(len(kept)) + len(kept)
    place = np.concatenate([place, np.full((1, 3), np.nan)])
    away = np.linalg.norm(surface.points[texel][:, None] - place[nearest], axis=2)
    grain = np.sqrt(surface.area[texel])[:, None]                                  # metres that a texel is wide
    good = np.isfinite(distance) & (new[nearest] >= 0) & (away < FOLDED * grain * (distance + 1))
    weight = np.where(good, 1 / np.maximum(distance, 0.1) ** 2, 0.0)
    total_weight = weight.sum(axis=1)
    some = total_weight > 0
    weight = weight[some] / total_weight[some, None]
    row = np.repeat(np.arange(some.sum()), weight.shape[1])
    spread = sparse.csr_matrix((weight.ravel(), (row, np.maximum(new[nearest[some]], 0).ravel())), (int(some.sum()), 2 * len(kept)))
    return texel[some], spread, np.min(np.where(good, distance, np.inf)[some], axis=1)


def _averaged(gap, seams, kept, rounds):
    """Return steps (m, C) averaged along the border: each with its neighbours, so many times."""
    number = np.full(len(seams.uv), -1)
    number[kept] = np.arange(len(kept))
    beside = number[seams.beside[kept]]
    there = beside >= 0
    row = np.repeat(np.arange(len(kept)), beside.shape[1])
    weight = there / there.sum(axis=1, keepdims=True)                              # each has itself beside it at least
    mean = sparse.csr_matrix((weight.ravel(), (row, np.maximum(beside, 0).ravel())), (len(kept), len(kept)))
    for _ in range(rounds):
        gap = mean @ gap
    return gap


def _least_change(step, gap):
    """Return nearly the smallest change of values (N, C) that has the steps `gap` (m, C); what contradicts itself is met halfway."""
    square = (step @ step.T).tocsc() + LENIENT * sparse.identity(len(gap), format="csc")
    return step.T @ linalg.splu(square).solve(gap)
