"""Where a posed face folds: strain of the skin across the lines that it tends to fold along, and how deep each line lies.

The pack's creases are one picture of four channels: broad folds that lie across the face, broad folds that stand upright, micro relief,
and the sharp lines that old skin has at the bottom of folds. A vertex has a direction across the folds of the first two. What skin does
there is read from the edges around it: how much shorter they have become, those across the lines counting most. Turning a head
changes no edge's length and so folds nothing. `bridge.wrinkles` has the same as Geometry Nodes.

    crease        (2, V, 3)   the pack's: direction across the lines, of length 1
    crease_reach  (V, 3)      the pack's: 1 / (mean weighted compression of the edges around a vertex at which lines are fully folded)
    crease_tight  (V, 3)      the pack's: the same of stretch, where a muscle under thin skin bunches what it stretches; else 0
    crease_rest   (V, 3)      the pack's: how deep lines lie in a face at rest that is as old as can be
    creases       (S, S, 4)   the pack's picture, uint8: FLAT is flat skin, 0 the bottom of a furrow, more than FLAT the bulge beside it;
                              of the last, less than FLAT are sharp lines in folds that lie, more than FLAT in folds that stand
"""

from functools import lru_cache

import numpy as np

from . import ageing
from .streams import stream

FLAT = 128                             # of the picture's bytes
FOCUS = 2                              # edges count by this power of the squared cosine between them and the direction
BLUR = 2                               # rounds of averaging with the neighbours
ONSET, BEND = 0.01, 1.25                # share of full compression at which a fold begins; how little of it comes at once
MOST = 1.25                            # deeper it does not get
SLACK = 0.06                           # share of full stretch that folds nothing where stretch folds: closing the eyes gently
RELAX = 0.35                           # of a line at rest, what skin smooths away that is stretched as much as it can be compressed
HABIT, WAVES, WAVE_M = 0.38, 7, (0.016, 0.05)  # how unlike people's lines are from place to place: how much, of how many waves, how long
FEWEST, DEEPEST = 0.35, 1.7            # between which that stays
EVEN = 0.3                             # the power of it that acts on folds: what an action folds it folds on everyone


def lines(person):
    """Return how deep lines lie in a person's face at rest, (V, 3) for the picture's channels, 1 being the picture's depth."""
    return person.pack.crease_rest.astype(float) * ageing.static_lines(person.identity) * habit(person)


def readiness(person):
    """Return how deep a person's skin folds where it is fully compressed, (V, 3) for the picture's channels."""
    return (person.pack.crease_reach > 0) * ageing.folding(person.identity) * habit(person) ** EVEN


def habit(person):
    """Return how deep a person's lines are compared with other people's, (V, 3), about 1: everyone has places of their own that crease."""
    return _habit(person.pack, person.identity.look.seed)


@lru_cache(maxsize=4)                  # it is asked for twice whenever a face is reshaped, which moves no line
def _habit(pack, seed):
    base, rng = pack.base.astype(float), stream(seed, "wrinkles")
    long, way, phase = rng.uniform(*WAVE_M, (WAVES, 3)), rng.normal(size=(WAVES, 3, 3)), rng.uniform(0, 2 * np.pi, (WAVES, 3))
    pace = 2 * np.pi * _unit(way) / long[..., None]
    waves = np.cos(np.einsum("vc,wkc->vwk", base, pace) + phase).sum(axis=1) * np.sqrt(2 / WAVES)
    out = np.clip(np.exp(HABIT * waves), FEWEST, DEEPEST)
    out.flags.writeable = False
    return out


def fold(person, posed):
    """Return how deep the picture's first three channels lie in a posed face; the fourth goes with the first two.

    person    core.face.Person
    posed     (V, 3) metres, the face's vertices; turned or moved as a whole gives the same
    returns   (V, 3) 0.., 1 being the picture's depth
    """
    pack = person.pack
    pressed = compression(np.asarray(person.base, float), np.asarray(posed, float), edges_of(pack.faces), pack.crease.astype(float),
                          pack.crease_reach.astype(float), pack.crease_tight.astype(float))
    return folded(pressed, lines(person), readiness(person))


def folded(pressed, at_rest, ready):
    """Return how deep lines lie (V, 3): those that are there at rest, and those that come as skin is compressed; see `compression`.

    A trace of an action shows already: the first compression folds more than the last.
    """
    over = np.clip(pressed - ONSET, 0, over_most())
    return at_rest * (1 - RELAX * np.clip(-pressed, 0, 1)) + ready * over / (over * eased() + BEND * eased())


def eased():
    """Return what makes of a bent curve one that is 1 at full compression."""
    return (1 - ONSET) / (1 - ONSET + BEND)


def over_most():
    """Return the compression beyond ONSET from where on a fold is MOST deep."""
    return MOST * eased() * BEND / (1 - MOST * eased())


def compression(rest, posed, edges, crease, reach, tight=0.0):
    """Return how much skin is compressed across its lines, (V, 3): 1 where they are fully folded, negative where it is stretched.

    rest, posed   (V, 3) metres
    edges         (E, 2) vertices
    crease, reach, tight   see the file's head
    """
    arms = rest[edges[:, 1]] - rest[edges[:, 0]]
    length = np.linalg.norm(arms, axis=1)
    shorter = 1 - np.linalg.norm(posed[edges[:, 1]] - posed[edges[:, 0]], axis=1) / length
    felt = to_points(weights(rest, edges, crease) * shorter[:, None], edges, len(rest))
    return blurred(felt * reach + np.maximum(-felt * tight - SLACK, 0), edges)


def weights(rest, edges, crease):
    """Return how much edges (E, 2) count for the three channels, (E, 3); arguments as in `compression`."""
    arms = _unit(rest[edges[:, 1]] - rest[edges[:, 0]])
    cosine = np.einsum("sek,ek->es", _unit(crease[:, edges].mean(axis=2)), arms)
    return np.concatenate([cosine ** (2 * FOCUS), np.ones((len(edges), 1))], axis=1)


def edges_of(faces):
    """Return the edges (E, 2) of faces (F, 4); a triangle repeats its last corner."""
    pairs = np.sort(np.stack([faces, np.roll(faces, -1, axis=1)], axis=2).reshape(-1, 2), axis=1)
    return np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)


def to_points(values, edges, count):
    """Return the mean over the edges of every vertex of values (E, C)."""
    ends, twice = edges.T.ravel(), np.concatenate([values, values])
    sums = np.stack([np.bincount(ends, column, count) for column in twice.T], axis=1)
    return sums / np.maximum(np.bincount(ends, minlength=count), 1)[:, None]


def blurred(values, edges):
    """Return values (V, C) averaged with those of their neighbours, BLUR times."""
    count = len(values)
    ends, others = edges.T.ravel(), edges[:, ::-1].T.ravel()
    share = 1 + np.bincount(ends, minlength=count)[:, None]
    for _ in range(BLUR):
        values = (values + np.stack([np.bincount(ends, column, count) for column in values[others].T], axis=1)) / share
    return values


def _unit(vectors):
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 0)
