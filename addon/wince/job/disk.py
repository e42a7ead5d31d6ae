"""Files that are whole or absent: written under a temporary name beside their place, then moved there in one step."""

import contextlib
import errno
import os
from pathlib import Path

from ..core.errors import WinceError
from .layout import TEMPORARY

FULL = (errno.ENOSPC, errno.EDQUOT)
FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST)


def write(path, data, owner=""):
    """Write a file whole or not at all.

    path    of the file; its folder is made
    data    bytes
    owner   str, kept in the temporary name: two workers that write one file do not meet, and each sweeps its own
    raises  WinceError when the disk is full or the folder cannot be written
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{owner}{TEMPORARY}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise _explained(path, error) from error


def sweep(folder, owner=None):
    """Remove the temporary files that a killed worker left in a folder: all, or those of one owner."""
    pattern = f".*{TEMPORARY}" if owner is None else f".*.{owner}{TEMPORARY}"
    for leftover in Path(folder).glob(pattern):
        leftover.unlink(missing_ok=True)


def _explained(path, error):
    """Return the sentence for a failed write; anything unusual stays the bug it is."""
    if error.errno in FULL:
        return WinceError(f"no space left for {path}: free some, then run the same command again, finished samples are kept")
    if error.errno in FORBIDDEN:
        return WinceError(f"cannot write {path} ({error.strerror}): choose an output folder that you may write to, with --out")
    return error
