"""Templates -> text: places are filled, and the parts that a plan does not need are left out.

A place is @LIKE_THIS@. A part begins with a line that ends in `<part>` and goes to the line that ends in `</part>`; neither line stays.
"""

import re
from pathlib import Path

TEMPLATES = Path(__file__).with_name("templates")
PLACE = re.compile(r"@([A-Z][A-Z_]*)@")
OPEN, CLOSE = re.compile(r"\W*<([a-z_]+)>"), re.compile(r"\W*</([a-z_]+)>")


def template(name):
    """Return the text of a template."""
    return (TEMPLATES / name).read_text(encoding="utf-8")


def fill(text, places, parts=()):
    """Return a template's text with its places filled and the parts left out that are not asked for.

    text     str, a template
    places   {name: value}; a value is written as str() writes it
    parts    names of the parts that stay
    returns  str
    raises   KeyError for a place without a value: a bug in Wince
    """
    return PLACE.sub(lambda match: str(places[match[1]]), "".join(_kept(text.splitlines(keepends=True), set(parts))))


def _kept(lines, parts):
    """Yield the lines outside of parts, and inside of those that stay; parts may lie in one another."""
    inside = []
    for line in lines:
        if match := CLOSE.fullmatch(line.rstrip()):
            inside.remove(match[1])
        elif match := OPEN.fullmatch(line.rstrip()):
            inside.append(match[1])
        elif parts.issuperset(inside):
            yield line
