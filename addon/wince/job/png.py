"""PNG with nothing but the picture: IHDR, IDAT, IEND.

Blender writes render times and file names into its PNGs, which makes equal pictures unequal files.
"""

import struct
import zlib

import numpy as np

SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEPT = (b"IHDR", b"IDAT", b"IEND")
LEVEL = 4                              # the knee: level 6 takes twice as long for two per cent


def encode(image, flat=False):
    """Return a picture as the bytes of a PNG file.

    image    (H, W) or (H, W, 3), uint8 or uint16
    flat     True for maps of few values, such as class numbers: rows are stored as they are, not as differences
    returns  bytes, equal for equal pictures (and equal zlib)
    """
    if image.dtype not in (np.uint8, np.uint16) or image.ndim not in (2, 3) or image.shape[2:] not in ((), (3,)):
        raise ValueError(f"a PNG takes uint8 or uint16 of (H, W) or (H, W, 3), not {image.dtype} of {image.shape}")
    height, width = image.shape[:2]
    rows = np.ascontiguousarray(image, dtype=image.dtype.newbyteorder(">")).view(np.uint8).reshape(height, -1)
    colour = 2 if image.ndim == 3 else 0
    header = struct.pack(">IIBBBBB", width, height, 8 * image.dtype.itemsize, colour, 0, 0, 0)
    data = zlib.compress(_filtered(rows, flat), LEVEL)
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def strip(data):
    """Return the bytes of a PNG file without its ancillary chunks (text, times, physical size, profiles)."""
    kept, at = [SIGNATURE], len(SIGNATURE)
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if kind in KEPT:
            kept.append(data[at:end])
        at = end
    return b"".join(kept)


def _filtered(rows, flat):
    """Put PNG's filter byte before every row (H, B): 0, or 2 with the difference to the row above."""
    out = np.zeros((rows.shape[0], rows.shape[1] + 1), np.uint8)
    out[:, 1:] = rows
    if not flat:
        out[:, 0] = 2
        out[1:, 1:] -= rows[:-1]
    return out.tobytes()


def _chunk(kind, data):
    """Return one PNG chunk with its length and checksum."""
    return struct.pack(">I4s", len(data), kind) + data + struct.pack(">I", zlib.crc32(kind + data))
