"""From who to what: the person built from an identity, ready for the rig.

All that depends on the person is done here, once: the rest mesh, where the eyes sit, lids that meet. What is left for the
rig, in numpy and in Blender alike, is adding shape keys and turning bones.
"""

from dataclasses import dataclass

import numpy as np

from . import lids, rig
from .facs.table import SIDES, keys_of

LID_SHARE = {6: 0.5, 7: 0.5, 63: 0.0, 64: 0.0}      # of the lid edges' motion that an AU keeps when the eye is closed


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
        self._lids = {side: lids.of_pack(pack, side) for side in SIDES}
        self._acts = {row.key: pack.shapes.sparse(row.key) for row in rig.ROWS if "+" not in row.key}
        self._place = {name: k for k, name in enumerate(pack.shapes.names)}

    def person(self, identity):
        """Build a person.

        identity  Identity, or anything with `weights(pack)` -> {identity shape: weight}
        returns   Person
        """
        mix = identity.weights()
        base = self.pack.base.astype(np.float64) + self.pack.shapes.mix(mix)
        eyes = self._eyes(mix)
        keys = dict(self._acts)
        for side in SIDES:
            self._solve_lids(side, base, eyes[side], keys)
        return Person(identity, self.pack, base, {row.key: keys[row.key] for row in rig.ROWS}, eyes)

    def _eyes(self, mix):
        shift = sum((weight * self.pack.eye_shift[self._place[name]].astype(float) for name, weight in mix.items()), np.zeros((2, 4)))
        return {side: Eye(self.pack.joints[f"eye.{side}"] + shift[s, :3], float(self.pack.eye_radius + shift[s, 3]))
                for s, side in enumerate(SIDES)}

    def _solve_lids(self, side, base, eye, keys):
        lid, count = self._lids[side], len(base)
        tight = [f"AU06.{side}", f"AU07.{side}"]
        for key, delta in zip(tight, lids.soften(lid, base, [_dense(count, *keys[k]) for k in tight])):
            keys[key] = _sparse(delta)
        keys[f"AU43.{side}"] = _sparse(lids.close(lid, base, eye, _dense(count, *keys[f"AU43.{side}"])))
        for number in rig.LID_PARTNERS:
            partner = next(k for k in keys_of(number) if k[-2] != "." or k.endswith(side))
            keys[f"AU43.{side}+{number:02d}"] = _sparse(lids.hold(lid, base, _dense(count, *keys[partner]), LID_SHARE[number]))


def _dense(count, index, delta):
    out = np.zeros((count, 3))
    out[index] = delta
    return out


def _sparse(dense):
    index = np.flatnonzero((dense != 0).any(axis=1))
    return index, dense[index]
