"""What differs between two datasets or releases: people, samples, splits, labels, pictures, versions.

Both are read side by side in the order of their people, one person at a time, so memory does not grow with them. Samples are found again by
their keys in the dataset, which every release keeps. Pictures and labels are compared as their records state them; whether the files are
those of the records is the business of `wince verify`. A release that keeps no records (3dpain, synpain) is compared by its rows and files
with another of its scheme, with anything else by people, samples and splits alone.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from functools import cached_property
from heapq import merge
from itertools import groupby
from pathlib import Path

from wince.core.errors import WinceError
from wince.job import layout, plan, resume, spec

from .. import dataset as datasets
from ..progress import plural
from . import reading, splits

EXAMPLES = 3                            # of every change
LISTED = 12                             # fields that the text spells out
RECORDS = "records"                     # what is compared where both have them
STATED = ("name", "scheme", "layout", "licence", "version", "folds", "items", "people", "left_out", "said_less")     # of release.json
SHARED = (layout.IDENTITY, layout.EXPRESSION)                        # files of a person beside the samples'


@dataclass
class Change:
    """What happened to one thing: how often, and where first, [[key, before, after]]."""

    count: int = 0
    examples: list = field(default_factory=list)

    def add(self, key, before=None, after=None):
        """Count one."""
        self.count += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append([key, before, after])


@dataclass
class Difference:
    """What differs; counts, and examples of each.

    before, after     names of the two
    people, samples   how many there are, [before, after]
    gone, new         {"people", "samples": Change}
    others            Change of people who are somebody else under the same id: nothing further of them is compared
    moved             {"train -> test": Change} of people
    labels, pictures  {dotted field or file: Change} of samples
    stated            [[what, before, after]] of job, origin, plan and release
    notes             sentences on what was not compared
    """

    before: str
    after: str
    people: list = field(default_factory=lambda: [0, 0])
    samples: list = field(default_factory=lambda: [0, 0])
    gone: dict = field(default_factory=lambda: {"people": Change(), "samples": Change()})
    new: dict = field(default_factory=lambda: {"people": Change(), "samples": Change()})
    others: Change = field(default_factory=Change)
    moved: dict = field(default_factory=dict)
    labels: dict = field(default_factory=dict)
    pictures: dict = field(default_factory=dict)
    stated: list = field(default_factory=list)
    notes: list = field(default_factory=list)

    @property
    def same(self):
        """Whether there is no difference."""
        counts = [change.count for changes in (self.gone, self.new, self.moved, self.labels, self.pictures) for change in changes.values()]
        return not self.stated and not self.others.count and not any(counts)

    def json(self):
        """Return it as plain JSON."""
        return {"format": "wince-diff-1", "same": self.same, **asdict(self)}

    def text(self):
        """Return it for a terminal."""
        people, samples = (" -> ".join(f"{count:,}" for count in dict.fromkeys(counts)) for counts in (self.people, self.samples))
        head = [f"{self.before} -> {self.after}: people {people}, samples {samples}"]
        if self.same:
            return "\n".join([*head, "no difference", *self._notes()])
        counted = [*_strangers(self.others), *_counted("gone", self.gone), *_counted("new", self.new), *_table("people moved", self.moved),
                   *_table("labels changed", self.labels), *_table("pictures changed", self.pictures)]
        stated = [f"  {what}: {_short(before)} -> {_short(after)}" for what, before, after in self.stated[:LISTED]]
        more = [f"  and {len(self.stated) - LISTED} more"] if len(self.stated) > LISTED else []
        return "\n".join([*head, *(["stated otherwise"] if stated else []), *stated, *more, *counted, *self._notes()])

    def _notes(self):
        return [f"note: {note}" for note in self.notes]


def diff(a, b, progress=None):
    """Compare two dataset folders or releases, in any mix.

    a, b       str or Path: before and after
    progress   called with (people compared) as it goes on
    returns    Difference
    raises     WinceError where one of them is neither, or a record is damaged
    """
    folds = _folds(a, b)
    one, other = Side(a, folds), Side(b, folds)
    found = Difference(Path(a).name, Path(b).name, stated=_stated(one, other), notes=_notes(one, other))
    for number, (before, after) in enumerate(_pairs(one.people(), other.people()), 1):
        _compare(found, before, after, one.kind == other.kind)
        if progress:
            progress(number)
    return found


@dataclass
class Person:
    """A person of one side.

    entries   {key: Entry}, in order
    shared    {path below the person: sha256} of files that samples share, {} where they are not there
    """

    name: str
    split: str
    entries: dict
    shared: dict = field(default_factory=dict)

    @property
    def number(self):
        """By what people are in order."""
        return int(self.name[2:])


class Entry:
    """A sample of one side: its labels and the hashes of its files, worked out when somebody asks."""

    def __init__(self, text, item=None, roles=()):
        self.text, self._item, self._roles = text, item, roles

    @cached_property
    def labels(self):
        """What is said of it, files aside."""
        return {name: value for name, value in self._said.items() if name != "files"}

    @cached_property
    def files(self):
        """{name: sha256} of its files."""
        if self._item is None:
            return {name: entry["sha256"] for name, entry in self._said.get("files", {}).items()}
        return {role: hashlib.sha256(self._item.file(role) or b"").hexdigest() for role in self._roles}

    @cached_property
    def _said(self):
        return json.loads(self.text)


class Side:
    """A dataset folder or a release, person by person."""

    def __init__(self, folder, folds):
        self.opened, self.folder, self._folds = reading.opened(folder), Path(folder), folds
        facts = self.opened.facts
        self.kind = RECORDS if not facts or facts["scheme"] == "wince" else facts["scheme"]

    def people(self):
        """Yield Persons in the order of their numbers.

        raises   WinceError when a release has them in another order, or a record is damaged
        """
        return self._released() if self.opened.facts else self._rendered()

    def _rendered(self):
        dataset = datasets.open_dataset(self.folder)
        for name in sorted(dataset.identities(), key=lambda name: int(name[2:])):
            paths = sorted(self.folder.glob(f"{name}/*/*/{layout.RECORD}"))
            entries = {path.parent.relative_to(self.folder).as_posix(): Entry(_text(path)) for path in paths}
            if entries:
                fold = next(iter(entries.values())).labels.get("fold10")
                yield Person(name, self._folds.get(fold, "none"), entries, _shared(self.folder / name))

    def _released(self):
        """Merge the splits: each has its people in order."""
        last = -1
        items = merge(*(self._split(split) for split in self.opened.splits), key=lambda known: known[0])
        for number, group in groupby(items, key=lambda known: known[0]):
            if number <= last:
                raise WinceError(f"{self.folder} has its people out of order: pack it again")
            last, own = number, sorted(group, key=lambda known: known[1])
            split = "+".join(sorted({split for _, _, split, _ in own}))
            yield Person(layout.split_key(own[0][1])[0], split, {key: entry for _, key, _, entry in own})

    def _split(self, split):
        """Yield (number of the person, key, split, Entry) of a split's items."""
        items = self.opened.items(split)
        roles = tuple(self.opened.facts["names"]) if self.kind != RECORDS else ()
        for place in range(len(items)):
            item = items[place]
            key = item.row["sample"]
            number = int(layout.split_key(key)[0][2:])
            yield number, key, split, Entry(item.row["record"]) if self.kind == RECORDS else Entry(_row(item.row), item, roles)


