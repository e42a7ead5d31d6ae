"""A packed release: files by their checksums, every item looked at again, numbers the same wherever they are said, people in one split.

Memory holds a few items per process, one person's keys, and the split of every person.
"""

import csv
import hashlib
import json
from collections import Counter
from functools import partial
from pathlib import Path

from wince.core.errors import WinceError
from wince.job import layout, plan

from ..release import archives, checksums, croissant, parts, reading, splits, tars
from ..release.parallel import cores, in_order
from ..release.schemes import pain3d_names
from . import items
from . import pictures as sights
from .report import CHECKS, Report
from .samples import MALFORMED, PRIVATE

WORDS = {
    "complete": "items, lines, cards and plan count alike; map.csv leads from every item to its sample",
    "files": "every file is there, with the hash in checksums.sha256, and no other",
    "splits": "every person is in one split, twins beside whom they are twins of, as the folds say",
    "papers": "card, licences and Croissant are there, valid, and say what is there",
}
OF_RELEASES = ("complete", "files", "splits", "pictures", "labels", "look", "heat", "links", "papers", "private", "licences")
LOT = 64                                # items that a process looks at in one go
FEW = 150                               # items up to which starting processes takes longer than looking
PAPERS = ("README.md", "00_README.txt", "CITATION.cff", croissant.NAME, reading.RELEASE, parts.MAP)
TEXTS = (".md", ".txt", ".cff", ".json", ".csv", ".jsonl")


def holds(folder):
    """Tell whether a folder holds a release, whole or not."""
    return Path(folder, reading.RELEASE).is_file() or (Path(folder, checksums.NAME).is_file() and not Path(folder, layout.JOB).is_file())


def verify(folder, processes=None, progress=None):
    """Check a release; arguments and result as `whole.verify` has them.

    raises   WinceError where release.json or checksums.sha256 are missing or damaged
    """
    folder = Path(folder)
    facts = _facts(folder)
    report = Report(facts["name"], kind="release", expected=facts["items"], checks={check: (CHECKS | WORDS)[check] for check in OF_RELEASES})
    processes = processes or (1 if facts["items"] <= FEW else cores())
    report.faults.extend(_summed(folder, processes))
    if facts["layout"] == archives.LAYOUT:
        report.faults.extend(_archived(folder, facts, report))
    else:
        _walk(folder, facts, report, processes, progress)
    report.faults.extend(_papers(folder, facts))
    return report


def _facts(folder):
    try:
        facts = json.loads((folder / reading.RELEASE).read_text(encoding="utf-8"))
        needed = {name: facts[name] for name in ("name", "items", "people", "splits", "folds", "scheme", "layout", "parts", "plan", "licence")}
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
    except (*MALFORMED, OSError, WinceError) as error:
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
        if person != self._person:
            yield from self._close_person()
            self._person = person
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
            if line is None or line["key"] != seen.key or line["split"] != seen.split or not line["sample"].startswith(f"{seen.sample.split('/')[0]}/"):
                yield "complete", seen.key, f"{parts.MAP} has no line of it in its place"
                return
            if line["part"] in ("", "expressive") and line["sample"] != seen.sample:
                yield "complete", seen.key, f"{parts.MAP} says it is {line['sample']}, the item {seen.sample}"


def _lines(path):
    return items.table(path) if path.is_file() else iter(())


def _told(facts, found, people):
    """Yield where release.json counts otherwise than there is."""
    for split, count in facts["splits"].items():
        for what, number in (("items", found[split]), ("people", people[split])):
            if count[what] != number:
                yield "complete", split, f"has {number:,} {what}, release.json says {count[what]:,}"
    if facts["items"] != found.total() or facts["people"] != people.total():
        yield "complete", reading.RELEASE, f"says {facts['items']:,} items and {facts['people']:,} people, there are {found.total():,} and {people.total():,}"


def _counted(folder, facts):
    """Yield files whose members are not as many as release.json says, or belong to no item."""
    for part in facts["parts"]:
        path = folder / part.get("path", "")
        if "path" not in part or not path.is_file():
            continue
        try:
            count = COUNTS[facts["layout"]](path)
        except Exception as error:                                      # noqa: BLE001 whatever a library says of a damaged file
            yield "files", part["path"], f"cannot be read ({error})"
            continue
        if count != part["items"]:
            yield "complete", part["path"], f"has {count:,} items, release.json says {part['items']:,}"


def _in_table(path):
    import pyarrow.parquet as pq

    return pq.ParquetFile(path).metadata.num_rows


COUNTS = {"webdataset": lambda path: len({name.partition(".")[0] for name, *_ in tars.members(path)}), "parquet": _in_table}
