"""What makes strands hair: clumps, waves, curls, coils, frizz, and the ribbons that they are drawn as."""

from dataclasses import dataclass

import numpy as np

from ...near import nearest
from ...steps import smoothstep
from .solid import unit


@dataclass(frozen=True)
class Texture:
    """How hair winds.

    wave, radius    metres from crest to crest, and of the curl
    flat            1 in a plane .. 0 a helix
    clump           share of the way that tips go to the middle of their clump
    together        strands of a clump
    frizz           metres that strands stray, ten centimetres from the root
    volume, shrink  times the thickness of the coat, and the length
    per_turn        points of a strand for each turn
    springs         0..1, whether it stands off the head by itself and is drawn coil by coil
    order           0..1, whether neighbours wave together
    lock            metres, about half of what a lock is thick whose strands wind as one; 0, or tied: each strand winds by itself
    """

    wave: float
    radius: float
    flat: float
    clump: float
    together: int
    frizz: float
    volume: float
    shrink: float
    per_turn: float
    springs: float = 0.0
    order: float = 0.0
    lock: float = 0.0


TEXTURES = {
    "straight": Texture(0.120, 0.0016, 0.6, 0.45, 14, 0.0010, 1.0, 1.0, 3, order=0.5),
    "wavy": Texture(0.075, 0.0050, 0.55, 0.62, 24, 0.0011, 1.2, 0.95, 5, order=0.75),
    "curly": Texture(0.042, 0.0085, 0.1, 0.90, 26, 0.0014, 1.5, 0.85, 6, order=0.2, lock=0.0060),
    "coily": Texture(0.017, 0.0042, 0.0, 0.88, 10, 0.0012, 2.1, 0.70, 5, 1.0, lock=0.0036),
}
SET = Texture(0.050, 0.0100, 0.25, 0.85, 40, 0.0009, 1.35, 0.95, 6, order=0.35, lock=0.0080)           # put up in rollers
LOOSE, HELD = 0.025, 0.5               # share of strands that leave their lock, and how far they still keep to it
GATHERS = 0.022                        # metres from the root where strands are one lock
BEGINS = 0.9                           # of a wave from the root, locks wind in full
ROUND = 0.75                           # how much a lock is shaded as the round thing that it is, against the head that it is on


def worn(kind, least):
    """Return the Texture of hair of a kind (look.HAIR_TEXTURES) in a style: its own, or what it was made to be, styles.Style.made."""
    if least == "set":
        return SET
    return TEXTURES[max(kind, least or kind, key=list(TEXTURES).index)]