def _compare(found, before, after, alike):
    """Take one person, who may be missing on a side, into the Difference."""
    for side, person in enumerate((before, after)):
        found.people[side] += person is not None
        found.samples[side] += len(person.entries) if person else 0
    if before is None or after is None:
        where, person = (found.new, after) if before is None else (found.gone, before)
        where["people"].add(person.name)
        for key in person.entries:
            where["samples"].add(key)
        return
    if alike and (who := _strange(before, after)):
        found.others.add(before.name, *who)
        return
    if before.split != after.split:
        _add(found.moved, f"{before.split} -> {after.split}", before.name)
    for key in sorted(before.entries.keys() - after.entries.keys()):
        found.gone["samples"].add(key)
    for key in sorted(after.entries.keys() - before.entries.keys()):
        found.new["samples"].add(key)
    if alike:
        _compare_contents(found, before, after)


def _strange(before, after):
    """Return the names of two people under one id where they differ; records that are the same bytes are not read for it."""
    if next(iter(before.entries.values())).text == next(iter(after.entries.values())).text:
        return ()
    names = tuple(_named(person) for person in (before, after))
    return names if None not in names and names[0] != names[1] else ()


def _named(person):
    """Return whom the first and the last sample of a person show, None where they do not agree."""
    entries = list(person.entries.values())
    names = [entry.labels.get("person") for entry in (entries[0], entries[-1])]
    return names[0] if names[0] == names[1] and isinstance(names[0], str) else None


def _compare_contents(found, before, after):
    for key in before.entries:
        if key in after.entries:
            _compare_samples(found, key, before.entries[key], after.entries[key])
    for path in before.shared.keys() & after.shared.keys():
        if before.shared[path] != after.shared[path]:
            _add(found.pictures, path.rsplit("/", 1)[-1], f"{before.name}/{path}", before.shared[path], after.shared[path])


