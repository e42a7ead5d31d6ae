"""A whole head of hair on the average adult, made once for a look: what `hair.make` then fits to a person."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from ...steps import smoothstep
from ...streams import stream
from .. import strands
from . import fit as fits
from . import grow, scalp, solid, tails, texture
from .styles import STYLES

MOST_POINTS = 125_000                  # along all strands of a head
EDGE = 0.016                           # metres inside the hairline where hair is as strong as elsewhere
BABY = 0.014                           # metres long is hair at the very edge
PER_WAVE = 4.5                         # points that a wave takes at the least
LOW_SHARE = 0.55                       # of long hair's low roots are left out, for more of them on top
OFTEN = 1.7                            # times as many roots beside the parting as elsewhere, where the scalp would show
TIED = 36_000                          # points of a tail or a bun


@dataclass(frozen=True, eq=False)
class Groom:
    """points (N, S, 2, 3) float32 of ribbons on the average adult, their shading normals alike, faces, uv, fit, and `strand` (N,) 0..1."""

    points: np.ndarray
    normals: np.ndarray
    faces: np.ndarray
    uv: np.ndarray
    fit: object
    strand: np.ndarray


@lru_cache(maxsize=4)
def groom(pack, style, kind, seed, man, receded, sparse):
    """Return the Groom of a look, or None where nothing grows.

    style, kind              of look.HAIR_STYLES, look.HAIR_TEXTURES
    seed                     the look's
    man, receded, sparse     0..1, rounded by the caller so that dragging them makes few grooms
    """
    form, rng = _made(kind, STYLES[style].made), stream(seed, "hair.groom")
    cut = _textured(STYLES[style], form)
    steps, count, form = _size(cut, form)
    corners, weights, roots, normals = scalp.roots(pack, seed, int(count * (1 + LOW_SHARE / 2) * OFTEN) if cut.hem else count)
    depth = _frayed(roots, scalp.inside(roots, scalp.hairline(man, receded)), rng)
    grows = scalp.density(roots, depth, receded, sparse) * _share(roots, cut) > rng.random(len(roots))
    if not grows.any():
        return None
    corners, weights, depth = corners[grows], weights[grows], depth[grows]
    combed = _tight(form) if cut.tail else form
    curves, length = _strands(roots[grows], normals[grows], cut, combed, solid.of_pack(pack), depth, steps, rng)
    width = cut.width * (cut.count / count) ** 0.4 * (0.45 + 0.55 * smoothstep(depth, 0.0, EDGE))
    outward = _outward(solid.of_pack(pack), curves)
    if cut.tail:
        more, ends = tails.TAILS[cut.tail](cut, form, steps, TIED // steps, rng)
        tied = texture.nearest(np.broadcast_to(cut.gather, (len(more), 3)), roots[grows])      # they go with the skin at the knot
        curves, length = np.concatenate([curves, more]), np.concatenate([length, ends])
        outward = np.concatenate([outward, solid.unit(more - more.mean(axis=0) + 1e-6)])        # about itself, not about the head
        width = np.append(width, np.full(len(more), tails.WIDTH))
        corners, weights = np.concatenate([corners, corners[tied]]), np.concatenate([weights, weights[tied]])
    return _drawn(pack, curves, outward, length, width, corners, weights, rng)


def _made(kind, least):
    """Return the Texture of hair: its own, or what it was made to be."""
    order = list(texture.TEXTURES)
    return texture.TEXTURES[max(kind, least or kind, key=order.index)]


def _textured(cut, form):
    """Return a style as hair of a texture wears it: thicker, and shorter than it is."""
    return replace(cut, layer=cut.layer * form.volume, top=cut.top * form.shrink, side=cut.side * form.shrink, nape=cut.nape * form.shrink)


def _tight(form):
    """Return a texture as it is where hair is pulled back."""
    straight = texture.TEXTURES["straight"]
    frizz = 0.5 * straight.frizz + 0.15 * form.frizz
    return replace(straight, frizz=frizz, radius=0.10 * form.radius + 0.0006, wave=0.5 * form.wave + 0.02, flat=0.3)


def _size(cut, form):
    """Return how many points a strand has, how many strands there are, so that all points are not too many, and the texture, its waves
    as long as so few points can draw: the weight of long hair draws them out as well."""
    hang = 0.9 * cut.top if cut.hem is None else min(cut.top, 0.30 - cut.hem)
    steps = int(np.clip(3 + hang * max(30.0, form.per_turn / form.wave), 3, 18 if cut.tail else 26))
    longer = max(1.0, PER_WAVE * hang / (steps - 1) / form.wave)
    form = replace(form, wave=form.wave * longer, radius=min(form.radius * longer**0.6, 0.010))
    return steps, min(cut.count, (MOST_POINTS - TIED * bool(cut.tail)) // steps), form


def _share(roots, cut):
    """Return the share of roots (N, 3) that hang on to a strand: of long hair fewer where others hang over it, all along the parting."""
    if not cut.hem:
        return 1.0
    low = LOW_SHARE * smoothstep(-roots[:, 2], -0.215, -0.180)
    near = np.exp(-(((roots[:, 0] - (cut.part or 0.0)) / 0.016) ** 2)) * smoothstep(roots[:, 2], 0.185, 0.205)
    return (1 - low) * (near + (1 - near) / OFTEN)


def _frayed(roots, depth, rng):
    """Return how far roots lie inside the hairline, (N,) metres, as if it were drawn by nature: in waves, and no two hairs alike."""
    wave = rng.uniform(0, 2 * np.pi, (3, 1)) + np.array([[310.0], [170.0], [90.0]]) * (roots @ rng.standard_normal((3, 3)).T).T
    return depth + 0.0012 * np.sin(wave).sum(axis=0) + 0.0018 * rng.standard_normal(len(roots))


def _strands(roots, normals, cut, form, body, depth, steps, rng):
    """Return strands as hair (N, S, 3) and their lengths (N,), metres; `depth` (N,) is how far roots lie inside the hairline."""
    grown, length, end = grow.grow(roots, normals, cut, body, rng)
    full = smoothstep(depth, 0.0, EDGE * (0.3 + 0.5 * rng.random(len(end))))           # the short hair at the edge; if tied, a few of it
    full = np.maximum(full, rng.random(len(end)) > 0.12) if cut.gather else full
    end = full * end + (1 - full) * np.minimum(end, BABY)
    curves = grow.resample(grown, length, end, steps)
    curves, of = texture.clump(curves, roots, form.clump * smoothstep(end, 0.006, 0.060), form.together, rng)
    curves = texture.curl(curves, _outward(body, curves), of, form, end, rng)
    return _off_skin(body, texture.stray(curves, form.frizz, end, rng)), end


def _outward(body, curves):
    return body.at(curves.reshape(-1, 3))[1].reshape(curves.shape)


def _off_skin(body, curves):
    """Push strands out of the body, all but their roots."""
    free = curves[:, 1:].reshape(-1, 3)
    distance, outward = body.at(free)
    free = free + outward * np.clip(0.0006 - distance, 0, 0.02)[:, None]
    return np.concatenate([curves[:, :1], free.reshape(len(curves), -1, 3)], axis=1)


def _drawn(pack, curves, outward, length, width, corners, weights, rng):
    """Return the Groom of strands (N, S, 3)."""
    half, shading = texture.ribbons(curves, outward, width, rng)
    points = np.stack([curves - half, curves + half], axis=2).astype(np.float32)
    faces, uv = strands.flat(*curves.shape[:2])
    knots = int(np.clip(2 + np.percentile(length, 90) / 0.06, 2, 7))
    fitted = fits.fit(pack, curves, length, corners, weights, knots)
    return Groom(points, shading.astype(np.float32), faces, uv, fitted, rng.random(len(curves)))
