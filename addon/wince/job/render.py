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


def render(job, out, samples, say, stopped, owner="", again=False, threads=None, after_first=None):
    """Render samples into an output folder, and go on where an earlier run stopped.

    job      spec.Job
    out      path
    samples  list of expand.Sample, the views of an expression together, the expressions of a person together
    say      called with (event, **facts) for progress
    stopped  called before every view; True ends the work after the view in hand
    owner    str that no other process at this folder has at the same time
    again    render samples that are there, too
    threads  how many to use instead of the job's number, or None; it moves no pixel
    after_first  called after the first render, or None
    returns  True when all samples are there, False when it was stopped
    raises   WinceError for a job that cannot be rendered here
    """
    version.check()
    world.check(job.lighting)
    lights.check(job.lighting.lights)
    chosen = device.choose(job.render)
    loaded = pack.load(job.pack)
    bound = origin(job, chosen, loaded)
    resume.begin(out, job, bound)
    todo = [sample for sample in samples if again or not resume.finished(out, sample.key)]
    begin(say, chosen, len(samples), len(samples) - len(todo))
    if len(todo) < len(samples):
        say("skip", count=len(samples) - len(todo), done=len(samples) - len(todo), total=len(samples))
    with tempfile.TemporaryDirectory(prefix="wince-") as scratch:
        shift = Shift(job, out, owner, record.constant_facts(job, chosen, loaded, version.name()), bound, again, after_first=after_first)
        tally = Tally(say, len(samples) - len(todo), len(samples))
        whole = not todo or shift.work(todo, sittings(shift, chosen, loaded, scratch, threads), tally, stopped)
    say("done" if whole else "stopped", total=len(samples))
    return whole


def begin(say, chosen, total, done):
    """Say what is about to be rendered, and with what."""
    say("start", total=total, done=done, blender=version.name(), device=chosen.device, denoiser=chosen.denoiser)


def origin(job, chosen, loaded):
    """Return what decides pixels and labels besides the job."""
    return {"engine": chosen.engine, "device": chosen.device, "denoiser": chosen.denoiser,
            "versions": record.versions(loaded.hash, heatmap.HEAT_VERSION, version.name())}


def sittings(shift, chosen, loaded, scratch, threads, watch=None):
    """Return the function person's number -> Session of a job, all in one studio.

    watch   context manager that is entered around every call of Blender's renderer, or None
    """
    model, studio = FaceModel(loaded), Studio(shift.job, chosen, loaded, scratch, threads)
    studio.shutter.watch = watch or studio.shutter.watch
    return lambda number: Sitting(shift.job, shift.out, shift.owner, studio, model, number)


class Tally:
    """Tells of finished views by their number."""

    def __init__(self, say, done, total):
        self._say, self._done, self._total = say, done, total

    def begin(self, key):
        """A view is next: nothing to tell."""

    def rendered(self, key):
        """A view is rendered: nothing to tell yet."""

    def kept(self, key, placed=True):
        """A view is on disk; `placed` whether it is this process's."""
        self._done += 1
        self._say("view", key=key, done=self._done, total=self._total)


class Shift:
    """One process's work at an output folder.

    constant      facts that are the same for all samples
    origin        what the folder is claimed with, before its first sample is put there
    again         render samples that are there, too
    planned       the job as the folder has it, where paths in it are relative
    after_first   called after the first render, or None
    """

    def __init__(self, job, out, owner, constant, origin, again=False, planned=None, after_first=None):
        self.job, self.out, self.owner, self.constant = job, Path(out), owner, constant
        self._papers, self._again, self._claimed, self._after_first = (planned or job, origin), again, False, after_first
        self._behind = 0 if constant["render"]["device"] == "CPU" else 1     # a processor renders and writes no faster at a time

    def work(self, todo, session_of, tally, stopped):
        """Render samples, person by person; return False when it was stopped before the last.

        todo         list of expand.Sample
        session_of   person's number -> Session
        tally        Tally, or what has its methods
        """
        with Writer() as writer:
            whole = self.go(todo, session_of, writer, tally, stopped)
        disk.sweep(self.out)
        return whole

    def go(self, todo, session_of, writer, tally, stopped):
        """Do what `work` does, with a writer that others use, too."""
        for number, of_person in groupby(todo, key=lambda sample: sample.person):
            session = None
            for name, views in groupby(of_person, key=lambda sample: sample.expression):
                shown = None
                for sample in views:
                    if stopped():
                        return False
                    if not self._again and resume.finished(self.out, sample.key):     # somebody else's work
                        continue
                    tally.begin(sample.key)
                    session = session or session_of(number)
                    shown = shown or session.show(name, writer)
                    shot = session.shoot(sample, shown, self.constant)
                    tally.rendered(sample.key)
                    self._once()
                    writer.do(self._finish, shot, tally)
                    writer.settle(self._behind)
        return True

    def _once(self):
        """Do what was asked for after the first render."""
        act, self._after_first = self._after_first, None
        if act is not None:
            act()

    def _finish(self, shot, tally):
        """Turn a rendered view into files. Runs in the writer's thread."""
        layers = exr.read(shot.layers)
        index = next(layers[name] for name in MATERIAL_INDEX if name in layers)
        layers["seg"] = encode.classes(index, *(layers[name] for name in (BROW, HAIR, BEARD, COVERAGE)))
        files = encode.encode(layers, self.job.outputs, shot.shown.exposure, shot.view.R)
        if shot.picture is not None:
            files["rgb"] = ("rgb.png", png.strip(shot.picture.read_bytes()))
        facts = record.view_facts(shot.view, shot.shown.stance.face, layers["Depth"], shot.shown.stance.head, layers["seg"])
        placed = self._keep(shot.facts | facts | {"files": record.files_facts(files)}, files)
        for path in filter(None, (shot.layers, shot.picture)):
            path.unlink()
        tally.kept(shot.facts["key"], placed)

    def _keep(self, facts, files):
        """Put a sample in its place, all files in one step; return False where another worker was quicker: its sample stays."""
        key, folder = facts["key"], layout.sample_folder(self.out, facts["key"])
        files = dict([*files.values(), (layout.RECORD, record.to_bytes(facts))])
        if self._again:
            disk.remove(folder, self.owner, self.out)
        while not disk.place(folder, files, self.owner, self.out, self._claim):
            if resume.finished(self.out, key):
                return False
            disk.remove(folder, self.owner, self.out)
        return True

    def _claim(self):
        """Take the output folder, once."""
        if not self._claimed:
            resume.claim(self.out, *self._papers, self.owner)
            self._claimed = True
