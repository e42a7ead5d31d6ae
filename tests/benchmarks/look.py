"""What the full look costs: pictures at 512 x 512 against plain faces, building a person, and memory over many people.

Pictures: the same people, expressions, views, lights, samples and denoiser, full and plain in turn, each in a process of its own; a
process's first person does not count. Building: from an identity to a dressed face in the scene, in one process, first person apart.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "addon"), str(ROOT / "tests/benchmarks")]

from memory import resident  # noqa: E402

from wince.job import spec  # noqa: E402

ROUNDS, EXPRESSIONS, BUILT, MANY, STEP = 2, 4, 8, 250, 50
JOB = spec.Job(name="look", seed=4, people=spec.People(count=4), expressions=spec.Expressions(pain=EXPRESSIONS - 1), cameras=("frontal",),
               render=spec.Render(resolution=(512, 512), samples=16, denoiser="auto"))
CROWD = spec.Job(name="crowd", people=spec.People(count=MANY), expressions=spec.Expressions(pain=0), cameras=("frontal",),
                 render=spec.Render(resolution=(64, 64), samples=1, denoiser="none"))


def run(job, folder, seen):
    """Render a job by the real script, calling `seen(process)` at every view."""
    job_file = Path(folder, "JOB.json")
    job_file.write_text(spec.to_json(job))
    command = [sys.executable, str(ROOT / "blender_scripts/render.py"), "--", str(job_file), "--out", str(Path(folder, "out"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            if '"event": "view"' in line:
                seen(process)


def seconds_per_view(look):
    """Return seconds per view from the second person on, building included."""
    stamps = []
    with tempfile.TemporaryDirectory() as folder:
        run(replace(JOB, render=replace(JOB.render, look=look)), folder, lambda _: stamps.append(time.perf_counter()))
    return (stamps[-1] - stamps[EXPRESSIONS - 1]) / (len(stamps) - EXPRESSIONS)


def building():
    """Return seconds for each of some people, one after another in one studio; runs in a process of its own."""
    from wince.core import demographics, pack
    from wince.core.face import FaceModel
    from wince.job import studio
    from wince.stage import device

    loaded = pack.load()
    model, out = FaceModel(loaded), []
    with tempfile.TemporaryDirectory() as folder:
        room = studio.Studio(JOB, device.choose(JOB.render), loaded, folder)
        for number in range(BUILT):
            start = time.perf_counter()
            room.seat(model.person(demographics.sample(JOB.seed, number, JOB.people, loaded)))
            out.append(time.perf_counter() - start)
    return out


def crowd():
    """Print the memory of one process over many people: it must level off."""
    seen = []
    with tempfile.TemporaryDirectory() as folder:
        run(CROWD, folder, lambda process: seen.append(resident(process.pid)))
    marks = "   ".join(f"{count}: {seen[count - 1]:.0f}" for count in (10, *range(STEP, MANY + 1, STEP)))
    print(f"memory after so many people, MB   {marks}   growth from {STEP} on {seen[-1] - seen[STEP - 1]:.0f} MB")


def main():
    pairs = [(seconds_per_view("full"), seconds_per_view("plain")) for _ in range(ROUNDS)]
    ratios = [full / plain for full, plain in pairs]
    print(f"512 x 512, seconds a view   full {[round(f, 2) for f, _ in pairs]}   plain {[round(p, 2) for _, p in pairs]}")
    print(f"full / plain   {[round(r, 2) for r in ratios]}   median {statistics.median(ratios):.2f} (at most 2.5)")
    text = subprocess.run([sys.executable, __file__, "building"], stdout=subprocess.PIPE, text=True, check=True).stdout
    first, *rest = map(float, text.strip().splitlines()[-1].split())
    print(f"building a person   first {first:.2f} s   then median {statistics.median(rest):.2f} s, longest {max(rest):.2f} s (at most 3)")
    crowd()


if __name__ == "__main__":
    if sys.argv[1:] == ["building"]:
        print(*building())
    elif sys.argv[1:] == ["memory"]:
        crowd()
    else:
        main()
