"""To ARKit and back."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from wince.core.errors import WinceError
from wince.core.facs.action_units import ActionUnits
from wince.core.facs.arkit import ARKIT_NAMES, from_arkit, lost_in_arkit, to_arkit
from wince.core.facs.pspi import pspi

SHAPES = (2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 16, 17, 18, 19, 20, 22, 24, 29, 34, 61, 63, 66)     # each of them sets shapes of its own


def moved(aus):
    return {name: weight for name, weight in to_arkit(aus).items() if weight}


def test_there_are_52_names():
    assert len(ARKIT_NAMES) == len(set(ARKIT_NAMES)) == 52
    assert list(to_arkit(ActionUnits())) == list(ARKIT_NAMES)
    assert moved(ActionUnits()) == {}


def test_known_faces():
    assert moved(ActionUnits.parse("4C+L7B")) == {"browDownLeft": 0.52, "browDownRight": 0.52, "eyeSquintLeft": 0.28}
    assert moved(ActionUnits.parse("10E")) == {"mouthUpperUpLeft": 1.0, "mouthUpperUpRight": 1.0}
    assert moved(ActionUnits.parse("43")) == {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0}
    assert moved(ActionUnits.parse("61E")) == {"eyeLookOutLeft": 1.0, "eyeLookInRight": 1.0}
    assert moved(ActionUnits.parse("L1C+R1B")) == {"browInnerUp": 0.52}
    assert moved(ActionUnits.parse("27E")) == {"jawOpen": 1.0}


def test_lips_part_as_mouth_close_fades():
    closed, parted = to_arkit(ActionUnits.parse("26E")), to_arkit(ActionUnits.parse("25E+26E"))
    assert closed["jawOpen"] == closed["mouthClose"] == parted["jawOpen"] == 0.45
    assert parted["mouthClose"] == 0.0


@given(st.lists(st.sampled_from(SHAPES), unique=True), st.data())
def test_round_trip(numbers, data):
    face = ActionUnits.from_codes({number: data.draw(st.floats(0.01, 5)) for number in numbers})
    assume(max(to_arkit(face).values()) < 1.0 or len(numbers) == 1)
    back, report = from_arkit(to_arkit(face))
    assert report == {} == lost_in_arkit(face)
    assert back.keys() == pytest.approx(face.keys(), abs=1e-6)


@pytest.mark.parametrize("text", [
    "4C+6D+L7B+9B+43", "L4C+R4B+6E", "1C+2C+5B", "25C+26D", "26B", "27D", "6D+12E", "15C+17B", "28D", "24D", "24B+28C", "L30C",
    "61C+63B", "62D+64A", "61B+66A", "65C", "62B+65B", "L5C+R43", "19E+25E+26C", "0",
])
def test_round_trip_is_exact_on_codes(text):
    back, report = from_arkit(to_arkit(ActionUnits.parse(text)))
    assert str(back) == text and report == {}


@given(st.tuples(*[st.integers(0, 5)] * 5), st.booleans())
def test_the_pain_score_survives(codes, closed):
    face = ActionUnits.from_codes(dict(zip((4, 6, 7, 9, 10), codes, strict=True)) | {43: 5 * closed})
    assert pspi(from_arkit(to_arkit(face))[0]) == pspi(face)


@pytest.mark.parametrize(("text", "back"), [("45", "43"), ("L46", "L43"), ("23C", "24C"), ("33C", "34C"), ("27A", "26B")])
def test_what_shares_a_shape_comes_back_as_its_owner(text, back):
    face = from_arkit(to_arkit(ActionUnits.parse(text)))[0]
    assert str(face.rounded()).split("+")[-1] == back


def test_what_arkit_cannot_carry_is_said():
    face = ActionUnits.parse("4C+21B+25C+L38A+51C+L1B")
    assert set(lost_in_arkit(face)) == {"AU21", "AU25", "AU38.L", "AU51"}
    assert "AU01.R" in lost_in_arkit(ActionUnits.parse("L1C+R1B"))
    assert lost_in_arkit(ActionUnits.parse("25C+26C")) == {}


def test_what_has_no_action_unit_is_reported():
    aus, report = from_arkit({"mouthLeft": 0.5, "browDownLeft": 0.52, "mouthClose": 0.2, "jawRight": 1.7})
    assert str(aus) == "L4C+R30E"
    assert set(report) == {"mouthLeft", "mouthClose", "jawRight"}


def test_of_contradicting_weights_the_stronger_stays():
    aus, report = from_arkit({"eyeBlinkLeft": 0.8, "eyeWideLeft": 0.12, "jawLeft": 0.12, "jawRight": 0.28})
    assert str(aus) == "R30B+L43D" and set(report) == {"eyeWideLeft", "jawLeft"}


@given(st.dictionaries(st.sampled_from(ARKIT_NAMES), st.floats(-1, 2)))
def test_any_weights_make_a_face(weights):
    aus, report = from_arkit(weights)
    assert set(report) <= set(ARKIT_NAMES) and all(report.values())
    assert all(0.0 <= weight <= 1.0 for weight in to_arkit(aus).values())


@pytest.mark.parametrize(("weights", "words"), [({"browDown": 1.0}, "'browDown'"), ({"jawOpen": float("nan")}, "jawOpen has weight nan")])
def test_refuses_names_and_weights_that_are_none(weights, words):
    with pytest.raises(WinceError, match=words):
        from_arkit(weights)
