"""To and from the 52 ARKit blendshape names, saying what is lost on the way.

Going out follows the table: weight = sum of gain x effect over the action units. Coming back peels: in a fixed order each AU takes
as much as its shapes hold, and what is left over at the end had no AU. AUs that share all their shapes with another come back as
that other one (45 and 46 as 43, 23 as 24, 33 as 34), and the stand-ins 11 and 13 as the shapes' own AUs.
"""

from collections.abc import Mapping

import numpy as np

from ..errors import WinceError
from .action_units import ActionUnits
from .intensity import intensity, share
from .table import EXCLUSIONS, FADES, NUMBER_OF, ONE_SIDE_ONLY, SPLIT, TABLE, keys_of, sources_of

ARKIT_NAMES = (
    "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight",
    "cheekPuff", "cheekSquintLeft", "cheekSquintRight",
    "eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft", "eyeLookDownRight", "eyeLookInLeft", "eyeLookInRight",
    "eyeLookOutLeft", "eyeLookOutRight", "eyeLookUpLeft", "eyeLookUpRight",
    "eyeSquintLeft", "eyeSquintRight", "eyeWideLeft", "eyeWideRight",
    "jawForward", "jawLeft", "jawOpen", "jawRight",
    "mouthClose", "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft", "mouthFrownRight", "mouthFunnel", "mouthLeft",
    "mouthLowerDownLeft", "mouthLowerDownRight", "mouthPressLeft", "mouthPressRight", "mouthPucker", "mouthRight",
    "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper", "mouthSmileLeft", "mouthSmileRight",
    "mouthStretchLeft", "mouthStretchRight", "mouthUpperUpLeft", "mouthUpperUpRight",
    "noseSneerLeft", "noseSneerRight", "tongueOut",
)

JAW_DROP = TABLE[26].shapes["jawOpen"]                 # up to here an open jaw reads as AU26, beyond as AU27
# AU24 before 28, which also rolls the lips; 61 and 62 before 65 and 66, which use one eye of each.
PEELED = (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 16, 17, 18, 19, 20, 22, 24, 28, 29, 30, 34, 43, 61, 62, 63, 64, 65, 66)
NOTHING = 1e-9                                         # a weight below this is none


def to_arkit(aus: ActionUnits) -> dict[str, float]:
    """Return the weight 0..1 of each of the 52 ARKit shapes; what ARKit has no words for is in `lost_in_arkit`."""
    weights = dict.fromkeys(ARKIT_NAMES, 0.0)
    for number in aus.numbers:
        for name, weight in _arkit_weights(aus, number).items():
            weights[name] += weight
    return {name: min(weight, 1.0) for name, weight in weights.items()}


def _arkit_weights(aus, number):
    """What one AU adds to each ARKit shape; a shape without sides takes the greater one."""
    weights = {}
    for key in keys_of(number):
        for name, gain in arkit_sources(key).items():
            weights[name] = max(weights.get(name, 0.0), gain * _effect(aus, key, name))
    return weights


def _effect(aus, key, name):
    """How much of a shape one AU asks for; less where another AU undoes it (FADES), as in the rig."""
    if name not in FADES:
        return aus.effect(key)
    return float(share(aus.intensity(key) * (1.0 - aus.both(FADES[name]) / 5.0)))


def arkit_sources(key):
    """Return what of an action unit ARKit has names for: {ARKit name: gain}, by the unit's key in the rig."""
    return {name: gain for name, gain in sources_of(key).items() if not name.startswith("unit:")}


def lost_in_arkit(aus: ActionUnits) -> dict[str, str]:
    """Return what `to_arkit` cannot carry: {rig key: why}."""
    return {key: why for key, value in aus.pairs if (why := _loss(aus, key, value))}


def _loss(aus, key, value):
    number = NUMBER_OF[key]
    if number == 25 and aus.both(26):
        return ""                                      # carried by the mouthClose that is missing beside jawOpen
    if not arkit_sources(key):
        return "head pose travels beside the shapes" if TABLE[number].kind == "head" else "ARKit has no such shape"
    if SPLIT[0] in arkit_sources(key) and value < aus.both(number):
        return "browInnerUp has no sides: the greater one counts"
    return ""


def from_arkit(weights: Mapping[str, float]) -> tuple[ActionUnits, dict[str, str]]:
    """Read ARKit weights as action units.

    weights  {name: 0..1}                    any of the 52 names; values outside 0..1 are clamped, and reported
    returns  (ActionUnits, {name: why})      the face, and what of the weights it does not hold
    raises   WinceError for a name that is not ARKit's, or a weight that is not a number
    """
    rest = {name: _weight(name, value) for name, value in weights.items()}
    report = {name: "clamped to 0..1" for name, value in weights.items() if float(value) != rest[name]}
    rest = dict.fromkeys(ARKIT_NAMES, 0.0) | rest
    found = _take_jaw(rest)
    for number in PEELED:
        for key in keys_of(number):
            found[key] = _peel(rest, arkit_sources(key))
        if any(name in SPLIT for name in sources_of(keys_of(number)[0])):
            found |= dict.fromkeys(keys_of(number), max(found[key] for key in keys_of(number)))
    report |= {name: "no action unit left for it" for name, weight in rest.items() if weight > NOTHING}
    return _without_contradictions({key: _as_intensity(key, part) for key, part in found.items() if part > NOTHING}, report)


def _weight(name, value):
    if name not in ARKIT_NAMES:
        raise WinceError(f"unknown ARKit shape {name!r}: names look like 'browDownLeft', see ARKIT_NAMES")
    if not np.isfinite(value):
        raise WinceError(f"ARKit shape {name} has weight {value!r}: it must be a number in 0..1")
    return min(max(float(value), 0.0), 1.0)


def _take_jaw(rest):
    """Take jawOpen and mouthClose out of `rest` as AU26 with or without 25, or as AU27; return {key: effect}."""
    opened, closed = rest["jawOpen"], rest["mouthClose"]
    if opened <= NOTHING:
        return {}
    rest["jawOpen"] = 0.0
    if opened > JAW_DROP + NOTHING:
        return {"AU27": opened}
    rest["mouthClose"] = max(closed - opened, 0.0)
    fallen = min(opened / JAW_DROP, 1.0)
    parted = 1.0 - intensity(min(closed / JAW_DROP, fallen)) / intensity(fallen)
    return {"AU26": fallen, "AU25": float(share(5.0 * parted))}


def _peel(rest, sources):
    """Take out of `rest` as much as the main sources hold together, the lesser ones along; return it as an effect 0..1."""
    part = min(rest[name] for name, gain in sources.items() if gain == 1.0)
    for name, gain in sources.items():
        rest[name] = max(rest[name] - part * gain, 0.0)
    return part


def _as_intensity(key, effect):
    """The inverse of ActionUnits.effect, rounded so that whole codes come back whole."""
    value = 5.0 * effect if TABLE[NUMBER_OF[key]].rotation else float(intensity(effect))
    return round(value, 9)


def _without_contradictions(values, report):
    """Drop the lesser of two AUs that exclude each other: captured faces mix a trace of eyeWide into a blink."""
    rivals = [keys_of(number) for number in ONE_SIDE_ONLY]
    rivals += [tuple(keys_of(n)[side] for n in sorted(group)) for group in EXCLUSIONS for side in (0, -1)]
    for keys in rivals:
        present = sorted((key for key in keys if key in values), key=values.get)
        for key in present[:-1]:
            report |= dict.fromkeys(arkit_sources(key), f"contradicts AU{NUMBER_OF[present[-1]]}, which is stronger")
            del values[key]
    return ActionUnits.from_keys(values), report
