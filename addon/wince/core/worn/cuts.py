"""What garments there are: necklines, rims and collars, and where their seams run."""

from dataclasses import dataclass

import numpy as np

SHOULDER_SEAM = -0.004                 # how far before the neck joint a shoulder's seam runs, metres
SLEEVE_SEAM = (0.146, 0.22, -0.05)     # half the width between the sleeves' seams, how it grows with height, and at which height it is that
NECK = 0.065                           # radius of the spread cloth at the neck, metres
FOLDINGS = 16                          # ways in which a garment is folded; more would only fill the cache
FAR = 1.0                              # from a seam that a garment does not have


@dataclass(frozen=True)
class Cut:
    """One garment.

    neckline   height of its edge above the neck joint at the front, the sides, the back, metres
    point      how far the front of the neckline runs down to a point, metres: a V
    rim        ROWS rows from inside the neckline over its edge: (metres down the cloth from the edge, metres off the skin, share of trim)
    off        how far the cloth hangs off the skin near the rim, and from half-way down on, metres
    fold       height of its folds, metres
    collar     None, or for a rim that is a collar ((angle from the front, length of the collar there), ...): `rim` has shares of that
    front      None, or where the upper front's edge runs: (metres to the left at the neckline, and so many more for each metre down)
    """

    neckline: tuple[float, float, float]
    point: float
    rim: tuple
    off: tuple[float, float]
    fold: float
    collar: tuple | None = None
    front: tuple[float, float] | None = None


RIB = ((0.014, 0.0002, 1), (0.005, 0.0004, 1), (0.001, 0.0008, 1), (0.0, 0.0019, 1), (0.0005, 0.0031, 1), (0.004, 0.0038, 1),
       (0.017, 0.0040, 1), (0.0195, 0.0034, 1), (0.0202, 0.0024, 0))
BIAS = ((0.014, 0.0004, 1), (0.005, 0.0007, 1), (0.001, 0.0012, 1), (0.0, 0.0024, 1), (0.0005, 0.0038, 1), (0.003, 0.0046, 1),
        (0.0085, 0.0046, 1), (0.0102, 0.0040, 1), (0.0110, 0.0030, 0))
KNIT = ((0.018, 0.0004, 1), (0.007, 0.0007, 1), (0.002, 0.0014, 1), (0.0, 0.0034, 1), (0.0008, 0.0056, 1), (0.006, 0.0068, 1),
        (0.023, 0.0068, 1), (0.0268, 0.0058, 1), (0.0282, 0.0044, 0))
COLLAR = ((0.70, 0.0008, 0), (0.20, 0.0012, 0), (0.03, 0.0022, 0), (0.0, 0.0042, 0), (0.05, 0.0068, 0), (0.60, 0.0084, 0),
          (0.95, 0.0080, 0), (1.0, 0.0070, 1), (0.90, 0.0042, 0))
LAPELS = ((0.0, 0.012), (0.15, 0.030), (0.30, 0.050), (0.44, 0.066), (0.60, 0.060), (1.0, 0.054), (1.6, 0.048), (3.15, 0.042))

CUTS = {
    "tshirt": Cut((-0.040, -0.004, 0.014), 0.0, RIB, (0.003, 0.008), 0.0075),
    "vneck": Cut((-0.052, -0.006, 0.012), 0.050, RIB, (0.003, 0.009), 0.0075),
    "gown": Cut((-0.050, -0.016, 0.002), 0.022, BIAS, (0.006, 0.015), 0.0105, None, (0.004, 0.55)),
    "pyjama": Cut((-0.046, 0.004, 0.022), 0.052, COLLAR, (0.005, 0.011), 0.0085, LAPELS, (0.014, 0.0)),
    "sweater": Cut((-0.030, 0.002, 0.020), 0.0, KNIT, (0.006, 0.013), 0.0085),
}
ROWS = len(RIB)


def folding(look):
    """Return which of the FOLDINGS a look's clothes have."""
    return look.seed % FOLDINGS


def rim(cut, azimuth):
    """Return the rim's (down, off, trim), each (ROWS, columns), at azimuths (columns,)."""
    down, off, trim = np.repeat(np.array(cut.rim)[:, :, None], len(azimuth), axis=2).transpose(1, 0, 2)
    if cut.collar is not None:
        angles, lengths = np.array(cut.collar).T
        down = down * np.interp(np.abs(azimuth), angles, lengths)
    return down, off, trim


def neckline(cut, azimuth):
    """Return the height of the neckline's edge at azimuths, metres above the neck joint."""
    front, side, back = cut.neckline
    turn = (1 + np.cos(azimuth)) / 2
    edge = np.where(turn > 0.5, side + (front - side) * np.clip(2 * turn - 1, 0, 1) ** 1.3, back + (side - back) * np.clip(2 * turn, 0, 1))
    return edge - cut.point * np.clip(1 - np.abs(azimuth) / 0.9, 0, 1) ** 1.1


def sewn(cut, points, flat):
    """Return signed distances to the seams of the shoulders, the sleeves and the front's edge, metres; FAR where there is none.

    points   (..., 3) on the average bust
    flat     (..., 2) on the cloth as if it were spread out
    returns  (..., 3)
    """
    x, y, z = np.abs(points[..., 0]), points[..., 1], points[..., 2]
    width, lean, height = SLEEVE_SEAM
    sleeve = np.where(z > -0.20, x - width - lean * (z - height), FAR)
    shoulder = y - SHOULDER_SEAM
    shoulder = np.where(shoulder < 0, -1, 1) * (np.abs(shoulder) + 3 * np.maximum(sleeve, 0) + 3 * np.maximum(-0.12 - z, 0))
    front = np.full(x.shape, FAR)
    if cut.front is not None:
        start, lean = cut.front
        front = np.where(flat[..., 1] > 0, (flat[..., 0] - start - lean * flat[..., 1]) / np.hypot(1, lean), FAR)
    return np.stack([shoulder, sleeve, front], axis=-1)
