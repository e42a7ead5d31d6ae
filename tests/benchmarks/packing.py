"""How fast a dataset is packed, in megabytes of it per second, against `tar` of the same files in the same run.

    PYTHONPATH=addon:headless python tests/benchmarks/packing.py [--people 8] [--size 512] [--keep FOLDER]

The set is drawn by hand with noise on the pictures, so that files weigh about what renders weigh. It is read once before, so that all
read from memory; what is written is on the disk (fsync) when a time is taken. Packing reads and parses every record twice, compares every
file with its hash, makes the float heat, and hashes what it writes; tar copies.
"""

import argparse
import hashlib
import importlib.util
import io
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from wince_headless import parallel
from wince_headless.release import pack

MB = 1e6
GRAIN = 6                               # grey levels: a rendered picture of 512 x 512 weighs some 400 kB


def main():
    """Print the table."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--people", type=int, default=8)
    words.add_argument("--size", type=int, default=512)
    words.add_argument("--keep", type=Path, help="draw the set here and keep it")
    wishes = words.parse_args()
    with tempfile.TemporaryDirectory() as work:
        source = (wishes.keep or Path(work)) / "set"
        if not source.is_dir():
            draw(source, wishes.people, wishes.size)
        size = warm(source)
        count = sum(1 for _ in source.glob("id*/*/*/record.json"))
        print(f"{count} samples, {size / MB:.0f} MB in {sum(1 for path in source.rglob('*') if path.is_file())} files")
        copied = tar(source, Path(work))
        say("tar", copied, size, copied, (Path(work) / "set.tar").stat().st_size)
        (Path(work) / "set.tar").unlink()
        for format in ("webdataset", "parquet"):
            for processes in sorted({1, parallel.cores()}):
                seconds, written = packed(source, Path(work) / "out", format, processes)
                say(f"{format}, {processes} process{'es' * (processes > 1)}", seconds, size, copied, written)
        peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        print(f"greatest process: {peak / 1024:.0f} MB")


def draw(folder, people, size):
    """Draw a set whose files weigh what renders weigh."""
    spec = importlib.util.spec_from_file_location("sketch", Path(__file__).parents[1] / "headless" / "sketch.py")
    sketch = sys.modules["sketch"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sketch)
    sketch.dataset(folder, people=people, expressions=4, size=size)
    rng = np.random.Generator(np.random.PCG64(0))
    for path in sorted(folder.glob("id*/*/*/record.json")):
        grain(path, rng)


def grain(path, rng):
    """Put noise on a sample's picture, and its new hash into its record."""
    record, picture = json.loads(path.read_text()), path.with_name("rgb.png")
    pixels = np.asarray(Image.open(picture)).astype(int)
    noisy = (pixels + rng.integers(-GRAIN, GRAIN + 1, pixels.shape)).clip(0, 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noisy).save(buffer, "PNG")
    picture.write_bytes(buffer.getvalue())
    record["files"]["rgb"] |= {"bytes": len(buffer.getvalue()), "sha256": hashlib.sha256(buffer.getvalue()).hexdigest()}
    path.write_text(json.dumps(record, indent=1, sort_keys=True))


def warm(folder):
    """Read every file; returns their bytes."""
    return sum(len(path.read_bytes()) for path in folder.rglob("*") if path.is_file())


def tar(source, work):
    """Return the seconds that tar takes until its file is on the disk."""
    began = time.perf_counter()
    subprocess.run(["tar", "cf", str(work / "set.tar"), "-C", str(source), "."], check=True)
    with open(work / "set.tar", "rb") as file:
        os.fsync(file.fileno())
    return time.perf_counter() - began


def packed(source, out, format, processes):
    """Return (seconds, bytes written) of a pack; the release is removed."""
    began = time.perf_counter()
    pack.pack(source, out, format, processes=processes, shard_mb=50)
    seconds = time.perf_counter() - began
    written = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    shutil.rmtree(out)
    return seconds, written


def say(name, seconds, size, copied, written):
    """Print a line of the table."""
    print(f"{name:<26}{seconds:7.2f} s {size / seconds / MB:8.1f} MB/s of the set {written / seconds / MB:8.1f} MB/s written "
          f"{copied / seconds:6.2f} x tar")


if __name__ == "__main__":
    main()
