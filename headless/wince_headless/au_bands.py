"""What an action unit has to do to a face: our reading of FACS, in millimetres at intensity E on the average adult.

The FACS manual describes appearance in words; these bands are what we take the words to mean on a face of average size. No FACS
coder has confirmed them. Every band names an action unit, a place, a way to measure there, and the least and the most.
"""

from dataclasses import dataclass

import numpy as np

from wince.core import face, lids, rig
from wince.core.facs.action_units import ActionUnits
from wince.core.facs.table import TABLE

BANDS_VERSION = "1"
MM = 1000.0
INSIDE = 0.1                         # a region's weight from which on a vertex counts as inside it

# Places are those of the left half of the face. A name in quotes is a region of the pack, a tuple iBUG landmarks (0..67).
PLACES = {
    "inner brow": (22, 23), "outer brow": (25, 26), "upper lid": (43, 44), "lower lid": (46, 47), "cheek": "cheek.L",
    "cheek apex": "cheek.L", "nose wing": "nose_wing.L", "nose root": "nose_root", "glabella": "glabella", "upper lip": (51,),
    "lip centre": (51,), "lip side": (53,), "lip corner": (54,), "chin boss": "chin", "chin": (8,), "brow": "brow_inner.L",
    "furrow": (),
}

# (AU, place, measure, least, most): see `MEASURES`
BANDS = (
    (1, "inner brow", "up", 6, 12),
    (2, "outer brow", "up", 6, 10),
    (4, "inner brow", "inward", 4, 8), (4, "inner brow", "down", 3, 6),
    (5, "upper lid", "up", 2, 4),
    (6, "cheek", "most up", 5, 9), (6, "lower lid", "up", 1, 2),
    (7, "lower lid", "up", 2.5, 4.5), (7, "upper lid", "down", 0.5, 1.5), (7, "cheek apex", "most", 0, 1),
    (9, "nose wing", "up", 4, 8), (9, "nose root", "length", 2, np.inf), (9, "inner brow", "down", 2, 4), (9, "upper lip", "up", 1, 3),
    (10, "lip centre", "up", 4, 7), (10, "nose wing", "up", 2, 5), (10, "brow", "most", 0, 0.5), (10, "nose root", "most", 0, 0.5),
    (10, "upper lip", "bend", 1, np.inf), (10, "furrow", "deeper", 0.5, np.inf),
    (12, "lip corner", "length", 10, 15),
    (15, "lip corner", "down", 4, 8),
    (17, "chin boss", "most up", 5, 9),
    (20, "lip corner", "outward", 5, 9), (20, "lip corner", "level", 0, 2),
    (26, "chin", "length", 12, 20),
    (27, "chin", "length", 35, 50),
)
GAPS = ("43E", "6E+7E+43E")
GAP_MM = 0.5

# the regions one of which holds the place that an AU moves most
OWN = {
    1: ("brow_inner", "forehead", "glabella"), 2: ("brow_outer", "forehead", "temple"), 4: ("brow_inner", "glabella"), 5: ("upper_lid",),
    6: ("cheek", "infraorbital"), 7: ("lower_lid", "upper_lid"), 9: ("nose_wing", "nose_root", "nose_bridge"),
    10: ("upper_lip", "philtrum", "nasolabial"), 12: ("mouth_corner",), 15: ("mouth_corner",), 17: ("chin",), 20: ("mouth_corner",),
    26: ("chin", "jaw"), 27: ("chin", "jaw", "lower_lip"), 43: ("upper_lid",),
}

# the nasolabial furrow, and the skin on its two sides: (x, z) millimetres from between the eyes
FURROW, ABOVE, BELOW = (26.0, -50.0), (34.0, -43.0), (19.0, -57.0)


@dataclass(frozen=True)
class Found:
    """One measured band: the AU, place and measure, the value (millimetres, shares), the band, and whether it lies inside."""

    number: int
    place: str
    measure: str
    value: float
    low: float
    high: float

    @property
    def good(self):
        """Whether the value, rounded as it is printed, lies in the band."""
        return self.low <= round(self.value, 2) <= self.high


class Average:
    """The identity of the average adult: no shape at all."""

    id = "average"

    @staticmethod
    def weights():
        """Return {}: the base as it lies in the pack."""
        return {}


