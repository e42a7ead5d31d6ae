"""The rig, told in numbers: the rows that Blender's drivers are made from, and their twin in numpy.

Every shape key follows one row: a rule over a few AU intensities, then a curve from intensity to share: the FACS curve
(`facs.intensity.share`), or a straight line for gaze, whose lids follow the eyeball's angle. In Blender the rule is a
simple expression and the curve is the driver's own F-curve, so a saved file moves without Python.
Head and eyes are bones: angles linear in the intensities.
"""

from dataclasses import dataclass

import numpy as np

from .facs.intensity import share
from .facs.pose import gaze, head_pose
from .facs.table import AU_KEYS, FADES, NUMBER_OF, SIDES, TABLE, keys_of, side_of, sources_of
from .turns import rotation

LID_PARTNERS = (6, 7, 63, 64)       # AUs that move lid margins besides the closure itself: each has a corrective with it
PAIRS = ((1, 4), (4, 9), (6, 12), (9, 10), (10, 25), (25, 27))     # AUs on the same skin: each has a corrective with the other
OPENED = ((12, 25),)                # AUs that part the lips further together than each alone
NECK_SHARE = 0.4                    # how much of a head turn the neck does

# rule: (Blender's simple expression over the inputs a, b, c ..., the same in numpy)
RULES = {
    "one": ("a", lambda a: a),
    "max": ("max({})", lambda *v: np.max(v, axis=0)),
    "fade": ("a*(1-b/5)", lambda a, b: a * (1 - b / 5)),
    "both": ("min(a,b)", np.minimum),
    "while": ("min(a,max({}))", lambda a, *v: np.minimum(a, np.max(v, axis=0))),
}


@dataclass(frozen=True)
class Row:
    """One shape key: its name, the rule, and the AU properties that the rule reads."""

    key: str
    rule: str
    inputs: tuple[str, ...]
    linear: bool = False

    @property
    def expression(self):
        """The rule as a Blender simple expression over a, b, c ..."""
        text = RULES[self.rule][0]
        letters = "abcdefgh"[:len(self.inputs)]
        return text.format(",".join(letters[1:] if self.rule == "while" else letters))

    def weight(self, intensity):
        """Return the key's value 0..1 for a mapping {AU property: intensity}; absent means 0."""
        value = RULES[self.rule][1](*(intensity.get(name, 0.0) for name in self.inputs))
        return value / 5.0 if self.linear else share(value)


def closers(side):
    """Return the AU properties that close one eye, "L" or "R"."""
    return tuple(f"AU{n}.{side}" for n in (43, 45, 46))


def _shape_rows():
    for key in AU_KEYS:
        row = TABLE[NUMBER_OF[key]]
        if row.shapes and row.kind != "alias":
            same = [key] + [k for k in AU_KEYS if TABLE[NUMBER_OF[k]].kind == "alias" and sources_of(k) == sources_of(key)]
            yield Row(key, "max" if len(same) > 1 else "one", tuple(same), row.kind == "gaze")
            for source, other in FADES.items():
                if source in row.shapes:
                    yield Row(f"{key}.{source}", "fade", (key, f"AU{other}"))


def _lid_rows():
    for side in SIDES:
        for number in LID_PARTNERS:
            partner = next(k for k in AU_KEYS if NUMBER_OF[k] == number and side_of(k) in (side, "B"))
            yield Row(f"AU43.{side}+{number:02d}", "while", (partner, *closers(side)), TABLE[number].kind == "gaze")


def _pair_rows():
    for one, two in PAIRS + OPENED:
        for key in keys_of(one):
            other = next(k for k in keys_of(two) if side_of(k) in (side_of(key), "B"))
            yield Row(f"{key}+{two:02d}", "both", (key, other))


ROWS = tuple(_shape_rows()) + tuple(_lid_rows()) + tuple(_pair_rows())


def weights(aus):
    """Return the value of every shape key, {key: 0..1}, for ActionUnits."""
    intensity = dict(aus.keys())
    return {row.key: float(row.weight(intensity)) for row in ROWS}


def bone_angles(aus):
    """Return {bone: (yaw, pitch, roll)} radians of each bone relative to its parent: neck, head, eye.L, eye.R; linear in the AUs."""
    head, eyes = head_pose(aus), gaze(aus)
    turn = np.radians([head["yaw_deg"], head["pitch_deg"], head["roll_deg"]])
    lean = np.radians([0.0, -head["forward_deg"], 0.0])           # the neck leans, the head comes back upright
    look = {f"eye.{side}": (*np.radians([eye["yaw_deg"], eye["pitch_deg"]]), 0.0) for side, eye in eyes.items()}
    return {"neck": tuple(NECK_SHARE * turn + lean), "head": tuple((1 - NECK_SHARE) * turn - lean), **look}


def bone_matrices(aus, joints):
    """Return {bone: (4, 4)} rest -> posed, object space, for neck and head; see `eye_matrix` for the eyes.

    joints  {"neck": (3,), "head": (3,)} rest positions, metres
    """
    turn = bone_angles(aus)
    neck = _about(joints["neck"], rotation(*turn["neck"]))
    return {"neck": neck, "head": neck @ _about(joints["head"], rotation(*turn["head"]))}


def eye_matrix(aus, person, side):
    """Return the (4, 4) that takes the unit eyeball to its place in object space, gaze and head turn included."""
    eye = person.eyes[side]
    place = np.eye(4)
    place[:3, :3] = rotation(*bone_angles(aus)[f"eye.{side}"]) * eye.radius
    place[:3, 3] = eye.centre
    return bone_matrices(aus, person.pack.joints)["head"] @ place


def deform(person, aus):
    """Return the mesh (V, 3) after its shape keys and before its bones, metres."""
    out = person.base.copy()
    for key, weight in weights(aus).items():
        if weight:
            index, delta = person.keys[key]
            out[index] += weight * delta
    return out


def pose(person, aus):
    """Return the mesh (V, 3) as the rig poses it, metres, object space: shape keys, then linear blend skinning."""
    points = deform(person, aus)
    bones = bone_matrices(aus, person.pack.joints)
    share_of = person.pack.head_weight.astype(np.float64)
    out = (1 - share_of.sum(axis=1))[:, None] * points
    for k, bone in enumerate(("neck", "head")):
        out += share_of[:, k, None] * (points @ bones[bone][:3, :3].T + bones[bone][:3, 3])
    return out


def _about(pivot, turn):
    out = np.eye(4)
    out[:3, :3] = turn
    out[:3, 3] = pivot - turn @ pivot
    return out
