"""A packed release: files by their checksums, every item looked at again, numbers the same wherever they are said, people in one split.

Memory holds a few items per process, one person's keys, and the split of every person.
"""

import gzip
import json
import tarfile
from collections import Counter
from functools import partial
from pathlib import Path

from wince.core.errors import WinceError
from wince.job import layout

from ..parallel import cores, in_order
from ..release import archives, checksums, needs, parts, reading, tars
from ..release.schemes import pain3d_names
from . import items, papers, tables
from . import pictures as sights
from .report import OF_RELEASES, Report
from .samples import MALFORMED, MISSING

NEEDED = ("name", "items", "people", "splits", "folds", "scheme", "layout", "parts", "plan", "licence")
LOT = 64                                # items that a process looks at in one go
FEW = 300                               # items up to which starting processes takes longer than looking


def holds(folder):
    """Tell whether a folder holds a release, whole or not."""
    return Path(folder, reading.RELEASE).is_file() or (Path(folder, checksums.NAME).is_file() and not Path(folder, layout.JOB).is_file())


def verify(folder, processes=None, progress=None):
    """Check a release; arguments and result as `whole.verify` has them.

    raises   WinceError where release.json or checksums.sha256 are missing or damaged
    """
    folder = Path(folder)
    items.forget()
    facts = _facts(folder)
    needs.check("verifying a release", *(() if facts["layout"] == archives.LAYOUT else ("mlcroissant",)), *needs.of_layout(facts["layout"]))
    report = Report(facts["name"], kind="release", expected=facts["items"], checks=dict(OF_RELEASES))
    processes = processes or (1 if facts["items"] <= FEW else cores())
    report.faults.extend(_summed(folder, processes))
    gone = {key for _, key, sentence in report.faults if sentence == MISSING}         # told once: what follows from it is not
    if facts["layout"] == archives.LAYOUT:
        report.faults.extend(_archived(folder, facts, report))
    else:
        _walk(folder, facts, report, gone, processes, progress)
    found = (*tables.tables(folder, facts), *papers.papers(folder, facts))
    report.faults.extend(fault for fault in found if fault[1:] not in {(path, MISSING) for path in gone})
    return report


def _facts(folder):
    try:
        facts = json.loads((folder / reading.RELEASE).read_text(encoding="utf-8"))
        needed = {name: facts[name] for name in NEEDED}
    except (OSError, *MALFORMED) as error:
        raise WinceError(f"{folder / reading.RELEASE} is damaged or missing ({error}): take it from where the release was made") from None
    if needed["scheme"] not in items.LOOKS or needed["layout"] not in (*reading.LAYOUTS, archives.LAYOUT):
        raise WinceError(f"{folder} is of scheme {needed['scheme']} and layout {needed['layout']}, which this Wince does not know")
    return facts


def _summed(folder, processes):
    """Yield the faults of the files by their checksums; hashes in parallel."""
    known = checksums.read(folder)
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {checksums.NAME}
    for path in sorted(known.keys() - there):
        yield "files", path, MISSING
    for path in sorted(there - known.keys()):
        yield "files", path, "is no part of the release: take it away"
    both = sorted(known.keys() & there)
    for path, digest in zip(both, in_order(partial(_hash, folder), both, processes), strict=True):
        if digest != known[path]:
            yield "files", path, "was changed since it was packed: copy it again"


def _hash(folder, path):
    return checksums.sha256(folder / path)


def _walk(folder, facts, report, gone, processes, progress):
    """Look at every item; what belongs together is compared as it comes, in the order of the release."""
    report.faults.extend(_counted(folder, facts))
    opened, ledger = reading.opened(folder), Ledger(folder, facts, gone)
    lots = (items.Lot(folder, split, first, min(first + LOT, count)) for split in opened.splits
            for count in [_length(opened, split, report, ledger)] for first in range(0, count, LOT))
    for lot in in_order(items.look, lots, processes):
        for seen in lot:
            report.samples += 1
            report.faults.extend(seen.faults)
            report.faults.extend(ledger.add(seen))
        if progress:
            progress(report.samples, report.expected)
    report.faults.extend(ledger.close())
    report.people = len(ledger.splits)


def _length(opened, split, report, ledger):
    """Return how many items a split has; none where that cannot be read."""
    try:
        return len(opened.items(split))
    except FileNotFoundError as error:
        report.faults.extend(ledger.lose(split, error.filename))
        return 0
    except items.UNREADABLE as error:
        report.faults.append(("files", split, f"its items cannot be read ({error})"))
        return 0


