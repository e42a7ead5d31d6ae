"""JPEGs that are nearly lossless and equal for equal pictures: quality 95, every colour at full resolution, no metadata."""

import io

import numpy as np
from PIL import Image, features
from PIL import __version__ as pillow

QUALITY = 95


def encode(pixels):
    """Return a JPEG of (H, W, 3) uint8 pixels: equal bytes for equal pixels and an equal `encoder`."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=QUALITY, subsampling=0, optimize=False, progressive=False)
    return stream.getvalue()


def decode(data):
    """Return the (H, W, 3) uint8 pixels of a picture, whatever its format: some of SynPAIN's .jpg are PNG."""
    return np.array(Image.open(io.BytesIO(data)).convert("RGB"))


def encoder():
    """Return in words what writes the JPEGs, for the card."""
    turbo = features.version_feature("libjpeg_turbo") if features.check_feature("libjpeg_turbo") else None
    library = f"libjpeg-turbo {turbo}" if turbo else f"libjpeg {features.version_codec('jpg')}"
    return f"JPEG of quality {QUALITY}, 4:4:4, by Pillow {pillow} with {library}"
