"""What a record says of the face, computed again: action units, PSPI and its terms, the neutral, the look's numbers."""

from functools import lru_cache

from wince.core.errors import WinceError
from wince.core.facs.action_units import ActionUnits
from wince.core.facs.intensity import code, intensity
from wince.core.facs.pspi import UNBC_AUS, pspi
from wince.core.facs.table import TABLE, keys_of
from wince.core.skin import tone
from wince.job import layout

UNSIDED = tuple(number for number in TABLE if len(keys_of(number)) == 1)


def labels(record):
    """Yield ("labels", sentence) for what a record says of the face and cannot be; its values may be anything that JSON is."""
    try:
        aus = ActionUnits.from_json(record["au_code"])
    except WinceError as error:
        yield "labels", str(error)
        return
    yield from scored(record, pspi(aus))
    if absent := [number for number in UNBC_AUS if str(number) not in record["au_code"]]:
        yield "labels", f"au_code does not list AU{absent[0]}"
    if record["facs"] != str(aus.rounded()):
        yield "labels", f"facs is {record['facs']}, its action units are written {aus.rounded()}"
    yield from _realised(record)
    yield from _neutral(record, aus)


def scored(record, score):
    """Yield the faults of a record's score; score is the core's PSPI of its action units."""
    if record["pspi"] != score.total:
        yield "labels", f"pspi is {record['pspi']}, its action units make {score.total}"
    for term in score._fields[1:]:
        if record["pspi_terms"][term] != getattr(score, term):
            yield "labels", f"the PSPI term {term} is {record['pspi_terms'][term]}, its action units make {getattr(score, term)}"
    for term in record["pspi_terms"].keys() - set(score._fields[1:]):
        yield "labels", f"there is no PSPI term {term}"


def _realised(record):
    """The two intensities of an action unit must tell the same story: codes are what the realised shares round to."""
    for number, sides in record["au_code"].items():
        for side, letter in sides.items():
            share = record["au_realised"].get(number, {}).get(side)
            turns = int(number) in TABLE and bool(TABLE[int(number)].rotation)
            if share is None or not 0 <= share <= 1 or _code_of(share, turns) != letter:
                yield "labels", f"AU{number} has code {letter} on side {side} and moved the mesh by {share}"


@lru_cache(maxsize=4096)
def _code_of(share, turns):
    """Return the code that a share of full displacement rounds to; few shares come up, and the way back along the curve is long."""
    return int(code(5 * share if turns else intensity(share)))


def _neutral(record, aus):
    """A neutral may turn head and eyes, and nothing else."""
    neutral = record["expression_kind"] == "neutral"
    moved = [number for number in aus.numbers if not TABLE[number].rotation]
    if neutral and moved:
        yield "labels", f"is called neutral and has AU{moved[0]}"
    if neutral and record["pain"]:
        yield "labels", "is called neutral and pain at once"
    if not isinstance(record["pain"], bool):
        yield "labels", f"pain is {record['pain']!r}: it is true or false"
    if neutral != (record["expression"] == layout.NEUTRAL or record["expression"].startswith("n")):
        yield "labels", f"is called {record['expression_kind']}, which its name {record['expression']} does not say"


def skin(record):
    """Yield ("look", sentence) where the numbers of a skin's tone do not belong together."""
    who = record["demographics"]
    angle, step = tone.ita(who["skin_lab"]), tone.monk(who["skin_lab"])
    if not abs(who["skin_ita_deg"] - angle) <= 0.01:
        yield "look", f"skin_ita_deg is {who['skin_ita_deg']}, skin_lab makes {angle:.2f}"
    if who["skin_monk"] != step:
        yield "look", f"skin_monk is {who['skin_monk']}, skin_lab makes {step}"
