"""Shard numbers in words, "0-24,30", as Slurm, OpenJD and people write them."""

import re

from wince.core.errors import WinceError

PART = re.compile(r"(\d+)(?:-(\d+)(?::(\d+))?)?")


def parse(text, count):
    """Return the shard numbers that words name, sorted, each once.

    text     str: numbers and ranges, both ends included, with a step if need be, joined by commas: "0-24,30,40-60:5"; "all"
    count    how many shards there are
    returns  tuple of int
    raises   WinceError for other words, and for numbers that are no shards
    """
    if text.strip() == "all":
        return tuple(range(count))
    found = set()
    for part in text.replace(" ", "").split(","):
        match = PART.fullmatch(part)
        if match is None:
            raise WinceError(f"--shards {text!r}: {part!r} is no number or range: write them like 0-24,30")
        low, high, step = int(match[1]), int(match[2] or match[1]), int(match[3] or 1)
        if low > high or step < 1 or high >= count:
            raise WinceError(f"--shards {text!r}: {part!r} is no range of the plan's shards 0-{count - 1}")
        found.update(range(low, high + 1, step))
    return tuple(sorted(found))


def text(numbers):
    """Return words for shard numbers, the inverse of `parse`: (0, 1, 2, 5) -> "0-2,5"."""
    runs = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in runs)
