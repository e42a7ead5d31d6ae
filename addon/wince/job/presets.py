"""Presets on disk: the built-in ones in data/presets, and an artist's own in a folder; one JSON file each."""

import re
from functools import lru_cache
from pathlib import Path

from ..core.errors import WinceError
from ..core.facs import preset as presets
from ..core.facs.pspi import pspi
from . import disk

FOLDER = Path(__file__).resolve().parents[1] / "data" / "presets"


@lru_cache(maxsize=1)
def built_in():
    """Return the built-in presets, {file name without its end: Preset}, in the order that menus show: by kind, then PSPI, then name."""
    read = {path.stem: presets.from_json(path.read_text(encoding="utf-8"), path.name) for path in FOLDER.glob("*.json")}
    return dict(sorted(read.items(), key=lambda item: (presets.KINDS.index(item[1].kind), pspi(item[1].aus).total, item[0])))


def own(folder):
    """Return the presets of a folder, {file name without its end: Preset, or the WinceError that says what is wrong with the file}."""
    return {path.stem: _read(path, _stamp(path)) for path in sorted(Path(folder).glob("*.json"))}


def save(folder, preset):
    """Write a preset into a folder, under a file name made of its name; one of the same file name is replaced.

    returns  Path
    raises   WinceError when the folder cannot be written
    """
    path = Path(folder) / f"{file_name(preset.name)}.json"
    disk.write(path, preset.json().encode())
    return path


def remove(folder, key):
    """Delete the preset file of a key that `own` has.

    raises   WinceError when it is not there or cannot be deleted
    """
    path = Path(folder) / f"{key}.json"
    try:
        path.unlink()
    except OSError as error:
        raise WinceError(f"cannot delete {path} ({error.strerror}): delete the file by hand") from error


def file_name(name):
    """Return the file name, without its end, for a preset's name: what every system can write.

    raises   WinceError for a name without letters or digits
    """
    if plain := re.sub(r"[^\w-]+", "_", name.strip().lower()).strip("_"):
        return plain
    raise WinceError(f"the name {name!r} has neither letters nor digits: give the preset another one")


def _stamp(path):
    status = path.stat()
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=256)
def _read(path, stamp):                                 # a changed file has another stamp, and is read again
    try:
        return presets.from_json(path.read_text(encoding="utf-8"), path.name)
    except WinceError as error:
        return error
    except (OSError, UnicodeDecodeError) as error:
        return WinceError(f"{path.name}: this cannot be read ({error}): mend or delete the file")
