"""Names as SynPAIN writes them, both ways: [ID]_[Pain|NoPain]_[Man|Woman]_[Young|Old].jpg

The ID has ten digits, 1 p g a r and five of its own: p 1 is pain, g 1 a woman, a 1 old, r the group. So digits and words say
the same thing twice; a name whose halves disagree is refused. Their words come in capitals and in small letters.
"""

import re
from typing import NamedTuple

from wince.core.errors import WinceError

PAIRS = 100_000                         # five digits
GROUPS = ("Black", "South Asian", "Middle Eastern", "White", "East Asian")     # by digit; White is "Caucasian" in their words
YOUNG, OLD = (20.0, 35.0), 75.0         # years; old has no end, theirs are 75 to 93
WOMAN, MAN = 0.25, 0.75                 # gender as drawn: up to here a woman, from here a man
FILE = re.compile(r"\d{10}_(?P<pain>Pain|NoPain)_(?P<gender>Man|Woman)_(?P<age>Young|Old)\.(?:jpg|mp4)", re.IGNORECASE | re.ASCII)
IDENTIFIER = re.compile(r"1[01][01][01][0-4]\d{5}", re.ASCII)


class Name(NamedTuple):
    """What a name says."""

    pain: bool
    woman: bool
    old: bool
    group: str                          # one of GROUPS
    own: int                            # 0..99999


def identifier(name):
    """Return the ten digits.

    name    Name
    raises  WinceError for a group that has no digit, and for a number of more than five digits
    """
    if name.group not in GROUPS:
        raise WinceError(f"SynPAIN has no digit for the group {name.group!r}: its groups are {', '.join(GROUPS)}")
    if not 0 <= name.own < PAIRS:
        raise WinceError(f"pair {name.own} has no five digits in SynPAIN's scheme: pack at most {PAIRS} pairs, or use --drop")
    return f"1{name.pain:d}{name.woman:d}{name.old:d}{GROUPS.index(name.group)}{name.own:05d}"


def picture(name):
    """Return the file name of a pair; raises WinceError as `identifier` does."""
    words = ("Pain" if name.pain else "NoPain", "Woman" if name.woman else "Man", "Old" if name.old else "Young")
    return "_".join((identifier(name), *words)) + ".jpg"


def read_identifier(digits):
    """Return what ten digits say.

    digits   str
    returns  Name
    raises   WinceError when they are no such ID
    """
    if not IDENTIFIER.fullmatch(digits):
        raise WinceError(f"{digits!r} is not an ID of SynPAIN's: ten digits, 1 p g a r and five of its own")
    p, g, a = (digit == "1" for digit in digits[1:4])
    return Name(p, g, a, GROUPS[int(digits[4])], int(digits[5:]))


def read(text):
    """Return what a file name says, capitals or not.

    text     str, no folder
    returns  Name
    raises   WinceError when it is no name of SynPAIN's, or its digits and its words disagree
    """
    match = FILE.fullmatch(text)
    if match is None:
        raise WinceError(f"{text!r} is not a name of SynPAIN's: they look like 1110124850_Pain_Woman_Young.jpg")
    name = read_identifier(text[:10])
    words = (match["pain"].lower() == "pain", match["gender"].lower() == "woman", match["age"].lower() == "old")
    if words != name[:3]:
        raise WinceError(f"{text!r} says one thing in digits and another in words: digits mean {picture(name)}")
    return name


def age_word(years):
    """Return whether years are old: True, False for young, None for an age that SynPAIN has no word for."""
    if YOUNG[0] <= years <= YOUNG[1]:
        return False
    return True if years >= OLD else None


def gender_word(gender):
    """Return whether 0..1 is a woman: True, False for a man, None in between."""
    if gender <= WOMAN:
        return True
    return False if gender >= MAN else None
