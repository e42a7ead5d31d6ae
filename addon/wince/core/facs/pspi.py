"""PSPI, the pain score of Prkachin and Solomon (Pain 2008;139:267-274), with its four terms.

    PSPI = AU4 + max(AU6, AU7) + max(AU9, AU10) + (eyes closed), 0..16

The formula counts action units whatever their cause: a smile with AU6 scores too. Whether pain was meant is another fact.
The eyes count 1 or 0, never their graded AU43, or the score would run to 20.
"""

from typing import NamedTuple

import numpy as np

from .action_units import ActionUnits
from .intensity import code, nearest

PSPI_AUS = (4, 6, 7, 9, 10, 43)
UNBC_AUS = (4, 6, 7, 9, 10, 12, 20, 25, 26, 27, 43)    # what UNBC-McMaster codes as pain; always listed in a label
HIGHEST = 16
CLOSED = 4.5                                           # AU43 counts from here on, on both sides


class PSPI(NamedTuple):
    """The score and its terms: brow, orbit and levator 0..5, eyes 0 or 1."""

    total: int
    brow: int
    orbit: int
    levator: int
    eyes: int


def pspi(aus: ActionUnits) -> PSPI:
    """Score a face from its FACS codes; the greater side counts, for the eyes both must be closed."""
    brow, cheek, lid, nose, lip = (nearest(aus.both(number)) for number in PSPI_AUS[:5])
    eyes = int(min(aus.left(43), aus.right(43)) >= CLOSED)
    return _sum(brow, max(cheek, lid), max(nose, lip), eyes)


def _sum(*terms):
    return PSPI(sum(terms), *terms)


def pspi_of(au4, au6, au7, au9, au10, au43):
    """Score many faces at once.

    au4 .. au43  (...)      intensities 0..5, arrays that broadcast; AU43 of the less closed eye (a 1 is a droop, not a closure:
                            read 0/1 codes of published sets with `published.closure` first)
    returns      (...) int  0..16
    """
    eyes = np.asarray(au43, dtype=float) >= CLOSED
    return code(au4) + np.maximum(code(au6), code(au7)) + np.maximum(code(au9), code(au10)) + eyes
