"""The first draw of many streams at once is the draw that each stream gives."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wince.core.many import first_integers
from wince.core.streams import stream

KEY = st.tuples(st.text(max_size=8), st.integers(-5, 2**40))


def one_by_one(seed, high, keys):
    return [int(stream(seed, *key).integers(high)) for key in keys]


def test_the_seeds_of_a_person():
    keys = [("cycles", 3, f"e{face:02d}", view) for face in range(11) for view in ("frontal", "half_left", "half_right")]
    found = first_integers(0, 2**31 - 1, keys)
    assert found[:3] == [1922162777, 1417643732, 918667661]
    assert found == one_by_one(0, 2**31 - 1, keys) and all(type(value) is int for value in found)


@pytest.mark.parametrize("high", [2, 3, 10, 2**31 - 1, 3 * 2**30, 2**32 - 2])
def test_any_bound_those_too_that_refuse_a_quarter_of_all_draws(high):
    keys = [("x", number) for number in range(200)]
    assert first_integers(7, high, keys) == one_by_one(7, high, keys)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**70), high=st.integers(2, 2**32 - 1), keys=st.lists(KEY, min_size=1, max_size=5))
def test_any_seed_and_keys(seed, high, keys):
    assert first_integers(seed, high, keys) == one_by_one(seed, high, keys)


def test_no_streams_no_draws():
    assert first_integers(0, 10, []) == []
