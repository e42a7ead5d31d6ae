"""What a head of hair is made from and of: the head, the ground that hair stands on, coats of strands."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...streams import stream
from . import scalp

MIRRORED = 0.42                        # share of people who comb their hair to the other side

@dataclass(frozen=True, eq=False)
class Coat:
    """N strands of S points on the average adult.

    curves            (N, S, 3) metres; length (N,) metres, width (N,) metres at the root
    outward           (N, S, 3) unit vectors, the way that a ribbon faces
    corners, weights  (N, 3) vertices and barycentric shares of the skin that the root goes with
    tuft              (N,) int, which strands belong together
    lock              (facing, run), each (N, S, 3): what strands are shaded by that wind as one, see texture.rounded; or None
    """

    curves: np.ndarray
    length: np.ndarray
    width: np.ndarray
    outward: np.ndarray
    corners: np.ndarray
    weights: np.ndarray
    tuft: np.ndarray
    lock: tuple | None = None


@dataclass(frozen=True, eq=False)
class Ground:
    """N roots: corners, weights (N, 3) of the skin, places and normals (N, 3), depth (N,) metres inside the hairline."""

    corners: np.ndarray
    weights: np.ndarray
    roots: np.ndarray
    normals: np.ndarray
    depth: np.ndarray


@dataclass(frozen=True, eq=False)
class Head:
    """Whose hair it is: pack, body (solid.Solid), the look's seed, how much of a man, how far receded, how sparse, 0..1; whether parted."""

    pack: object
    body: object
    seed: int
    man: float
    receded: float
    sparse: float
    parted: bool = False

    @cached_property
    def line(self):
        """The hairline, see scalp.hairline."""
        return scalp.hairline(self.man, self.receded, self.seed, self.parted)

    @cached_property
    def side(self):
        """1, or -1 where hair is combed to the other side."""
        return -1.0 if stream(self.seed, "hair.side").random() < MIRRORED else 1.0

    def beside(self, roots, part):
        """Return how far roots (N, 3) lie beside a parting, (N,) metres, as if hair were combed to the first side."""
        return self.side * roots[:, 0] - part

    def ground(self, count, rng, share=lambda roots, depth: 1.0, name="hair.roots"):
        """Return the Ground of those of `count` roots, spread evenly, on which something grows; share(roots (N, 3), depth (N,)) of them
        are kept."""
        corners, weights, roots, normals = scalp.roots(self.pack, self.seed, count, name)
        depth = frayed(roots, scalp.inside(roots, self.line), rng)
        fade = 0.75 + 0.9 * float(stream(self.seed, "hair.edge").random())
        grows = scalp.density(roots, depth, self.receded, self.sparse, fade) * share(roots, depth) > rng.random(len(roots))
        return pick(Ground(corners, weights, roots, normals, depth), grows)


def pick(ground, which):
    """Return some roots of a Ground: a mask or indices."""
    return Ground(*(getattr(ground, name)[which] for name in ("corners", "weights", "roots", "normals", "depth")))


def frayed(roots, depth, rng):
    """Return how far roots lie inside the hairline, (N,) metres, as if it were drawn by nature: in waves, and no two hairs alike."""
    wave = rng.uniform(0, 2 * np.pi, (3, 1)) + np.array([[310.0], [170.0], [75.0]]) * (roots @ rng.standard_normal((3, 3)).T).T
    size = np.array([[0.0010], [0.0012], [0.0016]])
    return depth + (size * np.sin(wave)).sum(axis=0) + 0.0022 * rng.standard_normal(len(roots))
