"""A rendered folder as Python sees it: its job, where it came from, and its records, in order."""

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path

from wince.core.errors import WinceError
from wince.job import layout, spec

PERSON = re.compile(r"id\d{5,}")


@dataclass(frozen=True)
class Dataset:
    """A folder that `wince render` wrote, finished or not."""

    folder: Path
    job: spec.Job
    origin: dict

    def identities(self):
        """Return the folder names of the people that have begun to be rendered, in order."""
        return sorted(path.name for path in self.folder.iterdir() if path.is_dir() and PERSON.fullmatch(path.name))

    def records(self, identity):
        """Return the records of one person, as dictionaries, ordered by expression and view."""
        return [read_json(path) for path in sorted(self.folder.glob(f"{identity}/*/*/{layout.RECORD}"))]

    def file(self, record, name):
        """Return the path of one of a record's files, or None where the record does not have it."""
        entry = record["files"].get(name)
        return self.folder / record["key"] / entry["path"] if entry else None


def open_dataset(folder):
    """Open a rendered folder.

    folder   str or Path
    returns  Dataset
    raises   WinceError where there is no dataset, or its job cannot be read
    """
    folder = Path(folder)
    if not (folder / layout.JOB).is_file():
        raise WinceError(f"{folder} holds no dataset (no job.json): give a folder that `wince render` wrote")
    origin = folder / layout.ORIGIN
    return Dataset(folder, spec.read(folder / layout.JOB), read_json(origin) if origin.is_file() else {})


def read_json(path):
    """Return the content of a JSON file; raises WinceError naming it where it cannot be read as JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise WinceError(f"{path} is damaged ({error}): delete it and run the same `wince render` again") from None


def camera_yaw_deg(record):
    """Return from where a record's camera looks: degrees, positive from the character's left."""
    R, t = record["camera"]["R"], record["camera"]["t"]
    x, y = (-sum(R[row][axis] * t[row] for row in range(3)) for axis in (0, 1))     # the camera's centre is -R^T t
    return math.degrees(math.atan2(x, -y))
