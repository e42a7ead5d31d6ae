"""The table of axes in docs/looks.md is what core/look.py, core/identity.py and the checks say."""

import dataclasses
import re
from pathlib import Path

from wince.core import look as looks
from wince.core.identity import IRISES
from wince.job import check, spec

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "looks.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in TEXT.splitlines() if re.match(r"\| `[a-z_.]+` \|", line)]


def words(about):
    """Return what the table says of an axis: its words, a range, how a colour is written."""
    if "options" in about:
        return ", ".join(about["options"])
    return '`"#rrggbb"` or `[r, g, b]`, 0..1' if "colour" in about else f"{about['low']:g}..{about['high']:g}"


def test_every_axis_of_a_look_is_there_with_its_words_and_what_it_is():
    wanted = [[f"`look.{part}.{item.name}`", words(item.metadata), item.metadata["tip"]] for part, item in looks.axes()]
    assert [row[:3] for row in ROWS if row[0].startswith("`look.")] == wanted


def test_so_is_what_else_can_be_fixed():
    said = {row[0].strip("`"): row[1] for row in ROWS if not row[0].startswith("`look.")}
    assert said == {**{key: f"{low}..{high}" for key, (low, high) in check.FIXED.items()}, "iris": ", ".join(IRISES)}


def test_every_key_of_looks_stands_beside_its_axis():
    narrowed = {row[3].strip("`"): row for row in ROWS if row[3]}
    assert set(narrowed) == {item.name for item in dataclasses.fields(spec.Looks)} - {"glasses"}
    for key in narrowed.keys() & {name.rpartition(".")[2] for name in check.CHOICES}:
        known = check.CHOICES[f"people.looks.{key}"]
        assert set(known) <= set(narrowed[key][1].split(", ")), key
