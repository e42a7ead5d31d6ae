"""Sliders as they stand: laying over, blending, mirroring; contradictions give way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wince.core.errors import WinceError
from wince.core.facs import path, sliders
from wince.core.facs.action_units import ActionUnits
from wince.core.facs.pspi import PSPI
from wince.core.facs.table import AU_KEYS, NUMBER_OF, TABLE

ANY_SLIDERS = st.lists(st.sampled_from((0.0, 0.0, 0.0, 1.0, 2.5, 5.0)), min_size=len(AU_KEYS), max_size=len(AU_KEYS)).map(
    lambda values: dict(zip(AU_KEYS, values, strict=True)))


def of(code, **more):
    return ActionUnits.parse(code).keys() | {key.replace("_", "."): value for key, value in more.items()}


def code(values):
    return str(sliders.face(values))


def test_labels_are_in_facs_words():
    assert sliders.label(4) == "AU4 Brow Lowerer" and sliders.label(66) == "AU66 Cross-Eye"
    assert sliders.tooltip(14) == "dimpler (buccinator)" and "Not as FACS describes it" in sliders.tooltip(18)


def test_what_is_shown_has_two_decimals():
    assert code(of("0", AU17=2.600000023841858, AU26=5.0000001)) == "17=2.6+26E"


def test_the_score_stands_where_sliders_contradict_each_other():
    values = of("4C+7B+43", AU51=2.0, AU52=1.0, AU05_L=3.0)
    assert sliders.score(values) == PSPI(6, 3, 2, 0, 1)
    with pytest.raises(WinceError, match="contradict"):
        sliders.face(values)


def test_a_mirror_exchanges_sides_and_turns():
    values = of("L4C+R6B+17A+51D+53B+55A+62C+64A+65B+57A")
    assert code(sliders.mirrored(values)) == "R4C+L6B+17A+52D+53B+56A+57A+61C+64A+65B"


@given(ANY_SLIDERS)
def test_two_mirrors_are_none(values):
    assert sliders.mirrored(sliders.mirrored(values)) == values


def test_what_contradicts_gives_way_on_its_own_side_only():
    values = of("L5C+R5B+17A+51D")
    assert code(sliders.laid(values, ActionUnits.parse("L43+9B"), (9, 43))) == "R5B+9B+17A+L43+51D"


def test_a_wink_gives_way_to_the_other():
    assert code(sliders.laid(of("L46D"), ActionUnits.parse("R46B"), (46,))) == "R46B"


@given(ANY_SLIDERS, st.integers(0, 1000), st.floats(0, 16))
def test_a_path_leaves_alone_what_it_does_not_decide_about_nor_contradicts(values, seed, position):
    aus = path.at(path.variation(seed), position)
    after = sliders.laid(values, aus, path.PATH_AUS)
    for key in AU_KEYS:
        if NUMBER_OF[key] in path.PATH_AUS:
            assert after[key] == aus.intensity(key)
        elif NUMBER_OF[key] in (5, 45, 46) and aus.both(43):
            assert after[key] == 0.0
        else:
            assert after[key] == values[key]


def test_a_preset_decides_about_head_and_gaze_only_where_it_turns_them():
    numbers = sliders.decided_by(ActionUnits.parse("4C+61B"))
    assert {4, 12, 61, 64} <= set(numbers) and not {51, 58} & set(numbers)
    assert {TABLE[number].kind for number in sliders.decided_by(ActionUnits())} == {"shape", "alias"}


def test_blending_goes_straight_from_the_present_face():
    values = of("4D+12B+51C")
    half = sliders.blended(values, ActionUnits.parse("4B+9D"), 0.5, (4, 9, 12))
    assert code(half) == "4C+9B+12A+51C"
    assert sliders.blended(values, ActionUnits.parse("4B"), 0.0, (4, 12)) == values


def test_what_a_blend_brings_in_wins():
    assert code(sliders.blended(of("27D"), ActionUnits.parse("26B"), 0.5, (25, 26, 27))) == "26A"
