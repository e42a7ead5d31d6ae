"""The PNGs of a dataset made small enough to embed."""

import base64
import io

import numpy as np
from PIL import Image

from . import colours

PHOTO_QUALITY, HEAT_QUALITY = 86, 90
NICE_MM = (0.5, 1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30)
SOLID = 0.5                     # coverage from which a pixel counts as skin


def photo(path, size):
    """Return the picture at a path as an RGB Pillow image, its longer side at most `size` pixels."""
    with Image.open(path) as image:
        image = image.convert("RGB")
        image.thumbnail((size, size), Image.Resampling.LANCZOS)
        return image


def heat_mm(heat_path, coverage_path, size=None):
    """Return the heat on the skin, (H, W) float millimetres.

    The files hold blended pixels: heat times coverage. Both are made small first and divided then, so that the edge of
    the face carries the heat of the face and not half of it.
    """
    with Image.open(heat_path) as heat, Image.open(coverage_path) as coverage:
        heat, coverage = heat.convert("F"), coverage.convert("F")
        if size:
            heat.thumbnail((size, size), Image.Resampling.BOX)
            coverage.thumbnail((size, size), Image.Resampling.BOX)
        share = np.asarray(coverage) / 255
        return np.where(share >= SOLID, np.asarray(heat) / 1000 / np.maximum(share, SOLID), 0)


def parts(path, size):
    """Return the class map at a path as a palette image, nearest pixels, its longer side at most `size`; class 0 is index 0."""
    with Image.open(path) as image:
        classes = Image.fromarray(np.asarray(image.convert("L"))).convert("P")
    classes.thumbnail((size, size), Image.Resampling.NEAREST)
    palette = [0] * 768
    for number, (_, colour) in colours.PARTS.items():
        palette[3 * number:3 * number + 3] = colours.rgb(colour)
    classes.putpalette(palette)
    return classes


def nice_scale(highest_mm):
    """Return the end of a heat scale, in mm: the next round number."""
    return next((nice for nice in NICE_MM if nice >= highest_mm), float(np.ceil(highest_mm)))


def photo_uri(image):
    """Return a data URI (WebP) of an RGB image."""
    return _uri(image, "webp", quality=PHOTO_QUALITY, method=4)


def heat_uri(mm, scale_mm):
    """Return a data URI of a grey picture whose 0..255 is 0..scale_mm; None where there is no heat at all."""
    if not mm.any():
        return None
    grey = np.clip(np.rint(mm / scale_mm * 255), 0, 255).astype(np.uint8)
    return _uri(Image.fromarray(grey), "webp", quality=HEAT_QUALITY, method=4)


def parts_uri(image):
    """Return a data URI (PNG, background transparent) of a class map."""
    return _uri(image, "png", transparency=0, optimize=True)


def over(image, mm, scale_mm):
    """Return an RGB image with the heat over it, the photograph greyed so that every colour means millimetres."""
    share = np.clip(mm / scale_mm, 0, 1)
    alpha = colours.heat_alpha(share)[..., None]
    grey = np.asarray(image.convert("L"), float)[..., None] * 0.8
    return Image.fromarray((grey * (1 - alpha) + colours.heat_rgb(share) * alpha).clip(0, 255).astype(np.uint8))


def _uri(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return f"data:image/{kind};base64,{base64.b64encode(buffer.getvalue()).decode()}"
