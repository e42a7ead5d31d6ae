"""What can be known to be wrong before Blender starts: the face pack, the people's files, the output folder, the key of --only.

Ranges, choices and expressions are refused when the config is read (`config`); which HDRIs there are, only Blender knows.
"""

from wince.core import identity, pack
from wince.job import expand, people, resume, textures

from . import launch


def check(job, orders):
    """Raise WinceError for the first thing that would stop the job at once.

    job      spec.Job
    orders   launch.Orders
    """
    launch.command("render.py", [], orders.blender)
    if orders.only:
        expand.only(expand.samples(job), orders.only)
    given = [identity.read(path) for path in job.people.identities]
    loaded = pack.load(job.pack)
    if job.people.textures:
        for who in given or people.of(job, loaded):
            textures.of(job.people.textures, who, hashed=False)
    resume.refuse_other_job(orders.out, job)
