"""Have the skins been painted that a plan asks for: looked at before Blender starts, by name alone."""

import os

from wince.core.errors import WinceError
from wince.job import textures

from ..plan import ranges
from . import shards

SOME = 40                              # characters of shard numbers that find room in a command


def refuse_unpainted(plan, numbers):
    """Refuse to render people whose planned skin is not there yet; nothing happens where a plan paints nobody.

    plan      wince.job.plan.Plan
    numbers   shards that are to be rendered; those that are marked done need no skin any more
    raises    WinceError
    """
    if not plan.facts.get("paint"):
        return
    asked = sorted({*numbers} - shards.done(plan))
    bare = {number: count for number in asked if (count := _bare(plan, number))}
    if bare:
        people = sum(plan.row(number).people for number in asked)
        raise WinceError(f"{sum(bare.values()):,} of {people:,} people to be rendered have no painted skin yet, and {plan.folder} is "
                         f"planned with one for everybody: paint them first with `wince paint {plan.folder} --shards {_words(bare, plan)}`")


def _bare(plan, number):
    """Return how many people of a shard have no skin."""
    root = os.fspath(plan.located.people.textures)
    return sum(not os.access(f"{root}/{person['person']}/{textures.FACTS}", os.F_OK) for person in plan.shard(number))


def _words(numbers, plan):
    words = ranges.text(numbers)
    return "all" if len(numbers) == plan.shards or len(words) > SOME else words
