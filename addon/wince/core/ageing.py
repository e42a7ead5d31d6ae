"""What years do to a look: how much of each sign shows at an age, for somebody who tends to it so much. Pure numbers, 0..1."""

import numpy as np


def _rise(age, start, full):
    """Return 0 before `start`, 1 from `full` on, smooth between."""
    t = np.clip((age - start) / (full - start), 0, 1)
    return float(t * t * (3 - 2 * t))


def static_lines(who):
    """Return how deep the lines of a face at rest are: nearly none when young."""
    return _rise(who.age, 28, 82) * (0.4 + 0.9 * who.look.skin.lines)


def folding(who):
    """Return how readily skin folds when a face moves: young skin somewhat, old and thin skin much."""
    return (0.45 + 0.55 * _rise(who.age, 20, 70)) * (0.6 + 0.8 * who.look.skin.lines)


def spots(who):
    """Return how many age spots there are."""
    return _rise(who.age, 45, 85) * who.look.skin.spots


def grey(who):
    """Return the share of hair that is grey; whose `grey` is 0.5 is half grey at about 58."""
    half = 78 - 40 * who.look.hair.grey
    return _rise(who.age, half - 22, half + 22)


def receded(who):
    """Return how far the hairline has gone back."""
    return _rise(who.age, 22, 75) * who.look.hair.receding


def sparse(who):
    """Return how much hair, brows and lashes have thinned."""
    return 0.5 * _rise(who.age, 55, 92)


def shows(who):
    """Return {sign: how much of it shows} at the person's age, rounded, for records."""
    return {sign.__name__: round(sign(who), 4) for sign in (static_lines, folding, spots, grey, receded, sparse)}
