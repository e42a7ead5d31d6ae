"""What was looked at and what was wrong, as text and as JSON.

Faults are (check, key, sentence); the key is a sample's, a person's, or the path of a file below the folder. A million of them fit:
beyond a few thousand they wait in a temporary file.
"""

import json
import os
import shutil
import tempfile
import weakref
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from wince.core.errors import WinceError
from wince.job.layout import TEMPORARY

from ..progress import plural

FORMAT = "wince-report-1"
CHECKS = {                      # what is looked at, in the words of the report
    "complete": "every sample of the job is there",
    "files": "every file is there, with the bytes and the hash of its record",
    "pictures": "every picture has its size and is not blank",
    "labels": "PSPI, its terms and the action units agree, computed again",
    "look": "what covers the face is in the picture, tone and scale of the skin agree, painted skins are the ones named",
    "heat": "heat is zero on neutral faces, lies on skin, and is there where PSPI is",
    "links": "every record knows its neutrals",
    "person": "all samples of a person agree on who it is; twins share fold and cell",
    "origin": "everything comes from the one Blender, device and pack that the folder names",
    "plan": "the plan is whole, and every record says what its line of the plan says",
    "done": "shards that are marked done hold the files that were marked",
    "quarantine": "no sample was given up",
    "foreign": "nothing lies there that belongs to no sample",
    "private": "no path or machine of whoever made it is written down",
    "licences": "what is for release was painted by models on the allow list",
}
OF_RELEASES = {                 # the same of a release
    "complete": "items, lines, papers and plan count alike; map.csv leads from every item to its sample",
    "files": "every file is there, with the hash in checksums.sha256, and no other",
    "splits": "every person is in one split, twins beside whom they are twins of, as the folds say",
    "pictures": "every picture decodes and is not blank",
    "labels": "PSPI, its terms and the action units agree, computed again from the rows",
    "look": CHECKS["look"],
    "heat": CHECKS["heat"],
    "links": "every neutral that a row names is there, and neutral",
    "papers": "card, licences and Croissant are there, valid, and say what is there",
    "private": CHECKS["private"],
    "licences": CHECKS["licences"],
}
SHOWN = 60                      # faults that the report spells out
AT_HAND = 5_000                 # faults kept in memory
ALIKE = 3                       # faults with the same words that the text spells out; of more it names the first
WORDINGS = 1_000                # of faults that are counted


class Faults(Sequence):
    """A list of faults, (check, key, sentence) each, that goes on in a temporary file when it grows long."""

    def __init__(self, faults=()):
        self.wrong = Counter()                          # {check: how many}
        self.alike = {}                                 # {(check, sentence): [how many, the first key]}, of the first WORDINGS
        self._first, self._more, self._folder = [], None, None
        self.extend(faults)

    def append(self, fault):
        """Add one."""
        self.wrong[fault[0]] += 1
        self._count(*fault)
        if len(self._first) < AT_HAND:
            self._first.append(tuple(fault))
            return
        if self._more is None:
            self._folder = Path(tempfile.mkdtemp(prefix="wince-"))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
            self._more = open(self._folder / "faults.jsonl", "w", encoding="utf-8")
        self._more.write(json.dumps(fault) + "\n")

    def _count(self, check, key, sentence):
        if (known := self.alike.get((check, sentence))) is not None:
            known[0] += 1
        elif len(self.alike) < WORDINGS:
            self.alike[check, sentence] = [1, key]

    def told(self):
        """Yield lines about those at hand, in order; many in the same words are one line."""
        for check, key, sentence in self._first:
            count, first = self.alike.get((check, sentence), (1, key))
            if count <= ALIKE:
                yield 1, f"{key}: {sentence}"
            elif key == first:
                yield count, _many(count, key, sentence)

    def extend(self, faults):
        """Add several."""
        for fault in faults:
            self.append(fault)

    def __iter__(self):
        yield from self._first
        if self._more is not None:
            self._more.flush()
            with open(self._more.name, encoding="utf-8") as lines:
                yield from (tuple(json.loads(line)) for line in lines)

    def __len__(self):
        return self.wrong.total()

    def __getitem__(self, at):
        if isinstance(at, slice):
            return list(islice(self, *at.indices(len(self))))
        at = at + len(self) if at < 0 else at
        if not 0 <= at < len(self):
            raise IndexError(at)
        return self._first[at] if at < len(self._first) else next(islice(self, at, None))

    def __eq__(self, other):
        return len(self) == len(other) and all(mine == tuple(theirs) for mine, theirs in zip(self, other, strict=True))

    __hash__ = None

    def __repr__(self):
        return repr(self[:SHOWN])


