"""A release or a dataset folder, read back: every item by its number, whatever the layout.

    release = opened(folder)
    items = release.items("train")      # a sequence: len(items), items[7].row, items[7].file("image")
    for item in release.stream():       # every split, in order, a person at a time in memory

A row is what the scheme wrote. Files are asked for by role, as in the scheme and the card: "image", "heat", "heat_mm".
"""

import csv
import errno
import json
import os
import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

from wince.core.errors import WinceError
from wince.job import layout

from . import checksums, imagefolder, needs, samples, schemes, splits, tars, webdataset

RELEASE = "release.json"
EXPRESSIVE = re.compile(r"e(?!00$)")


@dataclass(frozen=True)
class Read:
    """An item: its labels, and its files when asked for.

    row      dict
    source   what `file(role)` is answered by
    """

    row: dict
    source: object

    def file(self, role):
        """Return the bytes of a file, by role; None where the item has none."""
        return self.source(role)


@dataclass(frozen=True)
class Opened:
    """A release or a dataset: its folder, release.json ({} for a dataset), and how its items are read."""

    folder: Path
    facts: dict

    @property
    def splits(self):
        """The names of its splits."""
        return tuple(self.facts["splits"]) if self.facts else splits.NAMES

    def items(self, split):
        """Return the items of a split, a sequence of Read.

        raises   WinceError when there is no such split
        """
        if split not in self.splits:
            raise WinceError(f"{self.folder} has no split {split!r}: it has {', '.join(self.splits)}")
        packed = self.facts.get("layout")
        if packed not in LAYOUTS:
            raise WinceError(f"{self.folder} is packed as {packed}: unpack its parts as their README.txt says, and read the folders")
        return LAYOUTS[packed](self.folder, self.facts, split)

    def stream(self):
        """Yield every item, splits in order."""
        for split in self.splits:
            items = self.items(split)
            yield from (items[index] for index in range(len(items)))


def opened(folder):
    """Open a release or a dataset folder.

    raises   WinceError when it is neither, or a release that is not whole
    """
    folder = Path(folder)
    if not (folder / RELEASE).is_file():
        samples.opened(folder)
        return Opened(folder, {})
    if not (folder / checksums.NAME).is_file():
        raise WinceError(f"{folder} is half a release ({checksums.NAME} is missing): copy it again, or pack again")
    return Opened(folder, json.loads((folder / RELEASE).read_text(encoding="utf-8")))


class _Parts:
    """Items of the files of a split, found by number; the first use of a file reads what is in it."""

    def __init__(self, folder, facts, split):
        self._folder, self._split, self._names = folder, split, facts["names"]
        self._parts = [part for part in facts["parts"] if part["split"] == split]
        self._starts = [0, *accumulate(part["items"] for part in self._parts)]

    def __len__(self):
        return self._starts[-1]

    def __getitem__(self, index):
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        index %= len(self)
        part = bisect_right(self._starts, index) - 1
        return self._item(self._folder / self._parts[part]["path"], index - self._starts[part])


class Tars(_Parts):
    """WebDataset: where a file lies in its tar is read from the headers, once per tar."""

    def _item(self, path, index):
        members = _index(path)[index]
        return Read(json.loads(_member(path, members, "json")), lambda role: _member(path, members, self._names.get(role)))

    def pairs(self):
        """Return {number of an expressive item: number of its neutral}."""
        with open(self._folder / webdataset.LABELS, encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["split"] == self._split]
        return _paired((row["key"], row["is_neutral"] == "True", row["neutral_key"]) for row in rows)


class Tables(_Parts):
    """Parquet: a row group is a person, and the last few are kept; labels are read without the pictures."""

    def _item(self, path, index):
        group, row = _place(path, index)
        labels = _labels(path, group)[row]
        return Read(labels, lambda role: _cell(_column(path, group, role)[row]) if role in _names(path) else None)

    def pairs(self):
        """Return {number of an expressive item: number of its neutral}."""
        return _paired(tuple(row.values()) for part in self._parts for row in _keys(self._folder / part["path"]))


