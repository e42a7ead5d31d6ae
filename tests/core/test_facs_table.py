"""The laws of the AU table."""

import re

import pytest

from wince.core.facs.arkit import ARKIT_NAMES
from wince.core.facs.table import (
    AU_KEYS,
    EXCLUSIONS,
    FADES,
    NUMBER_OF,
    ONE_SIDE_ONLY,
    SPLIT,
    TABLE,
    TABLE_VERSION,
    keys_of,
    limits,
    side_of,
    sources_of,
)

REQUIRED = {1, 2, 4, 5, 6, 7, *range(9, 31), 33, 34, 38, 39, 43, 45, 46, *range(51, 59), *range(61, 67)}
SIDED = {1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 20, 30, 38, 43, 45, 46}
# All that the face pack takes from the wheel's expression units.
UNITS = {"unit:nose-left-elevation", "unit:nose-right-elevation", "unit:nose-left-dilatation", "unit:nose-right-dilatation",
         "unit:nose-compression", "unit:neck-platysma", "unit:mouth-parling"}


def test_the_action_units_are_the_ones_required():
    assert set(TABLE) == REQUIRED
    assert list(TABLE) == sorted(TABLE)
    assert all(number == row.number for number, row in TABLE.items())
    assert TABLE_VERSION == "1"


def test_left_and_right_where_facs_has_them():
    assert {number for number, row in TABLE.items() if row.sided} == SIDED


def test_exclusions_are_exact():
    contradictions = {(5, 43), (43, 45, 46), (26, 27), (51, 52), (53, 54), (55, 56), (57, 58), (61, 62), (63, 64), (65, 66)}
    one_shape = {(23, 24), (33, 34)}
    assert set(EXCLUSIONS) == {frozenset(group) for group in contradictions | one_shape}
    assert ONE_SIDE_ONLY == {30, 46}


def test_action_units_of_the_same_shapes_exclude_each_other():
    for a in TABLE.values():
        twins = {b.number for b in TABLE.values() if b.shapes and b.shapes == a.shapes}
        if len(twins) > 1:
            assert frozenset(twins) in EXCLUSIONS
            assert {TABLE[number].kind for number in twins} == {"shape", "alias"}


def test_every_alias_has_an_owner():
    for row in (row for row in TABLE.values() if row.kind == "alias"):
        assert [b.number for b in TABLE.values() if b.kind == "shape" and b.shapes == row.shapes]


@pytest.mark.parametrize("row", TABLE.values(), ids=str)
def test_a_row_is_whole(row):
    assert row.name and row.region and row.source
    assert row.part in ("upper", "lower", "eyes", "head")
    assert row.kind in ("shape", "alias", "gaze", "head")
    assert row.muscles or row.kind == "head"
    assert bool(row.rotation) == (row.kind in ("gaze", "head")) == (row.part in ("eyes", "head"))
    assert row.shapes or row.kind == "head"
    assert all(0.0 < gain <= 1.0 for gain in row.shapes.values())
    assert 1.0 in row.shapes.values() or row.kind == "head" or row.note
    assert row.supported or row.note


def test_every_source_exists():
    sources = {source for key in AU_KEYS for source in sources_of(key)}
    assert sources <= {*ARKIT_NAMES, *UNITS}
    assert {source for source in sources if source.startswith("unit:")} == UNITS


def test_what_arkit_has_and_no_action_unit_moves():
    assert {*ARKIT_NAMES} - {s for key in AU_KEYS for s in sources_of(key)} == {"mouthLeft", "mouthRight", "mouthShrugUpper"}


def test_sources_without_sides_of_sided_rows_are_the_ones_to_split():
    assert {shape for row in TABLE.values() if row.sided for shape in row.shapes if "{side}" not in shape} == set(SPLIT)


def test_what_fades_belongs_to_the_table():
    assert all(any(shape in row.shapes for row in TABLE.values()) and undoer in TABLE for shape, undoer in FADES.items())


def test_rig_keys():
    assert AU_KEYS[:3] == ("AU01.L", "AU01.R", "AU02.L") and {"AU17", "AU43.R", "AU51"} < {*AU_KEYS}
    assert len(AU_KEYS) == len(set(AU_KEYS)) == len(REQUIRED) + len(SIDED)
    assert all(re.fullmatch(r"AU\d\d(\.[LR])?", key) for key in AU_KEYS)
    assert keys_of(4) == ("AU04.L", "AU04.R") and keys_of(25) == ("AU25",)
    assert NUMBER_OF["AU04.L"] == 4
    assert [side_of(key) for key in ("AU04.L", "AU04.R", "AU25")] == ["L", "R", "B"]


def test_sources_of_a_key():
    assert sources_of("AU04.R") == {"browDownRight": 1.0}
    assert sources_of("AU09.L") == {"noseSneerLeft": 1.0, "unit:nose-left-elevation": 1.0}
    assert sources_of("AU10.L") == {"mouthUpperUpLeft": 1.0}
    assert sources_of("AU01.L") == {"browInnerUp": 1.0}
    assert sources_of("AU63") == {"eyeLookUpLeft": 1.0, "eyeLookUpRight": 1.0}
    assert sources_of("AU30.L") == {"jawLeft": 1.0}
    assert sources_of("AU51") == {}


def test_left_and_right_mirror_each_other():
    for key in (key for key in AU_KEYS if side_of(key) == "L"):
        mirrored = {s.replace("Left", "Right").replace("left", "right"): gain for s, gain in sources_of(key).items()}
        assert mirrored == sources_of(key[:-1] + "R")


def test_opposite_turns_are_opposite():
    for a, b in ((51, 52), (53, 54), (55, 56), (57, 58), (61, 62), (63, 64), (65, 66)):
        (axis, degrees), (other_axis, other) = TABLE[a].rotation, TABLE[b].rotation
        assert axis == other_axis and degrees == -other
    assert [TABLE[n].rotation[0] for n in (51, 53, 55, 57, 61, 63, 65)] == ["yaw", "pitch", "roll", "forward", "yaw", "pitch", "vergence"]
    assert all(TABLE[n].rotation[1] > 0 for n in (51, 53, 55, 57, 61, 63, 66))


def test_what_the_mesh_cannot_do_is_said():
    assert {11, 13, 23} <= set(limits())
    assert all(limits().values())
    assert not {4, 6, 7, 9, 10, 43} & set(limits())
