"""Colours for what no view saw, from what lies near it in space, on the same side of the skin.

What is spread is how a painting differs from a guide, the built-in skin: a filled nostril is as much darker than its rim as the guide's
is, a filled ear has the guide's folds. The difference changes as little as it can between what was seen (a membrane, Laplace's equation on
a graph of small patches of skin), so that no edge shows where filling begins; within a few texels of what was seen it goes over texel by
texel. Skin whose mirror image was seen takes over how that differs from the guide. What grain the painting has and the guide lacks is laid
over as noise with the painting's own spectrum, so that filled skin is no smooth blot.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import ndimage, sparse
from scipy.sparse import linalg
from scipy.spatial import cKDTree

from wince.core.steps import smoothstep
from wince.core.streams import stream

from . import bands

UNSEEN, SEEN = 0.04, 0.30              # weights: below, a texel counts as not seen; from the second on it is believed entirely
DARKEST = 0.002                        # albedo: differences are ratios
PATCH_M = 0.0025                       # a patch of skin that one number stands for
PATCHES = 9                            # neighbours of a patch
OPPOSED = 0.0                          # cosine of normals below which neighbours lie on other sides of the skin
RIM_TEXELS = 6                         # how far fine grain goes over into what is filled, at 2048
FLAT = 1e-4                            # log ratio that is no grain
DULLEST = 0.4                          # of a guide's grain that is left where the painting has less
MIRROR_AGREE = 0.25                    # log ratio: where both sides of a face were seen they differ less, or neither stands for the other
MIRROR = 0.3                           # how much mirrored skin counts beside neighbours: it rules from about three patches on
LIGHT = 1e-4                           # weight of "no difference" where nothing else is known


def fill(colour, weight, surface, guide=None, seed=0):
    """Give every texel that may be painted a colour.

    colour   (N, 3) float32 linear sRGB, anything where the weight is 0
    weight   (N,) 0..1: how well a texel was seen, such as the best cosine of the views; 0 where none saw it
    surface  Surface
    guide    (N, 3) float32 linear sRGB, the built-in skin: what filled skin looks like closely; None: plain skin
    seed     int, of the grain
    returns  colour (N, 3) float32, and which texels of the painted area were filled (N,) bool: those seen badly are blended
    """
    believed = smoothstep(np.asarray(weight, np.float32), UNSEEN, SEEN)
    todo = np.flatnonzero((believed < 1) & (surface.paint > 0))
    filled = (surface.paint > 0) & (weight < UNSEEN)
    base = np.log(np.maximum(1.0 if guide is None else guide, DARKEST)).astype(np.float32)
    base = np.broadcast_to(base, colour.shape)
    if not len(todo):
        return colour.astype(np.float32), filled
    if not (believed * surface.paint).any():
        return np.where(filled[:, None], np.exp(base), colour).astype(np.float32), filled
    seen = np.log(np.maximum(colour, DARKEST)).astype(np.float32)
    grained = _grained(seen, base, believed, surface, todo, stream(seed, "paint.fill"))
    wanted = _carried(seen - base, grained, believed, surface, todo)
    out, share = colour.astype(np.float32, copy=True), believed[todo, None]
    out[todo] = np.exp(share * seen[todo] + (1 - share) * wanted)
    return out, filled


def blend(colour, surface, guide, seed=0):
    """Return a painting laid over the built-in skin by how much each texel may be painted, the latter brought to the painting's tone.

    colour, guide   (N, 3) float32 linear sRGB; the painting filled already
    seed            int, of the grain
    returns         (N, 3) float32
    """
    share = surface.paint.astype(np.float32)
    todo = np.flatnonzero(share < 1)
    base, seen = (np.log(np.maximum(values, DARKEST)).astype(np.float32) for values in (guide, colour))
    if not len(todo) or not share.any():
        return (colour if share.any() else guide).astype(np.float32)
    patches, out = patched(surface), colour.astype(np.float32, copy=True)
    around = _grained(seen, base, share, surface, todo, stream(seed, "paint.blend"))
    around = around + _from_patches(_membrane(seen - base, share, surface, patches), patches, surface, todo)
    out[todo] = np.exp(share[todo, None] * seen[todo] + (1 - share[todo, None]) * around)
    return out


def _grained(seen, base, believed, surface, todo, rng):
    """Return a guide (n, 3), log, of some texels whose grain is as strong as the painting's: dulled, or with noise like it on top."""
    found = bands.swatch((seen, base), (believed >= 1) * surface.skin, surface)
    if found is None:
        return base[todo]
    painted, built_in = (float(np.sqrt(np.mean(grain ** 2))) for grain in found)
    painted, built_in = painted + FLAT, built_in + FLAT
    kept = np.clip(painted / built_in, DULLEST, 1)
    out = base[todo]
    if kept < 1:
        out = out + np.float32(kept - 1) * (out - bands.low(base, surface, bands.FINE_M)[todo])
    lacking = 1 - (kept * built_in / painted) ** 2
    if lacking < 1e-3:
        return out
    return out + np.float32(np.sqrt(lacking)) * bands.solid(bands.like(found[0], surface.size, rng), surface, todo)


