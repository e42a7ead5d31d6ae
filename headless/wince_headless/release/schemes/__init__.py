"""What a release calls a sample, which files it has, and which labels: a scheme, opened for a job and a format, asked person by person.

    wince      everything, under our own names
    pain3d     3DPain's seven keys and file names (`3dpain`)
    synpain    SynPAIN's ids, neutral and expressive side by side

    pain3d_names, synpain_names    their names, both ways
    hot        heat in 3DPain's colours
    panels     two faces in one picture, and cut again
    jpeg       pictures as both sets have them

`pack` reads the people in order and asks twice. First `refused(person)`, from labels alone, no picture read: what the scheme cannot say,
and why; a pack with refusals stops with their counts, unless it may drop them. Then `say(person)`, which yields, sample by sample, what
goes into the release: an Item per picture; a Line for a table of the release (a split CSV, in the order of the people); an Extra for a
loose file.
The scheme neither writes nor keeps anything: a release's memory is one person, and people are shared out to processes.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol

from wince.core.errors import WinceError

MODULES = {"wince": "wince", "3dpain": "pain3d", "synpain": "synpain"}
FORMATS = ("webdataset", "parquet", "imagefolder")
IMAGE, BINARY = "image", "binary"                  # kinds of files: a picture that libraries decode; bytes that they do not


@dataclass(frozen=True)
class Person:
    """A person of a dataset, as a scheme sees them.

    folder    Path of the dataset
    name      id00003
    split     train, val, test
    place     the how-manieth person of the release it is, from 0, all splits together; people of whom nothing is said are not counted
    records   tuple of records, ordered by expression and view; quarantined and missing samples are not among them
    """

    folder: Path
    name: str
    split: str
    place: int
    records: tuple

    @property
    def number(self):
        """The person's own number: 3 for id00003; twins have their own."""
        return int(self.name[2:])

    def record(self, key):
        """Return the record with a key, None where there is none."""
        return next((record for record in self.records if record["key"] == key), None)

    def neutral(self, record):
        """Return the record of the aligned neutral of a record's view, of itself for a neutral; None where it is not there."""
        if record["expression_kind"] == "neutral":
            return record
        return next(filter(None, map(self.record, record["neutral_keys"])), None)

    def read(self, record, name):
        """Return the bytes of one of a record's files ("rgb", "heat", ...).

        raises   WinceError when the record has no such file, or its bytes are not those that were rendered
        """
        entry = record["files"].get(name)
        if entry is None:
            raise WinceError(f"{record['key']} has no {name}: render the set again with it among the config's outputs")
        path = self.folder / record["key"] / entry["path"]
        data = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(data).hexdigest() != entry["sha256"]:
            raise WinceError(f"{path} is not the file that was rendered: find all such with `wince verify {self.folder} --reopen`, then "
                             "run the same render again")
        return data


@dataclass(frozen=True)
class File:
    """A file of an item.

    role   one of the scheme's `roles`; the column's name in Parquet
    name   what follows the key and a dot: "rgb.png"; in loose folders as well, unless there is a path
    data   bytes, from `Person.read` or made
    path   where it lies in a loose release, below the split's folder or, when it begins with "/", below the release; none: KEY's own place
    """

    role: str
    name: str
    data: bytes
    path: str | None = None


@dataclass(frozen=True)
class Item:
    """A picture of the release.

    key    its name, no dots, no slashes
    files  tuple of File, the picture to look at first
    row    {column: plain value}, the columns of the scheme, none missing, none None: hubs guess types from the first rows
    ours   ((part, our key), ...) for map.csv: (("", "id00003/e02/frontal"),), or a neutral and an expressive part
    """

    key: str
    files: tuple
    row: dict
    ours: tuple


@dataclass(frozen=True)
class Extra:
    """A loose file of the release that belongs to no picture: an annotation per expression.  Its path is below the release's folder."""

    path: str
    data: bytes


@dataclass(frozen=True)
class Line:
    """A line of one of the scheme's tables."""

    table: str
    values: tuple


class Scheme(Protocol):
    """A scheme, opened: a class of its module called `Scheme`, made as Scheme(job, format); formats are checked before.

    name      as on the command line
    formats   those of FORMATS that it has
    usual     the one of them that is taken where none is asked for
    title     a word or two for the card
    about     sentences for the card: what the names mean, what the scheme cannot say
    loading   how to load it, for the card; empty: as everything of its layout
    roles     {role: (IMAGE or BINARY, words)} of the files, in the order of the columns; the first is the picture to look at
    columns   {column: (type, words)} of the rows: "string", "bool", "int8" to "int64", "float32", "float64"; [type] a list,
              {name: type} a struct
    tables    {path below the release: its header, a tuple}
    pairs     {role: column}: pictures that a column names by the key of another row of the same person, {"neutral": "neutral_key"}: Parquet
              and ImageFolder get a column of them
    folder    where loose pictures of all splits lie together; None: below data/ by split and person
    scale     about how many bytes the scheme makes of a byte that a sample has: by it people are cut into files
    limit     how many loose files a release in folders may have; None: their tools want it so, however many
    """

    name: str
    formats: tuple
    usual: str
    title: str
    about: tuple
    loading: str
    roles: dict
    columns: dict
    tables: dict
    pairs: dict
    folder: str | None
    scale: float
    limit: int | None

    def refused(self, person) -> dict:
        """Return {our key: reason} of the person's samples that cannot be said, from the records alone; reasons are counted as they are."""

    def lost(self, person) -> dict:
        """Return {words: count} of what is said, but with less than the records know: told, not refused."""

    def say(self, person) -> Iterator:
        """Yield Items, Lines and Extras of the person's samples that are not refused, in the order of the release."""


def find(name):
    """Return the class of a scheme.

    raises   WinceError when there is none of this name
    """
    if name not in MODULES:
        raise WinceError(f"--scheme {name}: there are {', '.join(MODULES)}")
    return import_module(f".{MODULES[name]}", __name__).Scheme


def opened(name, job, format):
    """Return a scheme, opened for a job (spec.Job) and a format.

    raises   WinceError when there is no such scheme, or it has no such format
    """
    scheme = find(name)
    if format not in scheme.formats:
        raise WinceError(f"--format {format}: the scheme {name} has {', '.join(scheme.formats)}")
    return scheme(job, format)
