"""Camera rigs by name: the JSON files in data/cameras, one list of cameras each."""

from pathlib import Path

from ..core.errors import WinceError
from . import spec

FOLDER = Path(__file__).resolve().parents[1] / "data" / "cameras"
VIEWS = "views"                        # the rig whose cameras are also known by their own names


def names():
    """Return the names that a job may use instead of describing a camera: single views, then rigs."""
    rigs = sorted(path.stem for path in FOLDER.glob("*.json"))
    return tuple(camera.name for camera in rig(VIEWS)) + tuple(rigs)


def rig(name):
    """Return the cameras of a rig file.

    raises   WinceError for a broken file
    """
    path = FOLDER / f"{name}.json"
    return spec.cameras_from_json(path.read_text(encoding="utf-8"), str(path))


def resolve(cameras):
    """Return descriptions for a job's `cameras`, in which names stand for views and rigs.

    cameras  tuple of str | spec.Camera
    returns  list of spec.Camera, generators not yet expanded
    raises   WinceError for an unknown name
    """
    return [one for camera in cameras for one in _described(camera)]


def _described(camera):
    """Return the cameras behind one entry."""
    if not isinstance(camera, str):
        return [camera]
    if single := [view for view in rig(VIEWS) if view.name == camera]:
        return single
    if camera not in names():
        raise WinceError(f"cameras: there is no view or rig {camera!r}, known are {', '.join(names())}; or describe the camera")
    return list(rig(camera))