def _carried(rest, base, believed, surface, todo):
    """Return colours (n, 3), log, of texels to be filled: base (n, 3), and what differences (N, 3) from it lie around."""
    patches = patched(surface)
    believed = believed * (surface.paint > 0)
    spread = _membrane(rest, believed, surface, patches)
    return base + _from_patches(spread, patches, surface, todo) + _rim(rest, spread, believed, patches, surface, todo)


@dataclass(frozen=True, eq=False)
class Patches:
    """P small pieces of skin: of (N,) the texels, how much area each has, where it lies, which way it looks."""

    of: np.ndarray
    area: np.ndarray
    points: np.ndarray
    normals: np.ndarray


@lru_cache(1)                          # filling, blending and measuring ask for one surface's, one after the other
def patched(surface):
    """Return the Patches of a surface: texels of one cell of space that look the same way."""
    cell = np.floor((surface.points - surface.points.min(axis=0)) / _grain(surface)).astype(np.int32)
    way = np.argmax(np.abs(surface.normals), axis=1)
    way = 2 * way + (np.take_along_axis(surface.normals, way[:, None], axis=1)[:, 0] > 0)
    high = cell.max(axis=0) + 1
    number = ((cell[:, 0] * high[1] + cell[:, 1]) * high[2] + cell[:, 2]) * 6 + way
    used = np.zeros(6 * int(np.prod(high)), bool)                                  # counting beats sorting millions of texels
    used[number] = True
    of, weight = (np.cumsum(used) - 1)[number], surface.area + 1e-12
    area = np.bincount(of, weight)
    points, normals = (_sums(of, weight, v, len(area)) / area[:, None] for v in (surface.points, surface.normals))
    return Patches(of, area, points, normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9))


def _grain(surface):
    """Return how large patches are, metres: at least two texels, and not too many of them."""
    return max(PATCH_M, 2 * bands.texel_m(surface), float(np.ptp(surface.points, axis=0).max()) / 400)


def _sums(of, weight, values, count):
    """Return the weighted sums (count, C) of values (N, C) that belong together."""
    return np.stack([np.bincount(of, weight * column, count) for column in values.T], axis=1)


def _membrane(values, believed, surface, patches):
    """Return values (P, C) of patches: what was seen, and between it as little change as can be."""
    weight = believed * surface.area
    known = np.bincount(patches.of, weight, len(patches.area))
    data = _sums(patches.of, weight, values, len(known)) / np.maximum(known, 1e-20)[:, None]
    hold = known / patches.area
    free = hold < 0.999
    if not free.any():
        return data
    twin, agree = _mirrored(data, hold, patches)
    mean = np.broadcast_to((known @ data) / known.sum(), data.shape)
    pulls = ((data, np.minimum(hold / np.maximum(1 - hold, 1e-6), 1e4)), (twin, MIRROR * agree), (mean, np.full(len(hold), LIGHT)))
    laplacian = _laplacian(patches)[free]
    matrix = (laplacian[:, free] + sparse.diags(sum(pull for _, pull in pulls)[free])).tocsc()
    right = sum(pull[free, None] * value[free] for value, pull in pulls) - laplacian[:, ~free] @ data[~free]
    out = data.copy()
    out[free] = linalg.splu(matrix).solve(right)
    return out


def _mirrored(data, hold, patches):
    """Return what the mirrored patches show, (P, C), and how far they may stand for these, (P,) 0..1: not if both sides differ."""
    distance, twin = cKDTree(patches.points * [-1, 1, 1]).query(patches.points, workers=-1)
    facing = np.einsum("pc,pc->p", patches.normals, patches.normals[twin] * [-1, 1, 1])
    good = (distance < 1.5 * PATCH_M) * _side(facing) * hold[twin]
    both = (good > 0.5) & (hold > 0.5)
    differ = np.median(np.abs(data - data[twin])[both]) if both.any() else 0.0
    return data[twin], good * (differ < MIRROR_AGREE)


