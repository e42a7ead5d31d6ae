"""What can be known to be wrong before Blender starts: the face pack, the people's files, the output folder, the key of --only.

Ranges, choices and expressions are refused when the config is read (`config`). Which HDRIs there are is known where the Blender that will
render lies as it was unpacked; else Blender says it.
"""

import importlib.util
from pathlib import Path

from wince.core import hdris, identity, pack
from wince.job import expand, layout, people, resume, textures

from . import launch


def check(job, orders):
    """Raise WinceError for the first thing that would stop the job at once; return sentences about what may be wrong.

    job      spec.Job
    orders   launch.Orders
    """
    launch.command("render.py", [], orders.blender)
    if orders.only:
        expand.only(expand.samples(job), orders.only)
    given = [identity.read(path) for path in job.people.identities]
    loaded = pack.load(job.pack)
    if names := _worlds(orders.blender):
        hdris.refuse_unknown(job.lighting.worlds, names)
    resume.refuse_other_job(orders.out, job)
    return _skins(job, given or people.of(job, loaded), orders.out) if job.people.textures else []


def _worlds(blender):
    """Return {name: path} of the HDRIs of the Blender that will render, {} where its files lie elsewhere than in a download.

    blender  path of a program, or None for the bpy module of this Python; it is looked for and not loaded
    """
    if blender is None:
        found = importlib.util.find_spec("bpy")
        roots = found.submodule_search_locations or [] if found else []
    else:
        program = Path(blender).resolve()
        roots = [program.parent, program.parent.parent / "Resources"]        # as macOS has it
    return next(filter(None, (hdris.within(path) for root in roots for path in sorted(Path(root).glob("*/datafiles")))), {})


def _skins(job, crowd, out):
    """Look at the painted skins of a crowd; return what is doubtful about them."""
    failed = []
    for number, who in zip(expand.people(job), crowd, strict=True):
        texture = textures.of(job.people.textures, who, hashed=False)
        textures.refuse_other(out / layout.person_name(number) / textures.FACTS, texture)
        failed += [] if texture.facts["quality"]["passed"] else [who.id]
    if not failed:
        return []
    shown = ", ".join(failed[:3]) + (" ..." if len(failed) > 3 else "")
    return [f"{len(failed)} of these people wear skins that did not pass their verdict: {shown}; look at their {textures.PREVIEW}"]
