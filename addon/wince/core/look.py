"""How a person looks beyond shape and tone: skin, eyes, brows, hair, facial hair, clothes, glasses.

A look is a value like the identity that holds it. Its numbers are what a person tends to, whatever the age: signs of age come by
themselves (`ageing` says how many), so that the same person can be made older by one number. Everything that draws, edits, checks
or explains a look reads the fields' own metadata: a new field is a new axis everywhere.
"""

import dataclasses
import re
import typing
from dataclasses import dataclass, field
from functools import cache

from .errors import WinceError

HAIR_TEXTURES = ("straight", "wavy", "curly", "coily")
HAIR_COLOURS = ("black", "dark_brown", "brown", "light_brown", "auburn", "red", "dark_blond", "blond")
HAIR_STYLES = ("bald", "buzz", "short", "side_part", "crop", "bob", "long", "ponytail", "bun", "afro", "fringe", "permed",
               "braids", "cornrows")
FACIAL_HAIR = ("none", "stubble", "moustache", "goatee", "short_beard", "full_beard")
CLOTHES = ("none", "tshirt", "vneck", "gown", "pyjama", "sweater")
GLASSES = ("none", "round", "rectangular", "half_rim", "oval")


def share(default, tip):
    """Return a field that runs from 0 to 1."""
    return field(default=default, metadata={"low": 0.0, "high": 1.0, "tip": tip})


def choice(options, default, tip):
    """Return a field that is one of some words."""
    return field(default=default, metadata={"options": options, "tip": tip})


def colour(default, tip):
    """Return a field that is a display colour, sRGB 0..1."""
    return field(default=default, metadata={"colour": True, "tip": tip})


@dataclass(frozen=True)
class Skin:
    """What the skin's tone (the identity's `skin_lab`) does not say."""

    blood: float = share(0.5, "How much redder than the rest lips, nose, cheeks and lids are")
    freckles: float = share(0.0, "Freckles over nose and cheeks")
    spots: float = share(0.4, "How readily age spots come with the years")
    moles: float = share(0.2, "Moles")
    veins: float = share(0.3, "Veins and thin skin under the eyes and at the temples")
    pores: float = share(0.5, "How coarse the skin's pores are")
    oil: float = share(0.4, "How the skin shines, most on forehead and nose")
    lines: float = share(0.5, "How readily the skin folds, and lines stay with the years")


@dataclass(frozen=True)
class Eyes:
    """What the colour of the iris does not say."""

    limbus: float = share(0.5, "How dark the ring around the iris is; it fades with the years")
    redness: float = share(0.2, "Blood vessels in the white of the eye")
    lashes: float = share(0.5, "How long and dense the lashes are")


@dataclass(frozen=True)
class Brows:
    """The eyebrows; their colour is the hair's."""

    thickness: float = share(0.5, "From thin to bushy")
    density: float = share(0.6, "From sparse to dense")


@dataclass(frozen=True)
class Hair:
    """The hair on the scalp."""

    style: str = choice(HAIR_STYLES, "short", "How it is cut")
    texture: str = choice(HAIR_TEXTURES, "straight", "From straight to coily")
    colour: str = choice(HAIR_COLOURS, "dark_brown", "Its colour before it greys; brows, lashes and beard follow it")
    grey: float = share(0.5, "How early it greys with the years")
    receding: float = share(0.0, "How far the hairline goes back with the years")


@dataclass(frozen=True)
class FacialHair:
    """The beard."""

    style: str = choice(FACIAL_HAIR, "none", "How it is worn")
    density: float = share(0.6, "From thin to thick")
    shadow: float = share(0.0, "Beard shadow: what shaving leaves in the skin")


@dataclass(frozen=True)
class Clothes:
    """What hides the edge of the bust."""

    kind: str = choice(CLOTHES, "tshirt", "What is worn")
    colour: tuple[float, float, float] = colour((0.35, 0.42, 0.50), "Its colour, sRGB")


