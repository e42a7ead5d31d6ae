"""Passes to pictures: what the files of a sample hold, number by number. Arrays in, bytes out.

    rgb       8 bit       as Blender shows it: exposure, sRGB curve
    seg       8 bit       class numbers at pixel centres, see stage.materials; brows as areas, and skin between hairs is hair
    heat      16 bit      micrometres; blended at edges, divide by coverage to undo it
    coverage  8 bit       share of the pixel that is exterior skin
    depth     16 bit      planar z, 0.1 mm; 0: nothing there
    normal    16 bit x 3  OpenCV camera frame, -1..1 as 1..65535; 0: nothing there
    regions   8 bit       at pixel centres: k for the k-th name of the record's `region_visible`, alphabetically; 0: none
    surface   16 bit x 3  at pixel centres: pack coordinates u, v as 0..65535, and 65535 where there is face mesh
"""

import io

import numpy as np

from ..core.colour import encode as display
from ..stage.passes import CENTRES, COVERAGE, HEAT, REGION, TERM
from . import exr, png

FAR = 1e9                              # Cycles writes 1e10 where a ray meets nothing
SKIN, BROWS, HAIRY, BEARDED, EYE_CLASSES = 1, 2, 8, 9, (4, 5)
BROW_LEVEL = 0.15                      # where the material's paint covers half
GROWN = 0.3                            # of a full growth: from there on skin between hairs is hair
MICROMETRES = 1000.0                   # per millimetre
TENTHS = 10000.0                       # per metre


def encode(passes, outputs, stops, rotation):
    """Return the files of a sample.

    passes    {name: float32 (H, W) or (H, W, C)}, as `exr.read` gives them, and "seg": `classes` of them
    outputs   names beyond rgb, seg, heat, coverage
    stops     exposure of the picture
    rotation  (3, 3) world -> OpenCV camera
    returns   {name: (file name, bytes)}
    """
    seg = passes["seg"]
    files = {"rgb": ("rgb.png", png.encode(rgb(passes["Combined"], stops))),
             "seg": ("seg.png", png.encode(seg, flat=True)),
             "heat": ("heat.png", png.encode(heat(passes[HEAT]))),
             "coverage": ("coverage.png", png.encode(_bytes(passes[COVERAGE])))}
    optional = {"depth": lambda: {"depth": ("depth.png", png.encode(depth(passes["Depth"])))},
                "normal": lambda: {"normal": ("normal.png", png.encode(normal(passes["Normal"], seg, rotation)))},
                "regions": lambda: {"regions": ("regions.png", png.encode(passes[f"{CENTRES}.{REGION}"].astype(np.uint8), flat=True))},
                "surface": lambda: {"surface": ("surface.png", png.encode(surface(passes[f"{CENTRES}.UV"], seg)))},
                "heat_terms": lambda: {f"heat_{term}": (f"heat_{term}.png", png.encode(heat(passes[aov])))
                                       for term, aov in TERM.items()},
                "heat_float": lambda: {"heat_float": ("heat.npy", _npy(passes[HEAT]))},
                "exr": lambda: {"exr": ("passes.exr", exr.write(passes))}}
    for name in outputs:
        files |= optional[name]()
    return files


def classes(index, brow, hair, beard, coverage):
    """Return class numbers (H, W) uint8: brows, beard and scalp hair as areas, not as confetti of single hairs and the skin below.

    index        (H, W) material index, of which brow and skin say only: the person's surface here
    brow         (H, W) millimetres inside a brow
    hair, beard  (H, W) how much grows on the skin, 0..1, times `coverage`
    coverage     (H, W) share of the pixel that is exterior skin
    """
    seg = index.astype(np.uint8)
    bare = np.isin(seg, (SKIN, BROWS))
    level = GROWN * np.maximum(coverage, 1e-3)
    skin = np.select([brow > BROW_LEVEL, hair > level, beard > level], [BROWS, HAIRY, BEARDED], SKIN)
    return np.where(bare, skin, seg).astype(np.uint8)


def rgb(combined, stops):
    """Return the 8 bit picture (H, W, 3) of linear colours (H, W, 3 or 4): Blender's Standard view transform, no dither."""
    return _bytes(display(combined[..., :3] * np.float32(2.0 ** stops)))


def heat(millimetres):
    """Return a heatmap (H, W) in whole micrometres, uint16."""
    return _words(millimetres * MICROMETRES)


def depth(metres):
    """Return planar depth (H, W) in tenths of a millimetre, uint16; 0 where there is nothing, 65535 at 6.5 m and beyond."""
    return np.where(metres < FAR, _words(metres * TENTHS), 0).astype(np.uint16)


def normal(world, seg, rotation):
    """Return unit normals (H, W, 3) in the OpenCV camera frame as uint16; 0, 0, 0 where `seg` is background."""
    length = np.linalg.norm(world, axis=-1, keepdims=True)
    unit = world @ rotation.T.astype(np.float32) / np.maximum(length, 1e-6)
    seen = (seg > 0)[..., None] & (length > 0)
    return np.where(seen, np.rint(1 + (unit + 1) * 32767), 0).astype(np.uint16)


def surface(uv, seg):
    """Return pack coordinates (H, W, 3) as uint16: u, v, and whether there are any; eyes have an atlas of their own."""
    here = (seg > 0) & ~np.isin(seg, EYE_CLASSES)
    return np.stack([*(np.where(here, _words(uv[..., k] * 65535), 0) for k in (0, 1)), here * 65535], axis=-1).astype(np.uint16)


def _bytes(share):
    """Return 0..1 as uint8."""
    return np.rint(np.clip(share, 0, 1) * 255).astype(np.uint8)


def _words(values):
    """Return values as uint16, rounded and clipped."""
    return np.rint(np.clip(values, 0, 65535)).astype(np.uint16)


def _npy(array):
    """Return an array as the bytes of a .npy file."""
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()
