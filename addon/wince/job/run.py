"""The job from the outside: words in, progress lines and an exit code out. The one place here that catches WinceError.

    render.py -- JOB.json --out DIR [--shard i/n] [--only KEY] [--threads N] [--leash]
    render.py -- TAKE.json --take --out DIR [--threads N] [--leash]

A take is one frame of an artist's .blend. On a leash (stdin is a pipe) it stops as by a signal when the other end lets go: the one way
to stop that every system has, and nothing is left running when who started it dies.

Exit codes: 0 done; 2 the input is wrong, one sentence says what; 3 a bug, with a traceback; 75 stopped by a signal, the same
command goes on. Progress is a line per event on stdout, `wince: ` and a JSON object; other lines are Blender's own.
"""

import argparse
import json
import os
import re
import signal
import sys
import threading
import traceback

from ..core.errors import WinceError
from . import check, expand, processors, spec

DONE, USER, BUG, STOPPED = 0, 2, 3, 75
MARK = "wince: "


def main(words=None):
    """Render a job.

    words    list of str after `--`; None takes them from the command line
    returns  exit code
    """
    return code_of(lambda: _run(_parse(ours(sys.argv) if words is None else words)))


def code_of(work):
    """Return the exit code of a function that returns one: what it raises is told, and has a code of its own."""
    try:
        return work()
    except WinceError as error:
        say("error", message=str(error))
        print(f"wince: error: {error}", file=sys.stderr, flush=True)
        return USER
    except Exception:                                     # the outermost frame: Blender's module would exit with 1
        traceback.print_exc()
        return BUG


def say(event, **facts):
    """Print one progress line."""
    sys.stdout.write(MARK + json.dumps({"event": event, **facts}) + "\n")      # one write: two threads speak
    sys.stdout.flush()


class Signals:
    """Notes SIGINT and SIGTERM, and the end of stdin, instead of dying of them; a second signal does what it always did."""

    KINDS = (signal.SIGINT, signal.SIGTERM)

    def __init__(self, leash=False):
        self.raised = False
        if leash:
            threading.Thread(target=self._hold, daemon=True).start()
        self._before = {}

    def __enter__(self):
        self._before = {kind: signal.signal(kind, self._note) for kind in self.KINDS}
        return self

    def __exit__(self, *_):
        for kind, handler in self._before.items():
            signal.signal(kind, handler or signal.SIG_DFL)

    def _hold(self):
        while os.read(0, 1):                              # not sys.stdin: its lock would be held when Python ends
            pass
        self.raised = True

    def _note(self, kind, frame):
        self.raised = True
        signal.signal(kind, signal.SIG_DFL)


def _run(words):
    """Do what the words say."""
    with Signals(words.leash) as signals:
        done = (_take if words.take else _job)(words, lambda: signals.raised)
    return DONE if done else STOPPED


def _job(words, stopped):
    """Render a job, or the part of it that is asked for."""
    job = spec.read(words.job)
    check.check(job, words.job)
    wanted, widen = _wanted(job, words), processors.narrow(words.threads)

    from . import render  # bpy only now: wrong words need no Blender
    try:
        owner = "{}-{}-{}".format(*words.shard, os.getpid())                # the same command may run twice
        return render.render(job, words.out, wanted, say, stopped, owner=owner, again=words.only is not None,
                             threads=words.threads, after_first=widen)
    finally:
        widen()


def _take(words, stopped):
    """Render a frame of a scene."""
    take = spec.read(words.job, spec.Take)
    check.check(take.job, words.job)

    from . import snapshot
    return snapshot.render(take, words.out, say, stopped, threads=words.threads)


def _wanted(job, words):
    """Return the samples that this process is to make."""
    everything = expand.samples(job)
    if words.only is None:
        return expand.shard(everything, *words.shard)
    return expand.only(everything, words.only)


def _parse(words):
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="render.py", description="Render a Wince job.")
    parser.add_argument("job", help="JOB.json or TAKE.json")
    parser.add_argument("--out", required=True, help="output folder")
    parser.add_argument("--shard", type=_shard, default=(0, 1), metavar="i/n", help="render part i of n, counted from 0")
    parser.add_argument("--only", metavar="KEY", help="render one sample again, such as id00003/e02/frontal")
    parser.add_argument("--threads", type=int, help="instead of the job's; 0: all")
    parser.add_argument("--take", action="store_true", help="the file describes a frame of a .blend, not a job")
    parser.add_argument("--leash", action="store_true", help="stop when stdin ends")
    return parser.parse_args(words)


def _shard(text):
    """Read "i/n"."""
    match = re.fullmatch(r"(\d+)/(\d+)", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not i/n, such as 0/4")
    return int(match[1]), int(match[2])


def ours(argv):
    """Return the words meant for us: after `--`, or, under the bpy module, after the script."""
    return argv[argv.index("--") + 1:] if "--" in argv else argv[1:]
