"""Splits: folds decide, whole families, nobody moves; tasks shared out to processes come back in order."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wince.core import demographics
from wince.core.errors import WinceError
from wince.job import spec
from wince_headless import parallel
from wince_headless.release import splits, surveys


def test_the_usual_splits():
    assert splits.parse() == dict.fromkeys(range(7), "train") | {7: "val", 8: "val", 9: "test"}
    assert splits.words(splits.parse()) == splits.DEFAULT


def test_folds_may_be_picked():
    assert splits.parse("train=0-1+5, test=9") == {0: "train", 1: "train", 5: "train", 9: "test"}


@given(st.dictionaries(st.integers(0, 9), st.sampled_from(splits.NAMES), min_size=1))
def test_words_are_read_back(chosen):
    assert splits.parse(splits.words(chosen)) == chosen


@pytest.mark.parametrize(("text", "words"), [("train=0-6,val=6", "fold 6 is in train and in val"), ("dev=1", "no split"),
                                             ("train=11", "no folds"), ("train=", "no folds"), ("train", "no folds")])
def test_splits_that_cannot_be(text, words):
    with pytest.raises(WinceError, match=words):
        splits.parse(text)


def folds(count, seed):
    """Return the fold and cell of each of the first people of a set, as renders give them."""
    people = spec.People(count=count)
    found = []
    for number in range(count):
        cell, index = demographics.cell_of(people, seed, number)
        found.append((demographics.fold10(seed, cell, index), tuple(cell.values())))
    return found


@given(st.integers(0, 400), st.integers(1, 400), st.integers(0, 2**32))
def test_adding_people_moves_nobody(few, more, seed):
    assert folds(few + more, seed)[:few] == folds(few, seed)


def test_every_ten_people_of_a_cell_are_seven_two_and_one():
    chosen, found = splits.parse(), folds(600, 3)
    cells = {cell for _, cell in found}
    for cell in cells:
        people = [chosen[fold] for fold, own in found if own == cell]
        for block in range(len(people) // 10):
            assert Counter(people[10 * block:10 * block + 10]) == {"train": 7, "val": 2, "test": 1}


FAMILIES = st.lists(st.tuples(st.sampled_from(splits.NAMES), st.integers(1, 3), st.integers(1, 50)), min_size=1, max_size=60)


@given(FAMILIES, st.integers(1, 120))
def test_files_are_cut_between_families(families, size):
    cutter, number, home = surveys.Cutter(size), 0, {}
    for family, (split, count, weight) in enumerate(families):
        people = [(f"id{number + k:05d}", [f"id{number + k:05d}/e00/frontal"]) for k in range(count)]
        cutter.add(split, people, weight)
        home |= {name: (family, split, weight) for name, _ in people}
        number += count
    parts = cutter.parts()
    said = [(name, part) for part in parts for name, *_ in part.people]
    assert sorted(name for name, _ in said) == sorted(home)
    assert sorted(place for part in parts for *_, place in part.people) == list(range(number))
    for name, part in said:
        assert part.split == home[name][1]
    assert len({(home[name][0], part.split, part.number) for name, part in said}) == len(families)
    for part in parts:
        assert part.bytes <= size or len({home[name][0] for name, *_ in part.people}) == 1


def square(number):
    return number * number


@pytest.mark.parametrize("processes", [1, 2])
def test_answers_come_in_order(processes):
    assert list(parallel.in_order(square, range(50), processes)) == [number * number for number in range(50)]


def test_tasks_are_read_no_further_ahead_than_needed():
    read = []
    answers = parallel.in_order(square, (read.append(number) or number for number in range(1000)), 2)
    assert next(answers) == 0 and len(read) <= 2 * parallel.WAITING + 2
    answers.close()
