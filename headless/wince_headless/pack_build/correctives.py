"""Correctives: what two action units that pull the same skin do not add.

Two muscles on one patch of skin do not drag it twice as far: the second finds it taut. Where two AUs pull the same way, their sum is
cut to LIMIT times the larger of the two. Both sides are looked at together, then the cut is shared out to left and right, so
that the middle of the face is not cut twice. A smile whose lips part is the one case in which two do more together than each alone.
"""

import numpy as np

from wince.core import rig
from wince.core.facs.table import NUMBER_OF, SIDES, keys_of, side_of

LIMIT = 1.1
# a smile with parted lips bares the upper teeth (12+25): what upper and lower lip do besides, as in `muscles.Action`
SMILE = ((0.0, 2.4), (0.5, 2.4), (0.8, 1.2), (1.0, 0.0)), ((0.0, -0.4), (0.5, -0.6), (1.0, 0.0))
BROW_HELD = 0.5                     # of AU4's way down is left to the inner brow that frontalis (AU1) holds up


def of_pairs(shapes, skin):
    """Return {key: (V, 3)} of the rig's rows that two AUs share.

    shapes   {AU row key: (V, 3)} metres at E
    skin     muscles.Skin
    """
    return {row.key: _of_pair(row, shapes, skin) for row in rig.ROWS if row.rule == "both"}


def _of_pair(row, shapes, skin):
    """Return what two AUs do together beyond each alone, (V, 3): on one side if the first has sides."""
    key = row.key.partition("+")[0]
    if tuple(NUMBER_OF[name] for name in row.inputs) in rig.OPENED:
        return skin.parted(key, *SMILE)
    one, two = (sum(shapes[other] for other in keys_of(NUMBER_OF[name])) for name in row.inputs)
    both = held(one, two) if NUMBER_OF[key] == 1 else cut(one, two)
    return both * skin.half(side_of(key))[:, None] if side_of(key) in SIDES else both


def cut(one, two):
    """Return what to add to one + two, (V, 3), so that where they agree no place goes further than LIMIT times the larger."""
    total = one + two
    size = [np.linalg.norm(d, axis=1) for d in (one, two, total)]
    agree = (one * two).sum(axis=1) / np.maximum(size[0] * size[1], 1e-12)
    t = np.clip(agree / 0.3, 0, 1)
    excess = np.minimum(LIMIT * np.maximum(size[0], size[1]) / np.maximum(size[2], 1e-12), 1.0) - 1.0
    return total * (excess * t * t * (3 - 2 * t))[:, None]


def held(raiser, lowerer):
    """Return what gives back a part of the way down where a raiser pulls up, (V, 3): the brow of grief, raised and drawn together."""
    down, up = np.maximum(-lowerer[:, 2], 0.0), np.maximum(raiser[:, 2], 0.0)
    out = np.zeros_like(lowerer)
    out[:, 2] = (1 - BROW_HELD) * np.minimum(down, up)
    return out
