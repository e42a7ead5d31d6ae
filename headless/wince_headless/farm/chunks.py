"""Shards -> elements of an array: so few that an engine takes them, so many that each is over soon.  Pure."""

import itertools
import math

MOST = 500                      # elements; Slurm's MaxArraySize is 1001 where nobody has set it, and a job counts against other limits too
SHORT = 900.0                   # seconds; an element should not last longer while there may be more of them


def elements(shards, count):
    """Cut shards into runs of nearly equal length, each shard once, in their order.

    shards    sequence of int
    count     how many runs; fewer when there are fewer shards
    returns   list of tuples of int, none of them empty
    """
    count = min(count, len(shards))
    edges = [len(shards) * k // count for k in range(count + 1)] if count else []
    return [tuple(shards[low:high]) for low, high in itertools.pairwise(edges)]


def count(shards, seconds, most=MOST, short=SHORT):
    """Return how many elements work is best cut into.

    shards    how many there are
    seconds   what all of them last, one after the other, on one element's processors
    most      elements at most
    short     seconds that an element should last at most
    """
    return max(1, min(shards, most, math.ceil(seconds / short)))
