"""From who to what: the person built from an identity, ready for the rig.

All that depends on the person is done here, once: the rest mesh, where the eyes sit, lids that meet. What is left for the
rig, in numpy and in Blender alike, is adding shape keys and turning bones.
"""

from dataclasses import dataclass

import numpy as np

from . import lids, lips, rig
from .errors import WinceError
from .facs.table import SIDES, keys_of

# AUs whose skin may press on the eyeball together, besides 6 and 7: the cases for which the skin is kept off it
CROWDS = ((), (4,), (4, 9, 10), (4, 9, 10, 20), (4, 9, 10, 27), (4, 9, 10, 12, 20), (12, 20))
PRESSED = 0.0010                                    # what lid skin keeps off the eyeball when all of them do, metres
OPEN = 0.0007                                       # what the skin of open lids keeps off the eyeball, metres
LID_SHARE = {6: 0.2, 7: 0.2, 63: 0.0, 64: 0.0}      # of the lid edges' motion that an AU keeps when the eye is closed
SQUEEZE_SHARE = {6: 0.45, 7: 0.55}                  # of squeezing closed lids, see `lids.squeeze`


@dataclass(frozen=True, eq=False)
class Eye:
    """One eyeball at rest: centre (3,) and radius, metres."""

    centre: np.ndarray
    radius: float


@dataclass(frozen=True, eq=False)
class Person:
    """A built face.

    identity  Identity
    pack      FacePack
    base      (V, 3) the neutral face, metres, object space
    keys      {shape key: (indices (n,), displacements (n, 3) metres at full)}
    eyes      {"L": Eye, "R": Eye}
    """

    identity: object
    pack: object
    base: np.ndarray
    keys: dict
    eyes: dict

    def key_dense(self, name):
        """Return one shape key's displacement (V, 3), metres."""
        return _dense(len(self.base), *self.keys[name])


class FaceModel:
    """A face pack, ready to build people."""

    def __init__(self, pack):
        self.pack = pack
        self._mouth = lips.of_pack(pack)
        self._lids = {side: lids.of_pack(pack, side) for side in SIDES}
        self._acts = {row.key: pack.shapes.sparse(row.key) for row in rig.ROWS if row.rule != "while"}
        self._crowds = {side: [self._crowd(side, numbers) for numbers in CROWDS] for side in SIDES}
        self._squeezes = {side: pack.shapes.dense(f"squeeze.{side}") for side in SIDES}
        self._place = {name: k for k, name in enumerate(pack.shapes.names)}

    def person(self, identity):
        """Build a person.

        identity  Identity, or anything with `weights(pack)` -> {identity shape: weight}
        returns   Person
        raises    WinceError for a shape that the pack does not have
        """
        mix = identity.weights()
        if strange := [name for name in mix if name not in self._place]:
            raise WinceError(f"the face pack has no shape {strange[0]!r}, which identity {identity.id} asks for: take it out of its shapes")
        base = self.pack.base.astype(np.float64) + self.pack.shapes.mix(mix)
        base += lips.seal(self._mouth, base)
        eyes = self._eyes(mix)
        for side in SIDES:
            base += lids.rim_over_eyeball(self._lids[side], base, eyes[side])
            base += lids.over_eyeball(self._lids[side], base, eyes[side], OPEN)
        keys = dict(self._acts)
        for side in SIDES:
            self._solve_lids(side, base, eyes[side], keys)
        return Person(identity, self.pack, base, {row.key: keys[row.key] for row in rig.ROWS}, eyes)

    def _eyes(self, mix):
        shift = sum((weight * self.pack.eye_shift[self._place[name]].astype(float) for name, weight in mix.items()), np.zeros((2, 4)))
        return {side: Eye(self.pack.joints[f"eye.{side}"] + shift[s, :3], float(self.pack.eye_radius + shift[s, 3]))
                for s, side in enumerate(SIDES)}

    def _solve_lids(self, side, base, eye, keys):
        """Solve one eye: how far tight lids go, the closure, what the rest may do to closed lids; skin stays off the eyeball."""
        lid, count = self._lids[side], len(base)
        names = {n: self._partner(n, side) for n in (6, 7, 43, *rig.LID_PARTNERS)}
        raw = {n: _dense(count, *keys[name]) for n, name in names.items()}
        raw[6], raw[7] = lids.soften(lid, base, [raw[6], raw[7]])
        raw[6] += lids.over_eyeball(lid, base + raw[6] + raw[7], eye, PRESSED, self._crowds[side])
        raw[43] = lids.close(lid, base, eye, raw[43])
        held = {n: lids.hold(lid, base, raw[n], LID_SHARE[n]) for n in rig.LID_PARTNERS}
        squeezed = lids.squeeze(lid, base + raw[43], eye, self._squeezes[side])
        for number, share in SQUEEZE_SHARE.items():
            held[number] += share * squeezed
        tight = base + raw[43] + raw[6] + raw[7] + held[6] + held[7]
        held[6] += lids.over_eyeball(lid, tight, eye, PRESSED, self._crowds[side])
        keys |= {names[n]: _sparse(raw[n]) for n in (6, 7, 43)}
        keys |= {f"{names[43]}+{n:02d}": _sparse(delta) for n, delta in held.items()}

    def _crowd(self, side, numbers):
        """What some AUs at full do to one eye's rings, (R, C, 3)."""
        moved = [_dense(len(self.pack.base), *self._acts[self._partner(n, side)]) for n in numbers]
        return sum((m[self._lids[side].rings] for m in moved), np.zeros((*self._lids[side].rings.shape, 3)))

    @staticmethod
    def _partner(number, side):
        return next(key for key in keys_of(number) if key.endswith(side) or key[-2] != ".")


def _dense(count, index, delta):
    out = np.zeros((count, 3))
    out[index] = delta
    return out


def _sparse(dense):
    index = np.flatnonzero((dense != 0).any(axis=1))
    return index, dense[index]
