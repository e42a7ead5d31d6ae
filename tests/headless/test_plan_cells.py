"""The counts of a plan: exact for a plan by hand, the same from plan.json and from the shards, balanced where balance was asked for."""

import json
from collections import Counter

import pytest

from wince.job import expand, spec
from wince_headless.plan import cells, write

BLACK, WHITE = {"age": "20-35", "gender": "woman", "group": "Black"}, {"age": "20-35", "gender": "woman", "group": "White"}


def line(cell, twin_of, *shows):
    """Return as much of a plan's line as is counted; shows as (kind, PSPI)."""
    return {"cell": cell, "twin_of": twin_of, "views": ["a", "b"],
            "shows": [{"kind": kind, "pain": kind == "pain", "pspi": score} for kind, score in shows]}


LINES = [line(BLACK, None, ("neutral", 0), ("pain", 3), ("pain", 3), ("joy", 2)),
         line(BLACK, "id00000", ("neutral", 0), ("pain", 3), ("pain", 3), ("joy", 2)),
         line(BLACK, None, ("neutral", 0), ("pain", 16)),
         line(WHITE, None, ("neutral", 0), ("gaze", 0))]


def job(**changes):
    """Return a job of two cells, Black and White women of 20 to 35."""
    return spec.Job(people=spec.People(ages=((20.0, 35.0),), genders=("woman",), groups=("Black", "White", "Latino")), **changes)


def test_people_samples_and_pspi_of_a_cell():
    black, white, latino = cells.rows(cells.tally(LINES), job())
    assert black == {**BLACK, "people": 2, "samples": 12, "neutral": 2, "pain": 3, "nonpain": 1, "twins": 1, "twin_samples": 8,
                     "pspi": {"3": 2, "16": 1}}
    assert (white["people"], white["samples"], white["pain"], white["nonpain"], white["pspi"]) == (1, 4, 0, 1, {})
    assert latino == {"age": "20-35", "gender": "woman", "group": "Latino", "people": 0, "samples": 0, "neutral": 0, "pain": 0,
                      "nonpain": 0, "twins": 0, "twin_samples": 0, "pspi": {}}


def test_tallies_add_up_in_any_order():
    parts = [cells.tally([one]) for one in LINES]
    assert sum(parts, Counter()) == sum(parts[::-1], Counter()) == cells.tally(LINES)


def test_least_most_and_sum():
    found = cells.Cells(cells.rows(cells.tally(LINES), job()))
    assert found.spread("people") == (0, 2, 3) and found.spread("samples") == (0, 12, 16) and found.spread(3) == (0, 2, 2)
    told = found.json()
    assert told["spread"]["people"] == {"least": 0, "most": 2, "sum": 3} and told["pspi"]["16"] == {"least": 0, "most": 1, "sum": 1}
    assert json.loads(json.dumps(told)) == told and len(told["cells"]) == 3


def test_who_is_in_no_cell_is_counted_too():
    found = cells.rows(cells.tally([line({}, None, ("pain", 5))]), job())
    assert found[-1]["group"] == "none" and found[-1]["people"] == 1 and len(found) == 4


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    """A plan of every cell twice, with a twin beside each, whose scores are dealt."""
    asked = spec.Job(seed=3, people=spec.People(count=72, twins=({"age": 80},)), cameras=("frontal",),
                     expressions=spec.Expressions(pain=8, nonpain=2, pspi="balanced"))
    return write.plan(asked, tmp_path_factory.mktemp("cells") / "set")


def test_what_stands_in_the_plan_is_what_its_shards_count_to(planned):
    kept, counted = cells.table(planned).rows, cells.count(planned)
    assert kept == counted and len(kept) == 36
    assert sum(row["samples"] + row["twin_samples"] for row in kept) == planned.samples
    assert sum(row["people"] for row in kept) == 72 == sum(row["twins"] for row in kept)


def test_a_plan_without_room_for_its_cells_is_counted(planned):
    bare = type(planned)(planned.folder, {**planned.facts, "cells": None}, planned.job)
    assert cells.table(bare).rows == planned.facts["cells"]


def test_dealt_scores_are_balanced_in_every_cell(planned):
    found = cells.table(planned)
    assert found.spread("people")[:2] == (2, 2) and found.spread("pain")[:2] == (16, 16)
    for score in found.scores:
        assert found.spread(score) == (1, 1, 36)


@pytest.mark.parametrize("full", [False, True])
def test_the_tables_fit_a_terminal(planned, full):
    text = cells.table(planned).text(full=full, width=100)
    assert max(map(len, text.splitlines())) <= 100 and "…" not in text
    assert "36 cells, 2 people and 22 samples in each" in text and "72 twins besides" in text
    assert ("75-93 woman Middle Eastern" in text) == full
    rows = [words for line in text.splitlines() if (words := line.split()) and words[0] == "16" and len(words) == 5]
    assert rows and rows[0][1:4] == ["1", "1", "36"]


def test_of_dealt_expressions_pain_and_the_rest_are_told_apart_in_every_cell(tmp_path):
    asked = spec.Job(people=spec.People(count=36 * 3), cameras=("frontal",), expressions=spec.Expressions(pain=1, nonpain=1, dealt=1))
    found = cells.table(write.plan(asked, tmp_path / "set"))
    assert found.dealt and {found.spread(kind)[:2] for kind in ("pain", "nonpain")} == {(1, 2)}
    text = found.text()
    assert "Expressions: pain + others" in text
    assert "told apart by pain that is 72 cells with 1 to 2 expressions in each." in " ".join(text.split())
    first = found.rows[0]
    assert f"{first['pain']} + {first['nonpain']}" in text and max(map(len, text.splitlines())) <= 100


def test_what_everybody_shows_alike_is_not_told_twice(planned):
    assert not cells.table(planned).dealt and "told apart" not in cells.table(planned).text()


def test_big_counts_find_room():
    rows = [{**row, "pspi": {str(score): 123_456 for score in range(1, 17)}, "nonpain": 1_234_567} for row in _all_cells()]
    text = cells.Cells(rows).text(full=True, width=120)
    assert max(map(len, text.splitlines())) <= 120 and "123k" in text and "1M" in text and "…" not in text


def _all_cells():
    return cells.rows(Counter(), spec.Job())


def test_a_plan_without_pain_has_no_table_of_pain(tmp_path):
    asked = spec.Job(people=spec.People(count=2), expressions=spec.Expressions(pain=0), cameras=("frontal",))
    found = cells.table(write.plan(asked, tmp_path / "set"))
    assert found.scores == [] and "PSPI" not in found.text()
    assert found.spread("samples")[2] == len(expand.samples(asked))
