"""The path through pain: its laws, on many seeds."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wince.core.facs.action_units import ActionUnits
from wince.core.facs.path import APART, EYES_CLOSE, IN_A_ROW, JOINS, PATH_AUS, at, pain_path, variation
from wince.core.facs.pspi import PSPI, pspi
from wince.core.streams import stream

SEEDS = st.integers(0, 2**31)


def path_of(seed):
    return pain_path(stream(seed, "test.path"))


@pytest.mark.parametrize("seed", range(200))
def test_each_face_has_the_score_of_its_place(seed):
    assert [pspi(face).total for face in path_of(seed)] == list(range(17))


def test_a_known_path():
    faces = [str(face) for face in variation(1)]
    assert faces[0] == "0" and faces[3] == "4B+6A+7A" and faces[16] == "4E+6E+7C+9E+10B+25C+27B+43"


@given(SEEDS)
def test_no_action_unit_ever_falls(seed):
    rows = np.array([list(face.keys().values()) for face in path_of(seed)])
    assert (np.diff(rows, axis=0) >= 0).all()


@given(SEEDS)
def test_faces_are_whole_codes_with_equal_sides_of_the_paths_own_units(seed):
    for face in path_of(seed):
        assert face == face.rounded() and set(face.numbers) <= set(PATH_AUS)
        assert all(face.left(number) == face.right(number) for number in PATH_AUS)


@given(SEEDS)
def test_one_term_rises_at_each_step_and_none_runs_away(seed):
    scores = [pspi(face) for face in path_of(seed)]
    steps = [[b - a for a, b in zip(one[1:], other[1:])] for one, other in pairwise(scores)]
    assert all(sorted(step) == [0, 0, 0, 1] for step in steps)
    order = [step.index(1) for step in steps]
    assert all(len(set(order[k:k + IN_A_ROW + 1])) > 1 for k in range(len(order) - IN_A_ROW))
    for score in scores:
        assert abs(score.brow - score.orbit) <= APART and 0 <= min(score.brow, score.orbit) - score.levator <= APART


@given(SEEDS)
def test_brow_and_orbit_come_first_and_the_eyes_close_late(seed):
    scores = [pspi(face) for face in path_of(seed)]
    assert scores[2].levator == scores[2].eyes == 0
    assert EYES_CLOSE[0] <= next(score.total for score in scores if score.eyes) <= EYES_CLOSE[1]
    assert scores[-1] == PSPI(16, 5, 5, 5, 1)


@given(SEEDS)
def test_companions_rise_with_high_pain_and_the_jaw_never_drops_behind_closed_lips(seed):
    for score, face in enumerate(path_of(seed)):
        assert max(face.both(26), face.both(27)) <= face.both(25)
        assert score > JOINS[0] or not {12, 20, 25, 26, 27} & set(face.numbers)


@given(SEEDS, st.floats(0, 16))
def test_between_two_faces_units_go_straight(seed, position):
    path = path_of(seed)
    before = min(int(position), 15)
    want = np.interp(position, [before, before + 1], [0, 1])
    low, high, face = (np.array(list(f.keys().values())) for f in (path[before], path[before + 1], at(path, position)))
    np.testing.assert_allclose(face, low + want * (high - low), atol=1e-12)


@given(SEEDS, st.integers(0, 16))
def test_at_a_whole_position_stands_the_paths_own_face(seed, position):
    path = path_of(seed)
    assert at(path, position) == path[position]


def test_positions_beyond_the_ends_are_the_ends():
    path = variation(0)
    assert at(path, -1) == ActionUnits() and at(path, 99) == path[16]


def test_variations_differ_and_come_back():
    assert len({variation(number)[8] for number in range(20)}) > 10
    assert pain_path(stream(7, "pain.path")) == variation(7)


def test_every_companion_and_either_leader_occurs():
    ends = [path_of(seed)[16] for seed in range(100)]
    for number in (12, 20, 25, 26, 27):
        assert 10 < sum(number in face.numbers for face in ends) < 90
    for pair in ((6, 7), (9, 10)):
        assert all(any(face.both(number) < 5 for face in ends) for number in pair)
