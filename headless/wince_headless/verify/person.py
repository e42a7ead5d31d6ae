"""One person of a dataset folder: every sample that is there, every one that should be, what lies between them."""

import json
import os
from collections import Counter
from dataclasses import dataclass, field

from wince.core import identity as identities
from wince.core.errors import WinceError
from wince.job import layout, plan, textures

from . import planned
from .report import CHECKS
from .samples import MALFORMED, REDO, sample, texture

SAME = ("person", "fold10", "cell", "twin_of")                 # of all records of a person, as are these of their demographics:
SAME_LOOK = ("iris",)                                          # and of their look, where records name it: older ones do not
SAME_OF = ("age", "gender", "group", "ancestry", "skin_target_lab")
ORDER = {check: place for place, check in enumerate(CHECKS)}


@dataclass(frozen=True)
class Task:
    """A person to look at.

    name      the folder's, id00003
    known     whether the job has this person
    line      of the plan, or None
    marked    {path below the folder: [bytes, sha256]} of the person's files in the mark of a shard that is done, or None
    given_up  {key: how it went last, in words} of samples in quarantine
    """

    name: str
    known: bool = True
    line: dict | None = None
    marked: dict | None = None
    given_up: dict = field(default_factory=dict)


@dataclass
class Result:
    """What was found; `facts` {of SAME: value} are what most records of the person say, {} where there are none."""

    name: str
    expected: int = 0
    samples: int = 0
    people: int = 0
    quarantined: int = 0
    faults: list = field(default_factory=list)
    facts: dict = field(default_factory=dict)


def look(ground, task):
    """Return the Result of a person.

    ground   samples.Ground
    """
    expected = _expected(ground, task)
    found = Result(task.name, len(expected))
    tree = Tree(ground.folder / task.name, task.name)
    records = _records(ground, task, tree, found)
    known = {key: record for key, record in records.items() if record is not None}
    found.people, found.samples = int(bool(known)), sum(key in expected for key in known)
    found.faults += [*_complete(ground, task, expected, records, found), *_links(ground, known), *_foreign(ground, tree, expected, known),
                     *_agree(known, found), *_identity(ground, task, tree, found)]
    if task.marked is not None:
        found.faults += planned.marked(ground.folder, task.marked, expected, known)
    found.faults.sort(key=lambda fault: (ORDER[fault[0]], fault[1]))
    return found


class Tree:
    """What lies in a person's folder, three levels deep: names only.

    samples       {key: set of file names}
    expressions   paths of the folders between
    loose         paths of the files beside all these
    """

    def __init__(self, folder, name):
        self.name, self.samples, self.expressions, self.loose = name, {}, set(), []
        for expression in self._folders(folder, name):
            self.expressions.add(f"{name}/{expression.name}")
            for view in self._folders(expression.path, f"{name}/{expression.name}"):
                key = f"{name}/{expression.name}/{view.name}"
                self.samples[key] = {entry.name for entry in os.scandir(view.path)}

    def _folders(self, folder, at):
        """Return the folders in a folder, sorted; the rest is loose."""
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except FileNotFoundError:
            return []
        self.loose += [f"{at}/{entry.name}" for entry in entries if not entry.is_dir()]
        return [entry for entry in entries if entry.is_dir()]


def _expected(ground, task):
    """Return the keys of a person's samples, in order, as a dict of nothing."""
    if not task.known:
        return {}
    if task.line is not None:
        return dict.fromkeys(plan.keys(task.line))
    return {layout.sample_key(task.name, name, view): None for name in ground.shown for view in ground.sizes}


def _records(ground, task, tree, found):
    """Return {key: what of the record the others need, None where it is damaged} of a person's samples; faults go where they belong."""
    records = {}
    for key in sorted(key for key, files in tree.samples.items() if layout.RECORD in files):
        try:
            text = layout.record_path(ground.folder, key).read_text(encoding="utf-8")
            record = json.loads(text)
        except (OSError, ValueError, RecursionError) as error:
            found.faults.append(("complete", key, f"{layout.RECORD} is damaged ({error}): {REDO}"))
            records[key] = None
            continue
        found.faults += sample(ground, key, record, text)
        found.faults += planned.against(task.line, key, record) if task.line is not None else ()
        records[key] = _slim(record)
    return records


def _slim(record):
    """Return what a person's records are compared by, whatever the record is."""
    record = record if isinstance(record, dict) else {}
    who, files, neutrals, look = (record.get(name) for name in ("demographics", "files", "neutral_keys", "look"))
    paths = [entry.get("path") for entry in files.values() if isinstance(entry, dict)] if isinstance(files, dict) else []
    who, look = (value if isinstance(value, dict) else {} for value in (who, look))
    return {"kind": record.get("expression_kind"), "neutrals": neutrals if isinstance(neutrals, list) else None, "paths": paths,
            "same": {name: record.get(name) for name in SAME} | {name: who.get(name) for name in SAME_OF}
                    | {name: look.get(name) for name in SAME_LOOK}}


