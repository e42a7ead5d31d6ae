"""A plan's people in one studio: each is derived anew from job and streams, compared with its line in the plan, and rendered."""

from contextlib import contextmanager

from ..bridge import version
from ..core import pack
from ..core.errors import WinceError
from ..stage import device, lights, world
from . import disk, expand, record, render, resume, textures
from .writer import Writer


@contextmanager
def open_service(asked, words, scratch, watch, say, after_first=None):
    """Give the function (person's line of the plan, samples, stopped) -> whether all are there; on leaving, all is on disk.

    asked        plan.Plan
    words        has `owner`, str that no other process at this folder has at a time, and `threads`, or None for the job's
    scratch      folder for what Blender writes
    watch        `serve.Watch`
    say          called with (event, **facts)
    after_first  called after the first render, or None
    raises       WinceError for a job that cannot be rendered here, or a folder that was begun with something else
    """
    job = asked.located
    version.check()
    world.check(job.lighting)
    lights.check(job.lighting.lights)
    chosen, loaded = device.choose(job.render), pack.load(job.pack)
    bound = render.origin(job, chosen, loaded)
    resume.begin(asked.folder, asked.job, bound)
    disk.sweep(asked.folder)
    say("start", blender=version.name(), device=chosen.device, denoiser=chosen.denoiser)
    constant = record.constant_facts(job, chosen, loaded, version.name())
    shift = render.Shift(job, asked.folder, words.owner, constant, bound, planned=asked.job, after_first=after_first)
    sitting_of = render.sittings(shift, chosen, loaded, scratch, words.threads, watch)
    with Writer() as writer:
        yield lambda line, samples, stopped: _serve(line, samples, stopped, shift, sitting_of, writer, watch, say)
    disk.sweep(asked.folder)


def _serve(line, samples, stopped, shift, sitting_of, writer, watch, say):
    """Do what is asked of one person."""
    def session_of(number):
        sitting = sitting_of(number)
        refuse_other(line, sitting)
        return sitting

    if not shift.go(samples, session_of, writer, watch, stopped):
        return False
    writer.settle()
    say("served", id=line["id"])
    return True


def refuse_other(line, sitting):
    """Raise WinceError when a person as derived here is not the one in the plan.

    line     dict, see `job.plan`
    sitting  Sitting
    """
    for what, planned, found in _compared(line, sitting):
        if planned != found:
            raise WinceError(f"{sitting.out} plans {what} = {planned!r} for {line['id']}, this Wince makes it {found!r}: "
                             f"work with the Wince that planned it, or plan again into an empty folder")


def _compared(line, sitting):
    """Yield (what, as planned, as found)."""
    yield "id", line["id"], sitting.name
    yield "person", line["person"], sitting.person.identity.id
    yield "views", list(line["views"]), list(sitting.views)
    yield "shows", [shown["name"] for shown in line["shows"]], list(sitting.expressions)
    for shown in line["shows"]:
        name = shown["name"]
        yield f"facs of {name}", shown["facs"], str(sitting.expressions[name].aus.rounded())
        seeds = [expand.cycles_seed(sitting.job, sitting.number, name, view) for view in sitting.views]
        yield f"seeds of {name}", list(shown["seeds"]), seeds
    if line.get("texture"):
        found = textures.cite(sitting.texture.facts) if sitting.texture else {}
        painted = line["texture"] if not line["texture"].get("planned") else {"painter": line["texture"]["painter"]}   # it was to come
        yield "texture", painted, {name: found.get(name) for name in painted}
