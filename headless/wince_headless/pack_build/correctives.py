"""Correctives: what two action units that pull the same skin do not add.

Two muscles on one patch of skin do not drag it twice as far: the second finds it taut. Where two AUs pull the same way, their sum is
cut to LIMIT times the larger of the two. Both sides are looked at together, then the cut is shared out to left and right, so
that the middle of the face is not cut twice.
"""

import numpy as np

from wince.core import rig
from wince.core.facs.table import NUMBER_OF, keys_of

LIMIT = 1.1
BROW_HELD = 0.5                     # of AU4's way down is left to the inner brow that frontalis (AU1) holds up


def of_pairs(shapes, skin):
    """Return {key: (V, 3)} of the rig's rows that two AUs share.

    shapes   {AU row key: (V, 3)} metres at E
    skin     muscles.Skin
    """
    out = {}
    for row in rig.ROWS:
        if row.rule == "both":
            one, two = (sum(shapes[key] for key in keys_of(NUMBER_OF[name])) for name in row.inputs)
            both = held(one, two) if row.key.startswith("AU01") else cut(one, two)
            side = row.key.split("+")[0][-1]
            out[row.key] = both * skin.half(side)[:, None] if side in "LR" else both
    return out


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
