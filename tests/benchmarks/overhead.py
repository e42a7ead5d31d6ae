"""A fully labelled view against a bare Cycles loop: the same scene, views, expressions, samples and denoiser, RGB only.

Both do 60 views at 256 x 256, 16 samples, a new expression every 3 views, in a process of its own, in turn; a view's time is
counted from the second expression on, so that start-up and the first build of the scene do not count. Print medians and ratios.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "addon")]

from wince.job import spec  # noqa: E402

ROUNDS, SKIP = 3, 3
JOB = spec.Job(name="overhead", people=spec.People(count=1), expressions=spec.Expressions(pain=19),
               render=spec.Render(resolution=(256, 256), samples=16, denoiser="auto"),
               lighting=spec.Lighting(worlds=("hdri:studio",)), outputs=("depth", "normal"))


def labelled(job_file, folder):
    """Return seconds per view of the real command, from its own progress lines."""
    command = [sys.executable, str(ROOT / "blender_scripts/render.py"), "--", str(job_file), "--out", str(folder)]
    stamps = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            if line.startswith("wince: ") and json.loads(line[7:])["event"] in ("view", "done"):
                stamps.append(time.perf_counter())
    views = len(stamps) - 1                                    # the last stamp is "done": everything is on disk
    return (stamps[-1] - stamps[SKIP - 1]) / (views - SKIP)


def bare(job_file, folder):
    """Return seconds per view of the bare loop, which runs below in a process of its own."""
    done = subprocess.run([sys.executable, __file__, "bare", str(job_file), str(folder)], stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout.strip().splitlines()[-1])


def bare_loop(job_file, folder):
    """Render the job's views as plain PNGs: what anybody would write by hand, over the scene that the job makes."""
    import bpy

    from wince.core.face import FaceModel
    from wince.core.pack import load
    from wince.job import expand, sitting, studio
    from wince.stage import cameras, device

    job = spec.read(job_file)
    pack = load()
    room = studio.Studio(job, device.choose(job.render), pack, folder)
    person = sitting.Sitting(job, Path(folder), "", room, FaceModel(pack), 0)
    person.light(())
    scene = bpy.context.scene
    _strip(scene)
    stamps = []
    for name, expression in expand.expressions(job, 0).items():
        room.face.set_aus(expression.aus)
        for view in person.views.values():
            cameras.place(scene, room.camera, view)
            scene.render.filepath = str(Path(folder, f"{name}-{view.name}.png"))
            bpy.ops.render.render(write_still=True)
            stamps.append(time.perf_counter())
    print((stamps[-1] - stamps[SKIP - 1]) / (len(stamps) - SKIP))


def _strip(scene):
    """Leave the picture alone: no passes, no AOVs, PNG."""
    from wince.bridge import version
    layer = scene.view_layers[0]
    for name in dir(layer):
        if name.startswith("use_pass_"):
            setattr(layer, name, name == "use_pass_combined")
    while layer.aovs:
        layer.aovs.remove(layer.aovs[0])
    version.write_png(scene.render.image_settings)


def main():
    rows = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            job_file = Path(folder, "JOB.json")
            job_file.write_text(spec.to_json(JOB))
            Path(folder, "bare").mkdir()
            rows.append((labelled(job_file, Path(folder, "out")), bare(job_file, Path(folder, "bare"))))
            print(f"labelled {rows[-1][0]:.3f} s/view   bare {rows[-1][1]:.3f} s/view   ratio {rows[-1][0] / rows[-1][1]:.3f}", flush=True)
    print(f"median ratio {statistics.median(a / b for a, b in rows):.3f}   (at most 1.05)")


if __name__ == "__main__":
    bare_loop(*sys.argv[2:]) if sys.argv[1:2] == ["bare"] else main()
