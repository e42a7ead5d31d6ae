"""Processes with a screen of their own, in the Blender tree.

Mounts, process numbers and network are private (`unshare`): nothing has to be unmounted, no display number can be taken, and
Blender has no network. When the room's first process is killed, and it is when this one dies in any way, the kernel ends the others.
"""

import contextlib
import fcntl
import os
import subprocess
import time
from pathlib import Path

DOOR = "/mnt"                            # where the room's shared folder is, seen from inside
ENTER = ("--mount", "--pid", "--net", "--ipc", "--root", "--wd")
SETTING = {"PATH": "/usr/bin:/bin", "HOME": f"{DOOR}/home", "LANG": "C.UTF-8", "DISPLAY": ":1", "LIBGL_ALWAYS_SOFTWARE": "1",
           "BLENDER_USER_RESOURCES": f"{DOOR}/profile", "WINCE_PAINTER": f"{DOOR}/painter.py"}
FIRST = """mount --rbind /dev "$1/dev" && mount -t tmpfs tmpfs "$1/tmp" && mount --bind "$2" "$1$3" &&
exec chroot "$1" Xvfb :1 -screen 0 "$4x24" -nolisten tcp -noreset -ac -fbdir "$3" """


class Room:
    """A screen, and what runs on it.

    tree     Path of the Blender tree
    shared   Path of a folder that both sides see
    size     (width, height) of the screen, pixels
    """

    def __init__(self, tree, shared, size=(1600, 1000)):
        self.tree, self.shared, self.size = Path(tree), Path(shared), size
        self._first = self._lock = None
        self._started = []

    def __enter__(self):
        self.shared.mkdir(parents=True, exist_ok=True)
        self._lock = open(self.tree / ".in-use", "w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._open()
        except BaseException as error:
            self.__exit__(None, None, None)
            if isinstance(error, BlockingIOError):
                raise RuntimeError(f"another test has its window open in {self.tree}: one at a time") from None
            raise
        return self

    def __exit__(self, *error):
        if self._first:
            self._first.kill()
            self._first.wait(60)
        for process in self._started:
            process.wait(60)
        self._lock.close()

    @property
    def pixels(self):
        """The file that the screen's pixels are in (xwd), Path."""
        return self.shared / "Xvfb_screen0"

    def run(self, *words, timeout=90):
        """Run a program in the room and return its output, text."""
        done = subprocess.run(self._within(words), capture_output=True, text=True, timeout=timeout, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)}: {done.stderr.strip() or done.returncode}")
        return done.stdout

    def start(self, log, *words):
        """Start a program in the room, its output in the file `log`; return the Popen (of nsenter)."""
        with open(log, "w") as out:
            process = subprocess.Popen(self._within(words), stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
        self._started.append(process)
        return process

    def kill(self, process):
        """End a program that was started here, at once."""
        with contextlib.suppress(ProcessLookupError, IndexError):
            os.kill(_child(process.pid), 9)
        process.wait(60)

    def _open(self):
        width, height = self.size
        self.pixels.unlink(missing_ok=True)
        shell = ["sh", "-c", FIRST, "sh", str(self.tree), str(self.shared.resolve()), DOOR, f"{width}x{height}"]
        alone = ["unshare", "--mount", "--pid", "--net", "--ipc", "--fork", "--kill-child", f"--mount-proc={self.tree}/proc"]
        with open(self.shared / "screen.log", "w") as log:
            self._first = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "--", *alone, *shell], stdout=log, stderr=log)
        self._await_screen()

    def _await_screen(self):
        for _ in range(600):
            time.sleep(0.1)
            if self._first.poll() is not None:
                break
            with contextlib.suppress(RuntimeError, IndexError):
                self.run("setxkbmap", "-layout", "us", "-option", "srvrkeys:none")      # else Blender gets no F1 to F12
                return
        raise RuntimeError(f"the virtual screen did not start: {(self.shared / 'screen.log').read_text()[-2000:]}")

    def _within(self, words):
        setting = [f"{name}={value}" for name, value in SETTING.items()]
        return ["nsenter", "--target", str(_child(self._first.pid)), *ENTER, "env", "-i", *setting, *map(str, words)]


def _child(pid):
    """Return the number of a process's only child: those that `unshare --fork` and `nsenter` started."""
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])