def _laplacian(patches):
    """Return the Laplacian (P, P) of the graph of neighbouring patches of one side of the skin."""
    distance, beside = cKDTree(patches.points).query(patches.points, min(PATCHES, len(patches.points)), workers=-1)
    facing = np.einsum("pkc,pc->pk", patches.normals[beside], patches.normals)
    weight = np.where(distance > 0, _side(facing) / np.maximum(distance, 1e-9) ** 2, 0)
    weight *= np.median(distance[:, 1:]) ** 2
    row = np.repeat(np.arange(len(beside)), beside.shape[1])
    graph = sparse.csr_matrix((weight.ravel(), (row, beside.ravel())), (len(beside),) * 2)
    graph = graph.maximum(graph.T)
    return (sparse.diags(np.asarray(graph.sum(axis=1)).ravel()) - graph).tocsr()


def _side(facing):
    """Return how far two pieces of skin whose normals have a cosine (...) are of one side, 0..1."""
    return smoothstep(facing, OPPOSED, 0.5)


def _from_patches(values, patches, surface, texels):
    """Return values (P, C) of patches at some texels (n, C), smooth from patch to patch."""
    texels, whose = _thinned(patches, surface, texels)
    points, normals = surface.points[texels], surface.normals[texels]
    distance, near = cKDTree(patches.points).query(points, min(8, len(patches.points)), workers=-1)
    distance, near = distance.reshape(len(texels), -1), near.reshape(len(texels), -1)
    weight = (1 - distance / (distance[:, -1:] * 1.0001 + 1e-12)) ** 2             # the last one counts nothing: no jump when it changes
    weight = weight.astype(np.float32) * (_side(np.einsum("nkc,nc->nk", patches.normals[near].astype(np.float32), normals)) + 1e-4)
    weight /= weight.sum(axis=1, keepdims=True)
    return np.einsum("nk,nkc->nc", weight, values.astype(np.float32)[near])[whose]


def _thinned(patches, surface, texels):
    """Return texels of which each stands for its block of the atlas and its patch, and which (n,) of them every texel has: few at 2048."""
    side = max(1, surface.size // 1024)
    if side == 1:
        return texels, slice(None)
    row, column = np.divmod(surface.index[texels], surface.size)
    block = (row // side) * surface.size + column // side
    _, first, whose = np.unique(block * len(patches.area) + patches.of[texels], return_index=True, return_inverse=True)
    return texels[first], whose.ravel()


def _rim(rest, spread, believed, patches, surface, todo):
    """Return how the nearest that was seen differs from its patch, (n, C): it goes over into what is filled for a few texels."""
    grain, texels = bands.texel_m(surface), max(2, round(RIM_TEXELS * surface.size / 2048))
    out = np.zeros((len(todo), rest.shape[1]), np.float32)
    sure, some = _facing_rim(believed >= 1, surface, todo, texels)
    if not len(sure) or not len(some):
        return out
    distance, near = cKDTree(surface.points[sure]).query(surface.points[todo[some]], min(4, len(sure)), workers=-1)
    distance, near = distance.reshape(len(some), -1), near.reshape(len(some), -1)
    facing = np.einsum("nkc,nc->nk", surface.normals[sure[near]], surface.normals[todo[some]])
    weight = _side(facing) / np.maximum(distance, 0.3 * grain) ** 2
    weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1e-12)
    grained = rest[sure] - _from_patches(spread, patches, surface, sure)
    fade = 1 - smoothstep(distance[:, 0], 0.5 * grain, texels * grain)
    out[some] = fade[:, None] * np.einsum("nk,nkc->nc", weight, grained[near])
    return out


def _facing_rim(seen, surface, todo, texels):
    """Return the texels that were seen (n,) and which of those to be filled (m,) lie within so many texels of one another."""
    pictures = np.zeros((2, surface.size ** 2), bool)
    pictures[0, surface.index[seen]], pictures[1, surface.index[todo]] = True, True
    wide = [ndimage.maximum_filter(picture.reshape(surface.size, -1), 2 * texels + 1).ravel() for picture in pictures]
    return np.flatnonzero(seen & wide[1][surface.index]), np.flatnonzero(wide[0][surface.index[todo]])
