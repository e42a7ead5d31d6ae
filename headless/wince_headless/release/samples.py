"""The samples of a dataset folder, planned or not, streamed person by person; what is missing, and why."""

from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from wince.job import expand, layout, plan

from .. import dataset as datasets
from ..work import places


@dataclass(frozen=True)
class Source:
    """A dataset to release: its folder, its job, its plan or None."""

    folder: Path
    job: object
    plan: object

    def families(self):
        """Yield whoever must stay together, people in order: [(name, [keys])], a person and its twins."""
        together = len(getattr(self.job.people, "twins", ())) + 1
        for _, family in groupby(self._people(), lambda person: int(person[0][2:]) // together):
            yield list(family)

    def _people(self):
        """Yield (name, keys) of everyone who should be there, in order of their numbers."""
        if self.plan is None:
            for number, samples in groupby(expand.samples(self.job), lambda sample: sample.person):
                yield layout.person_name(number), sorted(sample.key for sample in samples)
            return
        for shard in range(self.plan.shards):
            for person in self.plan.shard(shard):
                yield person["id"], sorted(plan.keys(person))

    def undone(self):
        """Return how many shards are not marked done; none where there is no plan."""
        return 0 if self.plan is None else sum(not places.done(self.folder, shard).is_file() for shard in range(self.plan.shards))


def opened(folder):
    """Open a dataset folder.

    raises   WinceError where there is none
    """
    dataset = datasets.open_dataset(folder)
    planned = plan.read(dataset.folder) if plan.exists(dataset.folder) else None
    return Source(dataset.folder, dataset.job, planned)


def exists(folder, key):
    """Tell whether a sample is there: its record is."""
    return layout.record_path(folder, key).is_file()


def read(folder, key):
    """Return a sample's record; raises WinceError when it cannot be read."""
    return datasets.read_json(layout.record_path(folder, key))


def present(folder, keys):
    """Return (records of the keys that are there, keys that are missing, how many of these are in quarantine), in order of the keys.

    raises   WinceError when a record cannot be read
    """
    there = {key: exists(folder, key) for key in keys}
    missing = [key for key in keys if not there[key]]
    return [read(folder, key) for key in keys if there[key]], missing, sum(places.trouble(folder, key).is_file() for key in missing)
