"""Action units with force: what muscles add to the source's mild shapes, by rule.

A row of ACTIONS says how much of the source's shape stays, where it is held still, and what pulls on top of it. A pull is a band of
skin, a polyline across the face seen from the front, whose points are dragged along the muscle by so many millimetres; around it
the drag fades with the distance. Skin slides over the skull: every drag is laid into the tangent plane of the smoothed face.
Where the sliding compresses the skin it has to go somewhere: it rises along the normal by the compression times FOLD. Lids turn
about their eyeball, and the upper lip is lifted by a profile from corner to corner. All numbers are ours, chosen so that the
average adult meets `wince_headless.au_bands`; none is taken from another rig.
"""

import itertools
from dataclasses import dataclass, field

import numpy as np

from wince.core import lids
from wince.core.facs.table import NUMBER_OF, keys_of, side_of
from wince.core.openings import Opening

from . import relax, topology

FOLD = 4.0                          # millimetres that skin rises where it is compressed to nothing
MOST_FOLD = 2.5                     # and never more than this
SMOOTHING = 6                       # rounds over the mesh's edges that make the skull's plane out of the skin's
SEAM = 8.0                          # half width of the blend between left and right, mm
DEEP = 75.0                         # how far behind the nose tip a pull still holds, mm
SQUEEZED = 0.6                      # the least share of its length that an edge of the average adult's skin keeps
MIRRORED = 0.2                      # a vertex this close to another's mirror image is its partner, mm
LIP_RINGS, LIP_INWARD = 9, 4        # rings that follow the lip's edge outward and into the mouth


@dataclass(frozen=True)
class Action:
    """How one AU is shaped; x, z are millimetres from between the eyes on the left half, z up.

    gain    of the source's shape
    extra   {source shape: gain} that joins it; "{side}" as in the AU table
    still   ((x, z, radius x, radius z, share taken away), ...) where the source's shape is held
    pulls   ((radius, ((x, z, dx, dz), ...)), ...) drags along polylines
    press   ((x, z, radius x, radius z, mm), ...) outward along the normal, inward where negative
    lids    (upper, lower) millimetres that the middles of the lids' edges go up
    lip     ((place, mm up), ...) of the upper lip's edge, place 0 at the middle, 1 at the corner; lower: the same of the lower lip's
    """

    gain: float = 1.0
    extra: dict = field(default_factory=dict)
    still: tuple = ()
    pulls: tuple = ()
    press: tuple = ()
    lids: tuple = ()
    lip: tuple = ()
    lower: tuple = ()


