"""The table of action units: one row each, and everything else about them follows from it.

A row says how the face pack's shapes make the action unit (AU). The gains are meanings, not amplitudes: gain 1 is "this shape at
full is this AU at E". A shape that moves too far or not far enough on one mesh is mended in that mesh's face pack.

Sources of the mapping: "py-feat" is the AU reference of py-feat (arXiv 2104.03509), "ICT" the README of ICT-FaceKit
(arXiv 2004.03458), "Wince" our own judgement. Where the first two contradict each other, the note says which one is followed and why.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

TABLE_VERSION = "1"
SIDES = ("L", "R")                                     # the character's own left and right


@dataclass(frozen=True)
class ActionUnit:
    """One row of the table.

    number      int    the FACS number
    name        str    the FACS name
    muscles     str    what contracts or relaxes; "" for head movements, made by many
    sided       bool   left and right have a value each
    part        str    "upper", "lower", "eyes" or "head"
    region      str    where it is seen
    kind        str    "shape"; "alias": a shape that another AU has too; "gaze": turns the eyeballs; "head": turns the head
    shapes      dict   source shape -> gain in 0..1. "{side}" stands for Left and Right (left and right in names that begin with
                       "unit:", the expression units); an unsided AU with "{side}" moves both
    rotation    tuple  (axis, degrees per intensity step) of gaze and head, else None. Axes, as the character feels them:
                       yaw + turns to the character's left, pitch + turns up, roll + lowers the left ear to the left shoulder,
                       forward + leans the neck forward while the head stays upright, vergence + turns each eye to the nose
    source      str    where the mapping comes from
    note        str    what a user has to know
    supported   bool   the mesh can show this AU as FACS describes it; where not, `note` says what is shown instead
    """

    number: int
    name: str
    muscles: str
    sided: bool
    part: str
    region: str
    kind: str
    shapes: Mapping[str, float] = field(default_factory=dict)
    rotation: tuple[str, float] | None = None
    source: str = "py-feat"
    note: str = ""
    supported: bool = True


def _sided(number, name, muscles, region, shapes, part="lower", kind="shape", **more):
    return ActionUnit(number, name, muscles, True, part, region, kind, shapes, **more)


def _midline(number, name, muscles, region, shapes, part="lower", kind="shape", **more):
    return ActionUnit(number, name, muscles, False, part, region, kind, shapes, **more)


def _gaze(number, name, muscles, rotation, shapes, **more):
    return ActionUnit(number, name, muscles, False, "eyes", "eyes", "gaze", shapes, rotation, **more)


def _head(number, name, rotation, note=""):
    return ActionUnit(number, name, "", False, "head", "head", "head", {}, rotation, "Wince", note)


BLINK = {"eyeBlink{side}": 1.0}                        # one closure for 43, 45 and 46: they differ in time and side, not in shape
PRESS = {"mouthPress{side}": 1.0, "mouthRollUpper": 0.3, "mouthRollLower": 0.3}
PUFF = {"cheekPuff": 1.0}

UPPER_FACE = (
    _sided(1, "inner brow raiser", "frontalis, pars medialis", "inner brow", {"browInnerUp": 1.0}, "upper",
           note="the source has no sides: the face pack splits it by a smooth left-right mask"),
    _sided(2, "outer brow raiser", "frontalis, pars lateralis", "outer brow", {"browOuterUp{side}": 1.0}, "upper"),
    _sided(4, "brow lowerer", "depressor glabellae, depressor supercilii, corrugator supercilii", "glabella",
           {"browDown{side}": 1.0}, "upper"),
    _sided(5, "upper lid raiser", "levator palpebrae superioris", "upper lid", {"eyeWide{side}": 1.0}, "upper"),
    _sided(6, "cheek raiser", "orbicularis oculi, pars orbitalis", "cheek", {"cheekSquint{side}": 1.0}, "upper"),
    _sided(7, "lid tightener", "orbicularis oculi, pars palpebralis", "lids", {"eyeSquint{side}": 1.0}, "upper"),
    _sided(43, "eyes closed", "levator palpebrae superioris relaxed; orbicularis oculi, pars palpebralis", "lids", BLINK, "upper",
           note="the held closure, and the one that PSPI counts"),
    _sided(45, "blink", "levator palpebrae superioris relaxed; orbicularis oculi, pars palpebralis", "lids", BLINK, "upper", "alias",
           note="AU43 passing quickly: in a still picture the same closure, not counted by PSPI"),
    _sided(46, "wink", "orbicularis oculi", "lids", BLINK, "upper", "alias", source="Wince",
           note="one eye, left or right, never both; not counted by PSPI"),
)

NOSE_AND_CHEEKS = (
    _sided(9, "nose wrinkler", "levator labii superioris alaeque nasi", "nose root",
           {"noseSneer{side}": 1.0, "unit:nose-{side}-elevation": 1.0}, source="py-feat, ICT; Wince for the unit",
           note="the ARKit unit moves mostly the inner brow and hardly the nose; the expression unit lifts the nose wing"),
    _sided(10, "upper lip raiser", "levator labii superioris, caput infraorbitalis", "upper lip", {"mouthUpperUp{side}": 1.0},
           note="ICT names mouthShrugUpper, which pushes the lip out from below (mentalis); mouthUpperUp lifts it from above as "
                "this muscle does, and AU10 counts in PSPI, so the two would give different faces the same score"),
    _sided(11, "nasolabial deepener", "zygomaticus minor", "nasolabial fold",
           {"mouthUpperUp{side}": 0.35, "cheekSquint{side}": 0.25}, source="Wince", supported=False,
           note="ARKit has no such shape: a mild lift of lip and cheek stands in, the fold itself does not deepen"),
    _midline(33, "cheek blow", "buccinator and orbicularis oris under pressure", "cheek", PUFF, kind="alias", source="ICT",
             supported=False, note="shown as AU34: the lips do not part for the breath, and no side alone"),
    _midline(34, "cheek puff", "orbicularis oris closed against pressure", "cheek", PUFF, note="both cheeks, no side alone"),
    _sided(38, "nostril dilator", "nasalis, pars alaris; dilatator naris", "nostril", {"unit:nose-{side}-dilatation": 1.0},
           source="Wince"),
    _midline(39, "nostril compressor", "nasalis, pars transversa; depressor septi nasi", "nostril", {"unit:nose-compression": 1.0},
             source="Wince", note="both nostrils, no side alone"),
)

LIPS = (
    _sided(12, "lip corner puller", "zygomaticus major", "lip corner", {"mouthSmile{side}": 1.0}),
    _sided(13, "sharp lip puller", "levator anguli oris (caninus)", "lip corner",
           {"mouthSmile{side}": 0.5, "cheekSquint{side}": 0.4}, source="Wince", supported=False,
           note="ARKit has no such shape: a half smile with a raised cheek stands in, wider than the sharp upward pull"),
    _sided(14, "dimpler", "buccinator", "lip corner", {"mouthDimple{side}": 1.0}),
    _sided(15, "lip corner depressor", "depressor anguli oris (triangularis)", "lip corner", {"mouthFrown{side}": 1.0}),
    _sided(16, "lower lip depressor", "depressor labii inferioris", "lower lip", {"mouthLowerDown{side}": 1.0}),
    _midline(17, "chin raiser", "mentalis", "chin", {"mouthShrugLower": 1.0}),
    _midline(18, "lip pucker", "incisivii labii superioris and inferioris", "lips", {"mouthPucker": 1.0}, supported=False,
             note="ARKit's pucker is a kiss: it draws the lips in as AU18 does, and also pushes them forward"),
    _sided(20, "lip stretcher", "risorius with platysma", "lip corner", {"mouthStretch{side}": 1.0}),
    _midline(22, "lip funneler", "orbicularis oris", "lips", {"mouthFunnel": 1.0}, supported=False,
             note="ARKit's funnel parts the lips: AU22 without AU25 cannot be shown"),
    _midline(23, "lip tightener", "orbicularis oris", "lips", PRESS, kind="alias", supported=False,
             note="shown as AU24: ARKit's mouthPress does not separate tightening from pressing"),
    _midline(24, "lip pressor", "orbicularis oris", "lips", PRESS, source="py-feat, ICT; Wince for the roll",
             note="mouthPress with the lips rolled in a little, so that their red narrows"),
    _midline(25, "lips part", "depressor labii inferioris, or mentalis or orbicularis oris relaxed", "lips",
             {"unit:mouth-parling": 1.0}, source="Wince",
             note="an expression unit, ARKit has none; with AU26 it also undoes mouthClose (see FADES)"),
    _midline(28, "lip suck", "orbicularis oris", "lips", {"mouthRollUpper": 1.0, "mouthRollLower": 1.0}, supported=False,
             note="the red of the lips turns in, but the lips are not drawn over the teeth by a lowered jaw: add AU26"),
)

JAW_TONGUE_NECK = (
    _midline(19, "tongue show", "genioglossus", "tongue", {"tongueOut": 1.0}, source="Wince", supported=False,
             note="the tongue alone: it pierces closed lips, so code it with 25+26 as FACS does"),
    _midline(21, "neck tightener", "platysma", "neck", {"unit:neck-platysma": 1.0}, source="Wince",
             note="both sides of the neck, no side alone"),
    _midline(26, "jaw drop", "masseter, temporalis and internal pterygoid relaxed", "jaw", {"jawOpen": 0.45, "mouthClose": 0.45},
             source="Wince", note="the jaw falls behind closed lips; AU25 parts them. 0.45 of jawOpen is as far as a relaxed jaw falls"),
    _midline(27, "mouth stretch", "pterygoids, digastric", "jaw", {"jawOpen": 1.0}, source="ICT", note="the lips always part"),
    _midline(29, "jaw thrust", "pterygoids", "jaw", {"jawForward": 1.0}, source="Wince"),
    _sided(30, "jaw sideways", "pterygoids, temporalis", "jaw", {"jaw{side}": 1.0}, source="Wince",
           note="to the left or to the right, never both"),
)

GAZE = (
    _gaze(61, "eyes turn left", "lateral rectus of the left eye, medial rectus of the right", ("yaw", 6.0),
          {"eyeLookOutLeft": 1.0, "eyeLookInRight": 1.0}, source="ICT",
          note="the character's left; py-feat's table has 61 and 62 the other way round"),
    _gaze(62, "eyes turn right", "medial rectus of the left eye, lateral rectus of the right", ("yaw", -6.0),
          {"eyeLookInLeft": 1.0, "eyeLookOutRight": 1.0}, source="ICT", note="the character's right"),
    _gaze(63, "eyes up", "superior rectus, inferior oblique", ("pitch", 5.0), {"eyeLookUp{side}": 1.0}),
    _gaze(64, "eyes down", "inferior rectus, superior oblique", ("pitch", -5.0), {"eyeLookDown{side}": 1.0},
          note="the upper lid follows the eye"),
    _gaze(65, "walleye", "lateral rectus", ("vergence", -3.0), {"eyeLookOut{side}": 1.0}, source="Wince", note="each eye turns outward"),
    _gaze(66, "cross-eye", "medial rectus", ("vergence", 3.0), {"eyeLookIn{side}": 1.0}, source="Wince", note="each eye turns inward"),
)

HEAD = (
    _head(51, "head turn left", ("yaw", 8.0)),
    _head(52, "head turn right", ("yaw", -8.0)),
    _head(53, "head up", ("pitch", 5.0)),
    _head(54, "head down", ("pitch", -5.0)),
    _head(55, "head tilt left", ("roll", 5.0)),
    _head(56, "head tilt right", ("roll", -5.0)),
    _head(57, "head forward", ("forward", 3.0), "the neck leans, the head stays upright"),
    _head(58, "head back", ("forward", -3.0), "the neck leans, the head stays upright"),
)

TABLE: dict[int, ActionUnit] = {
    row.number: row for row in sorted(UPPER_FACE + NOSE_AND_CHEEKS + LIPS + JAW_TONGUE_NECK + GAZE + HEAD, key=lambda row: row.number)
}

# Never at once on the same side. 23/24 and 33/34 are one shape each here; the rest contradict each other in any face.
EXCLUSIONS: tuple[frozenset[int], ...] = tuple(map(frozenset, (
    (5, 43), (43, 45, 46), (23, 24), (26, 27), (33, 34),
    (51, 52), (53, 54), (55, 56), (57, 58), (61, 62), (63, 64), (65, 66),
)))

ONE_SIDE_ONLY = frozenset({30, 46})                    # sided, and never both sides at once
FADES = {"mouthClose": 25}                             # source shape -> the AU that undoes it: it follows the intensity times 1 - AU / 5
SPLIT = ("browInnerUp",)                               # sources without sides of sided AUs: the face pack halves them


@cache
def keys_of(number: int) -> tuple[str, ...]:
    """Return the rig's property names of one AU, such as ("AU04.L", "AU04.R") or ("AU17",)."""
    name = f"AU{number:02d}"
    return tuple(f"{name}.{side}" for side in SIDES) if TABLE[number].sided else (name,)


AU_KEYS: tuple[str, ...] = tuple(key for number in TABLE for key in keys_of(number))
NUMBER_OF: dict[str, int] = {key: number for number in TABLE for key in keys_of(number)}


def side_of(key: str) -> str:
    """Return "L" or "R" for a sided rig key, "B" (both) for an unsided one."""
    return key[-1] if key[-2] == "." else "B"


def sources_of(key: str) -> dict[str, float]:
    """Return the source shapes that one rig key moves, "{side}" written out.

    key      str          a name from AU_KEYS
    returns  {str: gain}  ARKit names ("browDownLeft") and expression units ("unit:nose-left-elevation"); a source named in SPLIT
                          stands for its half on this key's side
    """
    words = {"L": ("Left",), "R": ("Right",), "B": ("Left", "Right")}[side_of(key)]
    return {_written(shape, word): gain for shape, gain in TABLE[NUMBER_OF[key]].shapes.items() for word in words}


def _written(shape, word):
    return shape.format(side=word.lower() if shape.startswith("unit:") else word)


def limits() -> dict[int, str]:
    """Return what this mesh cannot show as FACS describes it: {AU number: what is shown instead}."""
    return {number: row.note for number, row in TABLE.items() if not row.supported}
