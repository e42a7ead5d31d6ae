"""The fine hair along the hairline: short, soft, and close enough that no scalp shines between the roots of the hair behind it.

Hair that is combed off the face is seen from its roots: a few broad strands would stand there like teeth. The same beside a parting: what
is seen of the scalp is a thin line, and at its front the hairline runs on.
"""

import numpy as np

from ...steps import smoothstep
from ...streams import stream
from . import grow, scalp, under
from .coat import Coat, Ground, frayed, pick

COUNT, STEPS = 36000, 4                # roots tried all over the scalp; points of a strand
BAND = (-0.004, 0.002, 0.010, 0.024)   # metres inside the hairline: the first hair, all of it, still all of it, none
SHORT, LENGTH = 0.005, 0.030           # metres: the baby hair before the line, and behind it
FINE, WIDTH = 0.00013, 0.00030         # metres of the same
HEIGHT = 0.0016                        # over the scalp at the tips, metres
ROUND = 0.085                          # radius of the skull, metres
BESIDE = (0.0003, 0.0010, 0.011, 0.019)              # metres from a parting: the first hair, all of it, still all of it, none
STARTS, BACK = 0.0005, 0.008           # metres from a parting where its fine hair is first seen, and how far before its root at most
FRONT = (0.024, 0.045)                 # metres from a parting: all of the hairline's fine hair, none
BACKWARDS = np.array([0.0, 0.3, 0.3])  # fine hair beside a parting besides the way that hair there is combed
LOOSE = 0.20                           # how far strands turn from the way that hair is combed; baby hair 2.5 times as far


def grows(cut, form):
    """Tell whether a style (styles.Style) in a texture (texture.Texture) has fine hair: what coils hides its own hairline."""
    return cut.bared or under.parts(cut, form)


def coat(head, cut):
    """Return the Coat of fine hair along the hairline of a head, combed as a style (styles.Style) is; draws of its own."""
    rng = stream(head.seed, "hair.edge coat")
    ground = _roots(head, cut, rng)
    grown = smoothstep(ground.depth + 0.002 * rng.standard_normal(len(ground.depth)), BAND[0], BAND[2])
    length = (SHORT + (LENGTH - SHORT) * grown) * rng.uniform(0.6, 1.2, len(grown))
    way = under.ways(head, ground.roots, cut) + (BACKWARDS if cut.gather is None else 0)
    way = under.turned(way, ground.normals, (LOOSE * (2.5 - 1.5 * grown))[:, None], rng)
    curves, out = _laid(ground, way, length, _before(head, cut, ground.roots), rng)
    width = FINE + (WIDTH - FINE) * grown
    return Coat(curves, length, width, out, ground.corners, ground.weights, np.arange(len(length)) // 5)


def _roots(head, cut, rng):
    """Return the Ground of the band along the hairline; of parted hair, of what is about the parting."""
    corners, weights, roots, normals = scalp.roots(head.pack, head.seed, COUNT, "hair.edge")
    depth = frayed(roots, scalp.inside(roots, head.line), rng)
    share = smoothstep(depth, *BAND[:2]) * (1 - smoothstep(depth, *BAND[2:])) * (1 - 0.5 * head.sparse)
    if cut.gather is None:
        share = _about_parting(roots, depth, share, abs(head.beside(roots, cut.part)))
    return pick(Ground(corners, weights, roots, normals, depth), share > rng.random(len(roots)))


def _about_parting(roots, depth, band, off):
    """Return how much fine hair grows at roots (N, 3) `off` (N,) metres from a parting, where `band` (N,) would along the hairline."""
    beside = smoothstep(off, *BESIDE[:2]) * (1 - smoothstep(off, *BESIDE[2:])) * smoothstep(depth, *BAND[:2])
    return np.maximum(band * (1 - smoothstep(off, *FRONT)), beside) * smoothstep(roots[:, 2], 0.178, 0.195) * grow.openness(roots)


def _before(head, cut, roots):
    """Return how far before their roots (N, 3) strands begin, (N,) metres: beside a parting at its edge, or the scalp would show."""
    if cut.gather:
        return np.zeros(len(roots))
    off = abs(head.beside(roots, cut.part))
    return np.clip(off - STARTS, 0, BACK) * (1 - smoothstep(off, BACK, 2 * BACK))


def _laid(ground, way, length, before, rng):
    """Return strands (N, STEPS, 3) that lie on the scalp along `way` (N, 3) and bend a little, and how they face (N, STEPS, 3)."""
    normals, t = ground.normals, np.linspace(0, 1, STEPS)
    at, bend = length[:, None] * t, (0.12 * rng.standard_normal(len(length)) * length)[:, None] * t**2
    rise = np.where(before > 0, 0.003, 0.012)[:, None]
    up = (HEIGHT + 0.0003) * smoothstep(at / rise, 0.0, 1.0) - 0.0003 * (before == 0)[:, None] - at**2 / (2 * ROUND)
    out = np.broadcast_to(normals[:, None], (*at.shape, 3))
    ahead, aside = (at - before[:, None])[..., None] * way[:, None], bend[..., None] * np.cross(normals, way)[:, None]
    curves = ground.roots[:, None] + ahead + aside + up[..., None] * out
    return curves, out
