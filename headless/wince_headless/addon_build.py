"""From the folder addon/wince to the artist's zip: packed and validated by Blender's own extension tool.

The tool is a plain program that lies in Blender's module (`bl_pkg/cli/blender_ext.py`): no Blender starts. It writes the time
of each file into the zip; those are set to one fixed time afterwards, so that the same files give the same bytes.
"""

import io
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from wince.core.errors import WinceError
from wince.job.disk import write
from wince.job.record import MANIFEST, wince_version

from . import libraries, pack_build

SOURCE = MANIFEST.parent
LIMIT = 6_000_000                       # bytes: what an artist's download may cost
TOOL = "*/scripts/addons_core/bl_pkg/cli/blender_ext.py"
STAMP = (1980, 1, 1, 0, 0, 0)           # the first time that a zip can hold
MODE = 0o100644 << 16                   # a plain file, readable by all: not what a checkout's umask left


@dataclass(frozen=True)
class Built:
    """A zip that was written.

    path     Path
    size     bytes
    files    how many are in it
    """

    path: Path
    size: int
    files: int

    def sentence(self):
        """Say where it is and how big."""
        return f"add-on: {self.path} ({self.size / 1e6:.2f} MB, {self.files} files)"


def build(out=Path("dist")):
    """Build the face pack where it is missing or old, then the zip; refuse a zip that is wrong.

    out      folder; the file is called wince-<version>.zip
    returns  Built
    raises   WinceError when Blender's tool refuses the folder or the zip, or the zip is above LIMIT; then nothing is written
    """
    pack_build.build()
    with tempfile.TemporaryDirectory(prefix="wince-addon-") as scratch:
        packed = Path(scratch) / f"wince-{wince_version()}.zip"
        _run_tool("build", "--source-dir", SOURCE, "--output-filepath", packed)
        data = timeless(packed.read_bytes())
        check_size(data)
        packed.write_bytes(data)
        _run_tool("validate", packed)
    path = Path(out) / packed.name
    write(path, data)
    return Built(path, len(data), len(zipfile.ZipFile(io.BytesIO(data)).namelist()))


def timeless(data):
    """Return a zip, bytes, with the same files in the order of their names, all of one fixed time and mode."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
        for entry in sorted(old.infolist(), key=lambda info: info.filename):
            fixed = zipfile.ZipInfo(entry.filename, STAMP)
            fixed.compress_type, fixed.external_attr, fixed.create_system = entry.compress_type, MODE, 3
            new.writestr(fixed, old.read(entry))
    return out.getvalue()


def check_size(data):
    """Raise WinceError for a zip, bytes, that is bigger than LIMIT, naming its biggest files."""
    if len(data) <= LIMIT:
        return
    entries = sorted(zipfile.ZipFile(io.BytesIO(data)).infolist(), key=lambda info: -info.compress_size)
    biggest = ", ".join(f"{entry.filename} ({entry.compress_size / 1e6:.1f} MB)" for entry in entries[:3])
    raise WinceError(f"the zip would have {len(data) / 1e6:.1f} MB, more than {LIMIT / 1e6:.0f}: make its biggest files smaller, "
                     f"or exclude them under [build] in {MANIFEST.name}: {biggest}")


def tool():
    """Return the Path of Blender's extension tool in the bpy module; WinceError where that is not installed."""
    module = libraries.module_file()
    found = sorted(module.parent.glob(TOOL)) if module else []
    if not found:
        raise WinceError("Blender's extension tool is not in this Python: run `make setup`, or pip install bpy")
    return found[-1]


def _run_tool(*words):
    done = subprocess.run([sys.executable, str(tool()), *map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode:
        said = " ".join(f"{done.stdout} {done.stderr}".split())
        raise WinceError(f"Blender's extension tool refuses to {words[0]} {SOURCE}: {said}")
