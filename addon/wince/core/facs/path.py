"""The way from a neutral face to the most pain that PSPI knows, one point at a time.

A path has seventeen faces; face k has PSPI k, and no action unit ever falls on the way. Its order is what observers describe of pain,
not a fit to any recording: brow and orbit come first and stay close to each other, the levator follows them, the eyes close late, and
what PSPI leaves out (lip corners, an opened mouth) joins in the upper half. As in `sample_pain`, AU6 and AU7, and AU9 and AU10, act
together: one carries the term, the other follows at a share of it; a jaw never drops behind closed lips.
"""

from functools import lru_cache

from ..streams import stream
from .action_units import ActionUnits
from .chance import below, between, happens, pick
from .pspi import HIGHEST, UNBC_AUS

PATH_AUS = UNBC_AUS                    # what a path decides about; everything else on the face is the artist's
TERMS = ("brow", "orbit", "levator")
APART = 2                              # brow and orbit differ by at most this, and the levator falls behind both by at most this
IN_A_ROW = 2                           # a term rises at most so often before another one does
EYES_CLOSE = (8, 16)                   # the PSPI at which they do
MOUTHS = ((), (25,), (25, 26), (25, 27))
JOINS = (6, 12)                        # the PSPI after which a companion appears
COMPANION = 0.5                        # probability of AU12, and of AU20


def pain_path(rng):
    """Draw a path through pain.

    rng      numpy.random.Generator
    returns  tuple of 17 ActionUnits, whole FACS codes, sides alike: face k has PSPI k, and no AU is below that of face k - 1
    """
    terms = _terms(rng)
    pairs = [_pair(rng, numbers, term) for numbers, term in (((6, 7), "orbit"), ((9, 10), "levator"))]
    joining = [_companion(*companion) for companion in _companions(rng)]
    return tuple(_face(step, score, pairs, joining) for score, step in enumerate(terms))


@lru_cache(maxsize=32)
def variation(number):
    """Return the path of a variation number, int >= 0, the same in every file and on every machine."""
    return pain_path(stream(number, "pain.path"))


def at(path, position):
    """Return the face at a position on a path, 0..16, ActionUnits; between two faces every AU goes straight from one to the other."""
    position = min(max(float(position), 0.0), float(HIGHEST))
    before = min(int(position), HIGHEST - 1)
    share, low, high = position - before, path[before].keys(), path[before + 1].keys()
    return ActionUnits.from_keys({key: low[key] + share * (high[key] - low[key]) for key in low})


def _terms(rng):
    """Draw the order in which the terms rise: [{"brow", "orbit", "levator", "eyes"}] of the seventeen faces."""
    now, order, closing = dict.fromkeys((*TERMS, "eyes"), 0), [], between(rng, *EYES_CLOSE)
    steps = [dict(now)]
    while len(steps) <= HIGHEST:
        term = "eyes" if len(steps) == closing else pick(rng, _free(now, order))
        now[term] += 1
        order.append(term)
        steps.append(dict(now))
    return steps


def _free(now, order):
    """Return the terms that may rise next; there always is one."""
    last = order[-IN_A_ROW:]
    tired = last[0] if len(last) == IN_A_ROW and len(set(last)) == 1 else ""
    return [term for term in TERMS if term != tired and now[term] < 5 and _in_order(now | {term: now[term] + 1})]


def _in_order(terms):
    """Tell whether terms stand to each other as they do in pain."""
    brow, orbit, levator = (terms[name] for name in TERMS)
    return abs(brow - orbit) <= APART and 0 <= min(brow, orbit) - levator <= APART


def _pair(rng, numbers, term):
    """Return a function from the terms to the codes of two AUs: one carries the term, the lesser one follows at one share of it."""
    leader, follower = numbers if happens(rng, 0.5) else numbers[::-1]
    share = max(rng.random(), rng.random())                # two thirds on average, as in `sample_pain`
    return lambda terms: {leader: terms[term], follower: int(share * terms[term] + 0.5)}


def _companions(rng):
    """Draw the AUs that PSPI leaves out: [(number, PSPI after which it appears, its code at the end)]."""
    corners = [(number, between(rng, *JOINS), between(rng, 1, 4)) for number in (12, 20) if happens(rng, COMPANION)]
    after, wide = between(rng, *JOINS), between(rng, 2, 4)
    return corners + [(number, after, wide - below(rng, 2) * (number != 25)) for number in pick(rng, MOUTHS)]


def _companion(number, after, final):
    """Return a function from the score to the codes of one AU, which rises evenly from its start to the end of the path."""
    return lambda score: {number: int(final * max(score - after, 0) / (HIGHEST - after) + 0.5)}


def _face(terms, score, pairs, joining):
    codes = {4: terms["brow"], 43: 5 * terms["eyes"]}
    for rule, argument in [(pair, terms) for pair in pairs] + [(companion, score) for companion in joining]:
        codes |= rule(argument)
    return ActionUnits.from_codes(codes)
