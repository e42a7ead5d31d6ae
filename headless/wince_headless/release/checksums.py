"""checksums.sha256: every file of a release with its SHA-256, as `sha256sum -c` reads it. Written last: a release exists when it does."""

import hashlib
import os
from pathlib import Path

from wince.core.errors import WinceError
from wince.job import disk

NAME = "checksums.sha256"


class Hashing:
    """A file that is written from front to back and knows its hash and size; for pyarrow too."""

    def __init__(self, path):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._file = open(path, "wb")
        self._hash = hashlib.sha256()
        self.bytes = 0
        self.closed = False

    def write(self, data):
        """Write bytes; the disk's failures are for `full` to explain."""
        self._file.write(data)
        self._hash.update(data)
        self.bytes += len(data)
        return len(data)

    def tell(self):
        """Return how many bytes were written."""
        return self.bytes

    def writable(self):
        return True

    def readable(self):
        return False

    def seekable(self):
        return False

    def flush(self):
        self._file.flush()

    def close(self):
        """Put it on the disk."""
        if not self.closed:
            self.closed = True
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()

    @property
    def sha256(self):
        """The hash of what was written, hexadecimal."""
        return self._hash.hexdigest()


def sha256(path):
    """Return the SHA-256 of a file, hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(folder, known):
    """Write the checksums of a folder: those that are known, {relative path: hash}, and those of all its other files."""
    folder = Path(folder)
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and path != folder / NAME)
    lines = [f"{known.get(path) or sha256(folder / path)}  {path}\n" for path in paths]
    disk.write(folder / NAME, "".join(lines).encode())


def read(folder):
    """Return {relative path: hash} of a release.

    raises   WinceError when there are none, or a line is none, or a path leads out of the folder
    """
    path = Path(folder, NAME)
    if not path.is_file():
        raise WinceError(f"{folder} is no release ({NAME} is missing): make one with `wince pack-dataset`")
    found = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        digest, gap, name = line[:64], line[64:66], line[66:]
        if len(digest) != 64 or gap != "  " or not name or name.startswith("/") or ".." in name.split("/"):
            raise WinceError(f"{path}, line {number}, is no checksum: take the file from where the release was made")
        found[name] = digest
    return found


def check(folder):
    """Return what is wrong with the files of a release, sentences; none where all is as it was packed."""
    known = read(folder)
    faults = [f"{path} is missing" for path in known if not Path(folder, path).is_file()]
    faults += [f"{path} was changed since it was packed" for path, digest in known.items()
               if Path(folder, path).is_file() and sha256(Path(folder, path)) != digest]
    return faults + [f"{path} is no part of the release" for path in _files(folder) if path not in known]


def _files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in Path(folder).rglob("*") if path.is_file() and path.name != NAME)
