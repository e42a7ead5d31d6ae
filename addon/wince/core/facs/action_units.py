"""ActionUnits: what a face does at one moment, as a value.

    >>> face = ActionUnits.parse("4C+6D+L7B+9B+43")
    >>> face.both(6), face.left(7), face.right(7), str(face)
    (4.0, 2.0, 0.0, '4C+6D+L7B+9B+43')
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ..errors import WinceError
from .intensity import LETTERS, nearest, share
from .table import AU_KEYS, EXCLUSIONS, NUMBER_OF, ONE_SIDE_ONLY, SIDES, TABLE, keys_of, side_of

CLOSURES = (43, 45, 46)                                # FACS writes them without a letter: closed is closed
WORD = re.compile(r"(?P<side>[LR]?)(?:AU)?0*(?P<number>\d+)(?:(?P<letter>[A-E])|=(?P<value>.+))?")
ORDER = {key: place for place, key in enumerate(AU_KEYS)}
TOGETHER_NEVER = [{keys_of(number)[side] for number in group} for group in EXCLUSIONS for side in (0, -1)] + [
    set(keys_of(number)) for number in ONE_SIDE_ONLY]
RIVALS = {key: tuple(sorted({rival for keys in TOGETHER_NEVER if key in keys for rival in keys} - {key})) for key in AU_KEYS}


@dataclass(frozen=True)
class ActionUnits:
    """An immutable set of AU intensities, 0..5 each; equal faces are equal and hash alike.

    pairs   ((rig key, intensity), ...)   in any order; kept in the table's order and without zeros
    raises  WinceError for an unknown AU, an intensity out of 0..5, or AUs that contradict each other
    """

    pairs: tuple[tuple[str, float], ...] = ()

    def __post_init__(self):
        values = {}
        for key, value in self.pairs:
            if key in values:
                raise WinceError(f"{_label(key)} is given twice: keep one")
            values[_known_key(key)] = _checked(key, value)
        object.__setattr__(self, "pairs", tuple((k, values[k]) for k in sorted(values, key=ORDER.__getitem__) if values[k]))
        _refuse_contradictions(dict(self.pairs))

    # Ways in

    @classmethod
    def parse(cls, text: str) -> "ActionUnits":
        """Read FACS notation: "4C+6D+L7B+9B+43", numbers as "4=2.5"; "0" or nothing is the neutral face.

        Sides stand before the number (L7B, R7B), letters A..E are 1..5; 43, 45 and 46 need no letter: closed is E.
        raises  WinceError that names the word it cannot read
        """
        words = [word.strip() for word in text.upper().split("+")]
        if words in ([""], ["0"]):
            return cls()
        return cls(tuple(pair for word in words for pair in _read(word, text)))

    @classmethod
    def from_codes(cls, codes: Mapping) -> "ActionUnits":
        """Build from numbers: {4: 3, (7, "L"): 2}; a number alone means both sides."""
        return cls(tuple(pair for au, value in codes.items() for pair in _spread(au, value)))

    @classmethod
    def from_keys(cls, values: Mapping[str, float]) -> "ActionUnits":
        """Build from the rig's properties: {"AU04.L": 2.5, "AU17": 1}."""
        return cls(tuple(values.items()))

    @classmethod
    def from_json(cls, data: Mapping[str, Mapping[str, float]]) -> "ActionUnits":
        """Build from what `json` returns: {"4": {"L": 3, "R": 3}, "25": {"B": 2}}."""
        return cls(tuple(pair for number, sides in data.items() for pair in _from_sides(number, sides)))

    def with_(self, codes: Mapping) -> "ActionUnits":
        """Return a copy with some AUs set anew, as in `from_codes`; 0 takes one away."""
        return type(self)(tuple((self._values | dict(pair for au, value in codes.items() for pair in _spread(au, value))).items()))

    def rounded(self) -> "ActionUnits":
        """Return the same face in whole FACS codes."""
        if all(value.is_integer() for _, value in self.pairs):
            return self
        return type(self)(tuple((key, float(nearest(value))) for key, value in self.pairs))

    # Ways out

    @cached_property
    def _values(self):
        return dict(self.pairs)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The AUs that are present, ascending."""
        return tuple(dict.fromkeys(NUMBER_OF[key] for key, _ in self.pairs))

    def intensity(self, key: str) -> float:
        """Return the intensity of one rig key, such as "AU04.L"."""
        return self._values.get(_known_key(key), 0.0)

    def left(self, number: int) -> float:
        """Return the intensity on the character's left; an unsided AU has the same on both."""
        return self._values.get(_known(number)[0], 0.0)

    def right(self, number: int) -> float:
        """Return the intensity on the character's right; an unsided AU has the same on both."""
        return self._values.get(_known(number)[-1], 0.0)

    def both(self, number: int) -> float:
        """Return the AU's one intensity: the greater of its sides."""
        return max(self.left(number), self.right(number))

    def keys(self) -> dict[str, float]:
        """Return the intensity of every rig key, zeros included, in the table's order."""
        return {key: self._values.get(key, 0.0) for key in AU_KEYS}

    def codes(self) -> dict[str, int]:
        """Return the FACS code 0..5 of every rig key, zeros included, in the table's order."""
        return {key: nearest(value) for key, value in self.keys().items()}

    def effect(self, key: str) -> float:
        """Return the share 0..1 of full displacement that moves the mesh: by the curve for shapes, straight for head and gaze.

        An eye at 3 has turned by three steps of degrees, and its lids must follow the angle.
        """
        value = self.intensity(key)
        return value / 5.0 if TABLE[NUMBER_OF[key]].rotation else float(share(value))

    def json(self, always: tuple[int, ...] = ()) -> dict[str, dict[str, float]]:
        """Return plain JSON, {"4": {"L": 3, "R": 3}, "25": {"B": 2}}: whole intensities as int, numbers ascending.

        always   AUs that are listed although they are 0
        """
        return self._by_number(always, lambda key: _plain(self.intensity(key)))

    def realised(self, always: tuple[int, ...] = ()) -> dict[str, dict[str, float]]:
        """Return the shares that moved the mesh, in the form of `json`; see `effect`."""
        return self._by_number(always, self.effect)

    def _by_number(self, always, value_of):
        return {str(number): {side_of(key): value_of(key) for key in keys_of(number)} for number in sorted({*self.numbers, *always})}

    def __str__(self) -> str:
        return "+".join(word for number in self.numbers for word in self._words(number)) or "0"

    def _words(self, number):
        """The words of one AU: "4C" where both sides agree, else "L4C", "R4B" for the sides that are present."""
        values = [self._values.get(key, 0.0) for key in keys_of(number)]
        if len(set(values)) == 1:
            return [_word("", number, values[0])]
        return [_word(side, number, value) for side, value in zip(SIDES, values, strict=True) if value]


