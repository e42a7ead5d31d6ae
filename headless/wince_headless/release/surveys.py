"""A first walk over a dataset, records only: what there is, what is missing, and who goes into which file of the release.

What was counted is one Counter whose keys begin with a word:

    ("people", split)   ("samples", split)   ("pspi", split, score)   ("kind", split, kind)   ("view", name)   ("size", width, height)
    ("cell", split, age, gender, group)      people                   ("painter", name, models)        people
    ("licence", what, licence)               ("version", what, version)       ("twins",)                     people
    ("lost", words): said with less than the records know
    ("missing",)   ("quarantined",)   ("refused", reason)
    ("unsaid", split): people of whom nothing can be said   ("unsplit",): people left out, their fold is in no split
"""

from collections import Counter
from dataclasses import dataclass, field

from ..parallel import in_order, worth
from . import samples, schemes

BATCH = 32                             # families that a process looks at in one go
RECORDS = 10_000                       # that a process reads while another starts, about
FLOAT = 4                              # bytes of a pixel of float heat
LABELS = 15_000                        # bytes of a sample's labels, about


@dataclass(frozen=True)
class Question:
    """What a process needs to look at people, pickled: source, wishes (pack.Wishes), families [[(name, keys)]]."""

    source: samples.Source
    wishes: object
    families: list


@dataclass
class Part:
    """A file of the release to be: of a split, its number there, and its people, [(name, keys below the person, place)]."""

    split: str
    number: int
    people: list = field(default_factory=list)
    bytes: int = 0


@dataclass
class Survey:
    """What was found: counts as above; parts by split in order."""

    counts: Counter
    parts: list

    def under(self, word):
        """Return {the rest of the key: count} for keys that begin with a word, sorted."""
        return {key[1:]: count for key, count in sorted(self.counts.items(), key=str) if key[0] == word}

    @property
    def people(self):
        """How many people the release has."""
        return sum(len(part.people) for part in self.parts)


def survey(source, wishes, processes=None, progress=None):
    """Look at every record once.

    source      samples.Source
    wishes      pack.Wishes
    progress    called with (people looked at)
    returns     Survey
    raises      WinceError when a record cannot be read
    """
    counts, cutter = Counter(), Cutter(wishes.shard_bytes)
    questions = (Question(source, wishes, batch) for batch in _batches(source.families(), BATCH))
    seen = 0
    for answers in in_order(look, questions, worth(processes, source.plan.samples if source.plan else 0, RECORDS)):
        for counted, split, people, size in answers:
            counts.update(counted)
            cutter.add(split, people, size)
            seen += len(people)
        if progress:
            progress(seen)
    return Survey(counts, cutter.parts())


class Cutter:
    """Cuts people into files: a file is closed before the family that would make it larger than it should be."""

    def __init__(self, size):
        self._size = size
        self._parts = {}
        self._patterns = {}            # what people have is mostly the same: kept once
        self._place = 0

    def add(self, split, people, size):
        """Put a family into the last file of its split; [(name, keys)], bytes."""
        if not people:
            return
        parts = self._parts.setdefault(split, [Part(split, 0)])
        if parts[-1].people and parts[-1].bytes + size > self._size:
            parts.append(Part(split, len(parts)))
        for name, keys in people:
            below = tuple(key.split("/", 1)[1] for key in keys)
            parts[-1].people.append((name, self._patterns.setdefault(below, below), self._place))
            self._place += 1
        parts[-1].bytes += size

    def parts(self):
        """Return the Parts, splits in alphabetical order."""
        return [part for split in sorted(self._parts) for part in self._parts[split]]


def look(question):
    """Return for each family of a Question (counts, split, [(name, keys that can be said)], bytes); runs in a process."""
    scheme = schemes.opened(question.wishes.scheme, question.source.job, question.wishes.format)
    return [_family(question, scheme, family) for family in question.families]


def _family(question, scheme, family):
    counts, said, size, split = Counter(), [], 0, None
    for name, keys in family:
        records, missing, quarantined = samples.present(question.source.folder, keys)
        counts[("missing",)] += len(missing)
        counts[("quarantined",)] += quarantined
        if not records:
            continue
        split = question.wishes.splits.get(records[0]["fold10"])
        if split is None:
            counts[("unsplit",)] += 1
            continue
        records = _sayable(scheme, schemes.Person(question.source.folder, name, split, 0, tuple(records)), counts)
        if not records:
            counts["unsaid", split] += 1
            continue
        said.append((name, [record["key"] for record in records]))
        size += round(scheme.scale * sum(map(_size, records)))
        _count(counts, split, records)
    return +counts, split, said, size


def _sayable(scheme, person, counts):
    refused = scheme.refused(person)
    counts.update(("refused", reason) for reason in refused.values())
    counts.update({("lost", words): count for words, count in scheme.lost(person).items()})
    return [record for record in person.records if record["key"] not in refused]


def _count(counts, split, records):
    who = records[0]
    cell, texture = who["cell"], who.get("texture") or {}
    models = "; ".join(f"{model['id']}@{model['revision']} ({model['licence']})" for model in texture.get("models", ()))
    counts["people", split] += 1
    counts[("twins",)] += bool(who.get("twin_of"))
    counts["cell", split, cell["age"], cell["gender"], cell["group"]] += 1
    counts["painter", texture.get("painter", "built-in"), models] += 1
    for model in texture.get("models", ()):
        counts["licence", f"skins: {model['id']}", model["licence"]] += 1
    for record in records:
        counts["samples", split] += 1
        counts["pspi", split, record["pspi"]] += 1
        counts["kind", split, record["expression_kind"]] += 1
        counts["view", record["view"]] += 1
        counts["size", record["camera"]["width"], record["camera"]["height"]] += 1
        counts.update(("licence", what, licence) for what, licence in record["licences"].items())
        counts.update(("version", what, str(version)) for what, version in record["versions"].items())


def _size(record):
    """Return about how many bytes a sample takes: what it has, its labels, and the float heat that most schemes make of it."""
    pixels = record["camera"]["width"] * record["camera"]["height"]
    return LABELS + sum(entry["bytes"] for entry in record["files"].values()) + ("heat_float" not in record["files"]) * FLOAT * pixels


def _batches(items, size):
    batch = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
