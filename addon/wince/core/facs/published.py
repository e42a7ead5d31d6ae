"""Action units as published sets write them: 3DPain and UNBC-McMaster code AU43 as 0 or 1.

There 1 means "closed", while on the scale 0..5 it would mean "a trace of drooping": it is read as 5.
"""

from collections.abc import Mapping

from ..errors import WinceError
from .action_units import ActionUnits
from .pspi import pspi


def closure(flag) -> int:
    """Return the intensity 0..5 of an AU43 that was coded 0 or 1: 1 becomes 5."""
    if flag not in (0, 1):
        raise WinceError(f"AU43 is {flag!r} where it should be coded 0 or 1: use ActionUnits.from_codes for graded closures")
    return 5 * int(flag)


def from_binary_coded(record: Mapping[str, float]) -> ActionUnits:
    """Read one record of a binary coded set, {"AU4": 4, "AU6": 2, ..., "AU43": 1, "PSPI": 12}; PSPI may be absent.

    raises   WinceError when AU43 is neither 0 nor 1, or the stored PSPI is not the one of these codes
    """
    codes = {_number(key): value for key, value in record.items() if key != "PSPI"}
    aus = ActionUnits.from_codes(codes | {43: closure(codes.get(43, 0))})
    stored, computed = record.get("PSPI"), pspi(aus).total
    if stored is not None and stored != computed:
        raise WinceError(f"the record says PSPI {stored}, its codes {aus} make {computed}: mend the record or leave PSPI out")
    return aus


def _number(key):
    """Turn "AU4" into 4."""
    digits = key.removeprefix("AU")
    if not digits.isdecimal():
        raise WinceError(f"unknown field {key!r} in an AU record: fields are AU4, AU6, ... and PSPI")
    return int(digits)