def _compare_samples(found, key, one, other):
    if one.text != other.text:                  # most records of two datasets are the same bytes
        for name, was, now in resume.differences(one.labels, other.labels):
            _add(found.labels, name, key, was, now)
    elif one._item is None:
        return
    for name in sorted(one.files.keys() | other.files.keys()):
        if one.files.get(name) != other.files.get(name):
            _add(found.pictures, name, key, one.files.get(name), other.files.get(name))


def _add(changes, what, key, before=None, after=None):
    changes.setdefault(what, Change()).add(key, before, after)


def _pairs(one, other):
    """Yield (person before, person after) by number, None where one side has no such person."""
    before, after = next(one, None), next(other, None)
    while before is not None or after is not None:
        first = after is None or (before is not None and before.number <= after.number)
        second = before is None or (after is not None and after.number <= before.number)
        yield before if first else None, after if second else None
        before = next(one, None) if first else before
        after = next(other, None) if second else after


def _folds(a, b):
    """Return {fold: split} by which people of a folder are split: as a release on the other side has it, else as usual."""
    said = [reading.opened(folder).facts.get("folds") for folder in (a, b)]
    return splits.parse(next(filter(None, said), None))


def _stated(one, other):
    """Return [[what, before, after]] of what both sides say as a whole."""
    found = []
    for name, read in (("job", _job), ("origin", _origin), ("plan", _plan), ("release", _release)):
        before, after = read(one), read(other)
        if before and after:
            found += [[f"{name}.{key}" if key else name, was, now] for key, was, now in resume.differences(before, after)]
    return found


def _job(side):
    """Return the job, of a release the one in its plan; None where there is none."""
    path = side.folder / layout.JOB
    if path.is_file():
        return json.loads(spec.to_json(spec.read(path)))
    planned = side.folder / plan.PLAN
    return datasets.read_json(planned)["job"] if planned.is_file() else None


def _origin(side):
    path = side.folder / layout.ORIGIN
    return datasets.read_json(path) if path.is_file() else None


def _plan(side):
    path = side.folder / plan.PLAN
    if not path.is_file():
        return None
    facts = datasets.read_json(path)
    return {name: facts.get(name) for name in ("hash", "fraction", "versions", "counts", "paint")}


def _release(side):
    facts = side.opened.facts
    licences = sorted(path.stem for path in side.folder.glob("LICENSES/*.txt"))
    return {name: facts.get(name) for name in STATED} | {"licences": licences} if facts else None


def _notes(one, other):
    if one.kind == other.kind:
        return []
    return [f"labels and pictures were not compared: one side has {one.kind}, the other {other.kind}"]


def _shared(folder):
    """Return {path below a person's folder: sha256} of what the samples share."""
    paths = [folder / layout.IDENTITY, *sorted(folder.glob(f"*/{layout.EXPRESSION}"))]
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths if path.is_file()}


def _text(path):
    """Return a record as text; raises WinceError where it is none."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if not text.rstrip().endswith("}"):
        raise WinceError(f"{path} is damaged: find all such with `wince verify`")
    return text


def _row(row):
    return json.dumps({name: value for name, value in row.items() if not name.endswith("file_name")}, sort_keys=True, default=str)


def _counted(word, changes):
    """Yield lines for what is gone or new."""
    for what, one in (("people", "person"), ("samples", "sample")):
        change = changes[what]
        if change.count:
            names = ", ".join(key for key, *_ in change.examples)
            yield f"{word}: {plural(change.count, one, what)}: {names}{', ...' if change.count > len(change.examples) else ''}"


def _strangers(change):
    """Yield the line for ids that are others' now."""
    if change.count:
        key, before, after = change.examples[0]
        yield (f"other people altogether: {plural(change.count, 'id is somebody', 'ids are somebody')} else ({key}: {before} -> {after}); "
               "their samples were not compared")


def _table(title, changes):
    """Yield lines for changes by what changed, the most frequent first."""
    order = sorted(changes.items(), key=lambda change: (-change[1].count, change[0]))
    if order:
        yield title
    for what, change in order[:LISTED]:
        key, before, after = change.examples[0]
        example = f"{key}: {_short(before)} -> {_short(after)}" if (before, after) != (None, None) else key
        yield f"  {what} ({change.count:,}), {example}"
    if len(order) > LISTED:
        yield f"  and {len(order) - LISTED} more"


def _short(value):
    """Return a value in few letters."""
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 30 else f"{text[:27]}..."


