"""Going on where a run stopped: what is finished, and whether an output folder is the one that was begun."""

import json
from pathlib import Path

from ..core.errors import WinceError
from . import disk, layout, record, spec

CURES = {                              # what to do when a file of the folder says something else
    layout.JOB: "give another folder with --out, or the config it was made with",
    layout.ORIGIN: "give another folder with --out, or render with what it was begun with",
}
FREE = ("render.threads",)             # may change between runs of one dataset: it moves no pixel


def finished(out, key):
    """Tell whether a sample is there: its record reads, is of this kind and key, and its files have the recorded size."""
    folder = layout.sample_folder(out, key)
    try:
        known = json.loads((folder / layout.RECORD).read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValueError):         # somebody's file in place of a folder: writing will say so
        return False
    if known.get("format") != record.FORMAT or known.get("key") != key:
        return False
    return all(_size(folder / entry["path"]) == entry["bytes"] for entry in known["files"].values())


def holds_samples(out):
    """Tell whether an output folder has at least one finished sample."""
    return next(Path(out).glob(f"id*/*/*/{layout.RECORD}"), None) is not None


def begin(out, job, origin):
    """Refuse an output folder that belongs to something else; what a job left that never made a picture binds nobody, and goes.

    out     path
    job     spec.Job
    origin  dict: what decides pixels and labels besides the job (Blender, device, denoiser, pack, versions)
    raises  WinceError when the folder belongs to another job or origin
    """
    for name, asked in _papers(job, origin):
        path = Path(out, name)
        if path.is_file() and holds_samples(out):
            _refuse_change(path, asked)
        elif path.is_file() and not _same(path, asked):
            path.unlink(missing_ok=True)


def claim(out, job, origin, owner=""):
    """Take an output folder for a job just before its first sample; of several that come at once, one takes it.

    out, job, origin   as `begin` takes them
    owner              str, see `disk.write`
    raises             WinceError when the folder belongs to another job or origin, or cannot be written
    """
    for name, asked in _papers(job, origin):
        path = Path(out, name)
        if not disk.create(path, (json.dumps(asked, indent=1, sort_keys=True) + "\n").encode(), owner):
            _refuse_change(path, asked)


def refuse_other_job(out, job):
    """Raise WinceError when an output folder belongs to another job; writes nothing, needs no Blender."""
    if Path(out, layout.JOB).is_file() and holds_samples(out):
        _refuse_change(Path(out, layout.JOB), json.loads(spec.to_json(job)))


def _papers(job, origin):
    """Return what says whose folder it is: ((file name, content), ...)."""
    return (layout.JOB, json.loads(spec.to_json(job))), (layout.ORIGIN, json.loads(json.dumps(origin)))


def _same(path, asked):
    """Tell whether a file says what is asked; a damaged one does not."""
    try:
        return not _changes(path, asked)
    except (ValueError, WinceError):
        return False


def _refuse_change(path, asked):
    """Compare what a file says with what is asked now."""
    try:
        changes = _changes(path, asked)
    except ValueError:
        raise WinceError(f"{path} is damaged: give another folder with --out, or delete the file if you are sure of the rest") from None
    for key, before, now in changes:
        raise WinceError(f"{path.parent} was begun with {key} = {before!r}, now it is {now!r}: {CURES[path.name]}")


def _changes(path, asked):
    """Return the differences between what a file says and what is asked, but for what is free to change."""
    known = json.loads(path.read_bytes())
    if path.name == layout.JOB:                           # what an older Wince did not write yet has its default
        known = json.loads(spec.to_json(spec.read(path)))
    return [change for change in differences(known, asked) if change[0] not in FREE]


def differences(before, now, at=""):
    """Return [(dotted key, value before, value now)] of two JSON values, in order of the keys."""
    if isinstance(before, dict) and isinstance(now, dict):
        keys = sorted({*before, *now})
        return [change for key in keys for change in differences(before.get(key), now.get(key), f"{at}.{key}" if at else key)]
    return [] if before == now else [(at, before, now)]


def _size(path):
    """Return a file's size, or None where there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None
