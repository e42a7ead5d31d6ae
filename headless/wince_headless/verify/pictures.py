"""What the pictures of a sample show: they decode, are not blank, and the heat lies where it may. Bytes in, sentences out."""

import io
import os
import zlib
from functools import lru_cache
from zipfile import BadZipFile

import numpy as np
from PIL import Image, UnidentifiedImageError

from wince.job import layout
from wince.job.record import COVERS

from ..sheet.colours import PARTS

ALWAYS = ("rgb", "seg", "heat", "coverage")
MODES = {"rgb": ("RGB",), "seg": ("L", "P"), "heat": ("I;16", "I"), "coverage": ("L",)}
BLANK = 1.5                     # standard deviation in grey levels below which a picture shows nothing
IN_SIGHT = 0.5                  # share of a region in view from which its heat must show
NO_PICTURE = (UnidentifiedImageError, OSError, SyntaxError, ValueError, zlib.error, Image.DecompressionBombError)  # what Pillow says of one


def decode(data):
    """Return the PIL image in the bytes of a file, decoded, or None where they are no picture."""
    try:
        image = Image.open(io.BytesIO(data))
        image.load()
    except NO_PICTURE:
        return None
    return image


def pictures(images, record):
    """Yield the faults of a sample's pictures, (check, sentence); images is {name: PIL image or None}."""
    size = (record["camera"]["width"], record["camera"]["height"])
    for name, image in images.items():
        if image is None:
            yield "pictures", f"{name} is not a picture"
        elif image.size != size:
            yield "pictures", f"{name} is {image.width} x {image.height}, its record says {size[0]} x {size[1]}"
        elif name in MODES and image.mode not in MODES[name]:
            yield "pictures", f"{name} has pixels of kind {image.mode}, not {MODES[name][0]}"
        elif name == "rgb" and spread(image) < BLANK:
            yield "pictures", "the picture is blank: look at light and camera of this view"
    if images.get("seg") is not None:
        yield from _classes(images["seg"])


def spread(image):
    """Return the standard deviation of an 8 bit picture's values over all channels."""
    levels = np.reshape(image.histogram(), (-1, 256)).sum(axis=0)
    values = np.arange(256)
    return float(np.sqrt(np.average((values - np.average(values, weights=levels)) ** 2, weights=levels)))


def _classes(image):
    found = {number for number, count in enumerate(image.histogram()[:256]) if count} if image.mode in MODES["seg"] else set()
    if strange := found - {0, *PARTS}:
        yield "pictures", f"seg holds class {min(strange)}, which does not exist"
    if found <= {0}:
        yield "pictures", "seg is empty: nobody is in the picture"


def heat(images, record, highest):
    """Yield the faults of a sample's heat.

    images    {name: PIL image}, of one size
    highest   the heat of the vertex that moves farthest, mm; None where that cannot be read
    """
    values, coverage = (np.asarray(images[name]) for name in ("heat", "coverage"))
    top = int(values.max())
    if record["expression_kind"] == "neutral" and top:
        yield "heat", f"a neutral face has heat, up to {top / 1000:.2f} mm"
    # Coverage has 8 bits and heat 16: where less than half a step of skin is left, that share of the heat may be.
    if top and (stray := np.count_nonzero(values[coverage == 0] > top / 255)):
        yield "heat", f"{stray} pixels have heat and no skin"
    if highest is not None and top and (peak := _peak(values, coverage)) > 1.03 * highest + 0.05:
        yield "heat", f"heat reaches {peak:.2f} mm, more than any vertex moves ({layout.EXPRESSION})"
    if record["pspi"] > 0 and not top and max(record["region_visible"].values(), default=1) > IN_SIGHT:
        yield "heat", f"PSPI is {record['pspi']} and the heat is empty"


def _peak(values, coverage):
    """Return the highest heat of a picture in mm, where at least half a pixel is skin."""
    solid = coverage >= 128
    return float((values[solid] / coverage[solid]).max() * 0.255) if solid.any() else 0.0


def covers(seg, record):
    """Yield the faults of what hides the face; seg is the PIL image of classes."""
    classes = seg.histogram()
    for name, share in record["face_covered"].items():
        if not 0 <= share <= 1:
            yield "look", f"{name} covers {share} of the face: a share lies in 0..1"
        elif share and name in COVERS and not classes[COVERS[name]]:
            yield "look", f"{name} covers {share:.0%} of the face and is not in seg"
    for name, share in record["region_visible"].items():
        if not 0 <= share <= 1:
            yield "look", f"{share} of {name} is in sight: a share lies in 0..1"


def highest(path):
    """Return the heat in mm of the vertex that moves farthest, of the arrays in expression.npz; None where they are missing or damaged."""
    try:
        seen = os.stat(path)
    except OSError:
        return None
    return _highest(path, seen.st_mtime_ns, seen.st_size)


@lru_cache(maxsize=8)                   # the views of an expression follow one another
def _highest(path, *version):
    try:
        with np.load(path, allow_pickle=False) as arrays:
            total, terms = arrays["heat"], arrays["terms"]          # both are read: the archive has a checksum for each
    except (OSError, ValueError, KeyError, BadZipFile, EOFError, NotImplementedError, zlib.error):
        return None
    finite = np.isfinite(total).all() and np.isfinite(terms).all() and total.size
    return float(total.max()) if finite and total.min() >= 0 else None
