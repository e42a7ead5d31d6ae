"""How long `wince status` takes over a plan of many samples, in four states of its folder.

    python tests/benchmarks/status.py [samples, 100000 by default; the issue asks for 1000000 in at most 10 s] [folder for it]

The worst there is: every shard is begun, none has a mark, every folder is there and every second sample is.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "addon"), str(ROOT / "headless")]

from wince.job import expand, layout, spec  # noqa: E402
from wince_headless.plan import status, write  # noqa: E402
from wince_headless.work import places  # noqa: E402

EACH = 33                              # samples of a person: a neutral and ten expressions, seen from three sides


def planned(folder, samples):
    """Return a plan of about so many samples."""
    job = spec.Job(people=spec.People(count=max(1, samples // EACH)), expressions=spec.Expressions(pain=10))
    return write.plan(job, folder)


def render_half(plan):
    """Make the folders of all samples, and the record of every second one."""
    views, number = expand.view_names(plan.job), 0
    for person in expand.people(plan.job):
        for expression in expand.expression_names(plan.job):
            for view in views:
                folder = layout.sample_folder(plan.folder, layout.sample_key(layout.person_name(person), expression, view))
                folder.mkdir(parents=True)
                if number % 2:
                    (folder / layout.RECORD).touch()
                number += 1


def mark(plan, shards):
    """Mark shards as done."""
    for shard in shards:
        path = places.done(plan.folder, shard)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def seconds(plan, repeats=3):
    """Return (the first time that status takes, the best of some)."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        found = status.gather(plan)
        text = found.text()
        times.append(time.perf_counter() - start)
        assert text and found.done + found.missing == plan.samples
    return times[0], min(times)


def main():
    samples = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    folder = Path(tempfile.mkdtemp(prefix="wince-status-", dir=sys.argv[2] if len(sys.argv) > 2 else None))
    try:
        plan = planned(folder, samples)
        rows = [("nothing rendered", *seconds(plan))]
        render_half(plan)
        rows.append(("every second sample, no marks", *seconds(plan)))
        mark(plan, range(0, plan.shards, 2))
        rows.append(("the same, every second shard marked", *seconds(plan)))
        mark(plan, range(plan.shards))
        rows.append(("all shards marked", *seconds(plan)))
        print(f"{plan.samples:,} samples in {plan.shards:,} shards{'first s':>30}{'best s':>10}")
        for name, first, best in rows:
            print(f"{name:45}{first:10.2f}{best:10.2f}")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
