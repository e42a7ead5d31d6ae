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
from ..release import archives, checksums, parts, reading, tars
from ..release.schemes import pain3d_names
from . import items, papers, tables
from . import pictures as sights
from .report import OF_RELEASES, Report
from .samples import MALFORMED

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
    report = Report(facts["name"], kind="release", expected=facts["items"], checks=dict(OF_RELEASES))
    processes = processes or (1 if facts["items"] <= FEW else cores())
    report.faults.extend(_summed(folder, processes))
    if facts["layout"] == archives.LAYOUT:
        report.faults.extend(_archived(folder, facts, report))
    else:
        _walk(folder, facts, report, processes, progress)
    report.faults.extend(tables.tables(folder, facts))
    report.faults.extend(papers.papers(folder, facts))
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
        yield "files", path, "is missing: copy the release again"
    for path in sorted(there - known.keys()):
        yield "files", path, "is no part of the release: take it away"
    both = sorted(known.keys() & there)
    for path, digest in zip(both, in_order(partial(_hash, folder), both, processes), strict=True):
        if digest != known[path]:
            yield "files", path, "was changed since it was packed: copy it again"


def _hash(folder, path):
    return checksums.sha256(folder / path)


def _walk(folder, facts, report, processes, progress):
    """Look at every item; what belongs together is compared as it comes, in the order of the release."""
    report.faults.extend(_counted(folder, facts))
    opened, ledger = reading.opened(folder), Ledger(folder, facts)
    lots = (items.Lot(folder, split, first, min(first + LOT, count)) for split in opened.splits
            for count in [_length(opened, split, report)] for first in range(0, count, LOT))
    for lot in in_order(items.look, lots, processes):
        for seen in lot:
            report.samples += 1
            report.faults.extend(seen.faults)
            report.faults.extend(ledger.add(seen))
        if progress:
            progress(report.samples, report.expected)
    report.faults.extend(ledger.close())
    report.people = len(ledger.splits)


def _length(opened, split, report):
    """Return how many items a split has; none where that cannot be read."""
    try:
        return len(opened.items(split))
    except items.UNREADABLE as error:
        report.faults.append(("files", split, f"its items cannot be read ({error})"))
        return 0


class Ledger:
    """What items say of each other: one person in one split, neutrals that are there, a line in map.csv each, licences that are told."""

    def __init__(self, folder, facts):
        self._folder, self._facts = folder, facts
        self.splits, self._twins, self._items, self._licences = {}, [], Counter(), set()
        self._person, self._keys, self._wanted = None, {}, []
        self._map = _lines(folder / parts.MAP)

    def add(self, seen):
        """Take an item; yield faults that it completes."""
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

    def close(self):
        """Yield what the whole shows."""
        yield from self._close_person()
        for twin, of in self._twins:
            if self.splits.get(of, self.splits[twin]) != self.splits[twin]:
                yield "splits", twin, f"is a twin of {of}, which is in {self.splits[of]}, and lies in {self.splits[twin]}"
        if next(self._map, None) is not None:
            yield "complete", parts.MAP, "has lines of items that are not there"
        yield from _told(self._facts, self._items, Counter(self.splits.values()))
        for licence in sorted({*self._licences, self._facts["licence"]}):
            name = "".join(letter if letter.isalnum() or letter in ".-" else "-" for letter in licence)
            if not (self._folder / "LICENSES" / f"{name}.txt").is_file():
                yield "papers", f"LICENSES/{name}.txt", f"is missing: {licence} is the licence of something in the release"

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
        for _ in range(2 if self._facts["scheme"] == "synpain" else 1):
            line = next(self._map, None)
            person = seen.sample.split("/")[0]
            if line is None or (line["key"], line["split"], line["sample"].split("/")[0]) != (seen.key, seen.split, person):
                yield "complete", seen.key, f"{parts.MAP} has no line of it in its place"
                return
            if line["part"] in ("", "expressive") and line["sample"] != seen.sample:
                yield "complete", seen.key, f"{parts.MAP} says it is {line['sample']}, the item {seen.sample}"


def _lines(path):
    return tables.lines(path) if path.is_file() else iter(())


def _told(facts, found, people):
    """Yield where release.json counts otherwise than there is."""
    for split, count in facts["splits"].items():
        for what, number in (("items", found[split]), ("people", people[split])):
            if count[what] != number:
                yield "complete", split, f"has {number:,} {what}, release.json says {count[what]:,}"
    if facts["items"] != found.total() or facts["people"] != people.total():
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