class Ledger:
    """What items say of each other: one person in one split, neutrals that are there, a line in map.csv each, licences that are told."""

    def __init__(self, folder, facts, gone):
        self._folder, self._facts, self._gone = folder, facts, gone
        self._lost = set()                                  # splits of which something is missing: they are not counted
        self.splits, self._twins, self._items, self._licences = {}, [], Counter(), set()
        self._person, self._keys, self._wanted = None, {}, []
        path = folder / parts.MAP                           # that it is missing is told once
        self._map = (line for line in tables.lines(path) if line["split"] not in self._unread) if path.is_file() else None
        self._unread = set()                                # splits that cannot be read at all

    def add(self, seen):
        """Take an item; yield faults that it completes."""
        if seen.gone:
            yield from self._miss(seen)
            if not seen.sample:
                return
        person = seen.sample.split("/")[0]
        self._items[seen.split] += 1
        self._licences.update(seen.licences)
        if (person, seen.split) != self._person:
            yield from self._close_person()
            self._person = person, seen.split
            if self.splits.setdefault(person, seen.split) != seen.split:
                yield "splits", seen.key, f"{person} is in {self.splits[person]} as well"
            if seen.twin_of:
                self._twins.append((person, seen.twin_of))
        if seen.key in self._keys:
            yield "complete", seen.key, "is there twice"
        self._keys[seen.key] = seen.is_neutral
        if seen.neutral_key:
            self._wanted.append((seen.key, seen.neutral_key))
        yield from self._mapped(seen)

    def lose(self, split, path):
        """Go on without a split whose labels are missing."""
        self._unread.add(split)
        self._lost.add(split)
        yield from self._missing(Path(path).relative_to(self._folder).as_posix())

    def _miss(self, seen):
        """Go on without an item that cannot be read, or not all of it."""
        yield from self._missing(seen.gone)
        if not seen.sample:
            self._lost.add(seen.split)
            self._pass_over()

    def _missing(self, path):
        if path not in self._gone:
            self._gone.add(path)
            yield "files", path, MISSING

    def _pass_over(self):
        """Leave out the lines of an item in map.csv."""
        for _ in range(self._parts):
            next(self._map or iter(()), None)

    @property
    def _parts(self):
        return 2 if self._facts["scheme"] == "synpain" else 1

    def close(self):
        """Yield what the whole shows."""
        yield from self._close_person()
        for twin, of in self._twins:
            if self.splits.get(of, self.splits[twin]) != self.splits[twin]:
                yield "splits", twin, f"is a twin of {of}, which is in {self.splits[of]}, and lies in {self.splits[twin]}"
        if self._map is not None and next(self._map, None) is not None:
            yield "complete", parts.MAP, "has lines of items that are not there"
        yield from _told(self._facts, self._items, Counter(self.splits.values()), self._lost)
        for licence in sorted({*self._licences, self._facts["licence"]}):
            name = "".join(letter if letter.isalnum() or letter in ".-" else "-" for letter in licence)
            path = f"LICENSES/{name}.txt"
            if path not in self._gone and not (self._folder / path).is_file():
                yield "papers", path, f"is missing: {licence} is the licence of something in the release"

    def _close_person(self):
        """Yield neutrals of the last person that are not there, or none."""
        for key, neutral in self._wanted:
            if neutral not in self._keys:
                yield "links", key, f"names {neutral} as its neutral, which is not in the release"
            elif not self._keys[neutral]:
                yield "links", key, f"names {neutral} as its neutral, which is none"
        self._keys, self._wanted = {}, []

    def _mapped(self, seen):
        """Compare an item with its lines in map.csv, one per part."""
        for _ in range(self._parts if self._map is not None else 0):
            line = next(self._map, None)
            person = seen.sample.split("/")[0]
            if line is None or (line["key"], line["split"], line["sample"].split("/")[0]) != (seen.key, seen.split, person):
                yield "complete", seen.key, f"{parts.MAP} has no line of it in its place"
                return
            if line["part"] in ("", "expressive") and line["sample"] != seen.sample:
                yield "complete", seen.key, f"{parts.MAP} says it is {line['sample']}, the item {seen.sample}"


def _told(facts, found, people, lost):
    """Yield where release.json counts otherwise than there is; splits of which something is missing have told so."""
    for split, count in facts["splits"].items():
        if split in lost:
            continue
        for what, number in (("items", found[split]), ("people", people[split])):
            if count[what] != number:
                yield "complete", split, f"has {number:,} {what}, release.json says {count[what]:,}"
    if not lost and (facts["items"] != found.total() or facts["people"] != people.total()):
        there = f"{found.total():,} and {people.total():,}"
        yield "complete", reading.RELEASE, f"says {facts['items']:,} items and {facts['people']:,} people, there are {there}"


def _counted(folder, facts):
    """Yield files whose members are not as many as release.json says, or belong to no item."""
    for part in facts["parts"]:
        path = folder / part.get("path", "")
        if "path" not in part or not path.is_file():
            continue
        try:
            count = COUNTS[facts["layout"]](path)
        except items.UNREADABLE as error:
            yield "files", part["path"], f"cannot be read ({error})"
            continue
        if count != part["items"]:
            yield "complete", part["path"], f"has {count:,} items, release.json says {part['items']:,}"


def _in_table(path):
    import pyarrow.parquet as pq

    return pq.ParquetFile(path).metadata.num_rows


COUNTS = {"webdataset": lambda path: len({name.partition(".")[0] for name, *_ in tars.members(path)}), "parquet": _in_table}


def _archived(folder, facts, report):
    """Yield the faults of 3DPain's folders packed in parts: members are read one after the other, nothing is unpacked."""
    for part in facts["parts"]:
        count = 0
        if not (folder / part["path"]).is_file():           # told by its checksum
            continue
        try:
            with tarfile.open(folder / part["path"], "r|gz") as tar:
                for member in tar:
                    count += 1
                    yield from _member(part["path"], member.name, tar.extractfile(member).read())
        except (*items.UNREADABLE, EOFError, gzip.BadGzipFile) as error:
            yield "files", part["path"], f"cannot be read ({error})"
            continue
        if count != part["items"]:
            yield "complete", part["path"], f"has {count:,} files, release.json says {part['items']:,}"
        if part["path"].startswith("images/"):
            report.samples += count
    report.people = facts["people"]


def _member(path, name, data):
    """Yield the faults of one file in a part."""
    if name.endswith("_annotations.json"):
        try:
            faults = list(items.seven(json.loads(data)))
        except MALFORMED as error:
            faults = [("labels", f"cannot be read ({error})")]
        yield from ((check, f"{path}/{name}", sentence) for check, sentence in faults)
    elif name.endswith((".jpg", ".png")) and sights.decode(data) is None:
        yield "pictures", f"{path}/{name}", "is no picture"
    elif name.endswith(".jpg"):
        try:
            pain3d_names.read(name)
        except WinceError as error:
            yield "labels", f"{path}/{name}", str(error)
