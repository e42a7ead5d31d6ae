"""The colours of heat, once: for the page, the contact sheet, and the overlay in Blender."""

import numpy as np

# From nothing to much displacement. Lightness rises all the way, so the order survives a grey print and colour blindness.
HEAT = ("#1c0f45", "#4c1479", "#8a2280", "#c43c6c", "#ed6350", "#fb9648", "#fdc964", "#fdf5bc")
STILL = "#9a9ca1"                # skin in the overlay that pain does not move
OTHER = "#3c3d40"                # what is no skin: teeth, the lining of the mouth
EYES = {"sclera": "#b9bbc0", "iris": "#6a6c71", "pupil": "#3c3d40"}      # lighter than OTHER, or they would look like holes
STEPS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)          # between ticks, mm
TICKS = 6                        # at most, zero left out


def rgb(colour):
    """Return (r, g, b) in 0..255 of a colour written as #rrggbb."""
    return tuple(int(colour[i:i + 2], 16) for i in (1, 3, 5))


def heat_rgb(share):
    """Colour heat.

    share    (...) 0..1 of the scale
    returns  (..., 3) float, 0..255
    """
    stops = np.array([rgb(colour) for colour in HEAT], float)
    at = np.linspace(0, 1, len(stops))
    return np.stack([np.interp(share, at, channel) for channel in stops.T], axis=-1)


def heat_alpha(share):
    """Return how much the heat covers the picture, 0..1: still skin stays a photograph. `page.js` does the same in the browser."""
    return np.clip(np.asarray(share) * 6 - 0.15, 0, 0.92)


def overlay_rgb(share):
    """Colour heat over plain skin, as the overlay in the viewport and its colour bar show it.

    share    (...) 0..1 of the scale
    returns  (..., 3) float, 0..255
    """
    cover = heat_alpha(share)[..., None]
    return (1 - cover) * rgb(STILL) + cover * heat_rgb(share)


def ticks(maximum):
    """Return the millimetres to write beside a colour bar from 0 to `maximum` > 0: round ones, and the end unless one is near it."""
    step = next((step for step in STEPS if maximum / step <= TICKS), STEPS[-1])
    marks = [round(k * step, 3) for k in range(int(maximum / step + 1e-6) + 1)]
    return marks if maximum - marks[-1] < 0.6 * step else [*marks, maximum]


def round_up(peak):
    """Return the least maximum for a colour bar that holds a peak, in steps of 0.5 mm; 0.5 for nothing."""
    return max(0.5, float(np.ceil(2 * peak - 1e-6) / 2))