class Bench:
    """The average adult on the bench: what each AU does to each place.

    pack   FacePack
    """

    def __init__(self, pack):
        self.pack = pack
        self.person = face.FaceModel(pack).person(Average())
        self.regions = {name: w > INSIDE for name, w in pack.regions.items()}

    def moved(self, code):
        """Return what an expression, FACS text, does to every vertex: (V, 3) millimetres."""
        return (rig.deform(self.person, ActionUnits.parse(code)) - self.person.base) * MM

    def bands(self):
        """Return every band as a Found, then the lids' gaps and shares of the way, and the peaks' places."""
        return [self._band(*row) for row in BANDS] + self._gaps() + [self._peak(number) for number in OWN]

    def peak(self, code):
        """Return (vertex, millimetres) of the exterior skin that an expression moves most."""
        length = np.linalg.norm(self.moved(code), axis=1) * self.pack.exterior
        return int(length.argmax()), float(length.max())

    def at(self, place, field):
        """Return what a field (V, 3) is at a place, (n, 3): one row for landmarks, one per vertex for regions."""
        where = PLACES[place]
        if isinstance(where, str):
            return field[self.pack.regions[where] > 0.5]
        faces, weights = self.pack.landmark_faces[list(where)], self.pack.landmark_weights[list(where)]
        return np.einsum("nk,nkc->nc", weights, field[self.pack.faces[faces]]).mean(axis=0, keepdims=True)

    def _band(self, number, place, measure, low, high):
        return Found(number, place, measure, float(MEASURES[measure](self, self.moved(f"{number}E"), place)), low, high)

    def _gaps(self):
        out = []
        for code in GAPS:
            posed = rig.deform(self.person, ActionUnits.parse(code))
            worst = max(np.abs(lids.gap(lids.of_pack(self.pack, side), posed)).max() for side in "LR")
            out.append(Found(43, "lids", f"gap at {code}", worst * MM, 0, GAP_MM))
            out.append(Found(43, "upper lid", f"share at {code}", self.lid_share(self.moved(code)), 0.85, 1))
        return out

    def _peak(self, number):
        vertex, _ = self.peak(f"{number}E")
        names = [n for own in OWN[number] for n in ((own, f"{own}.L", f"{own}.R")) if n in self.regions]
        return Found(number, "own region", "peak inside", float(any(self.regions[n][vertex] for n in names)), 1, 1)

    def lid_share(self, moved):
        """Return the upper lid's part of the way on which the lids meet, at the middle of the eye."""
        ring = self.pack.eye_rings[0, 2]
        upper, lower = ring[len(ring) // 4 - 2:len(ring) // 4 + 3], ring[3 * len(ring) // 4 - 2:3 * len(ring) // 4 + 3]
        down, up = -moved[upper, 2].mean(), max(moved[lower, 2].mean(), 0.0)
        return down / (down + up)

    def depth(self, points):
        """Return how far the nasolabial furrow lies behind the chord of its two banks, mm; points (V, 3) millimetres."""
        rest = self.pack.base * MM
        origin = np.array([0.0, self.pack.joints["eye.L"][2] * MM])
        skin = np.flatnonzero(self.pack.exterior & (rest[:, 1] < -100))

        def at(spot):
            away = ((rest[skin][:, [0, 2]] - origin - spot) ** 2).sum(axis=1)
            weight = np.exp(-away / (2 * 3.0 ** 2))
            return (points[skin] * weight[:, None]).sum(axis=0) / weight.sum()
        bank = (at(np.array(ABOVE)) + at(np.array(BELOW))) / 2
        return at(np.array(FURROW))[1] - bank[1]


def _component(axis, sign):
    return lambda bench, moved, place: sign * bench.at(place, moved).mean(axis=0)[axis]


def _bend(bench, moved, _):
    """How much higher the lip rises at centre and side than at the corner, the smaller."""
    centre, side, corner = (bench.at(place, moved).mean(axis=0)[2] for place in ("lip centre", "lip side", "lip corner"))
    return min(centre, side) - corner


MEASURES = {
    "up": _component(2, 1), "down": _component(2, -1), "outward": _component(0, 1), "inward": _component(0, -1),
    "level": lambda bench, moved, place: abs(bench.at(place, moved).mean(axis=0)[2]),
    "length": lambda bench, moved, place: np.linalg.norm(bench.at(place, moved).mean(axis=0)),
    "most": lambda bench, moved, place: np.linalg.norm(bench.at(place, moved), axis=1).max(),
    "most up": lambda bench, moved, place: bench.at(place, moved)[:, 2].max(),
    "bend": _bend,
    "deeper": lambda bench, moved, place: bench.depth(bench.person.base * MM + moved) - bench.depth(bench.person.base * MM),
}


def title(number):
    """Return "AU9 nose wrinkler"."""
    return f"AU{number} {TABLE[number].name}"
