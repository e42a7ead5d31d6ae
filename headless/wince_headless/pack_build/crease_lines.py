"""Where skin folds: the lines of a face, after the anatomy that FACS names. Positions are ours, drawn on the average adult.

Frontal plane, millimetres from the midpoint between the eyes: X to the character's left, Z up. Lines of a sided system stand at
+x and are mirrored, not exactly: each line of each side has its own small waves.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Line:
    """One furrow: points (x, z) mm, how deep at most, 0..1, half its width in mm, how long it takes to fade at its ends (share)."""

    points: tuple
    depth: float = 1.0
    half: float = 2.0
    fade: float = 0.4


@dataclass(frozen=True)
class System:
    """Lines that come together.

    channel   of the picture: 0 lines that lie, 1 lines that stand
    lines     tuple of Line
    aus       whose compression at full is a full fold: AU shapes by their prefix; () for lines of years alone
    rest      how deep they lie in the oldest face at rest
    sided     mirrored
    bulge     how much higher than the other the flank towards +x (of the left side), or up, is: a fold that skin hangs over
    reach     millimetres around the lines where skin folds along them
    fine      how sharp a line old skin has at the bottom of the furrow: 0 in a fold that hangs, 1 where skin is creased
    tight     AUs that fold skin here although they stretch it: a muscle under thin skin bunches, and that is no strain
    least     what counts as a full fold anywhere, smaller than `creases.LEAST` where skin that hardly gives folds too
    quiet     AUs that fold little here although they squeeze or stretch it
    eager     share of that full fold's compression that is enough: where other actions of pain pull the skin smooth again
    """

    channel: int
    lines: tuple
    aus: tuple
    rest: float
    sided: bool = True
    bulge: float = 0.0
    reach: float = 10.0
    fine: float = 0.8
    tight: tuple = ()
    least: tuple = ()
    quiet: tuple = ()
    eager: float = 1.0


def _seagull(z, left, right, lift, dip):
    """A forehead line: over each brow an arc, a dip between them."""
    u = np.linspace(-1, 1, 9)
    x = np.where(u < 0, right, left) * u
    height = z + lift * np.sin(np.pi * np.minimum(np.abs(u), 0.9)) - dip * np.exp(-(2.4 * u) ** 2)
    return tuple(zip(x, height, strict=True))


FOREHEAD = (
    Line(_seagull(26.5, 38, 33, 0.6, 0.7), 0.35, 1.3, 0.35), Line(_seagull(34.0, 46, 48, 1.2, 1.0), 0.7, 1.5, 0.26),
    Line(_seagull(42.0, 50, 47, 1.5, 0.8), 0.6, 1.5, 0.24), Line(_seagull(50.0, 45, 49, 1.8, 0.6), 0.7, 1.5, 0.28),
    Line(_seagull(58.5, 40, 35, 2.0, 0.4), 0.42, 1.4, 0.35),
)
GLABELLA = (
    Line(((6.4, 2), (6.2, 8), (7.4, 16), (10.2, 27)), 1.0, 2.5, 0.34),
    Line(((-5.6, 3), (-5.8, 9), (-7.2, 17), (-9.4, 25)), 0.92, 2.4, 0.34),
    Line(((-0.8, 8), (-0.2, 14), (-0.8, 22)), 0.14, 1.6), Line(((13.6, 13), (14.8, 19), (15.4, 26)), 0.26, 1.9),
    Line(((-13.2, 12), (-14.4, 18), (-15.4, 24)), 0.3, 1.9),
)
NOSE_ROOT = (                          # from side to side of the nose, bowed like its saddle; they end before the lids' inner corners
    Line(((-10.5, 1.2), (-6.0, 4.0), (-1.5, 5.5), (3.0, 5.4), (10.0, 1.6)), 0.5, 1.3, 0.34),
    Line(((-11.5, -5.2), (-6.5, -2.0), (-1.0, -0.6), (4.5, -1.2), (11.5, -5.0)), 0.75, 1.4, 0.3),
    Line(((-9.0, -9.6), (-3, -6.8), (2, -6.5), (9.0, -9.2)), 0.55, 1.4, 0.36),
)
BUNNY = (                              # on the side of the nose alone
    Line(((5.0, -7.6), (9.0, -9.6), (13.4, -13.2)), 0.75, 1.5), Line(((6.5, -12.6), (10.5, -15.6), (15.0, -20.2)), 1.0, 1.7),
    Line(((8.5, -18.6), (12.2, -22.0), (16.0, -26.8)), 1.0, 1.7), Line(((11.0, -24.6), (13.6, -27.6), (16.2, -31.4)), 0.5, 1.4),
)
CROWS_FEET = (                         # from 4 to 8 mm outside the corner of the eye
    Line(((49.5, 4.6), (53, 7.0), (58, 9.2), (62.8, 10.3)), 0.36, 1.3),
    Line(((48.8, -0.2), (53, 1.0), (59, 1.9), (66, 1.6)), 0.8, 1.6, 0.36),
    Line(((48.6, -4.4), (53, -5.8), (59, -8.0), (65.5, -12.2)), 0.8, 1.6, 0.36),
    Line(((48.0, -9.6), (51.8, -13.0), (55.5, -17.2), (59, -22.6)), 0.66, 1.6),
    Line(((56.5, -1.8), (60.5, -2.6), (64.5, -4.4)), 0.35, 1.2),
)
LOWER_LID = (                          # short of both corners
    Line(((21.5, -9.6), (26, -11.0), (31.5, -11.4), (37, -10.8), (41.5, -9.2)), 0.8, 1.5, 0.4),
    Line(((26, -14.0), (31, -15.2), (37, -15.0), (42.5, -13.2)), 0.68, 1.6, 0.42),
)
BAG = (
    Line(((17.2, -10.5), (20.0, -15.4), (25, -19.6), (32, -21.2), (39, -19.6), (44, -16.0)), 0.56, 2.9, 0.48),
    Line(((22.5, -22.0), (28, -26.6), (35, -29.4)), 0.32, 2.6, 0.48),
)
UPPER_LID = (
    Line(((19.5, 7.0), (24, 9.4), (31, 10.8), (38, 9.8), (44.5, 6.4)), 0.55, 1.4),
    Line(((22, 11.2), (30, 13.0), (39, 11.8), (47, 7.6)), 0.42, 1.5),
)
NASOLABIAL = (Line(((15.2, -27.5), (20.2, -38), (24.6, -46), (29.4, -55), (32.8, -64), (34.6, -72), (35.2, -79)), 0.8, 2.8, 0.24),)
SMILE = (
    Line(((37.5, -40), (40.5, -50), (42.0, -61), (41.0, -74)), 0.3, 2.6, 0.45),
    Line(((47.0, -42), (50.0, -53), (50.5, -65), (48.5, -77)), 0.25, 2.6, 0.45),
)
MARIONETTE = (Line(((25.6, -69.5), (27.6, -76), (28.8, -84), (28.4, -92)), 0.6, 2.6, 0.45),
              Line(((33.5, -76), (35.0, -84), (34.4, -91)), 0.22, 2.0, 0.5))
CHIN = (Line(((-17, -81.6), (-9, -79.0), (0, -78.2), (9, -78.8), (17, -81.2)), 0.6, 2.8),
        Line(((-9, -84.8), (-1, -83.6), (10, -84.6)), 0.35, 1.6))
LIP = ((-22.1, -68.4), (-14.7, -59.7), (-7.4, -57.3), (0, -57.9), (7.4, -57.3), (14.7, -59.7), (22.1, -68.4))
LOWER_LIP = ((-20, -71), (-14.8, -73.5), (-7.7, -75.2), (0, -75.8), (7.7, -75.2), (14.8, -73.5), (20, -71))


def _radial(border, places, lengths, lean, way):
    """Lines that leave the red of a lip at x = `places`, so long, leaning outwards."""
    x, z = np.array(border).T
    return tuple(Line(tuple((p + lean * p * t, np.interp(p, x, z) + way * (0.4 + length * t)) for t in (0, 0.5, 1)),
                      0.22 + 0.14 * (k % 3), 0.95, 0.5) for k, (p, length) in enumerate(zip(places, lengths, strict=True)))


UPPER_LIP = _radial(LIP, (-18.5, -15.6, -12.4, -9.6, -6.2, 5.6, 9.0, 12.0, 14.8, 18.2),
                    (4.5, 6.0, 7.5, 7.0, 5.0, 5.5, 7.5, 6.5, 7.0, 4.5), 0.16, 1)
UNDER_LIP = _radial(LOWER_LIP, (-14.2, -9.8, -5.0, 4.2, 9.0, 13.4), (3.5, 4.5, 4.0, 4.5, 4.0, 3.5), 0.10, -1)
NECK = (Line(((-46, -126), (-22, -135), (0, -138.5), (22, -136), (46, -127)), 0.5, 3.2, 0.3),
        Line(((-44, -144), (-18, -151), (4, -153), (42, -146)), 0.4, 3.0, 0.35), Line(((-34, -160), (0, -166), (38, -161)), 0.3, 3.0, 0.4))
CORDS = tuple(Line(((x, -116), (0.92 * x, -136), (0.7 * x, -158)), depth, 3.4, 0.5) for x, depth in ((7.5, 0.35), (19.0, 0.42)))

SYSTEMS = {
    "forehead": System(0, FOREHEAD, ("AU01", "AU02"), 0.62, sided=False, fine=0.9, least=(0.1, 0.015)),
    "glabella": System(1, GLABELLA, ("AU04",), 0.36, sided=False, reach=9, eager=0.85),
    "nose_root": System(0, NOSE_ROOT, ("AU09",), 0.26, sided=False, reach=7, quiet=("AU43",)),
    "bunny": System(0, BUNNY, ("AU09",), 0.1, reach=7, quiet=("AU43",), eager=0.95),
    "crows_feet": System(0, CROWS_FEET, ("AU06",), 0.6, fine=1.0, quiet=("AU43",)),
    "upper_lid": System(0, UPPER_LID, ("AU04",), 0.35, reach=5, fine=0.4, quiet=("AU43",)),
    "lower_lid": System(0, LOWER_LID, ("AU06",), 0.4, reach=5, fine=0.35, tight=("AU07",), least=(0.45, 0.19), quiet=("AU43",),
                        eager=0.75),
    "bag": System(0, BAG, ("AU06",), 0.65, bulge=0.45, reach=6, fine=0.3, least=(0.45, 0.06)),
    "nasolabial": System(0, NASOLABIAL, ("AU09", "AU10"), 0.7, bulge=0.55, fine=0.4, tight=("AU06",), least=(0.3, 0.03),
                         eager=0.8),
    "smile": System(0, SMILE, ("AU12",), 0.55, fine=0.35, quiet=("AU06",)),
    "marionette": System(0, MARIONETTE, ("AU15", "AU20"), 0.6, bulge=0.3, fine=0.4),
    "chin": System(0, CHIN, ("AU17", "AU25"), 0.45, sided=False, reach=8, fine=0.4),
    "upper_lip": System(1, UPPER_LIP, ("AU18", "AU24"), 0.4, sided=False, reach=7, fine=1.0),
    "under_lip": System(1, UNDER_LIP, ("AU18", "AU24"), 0.30, sided=False, reach=6, fine=1.0, quiet=("AU17", "AU25")),
    "neck": System(0, NECK, (), 0.5, sided=False, reach=14, fine=0.5),
    "cords": System(1, CORDS, (), 0.45, reach=9, fine=0.0),
}


@dataclass(frozen=True)
class Grain:
    """Micro relief of a region: a fine net of lines, or mounds like orange peel.

    ready, rest   how deep where skin is fully compressed, and in the oldest face at rest
    pitch         mm from line to line
    angle         degrees from the horizontal, up and outwards, of the deeper set; None: mounds
    aus           whose compression at full is a full fold
    """

    ready: float
    rest: float
    pitch: float
    angle: float | None
    aus: tuple = ("AU06", "AU09")


FINE = {
    "cheek": Grain(0.07, 0.17, 1.3, -60), "infraorbital": Grain(0.1, 0.18, 1.1, -20), "crows_feet": Grain(0.1, 0.2, 1.2, -12),
    "upper_lid": Grain(0.14, 0.21, 1.0, 0, ("AU04", "AU06")), "lower_lid": Grain(0.14, 0.21, 1.0, -5),
    "philtrum": Grain(0.07, 0.15, 1.2, 80),
    "jaw": Grain(0.07, 0.21, 1.5, -60), "forehead": Grain(0.07, 0.13, 1.3, 5), "mouth_corner": Grain(0.14, 0.21, 1.3, -70),
    "pebbles": Grain(0.3, 0.10, 2.6, None, ("AU17", "AU25")),
}
PEBBLES = (0, -87, 17, 8, 50)          # where a chin that AU17 pulls up is like orange peel: as in `regions.MIDLINE`
