"""ActionUnits: notation, sides, refusals."""

import doctest
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wince.core.errors import WinceError
from wince.core.facs import action_units
from wince.core.facs.action_units import ActionUnits
from wince.core.facs.table import AU_KEYS, EXCLUSIONS, NUMBER_OF, ONE_SIDE_ONLY, TABLE, side_of

PAIN = "4C+6D+L7B+9B+43"
INTENSITIES = st.one_of(st.floats(0, 5), st.integers(0, 5))


def rivals(a, b):
    """Whether two rig keys may not be set together, written without the code under test."""
    numbers, sides = {NUMBER_OF[a], NUMBER_OF[b]}, {side_of(a), side_of(b)}
    if len(numbers) == 1:
        return numbers <= ONE_SIDE_ONLY
    return any(numbers <= group for group in EXCLUSIONS) and (len(sides) == 1 or "B" in sides)


@st.composite
def faces(draw):
    """Any face without contradictions."""
    kept = []
    for key in draw(st.lists(st.sampled_from(AU_KEYS), unique=True, max_size=25)):
        if not any(rivals(key, other) for other in kept):
            kept.append(key)
    return ActionUnits.from_keys({key: draw(INTENSITIES) for key in kept})


def test_reads_the_notation():
    face = ActionUnits.parse(PAIN)
    assert (face.left(4), face.right(4), face.both(4)) == (3.0, 3.0, 3.0)
    assert (face.left(7), face.right(7), face.both(7)) == (2.0, 0.0, 2.0)
    assert (face.both(6), face.both(9), face.both(43), face.both(12)) == (4.0, 2.0, 5.0, 0.0)
    assert face.numbers == (4, 6, 7, 9, 43)
    assert str(face) == PAIN


def test_the_docstring_tells_the_truth():
    assert doctest.testmod(action_units) == (0, 2)


@pytest.mark.parametrize(("text", "same"), [
    ("9b + 4c+l7B", "4C+L7B+9B"), ("AU4C+LAU7B+AU09B", "4C+L7B+9B"), ("L7B+R7B", "7B"), ("L7B+R7D", "L7B+R7D"),
    ("4=3", "4C"), ("4=2.5", "4=2.5"), ("L4=2.5", "L4=2.5"), ("43E", "43"), ("45", "45"), ("43C", "43C"), ("L46", "L46"), ("R30B", "R30B"),
    ("0", "0"), ("", "0"), ("4=0", "0"), ("L5A+R43", "L5A+R43"), ("4=1e-07", "4=1e-07"),
])
def test_notation_has_one_printed_form(text, same):
    assert str(ActionUnits.parse(text)) == same
    assert ActionUnits.parse(same) == ActionUnits.parse(text)


@pytest.mark.parametrize(("text", "words"), [
    ("99C", "unknown AU 99"), ("3A", "unknown AU 3"), ("99", "unknown AU 99"), ("x", "cannot read 'X'"), ("4C+", "cannot read ''"),
    ("4F", "cannot read '4F' .*letters A to E"), ("4", "no intensity"), ("4=6", "AU4 L has intensity"), ("4=-1", "AU4 L has intensity"),
    ("4=nan", "AU4 L has intensity"), ("17=inf", "AU17 has intensity"), ("4=x", "AU4 L has intensity"), ("L17B", "AU17 .* no sides"),
    ("4C+4D", "AU4 L is given twice"), ("4C+R4D", "AU4 R is given twice"), ("46", "AU46 .* L46 or R46"), ("30C", "AU30 .* L30 or R30"),
    ("L46+R46", "AU46 .* both sides"), ("L30A+R30B", "AU30 .* both sides"),
])
def test_refuses_what_it_cannot_read(text, words):
    with pytest.raises(WinceError, match=words):
        ActionUnits.parse(text)


@pytest.mark.parametrize("group", EXCLUSIONS, ids=lambda group: "/".join(map(str, sorted(group))))
def test_refuses_contradictions(group):
    a, b = sorted(group)[:2]
    with pytest.raises(WinceError, match=f"AU{a} .* AU{b} .* contradict"):
        ActionUnits.from_codes({a: 1, b: 1})


