"""Where a posed face folds: strain of the skin across the lines that it tends to fold along, and how deep each line lies.

The pack's creases are one picture of three channels, grooves that do not cross within a channel: long lines that lie across the
face, lines that stand upright, and fine crumpling. A vertex has a direction across the lines of the first two. What skin does
there is read from the edges around it: how much shorter they have become, those across the lines counting most. Turning a head
changes no edge's length and so folds nothing. `bridge.wrinkles` has the same as Geometry Nodes.

    crease        (2, V, 3)   the pack's: direction across the lines, of length 1
    crease_reach  (V, 3)      the pack's: 1 / (mean weighted compression of the edges around a vertex at which lines are fully folded)
    crease_rest   (V, 3)      the pack's: how deep lines lie in a face at rest that is as old as can be
    creases       (S, S, 3)   the pack's picture, uint8: FLAT is flat skin, 0 the bottom of a groove
"""

import numpy as np

from . import ageing

FLAT = 128                             # of the picture's bytes
FOCUS = 2                              # edges count by this power of the squared cosine between them and the direction
BLUR = 2                               # rounds of averaging with the neighbours
FOLDED = (0.12, 0.85)                  # share of full compression at which a fold begins and at which it is 1
MOST = 1.25                            # deeper it does not get
RELAX = 0.35                           # of a line at rest, what skin smooths away that is stretched as much as it can be compressed


def lines(person):
    """Return how deep lines lie in a person's face at rest, (V, 3) for the picture's channels, 1 being the picture's depth."""
    return person.pack.crease_rest.astype(float) * ageing.static_lines(person.identity)


def readiness(person):
    """Return how deep a person's skin folds where it is fully compressed, (V, 3) for the picture's channels."""
    return (person.pack.crease_reach > 0) * ageing.folding(person.identity)


def fold(person, posed):
    """Return how deep the picture's three channels lie in a posed face.

    person    core.face.Person
    posed     (V, 3) metres, the face's vertices; turned or moved as a whole gives the same
    returns   (V, 3) 0.., 1 being the picture's depth
    """
    pack = person.pack
    pressed = compression(np.asarray(person.base, float), np.asarray(posed, float), edges_of(pack.faces), pack.crease.astype(float),
                          pack.crease_reach.astype(float))
    return folded(pressed, lines(person), readiness(person))


def folded(pressed, at_rest, ready):
    """Return how deep lines lie (V, 3): those that are there at rest, and those that come as skin is compressed; see `compression`."""
    low, high = FOLDED
    deep = np.clip((pressed - low) / (high - low), 0, MOST)
    return at_rest * (1 - RELAX * np.clip(-pressed, 0, 1)) + ready * deep


def compression(rest, posed, edges, crease, reach):
    """Return how much skin is compressed across its lines, (V, 3): 1 where they are fully folded, negative where it is stretched.

    rest, posed   (V, 3) metres
    edges         (E, 2) vertices
    crease, reach   see the file's head
    """
    arms = rest[edges[:, 1]] - rest[edges[:, 0]]
    length = np.linalg.norm(arms, axis=1)
    shorter = 1 - np.linalg.norm(posed[edges[:, 1]] - posed[edges[:, 0]], axis=1) / length
    return blurred(to_points(weights(rest, edges, crease) * shorter[:, None], edges, len(rest)) * reach, edges)


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
