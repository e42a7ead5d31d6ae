"""Handles on the face: pulls and action units, there and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wince.core.facs.action_units import ActionUnits
from wince.core.facs.handles import HANDLES, both_sides, offset, partner, pulled, told, whole
from wince.core.facs.table import AU_KEYS, TABLE

NAMES = st.sampled_from(sorted(HANDLES))
STEPS = st.floats(0, 5)


def on(values):
    return {key: value for key, value in values.items() if value}


def test_the_table_names_known_action_units_and_its_sides_mirror():
    assert len(HANDLES) == 18
    for name, handle in HANDLES.items():
        assert set(handle.keys) | set(handle.rivals) <= set(AU_KEYS)
        assert HANDLES[partner(name)].pulls == handle.pulls and partner(partner(name)) == name
        assert np.allclose(np.linalg.norm(handle.directions, axis=1), 1, atol=1e-3)
        assert all(TABLE[number].sided or handle.side == "B" or number == 18 for pull in handle.pulls for number, _ in pull.acts)


def test_its_directions_go_round_without_a_gap():
    for handle in HANDLES.values():
        angles = np.arctan2(handle.directions[:, 1], handle.directions[:, 0])
        gaps = np.mod(np.roll(angles, -1) - angles, 2 * np.pi)
        assert gaps.sum() == pytest.approx(2 * np.pi) and gaps.max() < np.pi - 0.1


@pytest.mark.parametrize(("name", "at", "expected"), [
    ("brow_inner.L", (0, 10), {"AU01.L": 5}),
    ("brow_inner.R", (0, -10), {"AU04.R": 5}),
    ("brow_outer.L", (3, 2.8), {"AU02.L": 2}),                       # share 0.28 is intensity 2; out does nothing
    ("brow_outer.R", (0, -5.2), {"AU04.R": 3}),
    ("lid_upper.L", (0, -9.6), {"AU43.L": 4}),
    ("lid_upper.L", (0, 8), {"AU05.L": 5}),
    ("lid_lower.R", (0, 8), {"AU07.R": 5}),
    ("lid_lower.R", (0, -8), {}),
    ("cheek.L", (0, 99), {"AU06.L": 5}),                             # beyond the travel nothing more
    ("nose_wing.L", (0, 1.2), {"AU09.L": 1}),
    ("lip_upper.R", (0, 10), {"AU10.R": 5}),
    ("mouth_corner.L", (9, 15.588), {"AU12.L": 5}),
    ("mouth_corner.R", (0, -12), {"AU15.R": 5}),
    ("mouth_corner.L", (10.728, -5.364), {"AU20.L": 5}),
    ("mouth_corner.R", (-12, 0), {"AU18": 5}),
    ("lip_lower", (0, -8), {"AU25": 5}),
    ("lip_lower", (0, 8), {"AU24": 5}),
    ("jaw", (0, 10), {"AU17": 5}),
    ("jaw", (0, -16.2), {"AU26": 5}),                                # 0.45 of 36 mm
    ("jaw", (0, -36), {"AU27": 5}),
    ("jaw", (0, -28.8), {"AU27": 4}),                                # 0.8 of 36 mm
    ("jaw", (5, 0), {}),
])
def test_known_pulls(name, at, expected):
    assert on(pulled(HANDLES[name], at)) == {key: pytest.approx(value, abs=0.01) for key, value in expected.items()}


def test_straight_up_a_mouth_corner_smiles_and_does_nothing_else():
    assert set(on(pulled(HANDLES["mouth_corner.L"], (0, 9)))) == {"AU12.L"}


@pytest.mark.parametrize("degrees", [-16, 16])
def test_an_unsteady_hand_does_one_thing(degrees):
    angle = np.radians(60 + degrees)
    assert set(on(pulled(HANDLES["mouth_corner.L"], (9 * np.cos(angle), 9 * np.sin(angle))))) == {"AU12.L"}


def test_half_way_between_two_pulls_both_are_done_alike():
    lengths = np.array([0.894 + 0.5, 0.866 - 0.447]) * 6                         # 6 mm along AU20, 6 mm along AU12
    values = on(pulled(HANDLES["mouth_corner.L"], lengths))                       # of 12 and of 18 mm: shares 1/2 and 1/3
    assert values == {"AU20.L": pytest.approx(2.923, abs=0.01), "AU12.L": pytest.approx(2.250, abs=0.01)}


@given(NAMES, st.floats(-40, 40), st.floats(-40, 40))
def test_a_pull_is_a_face_that_can_be_and_stays_where_it_is(name, out, up):
    handle = HANDLES[name]
    values = pulled(handle, (out, up))
    ActionUnits.from_keys(values)                                    # in range, no contradictions
    assert pulled(handle, offset(handle, values)) == pytest.approx(values, abs=1e-6)


@given(NAMES, st.data())
def test_what_one_pull_or_two_neighbours_do_is_read_back(name, data):
    handle = HANDLES[name]
    one = data.draw(st.integers(0, len(handle.pulls) - 1))
    wanted = {}
    for pull in (handle.pulls[one], handle.pulls[(one + 1) % len(handle.pulls)]):
        if pull.acts:
            wanted[handle.key(pull.acts[0][0])] = data.draw(STEPS)
    back = pulled(handle, offset(handle, wanted))
    assert back == pytest.approx(dict.fromkeys(back, 0.0) | wanted, abs=1e-5)


@given(NAMES, st.data())
def test_a_pull_of_nothing_changes_nothing(name, data):
    handle = HANDLES[name]
    start = {key: data.draw(STEPS) for key in handle.keys if not {26, 27, 5, 43} & {int(key[2:4])}}
    same = {key: start.get(key, 0.0) for key in (*handle.keys, *handle.rivals)}
    assert pulled(handle, offset(handle, start), start) == pytest.approx(same, abs=1e-6)


def test_what_acts_against_each_other_is_kept():
    start = {"AU01.L": 3.0, "AU04.L": 3.0}                           # a sad brow
    handle = HANDLES["brow_inner.L"]
    assert offset(handle, start) == pytest.approx([0, 0])
    up = pulled(handle, (0, 2.8), start)                             # 0.52 + 0.28 = 0.8
    assert up == {"AU01.L": pytest.approx(4), "AU04.L": pytest.approx(3)}


def test_the_jaw_keeps_a_stretch_that_it_began_with():
    start = {"AU27": 2.0}
    handle = HANDLES["jaw"]
    assert on(pulled(handle, offset(handle, start), start)) == {"AU27": pytest.approx(2)}
    assert on(pulled(handle, offset(handle, start))) == {"AU26": pytest.approx(3.4, abs=0.1)}


def test_what_a_pull_excludes_goes_and_the_other_side_stays():
    start = {"AU45.L": 2.0, "AU45.R": 2.0, "AU05.L": 1.0}
    values = pulled(HANDLES["lid_upper.L"], (0, -6), start)
    assert values["AU43.L"] > 0 and values["AU45.L"] == 0 and values["AU05.L"] == 0 and "AU45.R" not in values
    assert pulled(HANDLES["lid_upper.L"], (0, 2), {"AU45.L": 2.0})["AU45.L"] == 2.0       # AU5 does not exclude a blink
    assert pulled(HANDLES["lip_lower"], (0, 4), {"AU23": 1.0})["AU23"] == 0


def test_the_longer_the_pull_the_stronger():
    for handle in HANDLES.values():
        for pull in handle.pulls:
            if len(pull.acts) == 1:
                key = handle.key(pull.acts[0][0])
                steps = [pulled(handle, np.multiply(pull.towards, way * pull.travel))[key] for way in np.linspace(0, 1, 9)]
                assert steps[0] == 0 and steps[-1] == pytest.approx(5, abs=0.01) and np.all(np.diff(steps) > 0)


def test_both_sides_and_whole_steps_and_the_status_line():
    assert both_sides({"AU12.L": 2.4, "AU18": 1.0}) == {"AU12.L": 2.4, "AU12.R": 2.4, "AU18": 1.0}
    assert whole({"AU12.L": 2.5, "AU15.L": 2.4}) == {"AU12.L": 3.0, "AU15.L": 2.0}
    assert told({"AU12.L": 2.4, "AU15.L": 0.0}) == "AU12 2.4 left"
    assert told({"AU12.L": 2.4, "AU12.R": 2.4, "AU18": 1}) == "AU12 2.4, AU18 1.0"
    assert told({"AU12.L": 0.0}) == "nothing"
