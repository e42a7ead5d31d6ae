"""The few random draws that the samplers share.

All of them spend `Generator.random` alone: a float straight from the bits is the draw least likely to change between NumPy versions,
and every Blender brings its own NumPy.
"""

from ..errors import WinceError

TRIES = 1000                                           # then a new one is as good as not there


def happens(rng, probability):
    """Return True with a probability in 0..1; spends one draw whatever the probability."""
    return bool(rng.random() < probability)


def below(rng, count):
    """Return an int, uniform over 0..count - 1."""
    return int(rng.random() * count)


def between(rng, low, high):
    """Return an int, uniform over low..high, both included."""
    return low + below(rng, high - low + 1)


def pick(rng, items):
    """Return one of a sequence's items, all equally likely."""
    return items[below(rng, len(items))]


def weighted(rng, weights):
    """Return a key of `weights`, {key: weight >= 0}, in proportion to its weight."""
    left = rng.random() * sum(weights.values())
    for key, weight in weights.items():
        left -= weight
        if left < 0.0:
            return key
    return max(weights, key=weights.get)               # rounding may leave a crumb: it goes to the likeliest


def shuffled(rng, items):
    """Return the items as a list in random order."""
    return [item for _, item in sorted(((rng.random(), item) for item in items), key=lambda pair: pair[0])]


def unseen(draw, seen, what):
    """Return what `draw()` gives, drawn again while it is in the set `seen`, and add it there.

    raises   WinceError when nothing new comes: `what` names what was asked for
    """
    for _ in range(TRIES):
        if (found := draw()) not in seen:
            seen.add(found)
            return found
    raise WinceError(f"there are no more different faces for {what} than those drawn: ask for fewer per person, or let them vary more")
