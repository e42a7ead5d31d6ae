"""A whole head of hair on the average adult, made once for a look: what `hair.make` then fits to a person."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from ...near import nearest
from ...steps import smoothstep
from ...streams import stream
from .. import strands
from . import edge, grow, ropes, scalp, solid, styles, tails, texture, tied, under
from . import fit as fits
from .coat import Coat, Head

MOST_POINTS, COILED_POINTS = 170_000, 250_000        # along all strands of a head; of one that is drawn coil by coil
EDGE = 0.016                           # metres inside the hairline where hair is as strong as elsewhere
BARED = 0.28, 0.030                    # where a hairline is seen: how fine hair is at the very edge, and metres inside where it is not
BABY = 0.014                           # metres long is hair at the very edge
PER_WAVE, PER_COIL = 4.5, 6.5          # points that a wave takes at the least, and a coil
LOW_SHARE = 0.55                       # of long hair's low roots are left out, for more of them on top
OFTEN = 1.7                            # times as many roots beside the parting as elsewhere, where the scalp would show
THINNED = 0.45                         # of the strands are too short to be seen where hair is faded
TIED = 36_000                          # points of a tail or a bun
EVEN = 0.5                             # of what hair's lengths differ that coils: where it ends is its outline
PARTS = 0.045                          # metres over which hair parts that coils: it closes over a line
HIGH = 0.95                            # of its thickness the coat of hair that curls has on top: else it is flat there
TURNS = 1.8                            # that hair which curls takes about itself at the least, be it short
LOCKED = 1.2                           # times as broad are strands that lie in locks: what they are seen as
DIGITS = 64                            # to which unit vectors are rounded: 1/64 is a degree
TUFTED = 0.6                           # how far the strands of a tuft are alike: they grey together
TEMPLES = 0.22                         # how much sooner temples grey than the rest


@dataclass(frozen=True, eq=False)
class Groom:
    """A head of hair of P ribbon points.

    coats     tuple of (points (N, S, 2, 3) float32 metres on the average adult, fit.Fit)
    normals   (P, 3) float32 that it is shaded by; along (P, 3) the way that its strand runs there
    strand    (P,) 0..1, one number a strand, all alike often; low ones grey first
    faces     (F, 4) and uv (P, 2), as strands.flat
    """

    coats: tuple
    normals: np.ndarray
    along: np.ndarray
    strand: np.ndarray
    faces: np.ndarray
    uv: np.ndarray


@lru_cache(maxsize=4)
def groom(pack, style, kind, seed, man, receded, sparse):
    """Return the Groom of a look, or None where nothing grows.

    style, kind              of look.HAIR_STYLES, look.HAIR_TEXTURES
    seed                     the look's
    man, receded, sparse     0..1, rounded by the caller so that dragging them makes few grooms
    """
    form = texture.worn(kind, styles.STYLES[style].made)
    cut = _textured(styles.own(styles.STYLES[style], man, seed), form)
    head = Head(pack, solid.of_pack(pack), seed, man, receded, sparse, styles.STYLES[style].part is not None)
    rng = stream(seed, "hair.groom")
    if cut.rope:
        coats = ropes.MAKERS[cut.rope](head, cut, form, rng)
    else:
        coats = _loose(head, cut, form, rng)
    coats = [coat for coat in coats if len(coat.curves)]
    return _drawn(pack, coats, rng) if coats else None


def _textured(cut, form):
    """Return a style as hair of a texture wears it: thicker, and shorter than it is; what coils stands off and parts broadly."""
    cut = replace(cut, layer=cut.layer * form.volume, top=cut.top * form.shrink, side=cut.side * form.shrink, nape=cut.nape * form.shrink)
    if not form.lock or cut.gather or cut.rope:
        return cut
    cut = replace(cut, crown=max(cut.crown, HIGH))
    if not form.springs:
        return cut
    cut = replace(cut, uneven=cut.uneven * EVEN)
    if cut.top < 0.05:
        return cut
    springs = form.springs
    hem = None if cut.hem is None else cut.hem + springs * 0.055 * (0.06 - cut.hem) / 0.175
    return replace(cut, split=cut.split * (1 - 0.3 * springs), parting_width=PARTS * springs, lift=max(cut.lift, 0.9 * springs), hem=hem,
                   hold=cut.hold * (1 - 0.55 * springs), turn=max(cut.turn, 0.045 * springs))


def _size(cut, form):
    """Return how many points a strand has, how many strands there are, so that all points are not too many, and the texture, its waves
    as long as so few points can draw: the weight of long hair draws them out as well."""
    hang = 0.9 * cut.top if cut.hem is None else min(cut.top, 0.30 - cut.hem)
    steps = int(np.clip(4 + hang * max(40.0, form.per_turn / form.wave), 3, 18 if cut.tail else 46 if form.springs else 28))
    form = _as_long(form, hang, (PER_COIL if form.springs else PER_WAVE) * hang / (steps - 1))
    most = COILED_POINTS if form.springs and steps > 26 else MOST_POINTS - TIED * bool(cut.tail)
    return steps, min(cut.count, most // steps), form


def _as_long(form, hang, least):
    """Return a texture as hair `hang` metres long wears it whose waves are no shorter than `least` metres: its weight draws out long hair,
    and locks are the thicker; short hair that curls still turns about itself, or its locks are spikes."""
    longer = max(1.0, least / form.wave)
    if form.lock:
        longer = longer if longer > 1 else max(min(1.0, hang / (TURNS * form.wave)), least / form.wave)
        form = replace(form, lock=form.lock * longer, together=max(4, round(form.together * longer)))
    return replace(form, wave=form.wave * longer, radius=min(form.radius * longer**0.6, 0.010))


def _loose(head, cut, form, rng):
    """Return the Coats of hair that hangs, stands, or is tied: itself, what hides the scalp under it, its tail."""
    steps, count, form = _size(cut, form)
    tried = int(count * (1 + LOW_SHARE / 2) * OFTEN) if cut.hem else count
    ground = head.ground(tried, rng, lambda roots, depth: _share(head, roots, depth, cut))
    if not len(ground.roots):
        return []
    thin, reach = BARED if cut.bared else (0.45, EDGE)
    worn = _tight(form) if cut.tail else form
    full = cut.width * (cut.count / count) ** 0.4 * (LOCKED if worn.lock else 1.0)
    width = full * (thin + (1 - thin) * smoothstep(ground.depth, 0.0, reach))
    main = _strands(head, ground, cut, worn, np.minimum(width, 0.0013), steps, rng)
    coats = [main, under.coat(head, cut, form, rng)] if cut.under_coat else [main]
    coats += [_tail(cut, form, steps, ground, rng)] if cut.tail else []
    return [*coats, edge.coat(head, cut)] if edge.grows(cut, form) else coats


def _tight(form):
    """Return a texture as it is where hair is pulled back."""
    straight = texture.TEXTURES["straight"]
    frizz = 0.5 * straight.frizz + 0.10 * form.frizz
    return replace(straight, frizz=frizz, radius=0.10 * form.radius + 0.0004, wave=0.5 * form.wave + 0.02, flat=0.3, clump=0.14)


def _share(head, roots, depth, cut):
    """Return the share of roots (N, 3), `depth` (N,) inside the hairline, that hang on to a strand: fewer where hair is faded, of long hair
    fewer where others hang over it, all along the parting."""
    if not cut.hem:
        return 1 - THINNED * scalp.faded(roots, depth, cut.taper)
    low = LOW_SHARE * smoothstep(-roots[:, 2], -0.215, -0.180)
    near = np.exp(-((head.beside(roots, cut.part or 0.0) / 0.016) ** 2)) * smoothstep(roots[:, 2], 0.185, 0.205)
    return (1 - low) * (near + (1 - near) / OFTEN)


def _tail(cut, form, steps, ground, rng):
    """Return the Coat of what becomes of tied hair; it goes with the skin at the knot."""
    curves, length = tails.TAILS[cut.tail](cut, form, steps, TIED // steps, rng)
    at = nearest(np.broadcast_to(cut.gather, (1, 3)), ground.roots)[0]
    outward = solid.unit(curves - curves.mean(axis=0) + 1e-6)                     # about itself, not about the head
    corners, weights = (np.repeat(values[[at]], len(curves), axis=0) for values in (ground.corners, ground.weights))
    return Coat(curves, length, np.full(len(curves), tails.WIDTH), outward, corners, weights, np.arange(len(curves)) // 12)


def _strands(head, ground, cut, form, width, steps, rng):
    """Return the Coat of strands that grow from a ground."""
    curves, end = _combed(head, ground, cut, form, steps, rng)
    if form.lock:
        curves, of, axis = texture.bundle(curves, ground.roots, _outward(head.body, curves), end, form, rng)
    else:
        curves, of = texture.clump(curves, ground.roots, form.clump * smoothstep(end, 0.006, 0.060), form.together, rng)
        curves = texture.curl(curves, _outward(head.body, curves), of, form, end, rng)
    curves = _off_skin(head.body, texture.stray(curves, form.frizz, end, rng))
    outward = _outward(head.body, curves)
    lock = texture.rounded(curves, axis, outward, form) if form.lock else None
    return Coat(curves, end, width, outward, ground.corners, ground.weights, of, lock)


def _combed(head, ground, cut, form, steps, rng):
    """Return strands (N, S, 3) before they gather and wind, and their lengths (N,), metres."""
    if cut.gather:
        grown, length, end = tied.comb(head, ground, cut, rng)
    else:
        over = np.array([head.side, 1, 1])
        grown, length, end = grow.grow(ground.roots * over, ground.normals * over, ground.depth, cut, head.body, rng)
        grown = grown * over
    full = smoothstep(ground.depth, 0.0, EDGE * (0.3 + 0.7 * rng.random(len(end))))    # the short hair at the edge; if tied, a few of it
    full = np.maximum(full, rng.random(len(end)) > 0.05) if cut.gather else full
    end = full * end + (1 - full) * np.minimum(end, BABY * (0.5 + rng.random(len(end))))
    return grow.resample(grown, length, end, steps), end


def _outward(body, curves):
    return body.at(curves.reshape(-1, 3))[1].reshape(curves.shape)


def _off_skin(body, curves):
    """Push strands out of the body, all but their roots."""
    free = curves[:, 1:].reshape(-1, 3)
    distance, outward = body.at(free)
    free = free + outward * np.clip(0.0006 - distance, 0, 0.02)[:, None]
    return np.concatenate([curves[:, :1], free.reshape(len(curves), -1, 3)], axis=1)


def _drawn(pack, coats, rng):
    """Return the Groom of Coats."""
    parts, shading, along, faces, uv, first = [], [], [], [], [], 0
    for coat in coats:
        half, normals, tangent = texture.ribbons(coat.curves, coat.outward, coat.width, rng, coat.lock)
        knots = int(np.clip(2 + np.percentile(coat.length, 90) / 0.06, 2, 7))
        fitted = fits.fit(pack, coat.curves, coat.length, coat.corners, coat.weights, min(knots, coat.curves.shape[1]))
        parts.append((np.stack([coat.curves - half, coat.curves + half], axis=2).astype(np.float32), fitted))
        shading.append(normals.reshape(-1, 3))
        along.append(np.repeat(tangent.reshape(-1, 3), 2, axis=0))
        quads, places = strands.flat(*coat.curves.shape[:2])
        faces.append(quads + first)
        uv.append(places)
        first += coat.curves.shape[0] * coat.curves.shape[1] * 2
    return Groom(tuple(parts), _short(shading), _short(along), _numbers(coats, rng), np.concatenate(faces), np.concatenate(uv))


def _short(arrays):
    """Return arrays (N, 3) of unit vectors as one, float32 of few digits: files hold them in half the space."""
    return (np.rint(np.concatenate(arrays) * DIGITS) / DIGITS).astype(np.float32)


def _numbers(coats, rng):
    """Return a number (P,) for each point's strand: all of 0..1 equally often, alike within a tuft, low at the temples."""
    raw = []
    for coat in coats:
        tuft = rng.random(int(coat.tuft.max()) + 1)[coat.tuft]
        root = coat.curves[:, 0]
        temple = smoothstep(-root[:, 1], 0.005, 0.055) * smoothstep(-root[:, 2], -0.215, -0.175)
        raw.append(TUFTED * tuft + (1 - TUFTED) * rng.random(len(tuft)) - TEMPLES * temple)
    flat = np.concatenate(raw)
    rank = np.empty(len(flat))
    rank[np.argsort(flat, kind="stable")] = (np.arange(len(flat)) + 0.5) / len(flat)
    each = np.concatenate([np.full(len(coat.curves), coat.curves.shape[1] * 2) for coat in coats])
    return np.repeat(rank, each).astype(np.float32)
