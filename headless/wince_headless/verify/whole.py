"""A dataset folder, planned or not: people shared out to processes, what they find put together in order.

Everything is read back from the files and computed again; nothing is taken on trust. Memory holds one person per process, and the names of
the people that are there.
"""

from functools import partial
from itertools import pairwise
from pathlib import Path

from wince.core import cameras
from wince.core.errors import WinceError
from wince.job import expand, layout, plan, rigs

from .. import dataset as datasets
from ..parallel import cores, in_order
from ..work import places, trouble
from . import planned, release
from .person import Task, look
from .report import CHECKS, Report
from .samples import RELEASE, Ground

FEW = 300                       # samples up to which starting processes takes longer than looking
OF_PLANS = ("plan", "done", "quarantine")
BESIDE = {layout.JOB, layout.ORIGIN, plan.PLAN, plan.INDEX, plan.LINES, places.STATE, places.TEXTURES, "identities", "farm",
          "index.html", "contact_sheet.png", "look_book.png", "au_sheet"}               # what may lie in a dataset's folder


def verify(folder, processes=None, progress=None):
    """Check a whole dataset folder, planned or not, or a release.

    folder      str or Path
    processes   how many; none: a process per core for larger sets. The report does not depend on it
    progress    called with (samples looked for, of how many)
    returns     Report
    raises      WinceError where there is neither, or its plan or release.json cannot be read
    """
    if release.holds(folder):
        return release.verify(folder, processes, progress)
    dataset = _opened(folder)
    opened = plan.read(dataset.folder) if plan.exists(dataset.folder) else None
    ground = ground_of(dataset, opened)
    report = Report(dataset.job.name, kind="plan" if opened else "folder", expected=opened.samples if opened else _expected(ground),
                    checks={check: words for check, words in CHECKS.items() if opened or check not in OF_PLANS})
    report.faults.extend(_beside(dataset, report))
    report.faults.extend(planned.whole(opened, dataset.origin) if opened else ())
    tasks = Tasks(ground, opened, report.faults, dataset.identities())
    processes = processes or (1 if report.expected <= FEW else cores())
    twins = Twins(ground.job)
    for found in in_order(partial(look, ground), tasks, processes):
        _take(report, found, twins)
        if progress:
            progress(report.looked, report.expected)
    return report


def _opened(folder):
    """Open a dataset; raises WinceError that names all there could be."""
    if not Path(folder, layout.JOB).is_file():
        what = "holds neither a dataset (no job.json) nor a release (no release.json)" if Path(folder).exists() else "is not there"
        raise WinceError(f"{folder} {what}: give a folder that `wince run`, `wince render` or `wince pack-dataset` wrote")
    return datasets.open_dataset(folder)


class Tasks:
    """The Tasks of a folder, person by person in the order of the plan or job, those that no job has at the end."""

    def __init__(self, ground, opened, faults, there):
        self._ground, self._opened, self._faults, self._there = ground, opened, faults, dict.fromkeys(there)
        self._given_up = {}
        for key in trouble.quarantined(ground.folder) if opened else ():
            tries = trouble.read(ground.folder, key)["tries"]
            self._given_up.setdefault(key.split("/")[0], {})[key] = tries[-1]["how"] if tries else ""

    def __iter__(self):
        for task in self._planned() if self._opened else map(Task, map(layout.person_name, expand.people(self._ground.job))):
            self._there.pop(task.name, None)
            yield task
        yield from (Task(name, known=False) for name in self._there)

    def _planned(self):
        """Yield the Tasks of a plan, shard by shard; faults of the plan itself go to the report."""
        last = -1
        for number in range(self._opened.shards):
            try:
                row, people = self._opened.row(number), self._opened.shard(number)
            except WinceError as error:
                self._faults.append(("plan", f"shard {number}", str(error)))
                self._there.clear()                                 # nobody knows whose folders these are
                continue
            self._faults.extend(_counted(number, row, people, last))
            last = people[-1]["number"] if people else last
            yield from self._shard(number, row, people)

    def _shard(self, number, row, people):
        mark = planned.mark(self._opened, number, row)
        marked = {person["id"]: {} for person in people}
        for path, facts in mark.files.items() if mark else ():
            if path.split("/")[0] in marked:
                marked[path.split("/")[0]][path] = facts
            else:
                self._faults.append(("done", path, f"stands in the mark of shard {number}, which has no such person"))
        self._faults.extend(mark.faults if mark else ())
        for line in people:
            yield Task(line["id"], True, line, marked[line["id"]] if mark else None, self._given_up.get(line["id"], {}))


class Twins:
    """Compares twins with whom they are twins of, people in order; remembers one person."""

    def __init__(self, job):
        self._job, self._first = job, None

    def faults(self, found):
        """Yield the faults of a person as a twin, or remember the person."""
        of = expand.twin_of(self._job, int(found.name[2:]))
        if not found.facts or not found.people:
            return
        if found.facts["twin_of"] != of:
            yield "person", found.name, f"is said to be a twin of {found.facts['twin_of'] or 'nobody'}, in the job of {of or 'nobody'}"
        if of is None:
            self._first = found
        elif self._first is not None and self._first.name == of:
            for name in ("fold10", "cell"):
                if found.facts[name] != self._first.facts[name]:
                    yield "person", found.name, (f"has {name} {found.facts[name]}, {of}, whose twin it is, has {self._first.facts[name]}: "
                                                 "twins share them")


def _take(report, found, twins):
    report.people += found.people
    report.samples += found.samples
    report.quarantined += found.quarantined
    report.looked += found.expected
    report.faults.extend(found.faults)
    report.faults.extend(twins.faults(found))


def ground_of(dataset, opened):
    """Return the Ground of a dataset; `opened` is its plan, or None."""
    job = opened.located if opened else dataset.job
    views = cameras.expand(rigs.resolve(job.cameras), job.seed)
    profile = (opened.facts.get("paint") or {}).get("profile") if opened else None
    return Ground(dataset.folder, job, dataset.origin, {camera.name: tuple(camera.resolution or job.render.resolution) for camera in views},
                  tuple(expand.expression_names(job)), tuple(expand.neutral_names(job)), RELEASE if profile == RELEASE else None,
                  opened is not None)


def _expected(ground):
    return len(expand.people(ground.job)) * len(ground.shown) * len(ground.sizes)


def _counted(number, row, people, last):
    """Yield the faults of a shard of the plan: people in order, as many as the index says."""
    if (row.people, row.samples) != (len(people), sum(1 for person in people for _ in plan.keys(person))):
        yield "plan", f"shard {number}", "has other people or samples than the index says: plan again into an empty folder"
    numbers = [last, *(person["number"] for person in people)]
    if any(later <= sooner for sooner, later in pairwise(numbers)):
        yield "plan", f"shard {number}", "has a person twice, or people out of order: plan again into an empty folder"


def _beside(dataset, report):
    """Yield the faults of what lies in the folder itself; what Wince does not know is noted, not a fault."""
    if not dataset.origin and dataset.identities():
        yield "origin", layout.ORIGIN, "is missing: nobody can tell which Blender and device made this; run the same command again"
    names = sorted(path.name for path in dataset.folder.iterdir() if not datasets.PERSON.fullmatch(path.name))
    for name in names:
        if name.endswith(layout.TEMPORARY):
            yield "foreign", name, "was left by a process that died while it wrote: delete it"
    if strange := [name for name in names if name not in BESIDE and not name.endswith(layout.TEMPORARY)]:
        more = f" and {len(strange) - 5:,} more" if len(strange) > 5 else ""
        report.notes.append(f"beside the dataset lie {', '.join(strange[:5])}{more}")
