"""The tables and loose annotations that the schemes of others write beside the pictures: PSPI again, the same split everywhere."""

import csv
import json
import re

from wince.core.errors import WinceError
from wince.core.facs.action_units import ActionUnits
from wince.core.facs.pspi import pspi

from ..release.schemes import pain3d, synpain
from . import items
from .labels import UNSIDED
from .samples import MALFORMED, MISSING

ANNOTATIONS = "annotations"
CODE = re.compile(r"AU(\d+)([LR])")


def tables(folder, facts):
    """Yield the faults of a release's tables, (check, path, sentence).

    folder   Path of the release
    facts    its release.json
    """
    if facts["scheme"] not in TABLES_OF:
        return
    scheme, split, check = TABLES_OF[facts["scheme"]]
    yield from _of(folder, scheme.LABELS, scheme.TABLES, lambda line: _label(line, facts))
    yield from _of(folder, split, scheme.TABLES, check)
    yield from _annotations(folder / ANNOTATIONS)


def lines(path):
    """Yield the lines of a CSV as dictionaries."""
    with open(path, encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _of(folder, name, headers, check):
    """Yield the faults of every line of a table."""
    path = folder / name
    if not path.is_file():
        yield "papers", name, MISSING
        return
    for number, line in enumerate(lines(path), 2):
        try:
            if tuple(line) != headers[name]:
                raise ValueError(f"its columns are {', '.join(map(str, line))}")
            found = list(check(line))
        except (*MALFORMED, WinceError) as error:
            found = [f"cannot be read ({error})"]
        yield from (("labels", name, f"line {number}: {sentence}") for sentence in found)


def _label(line, facts):
    score = _score(line)
    if int(line["pspi"]) != score:
        yield f"pspi is {line['pspi']}, its action units make {score}"
    if line["split"] not in facts["splits"]:
        yield f"is in the split {line['split']}, which the release does not have"


def _score(line):
    """Return PSPI of a line's columns AU4L, AU4R and so on; an AU without sides stands in both."""
    sides = {}
    for name, value in line.items():
        if match := CODE.fullmatch(name):
            sides.setdefault(match[1], {})[match[2]] = int(value)
    codes = {number: {"B": both["L"]} if int(number) in UNSIDED else both for number, both in sides.items()}
    return pspi(ActionUnits.from_json(codes)).total


def _split(line):
    if line["split"] not in ("0", "1", "2"):
        yield f"is in the split {line['split']}: they are 0, 1, 2"


def _fold(line):
    if line["fold"] not in ("0", "1", "2", "3", "4"):
        yield f"has fold {line['fold']}: they run from 0 to 4"


def _annotations(folder):
    """Yield the faults of 3DPain's annotations, a file per expression; there are none in tars and tables."""
    for path in sorted(folder.glob("*.json")):
        try:
            found = list(items.seven(json.loads(path.read_text(encoding="utf-8"))))
        except (OSError, *MALFORMED) as error:
            found = [("labels", f"cannot be read ({error})")]
        yield from ((check, f"{ANNOTATIONS}/{path.name}", sentence) for check, sentence in found)


TABLES_OF = {"3dpain": (pain3d, pain3d.SPLIT, _split), "synpain": (synpain, synpain.FOLDS, _fold)}
