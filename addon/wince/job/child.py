"""A render in a Blender of its own: how it is started, what it says, how it is stopped. Needs no Blender here, and never waits.

The child is the Blender that runs, in the background, with factory settings; it finds Wince by path, because there its extension is
not enabled. It is held by its stdin: when that closes, it stops after the view in hand, whoever closed it, on every system.
"""

import contextlib
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import deque
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]              # the folder of this add-on, installed or not
DOOR = "import sys; sys.path.insert(0, {folder!r}); from {name}.job.run import main; sys.exit(main(sys.argv[sys.argv.index('--') + 1:]))"
MARK = "wince: "
BUG = 3
REMEMBERED = 30                        # lines of talk that are kept for when it dies

RUNNING, STOPPING, DONE, STOPPED, FAILED = "running", "stopping", "done", "stopped", "failed"
ENDS = {0: DONE, 75: STOPPED}          # exit codes, see run.py


def command(words, binary=None):
    """Return the argument list of a child.

    words    list of str for job.run
    binary   path of the Blender program; none for the bpy module of this Python
    """
    door = DOOR.format(folder=str(PACKAGE.parent), name=PACKAGE.name)
    if not binary:
        return [sys.executable, "-c", door, "--", *words]
    return [str(binary), "-b", "--factory-startup", "--python-exit-code", str(BUG), "--python-expr", door, "--", *words]


def parse(line):
    """Return the events in a line: one, none where it is Blender talking, or several where threads spoke at once."""
    events = []
    for text in line.split(MARK)[1:]:
        with contextlib.suppress(json.JSONDecodeError):
            event, _ = json.JSONDecoder().raw_decode(text)
            events.append(event)
    return events


class Child:
    """One render: its name, its output folder, and how far it is. Only `poll` changes what can be read of it.

    state      RUNNING, STOPPING, DONE, STOPPED or FAILED
    done, total, key   views, and the last that was finished
    sentence   what went wrong, in one sentence; of a refusal its own
    """

    def __init__(self, name, out, scratch=None):
        self.name, self.out = name, Path(out)
        self.scratch = Path(scratch or tempfile.mkdtemp(prefix="wince-"))     # for its input, and what it leaves lying when killed
        self.state, self.done, self.total, self.key, self.sentence = RUNNING, 0, 0, "", ""
        self.looks_since_stop = 0
        self._talk, self._lines, self._process = deque(maxlen=REMEMBERED), queue.SimpleQueue(), None

    def start(self, words, binary=None, packs=""):
        """Start it.

        words    of job.run; the output folder and the leash are added
        binary   see `command`
        packs    folder of further face packs
        """
        home = {name: str(self.scratch) for name in ("TMPDIR", "TEMP", "TMP")}
        self._process = subprocess.Popen(
            command([*words, "--out", str(self.out), "--leash"], binary), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace",
            env=os.environ | home | {"PYTHONUNBUFFERED": "1", "WINCE_PACKS": packs},
            start_new_session=os.name != "nt",                               # or Ctrl-C in the terminal would reach it as well
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0))        # Windows would open a console
        threading.Thread(target=_listen, args=(self._process, self._lines), daemon=True).start()

    @property
    def ended(self):
        """Whether it is over, one way or the other."""
        return self.state not in (RUNNING, STOPPING)

    def poll(self):
        """Read what it has said since, without waiting; return whether anything changed."""
        changed, self.looks_since_stop = False, self.looks_since_stop + (self.state == STOPPING)
        with contextlib.suppress(queue.Empty):
            while True:
                self._hear(self._lines.get_nowait())
                changed = True
        return changed

    def wait(self):
        """Wait for its end."""
        while not self.ended:
            self._hear(self._lines.get())

    def stop(self):
        """Ask it to stop after the view in hand."""
        if not self.ended:
            self.state = STOPPING
            with contextlib.suppress(OSError):
                self._process.stdin.close()

    def kill(self):
        """End it at once, and wait for that; finished views are whole, nothing else is left."""
        if not self.ended:
            self.state = STOPPING
            self._process.kill()
            self.wait()

    def _hear(self, line):
        if line is None:
            self._end(self._process.returncode)
            return
        events = parse(line)
        for event in events:
            self._take(event)
        if not events and line.strip():
            self._talk.append(line)

    def _take(self, event):
        self.done, self.total = event.get("done", self.done), event.get("total", self.total)
        self.key = event.get("key", self.key)
        if event["event"] == "error":
            self.sentence = event["message"]

    def _end(self, code):
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()
        shutil.rmtree(self.scratch, ignore_errors=True)
        killed = self.state == STOPPING and code not in ENDS
        self.state = STOPPED if killed else ENDS.get(code, FAILED)
        if self.state == FAILED and not self.sentence:
            last = self._talk[-1] if self._talk else "it said nothing"
            self.sentence = f"the render died (exit code {code}): {last}"


def _listen(process, lines):
    """Pass on every line, and None when there are no more; runs in a thread."""
    for line in process.stdout:
        lines.put(line.rstrip("\n"))
    process.wait()
    lines.put(None)
