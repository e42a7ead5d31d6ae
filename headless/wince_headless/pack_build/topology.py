"""Loops, rings and charts of a quad mesh: the structure that anatomy is read from."""

import numpy as np


def edges(faces):
    """Return the directed edges (E, 2) of faces (F, 4); triangles repeat their last corner."""
    pairs = np.stack([faces, np.roll(faces, -1, axis=1)], axis=-1).reshape(-1, 2)
    return pairs[pairs[:, 0] != pairs[:, 1]]


def charts(corners):
    """Label faces by connectivity: corners (F, 4) of welded node indices -> (F,) label, the lowest face of each chart."""
    label = np.arange(corners.max() + 1)
    while True:
        low = label[corners].min(axis=1)
        before = label.copy()
        np.minimum.at(label, corners, low[:, None])
        label = label[label]
        if np.array_equal(before, label):
            return label[corners[:, 0]]


def boundary_loops(faces):
    """Return the boundary loops of a patch, longest first, each an array of vertices in face order."""
    directed = edges(faces)
    undirected = np.sort(directed, axis=1)
    _, inverse, count = np.unique(undirected, axis=0, return_inverse=True, return_counts=True)
    after = dict(directed[count[inverse.ravel()] == 1].tolist())
    loops = []
    while after:
        first, second = after.popitem()
        loop = [first]
        while second != first:
            loop.append(second)
            second = after.pop(second)
        loops.append(np.array(loop))
    return sorted(loops, key=len, reverse=True)


def rings(faces, loop, count):
    """Walk outward from a boundary loop through strips of quads.

    faces    (F, 4) quads of the patch
    loop     (C,) vertices of one of its boundary loops
    count    how many rings to collect, the loop included
    returns  (R, C) vertices; column c runs outward from loop[c]; R <= count, fewer where the strips stop being regular
    """
    across = {}
    for quad in faces.tolist():
        for k in range(4):
            a, b, c, d = (quad[(k + i) % 4] for i in range(4))
            across[a, b] = (d, c)
    loop = np.asarray(loop)
    if (loop[0], loop[1]) not in across:                       # the loop runs the other way round in this patch
        return rings(faces, loop[::-1], count)[:, ::-1]
    found, used = [loop], set(loop.tolist())
    while len(found) < count:
        ring = found[-1].tolist()
        steps = [across.get(pair) for pair in zip(ring, ring[1:] + ring[:1])]
        if None in steps or any(s[1] != n[0] for s, n in zip(steps, steps[1:] + steps[:1])) or used & {s[0] for s in steps}:
            break
        found.append(np.array([s[0] for s in steps]))
        used |= set(found[-1].tolist())
    return np.array(found)
