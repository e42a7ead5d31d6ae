"""Colour in numbers: CIE Lab under D65, linear sRGB (Rec. 709 primaries, what Blender renders in), the sRGB curve, daylight."""

import numpy as np

from .turns import axes_of

TO_XYZ = np.array([[0.4123908, 0.3575843, 0.1804808], [0.2126390, 0.7151687, 0.0721923], [0.0193308, 0.1191948, 0.9505322]])
LUMINANCE = TO_XYZ[1]
WHITE = TO_XYZ.sum(axis=1)             # D65
KNEE = 6 / 29


def from_lab(lab):
    """Return linear sRGB (..., 3) of Lab colours (..., 3) under D65; colours out of gamut are not clipped."""
    lightness, a, b = np.moveaxis(np.asarray(lab, float), -1, 0)
    fy = (lightness + 16) / 116
    f = np.stack([fy + a / 500, fy, fy - b / 200], axis=-1)
    xyz = WHITE * np.where(f > KNEE, f ** 3, 3 * KNEE ** 2 * (f - 4 / 29))
    return xyz @ np.linalg.inv(TO_XYZ).T


def to_lab(rgb):
    """Return Lab (..., 3) under D65 of linear sRGB colours (..., 3)."""
    ratio = np.asarray(rgb, float) @ TO_XYZ.T / WHITE
    f = np.where(ratio > KNEE ** 3, np.cbrt(ratio), ratio / (3 * KNEE ** 2) + 4 / 29)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1)


def luminance(rgb):
    """Return the luminance (...) of linear sRGB colours (..., 3); white has 1."""
    return np.asarray(rgb, float) @ LUMINANCE


def encode(linear):
    """Return display values 0..1 of linear ones by the sRGB curve, clipped: Blender's Standard view transform."""
    clipped = np.clip(linear, 0, 1)
    return np.where(clipped <= 0.0031308, 12.92 * clipped, 1.055 * clipped ** (1 / 2.4) - 0.055)


def decode(display):
    """Return linear values of display values 0..1; the inverse of `encode`."""
    display = np.asarray(display, float)
    return np.where(display <= 0.04045, display / 12.92, ((display + 0.055) / 1.055) ** 2.4)


def difference(lab_a, lab_b):
    """Return the CIEDE2000 colour difference (...) of Lab colours (..., 3), all weights 1; about 1 is just noticed.

    Sharma, Wu and Dalal 2005, "The CIEDE2000 color-difference formula", Color Research and Application 30 (1).
    """
    (l1, a1, b1), (l2, a2, b2) = (axes_of(np.asarray(lab, float)) for lab in (lab_a, lab_b))
    g = 1.5 - 0.5 * _seventh((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2)       # more a where there is little chroma
    (c1, h1), (c2, h2) = ((np.hypot(g * a, b), np.degrees(np.arctan2(b, g * a)) % 360) for a, b in ((a1, b1), (a2, b2)))
    turn = np.round(h2 - h1, 9)                           # opposite hues are so whatever the last digit says
    turn = np.where(c1 * c2 == 0, 0, np.where(turn > 180, turn - 360, np.where(turn < -180, turn + 360, turn)))
    hue = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn) / 2)
    mean_l, mean_c = (l1 + l2) / 2, (c1 + c2) / 2
    mean_h = np.where(c1 * c2 == 0, h1 + h2, (h1 + turn / 2) % 360)
    weight_l = 1 + 0.015 * (mean_l - 50) ** 2 / np.sqrt(20 + (mean_l - 50) ** 2)
    weight_c, weight_h = 1 + 0.045 * mean_c, 1 + 0.015 * mean_c * _hue_weight(mean_h)
    dl, dc, dh = (l2 - l1) / weight_l, (c2 - c1) / weight_c, hue / weight_h
    bend = np.sin(np.radians(60 * np.exp(-((mean_h - 275) / 25) ** 2)))
    return np.sqrt(dl ** 2 + dc ** 2 + dh ** 2 - 2 * _seventh(mean_c) * bend * dc * dh)


def _seventh(chroma):
    """Return the formula's share of strong colours, 0 for grey."""
    return np.sqrt(chroma ** 7 / (chroma ** 7 + 25.0 ** 7))


def _hue_weight(hue):
    """Return the formula's T of a hue, degrees."""
    terms = ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.20, 4, -63))
    return 1 + sum(size * np.cos(np.radians(times * hue + shift)) for size, times, shift in terms)


def daylight(kelvin):
    """Return the linear sRGB colour (3,) of luminance 1 of daylight or, below 4000 K, of a lamp.

    kelvin   1700 to 25000; CIE D series, and Kim's fit of the black body below it
    """
    x, y = _d_series(kelvin) if kelvin >= 4000 else _black_body(kelvin)
    rgb = np.linalg.inv(TO_XYZ) @ [x / y, 1, (1 - x - y) / y]
    rgb = np.maximum(rgb, 0)
    return rgb / luminance(rgb)


def _d_series(kelvin):
    """Return the chromaticity of CIE daylight."""
    k = 1000 / kelvin
    if kelvin <= 7000:
        x = -4.6070 * k ** 3 + 2.9678 * k ** 2 + 0.09911 * k + 0.244063
    else:
        x = -2.0064 * k ** 3 + 1.9018 * k ** 2 + 0.24748 * k + 0.237040
    return x, -3.0 * x ** 2 + 2.870 * x - 0.275


def _black_body(kelvin):
    """Return the chromaticity of a black body from 1667 to 4000 K."""
    k = 1000 / kelvin
    x = -0.2661239 * k ** 3 - 0.2343589 * k ** 2 + 0.8776956 * k + 0.179910
    if kelvin <= 2222:
        return x, -1.1063814 * x ** 3 - 1.34811020 * x ** 2 + 2.18555832 * x - 0.20219683
    return x, -0.9549476 * x ** 3 - 1.37418593 * x ** 2 + 2.09137015 * x - 0.16748867
