"""The pack's shapes: who a face can be, and what it can do, as displacements of the bust's vertices."""

import numpy as np

from wince.core import rig
from wince.core.facs import arkit
from wince.core.facs.table import NUMBER_OF, SPLIT, TABLE, side_of, sources_of

from . import axes, correctives, easing, grown_shapes

POLES = {"pole_a": "african", "pole_b": "asian", "pole_c": "caucasian"}     # neutral name -> the source's file key
AGES = ("young", "old")
GENDERS = {"woman": "female", "man": "male"}

SEAM_M = 0.008                     # half width of the blend between left and right halves of a shape without sides


def identity_shapes(source, average, anchor, origin):
    """Return {name: (S, 3)}: macro corners relative to the average adult, and both ends of every local axis, found or made by rule.

    source   Source
    average  (S, 3) the average adult
    anchor   source vertices of the head joint: every shape is moved so that they stay, then pivots never move
    origin   (3,) what positions on the face are measured from, metres
    """
    def anchored(delta):
        return delta - delta[anchor].mean(axis=0)

    out = {}
    for pole, gender, age in macro_corners():
        corner = source.mesh.vertices + source.shape(macro_target(pole, gender, age))
        out[f"macro:{pole}-{gender}-{age}"] = anchored(corner - average)
    for name, ends in axes.targets().items():
        for sign, target in zip("-+", ends):
            if target:
                out[name + sign] = anchored(source.shape(target))
    return out | grown_shapes.grown(source, average, origin)


def macro_corners():
    """Return the twelve corners of the macro space: (pole, gender, age)."""
    return [(pole, gender, age) for pole in POLES for gender in GENDERS for age in AGES]


def macro_target(pole, gender, age):
    """Return the source's target for one corner."""
    return f"macrodetails/{POLES[pole]}-{GENDERS[gender]}-{age}"


def source_shape(source, bust, name):
    """Return one ARKit face unit or expression unit ("unit:...") on the bust, (V, 3) metres."""
    if name.startswith("unit:"):
        poles = [source.shape(f"expression/units/{key}/{name[5:]}") for key in POLES.values()]
        return bust.blend(np.mean(poles, axis=0))
    return bust.blend(source.face_unit(name))


def action_shapes(source, bust, skin, masks):
    """Return {key: (V, 3)}: the displacement of every AU row of the rig at E, lids not yet solved, and of what AUs do together.

    skin    muscles.Skin
    masks   Masks, see below
    """
    cache = {}

    def one(name):
        if name not in cache:
            cache[name] = source_shape(source, bust, name)
        return cache[name]

    out = skin.symmetric({row.key: _action(row.key, one, skin, masks) for row in rig.ROWS if "+" not in row.key})
    out = skin.symmetric(easing.eased(out | skin.squeezes(), skin))
    return out | correctives.of_pairs(out, skin)


def _action(row_key, one, skin, masks):
    """One AU row: its sources, then what its muscles make of them."""
    key, _, faded = row_key.partition(".m")
    word = {"L": "Left", "R": "Right", "B": ""}[side_of(key)]
    fades = {"mouthClose"} & set(sources_of(key))
    wanted = {"mouthClose"} if faded else set(sources_of(key)) - fades

    def moved(name):
        if name:
            return one(name.format(side=word))
        return sum(gain * _half(one(source), source, key, skin.points) for source, gain in sources_of(key).items() if source in wanted)

    return masks.clean(key, moved(None) if faded else skin.shape(key, moved))


def arkit_shapes(source, bust):
    """Return {"arkit:jawOpen": (V, 3)} for the 52 names, as the source has them; see `core.targets` for what is exported."""
    return {f"arkit:{name}": source_shape(source, bust, name) for name in arkit.ARKIT_NAMES}


def _half(delta, name, key, average):
    """Cut a shape without sides in two, blended across the midline, when its AU has sides."""
    if name not in SPLIT or side_of(key) == "B":
        return delta
    towards = average[:, 0] if side_of(key) == "L" else -average[:, 0]
    t = np.clip((towards + SEAM_M) / (2 * SEAM_M), 0, 1)
    return delta * (t * t * (3 - 2 * t))[:, None]


class Masks:
    """What an AU may move: upper-face and eye AUs nothing behind the lips, AUs without lids nothing of the lid margins."""

    LID_AUS = frozenset({5, 43, *rig.LID_PARTNERS})

    def __init__(self, count, hidden, lid_falloff):
        self._hidden = np.zeros(count, dtype=bool)
        self._hidden[hidden] = True
        self._lids = lid_falloff                                            # (V,) 1 at the margins, 0 away from the lids

    def clean(self, key, delta):
        """Return the displacement (V, 3) with what the AU must not move taken out."""
        number = NUMBER_OF[key]
        if TABLE[number].part in ("upper", "eyes") or number in (9, 38, 39):
            delta = np.where(self._hidden[:, None], 0.0, delta)
        return delta if number in self.LID_AUS else delta * (1 - self._lids)[:, None]
