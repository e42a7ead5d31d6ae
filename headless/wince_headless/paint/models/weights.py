"""Safetensors files by their header alone: a few kilobytes of gigabytes.  https://github.com/huggingface/safetensors#format"""

import json
import math
import struct
from dataclasses import dataclass
from pathlib import Path

from wince.core.errors import WinceError

SUFFIX = ".safetensors"
PICKLES = (".bin", ".ckpt", ".pt", ".pth", ".pkl", ".msgpack", ".h5")
INDEX = ".safetensors.index.json"
LONGEST_HEADER = 100_000_000             # bytes, as the format's own reader has it


@dataclass(frozen=True)
class Header:
    """What a safetensors file holds.

    parameters   numbers in all its tensors
    size         bytes of the file
    types        the tensors' number types, such as ("BF16",), in alphabetic order
    """

    parameters: int
    size: int
    types: tuple[str, ...]


def header(path):
    """Return the Header of a file.

    raises  WinceError where it is no safetensors file or not whole: an interrupted copy is found before gigabytes are read
    """
    path = Path(path)
    size = path.stat().st_size
    with open(path, "rb") as file:
        start = file.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else LONGEST_HEADER + 1
        raw = file.read(length) if length <= min(LONGEST_HEADER, size) else b""
    tensors = _tensors(path, raw)
    expected = 8 + length + max((entry["data_offsets"][1] for entry in tensors), default=0)
    if size != expected:
        raise WinceError(f"{path} is not whole ({size:,} bytes of {expected:,}): delete it and fetch or copy the model again")
    return Header(sum(math.prod(entry["shape"]) for entry in tensors), size, tuple(sorted({entry["dtype"] for entry in tensors})))


def _tensors(path, raw):
    """Return the entries of a header's tensors."""
    try:
        table = json.loads(raw)
        return [entry for name, entry in table.items() if name != "__metadata__"]
    except (ValueError, AttributeError) as error:
        raise WinceError(f"{path} is no safetensors file, or only the beginning of one: delete it and fetch or copy the model again"
                         ) from error


def missing_shards(folder):
    """Return the relative names of files that the indexes under a folder list and that are not there."""
    absent = set()
    for index in Path(folder).rglob(f"*{INDEX}"):
        listed = json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()
        absent |= {index.parent / name for name in listed if not (index.parent / name).is_file()}
    return sorted(path.relative_to(folder).as_posix() for path in absent)
