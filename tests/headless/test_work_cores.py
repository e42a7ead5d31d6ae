"""Which processors a worker gets: known answers, then what holds for all."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wince_headless.work import cores


@pytest.mark.parametrize(("workers", "threads", "processors", "dealt"), [
    (2, 1, (0, 1), ((0,), (1,))),
    (1, 2, (0, 1), ((0, 1),)),
    (1, 1, (0, 1), ((),)),                                       # one is left over: another driver may have it
    (2, 0, (0, 1, 2, 3), ((0, 1), (2, 3))),                      # an even share
    (2, 2, (4, 6, 9, 11), ((4, 6), (9, 11))),                    # what Slurm has left us
    (3, 1, (0, 1), ((), (), ())),                                # more than there are: nobody is pinned
    (2, 1, (), ((), ())),                                        # a system that does not tell
])
def test_processors_are_dealt(workers, threads, processors, dealt):
    assert cores.deal(workers, threads, processors) == dealt


@given(st.integers(1, 9), st.integers(0, 5), st.lists(st.integers(0, 63), unique=True))
def test_nobody_shares_and_everybody_has_what_was_asked(workers, threads, processors):
    dealt = cores.deal(workers, threads, processors)
    given_out = [number for mine in dealt for number in mine]
    assert len(dealt) == workers and len(set(given_out)) == len(given_out) and set(given_out) <= set(processors)
    assert len({len(mine) for mine in dealt}) == 1
    if given_out and threads:
        assert all(len(mine) == threads for mine in dealt)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system does not pin")
def test_only_our_own_processors_are_dealt_out():
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {max(before)})
        assert cores.allowed() == (max(before),) and cores.count() == 1
        assert cores.deal(1, 1) == ((max(before),),) and cores.deal(2, 1) == ((), ())
    finally:
        os.sched_setaffinity(0, before)


@pytest.mark.parametrize(("text", "processors"), [("150000 100000\n", 2), ("50000 100000\n", 1), ("400000 100000\n", 4),
                                                  ("max 100000\n", 1 << 16)])
def test_a_quota_counts(tmp_path, text, processors):
    (tmp_path / "cpu.max").write_text(text)
    assert cores.quota(tmp_path) == processors


def test_without_a_quota_there_is_none(tmp_path):
    assert cores.quota(tmp_path) == 1 << 16


@pytest.mark.parametrize(("workers", "processors", "threads"), [(1, 2, 2), (2, 2, 1), (4, 2, 1), (3, 16, 5)])
def test_an_even_share_is_at_least_one(workers, processors, threads):
    assert cores.share(workers, processors) == threads
