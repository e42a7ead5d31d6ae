"""How fast `wince verify` goes and how much memory it takes, against `sha256sum` of the same files.

    PYTHONPATH=addon:headless python tests/benchmarks/verify.py [PEOPLE] [SIZE]

Draws a dataset of PEOPLE (16) people, 3 expressions, 3 views of SIZE (384) pixels, and verifies it with one and two processes and with two
threads, which share the interpreter's lock. Then a set of 10^6 samples of which none is there: as many faults, and the memory they take.
"""

import importlib.util
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import psutil

from wince.job import spec
from wince_headless import dataset as datasets
from wince_headless import verify
from wince_headless.verify import person, whole

ROOT = Path(__file__).resolve().parents[1]
MILLION = 10**6


class Peak:
    """The highest memory of this process and its children, MB, while a block runs: what is theirs alone (USS), looked at often."""

    def __enter__(self):
        self.mb, self._stop = 0.0, threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        self._began = time.perf_counter()
        return self

    def _look(self):
        while not self._stop.wait(0.05):
            self.mb = max(self.mb, sum(map(_own, [psutil.Process(), *psutil.Process().children(recursive=True)])) / 1e6)

    def __exit__(self, *_):
        self.seconds = time.perf_counter() - self._began
        self._stop.set()
        self._thread.join()


def _own(process):
    try:
        return process.memory_full_info().uss
    except psutil.Error:
        return 0


def sketch():
    """Return the module that draws datasets."""
    found = importlib.util.spec_from_file_location("sketch", ROOT / "headless" / "sketch.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def in_threads(folder, count):
    """Verify with threads instead of processes; returns how many samples were seen."""
    dataset = datasets.open_dataset(folder)
    ground = whole.ground_of(dataset, None)
    with ThreadPoolExecutor(count) as pool:
        return sum(found.samples for found in pool.map(partial(person.look, ground), whole.Tasks(ground, None, [], dataset.identities())))


def pictures(folder, people, size):
    """Measure a drawn dataset."""
    sketch().dataset(folder, people=people, size=size)
    files = [str(path) for path in folder.rglob("*") if path.is_file()]
    print(f"{people * 9} samples of {size} px, {len(files)} files, {sum(map(lambda path: Path(path).stat().st_size, files)) / 1e6:.0f} MB")
    with Peak() as peak:
        subprocess.run(["sha256sum", *files], stdout=subprocess.DEVNULL, check=True)
    print(f"  sha256sum      {people * 9 / peak.seconds:8.0f} samples/s")
    for name, call in (("1 process", lambda: verify.verify(folder, 1)), ("2 processes", lambda: verify.verify(folder, 2)),
                       ("2 threads", lambda: in_threads(folder, 2))):
        with Peak() as peak:
            call()
        print(f"  {name:<14} {people * 9 / peak.seconds:8.0f} samples/s, {peak.mb:.0f} MB")


def nothing(folder):
    """Measure a job of a million samples of which none is there."""
    folder.mkdir()
    job = spec.Job(name="million", people=spec.People(count=MILLION // 40), expressions=spec.Expressions(pain=9),
                   cameras=("three_quarter_right", "frontal", "three_quarter_left", "profile_left"))
    (folder / "job.json").write_text(spec.to_json(job))
    with Peak() as peak:
        report = verify.verify(folder, 2)
        report.write(folder / "report.json")
    size = (folder / "report.json").stat().st_size / 1e6
    print(f"{report.expected:,} samples missing: {len(report.faults):,} faults in {peak.seconds:.0f} s, {peak.mb:.0f} MB, "
          f"report of {size:.0f} MB")


def main(people=16, size=384):
    folder = Path(tempfile.mkdtemp(prefix="wince-"))
    try:
        pictures(folder / "set", int(people), int(size))
        nothing(folder / "million")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
