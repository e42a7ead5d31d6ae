"""The system libraries that Blender's module needs, looked up before it is imported: a missing one is a crash otherwise."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

from wince.core.errors import WinceError

DEBIAN_PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libICE.so.6": "libice6",
    "libSM.so.6": "libsm6",
    "libX11.so.6": "libx11-6",
    "libXext.so.6": "libxext6",
    "libXfixes.so.3": "libxfixes3",
    "libXi.so.6": "libxi6",
    "libXrender.so.1": "libxrender1",
    "libXxf86vm.so.1": "libxxf86vm1",
    "libgomp.so.1": "libgomp1",
    "libwayland-client.so.0": "libwayland-client0",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon.so.0": "libxkbcommon0",
}


def module_file():
    """Return the path of Blender's shared object in this environment, or None where it is not installed."""
    spec = importlib.util.find_spec("bpy")      # finds, does not import
    return Path(spec.origin) if spec and spec.origin else None


def missing(shared_object):
    """Return the sorted names of system libraries that a shared object asks for and this machine lacks (Linux; else none)."""
    if not sys.platform.startswith("linux") or not shutil.which("ldd"):
        return []
    done = subprocess.run(["ldd", str(shared_object)], capture_output=True, text=True, check=False)
    return not_found(done.stdout)


def not_found(ldd_output):
    """Return the sorted names of the libraries that the text of `ldd` marks as not found."""
    lines = (line.split("=>") for line in ldd_output.splitlines() if "not found" in line and "=>" in line)
    return sorted({name.strip() for name, _ in lines})


def cure(names):
    """Return one line that says how to install the named libraries."""
    packages = sorted({DEBIAN_PACKAGES[name] for name in names if name in DEBIAN_PACKAGES})
    unknown = [name for name in names if name not in DEBIAN_PACKAGES]
    known = f"on Debian or Ubuntu: sudo apt install {' '.join(packages)}" if packages else ""
    other = f"install the package of your system that holds {', '.join(unknown)}" if unknown else ""
    return "; ".join(filter(None, [known, other]))


def check():
    """Raise WinceError when Blender's module is not installed or lacks system libraries, naming the packages to install."""
    path = module_file()
    if path is None:
        raise WinceError("Blender's module bpy is not installed in this Python: run `make setup`, or pip install bpy")
    if names := missing(path):
        raise WinceError(f"Blender needs system libraries that are not on this machine ({', '.join(names)}): {cure(names)}")


def main():
    """Check from the command line, as `make` does: print the cure and return the exit code."""
    try:
        check()
    except WinceError as error:
        sys.stderr.write(f"wince: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
