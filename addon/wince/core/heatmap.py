"""pspi_heat: how far each point of the skin is moved by pain, in millimetres.

The displacement by AUs 4, 6, 7, 9, 10 and 43 alone, everything else (head, gaze, other AUs) at zero, on the exterior skin
only. Millimetres do not weigh PSPI's terms alike (a closed eye moves more skin than a wrinkled nose), so each term's own
map is kept beside the total.
"""

from dataclasses import dataclass

import numpy as np

from . import rig
from .facs.action_units import ActionUnits
from .facs.pspi import PSPI_AUS
from .facs.table import keys_of

HEAT_VERSION = "1"
TERMS = {"brow": (4,), "orbit": (6, 7), "levator": (9, 10), "eyes": (43,)}


@dataclass(frozen=True, eq=False)
class Heat:
    """total (V,) and terms (4, V), brow, orbit, levator, eyes: float32 millimetres, 0 off the exterior skin."""

    total: np.ndarray
    terms: np.ndarray


def pspi_heat(person, aus):
    """Return the pain heatmap of an expression on a person.

    person   Person
    aus      ActionUnits; all but the six PSPI AUs are ignored
    returns  Heat
    """
    terms = [_moved(person, aus, numbers) for numbers in TERMS.values()]
    return Heat(_moved(person, aus, PSPI_AUS), np.array(terms))


def _moved(person, aus, numbers):
    alone = ActionUnits.from_keys({key: aus.intensity(key) for number in numbers for key in keys_of(number)})
    distance = np.linalg.norm(rig.deform(person, alone) - person.base, axis=1) * 1000
    return np.where(person.pack.exterior, distance, 0.0).astype(np.float32)
