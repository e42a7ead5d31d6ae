"""One Blender worker: a process that is given people on stdin and says on stdout what becomes of them; see wince.job.serve.

It is held by its stdin: when that closes, whoever closed it, it finishes its view and leaves. It has a folder of its own for temporary
files, and a process group of its own, so that nothing of it stays when it is gone, one way or another.
"""

import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections import deque
from pathlib import Path

import psutil

from wince.job.process import parse

try:
    import fcntl
except ImportError:                     # Windows: a scratch folder that a killed driver leaves stays until the system cleans up
    fcntl = None

REMEMBERED = 60                         # lines that are kept for the log
SCRATCH, LOCK = "wince-work-", "lock"


class Hand:
    """A worker process. What it says comes out of `events`, a queue, as (hand, event, seconds), the last time with None for an event.

    talk    its last lines, of events only what they were about
    code    its exit code once it has ended; negative for a signal, as subprocess has it
    """

    def __init__(self, n, words, events):
        """Start it.

        n        which of the workers it is
        words    argument list
        events   queue.Queue
        raises   OSError when it cannot be started
        """
        self.n, self.talk, self.code = n, deque(maxlen=REMEMBERED), None
        self._events, self._orders = events, queue.SimpleQueue()
        with _scratch() as (self.scratch, lock):
            self._process = _launch(words, self.scratch, lock)
        threads = [threading.Thread(target=call, daemon=True) for call in (self._speak, self._listen)]
        for thread in threads:
            thread.start()
        self._grave = threading.Thread(target=self._bury, args=(threads[1],), daemon=True)
        self._grave.start()

    def give(self, person, samples):
        """Give it samples of a person; never waits."""
        self._orders.put(json.dumps({"person": person, "samples": list(samples)}) + "\n")

    def close(self):
        """Let it go: it finishes the view in hand."""
        self._orders.put(None)

    def kill(self):
        """End it at once, and all that it has started."""
        if self.code is None:
            _end_group(self._process)

    def wait(self):
        """Wait for its end."""
        self._grave.join()

    def rss(self):
        """Return how many bytes of memory it holds, 0 when it is gone."""
        try:
            return psutil.Process(self._process.pid).memory_info().rss
        except psutil.Error:
            return 0

    def _speak(self):
        """Write orders as they come: a worker reads when it has time, and nobody else shall wait for that."""
        with contextlib.suppress(OSError):              # it is gone; _bury will say so
            while (line := self._orders.get()) is not None:
                self._process.stdin.write(line)
                self._process.stdin.flush()
        with contextlib.suppress(OSError):
            self._process.stdin.close()

    def _listen(self):
        """Pass on events with the time at which they were said."""
        for line in self._process.stdout:
            for event in (events := parse(line)):
                self._events.put((self, event, time.monotonic()))
            about = [f"[{event['event']} {event.get('key') or event.get('id') or ''}]" for event in events]
            self.talk.extend(about or [line.rstrip("\n")])

    def _bury(self, listener):
        """Wait for its end, end what it left running, remove what it left lying, and tell."""
        if hasattr(os, "waitid"):
            os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)     # while it is not buried its group's number is its own
            _end_group(self._process)
        self.code = self._process.wait()
        self._orders.put(None)
        listener.join()
        self._process.stdout.close()
        shutil.rmtree(self.scratch, ignore_errors=True)
        self._events.put((self, None, time.monotonic()))


def alive(number):
    """Tell whether there is a process with a number on this machine."""
    return psutil.pid_exists(number)


def sweep():
    """Remove the temporary folders of workers that are gone and whose driver was killed before it could."""
    for folder in Path(tempfile.gettempdir()).glob(f"{SCRATCH}*") if fcntl else ():
        with contextlib.suppress(OSError), open(folder / LOCK, "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)                    # fails while the worker lives: it holds it
            shutil.rmtree(folder, ignore_errors=True)


def _launch(words, scratch, lock):
    home = {name: str(scratch) for name in ("TMPDIR", "TEMP", "TMP")}
    return subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace",
        env=os.environ | home | {"PYTHONUNBUFFERED": "1"}, pass_fds=lock,
        start_new_session=os.name != "nt",                      # or Ctrl-C would reach it in the middle of a picture
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0))


@contextlib.contextmanager
def _scratch():
    """Make a folder and lock it for a process that inherits the lock: the folder, the file descriptors to pass on."""
    folder = Path(tempfile.mkdtemp(prefix="wince-new-"))
    if fcntl is None:
        yield folder, ()
        return
    with open(folder / LOCK, "wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        # Only now has it the name that `sweep` looks for: there is no moment at which it could be swept away unlocked.
        yield folder.rename(folder.with_name(folder.name.replace("wince-new-", SCRATCH))), (lock.fileno(),)


def _end_group(process):
    if os.name == "nt":
        process.kill()
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