class Loose:
    """ImageFolder: metadata.jsonl is read whole."""

    def __init__(self, folder, facts, split):
        self._base = folder / "data" / split
        with open(self._base / imagefolder.METADATA, encoding="utf-8") as file:
            self._lines = [json.loads(line) for line in file]

    def __len__(self):
        return len(self._lines)

    def __getitem__(self, index):
        line = self._lines[index]
        return Read(line, lambda role: self._read(line, role))

    def pairs(self):
        """Return {number of an expressive item: number of its neutral}."""
        return _paired((line["key"], line["is_neutral"], line["neutral_key"]) for line in self._lines)

    def _read(self, line, role):
        path = line.get("file_name") if role == "image" else line.get(f"{role}_file_name", line.get(role))
        return (self._base / path).read_bytes() if isinstance(path, str) else None


class Folders:
    """A dataset folder as it was rendered, in the words of the scheme wince; nothing is written."""

    def __init__(self, folder, facts, split):
        source, folds = samples.opened(folder), splits.parse()
        self._folder, self._split = source.folder, split
        self._scheme = schemes.opened("wince", source.job, "webdataset")
        self._keys = [key for family in source.families() for _, keys in family for key in self._there(keys, folds)]

    def _there(self, keys, folds):
        keys = [key for key in keys if samples.exists(self._folder, key)]
        return keys if keys and folds[samples.read(self._folder, keys[0])["fold10"]] == self._split else []

    def __len__(self):
        return len(self._keys)

    def __getitem__(self, index):
        record = samples.read(self._folder, self._keys[index])
        near = [samples.read(self._folder, key) for key in record["neutral_keys"] if samples.exists(self._folder, key)]
        person = schemes.Person(self._folder, record["identity"], self._split, 0, (record, *near))
        return Read(self._scheme.row(person, record), lambda role: self._scheme.file(person, record, role))

    def pairs(self):
        """Return {number of an expressive item: number of its neutral}; by name, records are not read."""
        def row(key):
            person, expression, view = layout.split_key(key)
            return key, not EXPRESSIVE.match(expression), layout.sample_key(person, layout.NEUTRAL, view)

        return _paired(map(row, self._keys))


LAYOUTS = {"webdataset": Tars, "parquet": Tables, "imagefolder": Loose, None: Folders}


def _paired(rows):
    """Return {number: number of its neutral} from (key, is_neutral, neutral_key) of all items, in order."""
    rows = list(rows)
    neutrals = {key: number for number, (key, is_neutral, _) in enumerate(rows) if is_neutral}
    return {number: neutrals[neutral] for number, (_, is_neutral, neutral) in enumerate(rows) if not is_neutral and neutral in neutrals}


@lru_cache(maxsize=64)
def _index(path):
    """Return [{member's name after the key: (offset, size)}] of a tar, in its order."""
    items = {}
    for name, offset, size in tars.members(path):
        key, _, below = name.partition(".")
        items.setdefault(key, {})[below] = (offset, size)
    return list(items.values())


def _member(path, members, name):
    return _slice(path, *members[name]) if name in members else None


def _slice(path, offset, size):
    with open(path, "rb") as file:
        file.seek(offset)
        return file.read(size)


@lru_cache(maxsize=16)
def _table(path):
    """Return (pyarrow's file, number of the first row of every row group and of none)."""
    needs.check("reading Parquet", "pyarrow")
    import pyarrow.parquet as pq

    if not path.is_file():                      # pyarrow would not say which
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))

    table = pq.ParquetFile(path, memory_map=True)
    groups = table.metadata.num_row_groups
    return table, [0, *accumulate(table.metadata.row_group(group).num_rows for group in range(groups))]


def _names(path):
    return _table(path)[0].schema_arrow.names


def _place(path, index):
    starts = _table(path)[1]
    group = bisect_right(starts, index) - 1
    return group, index - starts[group]


def _keys(path):
    return _table(path)[0].read(columns=["key", "is_neutral", "neutral_key"], use_threads=False).to_pylist()


@lru_cache(maxsize=8)
def _labels(path, group):
    table = _table(path)[0]
    names = [field.name for field in table.schema_arrow if not _is_bulky(field)]
    return table.read_row_group(group, columns=names, use_threads=False).to_pylist()


@lru_cache(maxsize=16)
def _column(path, group, role):
    return _table(path)[0].read_row_group(group, columns=[role], use_threads=False).column(0)


def _is_bulky(field):
    """Tell whether a column is a file: bytes, or a struct that has some."""
    return str(field.type) == "binary" or str(field.type).startswith("struct<bytes: binary")


def _cell(value):
    value = value.as_py()
    return value["bytes"] if isinstance(value, dict) else value
