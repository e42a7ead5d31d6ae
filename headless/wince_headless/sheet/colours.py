"""Every colour that carries meaning, once, for the page and the contact sheet."""

import numpy as np

# From nothing to much displacement. Lightness rises all the way, so the order survives a grey print and colour blindness.
HEAT = ("#1c0f45", "#4c1479", "#8a2280", "#c43c6c", "#ed6350", "#fb9648", "#fdc964", "#fdf5bc")

TERMS = {"brow": "#c4553b", "orbit": "#d89b35", "levator": "#3f8f7f", "eyes": "#5b6fc0"}
TERM_SIZE = {"brow": 5, "orbit": 5, "levator": 5, "eyes": 1}
TERM_OF_AU = {4: "brow", 6: "orbit", 7: "orbit", 9: "levator", 10: "levator", 43: "eyes"}

PARTS = {           # class ids of seg.png: name, colour; 0 is the background
    1: ("skin", "#e3b08f"),
    2: ("brows", "#6f4e37"),
    3: ("lashes", "#2f2a36"),
    4: ("sclera", "#f4f1ea"),
    5: ("iris", "#3f7fb5"),
    6: ("teeth", "#fff6cf"),
    7: ("tongue", "#d9667b"),
    8: ("hair", "#8a5a2b"),
    9: ("facial hair", "#a9794a"),
    10: ("clothes", "#6f9a6a"),
    11: ("glasses", "#8f8fd0"),
    12: ("mouth interior", "#8c2f39"),
}


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


def lab_hex(lab):
    """Return the sRGB colour #rrggbb nearest to a CIE Lab colour (D65)."""
    lightness, a, b = lab
    fy = (lightness + 16) / 116
    f = np.array([fy + a / 500, fy, fy - b / 200])
    xyz = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29)) * (0.95047, 1.0, 1.08883)
    linear = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]]) @ xyz
    linear = linear.clip(0, 1)
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(255 * value):02x}" for value in srgb)
