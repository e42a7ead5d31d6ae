"""Cut the bust out of the body: head, neck and shoulders, ending in one clean curve.

The cut is a surface, not a selection of faces: quads that it crosses are clipped, and every new corner is a point on an
edge between two source vertices. So a bust vertex is always a blend of two source vertices, and any shape of the source
becomes a shape of the bust by the same blend.
"""

from dataclasses import dataclass

import numpy as np

CENTRE = np.array([0.0, -0.035, 0.0])     # of the cutting ellipsoid, from the neck joint, metres
RADII = np.array([0.215, 0.26, 0.145])
NEAR = 0.3                                # a corner this close to the cut (share of its edge) slides onto it: no slivers


@dataclass(frozen=True)
class Bust:
    """The kept mesh: each vertex is (1 - t) * source[i] + t * source[j]; faces repeat the last corner of a triangle."""

    i: np.ndarray          # (V,) source vertex
    j: np.ndarray          # (V,) source vertex
    t: np.ndarray          # (V,) share of j
    faces: np.ndarray      # (F, 4) bust vertices
    uv: np.ndarray         # (F, 4, 2) source UVs of the corners
    group: np.ndarray      # (F,) source group

    def blend(self, field):
        """Carry a field over all source vertices, (S, ...), to the bust's vertices, (V, ...)."""
        t = self.t.reshape((-1,) + (1,) * (np.ndim(field) - 1))
        return (1 - t) * field[self.i] + t * field[self.j]


def outside(points, neck):
    """Return how far points (V, 3) lie outside the bust: negative inside, 0 on the cut; everything above the neck is inside."""
    level = np.linalg.norm((points - neck - CENTRE) / RADII, axis=1) - 1.0
    return np.where(points[:, 2] > neck[2] + 0.05, -1.0, level)


def cut(mesh, average, neck, groups):
    """Clip the source mesh to the bust.

    mesh      SourceMesh
    average   (S, 3) the average adult, metres; where the cut is made
    neck      (3,) the neck joint, metres
    groups    names of the source groups to keep; only "body" is clipped
    returns   Bust
    """
    level = outside(average, neck)
    slide = _slides(mesh, level)
    chosen = np.flatnonzero(np.isin(mesh.group, groups))
    chosen = chosen[(level[mesh.faces[chosen]] < 0).any(axis=1) | (mesh.group[chosen] != "body")]
    corners, polygons = {}, []
    for f in chosen:
        ring = list(zip(mesh.faces[f].tolist(), mesh.uv[mesh.uv_faces[f]]))
        ring = _clip(ring, level, slide) if mesh.group[f] == "body" else [((v, v, 0.0), uv) for v, uv in ring]
        polygons += [(f, piece) for piece in _quads(ring)]
    for _, piece in polygons:
        for key, _ in piece:
            corners.setdefault(key, len(corners))
    return _pack(mesh, corners, polygons)


def _slides(mesh, level):
    """Map each vertex that lies close to the cut to the (neighbour, share) at which its edge meets the cut."""
    best = {}
    quads = mesh.faces[mesh.group == "body"]
    for a, b in zip(quads.ravel(), np.roll(quads, -1, axis=1).ravel()):
        for v, w in ((a, b), (b, a)):
            if level[v] * level[w] < 0:
                share = level[v] / (level[v] - level[w])
                if share < NEAR and share < best.get(v, (0, 1.0))[1]:
                    best[v] = (w, share)
    return best


def _clip(ring, level, slide):
    """Clip one face, [(vertex, uv)], to the inside; corners become (i, j, t) keys."""
    def sign(v):
        return 0 if v in slide else np.sign(level[v])

    out = []
    for (v, uv_v), (w, uv_w) in zip(ring, ring[1:] + ring[:1]):
        if sign(v) <= 0:
            out.append((_slid(v, slide), uv_v))
        if sign(v) * sign(w) < 0:
            low, high = min(v, w), max(v, w)
            t = level[low] / (level[low] - level[high])
            share = t if v == low else 1 - t
            out.append(((low, high, round(float(t), 9)), (1 - share) * uv_v + share * uv_w))
    inside = any(sign(v) < 0 for v, _ in ring)
    return out if inside and len(out) >= 3 else []


def _slid(v, slide):
    w, share = slide.get(v, (v, 0.0))
    return (v, int(w), round(float(share), 9))


def _quads(ring):
    """Split a clipped face into quads, and triangles that repeat their last corner."""
    if len(ring) < 3:
        return []
    if len(ring) == 3:
        return [ring + ring[-1:]]
    return [ring[:4]] + _quads([ring[0]] + ring[3:])


def _pack(mesh, corners, polygons):
    keys = list(corners)
    source_face = np.array([f for f, _ in polygons])
    return Bust(np.array([k[0] for k in keys]), np.array([k[1] for k in keys]), np.array([k[2] for k in keys]),
                np.array([[corners[k] for k, _ in piece] for _, piece in polygons]),
                np.array([[uv for _, uv in piece] for _, piece in polygons]), mesh.group[source_face])