def _word(side, number, value):
    if number in CLOSURES and value == 5.0:
        return f"{side}{number}"
    return f"{side}{number}{LETTERS[int(value) - 1]}" if value.is_integer() else f"{side}{number}={value!r}"


def _read(word, text):
    """Turn one word of FACS notation into its (key, intensity) pairs."""
    match = WORD.fullmatch(word)
    if match is None:
        raise WinceError(f"cannot read {word!r} in {text!r}: write AUs as 4C, L7B or 4=2.5, letters A to E, joined by +")
    side, number, letter, value = match["side"], int(match["number"]), match["letter"], match["value"]
    if letter:
        value = LETTERS.index(letter) + 1.0
    elif value is None and number in CLOSURES:
        value = 5.0
    elif value is None and number in TABLE:
        raise WinceError(f"AU{number} in {text!r} has no intensity: write {number}A to {number}E, or {number}=2.5")
    return _spread((number, side) if side else number, value)


def _spread(au, value):
    """Turn `number` or `(number, side)` into the (key, intensity) pairs it stands for."""
    number, side = au if isinstance(au, tuple) else (au, "")
    keys = _known(number)
    if not side:
        if number in ONE_SIDE_ONLY and value != 0:
            raise WinceError(f"AU{number} ({TABLE[number].name}) has one side at a time: write L{number} or R{number}")
        return [(key, value) for key in keys]
    if side not in SIDES:
        raise WinceError(f"AU{number} has no side {side!r}: sides are L and R")
    if not TABLE[number].sided:
        raise WinceError(f"AU{number} ({TABLE[number].name}) has no sides: write it without {side}")
    return [(keys[SIDES.index(side)], value)]


def _from_sides(number, sides):
    """Turn one entry of the JSON form into (key, intensity) pairs."""
    if not str(number).isdecimal():
        raise WinceError(f"unknown AU {number!r}: use a FACS number such as 4")
    return [pair for side, value in sides.items() for pair in _spread(int(number) if side == "B" else (int(number), side), value)]


def _known(number):
    """Return the rig keys of an AU, refusing one that is not in the table."""
    if number not in TABLE:
        raise WinceError(f"unknown AU {number!r}: known are {', '.join(map(str, TABLE))}")
    return keys_of(number)


def _known_key(key):
    if key not in NUMBER_OF:
        raise WinceError(f"unknown AU key {key!r}: keys look like {AU_KEYS[0]!r} or 'AU17'")
    return key


def _checked(key, value):
    """Return the intensity as a float within 0..5."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = -1.0
    if not 0.0 <= number <= 5.0:
        raise WinceError(f"{_label(key)} has intensity {value!r}: it must be a number in 0..5, or a letter A..E")
    return number


def _plain(value):
    return int(value) if value.is_integer() else value


def _label(key):
    """A rig key as people say it: AU7 L, AU17."""
    number, side = NUMBER_OF[key], side_of(key)
    return f"AU{number}" if side == "B" else f"AU{number} {side}"


def _refuse_contradictions(values):
    """Refuse AUs that one side of a face cannot do at once; `values` holds no zeros."""
    if not any(rival in values for key in values for rival in RIVALS[key]):
        return
    for number in ONE_SIDE_ONLY:
        if all(key in values for key in keys_of(number)):
            raise WinceError(f"AU{number} ({TABLE[number].name}) is on both sides: keep one")
    for group in EXCLUSIONS:
        for side in (0, -1):
            found = [number for number in sorted(group) if keys_of(number)[side] in values]
            if len(found) > 1:
                raise WinceError(f"AU{found[0]} ({TABLE[found[0]].name}) and AU{found[1]} ({TABLE[found[1]].name}) "
                                 "contradict each other: keep one")
