"""What can be known to be wrong before Blender starts: the face pack, the people's files, the output folder, the key of --only.

Ranges, choices and expressions are refused when the config is read (`config`); which HDRIs there are, only Blender knows.
"""

from wince.core import identity, pack
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
    resume.refuse_other_job(orders.out, job)
    return _skins(job, given or people.of(job, loaded), orders.out) if job.people.textures else []


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
