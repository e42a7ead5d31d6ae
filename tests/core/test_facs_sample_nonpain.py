"""Expressions that are not pain: their labels are true, and they differ."""

from collections import Counter

import pytest

from wince.core.errors import WinceError
from wince.core.facs.action_units import ActionUnits
from wince.core.facs.expressions import HARD_NEGATIVES, KINDS, NEUTRAL, NONPAIN_KINDS
from wince.core.facs.pspi import pspi
from wince.core.facs.samplers import nonpain_expressions
from wince.core.streams import stream

PSPI_ZERO = {"brow_raise", "smile", "mouth_open", "pout", "speech", "blink", "gaze", "surprise"}
PSPI_ABOVE_ZERO = {"duchenne_smile", "frown_squint", "joy", "anger", "disgust", "fear"}


def draw(number, count=4, **options):
    return nonpain_expressions(stream(5, "expression", "nonpain", number), count, **options)


def of_kind(kind, count=60):
    return [draw(number, 1, kinds=(kind,))[0] for number in range(count)]


def test_the_kinds():
    assert NONPAIN_KINDS == (
        "joy", "surprise", "disgust", "fear", "anger", "sadness", "speech", "blink", "gaze",
        "brow_raise", "smile", "mouth_open", "pout", "duchenne_smile", "frown_squint",
    )
    assert HARD_NEGATIVES == NONPAIN_KINDS[9:]


@pytest.mark.parametrize("kind", NONPAIN_KINDS)
def test_the_labels_are_true(kind):
    for expression in of_kind(kind):
        assert expression.kind == kind and expression.pain is False
        assert expression.aus.numbers and expression.aus == expression.aus.rounded()
        score = pspi(expression.aus).total
        assert score == 0 or kind not in PSPI_ZERO
        assert score > 0 or kind not in PSPI_ABOVE_ZERO


@pytest.mark.parametrize(("kind", "numbers"), [
    ("brow_raise", (1, 2, 5)), ("smile", (12,)), ("mouth_open", (25, 26)), ("pout", (15, 17)),
    ("duchenne_smile", (6, 12)), ("frown_squint", (4, 7)),
])
def test_hard_negatives_are_exactly_these_action_units(kind, numbers):
    assert {expression.aus.numbers for expression in of_kind(kind)} == {numbers}
    assert {expression.aus.both(numbers[0]) for expression in of_kind(kind)} == {1, 2, 3, 4, 5}


@pytest.mark.parametrize("kind", NONPAIN_KINDS)
def test_no_recipe_can_contradict_itself(kind):
    """All that may join joins, at its strongest."""
    recipe = KINDS[kind]
    for variant in recipe.always:
        ranges = recipe.sometimes | variant
        assert all(1 <= low <= high <= 5 for low, high in ranges.values())
        ActionUnits.from_codes({au: high for au, (_, high) in ranges.items()})


def test_kinds_come_in_rounds():
    kinds = [expression.kind for expression in draw(0, 2 * len(NONPAIN_KINDS))]
    assert set(kinds[:15]) == set(kinds[15:]) == set(NONPAIN_KINDS)
    first = Counter(draw(number, 1)[0].kind for number in range(1500))
    assert set(first) == set(NONPAIN_KINDS) and max(first.values()) < 2 * min(first.values())


def test_no_person_repeats_a_face():
    for number in range(50):
        assert len({expression.aus for expression in draw(number, 30)}) == 30


def test_running_out_of_faces_is_said():
    assert len(draw(0, 5, kinds=("smile",))) == 5
    with pytest.raises(WinceError, match=r"the kind 'smile' .* ask for fewer"):
        draw(0, 6, kinds=("smile",))


def test_unknown_kinds_are_refused():
    with pytest.raises(WinceError, match="unknown expression kind 'pain'"):
        draw(0, kinds=("joy", "pain"))


def test_only_the_kinds_asked_for():
    assert {expression.kind for expression in draw(0, 6, kinds=["gaze", "speech"])} == {"gaze", "speech"}


def test_the_same_stream_gives_the_same_faces():
    assert draw(3) == draw(3) != draw(4)
    assert [(e.kind, str(e.aus)) for e in nonpain_expressions(stream(0, "n", 1), 3)] == [
        ("anger", "4D+5A+7D+25C+26B+38D"), ("blink", "1A+45"), ("joy", "6B+12E"),
    ]


def test_nothing_asked_is_nothing():
    assert draw(0, 0) == []


def test_the_neutral_face():
    assert NEUTRAL.kind == "neutral" and NEUTRAL.pain is False and str(NEUTRAL.aus) == "0" and pspi(NEUTRAL.aus).total == 0
