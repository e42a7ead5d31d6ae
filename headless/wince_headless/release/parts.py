"""One file of a release, or one part of its loose files, written by a process on its own."""

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path

from . import imagefolder, parquet, samples, schemes, webdataset

WRITERS = {"webdataset": webdataset.Writer, "parquet": parquet.Writer, "imagefolder": imagefolder.Writer}
MAP, SAMPLES = "map.csv", "samples"
STEP = 7                               # from person to person: others of their expressions and views are shown
MAP_HEADER = ("key", "part", "split", "sample")


@dataclass(frozen=True)
class Order:
    """What a process needs to write a part, pickled.

    source   samples.Source
    wishes   pack.Wishes
    work     Path of the release to be
    part     survey.Part
    count    how many parts the split has
    loose    {place of a person: how many of its items to put into samples/ as well}
    """

    source: samples.Source
    wishes: object
    work: Path
    part: object
    count: int
    loose: dict


@dataclass
class Written:
    """What a part became.

    split, items, people   of it
    files                  [(path, sha256, bytes)] of everything that was written, samples/ included
    lines                  {path: bytes to append}: tables, metadata.jsonl
    names                  {role: name after the key} of the items' files, {"image": "rgb.png"}
    """

    split: str
    number: int
    items: int = 0
    people: int = 0
    files: list = field(default_factory=list)
    lines: dict = field(default_factory=dict)
    names: dict = field(default_factory=dict)

    @property
    def bytes(self):
        """Bytes of all its files."""
        return sum(size for *_, size in self.files)


def write(order):
    """Write a part; runs in a process.

    returns  Written
    raises   WinceError when a file is not the one that was rendered
    """
    clerk = Clerk(order)
    for name, below, place in order.part.people:
        clerk.person(name, below, place)
    return clerk.done()


class Clerk:
    """Writes a part, person by person, and keeps what else the release wants to know of it."""

    def __init__(self, order):
        wishes = order.wishes
        self._order, self._scheme = order, schemes.opened(wishes.scheme, order.source.job, wishes.format)
        self._writer = WRITERS[wishes.format](order.work, order.part, order.count, self._scheme)
        self._loose = imagefolder.Writer(order.work, order.part, order.count, self._scheme)
        self._tables = {}
        self._written = Written(order.part.split, order.part.number)

    def person(self, name, below, place):
        """Write a person."""
        records, *_ = samples.present(self._order.source.folder, [f"{name}/{key}" for key in below])
        person = schemes.Person(self._order.source.folder, name, self._order.part.split, place, tuple(records))
        wanted = _spread(self._order.loose.get(place, 0), len(records), place)
        for index, item in enumerate(self._writer.person(name, self._items(person))):
            self._note(item)
            if index in wanted:
                self._loose.alone(SAMPLES, item)
        self._written.people += 1

    def done(self):
        """Close everything and return the Written."""
        written = self._written
        self._writer.close()
        written.files += self._writer.files + self._loose.files
        written.lines = {path: to_csv(rows) for path, rows in self._tables.items()}
        if self._order.wishes.format == "imagefolder":
            written.lines[f"data/{written.split}/{imagefolder.METADATA}"] = imagefolder.to_lines(self._writer.lines)
        if self._loose.lines:
            written.lines[f"{SAMPLES}/{imagefolder.METADATA}"] = imagefolder.to_lines(self._loose.lines)
        return written

    def _items(self, person):
        """Yield a person's Items; lines and extras go where they belong."""
        for said in self._scheme.say(person):
            if isinstance(said, schemes.Item):
                yield said
            elif isinstance(said, schemes.Line):
                self._tables.setdefault(said.table, []).append(said.values)
            elif self._order.wishes.format == "imagefolder":
                self._writer.extra(said.path, said.data)

    def _note(self, item):
        self._written.items += 1
        self._written.names |= {file.role: file.name for file in item.files}
        if self._order.wishes.format == "webdataset":
            self._tables.setdefault(webdataset.LABELS, []).append(tuple(item.row[name] for name in webdataset.plain(self._scheme)))
        self._tables.setdefault(MAP, []).extend((item.key, part, self._written.split, key) for part, key in item.ours)


def to_csv(rows):
    """Return rows as bytes of CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _spread(wanted, count, place):
    """Return `wanted` places among `count`, evenly spread, and others for each person."""
    wanted = min(wanted, count)
    return {(place * STEP + index * count // wanted) % count for index in range(wanted)}
