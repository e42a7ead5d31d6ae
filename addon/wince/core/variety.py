"""How far the local axes of drawn people vary, and what keeps a drawn face plausible.

Spreads are standard deviations in units of an axis's full effect. They were set so that distances on drawn faces vary as
measured ones do (Farkas 1994, Anthropometry of the Head and Face; young North American adults: width of the nose 2.1 mm, its
length 3.2, of the mouth 3.2, between the eyes 2.5, of the face 5, of the head 5.5), and looked at on contact sheets.
"""

from functools import cache

import numpy as np

# What keeps a neutral face neutral, and a head the shape of heads. The mesh's average has narrow eyes under low lids, a narrow mouth with
# lowered corners, brows that slope down outwards, a short and broad lower face, and a skull that narrows to a point.
CENTRE = {
    "mouth-angles-up": 0.34, "mouth-scale-horiz": 0.2, "eyebrows-trans-up": 0.12, "eyebrows-angle-up": -0.10,
    "eye-height1": 0.10, "eye-height2": 0.14, "eye-height3": 0.16, "eye-lids-up": 0.31, "eye-push1-out": 0.4, "eye-push2-out": 0.08,
    "eye-corner1-up": 0.10, "nose-scale-depth": 0.12, "nose-scale-vert": 0.08, "chin-height": 0.22, "chin-bones": -0.15,
    "chin-width": -0.05,
    "outline-invertedtriangular": 0.30, "head-taper": 0.15, "head-crown": 0.2, "forehead-scale-vert": -0.13, "forehead-nubian": -0.025,
    "ear-close": 0.48, "ear-wing": -0.08, "neck-muscles": 0.3,
}

SPREADS = {
    "head": "scale-horiz .14 scale-vert .06 scale-depth .08 back-scale-depth .10 angle-out .05 fat .14 age .08 crown .13 taper .18",
    "outline": "oval .08 round .10 square .10 rectangular .07 triangular .05 invertedtriangular .08 diamond .04",
    "forehead": "trans-forward .07 temple .13 scale-vert .04 nubian .025",
    "eyebrows": "trans-up .12 trans-forward .07 angle-up .09",
    "eye": "scale .15 trans-out .13 trans-up .12 height1 .10 height2 .11 height3 .11 corner2-up .16 corner1-up .18 push2-out .14 "
           "push1-out .15 epicanthus-out .06 eyefold-up .12 eyefold-angle-up .15 eyefold-convex .08 bag .10 bag-height .10 bag-out .12 "
           "lids-up .08",
    "nose": "trans-up .14 trans-forward .11 scale-vert .23 scale-horiz .16 scale-depth .10 width1 .20 width2 .20 width3 .15 greek .20 "
            "hump .16 curve-convex .15 compression-uncompress .14 volume .14 point-width .22 point-up .07 base-up .16 septumangle .17 "
            "nostrils-width .14 nostrils-angle-up .13 flaring .14",
    "cheek": "volume .14 bones .17 inner .12 trans-up .14",
    "mouth": "trans-up .12 trans-forward .10 scale-horiz .26 scale-vert .13 scale-depth .16 angles-up .06 upperlip-volume .18 "
             "upperlip-height .15 upperlip-width .14 upperlip-middle-up .13 cupidsbow .22 cupidsbow-width .22 philtrum-volume .22 "
             "lowerlip-volume .18 lowerlip-height .13 lowerlip-width .16 lowerlip-middle-up .12 dimples-in .13 laugh-lines-in .10",
    "chin": "height .11 width .15 prominent .14 prognathism .11 bones .11 jaw-drop .12 cleft .16",
    "ear": "scale .16 scale-vert .18 scale-depth .20 trans-up .06 rot-forward .18 wing .14 flap .07 lobe .18 close .11 hang .10",
    "neck": "scale-horiz .14 scale-depth .14 back-scale-depth .08 double .10 muscles .15 larynx .10",
    "age": "jowls .12 cheeks .15 folds .10 temples .15 orbits .15 lips .12 neck .08",
    "asym": "top-1 .05 top-2 .05 temple-1 .09 temple-2 .05 brown-1 .06 cheek-2 .06 jaw-3 .06",
}
DEFAULT_SPREAD = 0.15            # of an axis that no table knows
ASYMMETRY_SPREAD = 0.10
SIDE_SPREAD = 0.04               # how much left and right of one axis differ
FURTHEST = 2.3                   # standard deviations: no draw goes further
TOGETHER = 1.3                   # and no part of a face, root mean square over the axes of one row above: noses are odd in one way
BOUND = 0.75                     # no drawn axis goes further than this

_TABLE = {f"{part}{':' if part == 'asym' else '-'}{name}": float(value) for part, row in SPREADS.items()
          for name, value in zip(*[iter(row.split())] * 2, strict=True)}


@cache
def moments_of(axes, offsets):
    """Return (mean, shared spread, one side's spread), each (A,), of axes, a tuple, in a group with offsets ((axis, value), ...)."""
    given = dict(offsets)
    return np.array([moments(axis, given) for axis in axes]).T


def moments(axis, offsets):
    """Return (mean, spread shared by both sides, spread of one side alone) of a local axis in a group with these offsets."""
    if axis.startswith("asym:"):
        return 0.0, 0.0, _TABLE.get(axis, ASYMMETRY_SPREAD)
    centre, _, side = axis.partition(".")
    return CENTRE.get(centre, 0.0) + offsets.get(axis, 0.0), _TABLE.get(centre, DEFAULT_SPREAD), SIDE_SPREAD if side else 0.0


def held(axes, normals):
    """Return standard normal draws, (A,) one per axis, kept plausible: each within FURTHEST, and those of a part together in TOGETHER.

    Only the axes of the table are held together, so that an axis which it does not know moves no other.
    """
    out = np.clip(normals, -FURTHEST, FURTHEST)
    for rows in _parts(axes):
        out[rows] *= min(1.0, TOGETHER / max(np.sqrt(np.add.reduce(out[rows] ** 2) / len(rows)), 1e-9))
    return out


@cache
def _parts(axes):
    """Return the places of a tuple of axes that belong to one part of the face, a list of arrays; of two sides one counts for both."""
    centres = [axis.partition(".")[0] for axis in axes]
    parts = [centre.replace(":", "-").partition("-")[0] if centre in _TABLE else "" for centre in centres]
    return [np.flatnonzero(np.array(parts) == part) for part in sorted(set(parts) - {""})]
