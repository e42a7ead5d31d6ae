"""A job -> worker processes of Blender.  Workers share nothing but the output folder; each takes every n-th sample.

What a worker prints is a protocol: lines that begin with `wince: ` are JSON events, the rest is Blender talking.
"""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from wince.core.errors import WinceError
from wince.job import spec
from wince.job.child import parse

from . import exits

SCRIPTS = Path(__file__).resolve().parents[2] / "blender_scripts"
REMEMBERED = 30                 # lines of a worker's talk that are shown when it dies


@dataclass(frozen=True)
class Orders:
    """How a job is to be rendered on this machine: what the command line says beside the config.

    blender  path of a Blender program; None: the bpy module of this Python
    only     key of the one sample to render, `id00003/e02/frontal`
    """

    out: Path
    workers: int = 1
    blender: Path | None = None
    only: str | None = None


@dataclass
class Worker:
    """One Blender process, and what it has said."""

    number: int
    process: subprocess.Popen
    done: int = 0
    total: int = 0
    message: str = ""           # its own sentence about what went wrong
    talk: deque = field(default_factory=lambda: deque(maxlen=REMEMBERED))


def render(job, orders, progress):
    """Render a job with worker processes, and stop them cleanly on Ctrl-C or SIGTERM.

    job       spec.Job
    orders    Orders
    progress  called with (event, done, total) for every event of every worker; see progress.py
    returns   exit code, exits.DONE or exits.STOPPED
    raises    WinceError when the workers refuse the job; WorkerDied when one ends as it should not
    """
    events = queue.Queue()
    with _job_file(job) as path, _stop_signals() as stops:
        workers = [_start(number, path, job, orders, events) for number in range(orders.workers)]
        try:
            _follow(workers, events, stops, progress)
        finally:
            for worker in workers:
                worker.process.kill()           # harmless when it has ended
                worker.process.wait()
    return _verdict(workers, bool(stops))


class WorkerDied(Exception):
    """A worker ended as it should not: a bug in Wince, or the machine killed it."""

    def __init__(self, message, code):
        super().__init__(message)
        self.code = code


def command(script, words, blender=None):
    """Return the argument list that runs one of our Blender scripts with words of ours.

    script   file name in blender_scripts/
    words    list of str
    blender  path of a Blender program, or None for the bpy module of this Python
    raises   WinceError when the script or the program is not there
    """
    path = SCRIPTS / script
    if not path.is_file():
        raise WinceError(f"{path} is missing: install Wince from its own folder, with `make` or `pip install -e .`")
    if blender is None:
        return [sys.executable, str(path), "--", *words]
    if not os.access(blender, os.X_OK) or Path(blender).is_dir():
        raise WinceError(f"--blender {blender} is not a program: give the path of the blender executable itself")
    # The exit code comes before the script, or Blender ends a failing script with 0.
    return [str(blender), "-b", "--factory-startup", "--python-exit-code", str(exits.BUG), "--python", str(path), "--", *words]


def threads(job, workers):
    """Return how many threads each worker may use: the job's number, or an even share of the processors; 0 means all."""
    if job.render.threads or workers == 1:
        return job.render.threads
    return max(1, (os.cpu_count() or 1) // workers)


@contextlib.contextmanager
def _job_file(job):
    with tempfile.TemporaryDirectory(prefix="wince-") as folder:
        path = Path(folder, "JOB.json")
        path.write_text(spec.to_json(job), encoding="utf-8")
        yield path


@contextlib.contextmanager
def _stop_signals():
    """Collect Ctrl-C and SIGTERM in a list instead of dying of them."""
    stops = []
    before = {number: signal.signal(number, lambda *_: stops.append(True)) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stops
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _start(number, path, job, orders, events):
    words = [str(path), "--out", str(orders.out), "--shard", f"{number}/{orders.workers}", "--threads", str(threads(job, orders.workers))]
    if orders.only:
        words += ["--only", orders.only]
    process = subprocess.Popen(
        command("render.py", words, orders.blender), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        text=True, encoding="utf-8", errors="replace", env=os.environ | {"PYTHONUNBUFFERED": "1"},
        start_new_session=True)                 # or Ctrl-C would reach the worker too, in the middle of a picture
    worker = Worker(number, process)
    threading.Thread(target=_listen, args=(worker, events), daemon=True).start()
    return worker


def _listen(worker, events):
    """Pass on every line of a worker, and None when there are no more."""
    for line in worker.process.stdout:
        events.put((worker, line.rstrip("\n")))
    worker.process.wait()
    events.put((worker, None))


def _follow(workers, events, stops, progress):
    """Read what the workers say until all have ended; the first stop asks them to finish their picture, the second ends them."""
    running, heeded = len(workers), 0
    while running:
        if len(stops) > heeded:
            heeded = len(stops)
            _stop(workers, heeded, progress)
        try:
            worker, line = events.get(timeout=0.2)
        except queue.Empty:
            continue
        if line is None:
            running -= 1
            if worker.process.returncode == exits.USER:         # what one refuses, all refuse
                _signal(workers, signal.SIGTERM)
            continue
        found = parse(line)
        for event in found:
            _take(worker, event)
            progress(event, sum(w.done for w in workers), sum(w.total for w in workers))
        if not found:
            worker.talk.append(line)


def _stop(workers, times, progress):
    progress({"event": "stopping", "again": times > 1}, 0, 0)
    _signal(workers, signal.SIGTERM if times == 1 else signal.SIGKILL)


def _signal(workers, number):
    for worker in workers:
        if worker.process.poll() is None:
            worker.process.send_signal(number)


def _take(worker, event):
    worker.done = event.get("done", worker.done)
    worker.total = event.get("total", worker.total)
    if event["event"] == "error":
        worker.message = event.get("message", "")
    if "key" in event:
        worker.talk.append(f"[{event['event']} {event['key']}]")


def _verdict(workers, stopped):
    """Return the exit code of all workers together, or raise what the first that failed has to say."""
    codes = {worker.process.returncode: worker for worker in reversed(workers)}
    if refused := codes.get(exits.USER):
        raise WinceError(refused.message or "\n".join(refused.talk) or "Blender refused the job and did not say why")
    for code, worker in codes.items():
        if code not in (exits.DONE, exits.STOPPED) and not (stopped and code < 0):
            raise _death(worker, code)
    return exits.STOPPED if stopped or exits.STOPPED in codes else exits.DONE


def _death(worker, code):
    talk = "".join(f"\n    {line}" for line in worker.talk)
    if code == -signal.SIGKILL:
        return WorkerDied(f"worker {worker.number} was killed by the system, most likely for want of memory: the same command goes on; "
                          f"try fewer --workers.{talk}", exits.STOPPED)
    how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
    return WorkerDied(f"worker {worker.number} died ({how}): this is a bug in Wince or Blender. What it said last:{talk}", exits.BUG)
