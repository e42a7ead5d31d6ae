"""Action units and what they do together, eased so that no skin is turned over on anybody; see `relax`."""

import numpy as np

from wince.core.facs.table import NUMBER_OF, keys_of

ALONE, TOGETHER = 0.40, 0.32        # the least share of its length that skin keeps under one action unit, under several
NUMBERS = (1, 2, 4, 6, 9, 10, 12, 15, 16, 17, 18, 20, 24, 25, 26, 27)
SOLVED = frozenset({43})             # solved for each person: the others make room for it
SQUEEZE = "squeeze"                  # what 6 and 7 add to 43, see `muscles.SQUEEZE`
SETS = ((4, 6, 7, 9, 10, 43), (4, 6, 7, 9, 10), (6, 9, 10, 12), (6, 10, 12, 25, 27), (4, 6, 9, 10, 20, 25, 26), (17, 15, 20), (1, 4, 2))


def eased(shapes, skin):
    """Return {AU row key: (V, 3)} with every action unit at E eased on its own, then each of SETS together.

    shapes  {AU row key: (V, 3)} metres, left and right mirrored, and what squeezing adds
    skin    muscles.Skin
    """
    out = dict(shapes)
    for number in NUMBERS:
        _give(out, skin, (number,), ALONE)
    for numbers in SETS:
        _give(out, skin, numbers, TOGETHER)
    return out


def _give(shapes, skin, numbers, least):
    """Ease the sum of some action units, both sides of them, and let each have its part of the difference by how far it moves."""
    keys = [key for number in numbers for key in keys_of(number)] + [key for key in shapes if key.startswith(SQUEEZE) and 43 in numbers]
    total = sum(shapes[key] for key in keys)
    change = skin.struts.eased(total, least) - total
    part = {key: np.linalg.norm(shapes[key], axis=1) for key in keys if NUMBER_OF.get(key) not in SOLVED}
    whole = sum(part.values())
    for key in part:
        share = np.where(whole > 1e-9, part[key] / np.maximum(whole, 1e-9), 1 / len(part))
        shapes[key] = shapes[key] + change * share[:, None]
