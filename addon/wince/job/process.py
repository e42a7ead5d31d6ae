"""A program in the background that says in lines how far it is, and how it is stopped. Needs no Blender here, and never waits unasked.

Lines that begin with `wince: ` are JSON events, the others are talk, kept for when it dies. It is held by its stdin: a program on a leash
(`--leash`) stops when that closes, whoever closed it, on every system; so nothing is left running when who started it dies.
"""

import contextlib
import json
import os
import queue
import signal
import threading
from collections import deque
from pathlib import Path

MARK = "wince: "
RUNNING, STOPPING, DONE, STOPPED, FAILED = "running", "stopping", "done", "stopped", "failed"
ENDS = {0: DONE, 75: STOPPED}          # exit codes, see run.py


def parse(line):
    """Return the events in a line: one, none where it is talk, or several where threads spoke at once."""
    events = []
    for text in line.split(MARK)[1:]:
        with contextlib.suppress(json.JSONDecodeError):
            event, _ = json.JSONDecoder().raw_decode(text)
            events.append(event)
    return events


class Process:
    """One program: its name, and what has become of it. Only `poll` changes what can be read of it.

    state      RUNNING, STOPPING, DONE, STOPPED or FAILED
    sentence   what went wrong, in one sentence; of a refusal its own
    talk       its last lines that were no events
    silent_looks, looks_since_stop   calls of `poll` since it said anything, and since it was let go of
    """

    KIND = "program"                   # what died, in a sentence
    REMEMBERED = 30                    # lines of talk

    def __init__(self, name, scratch=None):
        import tempfile  # this, `shutil` and `subprocess` take a tenth of enabling the add-on: loaded when something is started

        self.name, self.state, self.sentence = name, RUNNING, ""
        self.scratch = Path(scratch or tempfile.mkdtemp(prefix="wince-"))     # for its input, and what it leaves lying when killed
        self.looks_since_stop = self.silent_looks = 0
        self.talk, self._lines, self._process = deque(maxlen=self.REMEMBERED), queue.SimpleQueue(), None

    def launch(self, words, environment, folder=None):
        """Start it.

        words         list of str: the program and its arguments
        environment   {name: value}, all of it; folders for temporary files are added
        folder        where it runs; None: where Blender does
        raises        OSError when it cannot be started
        """
        import subprocess

        home = {name: str(self.scratch) for name in ("TMPDIR", "TEMP", "TMP")}
        self._process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace",
            env=environment | home | {"PYTHONUNBUFFERED": "1"}, cwd=folder,
            start_new_session=os.name != "nt",                               # or Ctrl-C in the terminal would reach it as well
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0))        # Windows would open a console
        threading.Thread(target=_listen, args=(self._process, self._lines), daemon=True).start()

    @property
    def ended(self):
        """Whether it is over, one way or the other."""
        return self.state in (DONE, STOPPED, FAILED)

    def poll(self):
        """Read what it has said since, without waiting; return whether anything changed."""
        changed = False
        self.looks_since_stop, self.silent_looks = self.looks_since_stop + (self.state == STOPPING), self.silent_looks + 1
        with contextlib.suppress(queue.Empty):
            while True:
                self._hear(self._lines.get_nowait())
                changed, self.silent_looks = True, 0
        return changed

    def wait(self):
        """Wait for its end."""
        while not self.ended:
            self._hear(self._lines.get())

    def stop(self):
        """Let go of the leash: it stops at its next good place."""
        if not self.ended:
            self.state = STOPPING
            with contextlib.suppress(OSError):
                self._process.stdin.close()

    def kill(self):
        """End it at once, with what it has started, and wait for that; finished files are whole, nothing else is left."""
        if not self.ended:
            self.state = STOPPING
            _end_all(self._process)
            self.wait()

    def take(self, event):
        """Make what it can of an event."""
        if event["event"] == "error":
            self.sentence = event["message"]

    def clear(self):
        """Remove what was for its input, and what it left lying."""
        import shutil

        shutil.rmtree(self.scratch, ignore_errors=True)

    def verdict(self, code):
        """Return what went wrong, for a program that gave no sentence of its own."""
        last = self.talk[-1] if self.talk else "it said nothing"
        return f"the {self.KIND} died (exit code {code}): {last}"

    def _hear(self, line):
        if line is None:
            self._end(self._process.returncode)
            return
        events = parse(line)
        for event in events:
            self.take(event)
        if not events and line.strip():
            self.talk.append(line)

    def _end(self, code):
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()
        self.clear()
        killed = self.state == STOPPING and code not in ENDS
        self.state = STOPPED if killed else ENDS.get(code, FAILED)
        if self.state == FAILED and not self.sentence:
            self.sentence = self.verdict(code)


def _listen(process, lines):
    """Pass on every line, and None when there are no more; runs in a thread."""
    for line in process.stdout:
        lines.put(line.rstrip("\n"))
    process.wait()
    lines.put(None)


def _end_all(process):
    """End a process and those that it has started: a painter's Python may be a script that starts another."""
    if os.name == "nt":
        process.kill()
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
