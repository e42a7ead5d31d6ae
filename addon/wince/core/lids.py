"""Eyelids that meet: the closure of each eye, solved for each person, and what other AUs may still do to closed lids.

A raw blink shape crosses or leaves a slit on any face but the one it was made on. So the closure is solved: both lid
edges are laid on one line over the eyeball, nearer to the lower lid, and the skin around follows by the rings of the mesh.
At full closure every AU that moves the lids moves both edges alike, so they stay in contact whatever else the face does.
"""

from dataclasses import dataclass

import numpy as np

LOWER_LID_SHARE = 0.10            # of the way that the lower lid comes up; the upper lid does the rest
SKIN = 0.0012                     # thickness of lid between eyeball and outer skin, metres
EDGE = 0.0006                     # clearance of the inner edge, over the cornea
OPENING_KEPT = 0.35               # of the open lids, by cheek raiser and lid tightener together
EDGE_RINGS = 3                    # rings 0..2 are the edge itself: inner, middle, front
REACH = {"outward": 11, "inward": 7}


@dataclass(frozen=True, eq=False)
class Lid:
    """One eye's lid mesh: rings of vertices, and how far along the eye each column stands."""

    rings: np.ndarray             # (R, C) outward from the edge
    vertices: np.ndarray          # (n,) every vertex that follows the edge
    column: np.ndarray            # (n,) the column each one follows
    falloff: np.ndarray           # (n,) how much it follows, 1 at the edge

    @property
    def half(self):
        """The column of the outer corner."""
        return self.rings.shape[1] // 2

    @property
    def upper(self):
        """Columns of the upper lid, corner to corner."""
        return np.arange(self.half + 1)

    @property
    def lower(self):
        """Columns of the lower lid, corner to corner."""
        return np.concatenate([[0], np.arange(self.rings.shape[1] - 1, self.half - 1, -1)])


def of_pack(pack, side):
    """Return the Lid of one eye of a pack, side "L" or "R"."""
    s = "LR".index(side)
    out, inward = pack.eye_rings[s], pack.eye_inward[s]
    columns = out.shape[1]
    lashes = np.flatnonzero((pack.lash_columns >= s * columns) & (pack.lash_columns < (s + 1) * columns))
    pieces = [(ring, np.arange(columns), _fade(k, REACH["outward"])) for k, ring in enumerate(out)]
    pieces += [(ring, np.arange(columns), _fade(k + EDGE_RINGS - 1, REACH["inward"])) for k, ring in enumerate(inward) if k]
    pieces += [(lashes, pack.lash_columns[lashes] - s * columns, 1.0)]
    return Lid(out, np.concatenate([v for v, _, _ in pieces]), np.concatenate([c for _, c, _ in pieces]).astype(int),
               np.concatenate([np.full(len(v), f) for v, _, f in pieces]))


def close(lid, base, eye, raw):
    """Return the closure of one eye, (V, 3) metres at full.

    lid   Lid
    base  (V, 3) the person's neutral face
    eye   Eye of that side
    raw   (V, 3) the source's blink, which says how the skin around slides
    """
    follow = _contact(lid, base, eye) - base[lid.rings[:EDGE_RINGS]] - raw[lid.rings[:EDGE_RINGS]]
    out = raw.copy()
    out[lid.vertices] += lid.falloff[:, None] * follow[-1][lid.column]
    out[lid.rings[:EDGE_RINGS]] = raw[lid.rings[:EDGE_RINGS]] + follow
    return _over_eyeball(lid, base, eye, out)


def hold(lid, base, delta, share):
    """Return what keeps closed lids closed while another AU acts, (V, 3) metres: to be added at full closure.

    delta   (V, 3) that AU's displacement
    share   how much of the edges' common motion is left to it, 0..1
    """
    place = along(lid, base)
    edge = delta[lid.rings[EDGE_RINGS - 1]]
    common = np.zeros_like(edge)
    for axis in range(3):
        both = [np.interp(place, place[columns], edge[columns, axis]) for columns in (lid.upper, lid.lower)]
        common[:, axis] = share * np.mean(both, axis=0)
    out = np.zeros_like(delta)
    out[lid.vertices] = lid.falloff[:, None] * (common[lid.column] - delta[lid.vertices])
    return out