@dataclass(frozen=True)
class Glasses:
    """Glasses."""

    kind: str = choice(GLASSES, "none", "What is worn")
    colour: tuple[float, float, float] = colour((0.06, 0.05, 0.05), "The frame's colour, sRGB")


@dataclass(frozen=True)
class Look:
    """All of it. `seed` places what has no number of its own: freckles, strands, folds."""

    skin: Skin = field(default_factory=Skin)
    eyes: Eyes = field(default_factory=Eyes)
    brows: Brows = field(default_factory=Brows)
    hair: Hair = field(default_factory=Hair)
    facial_hair: FacialHair = field(default_factory=FacialHair)
    clothes: Clothes = field(default_factory=Clothes)
    glasses: Glasses = field(default_factory=Glasses)
    seed: int = 0

    def __post_init__(self):
        for part, item in axes():
            check(f"{part}.{item.name}", getattr(getattr(self, part), item.name), item.metadata)


@cache
def axes():
    """Return (name of the part, dataclass field) of every axis of a look, in order."""
    parts = {part: kind for part, kind in typing.get_type_hints(Look).items() if dataclasses.is_dataclass(kind)}
    return tuple((part, item) for part, kind in parts.items() for item in dataclasses.fields(kind))


def check(name, value, about):
    """Refuse a value that an axis cannot have; raises WinceError."""
    if "options" in about and value not in about["options"]:
        raise WinceError(f"look {name}: {value!r} is not known: known are {', '.join(about['options'])}")
    if "low" in about and not (isinstance(value, int | float) and about["low"] <= value <= about["high"]):
        raise WinceError(f"look {name} is {value!r}: it must be in {about['low']:g}..{about['high']:g}")
    if "colour" in about and not (len(value) == 3 and all(0 <= part <= 1 for part in value)):
        raise WinceError(f"look {name}: {value!r} is no colour: give red, green and blue in 0..1")


def from_dict(data, where="look"):
    """Return the Look of plain JSON values; what is left out has its default.

    raises  WinceError for an unknown key or a value that cannot be
    """
    parts = typing.get_type_hints(Look)
    if unknown := sorted(set(data) - set(parts)):
        raise WinceError(f"{where}: a look has no {unknown[0]!r}: it has {', '.join(parts)}")
    return Look(**{name: _part(parts[name], value, f"{where}.{name}") for name, value in data.items()})


def differences(look):
    """Return {"part.axis": value} of what a look has otherwise than by default, plain JSON."""
    out = {"seed": look.seed} if look.seed else {}
    for part, item in axes():
        value = getattr(getattr(look, part), item.name)
        if value != item.default:
            out[f"{part}.{item.name}"] = _plain(value)
    return out


def rgb(value):
    """Return a colour, (3,) sRGB 0..1, from the text "#rrggbb" or from three numbers; None for what is neither."""
    if isinstance(value, str):
        return tuple(round(int(value[k:k + 2], 16) / 255, 4) for k in (1, 3, 5)) if re.fullmatch("#[0-9a-fA-F]{6}", value) else None
    numbers = isinstance(value, list | tuple) and len(value) == 3 and all(isinstance(part, int | float) for part in value)
    return tuple(map(float, value)) if numbers and all(0 <= part <= 1 for part in value) else None


def changed(look, part, **values):
    """Return a look with some values of one part changed."""
    return dataclasses.replace(look, **{part: dataclasses.replace(getattr(look, part), **values)})


def _part(kind, value, where):
    """Return one part from plain JSON values."""
    if not dataclasses.is_dataclass(kind):
        return int(value)
    known = [item.name for item in dataclasses.fields(kind)]
    if unknown := sorted(set(value) - set(known)):
        raise WinceError(f"{where} has no {unknown[0]!r}: it has {', '.join(known)}")
    return kind(**{key: _plain(item) for key, item in value.items()})


def _plain(value):
    """Return a JSON value as looks hold it: lists as tuples, numbers as floats, so that equal looks are equal text."""
    if isinstance(value, list | tuple):
        return tuple(map(float, value))
    return float(value) if isinstance(value, int) else value
