"""Memory of one worker over 300 small views: resident megabytes after 30 views and at the end."""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "addon")]

from wince.job import spec  # noqa: E402

JOB = spec.Job(name="memory", people=spec.People(count=10), expressions=spec.Expressions(pain=9),
               render=spec.Render(resolution=(64, 64), samples=1, denoiser="none"))


def resident(pid):
    """Return the resident memory of a process, megabytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def main():
    with tempfile.TemporaryDirectory() as folder:
        job_file = Path(folder, "JOB.json")
        job_file.write_text(spec.to_json(JOB))
        command = [sys.executable, str(ROOT / "blender_scripts/render.py"), "--", str(job_file), "--out", str(Path(folder, "out"))]
        seen = []
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            for line in process.stdout:
                if '"event": "view"' in line:
                    seen.append(resident(process.pid))
    growth = seen[-1] - seen[29]
    print(f"{len(seen)} views   after 30: {seen[29]:.0f} MB   at the end: {seen[-1]:.0f} MB   growth {growth:.0f} MB (less than 100)")


if __name__ == "__main__":
    main()
