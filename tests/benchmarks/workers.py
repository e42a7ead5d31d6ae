"""Workers on one machine: one with one thread, one with two, two with one each; the same people.

    workers.py [--people 4] [--resolution 256]

Pictures per second are counted from a worker's first finished person to the moment when the first worker has nothing left to do, so that
start-up is out; the seconds beside them are end to end. Two workers of one thread: at least 1.8 times one, and at most 3 % behind one
worker of two threads.
"""

import argparse
import sys
import tempfile
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "addon"), str(ROOT / "headless"), str(Path(__file__).parent)]

from served import Served, planned  # noqa: E402

from wince.job import plan, spec  # noqa: E402
from wince_headless.work import cores  # noqa: E402

SETUPS = ((1, 1), (1, 2), (2, 1))              # workers, threads of each


def measure(asked, workers, threads):
    """Return (views per second of all workers while all were at work, seconds end to end)."""
    people, lock = [person for shard in range(asked.shards) for person in asked.shard(shard)], threading.Lock()
    places = cores.deal(workers, threads)
    served = [Served(asked, f"worker-{k}", threads, ",".join(map(str, places[k])) or None) for k in range(workers)]
    drivers = [threading.Thread(target=drive, args=(worker, people, lock)) for worker in served]
    for driver in drivers:
        driver.start()
    for driver in drivers:
        driver.join()
    return rate(served), max(worker.events[-1][0] for worker in served) - min(worker.begun for worker in served)


def drive(worker, people, lock):
    """Give a worker the next person whenever it has done one; runs in a thread."""
    done = 0
    while True:
        with lock:
            person = people.pop(0) if people else None
        if person is None:
            worker.end()
            return
        worker.order(person, list(plan.keys(person)))
        done += 1
        worker.until("served", done)


def rate(served):
    """Return views per second, of each worker from its first finished person to its last, added up."""
    total = 0.0
    for worker in served:
        ends = [at for at, event in worker.events if event["event"] == "served"]
        views = sum(event["event"] == "view" and ends[0] < at <= ends[-1] for at, event in worker.events)
        total += views / (ends[-1] - ends[0])
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=6, help="even, so that two workers end together")
    parser.add_argument("--resolution", type=int, default=256)
    parser.add_argument("--pain", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=1)
    words = parser.parse_args()
    job = spec.Job(name="workers", seed=1661, people=spec.People(count=words.people), expressions=spec.Expressions(pain=words.pain),
                   render=spec.Render(resolution=(words.resolution, words.resolution), samples=16, device="cpu", denoiser="auto"))
    for _ in range(words.rounds):
        found = {}
        for workers, threads in SETUPS:
            with tempfile.TemporaryDirectory() as folder:
                found[workers, threads] = measure(planned(job, Path(folder, "plan")), workers, threads)
            print(f"{workers} workers, {threads} threads each: {found[workers, threads][0]:.4f} views/s, "
                  f"{found[workers, threads][1]:.1f} s end to end", flush=True)
        one, wide, two = (found[setup] for setup in SETUPS)
        print(f"two workers / one of one thread: {two[0] / one[0]:.3f} (at least 1.8), end to end {one[1] / two[1]:.3f}\n"
              f"two workers / one of two threads: {two[0] / wide[0]:.3f} (at least 0.97), end to end {wide[1] / two[1]:.3f}", flush=True)


if __name__ == "__main__":
    main()
