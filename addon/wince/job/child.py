"""A render in a Blender of its own: how it is started, what it says. What it has in common with other programs: process.py.

The child is the Blender that runs, in the background, with factory settings; it finds Wince by path, because there its extension is
not enabled. On its leash it stops after the view in hand.
"""

import os
import sys
from pathlib import Path

from .process import DONE, FAILED, MARK, RUNNING, STOPPED, STOPPING, Process, parse  # noqa: F401 -- who follows a render asks here

PACKAGE = Path(__file__).resolve().parents[1]              # the folder of this add-on, installed or not
DOOR = "import sys; sys.path.insert(0, {folder!r}); from {name}.job.run import main; sys.exit(main(sys.argv[sys.argv.index('--') + 1:]))"
BUG = 3


def command(words, binary=None):
    """Return the argument list of a child.

    words    list of str for job.run
    binary   path of the Blender program; none for the bpy module of this Python
    """
    door = DOOR.format(folder=str(PACKAGE.parent), name=PACKAGE.name)
    if not binary:
        return [sys.executable, "-c", door, "--", *words]
    return [str(binary), "-b", "--factory-startup", "--python-exit-code", str(BUG), "--python-expr", door, "--", *words]


class Child(Process):
    """One render: beside what every Process tells, its output folder, and how far it is.

    done, total, key   views, and the last that was finished
    """

    KIND = "render"

    def __init__(self, name, out, scratch=None):
        super().__init__(name, scratch)
        self.out, self.done, self.total, self.key = Path(out), 0, 0, ""

    def start(self, words, binary=None, packs=""):
        """Start it.

        words    of job.run; the output folder and the leash are added
        binary   see `command`
        packs    folder of further face packs
        """
        self.launch(command([*words, "--out", str(self.out), "--leash"], binary), os.environ | {"WINCE_PACKS": packs})

    def take(self, event):
        """Note how far it is."""
        super().take(event)
        self.done, self.total = event.get("done", self.done), event.get("total", self.total)
        self.key = event.get("key", self.key)
