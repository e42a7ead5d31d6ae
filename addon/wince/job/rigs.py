"""Camera rigs, JSON files with one list of cameras each: those in data/cameras by name, any other by its path."""

import json
import math
from dataclasses import MISSING, asdict, fields
from pathlib import Path

from ..core.errors import WinceError
from . import spec

FOLDER = Path(__file__).resolve().parents[1] / "data" / "cameras"
FILE = ".json"
VIEWS = "views"                        # the rig whose cameras are also known by their own names
PLACES = 6                             # a thousandth of a millimetre, of a second of arc some thousandths


def names():
    """Return the names that a job may use instead of describing a camera: single views, then rigs."""
    views = json.loads((FOLDER / f"{VIEWS}{FILE}").read_text(encoding="utf-8"))          # names alone: a menu is made when Blender starts
    return (*(view["name"] for view in views), *sorted(path.stem for path in FOLDER.glob(f"*{FILE}")))


def rig(name):
    """Return the cameras of a rig that comes with Wince; raises WinceError for a broken file."""
    return read(FOLDER / f"{name}{FILE}")


def read(path):
    """Return the cameras of a rig file.

    path     str or Path
    raises   WinceError for a file that is not there, or is broken
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise WinceError(f"camera rig {path} cannot be read ({error.strerror}): give the path of a JSON list of cameras") from None
    except UnicodeDecodeError:
        raise WinceError(f"camera rig {path} is not text in UTF-8: give the path of a JSON list of cameras") from None
    cameras = spec.cameras_from_json(text, str(path))
    for place, camera in enumerate(cameras):
        _check_types(camera, f"{path}[{place}]")
    return cameras


def own(folder):
    """Return the rigs in a folder, {name: Path}; none when it is not there."""
    return {path.stem: path for path in sorted(Path(folder).glob(f"*{FILE}"))}


def to_json(cameras):
    """Return cameras as the text of a rig file: a line each, numbers to PLACES, what is as usual left out; `read` gives them back."""
    usual = {entry.name: entry.default for entry in fields(spec.Camera) if entry.default is not MISSING} | {"params": {}}
    told = ({key: _rounded(value) for key, value in asdict(camera).items()} for camera in cameras)
    lines = (json.dumps({key: value for key, value in camera.items() if value != usual.get(key)}) for camera in told)
    return "[\n " + ",\n ".join(lines) + "\n]\n"


def _rounded(value):
    """Return a value with the numbers in it rounded."""
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    return round(value, PLACES) if isinstance(value, float) else value


def inlined(cameras, folder):
    """Return a job's `cameras` with rig files replaced by what is in them: the job then says by itself what it renders.

    folder   relative paths start here
    """
    return tuple(one for camera in cameras for one in (read(Path(folder, camera)) if _is_file(camera) else (camera,)))


def resolve(cameras):
    """Return descriptions for a job's `cameras`, in which names stand for views and rigs, and paths (.json) for rig files.

    cameras  tuple of str | spec.Camera; a relative path starts where the process does
    returns  list of spec.Camera, generators not yet expanded
    raises   WinceError for an unknown name, or a file that cannot be read
    """
    return [one for camera in cameras for one in _described(camera)]


def _described(camera):
    """Return the cameras behind one entry."""
    if not isinstance(camera, str):
        return [camera]
    if _is_file(camera):
        return list(read(camera))
    if single := [view for view in rig(VIEWS) if view.name == camera]:
        return single
    if camera not in names():
        raise WinceError(f"cameras: there is no view or rig {camera!r}, known are {', '.join(names())}; or describe the "
                         f"camera, or give the path of a rig file, which ends in {FILE}")
    return list(rig(camera))


def _check_types(camera, where):
    """Refuse what JSON can say and a camera cannot be; whether the numbers make sense is asked when the camera is placed."""
    for name, value in asdict(camera).items():
        if value is not None and not KINDS.get(name, _is_number)(value):
            raise WinceError(f"{where}: {name} is {json.dumps(value)}, which is no {WORDS.get(name, 'number')}: mend the file")


def _is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_size(value):
    return isinstance(value, tuple) and len(value) == 2 and all(isinstance(side, int) for side in value)


def _is_table(value):
    return isinstance(value, dict) and all(map(_is_number, value.values()))


def _is_text(value):
    return isinstance(value, str)


KINDS = {"name": _is_text, "look_at": _is_text, "generator": _is_text, "resolution": _is_size, "params": _is_table}
WORDS = {"name": "text", "look_at": "text", "generator": "text", "resolution": "[width, height]", "params": "object with numbers"}


def _is_file(camera):
    return isinstance(camera, str) and camera.endswith(FILE)
