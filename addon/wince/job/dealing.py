"""Counted draws: who shows pain and who does not, and which scores, so that the totals of a cell never differ by more than one.

A cell (age x gender x group) is a sequence of people, each of whom shows so many expressions. Shares and scores are dealt along that
sequence like cards: whole packs, each shuffled by a stream of its own. So every prefix of a dataset is balanced too, and adding people
changes nobody.
"""

from dataclasses import replace
from functools import lru_cache

from ..core import demographics
from ..core.facs.sample_pain import SCORES
from ..core.streams import stream

BALANCED = "balanced"


def faces(job, number):
    """Return (pain, nonpain): how many expressions of each a person shows.

    number   the person's, as `expand.source` gives it
    """
    wishes = job.expressions
    if not wishes.dealt:
        return wishes.pain, wishes.nonpain
    cell, turn = place(job, number)
    before, after = (_pains(job, cell, cards * wishes.dealt) for cards in (turn, turn + 1))
    return after - before, wishes.dealt - (after - before)


def scores(job, number):
    """Return the PSPI of each of a person's pain expressions, or None where they are drawn and not dealt."""
    if job.expressions.pspi != BALANCED:
        return None
    cell, turn = place(job, number)
    dealt = job.expressions.dealt
    first = _pains(job, cell, turn * dealt) if dealt else turn * job.expressions.pain
    return tuple(_score(job.seed, cell, first + k) for k in range(faces(job, number)[0]))


def place(job, number):
    """Return (cell, turn): the number of a person's cell, and how many of that cell come before. People given by file are one cell."""
    if job.people.identities:
        return 0, number
    who, turn = demographics.cell_of(job.people, job.seed, number)
    ages = [demographics.age_label(years) for years in job.people.ages]
    at = ages.index(who["age"]), job.people.genders.index(who["gender"]), job.people.groups.index(who["group"])
    return (at[0] * len(job.people.genders) + at[1]) * len(job.people.groups) + at[2], turn


def _score(seed, cell, card):
    """Return the score on a card of a cell. Sixteen cells share the shuffled packs and begin at different cards: what is left over of the
    last pack is then another part of it in each of them, and the sums over cells come out nearly even as well."""
    pack, position = divmod(card, len(SCORES))
    together, first = divmod(cell, len(SCORES))
    return _pack(seed, f"dealing.pspi.{together}", pack, len(SCORES))[(position + first) % len(SCORES)] + SCORES[0]


def _pains(job, cell, cards):
    """Return how many of a cell's first cards are pain."""
    wishes = job.expressions
    pack, rest = divmod(cards, wishes.pain + wishes.nonpain)
    shuffled = _pack(job.seed, f"dealing.kind.{cell}", pack, wishes.pain + wishes.nonpain)
    return pack * wishes.pain + sum(card < wishes.pain for card in shuffled[:rest])


@lru_cache(maxsize=4096)                        # a plan of millions goes through packs in order
def _pack(seed, name, number, size):
    return tuple(stream(seed, name, number).permutation(size).tolist())


def twin(people, which):
    """Return the People whose drawn person is a twin.

    people   spec.People
    which    0 for the person, 1 and on for the twins
    """
    return replace(people, fixed={**people.fixed, **people.twins[which - 1]}) if which else people
