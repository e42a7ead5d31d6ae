"""The mean of the skin to the person's target: who has which tone is the plan's to say, a model drifts."""

import numpy as np

from wince.core import colour as colours

LOWEST, HIGHEST = 0.004, 0.92          # albedo, as the built-in skin has it
KNEE = 0.75                            # above this albedo is bent towards the highest rather than cut
ROUNDS = 12                            # of setting the mean: what is bent or cut moves it a little
ENOUGH = 1e-6                          # relative error of the mean


def anchor(colour, surface, target):
    """Return colours (N, 3) float32 whose mean over the skin is the target, and the CIEDE2000 that it was off before.

    Each colour is scaled in linear light, so contrast stays: pores, moles, lips and lids keep their ratio to the skin. The mean is the
    one of `wince.core.skin.paint.measured`: by area, without lips, brows, beard and scalp hair.

    colour   (N, 3) linear sRGB
    surface  surface.Surface
    target   (3,) Lab
    """
    weight = (surface.skin * surface.area).astype(np.float64)
    if not weight.sum() > 0:
        return np.clip(colour, LOWEST, HIGHEST).astype(np.float32), 0.0
    weight /= weight.sum()
    wanted = np.clip(colours.from_lab(target), LOWEST * 2, KNEE)
    before = weight @ np.maximum(colour, 0)
    gain = wanted / np.maximum(before, 1e-6)
    counting = np.flatnonzero(weight)
    bare, weight = np.maximum(colour[counting], 0), weight[counting]
    for _ in range(ROUNDS):
        mean = weight @ _bent(bare * gain)
        if np.abs(mean / wanted - 1).max() < ENOUGH:
            break
        gain = gain * np.clip(wanted / mean, 0.5, 2)
    out = _bent(np.maximum(colour, 0) * gain.astype(np.float32))
    return out.astype(np.float32), float(colours.difference(colours.to_lab(before), np.asarray(target, float)))


def _bent(albedo):
    """Return albedo between the lowest and the highest there is; what is bright comes near the highest without reaching it."""
    room = HIGHEST - KNEE
    over = np.maximum(albedo - KNEE, 0)
    return np.maximum(np.minimum(albedo, KNEE) + room * over / (room + over), LOWEST)
