"""Every colour that carries meaning, once, for the page and the contact sheet."""

import numpy as np

from wince.core.heat_colours import HEAT, heat_alpha, heat_rgb, rgb

__all__ = ("HEAT", "PARTS", "TERMS", "TERM_OF_AU", "TERM_SIZE", "heat_alpha", "heat_rgb", "lab_hex", "rgb", "srgb_hex")

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


def lab_hex(lab):
    """Return the sRGB colour #rrggbb nearest to a CIE Lab colour (D65)."""
    lightness, a, b = lab
    fy = (lightness + 16) / 116
    f = np.array([fy + a / 500, fy, fy - b / 200])
    xyz = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29)) * (0.95047, 1.0, 1.08883)
    linear = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]]) @ xyz
    linear = linear.clip(0, 1)
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return srgb_hex(srgb)


def srgb_hex(srgb):
    """Return an sRGB colour, (3,) 0..1, as #rrggbb."""
    return "#" + "".join(f"{round(255 * value):02x}" for value in srgb)
