"""Damaged samples put back on the list of work: their records go, and the marks of their shards; pictures stay until they are made anew.

A sample exists when its record does, so without it the same command makes it again, and nothing else. Only what a fault names and the
job or plan knows is touched; what is foreign, given up or painted under a wrong licence is for people to decide.
"""

import re
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from wince.core.errors import WinceError
from wince.job import expand, layout, plan, textures

from .. import dataset as datasets
from ..progress import plural
from ..work import places, shards
from . import release
from .whole import ground_of

AGAIN = ("complete", "files", "pictures", "labels", "look", "heat", "person", "origin", "plan", "done", "private")   # rendering mends them
OF_PERSON = re.compile(r"(id\d{5,})/")
MARK = re.compile(rf"{places.STATE}/{places.DONE}/(\d{{5,}})\.json")


@dataclass
class Reopened:
    """What was put back: samples, marks of shards, the command that makes them again."""

    samples: int = 0
    marks: int = 0
    command: str = ""

    def text(self):
        """Return it as a sentence."""
        if not self.samples and not self.marks:
            return "nothing to put back: no fault is one that rendering again would mend"
        marks = f" and {plural(self.marks, 'shard', 'shards')}" if self.marks else ""
        return f"put back {plural(self.samples, 'sample', 'samples')}{marks}; make them again with `{self.command}`"


def reopen(folder, faults):
    """Put damaged samples back on the list of work.

    folder   str or Path of a dataset, planned or not
    faults   iterable of (check, key, sentence), as `verify` finds them or `report.read` reads them
    returns  Reopened
    raises   WinceError where there is no dataset, or a release
    """
    refuse_release(folder)
    dataset = datasets.open_dataset(folder)
    opened = plan.read(dataset.folder) if plan.exists(dataset.folder) else None
    place = Planned(opened) if opened else Unplanned(ground_of(dataset, None))
    done = Reopened(command=f"wince run {folder}" if opened else f"wince render CONFIG --out {folder}")
    keys = (key for check, key, _ in faults if check in AGAIN)
    for name, named in groupby(keys, lambda key: (OF_PERSON.match(key) or [None, None])[1]):
        if name is None:
            done.marks += sum(_unmarked(dataset.folder, opened, key) for key in set(named))
        else:
            _again(dataset.folder, place, name, set(named), done)
    return done


def refuse_release(folder):
    """Raise WinceError where a folder is a release: nothing in it can be made again in its place."""
    if release.holds(folder):
        raise WinceError(f"{folder} is a release, which cannot be reopened: pack it again from its dataset, or copy it again from where it "
                         "is whole")


class Planned:
    """The samples of a plan."""

    def __init__(self, opened):
        self._plan, self._shard = opened, (None, {})

    def keys(self, name):
        """Return a person's keys, in order; none where the plan has no such person."""
        number = self._number(int(name[2:]))
        if number != self._shard[0]:
            self._shard = number, {person["id"]: list(plan.keys(person)) for person in self._plan.shard(number)}
        return self._shard[1].get(name, [])

    def put_back(self, name, keys):
        """Take away the records of keys, and the mark of their shard; returns how many marks went."""
        was = places.done(self._plan.folder, self._shard[0]).exists()
        shards.reopen(self._plan, self._shard[0], keys)
        return int(was)

    def _number(self, wanted):
        """Return the number of the shard that has a person, if any has: people are in order of their numbers."""
        low, high = 0, self._plan.shards - 1
        while low < high:
            middle = (low + high + 1) // 2
            if self._plan.shard(middle)[0]["number"] <= wanted:
                low = middle
            else:
                high = middle - 1
        return low


class Unplanned:
    """The samples of a job."""

    def __init__(self, ground):
        self._ground, self._people = ground, expand.people(ground.job)

    def keys(self, name):
        """Return a person's keys, in order; none where the job has no such person."""
        if int(name[2:]) not in self._people or layout.person_name(int(name[2:])) != name:
            return []
        return [layout.sample_key(name, shown, view) for shown in self._ground.shown for view in self._ground.sizes]

    def put_back(self, name, keys):
        """Take away the records of keys; there are no marks."""
        for key in keys:
            layout.record_path(self._ground.folder, key).unlink(missing_ok=True)
        return 0


def _again(folder, place, name, named, done):
    """Put back what of a person is named: samples, or files that are written again with a sample."""
    keys = place.keys(name)
    found = {key for key in map(lambda path: _key(path, keys), sorted(named)) if key is not None}
    if not found:
        return
    if keys and f"{name}/{textures.FACTS}" in named:
        Path(folder, name, textures.FACTS).unlink(missing_ok=True)          # else whoever paints finds another skin there, and refuses
    there = [key for key in keys if key in found and layout.record_path(folder, key).is_file()]
    done.marks += place.put_back(name, there)
    done.samples += len(there)


def _key(path, keys):
    """Return the key of the sample that has to be made again for a path to be mended, or None where the job has no such path."""
    if path.endswith(f"/{layout.RECORD}"):
        path = path.rsplit("/", 1)[0]
    if path in keys:
        return path
    above, _, name = path.rpartition("/")
    shared = {layout.EXPRESSION: 2, layout.IDENTITY: 1, textures.FACTS: 1}     # how many names deep the folder of each lies
    if shared.get(name) != len(above.split("/")):
        return None
    return next((key for key in keys if key.startswith(f"{above}/")), None)


def _unmarked(folder, opened, key):
    """Remove the mark of a shard that is named itself; returns whether it did."""
    match = MARK.fullmatch(key)
    if opened is None or match is None or int(match[1]) >= opened.shards:
        return False
    path = places.done(folder, int(match[1]))
    there = path.exists()
    path.unlink(missing_ok=True)
    return there
