"""The folder with a whole Blender 5.2 LTS in it, made once by `.ci/gui-tree`."""

import os
import shutil
import subprocess
from pathlib import Path

TOOLS = ("setpriv", "unshare", "nsenter", "mount", "chroot")
PROGRAMS = ("usr/bin/blender", "usr/bin/Xvfb", "usr/bin/xdotool")


def folder():
    """Return where the tree is, or would be: $WINCE_BLENDER_TREE, or the user's cache."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("WINCE_BLENDER_TREE") or cache / "wince" / "blender-tree")


def missing():
    """Return the sentence that says why no window can be opened here, or None."""
    if absent := [name for name in TOOLS if not shutil.which(name)]:
        return f"no Blender window here: {', '.join(absent)} not installed (util-linux, coreutils)"
    if os.geteuid():
        return "no Blender window here: mounting /dev and /proc into the Blender tree needs root"
    if absent := [name for name in PROGRAMS if not (folder() / name).is_file()]:
        return f"no Blender window here: {folder()} has no {absent[0]}; `.ci/gui-tree` makes the tree (root, debootstrap, network)"
    if subprocess.run(["unshare", "--mount", "--pid", "--net", "--ipc", "--fork", "true"], capture_output=True).returncode:
        return "no Blender window here: this machine does not allow namespaces of one's own (unshare)"
    return None