ACTIONS = {
    # frontalis: the inner brow goes straight up, the skin of the middle forehead is bunched above it
    1: Action(1.3, pulls=((15, ((0, 13, 0, 2.0), (13, 13, 0, 2.4), (21, 16, 0, 1.8))),)),
    2: Action(1.3, pulls=((14, ((30, 19, 0, 2.6), (40, 18, 0, 1.8), (53, 11, 0, -1.4))),)),
    # corrugator draws the brow to the middle, depressors down: its arch is flattened; its belly stands out beside the furrow over the
    # nose's root, and the skin under the brow hangs over the lid
    4: Action(0.85, still=((36, 20, 20, 18, 0.45), (58, 10, 22, 18, 0.9)), pulls=(
        (13, ((11, 11, -3.9, -1.6), (19, 14, -3.7, -1.0), (31, 19, -1.4, -2.1), (42, 19, -0.6, -1.8), (51, 14, -0.2, -0.7))),),
              press=((12, 13, 7, 11, 3.6), (2, 13, 5, 12, -2.4), (22, 20, 6, 9, -1.0))),
    5: Action(1.0),
    # orbicularis, outer ring: the cheek's mass goes up against the lid, a furrow is left between; crow's feet drawn in
    6: Action(0.9, still=((52, -52, 24, 22, 0.7), (46, 0, 9, 9, 0.5)), lids=(0.0, 1.4), pulls=(
        (15, ((61, 5, -1.8, 0.0), (61, -8, -2.0, 0.9))), (15, ((24, -24, 0.4, 1.0), (40, -27, 0, 1.2))),
        (11, ((41, 17, -0.2, -1.2), (52, 12, -0.4, -0.8)))),
              press=((38, -28, 25, 18, 5.8), (33, -12, 19, 6, -2.2), (31, -7, 14, 4, 1.2), (25, -46, 6, 12, -2.0),
                     (47, -54, 14, 12, -1.4))),
    # orbicularis, inner ring: the lids alone; the lower one is a taut roll over a fine furrow
    7: Action(0.0, lids=(-2.3, 7.2), pulls=((8, ((45, -2, -0.8, 0.2), (46, -6, -0.8, 0.4))),),
              press=((30, -7, 14, 4.5, 1.9), (30, -13, 15, 4, -1.7))),
    # levator labii superioris alaeque nasi: wing and side of the nose up to the root, where procerus meets it from above
    9: Action(0.75, {"mouthUpperUp{side}": 0.5}, still=((0, -38, 11, 14, 1.0),), pulls=(
        (9, ((17, -38, 1.8, 4.4), (12, -28, -0.3, 4.8), (9, -17, -0.8, 3.8))), (10, ((0, 8, 0, -2.7), (9, 9, -1.0, -2.2)))),
              press=((0, 2, 9, 5, 1.8), (0, -8, 6, 5, -0.9), (8, -6, 4, 4, -1.4), (10, -14, 5, 6, 2.6), (21, -32, 5, 7, -2.2),
                     (22, -46, 5, 10, -3.0), (29, -34, 9, 9, 2.4), (17, -38, 5, 5, 1.2)), lower=((0.0, 0.8), (0.6, 0.5), (1.0, 0.0))),
    # levator labii superioris: the lip goes up as a bent line, the furrow beside the nose is cut deeper
    10: Action(1.2, lip=((0.0, 3.1), (0.25, 3.8), (0.5, 4.3), (0.75, 1.6), (1.0, 0.0)), pulls=(
        (11, ((18, -42, 0.6, 2.6), (26, -40, 0.6, 3.0), (34, -38, 0.5, 2.6))), (10, ((-9, -55, 0, 2.6), (9, -55, 0, 2.6)))),
               press=((32, -40, 10, 10, 3.4), (24, -50, 5, 12, -3.6), (0, -52, 14, 8, -1.2))),
    # zygomaticus major; the source's lips would run through one another
    12: Action(0.8, lip=((0.0, -0.6), (0.3, -0.4), (0.6, 0.1), (1.0, 0.0)),
               lower=((0.0, -3.2), (0.3, -2.3), (0.6, -0.9), (1.0, 0.0))),
    15: Action(1.0),
    17: Action(0.9, pulls=((19, ((-8, -90, 0, 5.0), (8, -90, 0, 5.0))),), press=((0, -88, 14, 10, 2.0),),
               lip=((0.0, 1.4), (0.6, 0.9), (1.0, 0.0)), lower=((0.0, -0.9), (0.6, -0.6), (1.0, 0.0))),
    25: Action(1.0, lip=((0.0, 0.6), (0.5, 1.0), (0.8, 0.5), (1.0, 0.0)), lower=((0.0, -3.6), (0.5, -3.1), (0.8, -1.2), (1.0, 0.0))),
    26: Action(1.0),
    # the jaw glides forward as it turns; the stretched upper lip is drawn up off the teeth, the cheeks are hollowed between the jaws
    27: Action(1.09, {"jawForward": 0.45}, lip=((0.0, 4.8), (0.4, 5.2), (0.8, 3.0), (1.0, 0.0)),
               lower=((0.0, 0.0), (0.4, -2.0), (0.7, -2.6), (1.0, 0.0)),
               press=((48, -60, 17, 22, -3.0),)),
    20: Action(1.15, pulls=((24, ((20, -68, 0.4, 1.6), (30, -69, 0.4, 1.6))),)),
}