def _complete(ground, task, expected, records, found):
    """Yield what is missing, given up, or no part of the job."""
    for key in expected.keys() - records.keys():
        if key in task.given_up:
            found.quarantined += 1
            how = f" (the last try {task.given_up[key]})" if task.given_up[key] else ""
            yield "quarantine", key, f"was given up{how}: state/trouble has its workers' last words, `wince run DIR --retry` tries it again"
        elif task.marked is not None:
            yield "complete", key, f"is missing, and its shard is marked done: {REDO}"
        else:
            yield "complete", key, f"is missing: run the same `{ground.again}` again, it goes on"
    for key in records.keys() - expected.keys():
        yield "complete", key, "is no part of this job: move it away"


def _links(ground, records):
    """Every record's neutrals must be there, with the same person and view, and neutral; a frame of a scene may have none."""
    for key, record in records.items():
        neutrals = record["neutrals"] or []
        for other in neutrals:
            if records.get(other, {"kind": "neutral"})["kind"] != "neutral":
                yield "links", key, f"names {other} as its neutral, which shows {records[other]['kind']}"
            elif other not in records:
                yield "links", key, f"names {other} as its neutral, which is not there: run `{ground.again}` again"
        name, _, view = key.split("/")
        if ground.neutrals and not neutrals:
            yield "links", key, "names no neutral"
        elif neutrals != [layout.sample_key(name, neutral, view) for neutral in ground.neutrals]:
            wanted = ", ".join(ground.neutrals) or "none"
            yield "origin", key, f"names {', '.join(map(str, neutrals))} as its neutrals: the job has {wanted}"


def _foreign(ground, tree, expected, records):
    """Yield what belongs to no sample; a sample that is no part of the job has been told already."""
    folders = {key.rsplit("/", 1)[0] for key in (*expected, *records)}
    own = {f"{tree.name}/{layout.IDENTITY}", *(f"{folder}/{layout.EXPRESSION}" for folder in folders)}
    own |= {f"{tree.name}/{textures.FACTS}"} if ground.job.people.textures else set()
    for path in tree.loose:
        if path not in own:
            yield "foreign", path, _left(path)
    strange = tree.expressions - folders
    empty = [key for key in tree.samples if key not in expected and key not in records and key.rsplit("/", 1)[0] not in strange]
    for path in sorted(strange) + empty:
        yield "foreign", path, "holds no sample of this job: move it away"
    for key, record in records.items():
        for name in sorted(tree.samples[key] - {layout.RECORD, *map(str, record["paths"])}):
            yield "foreign", f"{key}/{name}", _left(name)


def _left(path):
    """Return what to say of a file that belongs to no sample."""
    if path.endswith(layout.TEMPORARY):
        return "was left by a worker that died while it wrote: delete it"
    return "belongs to no sample: move it away"


def _agree(records, found):
    """Compare what a person's records say of the person; what most of them say goes into the result."""
    for name in (*SAME, *SAME_OF, *SAME_LOOK):
        said = Counter(json.dumps(record["same"][name], sort_keys=True) for record in records.values())
        most = max(said, key=said.get, default="null")
        found.facts[name] = json.loads(most)
        for key, record in records.items():
            if json.dumps(record["same"][name], sort_keys=True) != most:
                yield "person", key, f"{name} is {record['same'][name]}, other samples of the person say {json.loads(most)}"


def _identity(ground, task, tree, found):
    """Compare what the records say of the person with identity.json."""
    path = f"{task.name}/{layout.IDENTITY}"
    if not found.people:
        return
    if f"{task.name}/{textures.FACTS}" in tree.loose and texture(ground, task.name) is None:
        yield "look", f"{task.name}/{textures.FACTS}", f"is damaged: {REDO}"
    if path not in tree.loose:
        yield "person", path, f"is missing: {REDO}"
        return
    try:
        who = identities.read(ground.folder / path)
    except (WinceError, *MALFORMED) as error:
        yield "person", path, f"is damaged ({error}): {REDO}"
        return
    mine = {"person": who.id, "cell": who.cell, "skin_target_lab": list(who.skin_lab)}
    mine |= {name: getattr(who, name) for name in SAME_OF if name not in mine}
    mine |= {name: getattr(who, name) for name in SAME_LOOK if found.facts[name] is not None}
    for name, value in mine.items():
        if found.facts[name] != value:
            yield "person", path, f"says {name} {value}, the records of the person say {found.facts[name]}: {REDO}"
