"""Which shards of a plan a farm is to do."""

from wince.core.errors import WinceError

from ..plan import ranges
from ..work import shards as marks

MISSING = "missing"


def shards(plan, words):
    """Return the shards that words name.

    plan     wince.job.plan.Plan
    words    str as `--shards` takes them, or "missing": those that have no mark yet
    returns  tuple of int, sorted, at least one
    raises   WinceError for shards that the plan does not have, and when none is missing
    """
    if words != MISSING:
        return ranges.parse(words, plan.shards)
    left = tuple(sorted({*range(plan.shards)} - marks.done(plan)))
    if not left:
        raise WinceError(f"--shards {MISSING}: every shard of {plan.folder} is done: check it with `wince verify {plan.folder}`")
    return left