def test_a_contradiction_needs_the_same_side():
    assert str(ActionUnits.parse("L5C+R43")) == "L5C+R43"
    with pytest.raises(WinceError, match=r"AU5 .* AU43"):
        ActionUnits.parse("L5C+43")
    with pytest.raises(WinceError, match=r"AU43 .* AU46"):
        ActionUnits.parse("43+R46")


@given(faces())
def test_parse_undoes_print(face):
    assert ActionUnits.parse(str(face)) == face


@given(faces())
def test_json_round_trip(face):
    assert ActionUnits.from_json(json.loads(json.dumps(face.json()))) == face
    assert ActionUnits.from_json(face.json(always=(4, 25))) == face


@given(faces())
def test_keys_round_trip(face):
    assert ActionUnits.from_keys(face.keys()) == face
    assert list(face.keys()) == list(AU_KEYS)
    assert all(face.intensity(key) == value for key, value in face.keys().items())


@given(faces())
def test_equal_faces_are_equal_in_any_order(face):
    again = ActionUnits(face.pairs[::-1])
    assert again == face and hash(again) == hash(face) and pickle.loads(pickle.dumps(face)) == face


@given(faces())
def test_the_greater_side_counts(face):
    for number in TABLE:
        assert face.both(number) == max(face.left(number), face.right(number))


@given(faces())
def test_codes_are_the_rounded_face(face):
    assert face.rounded().keys() == face.codes()
    assert all(isinstance(value, int) for value in face.codes().values())


@given(st.lists(st.sampled_from(AU_KEYS), unique=True, max_size=6))
def test_a_face_is_refused_exactly_when_it_contradicts_itself(keys):
    contradicts = any(rivals(a, b) for a in keys for b in keys if a != b)
    try:
        ActionUnits.from_keys(dict.fromkeys(keys, 1.0))
    except WinceError:
        assert contradicts
    else:
        assert not contradicts


def test_json_is_plain():
    face = ActionUnits.from_codes({4: 3, 25: 2, (7, "L"): 1.5})
    assert face.json() == {"4": {"L": 3, "R": 3}, "7": {"L": 1.5, "R": 0}, "25": {"B": 2}}
    assert ActionUnits().json(always=(43, 25)) == {"25": {"B": 0}, "43": {"L": 0, "R": 0}}
    assert list(ActionUnits.parse("25A+4A+10A").json()) == ["4", "10", "25"]
    assert type(face.json()["4"]["L"]) is int


def test_realised_follows_the_curve_for_shapes_and_the_angle_for_turns():
    face = ActionUnits.from_codes({4: 2, 61: 2, 51: 5})
    assert face.realised(always=(25,)) == {"4": {"L": 0.28, "R": 0.28}, "25": {"B": 0.0}, "51": {"B": 1.0}, "61": {"B": 0.4}}


def test_from_codes_and_with():
    face = ActionUnits.from_codes({4: 3, (7, "L"): 2})
    assert str(face) == "4C+L7B"
    assert str(face.with_({4: 0, 12: 1, (7, "R"): 2})) == "7B+12A"
    assert str(face) == "4C+L7B"
    with pytest.raises(WinceError, match="AU43"):
        ActionUnits.parse("43").with_({5: 2})


@pytest.mark.parametrize(("make", "words"), [
    (lambda: ActionUnits.from_codes({99: 1}), "unknown AU 99"),
    (lambda: ActionUnits.from_codes({(4, "X"): 1}), "no side 'X'"),
    (lambda: ActionUnits.from_codes({4: "C"}), "AU4 L has intensity 'C'"),
    (lambda: ActionUnits.from_keys({"AU99.L": 1}), "unknown AU key 'AU99.L'"),
    (lambda: ActionUnits.from_json({"AU4": {"L": 1}}), "unknown AU 'AU4'"),
    (lambda: ActionUnits().both(3), "unknown AU 3"),
    (lambda: ActionUnits().intensity("AU04"), "unknown AU key 'AU04'"),
])
def test_refuses_bad_numbers_and_names(make, words):
    with pytest.raises(WinceError, match=words):
        make()


def test_a_face_cannot_be_changed():
    with pytest.raises(AttributeError):
        ActionUnits().pairs = ()
