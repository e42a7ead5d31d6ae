"""Names as 3DPain writes them, both ways.

    flame_sample_0000_pain_1_textured_view_000_inpainted.jpg     a picture of a pain expression
    flame_sample_0000_neutral_textured_view_000_inpainted.jpg    one of the neutral face
    flame_sample_0000_pain_1_annotations.json                    the seven numbers of an expression
    flame_sample_0000_pain_1                                     its base name, by which all its files are found

How its heatmaps and meshes are called is not known; theirs are named here in the same manner. Reading does not mind capitals.
"""

import re
from typing import NamedTuple

from wince.core.errors import WinceError

PEOPLE, VIEWS = 10_000, 1_000           # four and three digits
KEYS = ("AU4", "AU6", "AU7", "AU9", "AU10", "AU43", "PSPI")
BASE = r"flame_sample_(?P<person>\d{4})_(?:(?P<neutral>neutral)|pain_(?P<pain>[1-9]\d*))"
ENDINGS = {"picture": r"_textured_view_(?P<view>\d{3})_inpainted\.jpg", "annotation": r"_annotations\.json", "heatmap": r"_heatmap\.png",
           "base": ""}


class Name(NamedTuple):
    """What a name says."""

    person: int                         # 0..9999
    pain: int                           # number of the pain expression from 1 on; 0 is the neutral face
    view: int | None = None             # 0..999 of a picture, else None


def subject(person):
    """Return the name of a person, flame_sample_0000; raises WinceError where the number has not four digits."""
    if not 0 <= person < PEOPLE:
        raise WinceError(f"person {person} has no name of four digits in 3DPain's scheme: pack at most {PEOPLE} people, or use --drop")
    return f"flame_sample_{person:04d}"


def base(name):
    """Return the base name of an expression: flame_sample_0000_pain_1, or flame_sample_0000_neutral.

    name    Name
    raises  WinceError where the person has no four digits
    """
    return f"{subject(name.person)}_" + (f"pain_{name.pain}" if name.pain else "neutral")


def picture(name):
    """Return the file name of a picture.

    name    Name, with a view
    raises  WinceError where person or view have no name
    """
    if not 0 <= name.view < VIEWS:
        raise WinceError(f"view {name.view} has no name of three digits in 3DPain's scheme: pack at most {VIEWS} views, or use --drop")
    return f"{base(name)}_textured_view_{name.view:03d}_inpainted.jpg"


def annotation(name):
    """Return the file name of an expression's annotation."""
    return f"{base(name)}_annotations.json"


def heatmap(name):
    """Return the file name of an expression's coloured heatmap (ours: theirs is not known)."""
    return f"{base(name)}_heatmap.png"


def identity(person):
    """Return the file name of what we can say of a person's mesh (ours: theirs is not known)."""
    return f"{subject(person)}_identity.json"


def read(text):
    """Return what a file name or a base name says.

    text     str, no folder
    returns  (kind, Name); kind is "picture", "annotation", "heatmap" or "base"
    raises   WinceError when it is no name of 3DPain's
    """
    for kind, ending in ENDINGS.items():
        if match := re.fullmatch(BASE + ending, text, re.IGNORECASE | re.ASCII):
            view = match.groupdict().get("view")
            return kind, Name(int(match["person"]), int(match["pain"] or 0), None if view is None else int(view))
    raise WinceError(f"{text!r} is not a name of 3DPain's: they look like {picture(Name(0, 1, 0))}")


def annotations(record):
    """Return the seven numbers of a record: the greater side of each action unit, and 1 for AU43 when both eyes are closed.

    record   dict as in record.json
    returns  {"AU4": 0..5, ..., "AU43": 0 or 1, "PSPI": 0..16}, integers
    """
    codes = {key: _greater(record["au_code"].get(key.removeprefix("AU"), {})) for key in KEYS[:5]}
    eyes = record["au_code"].get("43", {"B": 0})
    return codes | {"AU43": int(min(eyes.values()) >= 5), "PSPI": int(record["pspi"])}


def _greater(sides):
    return int(max(sides.values(), default=0))
