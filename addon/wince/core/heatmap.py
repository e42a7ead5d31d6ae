"""pspi_heat: how far each point of the skin is moved by pain, in millimetres.

The displacement by AUs 4, 6, 7, 9, 10 and 43 alone, everything else (head, gaze, other AUs) at zero, on the exterior skin
only. Millimetres do not weigh PSPI's terms alike (a closed eye moves more skin than a wrinkled nose), so each term's own
map is kept beside the total.
"""

from dataclasses import dataclass, replace

import numpy as np

from . import rig
from .facs.action_units import ActionUnits
from .facs.pspi import PSPI_AUS
from .facs.table import NUMBER_OF, keys_of

HEAT_VERSION = "1"
TERMS = {"brow": (4,), "orbit": (6, 7), "levator": (9, 10), "eyes": (43,)}


@dataclass(frozen=True, eq=False)
class Heat:
    """total (V,) and terms (4, V), brow, orbit, levator, eyes: float32 millimetres, 0 off the exterior skin."""

    total: np.ndarray
    terms: np.ndarray


def pspi_heat(person, aus, world=None):
    """Return the pain heatmap of an expression on a person.

    person   Person
    aus      ActionUnits; all but the six PSPI AUs are ignored
    world    (4, 4) object -> world, or None: the face as it was built. A face at twice the size moves by twice the millimetres
    returns  Heat
    """
    terms = [_moved(person, aus, numbers, world) for numbers in TERMS.values()]
    return Heat(_moved(person, aus, PSPI_AUS, world), np.array(terms))


def heat_rows():
    """Return the rows of the rig that pain moves, every other action unit at zero: what a live overlay has to add up.

    returns  (rig.Row, ...) in the rig's order; the length of the sum of weight times displacement is `Heat.total`
    """
    return tuple(row for row in map(_in_pain, rig.ROWS) if row)


def term_of(row):
    """Return the term of TERMS that a row of `heat_rows` counts in; "" for what two terms do together: in the total alone."""
    numbers = {NUMBER_OF[key] for key in row.inputs}
    return next((term for term, own in TERMS.items() if numbers <= set(own)), "")


def _in_pain(row):
    """Return what is left of a row where all but the PSPI AUs are zero; None when nothing is."""
    left = tuple(key for key in row.inputs if NUMBER_OF[key] in PSPI_AUS)
    needed = 2 if row.rule in ("while", "both") else 1
    if len(left) < needed or (row.rule != "max" and left[0] != row.inputs[0]):
        return None
    return replace(row, inputs=left, rule="one" if len(left) == 1 else row.rule)


def _moved(person, aus, numbers, world):
    alone = ActionUnits.from_keys({key: aus.intensity(key) for number in numbers for key in keys_of(number)})
    moved = rig.deform(person, alone) - person.base
    distance = np.linalg.norm(moved if world is None else moved @ world[:3, :3].T, axis=1) * 1000
    return np.where(person.pack.exterior, distance, 0.0).astype(np.float32)
