"""Who is in a job: drawn, or read from its identity files."""

from ..core import demographics, identity
from . import expand


def one(job, number, pack):
    """Return the Identity of a number of a job."""
    if not job.people.identities:
        return demographics.sample(job.seed, number, job.people, pack)
    return identity.read(job.people.identities[number - job.people.first])


def of(job, pack):
    """Yield the Identities of a job, in order."""
    for number in expand.people(job):
        yield one(job, number, pack)
