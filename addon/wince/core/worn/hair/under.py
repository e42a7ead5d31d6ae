"""The coat under the hair: broad dark strands on the scalp, so that it does not shine through where strands on top leave gaps."""

import numpy as np

from ...steps import smoothstep
from . import grow
from .coat import Coat, pick
from .solid import unit

COUNT, STEPS = 9000, 3
LENGTH, WIDTH = 0.014, 0.0011          # metres
DEEP = (0.003, 0.013)                  # metres inside the hairline where it begins, and is full
HEIGHT = 0.0010                        # over the scalp, metres
ROUND = 0.085                          # radius of the skull, metres
GAP = (0.0030, 0.0056)                 # metres from the parting to the middle of a strand: at the hairline, and elsewhere


def coat(head, cut, form, rng):
    """Return the Coat under a style on a head."""
    ground = head.ground(COUNT, rng, name="hair.under")
    keep = smoothstep(ground.depth, *DEEP) > rng.random(len(ground.depth))
    if parts(cut, form):
        gap = GAP[0] + (GAP[1] - GAP[0]) * smoothstep(ground.depth, 0.012, 0.035)
        keep &= abs(head.beside(ground.roots, cut.part)) > gap * grow.openness(ground.roots)
    return flat(head, pick(ground, keep), ways(head, ground.roots[keep], cut), LENGTH, WIDTH, rng)


def parts(cut, form):
    """Tell whether a parting is seen of a style (styles.Style) in a texture (texture.Texture): what coils closes over it."""
    return cut.part is not None and not form.springs


def ways(head, roots, cut):
    """Return the ways (N, 3) that hair is combed over roots (N, 3)."""
    if cut.gather:
        return unit(np.array(cut.gather) - roots)
    away = np.zeros(len(roots)) if cut.part is None else np.sign(roots[:, 0] - head.side * cut.part)
    return unit(np.stack([away * smoothstep(roots[:, 2], 0.18, 0.21), 0.4 + 0 * away, -0.6 + 0 * away], axis=-1))


def flat(head, ground, way, length, width, rng):
    """Return the Coat of strands that lie on the scalp, as they are combed, `way` (N, 3); length and width in metres."""
    count = len(ground.roots)
    way = turned(way, ground.normals, 0.25, rng)
    run = np.broadcast_to(length, count)
    at = run[:, None] * np.linspace(-0.3, 0.7, STEPS)
    out = np.broadcast_to(ground.normals[:, None], (count, STEPS, 3))
    curves = ground.roots[:, None] + at[..., None] * way[:, None] + (HEIGHT - at**2 / (2 * ROUND))[..., None] * out
    return Coat(curves, run.copy(), np.full(count, width), out, ground.corners, ground.weights, np.arange(count) // 5)


def turned(way, normals, amount, rng):
    """Return ways (N, 3) along the skin, unit vectors, each turned about its normal (N, 3) by chance: a steep way onto it does not flip."""
    way = along(way, normals)
    return along(way + amount * rng.standard_normal((len(way), 3)).clip(-2, 2), normals)


def along(way, normals):
    """Return what of ways (N, 3) runs along the skin, unit vectors."""
    return unit(way - normals * np.einsum("ni,ni->n", way, normals)[:, None])