# what squeezing the eyes shut does around the lids, beyond 6 and 7 and 43: the brow is drawn onto the lid, the outer corner inward
SQUEEZE = Action(0.0, pulls=((15, ((14, 14, -0.8, -2.4), (30, 18, -0.5, -3.6), (44, 18, -0.4, -2.6), (53, 12, -0.6, -1.0))),
                             (14, ((59, 0, -2.2, 0.0),)), (10, ((24, -21, 0.0, 1.3), (40, -21, -0.3, 1.6)))),
                 press=((30, 11, 20, 6, 0.8), (32, -21, 17, 7, 0.8)))


class Skin:
    """The average adult as muscles see it.

    points   (V, 3) metres; faces (F, 4) of the skin
    origin   (3,) between the eyes in x and z, the nose tip in y
    rings    what `lids.of_pack` reads: eye_rings, eye_inward; mouth_rings, mouth_corner
    inward   rings of the mouth running inwards, (R, C)
    crowd    [(V, 3)] the faces of drawn people
    """

    def __init__(self, points, faces, origin, rings, inward, crowd=()):
        self.points, self.faces = points, faces
        self.edges = topology.edges(faces)
        x, depth, z = ((points - origin) * 1000).T
        self.x, self.z = x, z
        on = np.zeros(len(points))
        on[faces] = 1.0
        self.on = on * np.clip((DEEP + 10 - depth) / 10, 0, 1)
        self.normal = self._smooth_normals()
        self.lids = {side: lids.of_pack(rings, side) for side in "LR"}
        self.eyes = rings.eye_centres
        self.mouth, self._inward = Opening(rings.mouth_rings, int(rings.mouth_corner)), inward
        self.struts = relax.Struts(np.stack([points, *crowd]), faces, self._lid_edges())
        self.not_upper, self.not_lower = (self._off_lip(columns) for columns in (self.mouth.upper, self.mouth.lower))

    def shape(self, key, source):
        """Return what an AU row of the rig does, (V, 3) metres.

        key      the row's key, "AU09.L"
        source   callable: name of a source shape -> (V, 3) on this side
        """
        action = ACTIONS.get(NUMBER_OF[key])
        return source(None) if action is None else self._acted(key, action, source)

    def squeezes(self):
        """Return {"squeeze.L": (V, 3), ...}: what squeezing shut eyes does to the skin around them, metres; see `core.lids.squeeze`."""
        nothing = np.zeros_like(self.points)
        return {f"squeeze.{side}": self._acted(f"AU43.{side}", SQUEEZE, lambda _: nothing.copy()) for side in "LR"}

    def _acted(self, key, action, source):
        keep = 1 - self._sided(key, lambda s: self._spots(action.still, s))
        out = action.gain * source(None) * keep[:, None]
        for name, gain in action.extra.items():
            out += gain * source(name)
        drag = self._sided(key, lambda s: self._drag(action.pulls, s))
        drag += self._sided(key, lambda s: self.normal * self._spots(action.press, s, add=True)[:, None])
        slide = out + drag / 1000
        risen = slide + self._fold(slide) if action.pulls else slide
        moved = self._settle(risen, out) + self._lid(key, action.lids) + self._lip(key, action.lip, self.mouth.upper)
        moved += self._lip(key, action.lower, self.mouth.lower)
        return self.struts.eased(moved, SQUEEZED, alone=True)

    def symmetric(self, shapes):
        """Return AU rows {key: (V, 3)} with left and right made each other's mirror images; the source's are so within a millimetre."""
        there, pairs = self._mirror()
        out = dict(shapes)
        for number in ACTIONS:
            keys = keys_of(number)
            for key, other in zip(keys, keys[::-1]):
                out[key] = shapes[key].copy()
                out[key][there] = (shapes[key][there] + shapes[other][pairs] * [-1, 1, 1]) / 2
        return out

    def parted(self, key, upper, lower):
        """Return what moves both lips' edges by profiles as in Action, on the side of an AU row, (V, 3) metres."""
        return self._lip(key, upper, self.mouth.upper) + self._lip(key, lower, self.mouth.lower)

    def _mirror(self):
        """Return (vertices that have a mirror image, their images)."""
        image = np.empty(len(self.x), dtype=int)
        for start in range(0, len(image), 500):
            block = self.points[start:start + 500] * [-1, 1, 1]
            image[start:start + 500] = ((block[:, None] - self.points) ** 2).sum(axis=-1).argmin(axis=1)
        off = np.linalg.norm(self.points[image] * [-1, 1, 1] - self.points, axis=1)
        there = np.flatnonzero((off < MIRRORED / 1000) & (image[image] == np.arange(len(image))))
        return there, image[there]

    def half(self, side):
        """Return the blend (V,) of one side, "L" or "R": 1 there, 0 beyond the seam, the two adding up to 1."""
        t = np.clip((self.x * (1 if side == "L" else -1) + SEAM) / (2 * SEAM), 0, 1)
        return t * t * (3 - 2 * t)

    def _sided(self, key, make):
        """Evaluate a field on the sides of an AU and blend them across the midline."""
        out = 0.0
        for side, sign in (("L", 1.0), ("R", -1.0)):
            if side_of(key) in (side, "B"):
                made = make(sign)
                out = out + made * (self.half(side) if made.ndim == 1 else self.half(side)[:, None])
        return out

    def _spots(self, rows, sign, add=False):
        out = np.zeros(len(self.x))
        for x, z, rx, rz, value in rows:
            bump = value * _bump(np.hypot((self.x * sign - x) / rx, (self.z - z) / rz))
            out = out + bump if add else np.maximum(out, bump)
        return out * self.on

    def _drag(self, pulls, sign):
        """Return the drag of all bands, (V, 3) millimetres in the skin's plane; where bands overlap they share the skin."""
        total, weight = np.zeros((len(self.x), 2)), np.zeros(len(self.x))
        here = np.stack([self.x * sign, self.z], axis=1)
        for radius, points in pulls:
            away, value = _along(here, np.array(points, dtype=float))
            w = _bump(away / radius) * self.on * self._lip_side(points)
            total, weight = total + w[:, None] * value, weight + w
        total /= np.maximum(weight, 1.0)[:, None]
        flat = np.stack([total[:, 0] * sign, np.zeros(len(total)), total[:, 1]], axis=1)
        return flat - (flat * self.normal).sum(axis=1, keepdims=True) * self.normal

    def _lid_edges(self):
        """Tell which vertices (V,) are the lids' edges, which are solved for each person."""
        held = np.zeros(len(self.x), dtype=bool)
        for lid in self.lids.values():
            held[lid.rings[:lids.EDGE_RINGS + 1]] = True
        return held

    def _lip_side(self, points):
        """A band above the mouth's corner does not take the lower lip along, one below it not the upper."""
        heights = np.array(points)[:, 1]
        return self.not_lower if heights.min() > -66 else self.not_upper if heights.max() < -71 else 1.0

    def _fold(self, slide):
        """Return how compressed skin rises along the normal, (V, 3) metres."""
        plane = slide - (slide * self.normal).sum(axis=1, keepdims=True) * self.normal
        squeeze = self._smooth(np.maximum(-self._divergence(plane), 0.0), 1)
        rise = np.minimum(FOLD * squeeze, MOST_FOLD) / 1000 * self.on * self._off_openings()
        return self.normal * rise[:, None]

    def _divergence(self, flow):
        """Return the share by which the skin around each vertex grows, (V,), from how its edges do."""
        a, b = self.edges.T
        arm = self.points[b] - self.points[a]
        grown = ((flow[b] - flow[a]) * arm).sum(axis=1)
        top, bottom = np.zeros(len(self.x)), np.zeros(len(self.x))
        for end in (a, b):
            np.add.at(top, end, 2 * grown)
            np.add.at(bottom, end, (arm ** 2).sum(axis=1))
        return top / np.maximum(bottom, 1e-12)

    def _smooth(self, value, rounds):
        a, b = self.edges.T
        count = np.bincount(np.concatenate([a, b]), minlength=len(self.x)) + 1
        for _ in range(rounds):
            total = value.copy()
            np.add.at(total, a, value[b])
            np.add.at(total, b, value[a])
            value = (total.T / count).T
        return value

    def _smooth_normals(self):
        q = self.points[self.faces]
        face = np.cross(q[:, 2] - q[:, 0], q[:, 3] - q[:, 1])
        normal = np.zeros_like(self.points)
        for k in range(4):
            np.add.at(normal, self.faces[:, k], face)
        length = np.linalg.norm(normal, axis=1, keepdims=True)
        normal = self._smooth(normal / np.maximum(length, 1e-12), SMOOTHING)
        return normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)

    def _off_openings(self):
        out = np.ones(len(self.x))
        for opening in (self.mouth, *(lid.opening for lid in self.lids.values())):
            for k, ring in enumerate(opening.rings[:6]):
                out[ring] = np.minimum(out[ring], k / 6)
        return out

    def _off_lip(self, columns):
        """Return 0 on one lip's rings, 1 elsewhere, blended towards the corners."""
        out = np.ones(len(self.x))
        place = np.linspace(0, 1, len(columns))
        blend = 1 - np.clip(np.minimum(place, 1 - place) / 0.25, 0, 1)
        for k, ring in enumerate(self.mouth.rings[:LIP_RINGS]):
            out[ring[columns]] = np.minimum(out[ring[columns]], blend + (1 - blend) * np.clip((k - 4) / 4, 0, 1))
        return out

    def _settle(self, field_, out):
        """Let what runs into the mouth follow the lip's edge as far as muscles, not the source, moved that."""
        more = field_ - out
        for k, ring in enumerate(self._inward[:LIP_INWARD]):
            if k:
                field_[ring] = out[ring] + more[self._inward[0]] * (1 - k / LIP_INWARD)
        return field_

    def _lid(self, key, amounts):
        """Turn the lids about the eyeball, (V, 3) metres: most in the middle of each lid, fading from the edge outwards."""
        out = np.zeros_like(self.points)
        if not amounts:
            return out
        side = side_of(key)
        lid = self.lids[side]
        place = lid.opening.along(self.points, lids.EDGE_RINGS - 1)
        bow = np.sin(np.pi * place) ** 1.5
        height = np.zeros(len(place))
        for columns, amount in zip((lid.opening.upper, lid.opening.lower), amounts):
            height[columns] = amount * bow[columns] / 1000
        arm = self.points[lid.vertices] - self.eyes[side]
        up = np.cross(np.broadcast_to([1.0, 0.0, 0.0], arm.shape), -arm)
        up *= np.sign(up[:, 2:]) / np.maximum(np.linalg.norm(up, axis=1, keepdims=True), 1e-9)
        out[lid.vertices] = up * (height[lid.column] * lid.falloff)[:, None]
        return out

    def _lip(self, key, profile, columns):
        """Lift one lip by a profile from its middle to the corner, (V, 3) metres."""
        out = np.zeros_like(self.points)
        if not profile:
            return out
        place = self.mouth.along(self.points, 1)[columns]
        off, up = np.abs(2 * place - 1), np.array(profile).T
        height = np.interp(off, *up) / 1000
        for k, ring in enumerate(self.mouth.rings[:LIP_RINGS]):
            out[ring[columns], 2] = height * (0.5 + 0.5 * np.cos(np.pi * k / LIP_RINGS))
        for k, ring in enumerate(self._inward[:LIP_INWARD]):
            out[ring[columns], 2] = height * (1 - k / LIP_INWARD)
        return out * self.half(side_of(key))[:, None]


def _bump(distance):
    t = np.clip(1 - distance, 0, 1)
    return t * t * (3 - 2 * t)


def _along(here, points):
    """Return (distance, (dx, dz)) of each place (N, 2) to a polyline (P, 4) and what the polyline drags there."""
    if len(points) == 1:
        return np.linalg.norm(here - points[0, :2], axis=1), np.broadcast_to(points[0, 2:], here.shape)
    best, value = np.full(len(here), np.inf), np.zeros_like(here)
    for a, b in itertools.pairwise(points):
        way = b[:2] - a[:2]
        t = np.clip((here - a[:2]) @ way / (way @ way), 0, 1)
        away = np.linalg.norm(here - a[:2] - t[:, None] * way, axis=1)
        near = away < best
        best, value = np.where(near, away, best), np.where(near[:, None], a[2:] + t[:, None] * (b - a)[2:], value)
    return best, value
