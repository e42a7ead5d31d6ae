"""Who is in a job: drawn, or read from its identity files."""

from ..core import demographics, identity
from . import dealing, expand


def one(job, number, pack):
    """Return the Identity of a number of a job."""
    if not job.people.identities:
        drawn, which = expand.source(job, number)
        return demographics.sample(job.seed, drawn, dealing.twin(job.people, which), pack)
    return identity.read(job.people.identities[number - job.people.first])


def fold10(job, who, number):
    """Return the fold10 of a number of a job: by place in its cell when drawn, by its own number when given; twins share it."""
    if job.people.identities:
        return demographics.fold10(who.seed, who.cell, who.number)
    cell, index = demographics.cell_of(job.people, job.seed, expand.source(job, number)[0])
    return demographics.fold10(job.seed, cell, index)


def of(job, pack):
    """Yield the Identities of a job, in order."""
    for number in expand.people(job):
        yield one(job, number, pack)
