"""A dataset that wears painted skins of 2048 x 2048 against the same one in its built-in skins: seconds per view, in turn.

Two people, 6 views each at 256 x 256, 16 samples; the first view of each person, which builds it, is told apart from the rest.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "addon"), str(ROOT / "headless")]

from wince.core import pack  # noqa: E402
from wince.job import people, spec  # noqa: E402

ROUNDS = 3
JOB = spec.Job(name="painted", people=spec.People(count=2), expressions=spec.Expressions(pain=1),
               render=spec.Render(resolution=(256, 256), samples=16, denoiser="auto"))


def stamps(job, folder):
    """Return seconds from one view to the next, by the real command's progress lines: (of first views of a person, of the others)."""
    folder.mkdir(parents=True)
    file = folder / "JOB.json"
    file.write_text(spec.to_json(job))
    command = [sys.executable, str(ROOT / "blender_scripts/render.py"), "--", str(file), "--out", str(folder / "out")]
    first, rest, last, person = [], [], None, None
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            if not line.startswith("wince: ") or (event := json.loads(line[7:]))["event"] != "view":
                continue
            now, who = time.perf_counter(), event["key"].split("/")[0]
            if last is not None:
                (rest if who == person else first).append(now - last)
            last, person = now, who
    return first, rest


def main():
    """Print the table."""
    with tempfile.TemporaryDirectory() as scratch:
        skins = Path(scratch, "skins")
        _paint(skins)
        print(f"{'round':<8}{'built in':>12}{'painted':>12}{'ratio':>8}{'next person':>14}{'painted':>10}")
        ratios = []
        for number in range(ROUNDS):
            plain = stamps(JOB, Path(scratch, f"plain{number}"))
            worn = stamps(replace(JOB, people=replace(JOB.people, textures=str(skins))), Path(scratch, f"worn{number}"))
            a, b = statistics.median(plain[1]), statistics.median(worn[1])
            ratios.append(b / a)
            print(f"{number + 1:<8}{a:>10.3f} s{b:>10.3f} s{ratios[-1]:>8.3f}{plain[0][0]:>12.2f} s{worn[0][0]:>8.2f} s", flush=True)
        print(f"painted / built in, median of the rounds: {statistics.median(ratios):.3f}")


def _paint(skins):
    from wince_headless.paint import pipeline, run
    from wince_headless.paint.telling import Teller

    loaded = pack.load()
    run.paint(list(people.of(JOB, loaded)), loaded, run.Order(skins), pipeline.painter(run.settings(()), Teller()), Teller())


if __name__ == "__main__":
    main()
