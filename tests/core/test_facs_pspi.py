"""PSPI, on every tuple there is, and on records of the published set."""

from itertools import product

import numpy as np
import pytest

from wince.core.errors import WinceError
from wince.core.facs.action_units import ActionUnits
from wince.core.facs.pspi import PSPI_AUS, UNBC_AUS, pspi, pspi_of
from wince.core.facs.published import closure, from_binary_coded

TUPLES = np.array(list(product(range(6), range(6), range(6), range(6), range(6), (0, 1))))      # (15552, 6)
# How many tuples make each score 0..16, counted independently (reference of the 3DPain work).
COUNTS = [1, 8, 33, 96, 225, 456, 806, 1240, 1686, 2056, 2246, 2136, 1785, 1344, 873, 440, 121]
THREED_PAIN = [                                                                               # AU4, 6, 7, 9, 10, 43, PSPI
    (4, 2, 4, 3, 1, 1, 12), (4, 5, 5, 0, 5, 0, 14), (5, 3, 4, 1, 3, 0, 12), (4, 4, 4, 2, 5, 0, 13), (0, 3, 3, 0, 0, 1, 4),
]


def test_every_tuple_scores_by_the_formula():
    for a4, a6, a7, a9, a10, closed in TUPLES.tolist():
        score = pspi(ActionUnits.from_codes({4: a4, 6: a6, 7: a7, 9: a9, 10: a10, 43: 5 * closed}))
        assert score[1:] == (a4, max(a6, a7), max(a9, a10), closed)
        assert score.total == sum(score[1:])


def test_the_vectorised_score_counts_as_published():
    a4, a6, a7, a9, a10, closed = TUPLES.T
    scores = pspi_of(a4, a6, a7, a9, a10, closed * 5)
    assert scores.dtype.kind == "i" and scores.shape == (15552,)
    assert np.bincount(scores).tolist() == COUNTS
    assert scores.mean() == pytest.approx(9.94, abs=0.005)
    assert np.array_equal(scores, a4 + np.maximum(a6, a7) + np.maximum(a9, a10) + closed)


def test_the_vectorised_score_broadcasts():
    assert pspi_of(np.zeros((3, 1)), 0, np.ones(4), 0, 0, 5).tolist() == [[2] * 4] * 3


@pytest.mark.parametrize("row", THREED_PAIN)
def test_records_of_3dpain(row):
    record = dict(zip(("AU4", "AU6", "AU7", "AU9", "AU10", "AU43", "PSPI"), row, strict=True))
    aus = from_binary_coded(record)
    assert pspi(aus).total == row[-1]
    assert aus.both(43) == 5 * row[5]


def test_a_binary_one_is_closed_and_not_a_droop():
    assert (closure(0), closure(1), closure(1.0)) == (0, 5, 5)
    assert pspi(ActionUnits.from_codes({43: 1})).total == 0
    with pytest.raises(WinceError, match="AU43 is 3"):
        closure(3)


def test_a_record_that_disagrees_with_itself_is_refused():
    with pytest.raises(WinceError, match="says PSPI 7, its codes 4C make 3"):
        from_binary_coded({"AU4": 3, "PSPI": 7})
    with pytest.raises(WinceError, match="unknown field 'pain'"):
        from_binary_coded({"AU4": 3, "pain": 1})


def test_the_greater_side_counts_and_eyes_need_both():
    assert pspi(ActionUnits.parse("L4C+R4A+L6B+R7D")).total == 3 + 4
    assert pspi(ActionUnits.parse("L43")).eyes == 0
    assert pspi(ActionUnits.parse("L43+R43=4.5")).eyes == 1
    assert pspi(ActionUnits.parse("43=4.49")).eyes == 0


def test_blinks_and_winks_do_not_count():
    assert pspi(ActionUnits.parse("45")).total == pspi(ActionUnits.parse("L46")).total == 0


def test_the_score_is_of_codes():
    assert pspi(ActionUnits.parse("4=2.5+6=0.4")) == (3, 3, 0, 0, 0)


def test_the_top_is_sixteen():
    assert pspi(ActionUnits.parse("4E+6E+7E+9E+10E+43")).total == 16
    assert PSPI_AUS == (4, 6, 7, 9, 10, 43) and set(PSPI_AUS) < set(UNBC_AUS)