@dataclass
class Report:
    """What was looked at and what was wrong.

    name, kind   of the dataset; "folder", "plan" or "release"
    people, samples, expected   how many people have samples, samples are there, samples there should be
    quarantined  how many of the missing ones were given up
    looked       how many of the expected ones were looked for until now
    faults       Faults: (check, key, sentence); a key is a sample's, a person's, or a path below the folder
    notes        sentences about what is no fault
    checks       {check: what it looks at, in words}: those that were made
    """

    name: str
    people: int = 0
    samples: int = 0
    expected: int = 0
    quarantined: int = 0
    looked: int = 0
    kind: str = "folder"
    faults: Faults = field(default_factory=Faults)
    notes: list = field(default_factory=list)
    checks: dict = field(default_factory=dict)

    def text(self):
        """Return the report for a terminal."""
        wrong = self.faults.wrong
        given_up = f", {self.quarantined:,} given up" if self.quarantined else ""
        head = f"{self.name}: {self.samples:,} of {self.expected:,} samples{given_up}, {plural(self.people, 'person', 'people')}"
        checks = [f"  {'FAULT' if wrong[check] else 'ok':<6}{words}{f' ({wrong[check]:,})' if wrong[check] else ''}"
                  for check, words in self.checks.items()]
        told = list(islice(self.faults.told(), SHOWN))
        faults, left = [f"  {line}" for _, line in told], len(self.faults) - sum(count for count, _ in told)
        more = [f"  and {left:,} more"] if left else []
        title = [f"\n{plural(len(self.faults), 'fault', 'faults')}"] if faults else []
        return "\n".join([head, *checks, *(f"  note: {note}" for note in self.notes), *title, *faults, *more])

    def facts(self):
        """Return everything but the faults as plain JSON."""
        checks = {check: {"looks_at": words, "faults": self.faults.wrong[check]} for check, words in self.checks.items()}
        return {"format": FORMAT, "name": self.name, "kind": self.kind, "people": self.people, "samples": self.samples,
                "expected": self.expected, "quarantined": self.quarantined, "ok": not self.faults, "checks": checks, "notes": self.notes}

    def json(self):
        """Return the whole report as plain JSON; for a million faults rather `write` it."""
        return self.facts() | {"faults": [_plain(fault) for fault in self.faults]}

    def write(self, path):
        """Write the report as JSON, a line per fault; memory does not grow with them.

        raises   WinceError when it cannot be written
        """
        path = Path(path)
        temporary = path.with_name(f".{path.name}{TEMPORARY}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(temporary, "w", encoding="utf-8") as file:
                file.writelines(self.lines())
            os.replace(temporary, path)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise WinceError(f"cannot write {path} ({error.strerror}): give another file with --json") from None

    def lines(self):
        """Yield the text of the JSON file."""
        yield json.dumps(self.facts(), indent=1)[:-2] + ',\n "faults": ['
        for place, fault in enumerate(self.faults):
            yield f"{',' if place else ''}\n  {json.dumps(_plain(fault), ensure_ascii=False)}"
        yield "\n ]\n}\n"


def _many(count, key, sentence):
    """Return one line for many faults in the same words."""
    if sentence.startswith("is missing"):
        noun = "files" if "." in key.rsplit("/", 1)[-1] else "samples"
        return f"{count:,} {noun} are missing, the first {key}{sentence.removeprefix('is missing')}"
    return f"{key} and {count - 1:,} more: {sentence}"


def read(path):
    """Yield the faults, (check, key, sentence), of a report that was written; one after the other.

    raises   WinceError where there is none
    """
    try:
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                if line.startswith('  {"check"'):
                    yield tuple(json.loads(line.rstrip(",\n")).values())
    except (OSError, ValueError) as error:
        raise WinceError(f"{path} cannot be read as a report ({error}): write it with `wince verify DIR --json {path}`") from None


def _plain(fault):
    return dict(zip(("check", "key", "fault"), fault, strict=True))
