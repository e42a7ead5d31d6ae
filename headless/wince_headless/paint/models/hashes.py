"""SHA-256 of model files, without reading gigabytes on every run."""

import hashlib
import json
import re
from pathlib import Path

from wince.job import disk

from ...pack_build.fetch import cache

KEPT = "hashes.json"                     # in the user's cache; safe to delete
SMALL = 1 << 20                          # bytes: below, hashing is faster than looking up
SHA256 = re.compile(r"[0-9a-f]{64}")


def of(paths):
    """Return the SHA-256 of files.

    paths     {name: Path}
    returns   {name: 64 hex digits}

    A hub's large file lies in the cache under its own SHA-256, so its name is taken for it; `fetch` has checked that after the download.
    Others are read once and remembered by place, size and time of change.
    """
    table = notes(KEPT)
    before = len(table)
    found = {name: _one(Path(path), table) for name, path in paths.items()}
    if len(table) != before:
        _keep(table)
    return found


def digest(path):
    """Return the SHA-256 of a file's bytes, read now, block by block."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def promised(path):
    """Return the SHA-256 that a hub blob's name is, "" where the file is no such blob (small ones are named by git's own hash)."""
    blob = Path(path).resolve()
    return blob.name if blob.parent.name == "blobs" and SHA256.fullmatch(blob.name) else ""


def _one(path, table):
    if name := promised(path):
        return name
    state = path.stat()
    if state.st_size < SMALL:
        return digest(path)
    key = f"{path.resolve()}|{state.st_size}|{state.st_mtime_ns}"
    if key not in table:
        table[key] = digest(path)
    return table[key]


def notes(name):
    """Return what a file of the user's cache remembers, a dict; nothing where it is not there or damaged."""
    try:
        table = json.loads((cache() / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return table if isinstance(table, dict) else {}


def _keep(table):
    """Write what is remembered, without files that are gone."""
    table = {key: value for key, value in sorted(table.items()) if Path(key.rsplit("|", 2)[0]).is_file()}
    disk.write(cache() / KEPT, json.dumps(table, indent=0).encode(), owner="hashes")