def clump(curves, roots, share, together, rng):
    """Pull strands (N, S, 3) by `share` (N,) to the middle strand of their clump, most at the tip; returns (curves, clump (N,) of each)."""
    count, steps, _ = curves.shape
    centres = rng.choice(count, max(1, count // together), replace=False)
    way = np.concatenate([roots + 0.0015 * rng.standard_normal(roots.shape), 0.7 * curves[:, steps // 2]], axis=1)
    of = nearest(way, way[centres])
    t = np.linspace(0, 1, steps)[None, :, None] ** 0.8
    pull = (share * (0.35 + 0.65 * rng.random(count)))[:, None, None] * t
    return curves + pull * (curves[centres][of] - curves), of


def bundle(curves, roots, outward, length, texture, rng):
    """Gather strands (N, S, 3) of `length` (N,) metres in locks that wind as one: what curls, coils, or was set.

    outward   (N, S, 3) unit vectors off the head
    returns   curves (N, S, 3), the lock (N,) of each, and the middle lines (N, S, 3) of their locks before these wind
    """
    count, steps, _ = curves.shape
    centres = _centres(length, texture.together, rng)
    way = np.concatenate([roots, 0.7 * curves[:, steps // 2]], axis=1)
    of = nearest(way, way[centres])
    share = smoothstep(length, 0.006, 0.040) * np.where(rng.random(count) < LOOSE, HELD, 1.0)
    axis, along = curves[centres], length[centres][:, None] * np.linspace(0, 1, steps)
    aside = curves - axis[of]
    far = np.sqrt(np.einsum("nsi,nsi->ns", aside, aside))
    drawn = texture.clump * share[:, None] * smoothstep(along[of] / GATHERS, 0.0, 1.0) * far / (far + texture.lock)
    wound = wind(axis, carried(axis, outward[centres]), np.arange(len(centres)), texture, length[centres], rng) - axis
    return axis[of] + aside * (1 - drawn)[..., None] + share[:, None, None] * wound[of], of, axis[of]


def _centres(length, together, rng):
    """Return the strands (C,) that locks gather about: none that is short among its like."""
    able = np.flatnonzero(length >= 0.7 * np.median(length))
    return np.sort(rng.permutation(able)[: max(1, len(length) // together)])


def carried(curves, outward):
    """Return (normal, across) of strands (N, S, 3), unit vectors that turn no more about them than they must."""
    tangent = unit(np.gradient(curves, axis=1))
    normal = [unit(np.cross(np.cross(tangent[:, 0], outward[:, 0]), tangent[:, 0]))]
    for k in range(1, curves.shape[1]):
        normal.append(unit(normal[-1] - tangent[:, k] * np.einsum("ni,ni->n", normal[-1], tangent[:, k])[:, None]))
    normal = np.stack(normal, axis=1)
    return normal, np.cross(tangent, normal)


def frames(curves, outward):
    """Return (tangent, normal, across) of strands (N, S, 3), unit vectors; normals as near to `outward` (N, S, 3) as can be."""
    tangent = unit(np.gradient(curves, axis=1))
    across = unit(np.cross(tangent, outward))
    return tangent, np.cross(across, tangent), across


def curl(curves, outward, of, texture, length, rng):
    """Wind strands (N, S, 3) of clumps `of` (N,) about themselves, as long as `length` (N,) metres."""
    return wind(curves, frames(curves, outward)[1:], of, texture, length, rng)


def wind(curves, about, of, texture, length, rng):
    """Do what `curl` does, in the plane of the normals and vectors across (N, S, 3) each that are given."""
    count, steps, _ = curves.shape
    normal, across = about
    along = length[:, None] * np.linspace(0, 1, steps)
    clumps = of.max() + 1
    own = rng.random((3, count))
    shared = rng.random((3, clumps))[:, of]
    wave = texture.wave * (1 + (1 - texture.order) * 0.5 * (0.94 * shared[0] + 0.06 * own[0] - 0.5))
    near = np.sin(curves[:, 0] @ (45.0 * rng.standard_normal((3, 2)))).sum(axis=1) / 2                # neighbours wave together
    start = texture.order * near + (1 - texture.order) * shared[1] + 0.06 * own[1]
    phase = 2 * np.pi * start[:, None] + 2 * np.pi * along / wave[:, None]
    begins = BEGINS if texture.lock else 1.2
    radius = (texture.radius * (0.6 + 0.6 * shared[2] + 0.2 * own[2]))[:, None] * smoothstep(along, 0.0, begins * texture.wave)
    radius = radius * np.minimum(1, length / (0.8 * texture.wave))[:, None]
    turn = np.where(shared[0] > 0.5 + texture.order, 1.0, -1.0)[:, None]
    return curves + (radius * np.sin(phase) * turn)[..., None] * across + (radius * (1 - texture.flat) * np.cos(phase))[..., None] * normal


def stray(curves, amount, length, rng):
    """Let strands (N, S, 3) stray smoothly, some far (flyaways), by `amount` metres at 10 cm from the root."""
    count, steps, _ = curves.shape
    along = length[:, None] * np.linspace(0, 1, steps)
    way = rng.standard_normal((3, count, 1, 3)) * np.where(rng.random(count) < 0.02, 2.5, 1.0)[:, None, None]
    waves = sum(way[k] * np.sin((k + 1) * 40.0 * along + 6.28 * rng.random(count)[:, None])[..., None] / (k + 1) for k in range(3))
    return curves + amount * waves * smoothstep(along, 0.0, 0.10)[..., None] ** 0.5


def rounded(curves, axis, outward, texture):
    """Return the way that strands face as parts of locks about `axis`, and the way that they run, unit vectors; all are (N, S, 3)."""
    away = (curves - axis) / (texture.lock + texture.radius)
    run = unit(np.gradient(axis, axis=1))
    away = away - run * np.einsum("nsi,nsi->ns", away, run)[..., None]
    return unit(outward + ROUND * away), unit(run + 0.5 * unit(np.gradient(curves, axis=1)))


def ribbons(curves, outward, width, rng, lock=None):
    """Return what ribbons need.

    curves, outward   (N, S, 3)
    width             (N,) metres at the root
    lock              as `rounded` returns it: what strands are shaded by that wind as one; None: each as itself
    returns           half (N, S, 3) from the middle to an edge; shading normals (N, S, 2, 3): round across a strand, like the head along
                      it, no two strands quite alike; tangents (N, S, 3)
    """
    count, steps, _ = curves.shape
    tangent, normal, across = frames(curves, outward)
    twist = (0.9 * (rng.random(count) - 0.5))[:, None, None]
    t = np.linspace(0, 1, steps)[None, :, None]
    size = (width * (0.75 + 0.5 * rng.random(count)))[:, None, None] * (1 - 0.75 * t**8) * 0.5
    half = size * (np.cos(twist) * across + np.sin(twist) * normal)
    tilt = (0.4 * (rng.random(count) - 0.5))[:, None, None]
    scales = (0.06 * rng.standard_normal(count))[:, None, None]                     # the cuticle leans, here more and there less
    if lock is not None:
        normal, tangent = lock
        across = unit(np.cross(tangent, normal))
    facing = normal + scales * tangent
    shading = np.stack([unit(np.cos(tilt + s) * facing + np.sin(tilt + s) * across) for s in (-0.2, 0.2)], axis=2)
    return half, shading, tangent
