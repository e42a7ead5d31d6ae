"""The uncompressed multilayer EXR that Blender writes: every pass of a render in one file.

Blender cannot read its own layers back through bpy. 4.5 writes one part that holds all channels, 5.x a part per pass;
both are scanline files of 32 bit floats without compression, which is all this reader knows.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

MAGIC = b"\x76\x2f\x31\x01"
MULTIPART, LONG_NAMES = 0x1000, 0x400
FLOAT = 2
MAIN = "ViewLayer"                     # name of the first view layer; the studio sets it, whatever Blender's language
AXES = "RGBXYZWUVA"                     # reading order of channels, whatever the set


@dataclass(frozen=True)
class _Part:
    """One part: its channels in file order, its size, and how many chunks hold it."""

    channels: tuple[str, ...]
    width: int
    height: int


def read(path):
    """Read the passes of a multilayer EXR file; see `parse`."""
    return parse(Path(path).read_bytes())


def parse(data):
    """Read the passes of a multilayer EXR.

    data     bytes of a file written by Blender, codec NONE, 32 bit, or by `write`
    returns  {pass: float32 (H, W) or (H, W, C), channels in the order RGBA, XYZ or UVA}; passes go by their name in the main
             view layer, "Depth", and by both names in another, "centres.UV"
    raises   ValueError for any other kind of file
    """
    if data[:4] != MAGIC:
        raise ValueError("this is not an EXR file")
    multipart = struct.unpack_from("<I", data, 4)[0] & MULTIPART
    parts, at = _headers(data, bool(multipart))
    planes = {}
    for part in parts:
        offsets = np.frombuffer(data, "<u8", part.height, at)
        at += offsets.nbytes
        planes |= _planes(data, part, offsets + (12 if multipart else 8))     # past the part number, y and byte count
    return _passes(planes)


def write(passes):
    """Return passes, as `parse` gives them, as the bytes of an EXR file that says nothing of when, where and how long.

    passes   {name: (H, W) or (H, W, C)}, C at most 4; channels are called after their place: X, XYZ or RGBA
    """
    planes = {f"{MAIN}.{name}.{axis}": plane for name, stack in passes.items() for axis, plane in _unstacked(stack)}
    names = sorted(planes)                                                    # the format wants its channels in order
    lines = np.stack([np.asarray(planes[name], "<f4") for name in names], axis=1)
    height, _, width = lines.shape
    head = _header(names, width, height)
    size = lines[0].nbytes
    starts = len(head) + 8 * height + (8 + size) * np.arange(height)
    rows = b"".join(struct.pack("<ii", y, size) + line.tobytes() for y, line in enumerate(lines))
    return head + starts.astype("<u8").tobytes() + rows


def _header(names, width, height):
    """Return the head of a single part file of uncompressed 32 bit scanlines."""
    channels = b"".join(name.encode() + b"\0" + struct.pack("<iBxxxii", FLOAT, 0, 1, 1) for name in names) + b"\0"
    window = struct.pack("<4i", 0, 0, width - 1, height - 1)
    rows = [("channels", "chlist", channels), ("compression", "compression", b"\0"), ("dataWindow", "box2i", window),
            ("displayWindow", "box2i", window), ("lineOrder", "lineOrder", b"\0"), ("pixelAspectRatio", "float", struct.pack("<f", 1)),
            ("screenWindowCenter", "v2f", bytes(8)), ("screenWindowWidth", "float", struct.pack("<f", 1))]
    body = b"".join(f"{name}\0{kind}\0".encode() + struct.pack("<i", len(value)) + value for name, kind, value in rows)
    return MAGIC + struct.pack("<I", 2 | LONG_NAMES) + body + b"\0"


def _headers(data, multipart):
    """Return the parts of a file and the offset of what follows their headers."""
    parts, at = [], 8
    while True:
        attributes, at = _attributes(data, at)
        parts.append(_part(attributes))
        if not multipart:
            return parts, at
        if data[at] == 0:                                                     # an empty header ends the list
            return parts, at + 1


def _attributes(data, at):
    """Return one header as {name: bytes} and the offset behind its closing zero."""
    attributes = {}
    while data[at]:
        name, at = _word(data, at)
        _, at = _word(data, at)
        size, = struct.unpack_from("<i", data, at)
        attributes[name] = data[at + 4:at + 4 + size]
        at += 4 + size
    return attributes, at + 1


def _word(data, at):
    """Return the text that ends with the next zero byte, and the offset behind it."""
    end = data.index(0, at)
    return data[at:end].decode(), end + 1


def _part(attributes):
    """Return what a header says, or refuse what this reader does not know."""
    if attributes["compression"] != b"\0" or attributes["lineOrder"] != b"\0":
        raise ValueError("this EXR is compressed or not in rising lines: write it with codec NONE")
    left, top, right, bottom = struct.unpack("<4i", attributes["dataWindow"])
    channels, at, table = [], 0, attributes["channels"]
    while table[at]:
        name, at = _word(table, at)
        if struct.unpack_from("<i", table, at)[0] != FLOAT:
            raise ValueError(f"channel {name} of this EXR is not 32 bit: write it with colour depth 32")
        channels.append(name)
        at += 16
    return _Part(tuple(channels), right - left + 1, bottom - top + 1)


def _planes(data, part, offsets):
    """Return {channel: (H, W)} of a part whose lines of pixels begin at `offsets`."""
    width, count = part.width, len(part.channels)
    lines = np.stack([np.frombuffer(data, "<f4", width * count, int(at)) for at in offsets])
    lines = lines.reshape(part.height, count, width)
    return {name: lines[:, place] for place, name in enumerate(part.channels)}


def _passes(planes):
    """Gather channels such as `ViewLayer.Normal.X` into arrays by pass, their axes in reading order."""
    gathered = {}
    for name, plane in planes.items():
        kind, axis = name.removeprefix(f"{MAIN}.").rsplit(".", 1)
        gathered.setdefault(kind, {})[axis] = plane
    return {kind: _stacked(axes) for kind, axes in gathered.items()}


def _stacked(axes):
    """Stack {axis letter: (H, W)} to (H, W, C) in reading order; a lone channel stays (H, W)."""
    order = sorted(axes, key=AXES.index)
    return axes[order[0]] if len(order) == 1 else np.stack([axes[axis] for axis in order], axis=-1)


def _unstacked(stack):
    """Return [(axis letter, (H, W))] of a pass."""
    if stack.ndim == 2:
        return [("X", stack)]
    letters = "RGBA" if stack.shape[-1] == 4 else "XYZ"
    return [(letters[k], stack[..., k]) for k in range(stack.shape[-1])]
