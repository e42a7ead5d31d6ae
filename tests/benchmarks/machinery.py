"""What the machinery costs: the share of a view's time outside Blender's renderer, person building, files, labels, protocol and all.

    machinery.py [--people 1] [--threads 2] [--resolution 512]

A worker renders whole people in the shape of pain3d, 11 expressions x 3 views at 16 samples; the first person is not counted (start-up,
kernels, the first build of the scene). A view's time goes from one `view` event to the next, so that nothing is left out. At most 10 %.
"""

import argparse
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "addon"), str(ROOT / "headless"), str(Path(__file__).parent)]

from served import Served, planned  # noqa: E402

from wince.job import plan, spec  # noqa: E402


def measure(resolution, people, threads, pain):
    """Return (seconds per view, seconds of it inside Blender's renderer, seconds of the first view of a person outside it)."""
    job = spec.Job(name="machinery", people=spec.People(count=people + 1), expressions=spec.Expressions(pain=pain),
                   render=spec.Render(resolution=(resolution, resolution), samples=16, device="cpu", denoiser="auto"))
    with tempfile.TemporaryDirectory() as folder:
        asked = planned(job, Path(folder, "plan"))
        worker = Served(asked, "one", threads)
        for shard in range(asked.shards):
            for person in asked.shard(shard):
                worker.order(person, list(plan.keys(person)))
        worker.wait()
    return summary(worker.events)


def summary(events):
    """Return what `measure` does, from [(seconds, event)] of a worker."""
    served = [at for at, event in events if event["event"] == "served"]
    views = [(at, event) for at, event in events if event["event"] == "view" and at > served[0]]
    wall, inside = served[-1] - served[0], sum(event["cycles"] for _, event in views)
    firsts = [event["seconds"] - event["cycles"] for _, event in views if event["key"].split("/")[1] == "e00"]
    return wall / len(views), inside / len(views), max(firsts)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=1)
    parser.add_argument("--pain", type=int, default=10, help="fewer are quicker, and a person's building weighs more")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--resolution", type=int, nargs="*", default=[512, 256])
    words = parser.parse_args()
    for resolution in words.resolution:
        wall, inside, person = measure(resolution, words.people, words.threads, words.pain)
        print(f"{resolution} px, {words.threads} threads: {wall:.3f} s/view, {inside:.3f} of it in Cycles: machinery "
              f"{1 - inside / wall:.1%} (at most 10 %), a new person costs {person:.2f} s", flush=True)


if __name__ == "__main__":
    main()
