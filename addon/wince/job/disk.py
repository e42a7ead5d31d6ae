"""Files and folders that are whole or absent: written under a temporary name, then moved to their place in one step.

Any number of processes may write one file, or one folder of files, at a time. Of a folder the first wins. Whoever sweeps may take what
another is just writing: that one writes it again.
"""

import contextlib
import errno
import os
import threading
from pathlib import Path

from ..core.errors import WinceError
from .layout import TEMPORARY

FULL = (errno.ENOSPC, errno.EDQUOT)
FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST)
TAKEN = (errno.EEXIST, errno.ENOTEMPTY)
SWEPT = ".swept-"                      # begins the name of a folder that is being deleted
TRIES = 20                             # how often a file that was swept away is written again


def write(path, data, owner=""):
    """Write a file whole or not at all.

    path    of the file; its folder is made
    data    bytes
    owner   str, kept in the temporary name: two workers that write one file do not meet
    raises  WinceError when the disk is full or the folder cannot be written
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{owner}{TEMPORARY}")
    _insist(path, temporary, lambda: _write(path, temporary, data, os.replace))


def create(path, data, owner=""):
    """Write a file that is not there yet, whole; return False when somebody has written it before. Arguments as `write` takes them."""
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{owner}{TEMPORARY}")
    try:
        _insist(path, temporary, lambda: _write(path, temporary, data, _link))
    except _Taken:
        return False
    return True


def place(folder, files, owner, root, ready=None):
    """Put a folder of files where none is, all of them in one step.

    folder   path
    files    {file name: bytes}
    owner    str, names the temporary folder
    root     path of the folder on the same disk that holds it until then
    ready    called just before that step; what it raises leaves nothing behind
    returns  True, or False when there is a folder already that holds anything
    raises   WinceError as `write` does
    """
    folder, temporary = Path(folder), Path(root, f".{owner}{TEMPORARY}")
    try:
        _insist(folder, temporary, lambda: _place(folder, temporary, files, ready))
    except _Taken:
        return False
    return True


def remove(folder, owner, root):
    """Take a folder away in one step, then delete it; nothing happens when there is none."""
    grave = Path(root, f"{SWEPT}{owner}{TEMPORARY}")
    _clear(grave)
    with contextlib.suppress(FileNotFoundError):
        os.rename(folder, grave)
    _clear(grave)


def sweep(folder, owner=None):
    """Remove what killed workers left of their writing in a folder: all, or that of one owner."""
    pattern = f".*{TEMPORARY}" if owner is None else f".*.{owner}{TEMPORARY}"
    for leftover in Path(folder).glob(pattern):
        _clear(_taken_away(leftover) if leftover.is_dir() else leftover)


def _taken_away(folder):
    """Give a folder a name that nobody moves to its place, and return it: what is deleted file by file must not be put there meanwhile."""
    if folder.name.startswith(SWEPT):
        return folder
    grave = folder.with_name(f"{SWEPT}{os.getpid()}-{threading.get_ident()}{TEMPORARY}")
    with contextlib.suppress(OSError):                     # somebody else was quicker
        os.rename(folder, grave)
    return grave


class _Taken(Exception):
    """There is something already."""


def _insist(path, temporary, act):
    """Do it, again when somebody has swept the temporary away meanwhile; leave nothing behind when it cannot be done."""
    for left in reversed(range(TRIES)):
        try:
            return act()
        except FileNotFoundError as error:
            _clear(temporary)
            if not left:
                raise _explained(path, error) from error
        except OSError as error:
            _clear(temporary)
            raise _explained(path, error) from error
        except BaseException:
            _clear(temporary)
            raise


def _write(path, temporary, data, move):
    path.parent.mkdir(parents=True, exist_ok=True)
    _fill(temporary, data)
    move(temporary, path)


def _fill(path, data):
    """Write a file and have the disk confirm it."""
    with open(path, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _link(temporary, path):
    """Give a finished file its name unless the name is taken."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise _Taken from None
    except FileNotFoundError:                              # swept away
        raise
    except OSError:                                        # a disk without hard links
        _copy(temporary, path)
    temporary.unlink(missing_ok=True)


def _copy(temporary, path):
    """Do what `_link` does with a file that is not whole for a moment."""
    data = temporary.read_bytes()
    try:
        with open(path, "xb", buffering=0) as file:
            file.write(data)
    except FileExistsError:
        raise _Taken from None


def _place(folder, temporary, files, ready):
    _clear(temporary)
    temporary.mkdir(parents=True)
    for name, data in files.items():
        (temporary / name).write_bytes(data)
    for name in files:                                     # after all are written: the disk confirms them in one go
        with open(temporary / name, "rb+") as file:
            os.fsync(file.fileno())
    folder.parent.mkdir(parents=True, exist_ok=True)
    if ready is not None:
        ready()
    try:
        os.rename(temporary, folder)
    except OSError as error:
        if error.errno in TAKEN or (os.name == "nt" and folder.exists()):
            raise _Taken from None
        raise


def _clear(path):
    """Delete a file or a folder, whoever else is at it."""
    if path.is_dir():
        import shutil  # with every compression there is: enabling the add-on has no use for it

        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink()


def _explained(path, error):
    """Return the sentence for a failed write; anything unusual stays the bug it is."""
    if error.errno in FULL:
        return WinceError(f"no space left for {path}: free some, then run the same command again, finished samples are kept")
    if error.errno in FORBIDDEN:
        return WinceError(f"cannot write {path} ({error.strerror}): choose an output folder that you may write to, with --out")
    return error
