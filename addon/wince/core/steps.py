"""The step that everything here fades by."""

import numpy as np


def smoothstep(value, low, high):
    """Return 0 below `low`, 1 above `high`, smooth between; any shape."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)
