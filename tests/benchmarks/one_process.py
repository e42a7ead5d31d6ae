"""Our loop against one Blender process per image: the same twelve samples, once in one process, once by --only each."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "addon")]

from wince.job import expand, spec  # noqa: E402

JOB = spec.Job(name="one_process", people=spec.People(count=2), expressions=spec.Expressions(pain=1),
               render=spec.Render(resolution=(256, 256), samples=16, denoiser="auto"))


def seconds(job_file, folder, *words):
    """Time one process."""
    start = time.perf_counter()
    command = [sys.executable, str(ROOT / "blender_scripts/render.py"), "--", str(job_file), "--out", str(folder), *words]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def main():
    keys = [sample.key for sample in expand.samples(JOB)]
    with tempfile.TemporaryDirectory() as folder:
        job_file = Path(folder, "JOB.json")
        job_file.write_text(spec.to_json(JOB))
        together = seconds(job_file, Path(folder, "together"))
        apart = sum(seconds(job_file, Path(folder, "apart"), "--only", key) for key in keys)
        same = all(_pictures(Path(folder, "together", key)) == _pictures(Path(folder, "apart", key)) for key in keys)
    print(f"{len(keys)} images   one process {together:.1f} s   one each {apart:.1f} s   {apart / together:.2f} times faster (at least 2)")
    print(f"same bytes: {same}")


def _pictures(folder):
    return [path.read_bytes() for path in sorted(folder.iterdir())]


if __name__ == "__main__":
    main()
