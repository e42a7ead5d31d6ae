"""Expressions that are not pain: what `expressions.KINDS` describes, drawn.

Kinds come in rounds, each round every kind once in random order, so that a person shows as many different ones as there is room for.
"""

from collections.abc import Sequence

import numpy as np

from ..errors import WinceError
from .action_units import ActionUnits
from .chance import between, happens, pick, shuffled, unseen
from .expressions import KINDS, NONPAIN_KINDS, Expression


def nonpain_expressions(rng: np.random.Generator, count: int, kinds: Sequence[str] = ()) -> list[Expression]:
    """Draw different expressions without pain for one person.

    rng      the generator of this person's own stream
    count    how many; no two are alike
    kinds    names from NONPAIN_KINDS; none means all
    returns  [Expression], whole FACS codes, `pain` False, each with its kind
    raises   WinceError for an unknown kind, or when a kind has no more different faces
    """
    kinds = tuple(kinds) or NONPAIN_KINDS
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        raise WinceError(f"unknown expression kind {unknown[0]!r} in nonpain_kinds: known are {', '.join(NONPAIN_KINDS)}")
    rounds = -(-count // len(kinds))
    order = [kind for _ in range(rounds) for kind in shuffled(rng, kinds)][:count]
    seen = set()
    return [Expression(_new_face(rng, kind, seen), kind, False) for kind in order]


def _new_face(rng, kind, seen):
    return unseen(lambda: _face(rng, KINDS[kind]), seen, f"the kind {kind!r}")


def _face(rng, recipe):
    """Draw one face from a recipe."""
    ranges = pick(rng, recipe.always)
    ranges = ranges | {au: codes for au, codes in recipe.sometimes.items() if happens(rng, recipe.chance) and au not in ranges}
    return ActionUnits.from_codes({au: between(rng, *codes) for au, codes in ranges.items()})
