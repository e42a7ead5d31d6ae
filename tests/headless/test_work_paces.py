"""Where drivers begin, and how fast they say they go: exact small cases, then any number of them."""

import json
import os
from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wince_headless.work import paces, places, telling


def one(name, place, shards=(0,)):
    return paces.Driver(name, 0, 0.0, 0.0, shards, place)


@pytest.mark.parametrize(("at", "expected"), [
    (0, [0, 1, 2, 3, 4, 5, 6, 7]), (1, [7, 6, 5, 4, 3, 2, 1, 0]), (2, [4, 5, 6, 7, 0, 1, 2, 3]), (3, [3, 2, 1, 0, 7, 6, 5, 4]),
    (4, [2, 3, 4, 5, 6, 7, 0, 1]), (6, [6, 7, 0, 1, 2, 3, 4, 5])])
def test_pairs_begin_apart_and_go_towards_each_other(at, expected):
    assert paces.order(range(8), at) == expected


@given(things=st.lists(st.integers(), unique=True), at=st.integers(0, 300))
def test_an_order_is_of_all_and_of_each_once(things, at):
    assert sorted(paces.order(things, at)) == sorted(things)


@pytest.mark.parametrize(("found", "expected"), [
    ([], 0), ([one("a", 0)], 1), ([one("z", 1)], 0), ([one("a", 0), one("b", 2)], 1), ([one("a", 0), one("b", 1)], 2),
    ([one("a", None)], 1), ([one("z", None)], 0), ([one("a", None), one("b", 0)], 2)])
def test_a_driver_begins_at_the_first_free_place(found, expected):
    assert paces.place("m", found) == expected


@given(st.sets(st.text("abc", min_size=1), min_size=1, max_size=9))
def test_those_that_come_at_once_begin_at_different_places(names):
    assert {paces.place(name, [one(other, None) for other in names - {name}]) for name in names} == set(range(len(names)))


def test_the_first_view_starts_the_clock():
    """Blender took 30 s to start, then a view came every 10 s."""
    times = deque()
    assert paces.measure(times, 30.0) == {"views": 0, "seconds": 0.0}
    times.append(40.0)
    assert paces.measure(times, 45.0) == {"views": 0, "seconds": 5.0}
    times.extend((50.0, 60.0, 70.0))
    assert paces.measure(times, 70.0) == {"views": 3, "seconds": 30.0}


def test_old_views_are_dropped_unless_too_few_are_left():
    fast = deque(float(second) for second in range(1000))
    assert paces.measure(fast, 999.0) == {"views": 120, "seconds": 120.0}
    slow = deque([0.0, 500.0, 1000.0, 1500.0, 2000.0])
    assert paces.measure(slow, 2000.0) == {"views": 3, "seconds": 1500.0} and paces.Driver("a", 3, 1500.0, 0.0).rate == 3 / 1500


def test_others_are_live_and_at_the_same_shards(tmp_path):
    for name, words in (("a-1", "0-3"), ("b-2", "3-4"), ("c-3", "9"), ("d-4", "none"), ("me-5", "0-3"), ("old-6", "0-3")):
        paces.write(tmp_path, name, {"views": 1, "seconds": 2.0, "workers": 1, "shards": words, "place": 0})
    path = places.pace(tmp_path, "old-6")
    os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 1000))
    assert [found.name for found in paces.others(tmp_path, "me-5", (2, 3))] == ["a-1", "b-2"]
    assert json.loads(path.read_bytes())["place"] == 0 and len(paces.drivers(tmp_path)) == 6


def test_a_bar_counts_from_the_first_view_and_says_nothing_before_a_few(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(telling.time, "perf_counter", lambda: clock[0])
    bar = telling.WorkProgress()
    bar({"event": "start", "blender": "0.0"}, 0, 100)
    rates = []
    for second in range(30, 30 + 8 * 4, 4):                   # half a minute of Blender's start, then a view every four seconds
        clock[0] = float(second)
        bar({"event": "view", "key": "k"}, 1, 100)
        rates.append(bar.rate())
    assert rates == [0] * telling.FEW + [0.25] * 3
    bar({"event": "view", "key": "k", "placed": False}, 1, 100)
    assert bar.views == 8
