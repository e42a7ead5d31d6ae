"""A worker that renders whoever it is told to, as long as it is told: one Blender, one studio, any people of a plan in any order.

    serve.py -- DIR --owner HOST-PID [--threads N] [--cores 0,1]

stdin, a line per person: {"person": the plan's line, "samples": [keys of those to do, in the plan's order]}.
stdout, lines `wince: ` and a JSON object:

    start    blender, device, denoiser       once, when the studio can be built
    begin    key                             before anything is done for a view, its person included
    view     key, cycles, seconds            it is on disk; seconds inside Blender's renderer, and from begin to here;
                                             with "placed": false where another worker's was there first and stays
    served   id                              all that was asked of a person is there
    error    message                         what the user has to mend

When stdin ends, or after SIGTERM or SIGINT, the view in hand is finished. Exit codes: 0 nothing was left to do; 2 see `error`; 3 a bug;
75 it was stopped. A killed worker has lost the view in hand, on a GPU perhaps the one before, nothing else.
"""

import argparse
import json
import os
import queue
import sys
import tempfile
import threading
import time

from ..core.errors import WinceError
from . import expand, layout, plan, processors
from .run import DONE, STOPPED, Signals, code_of, ours, say


def main(words=None):
    """Serve a plan.

    words    list of str after `--`; None takes them from the command line
    returns  exit code
    """
    words = _parse(ours(sys.argv) if words is None else words)
    widen = processors.pin(words.cores) if words.cores else processors.narrow(words.threads)      # before Blender computes anything
    return code_of(lambda: _serve(words, widen))


class Orders:
    """What comes in through stdin: `closed` once it has ended. Iterating gives orders until there will be no more, or it is stopped."""

    def __init__(self, signals):
        self.closed, self._signals, self._lines = False, signals, queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def stopped(self):
        """Tell whether the view in hand is the last."""
        return self.closed or self._signals.raised

    def __iter__(self):
        while not self._signals.raised:
            try:
                line = self._lines.get(timeout=0.2)       # not for ever: a signal has to be noticed
            except queue.Empty:
                continue
            if line is None:
                return
            if line.strip():
                yield _read(line)

    def _listen(self):
        """Read stdin; runs in a thread. Not through sys.stdin: its lock would be held when Python ends."""
        rest = b""
        while block := os.read(0, 1 << 16):
            *lines, rest = (rest + block).split(b"\n")
            for line in lines:
                self._lines.put(line)
        self.closed = True
        self._lines.put(rest)
        self._lines.put(None)


class Patient(Signals):
    """Signals that never kill: a cluster may send them to everybody, more than once."""

    def _note(self, kind, frame):
        self.raised = True


class Watch:
    """Seconds that were spent inside it; and the tally of views that tells of them."""

    def __init__(self):
        self._inside, self._since, self._begun, self._took = 0.0, 0.0, {}, {}

    def __enter__(self):
        self._since = time.perf_counter()

    def __exit__(self, *_):
        self._inside += time.perf_counter() - self._since

    def begin(self, key):
        """A view is next."""
        say("begin", key=key)
        self._begun[key], self._inside = time.perf_counter(), 0.0

    def rendered(self, key):
        """A view is rendered."""
        self._took[key] = self._inside

    def kept(self, key, placed=True):
        """A view is on disk; `placed` whether it is this worker's."""
        seconds = time.perf_counter() - self._begun.pop(key)
        say("view", key=key, cycles=round(self._took.pop(key), 4), seconds=round(seconds, 4), **({} if placed else {"placed": False}))


def _serve(words, widen):
    """Do all orders; return the exit code."""
    asked = plan.read(words.folder)
    from . import service  # bpy only now: a folder without a plan needs no Blender
    with Patient() as signals, tempfile.TemporaryDirectory(prefix="wince-") as scratch:
        with service.open_service(asked, words, scratch, Watch(), say, widen) as work:
            orders = Orders(signals)
            left = not all(work(person, samples, orders.stopped) for person, samples in orders)
        return STOPPED if left or signals.raised else DONE


def _read(line):
    """Return (person's line of the plan, [Sample]) of an order.

    raises   WinceError for a line that is none
    """
    try:
        order = json.loads(line)
        keys = [layout.split_key(key) for key in order["samples"]]
        number = int(order["person"]["id"].removeprefix("id"))
        if any(person != order["person"]["id"] for person, _, _ in keys):
            raise ValueError("samples of somebody else")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WinceError(f"an order to the worker is none ({error}): let `wince work` write them") from None
    return order["person"], [expand.Sample(number, expression, view) for _, expression, view in keys]


def _parse(words):
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="serve.py", description="Render people of a plan, as stdin asks for them.")
    parser.add_argument("folder", metavar="DIR", help="folder of the plan")
    parser.add_argument("--owner", default="0", help="a name that no other process at this folder has at the same time")
    parser.add_argument("--threads", type=int, help="instead of the job's; 0: all")
    parser.add_argument("--cores", type=_cores, metavar="0,1", help="processors to run on; where the system cannot do that, all")
    return parser.parse_args(words)


def _cores(text):
    """Read "0,1"."""
    return {int(word) for word in text.split(",")}
