"""Images as arrays, in and out of Blender.

A picture is packed as an uncompressed TGA, written here: it is in the file when that is saved, and comes back with undo, which pixels
alone would not; ten times faster than packing a PNG. A changed picture is a new image: Cycles, keeping its data between renders,
would go on with the old one.
"""

import bpy
import numpy as np


def new(name, pixels, data=False):
    """Make an image.

    pixels   (H, W, 3) uint8, row 0 at the bottom; or (H, W, 4), four channels of their own: none covers the others
    data     whether it holds numbers rather than colours
    returns  bpy.types.Image, packed
    """
    height, width, channels = pixels.shape
    image = bpy.data.images.new(name, width, height, is_data=data, alpha=channels == 4)
    colours = image.colorspace_settings.name
    image.source = "FILE"
    packed = tga(pixels)
    image.pack(data=packed, data_len=len(packed))
    image.buffers_free()                                  # of the blank one; read again from what is packed
    image.colorspace_settings.name = colours
    if channels == 4:
        image.alpha_mode = "CHANNEL_PACKED"
    return image


def read(image):
    """Return an image's pixels (H, W, 3) float32, row 0 at the bottom: display values of an 8 bit image of colours."""
    flat = np.empty(len(image.pixels), np.float32)
    image.pixels.foreach_get(flat)
    width, height = image.size
    return flat.reshape(height, width, -1)[..., :3]


def tga(pixels):
    """Return the bytes of a Truevision TGA without compression, of pixels (H, W, 3 or 4) uint8, row 0 at the bottom."""
    height, width, channels = pixels.shape
    head = np.zeros(18, np.uint8)
    head[2], head[16], head[17] = 2, 8 * channels, 8 * (channels == 4)         # true colour; bits of a pixel, of them alpha
    head[12:16] = np.array([width, height], "<u2").view(np.uint8)
    return head.tobytes() + np.ascontiguousarray(pixels[..., [2, 1, 0, 3][:channels]]).tobytes()
