"""Eyelids that meet: the closure of each eye, solved for each person, and what other AUs may still do to closed lids.

A raw blink shape crosses or leaves a slit on any face but the one it was made on. So the closure is solved: both lid
edges are laid on one line over the eyeball, nearer to the lower lid, and the skin around follows by the rings of the mesh.
At full closure every AU that moves the lids moves both edges alike, so they stay in contact whatever else the face does.
"""

from dataclasses import dataclass

import numpy as np

from .openings import Opening

LOWER_LID_SHARE = 0.10            # of the way that the lower lid comes up; the upper lid does the rest
SKIN = 0.0012                     # thickness of lid between eyeball and outer skin, metres
EDGE = 0.0006                     # clearance of the inner edge, over the cornea
OPENING_KEPT = 0.13               # of the open lids, by cheek raiser and lid tightener together
OVERLAP = 0.00015                 # by which the upper edge comes lower than the lower one: subdivided edges of unlike spacing leave no slit
RIDES = 0.00025                   # by which it lies before the lower one, over the tears
SKIN_RINGS = 12                   # rings 3..11 are the lid's skin over the eyeball
EDGE_RINGS = 3                    # rings 0..2 are the edge itself: inner, middle, front
STRETCHED = 10                    # the ring up to which the upper lid's skin is drawn smooth when it closes
SMOOTHNESS = 0.85                 # of its folds that are drawn out
CREASE, CREASE_AT = 0.0006, 0.62  # what is left of the fold above: a soft crease this deep, at this share of the way up
# What squeezing does to closed lids: skin slides towards the line (share of its way from edge to orbit) and lies in folds beside it
# ((place on that way, half width, metres), ...); the line itself comes down (metres). Upper lid, lower lid
BUNCHED, PRESSED_DOWN = (0.10, 0.12), 0.0008
FOLDS = (((0.26, 0.20, 0.0024), (0.54, 0.14, -0.0014), (0.80, 0.18, 0.0021)), ((0.30, 0.24, 0.0022), (0.64, 0.18, -0.0014)))
UP = np.array([0.0, 0.0, 1.0])
RIM = 0.0001                      # what the front of an open lid's edge keeps off the eyeball, metres
REACH = {"outward": 11, "inward": 7}


@dataclass(frozen=True, eq=False)
class Lid:
    """One eye's lid mesh: the opening, and what follows its edge."""

    opening: Opening
    vertices: np.ndarray          # (n,) every vertex that follows the edge
    column: np.ndarray            # (n,) the column each one follows
    falloff: np.ndarray           # (n,) how much it follows, 1 at the edge

    @property
    def rings(self):
        """The opening's rings (R, C)."""
        return self.opening.rings


