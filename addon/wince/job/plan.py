"""A plan, read: a dataset decided before anything is rendered. Written by `wince plan`, never changed.

    DIR/plan.json       the job, what it counts to, the versions that drew it, and the hash that names the plan
    DIR/plan.index      a fixed-width row per shard: where its text lies, how many people and samples it has, its sha256
    DIR/plan.jsonl.gz   a gzip member per shard, a JSON line per person; `zcat` reads it whole
    DIR/job.json        the job, as in every dataset folder; paths in it are relative to DIR

Reading a shard reads its row and its member, nothing else. A shard is whole people, twins beside whom they are twins of. A person's line:

    {"id": "id00003", "person": "s7-n000003-...", "number": 3, "cell": {...}, "fold10": 4, "twin_of": null, "age": 31.2, "gender": 0.11,
     "group": "White", "look": {...}, "texture": null, "views": ["frontal", ...],
     "shows": [{"name": "e01", "kind": "pain", "pain": true, "facs": "4C+6D", "pspi": 7, "seeds": [cycles' seed of each view]}, ...]}

The hash of a plan covers plan.json without itself, and through the index every byte of every line; it does not depend on how gzip packs.
"""

import gzip
import hashlib
import json
import os
import struct
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

from ..core.errors import WinceError
from . import layout, spec

FORMAT = "wince-plan-1"
PLAN, INDEX, LINES = "plan.json", "plan.index", "plan.jsonl.gz"
ROW = struct.Struct("<QQQI32s")                # offset and length in LINES, samples, people, sha256 of the unpacked text
VOUCHED = struct.Struct("<QI32s")              # what of a row the hash covers: where gzip has put it is another matter


@dataclass(frozen=True)
class Row:
    """A shard's row of the index."""

    offset: int
    length: int
    samples: int
    people: int
    sha256: bytes


@dataclass(frozen=True)
class Plan:
    """A plan: its folder, plan.json, the job it plans.

    facts   {"format", "hash", "job", "fraction", "shard_people", "versions", "counts": {"people", "twins", "samples", "shards"},
             "index_sha256", "paint", "identities_sha256", "cells"}: people without the twins; shard_people with them, of every shard
             but the last; the sha256 of all identity files, None where people are drawn; cells as `wince_headless.plan.cells.rows`,
             None where there are too many
    """

    folder: Path
    facts: dict
    job: spec.Job

    @property
    def hash(self):
        """The plan's name, 64 hexadecimal digits."""
        return self.facts["hash"]

    @property
    def shards(self):
        """How many shards there are."""
        return self.facts["counts"]["shards"]

    @property
    def samples(self):
        """How many samples there are in all."""
        return self.facts["counts"]["samples"]

    def row(self, number):
        """Return the Row of a shard; raises WinceError when there is no such shard."""
        return self.rows(number, 1)[0]

    def rows(self, first=0, count=None):
        """Return the Rows of `count` shards from `first` on, all by default.

        raises   WinceError when there is no such shard, or the index is damaged
        """
        count = self.shards - first if count is None else count
        if not 0 <= first <= first + count <= self.shards:
            raise WinceError(f"{self.folder} has no shard {first + count - 1}: it has {self.shards}, counted from 0")
        with open(self.folder / INDEX, "rb") as file:
            file.seek(first * ROW.size)
            data = file.read(count * ROW.size)
        if len(data) != count * ROW.size:
            raise WinceError(f"{self.folder / INDEX} is damaged: copy it from where the plan was made, or plan again into an empty folder")
        return [Row(*fields) for fields in ROW.iter_unpack(data)]

    def intact(self):
        """Tell whether the index is the one that was planned; every shard vouches for its own text when it is read."""
        try:
            return index_digest(self.rows()) == self.facts["index_sha256"]
        except WinceError:
            return False

    def shard(self, number):
        """Return a shard's people, the dictionaries described above.

        raises   WinceError when there is no such shard, or its text is not the one that was planned
        """
        row = self.row(number)
        try:
            text = gzip.decompress(self._packed(row))
        except (OSError, EOFError, zlib.error):
            text = b""
        if hashlib.sha256(text).digest() != row.sha256:
            raise WinceError(f"{self.folder / LINES} is damaged at shard {number}: copy it from where the plan was made")
        return [json.loads(line) for line in text.splitlines()]

    def _packed(self, row):
        """Return a shard's bytes; none where a damaged row points beyond the file, which may be for exabytes."""
        with open(self.folder / LINES, "rb") as file:
            if row.offset + row.length > file.seek(0, os.SEEK_END):
                return b""
            file.seek(row.offset)
            return file.read(row.length)

    @property
    def located(self):
        """The job with its paths made to start at the plan's folder."""
        def at(path):
            return None if path is None else str(self.folder / path)

        people = replace(self.job.people, identities=tuple(map(at, self.job.people.identities)), textures=at(self.job.people.textures))
        return replace(self.job, people=people, pack=at(self.job.pack))


def exists(folder):
    """Tell whether a folder holds a plan."""
    return Path(folder, PLAN).is_file()


def read(folder):
    """Open a plan; its shards are read when they are asked for.

    folder   path
    raises   WinceError when there is none, it is not of this kind, or it was changed since it was written
    """
    path = Path(folder, PLAN)
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WinceError(f"{folder} holds no plan ({PLAN} is missing): write one with `wince plan CONFIG --out {folder}`") from None
    except ValueError:
        raise WinceError(f"{path} is damaged: copy it from where the plan was made") from None
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise WinceError(f"{path} is no {FORMAT}: plan again with this Wince, into an empty folder")
    if facts.get("hash") != digest(facts):
        raise WinceError(f"{path} was changed since it was written, and a plan is never edited: plan anew into an empty folder")
    return Plan(Path(folder), facts, spec.from_json(json.dumps(facts["job"]), str(path)))


def digest(facts):
    """Return the hash of a plan: of plan.json without its hash; the index, and with it every line, is in there by its own."""
    text = json.dumps({key: value for key, value in facts.items() if key != "hash"}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def index_digest(rows):
    """Return the sha256 of an index, in hexadecimal digits: of VOUCHED of every row."""
    found = hashlib.sha256()
    for row in rows:
        found.update(VOUCHED.pack(row.samples, row.people, row.sha256))
    return found.hexdigest()


def keys(person):
    """Yield the keys of a planned person's samples, views within expressions."""
    for shown in person["shows"]:
        for view in person["views"]:
            yield layout.sample_key(person["id"], shown["name"], view)
