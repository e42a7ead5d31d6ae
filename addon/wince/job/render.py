"""The loop: people, what they show, from where; each finished view goes to a thread that makes the files of it.

The order of the loop decides nothing: every draw has its own stream, and Cycles gets a seed per sample.
"""

import tempfile
from itertools import groupby
from pathlib import Path

from ..bridge import version
from ..bridge.version import MATERIAL_INDEX
from ..core import heatmap, pack
from ..core.face import FaceModel
from ..stage import device, lights, world
from ..stage.passes import BEARD, BROW, COVERAGE, HAIR
from . import disk, encode, exr, layout, png, record, resume
from .sitting import Sitting
from .studio import Studio
from .writer import Writer


def render(job, out, samples, say, stopped, owner="", again=False, threads=None):
    """Render samples into an output folder, and go on where an earlier run stopped.

    job      spec.Job
    out      path
    samples  list of expand.Sample, the views of an expression together, the expressions of a person together
    say      called with (event, **facts) for progress
    stopped  called before every view; True ends the work after the view in hand
    owner    str that no other process at this folder has at the same time
    again    render samples that are there, too
    threads  how many to use instead of the job's number, or None; it moves no pixel
    returns  True when all samples are there, False when it was stopped
    raises   WinceError for a job that cannot be rendered here
    """
    version.check()
    world.check(job.lighting)
    lights.check(job.lighting.lights)
    chosen = device.choose(job.render)
    loaded = pack.load(job.pack)
    resume.claim(out, job, origin(job, chosen, loaded), owner)
    todo = [sample for sample in samples if again or not resume.finished(out, sample.key)]
    begin(say, chosen, len(samples), len(samples) - len(todo))
    if len(todo) < len(samples):
        say("skip", count=len(samples) - len(todo), done=len(samples) - len(todo), total=len(samples))
    with tempfile.TemporaryDirectory(prefix="wince-") as scratch:
        shift = Shift(job, out, owner, record.constant_facts(job, chosen, loaded, version.name()))
        whole = not todo or shift.work(todo, len(samples), _sittings(shift, chosen, loaded, scratch, threads), say, stopped)
    say("done" if whole else "stopped", total=len(samples))
    return whole


def begin(say, chosen, total, done):
    """Say what is about to be rendered, and with what."""
    say("start", total=total, done=done, blender=version.name(), device=chosen.device, denoiser=chosen.denoiser)


def origin(job, chosen, loaded):
    """Return what decides pixels and labels besides the job."""
    return {"engine": chosen.engine, "device": chosen.device, "denoiser": chosen.denoiser,
            "versions": record.versions(loaded.hash, heatmap.HEAT_VERSION, version.name())}


def _sittings(shift, chosen, loaded, scratch, threads):
    """Return the function person's number -> Session of a job, all in one studio."""
    model, studio = FaceModel(loaded), Studio(shift.job, chosen, loaded, scratch, threads)
    return lambda number: Sitting(shift.job, shift.out, shift.owner, studio, model, number)


class Shift:
    """One process's work at an output folder."""

    def __init__(self, job, out, owner, constant):
        self.job, self.out, self.owner, self.constant = job, Path(out), owner, constant

    def work(self, todo, total, session_of, say, stopped):
        """Render samples, person by person; return False when it was stopped before the last.

        session_of   person's number -> Session
        """
        with Writer() as writer:
            return self._work(todo, total, session_of, writer, say, stopped)

    def _work(self, todo, total, session_of, writer, say, stopped):
        done = total - len(todo)
        for number, of_person in groupby(todo, key=lambda sample: sample.person):
            session = session_of(number)
            for name, views in groupby(of_person, key=lambda sample: sample.expression):
                shown = None
                for sample in views:
                    if stopped():
                        return False
                    shown = shown or session.show(name, writer)
                    done += 1
                    shot = session.shoot(sample, shown, self.constant)
                    writer.do(self._finish, shot, say, {"key": sample.key, "done": done, "total": total})
        return True

    def _finish(self, shot, say, progress):
        """Turn a rendered view into files, the record last. Runs in the writer's thread."""
        layers = exr.read(shot.layers)
        index = next(layers[name] for name in MATERIAL_INDEX if name in layers)
        layers["seg"] = encode.classes(index, *(layers[name] for name in (BROW, HAIR, BEARD, COVERAGE)))
        files = encode.encode(layers, self.job.outputs, shot.shown.exposure, shot.view.R)
        if shot.picture is not None:
            files["rgb"] = ("rgb.png", png.strip(shot.picture.read_bytes()))
        facts = record.view_facts(shot.view, shot.shown.stance.face, layers["Depth"], shot.shown.stance.head, layers["seg"])
        self._write(shot.facts | facts | {"files": record.files_facts(files)}, files)
        for path in filter(None, (shot.layers, shot.picture)):
            path.unlink()
        say("view", **progress)

    def _write(self, facts, files):
        """Write a sample: away with the old record, then the files, then the new record."""
        folder = layout.sample_folder(self.out, facts["key"])
        (folder / layout.RECORD).unlink(missing_ok=True)
        disk.sweep(folder)
        for name, data in files.values():
            disk.write(folder / name, data, self.owner)
        disk.write(folder / layout.RECORD, record.to_bytes(facts), self.owner)