def of_pack(pack, side):
    """Return the Lid of one eye of a pack, side "L" or "R"."""
    s = "LR".index(side)
    out, inward = pack.eye_rings[s], pack.eye_inward[s]
    columns = out.shape[1]
    pieces = [(ring, np.arange(columns), _fade(k, REACH["outward"])) for k, ring in enumerate(out)]
    pieces += [(ring, np.arange(columns), _fade(k + EDGE_RINGS - 1, REACH["inward"])) for k, ring in enumerate(inward) if k]
    return Lid(Opening(out, columns // 2), np.concatenate([v for v, _, _ in pieces]), np.concatenate([c for _, c, _ in pieces]).astype(int),
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
    out += _drawn(lid, base, base + out, eye)
    return out + over_eyeball(lid, base + out, eye)


def hold(lid, base, delta, share):
    """Return what keeps closed lids closed while another AU acts, (V, 3) metres: to be added at full closure.

    delta   (V, 3) that AU's displacement
    share   how much of the edges' common motion is left to it, 0..1
    """
    opening = lid.opening
    place, edge = opening.along(base, EDGE_RINGS - 1), delta[lid.rings[EDGE_RINGS - 1]]
    common = share * np.mean([opening.across(place, edge, columns) for columns in (opening.upper, opening.lower)], axis=0)
    out = np.zeros_like(delta)
    out[lid.vertices] = lid.falloff[:, None] * (common[lid.column] - delta[lid.vertices])
    return out


def squeeze(lid, points, eye, around):
    """Return what tight muscles do to closed lids, (V, 3) metres: both lids' skin is bunched in folds beside a line that is pressed down.

    lid     Lid
    points  (V, 3) the face with that eye closed
    eye     Eye of that side
    around  (V, 3) what the same muscles do to the skin around the eye
    """
    out = around.copy()
    out[lid.vertices] *= 1 - lid.falloff[:, None]
    place = lid.opening.along(points, EDGE_RINGS - 1)
    inside = np.clip(5 * place * (1 - place), 0, 1)
    out[lid.vertices] -= PRESSED_DOWN * UP * (lid.falloff * inside[lid.column])[:, None]
    for columns, share, folds in zip((lid.opening.upper, lid.opening.lower), BUNCHED, FOLDS):
        rings = lid.rings[EDGE_RINGS - 1:STRETCHED + 1][:, columns]
        out[rings] += inside[columns][:, None] * _bunched(points[rings], eye, share, folds)
    return out


def _bunched(skin, eye, share, folds):
    """Return how skin (R, C, 3) between a lid's edge and the orbit is bunched towards the edge, (R, C, 3)."""
    way = np.cumsum(np.linalg.norm(np.diff(skin, axis=0, prepend=skin[:1]), axis=-1), axis=0)
    t = (way / way[-1])[..., None]
    ahead, outward = np.gradient(skin, axis=0), skin - eye.centre
    ahead, outward = (field / np.linalg.norm(field, axis=-1, keepdims=True) for field in (ahead, outward))
    rise = 0.0
    for at, half, height in folds:
        bump = np.clip(1 - np.abs(t - at) / half, 0, 1)
        rise = rise + height * bump * bump * (3 - 2 * bump)
    return rise * outward - share * way[-1][..., None] * 4 * t * (1 - t) * ahead


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


def gap(lid, points, samples=15):
    """Return the signed gap between the lids, (samples,) metres from corner to corner: > 0 open, < 0 crossed.

    Measured at the front of the edge and at its middle, the smaller counts: it is what a camera would see through.
    """
    opening, place = lid.opening, np.linspace(0.06, 0.94, samples)
    side = points[lid.rings[2, opening.corner]] - points[lid.rings[2, 0]]
    up = np.cross(np.cross(side, UP), side)                       # upright within the plane of the corners
    here, heights = opening.along(points, EDGE_RINGS - 1), points[lid.rings[1:EDGE_RINGS]] @ (up / np.linalg.norm(up))
    upper, lower = ([np.interp(place, here[c], h[c]) for h in heights] for c in (opening.upper, opening.lower))
    return np.min(np.subtract(upper, lower), axis=0)


def _fade(ring, reach):
    return 0.5 + 0.5 * np.cos(np.pi * np.clip((ring - EDGE_RINGS + 1) / (reach - EDGE_RINGS + 1), 0, 1))


def _contact(lid, base, eye):
    """Where the edge rings lie when the eye is closed, (EDGE_RINGS, C, 3)."""
    opening, place = lid.opening, lid.opening.along(base, EDGE_RINGS - 1)
    arms = base[lid.rings[:EDGE_RINGS]] - eye.centre
    radius = np.linalg.norm(arms, axis=-1)
    front = arms[-1] / radius[-1][:, None]
    low, high = (opening.across(place, front, columns) for columns in (opening.lower, opening.upper))
    line = _arc(place, low + LOWER_LID_SHARE * (high - low), opening.corner)
    over = np.zeros(len(place))
    over[opening.upper] = (4 * place * (1 - place))[opening.upper]               # nothing at the corners
    line -= OVERLAP / eye.radius * over[:, None] * _unit(high - low)
    line = _unit(line)
    floors = np.array([0.0, eye.radius + EDGE, eye.radius + SKIN])
    depth = np.mean([opening.across(place, radius.T, columns) for columns in (opening.upper, opening.lower)], axis=0)
    return eye.centre + (np.maximum(depth.T, floors[:, None]) + RIDES * over)[..., None] * line


def _unit(rows):
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


def _arc(place, line, corner):
    """Return the smooth arc from corner to corner that lies closest to a line, (C, 3): closed lids have no kinks."""
    chord = line[0] + place[:, None] * (line[corner] - line[0])
    bow = 4 * place * (1 - place)
    return chord + bow[:, None] * (bow @ (line - chord)) / (bow @ bow)


def _drawn(lid, base, points, eye):
    """Return the displacement (V, 3) that draws the upper lid's skin out between its edge and the brow, on the way round the eye.

    Skin that hung over the open eye, the more the older it is, is what the closed lid is made of: it does not fold twice.
    """
    columns = lid.opening.upper
    rings = lid.rings[EDGE_RINGS - 1:STRETCHED + 1][:, columns]
    way = np.cumsum(np.linalg.norm(np.diff(base[rings], axis=0, prepend=base[rings[:1]]), axis=-1), axis=0)
    t = (way / way[-1])[..., None]
    arm = points[rings] - eye.centre
    far = np.linalg.norm(arm, axis=-1, keepdims=True)
    smooth = (1 - t) * arm[0] + t * arm[-1]
    high = (1 - t) * far[0] + t * far[-1] - CREASE * np.clip(1 - np.abs(t - CREASE_AT) / 0.25, 0, 1)
    smooth *= high / np.linalg.norm(smooth, axis=-1, keepdims=True)
    place = lid.opening.along(base, EDGE_RINGS - 1)[columns]
    out = np.zeros_like(points)
    out[rings] = (SMOOTHNESS * np.clip(6 * place * (1 - place), 0, 1))[:, None] * (smooth - arm)
    return out


def rim_over_eyeball(lid, points, eye):
    """Return the displacement (V, 3) that lays the lids' edges on the eyeball between the corners, where they would be within it.

    points   (V, 3) the face at rest; eye: Eye of that side
    """
    front = points[lid.rings[EDGE_RINGS - 1]]
    arm = front - eye.centre
    distance = np.linalg.norm(arm, axis=-1, keepdims=True)
    place = lid.opening.along(points, EDGE_RINGS - 1)[:, None]
    need = np.maximum(eye.radius + RIM - distance, 0.0) * np.clip(6 * place * (1 - place), 0, 1)
    out = np.zeros_like(points)
    out[lid.rings[:EDGE_RINGS]] = arm / distance * need
    return out


def over_eyeball(lid, points, eye, clearance=SKIN, crowds=(0.0,)):
    """Return the displacement (V, 3) that pushes lid skin out of the eyeball.

    points     (V, 3) the face as it is
    clearance  how far above the eyeball the skin is to lie, metres
    crowds     [(R, C, 3)] what else may move the lid's rings, one case each: the push is enough for all of them
    """
    rings = lid.rings[EDGE_RINGS:SKIN_RINGS]
    out, most = np.zeros_like(points), np.zeros(rings.shape)
    for crowd in crowds:
        arm = points[rings] + (crowd[EDGE_RINGS:SKIN_RINGS] if np.ndim(crowd) else crowd) - eye.centre
        distance = np.linalg.norm(arm, axis=-1)
        need = np.maximum(eye.radius + clearance - distance, 0.0)
        more = need > most
        out[rings[more]] = (arm / distance[..., None] * need[..., None])[more]
        most = np.maximum(most, need)
    return out
