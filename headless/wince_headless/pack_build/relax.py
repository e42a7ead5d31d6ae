"""Skin that is not squeezed to nothing: displacements eased until every edge keeps a share of its length, on everybody.

An action unit is one displacement for all faces, but its edges are long on one face and short on another: what is a fold on the
average nose turns a small nose's triangles over. So a shape is looked at on a crowd of drawn people at once, and the ends of an
edge that any of them would squeeze too far are pushed apart (projected Jacobi on distance constraints, as in position based
dynamics: Mueller et al. 2007, one-sided and in displacements).
"""

import numpy as np

from . import topology

ROUNDS = 240


class Struts:
    """Edges and diagonals of the skin, on a crowd.

    bases   (N, V, 3) metres, the average adult first
    faces   (F, 4) quads of the skin
    held    (V,) bool: vertices whose edges are none of our business (lids are solved for each person)
    """

    def __init__(self, bases, faces, held):
        quads = faces[faces[:, 2] != faces[:, 3]]
        pairs = np.concatenate([topology.edges(faces), quads[:, [0, 2]], quads[:, [1, 3]]])
        self._ends = np.unique(np.sort(pairs[~held[pairs].any(axis=1)], axis=1), axis=0)
        a, b = self._ends.T
        self._arm = bases[:, b] - bases[:, a]
        self._square = (self._arm ** 2).sum(axis=-1)
        self._shortest = np.sqrt(self._square.min(axis=0))

    def eased(self, delta, least, alone=False):
        """Return a displacement (V, 3) in which no strut keeps less than a share of its length.

        delta   (V, 3) metres
        least   share 0..1 of its own length that a strut keeps, measured along itself
        alone   look at the average adult only
        """
        out = delta.copy()
        people = 1 if alone else len(self._arm)
        for _ in range(ROUNDS):
            tight, push = self._tight(out, least, people)
            if not len(tight):
                break
            out += _shared(push, self._ends[tight], len(out))
        return out

    def _tight(self, delta, least, people):
        """Return the struts that are too short on somebody and how far their second ends have to move, (n,), (n, 3)."""
        a, b = self._ends.T
        way = delta[b] - delta[a]
        near = np.flatnonzero((way ** 2).sum(axis=1) > ((1 - least) * self._shortest) ** 2)
        kept = 1 + np.einsum("nek,ek->ne", self._arm[:people, near], way[near]) / self._square[:people, near]
        worst = kept.argmin(axis=0)
        lack = least - kept[worst, np.arange(len(near))]
        short = lack > 1e-4
        return near[short], self._arm[worst[short], near[short]] * lack[short, None]


def _shared(push, ends, count):
    """Return what pushes (n, 3) on struts' second ends, half of it on each end, move each vertex: the mean of those that meet there."""
    out, met = np.zeros((count, 3)), np.ones(count)
    for end, sign in ((ends[:, 0], -0.5), (ends[:, 1], 0.5)):
        np.add.at(out, end, sign * push)
        np.add.at(met, end, 0.5)
    return out / met[:, None]
