"""Pain expressions, drawn from the score down: the PSPI first, then action units that make it.

Uniform AU tuples would give a mean PSPI of 9.94 and hardly any low pain; so, in this order,

    1. the PSPI, over 1..16, from the distribution that was asked for;
    2. AU43: never at PSPI 1 (it would stand alone), with probability 0.4 at 2..15, always at 16;
    3. brow, orbit and levator: uniform over all triples of 0..5 that sum to the rest;
    4. of each pair, AU6/AU7 and AU9/AU10, a fair coin says which one carries the term; the lesser one is the greater of two uniform
       draws over 0..term. They usually act together (Kunz et al. 2019 count them as one): the lesser one is at two thirds of the
       term on average, and absent in 1 of (term + 1)^2;
    5. AUs that the PSPI leaves out, see `_optional`;
    6. asymmetry, see `_lopsided`. It leaves the PSPI as it is, for the greater side counts.

A face that this call has drawn before is drawn again from step 2 on: repeats never change how the PSPI is distributed.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import product

import numpy as np

from ..errors import WinceError
from .action_units import ActionUnits
from .chance import below, between, happens, pick, unseen, weighted
from .expressions import Expression
from .pspi import HIGHEST
from .table import TABLE, keys_of, side_of

CLOSED_EYES = 0.4                                      # probability of AU43 where it is free
SCORES = range(1, HIGHEST + 1)
UNIFORM = dict.fromkeys(SCORES, 1.0)
# Most frames of people in pain score low and few score high. The ratio is ours, a plain steep fall, fitted to nothing.
UNBC_LIKE = {score: 0.65 ** (score - 1) for score in SCORES}
DISTRIBUTIONS = {"uniform": UNIFORM, "unbc_like": UNBC_LIKE}


def pain_expressions(rng: np.random.Generator, count: int, pspi: str | Mapping[int, float] = "uniform",
                     optional_aus: float = 0.3, asymmetry: float = 0.25, scores: Sequence[int] | None = None) -> list[Expression]:
    """Draw different pain expressions for one person.

    rng            the generator of this person's own stream
    count          how many; no two are alike
    pspi           "uniform", "unbc_like" or {score 1..16: weight}
    optional_aus   probability, each, of AU12, of AU20 and of an opened mouth (25, 25+26 or 25+27)
    asymmetry      probability that one side is weaker
    scores         the PSPI of each of them, where they are given; nothing is drawn from `pspi` then
    returns        [Expression], whole FACS codes, kind "pain"
    raises         WinceError for a distribution or a probability that is none, or when a score has no more different faces
    """
    weights = score_weights(pspi)
    _check_probability("optional_aus", optional_aus)
    _check_probability("asymmetry", asymmetry)
    seen, drawn = set(), (weighted(rng, weights) for _ in range(count))
    wanted = drawn if scores is None else scores
    return [Expression(_new_face(rng, score, optional_aus, asymmetry, seen), "pain", True) for score in wanted]


def score_weights(pspi: str | Mapping[int, float]) -> dict[int, float]:
    """Return a distribution over PSPI as {score: weight > 0}; see `pain_expressions`."""
    if isinstance(pspi, str):
        if pspi not in DISTRIBUTIONS:
            raise WinceError(f"unknown pspi distribution {pspi!r}: use {', '.join(DISTRIBUTIONS)}, balanced or weights by score")
        return DISTRIBUTIONS[pspi]
    for score, weight in pspi.items():
        if score not in SCORES:
            raise WinceError(f"pspi weights name the score {score!r}: pain has a PSPI of 1 to {HIGHEST}")
        if not 0.0 <= weight < np.inf:
            raise WinceError(f"the pspi weight of score {score} is {weight!r}: it must be 0 or more")
    weights = {int(score): float(pspi[score]) for score in sorted(pspi) if pspi[score] > 0}
    if not weights:
        raise WinceError("all pspi weights are 0: give at least one score a weight")
    return weights


def _check_probability(name, value):
    if not 0.0 <= value <= 1.0:
        raise WinceError(f"{name} is {value!r}: it is a probability, 0 to 1")


def _new_face(rng, score, optional_aus, asymmetry, seen):
    return unseen(lambda: _face(rng, score, optional_aus, asymmetry), seen, f"pain of PSPI {score}")


def _face(rng, score, optional_aus, asymmetry):
    aus = ActionUnits.from_codes(_scored(rng, score) | _optional(rng, optional_aus))
    return _lopsided(rng, aus) if happens(rng, asymmetry) else aus


def _scored(rng, score):
    """Return codes {AU: 0..5} whose PSPI is `score`."""
    closed = score == HIGHEST or (score > 1 and happens(rng, CLOSED_EYES))
    brow, orbit, levator = pick(rng, triples(score - closed))
    return {4: brow} | _pair(rng, (6, 7), orbit) | _pair(rng, (9, 10), levator) | {43: 5 * closed}


@cache
def triples(total: int) -> tuple[tuple[int, int, int], ...]:
    """Return every (brow, orbit, levator), each 0..5, that sums to `total`, 0..15."""
    return tuple(terms for terms in product(range(6), repeat=3) if sum(terms) == total)


def _pair(rng, numbers, term):
    """Share a term out to the two AUs whose greater one it is."""
    lesser = max(below(rng, term + 1), below(rng, term + 1))
    codes = (term, lesser) if happens(rng, 0.5) else (lesser, term)
    return dict(zip(numbers, codes, strict=True))


def _optional(rng, probability):
    """Return codes of pain AUs that PSPI leaves out: lip corners pulled (12) or stretched (20), lips apart (25), jaw down (26, 27).

    Each of the three happens by itself and is uniform over A..E; the jaw never drops behind closed lips.
    """
    codes = {number: between(rng, 1, 5) for number in (12, 20) if happens(rng, probability)}
    if happens(rng, probability):
        codes |= {number: between(rng, 1, 5) for number in pick(rng, ((25,), (25, 26), (25, 27)))}
    return codes


def _lopsided(rng, aus):
    """Weaken one side: it keeps one share, uniform in 0..1, of all its AUs, rounded down; so each of them is weaker than its twin.

    Eyes stay closed on both sides: one closed eye is a wink, and PSPI counts two.
    """
    weak, kept = pick(rng, "LR"), rng.random()
    paired = [number for number in aus.numbers if TABLE[number].sided and number != 43]
    values = dict(aus.pairs)
    for key in (key for number in paired for key in keys_of(number) if side_of(key) == weak):
        values[key] = float(int(values[key] * kept))
    return ActionUnits.from_keys(values)
