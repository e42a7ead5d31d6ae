"""Where skin folds: the lines of a face, after the anatomy that FACS names. Positions are ours, drawn on the average adult.

Frontal plane, millimetres from the midpoint between the eyes: X to the character's left, Z up. Lines of a sided system stand at
+x and are mirrored, not exactly: each line of each side has its own small waves.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Line:
    """One groove: points (x, z) mm, how deep at most, 0..1, half its width in mm, how long it takes to fade at its ends (share)."""

    points: tuple
    depth: float = 1.0
    half: float = 0.9
    fade: float = 0.45


@dataclass(frozen=True)
class System:
    """Lines that come together.

    channel   of the picture: 0 lines that lie, 1 lines that stand
    lines     tuple of Line
    aus       whose compression at full is a full fold: AU shapes by their prefix; () for lines of years alone
    rest      how deep they lie in the oldest face at rest
    sided     mirrored
    bulge     how much higher than a thin line's the flank towards +x (of the left side) is: a fold that skin hangs over
    reach     millimetres around the lines where skin folds along them
    """

    channel: int
    lines: tuple
    aus: tuple
    rest: float
    sided: bool = True
    bulge: float = 0.0
    reach: float = 10.0


def _seagull(z, half, lift, dip):
    """A forehead line: over each brow an arc, a dip between them."""
    x = np.linspace(-1, 1, 9)
    return tuple((half * u, z + lift * np.sin(np.pi * min(abs(u) * 1.25, 1.25) / 1.25) - dip * np.exp(-(3 * u) ** 2)) for u in x)


FOREHEAD = (
    Line(_seagull(27.5, 36, 1.5, 1.0), 0.75, 1.5), Line(_seagull(34.0, 41, 2.0, 1.5), 1.0, 1.72),
    Line(_seagull(41.0, 43, 2.5, 1.5), 1.0, 1.8), Line(_seagull(48.0, 40, 3.0, 1.0), 0.85, 1.72),
    Line(_seagull(55.0, 34, 3.0, 0.5), 0.55, 1.5), Line(((-38, 37), (-27, 39.5), (-17, 39)), 0.45, 1.05),
    Line(((14, 30.5), (25, 32.5), (36, 31)), 0.45, 1.05), Line(((12, 45), (22, 46.5), (31, 46)), 0.4, 1.05),
)
GLABELLA = (
    Line(((6.0, 3), (6.6, 10), (8.0, 17), (9.6, 24)), 1.0, 1.8), Line(((-5.4, 4), (-6.2, 11), (-7.6, 18), (-8.6, 22)), 0.9, 1.72),
    Line(((-1.2, 7), (-0.6, 13), (-1.0, 20)), 0.5, 1.2), Line(((12.5, 14), (13.8, 19), (14.6, 25)), 0.5, 1.2),
    Line(((-12.0, 13), (-13.4, 18), (-14.4, 23.5)), 0.55, 1.2),
)
NOSE_ROOT = (
    Line(((-9, 3.2), (-4, 4.6), (0, 5.0), (4, 4.7), (9, 3.4)), 0.9, 1.42), Line(((-8, -1.2), (-4, 0.3), (1, 0.6), (8, -0.8)), 1.0, 1.5),
    Line(((-6, -5.0), (0, -3.9), (6, -4.8)), 0.6, 1.2),
)
BUNNY = (
    Line(((4.5, -6.5), (8, -8.0), (12, -10.5)), 0.8, 1.2), Line(((5.0, -11), (9, -13.2), (13.5, -16.5)), 1.0, 1.35),
    Line(((5.5, -16), (9.5, -18.8), (13.5, -22.5)), 0.75, 1.2),
)
CROWS_FEET = (
    Line(((45.5, 3.0), (50, 7.0), (55, 11.0), (60, 14)), 0.8, 1.27), Line(((46.5, 0.4), (52, 2.4), (58, 4.2), (64.5, 5)), 1.0, 1.42),
    Line(((46.5, -3.2), (52, -3.8), (58, -5.4), (64, -8)), 1.0, 1.42), Line(((45.5, -6.8), (50.5, -10.0), (55, -14), (59, -19)), 0.8, 1.35),
    Line(((49, -1.4), (54, -1.0), (59.5, -1.6)), 0.5, 0.98), Line(((48, -6.0), (53, -8.0), (58, -11.8)), 0.5, 0.98),
)
INFRAORBITAL = (
    Line(((20.5, -9.5), (25, -11.6), (31, -12.2), (37, -11.0), (43, -7.6)), 0.7, 1.12),
    Line(((18.5, -10.5), (23, -14.4), (30, -16.6), (37, -16.0), (44, -12.2)), 0.9, 1.5),
    Line(((16.5, -7.5), (18.5, -12.5), (23, -18.2), (30, -21.5)), 0.75, 1.65), Line(((24, -8.4), (30, -9.3), (36, -8.8)), 0.45, 0.83),
)
NASOLABIAL = (Line(((18.4, -35), (22.2, -42), (26.8, -50), (30.6, -59), (33.0, -67), (33.4, -74)), 0.8, 2.8, 0.48),)
SMILE = (
    Line(((36.5, -52), (39.5, -60), (40.6, -68), (39.4, -76)), 0.3, 1.7, 0.5),
    Line(((43.5, -55), (46.5, -63), (46.9, -71)), 0.22, 1.5, 0.5),
)
MARIONETTE = (Line(((25.8, -70.5), (27.8, -77), (28.6, -84), (28.0, -90)), 0.7, 2.2, 0.5),
              Line(((32, -76), (33.4, -82), (33.2, -87)), 0.25, 1.6, 0.5))
CHIN = (
    Line(((-15, -82.6), (-8, -80.6), (0, -80.0), (8, -80.5), (15, -82.3)), 1.0, 2.43),
    Line(((-10, -84.6), (-1, -83.6), (9, -84.4)), 0.6, 1.22), Line(((-6, -87.5), (1, -86.9), (7, -87.6)), 0.4, 1.08),
)
LIP = ((-22.1, -68.4), (-14.7, -59.7), (-7.4, -57.3), (0, -57.9), (7.4, -57.3), (14.7, -59.7), (22.1, -68.4))
LOWER_LIP = ((-20, -71), (-14.8, -73.5), (-7.7, -75.2), (0, -75.8), (7.7, -75.2), (14.8, -73.5), (20, -71))


def _radial(border, places, lengths, lean, way):
    """Lines that leave the red of a lip at x = `places`, so long, leaning outwards."""
    x, z = np.array(border).T
    return tuple(Line(tuple((p + lean * p * t, np.interp(p, x, z) + way * (0.4 + length * t)) for t in (0, 0.5, 1)),
                      0.4 + 0.22 * (k % 2), 1.0, 0.5) for k, (p, length) in enumerate(zip(places, lengths, strict=True)))


UPPER_LIP = _radial(LIP, (-18.5, -15.6, -12.4, -9.6, -6.2, 5.6, 9.0, 12.0, 14.8, 18.2),
                    (4.5, 6.0, 7.5, 7.0, 5.0, 5.5, 7.5, 6.5, 7.0, 4.5), 0.16, 1)
UNDER_LIP = _radial(LOWER_LIP, (-14.2, -9.8, -5.0, 4.2, 9.0, 13.4), (3.5, 4.5, 4.0, 4.5, 4.0, 3.5), 0.10, -1)
NECK = (Line(((-42, -128), (-20, -136), (0, -139), (20, -137), (42, -129)), 0.5, 4.2, 0.5),
        Line(((-40, -150), (0, -158), (38, -151)), 0.4, 4.0, 0.5))

SYSTEMS = {
    "forehead": System(0, FOREHEAD, ("AU01", "AU02"), 0.60, sided=False),
    "glabella": System(1, GLABELLA, ("AU04",), 0.50, sided=False, reach=9),
    "nose_root": System(0, NOSE_ROOT, ("AU09",), 0.30, sided=False, reach=7),
    "bunny": System(0, BUNNY, ("AU09",), 0.12, reach=6),
    "crows_feet": System(0, CROWS_FEET, ("AU06",), 0.70),
    "infraorbital": System(0, INFRAORBITAL, ("AU06", "AU07"), 0.40, reach=7),
    "nasolabial": System(0, NASOLABIAL, ("AU09", "AU10", "AU12"), 0.9, bulge=0.5),
    "smile": System(0, SMILE, ("AU12",), 0.3),
    "marionette": System(0, MARIONETTE, ("AU15", "AU20"), 0.6, bulge=0.25),
    "chin": System(0, CHIN, ("AU17",), 0.50, sided=False, reach=8),
    "upper_lip": System(1, UPPER_LIP, ("AU18", "AU24"), 0.5, sided=False, reach=7),
    "under_lip": System(1, UNDER_LIP, ("AU18", "AU24"), 0.30, sided=False, reach=6),
    "neck": System(0, NECK, (), 0.40, sided=False, reach=16),
}

# Fine lines: region -> (how ready, how deep at rest, mm from line to line, degrees from the horizontal, up and outwards);
# without a direction it is the orange peel of a chin that AU17 pulls up.
FINE = {
    "cheek": (0.2, 0.6, 1.9, -55), "infraorbital": (0.6, 0.65, 1.3, -20), "crows_feet": (0.6, 0.8, 1.5, -12),
    "upper_lid": (0.6, 0.7, 1.1, 0),
    "lower_lid": (0.7, 0.7, 1.1, -5), "philtrum": (0.2, 0.3, 1.5, 80), "jaw": (0.2, 0.5, 2.2, -60), "forehead": (0.2, 0.3, 2.0, 5),
    "mouth_corner": (0.3, 0.5, 1.6, -70), "chin": (0.5, 0.25, 3.0, None),
}