def soften(lid, base, deltas):
    """Scale what several AUs together do to the lids so that the eye stays open by OPENING_KEPT.

    deltas   [(V, 3)] displacements at full that may act at once
    returns  [(V, 3)] the same, less at the lids where they would close or cross them
    """
    open_by = gap(lid, base)
    closing = open_by - gap(lid, base + sum(deltas))
    room = (1 - OPENING_KEPT) * open_by
    factor = np.min(np.where(closing > room, room / np.maximum(closing, 1e-9), 1.0)[2:-2], initial=1.0)
    fade = np.zeros(len(base))
    fade[lid.vertices] = lid.falloff
    return [delta * (1 - (1 - factor) * fade)[:, None] for delta in deltas]


def along(lid, points):
    """Return where each column stands from the inner corner (0) to the outer (1), (C,)."""
    edge = points[lid.rings[EDGE_RINGS - 1]]
    axis = edge[lid.half] - edge[0]
    place = (edge - edge[0]) @ axis / (axis @ axis)
    for columns in (lid.upper, lid.lower):
        place[columns] = np.maximum.accumulate(np.clip(place[columns], 0, 1))
    return place


def gap(lid, points, samples=15):
    """Return the signed gap between the lids, (samples,) metres from corner to corner: > 0 open, < 0 crossed.

    Measured at the front of the edge and at its middle, the smaller counts: it is what a camera would see through.
    """
    up = points[lid.rings[2, lid.half // 2]] - points[lid.rings[2, -(lid.half // 2)]]
    side = points[lid.rings[2, lid.half]] - points[lid.rings[2, 0]]
    up = np.cross(np.cross(side, [0.0, 0.0, 1.0] if abs(up[2]) < 1e-9 else up * np.sign(up[2])), side)
    up /= np.linalg.norm(up)
    place = np.linspace(0.06, 0.94, samples)
    here = along(lid, points)
    heights = points[lid.rings[1:EDGE_RINGS]] @ up
    gaps = [np.interp(place, here[lid.upper], h[lid.upper]) - np.interp(place, here[lid.lower], h[lid.lower]) for h in heights]
    return np.min(gaps, axis=0)


def _fade(ring, reach):
    return 0.5 + 0.5 * np.cos(np.pi * np.clip((ring - EDGE_RINGS + 1) / (reach - EDGE_RINGS + 1), 0, 1))


def _contact(lid, base, eye):
    """Where the edge rings lie when the eye is closed, (EDGE_RINGS, C, 3)."""
    place = along(lid, base)
    arms = base[lid.rings[:EDGE_RINGS]] - eye.centre
    radius = np.linalg.norm(arms, axis=-1)
    front = arms[-1] / radius[-1][:, None]

    def across(field, columns):
        return np.stack([np.interp(place, place[columns], f) for f in field[columns].T], axis=1)

    line = across(front, lid.lower) * (1 - LOWER_LID_SHARE) + across(front, lid.upper) * LOWER_LID_SHARE
    line /= np.linalg.norm(line, axis=1, keepdims=True)
    floors = (0.0, eye.radius + EDGE, eye.radius + SKIN)
    depth = [np.maximum((across(r[:, None], lid.upper) + across(r[:, None], lid.lower))[:, 0] / 2, f) for r, f in zip(radius, floors)]
    return eye.centre + np.array(depth)[..., None] * line


def _over_eyeball(lid, base, eye, delta):
    """Push closed skin that would lie inside the eyeball out to its surface."""
    out = delta.copy()
    for ring in lid.rings[EDGE_RINGS:9]:
        arm = base[ring] + out[ring] - eye.centre
        distance = np.linalg.norm(arm, axis=1, keepdims=True)
        out[ring] += arm / distance * np.maximum(eye.radius + SKIN - distance, 0.0)
    return out
