"""The files of an engine in their folder: written anew, but for those that somebody has changed since.

.written.json holds the hash of each file as we wrote it. A file that is neither as we wrote it nor as we would write it now is a person's
work: it is left alone, and named.
"""

import hashlib
import json
from pathlib import Path

from wince.core.errors import WinceError
from wince.job import disk

NOTE, FORMAT = ".written.json", "wince-farm-1"


class Paths(list):
    """Paths of an engine's files; `kept`: the names of those among them, and of others, that were left alone."""

    kept = ()


def write(plan, out, files, always=(), force=False, gone=(), fitted=None):
    """Write an engine's files.

    plan     wince.job.plan.Plan
    out      their folder
    files    {name: text}
    always   names of those that are written although they were changed
    force    write all of them so
    gone     names of files that other plans have and this one has not: removed
    fitted   None, or called with (name, text of a file that is kept): returns the text with what it has to share with the others put right
    returns  Paths
    raises   WinceError when a changed file belongs to another plan, or the folder cannot be written
    """
    out, data = Path(out), {name: text.encode() for name, text in files.items()}
    note = _note(out)
    kept = [] if force else [name for name in (*files, *gone) if name not in always and _changed(out / name, data.get(name), note)]
    if kept and note.get("plan", plan.hash) != plan.hash:
        raise WinceError(f"{out} is another plan's, and {', '.join(kept)} there was changed: give another folder with --out, or --force")
    for name in data.keys() - kept:
        disk.write(out / name, data[name])
    for name in set(gone) - {*kept}:
        (out / name).unlink(missing_ok=True)
    for name in data.keys() & kept if fitted else ():
        _fit(out / name, fitted)
    hashes = {name: note["files"].get(name) if name in kept else _hash(text) for name, text in data.items()}
    disk.write(out / NOTE, (json.dumps({"format": FORMAT, "plan": plan.hash, "files": hashes}, indent=1) + "\n").encode())
    paths = Paths(out / name for name in files)
    paths.kept = tuple(kept)
    return paths


def _changed(path, new, note):
    """Tell whether a file is neither as it was written nor as it would be written now."""
    if not path.is_file():
        return False
    found = path.read_bytes()
    return found != new and _hash(found) != note["files"].get(path.name)


def _fit(path, fitted):
    found = path.read_bytes()
    text = fitted(path.name, found.decode(errors="surrogateescape")).encode(errors="surrogateescape")
    if text != found:
        disk.write(path, text)


def _note(out):
    """Return what we noted of a folder; a note that says nothing makes every file a person's."""
    try:
        note = json.loads((out / NOTE).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        note = None
    readable = isinstance(note, dict) and note.get("format") == FORMAT and isinstance(note.get("files"), dict)
    return note if readable else {"files": {}}


def _hash(data):
    return hashlib.sha256(data).hexdigest()
