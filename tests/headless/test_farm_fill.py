"""What all farm engines share: templates with places and parts, and which shards are chosen."""

import pytest

from wince.core.errors import WinceError
from wince.job import plan as planned
from wince.job import spec
from wince_headless.farm import chosen, fill
from wince_headless.work import places

TEXT = """\
name: @NAME@ of @NAME@, mail@example.org
# <paint>
paint: @SIZE@
  ## <deep>
  deep: 1
  ## </deep>
# </paint>
end: {{Param.X}}
"""


def test_places_are_filled_and_parts_left_out():
    assert fill.fill(TEXT, {"NAME": "a"}) == "name: a of a, mail@example.org\nend: {{Param.X}}\n"
    assert fill.fill(TEXT, {"NAME": "a"}, ["deep"]) == fill.fill(TEXT, {"NAME": "a"})           # inside of one that is left out
    assert fill.fill(TEXT, {"NAME": "a", "SIZE": 3}, ["paint"]) == "name: a of a, mail@example.org\npaint: 3\nend: {{Param.X}}\n"
    assert "deep: 1" in fill.fill(TEXT, {"NAME": "a", "SIZE": 3}, ["paint", "deep"])


def test_what_fills_a_place_is_not_filled_itself():
    assert fill.fill("@A@ @B@", {"A": "@B@", "B": "<b>"}) == "@B@ <b>"


def test_a_place_without_a_value_is_a_bug():
    with pytest.raises(KeyError):
        fill.fill("@NOBODY@", {})


@pytest.fixture
def plan(tmp_path):
    """A plan of five shards that nobody has drawn."""
    counts = {"people": 5, "twins": 0, "samples": 5, "shards": 5}
    return planned.Plan(tmp_path, {"format": planned.FORMAT, "hash": "00" * 32, "counts": counts, "paint": None}, spec.Job())


def test_shards_are_chosen_by_number_or_because_they_are_missing(plan):
    assert chosen.shards(plan, "all") == chosen.shards(plan, chosen.MISSING) == (0, 1, 2, 3, 4)
    assert chosen.shards(plan, "3,0-1") == (0, 1, 3)
    for number in (0, 3):
        places.done(plan.folder, number).parent.mkdir(parents=True, exist_ok=True)
        places.done(plan.folder, number).write_text("{}")
    assert chosen.shards(plan, chosen.MISSING) == (1, 2, 4)


def test_when_nothing_is_missing_it_says_so(plan):
    places.done(plan.folder, 0).parent.mkdir(parents=True)
    for number in range(5):
        places.done(plan.folder, number).write_text("{}")
    with pytest.raises(WinceError, match="is done: check it"):
        chosen.shards(plan, chosen.MISSING)
    with pytest.raises(WinceError, match="shards 0-4"):
        chosen.shards(plan, "5")
