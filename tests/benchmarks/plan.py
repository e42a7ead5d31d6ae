"""What planning costs: seconds, peak memory of all processes together, bytes on disk, and reading one shard, at 10^4 and 10^6 samples.

    python tests/benchmarks/plan.py [samples ...]        for example 10000000; the issue allows 500 MB and ten minutes for that
"""

import resource
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "addon"), str(ROOT / "headless")]

from wince.job import plan as plans  # noqa: E402
from wince.job import spec  # noqa: E402
from wince_headless.plan import write  # noqa: E402

EACH = 33                              # samples of a person: a neutral and ten expressions, seen from three sides
LOOK_EVERY = 0.05                      # seconds


class Memory:
    """The peak of the memory of this process and all below it: the sum of their resident sizes, shared pages counted by each."""

    def __init__(self):
        self.peak, self._end = 0, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        self._thread.join()

    def _watch(self):
        me = psutil.Process()
        while not self._end.wait(LOOK_EVERY):
            self.peak = max(self.peak, sum(map(_resident, [me, *me.children(recursive=True)])))


def _resident(process):
    try:
        return process.memory_info().rss
    except psutil.Error:
        return 0                       # it has just ended


def cpu_seconds():
    """Return the processor time of this process and its ended children."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def measure(samples):
    """Plan about so many samples; return a row of the table."""
    people = max(1, samples // EACH)
    job = spec.Job(people=spec.People(count=people), expressions=spec.Expressions(pain=10))
    folder = Path(tempfile.mkdtemp(prefix="wince-plan-"))
    try:
        with Memory() as memory:
            start, busy = time.perf_counter(), cpu_seconds()
            plan = write.plan(job, folder)
            took, busy = time.perf_counter() - start, cpu_seconds() - busy
        size = sum((folder / name).stat().st_size for name in (plans.PLAN, plans.INDEX, plans.LINES))
        return plan.samples, took, busy / people * 1000, memory.peak / 1e6, size / 1e6, reading(folder)
    finally:
        shutil.rmtree(folder)


def reading(folder, repeats=5):
    """Return the milliseconds of opening a plan and reading its last shard."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        plan = plans.read(folder)
        plan.shard(plan.shards - 1)
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


def main():
    sizes = [int(float(word)) for word in sys.argv[1:]] or [10_000, 1_000_000]
    print(f"{'samples':>12}{'seconds':>10}{'CPU ms a person':>18}{'peak MB':>10}{'on disk MB':>12}{'ms to read a shard':>20}")
    for samples, took, each, peak, disk, shard in map(measure, sizes):
        print(f"{samples:12,}{took:10.1f}{each:18.2f}{peak:10.0f}{disk:12.1f}{shard:20.1f}", flush=True)


if __name__ == "__main__":
    main()
