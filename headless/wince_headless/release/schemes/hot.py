"""Heat in 3DPain's manner: black, red, yellow, white; each expression on a scale of its own; a black background.

Only the manner is theirs. What is shown is our heat, displacement in millimetres by the action units of PSPI, and no lamp
shades it, so that a colour is a value: `share` turns pixels back. Skin that does not move is a dull red, as their scalps are.
"""

import numpy as np

FLOOR = 0.1                     # where the scale begins on skin, so that still skin can be told from the background


def colours(value):
    """Return the colours of the scale, the one that is called hot.

    value    (...) 0..1
    returns  (..., 3) float 0..1
    """
    value = np.asarray(value, float)
    return np.clip(np.stack([value * 8 / 3, value * 8 / 3 - 1, value * 4 - 3], axis=-1), 0.0, 1.0)


def picture(heat, coverage):
    """Colour a heat picture.

    heat      (H, W) uint16 micrometres, blended with the background at silhouettes
    coverage  (H, W) uint8, 255 where all of a pixel is skin
    returns   ((H, W, 3) uint8, the greatest value in millimetres: what white is; 0.0 where nothing moves)
    """
    share = coverage / 255.0
    skin = np.where(coverage >= 128, heat / np.maximum(share, 0.5), 0.0)     # thin edges would blow noise up
    peak = float(skin.max())
    value = np.clip(heat / np.maximum(share, 1 / 255), 0, peak) / peak if peak else np.zeros(heat.shape)
    shaded = colours(FLOOR + (1 - FLOOR) * value) * share[..., None]
    return np.rint(255 * shaded).astype(np.uint8), round(peak / 1000, 6)


def share(pixels):
    """Return the heat that colours mean, as a share of the greatest: the inverse of `picture` where skin covers a pixel.

    pixels   (..., 3) uint8
    returns  (...) 0..1
    """
    red, green, blue = np.moveaxis(pixels / 255.0, -1, 0)
    value = np.where(blue > 0, 0.75 + blue / 4, np.where(green > 0, (1 + green) * 3 / 8, red * 3 / 8))
    return np.clip((value - FLOOR) / (1 - FLOOR), 0.0, 1.0)
