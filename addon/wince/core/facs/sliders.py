"""What can be done to the sliders of a face as they stand: {rig key: intensity}, every key of AU_KEYS.

Sliders are free: an artist may pull two that contradict each other, where `ActionUnits` would refuse. These functions never refuse.
"""

from functools import cache

from .action_units import ActionUnits
from .pspi import PSPI_AUS, pspi
from .table import AU_KEYS, EXCLUSIONS, NUMBER_OF, ONE_SIDE_ONLY, TABLE, keys_of, side_of

PLACES = 2                                             # decimals that an artist sees, and means
TURNS = ("head", "gaze")                               # kinds of AUs that direct the face, whatever it expresses


def label(number):
    """Return an AU's name as panels show it, such as "AU4 Brow Lowerer"."""
    return f"AU{number} {TABLE[number].name.title()}"


def tooltip(number):
    """Return what an AU's slider says about itself: its name, its muscles, and what this mesh shows instead where it cannot show it."""
    row = TABLE[number]
    text = f"{row.name} ({row.muscles})" if row.muscles else row.name
    return text if row.supported else f"{text}. Not as FACS describes it: {row.note}"


def shown(values):
    """Return sliders as they are shown: within 0..5, rounded to two decimals."""
    return {key: round(min(max(value, 0.0), 5.0), PLACES) for key, value in values.items()}


def face(values):
    """Return sliders as ActionUnits, rounded as they are shown.

    raises   WinceError where they contradict each other
    """
    return ActionUnits.from_keys(shown(values))


def score(values):
    """Return the PSPI of sliders, core.facs.pspi.PSPI, whatever its other AUs do: those that it counts never contradict each other."""
    counted = {key: values[key] for number in PSPI_AUS for key in keys_of(number)}
    return pspi(ActionUnits.from_keys({key: min(max(value, 0.0), 5.0) for key, value in counted.items()}))


def mirrored(values):
    """Return sliders with left and right exchanged, turns of head and eyes included."""
    return {key: values[_twin(key)] for key in AU_KEYS}


def laid(values, aus, numbers):
    """Return sliders with an expression's say about some AUs laid over them; other AUs give way where they contradict it.

    aus      ActionUnits
    numbers  the AUs that it decides about, zeros included
    """
    target = aus.keys()
    decided = {key: target[key] for number in numbers for key in keys_of(number)}
    return settled(values | decided, {key for key, value in decided.items() if value})


def blended(values, aus, share, numbers):
    """Return sliders moved a share 0..1 of the way to an expression, for the AUs that it decides about, as in `laid`."""
    mixed = {key: values[key] + share * (aus.intensity(key) - values[key]) for number in numbers for key in keys_of(number)}
    return settled(values | mixed, {key for key in mixed if aus.intensity(key) and share})


def settled(values, winners):
    """Return sliders without what contradicts `winners`, a set of keys that do not contradict each other."""
    losers = {rival for key in winners for rival in _rivals(key)} - winners
    return {key: 0.0 if key in losers else value for key, value in values.items()}


def decided_by(aus):
    """Return the AUs that an expression decides about: all but head and gaze, and those too where it turns them."""
    turned = {TABLE[number].kind for number in aus.numbers} & set(TURNS)
    return tuple(number for number, row in TABLE.items() if row.kind not in TURNS or row.kind in turned)


@cache
def _twin(key):
    """Return the key that has this key's value in a mirror."""
    row = TABLE[NUMBER_OF[key]]
    if row.sided:
        return key[:-1] + {"L": "R", "R": "L"}[side_of(key)]
    if row.rotation and row.rotation[0] in ("yaw", "roll"):
        twin = (row.kind, row.rotation[0], -row.rotation[1])
        return next(k for k in AU_KEYS if (other := TABLE[NUMBER_OF[k]]).rotation and (other.kind, *other.rotation) == twin)
    return key


@cache
def _rivals(key):
    """Return the keys that a slider contradicts, on its own side; a slider without sides is on both."""
    number, side = NUMBER_OF[key], side_of(key)
    others = {other for group in EXCLUSIONS if number in group for other in group - {number}}
    found = {rival for other in others for rival in keys_of(other) if {side, side_of(rival)} != {"L", "R"}}
    return found | (set(keys_of(number)) - {key} if number in ONE_SIDE_ONLY else set())
