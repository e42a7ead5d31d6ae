"""A plan beside its samples: what a record must say, what a mark of a shard that is done must hold."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from wince.job import layout, plan, spec

from ..work import places, shards
from .samples import MALFORMED, REDO

OF_PERSON = ("person", "cell", "fold10", "twin_of")             # of a plan's line and of a record alike, as are these of demographics:
OF_WHO = ("age", "gender", "group")
OF_FACE = {"kind": "expression_kind", "pain": "pain", "facs": "facs", "pspi": "pspi"}


@dataclass(frozen=True)
class Mark:
    """The mark of a shard that is done: its files, {path: [bytes, sha256]}, and what is wrong with it."""

    files: dict
    faults: tuple = ()


def against(line, key, record):
    """Return the faults of a record beside its person's line of the plan."""
    try:
        return [("plan", key, sentence) for sentence in _against(line, key, record)]
    except MALFORMED:
        return []                               # what its record lacks has been said


def _against(line, key, record):
    said = {name: (line[name], record.get(name)) for name in OF_PERSON}
    said |= {name: (line[name], record["demographics"][name]) for name in OF_WHO}
    for part in ("look", "texture"):                            # a plan has what of them is decided before anything is built
        said |= {f"{part}.{name}": (value, record[part][name]) for name, value in (line[part] or {}).items() if name in record[part]}
    shown = {show["name"]: show for show in line["shows"]}.get(record["expression"])
    if shown is not None and record["view"] in line["views"]:
        said |= {known: (shown[name], record[known]) for name, known in OF_FACE.items()}
        seed = shown["seeds"][line["views"].index(record["view"])]
        said |= {"seeds.cycles": (seed, record["seeds"]["cycles"]), "render.seed": (seed, record["render"]["seed"])}
    for name, (wanted, found) in said.items():
        if wanted != found or isinstance(wanted, bool) != isinstance(found, bool):
            yield f"{name} is {found}, the plan says {wanted}: {REDO}"


def mark(opened, number, row):
    """Return the Mark of a shard, or None where the shard is not done.

    opened   plan.Plan
    row      the shard's Row
    """
    path = places.done(opened.folder, number)
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        files = {str(name): [int(size), str(digest)] for name, (size, digest) in known["files"].items()}
        wrong = {"format": shards.FORMAT, "plan": opened.hash, "shard": number, "samples": row.samples}
        said = [f"says {name} {known[name]}, not {value}" for name, value in wrong.items() if known[name] != value]
    except FileNotFoundError:
        return None
    except (OSError, *MALFORMED) as error:
        files, said = {}, [f"is damaged ({error})"]
    return Mark(files, tuple(("done", _below(opened.folder, path), f"{what}: {REDO}") for what in said))


def marked(folder, files, expected, records):
    """Return the faults of a person's files beside the mark of the shard.

    files      {path: [bytes, sha256]} of the person's files in the mark
    expected   the person's keys, in order
    records    {key: ...} of those that are there
    """
    faults = []
    for path, (size, digest) in files.items():
        if not path.endswith(f"/{layout.RECORD}") or path.rsplit("/", 1)[0] in records:      # a missing sample has been told
            faults += [("done", path, sentence) for sentence in _changed(Path(folder, path), size, digest)]
    for path in dict.fromkeys(path for key in expected if key in records for path in _protected(key)):
        if path not in files:
            faults.append(("done", path, f"stands not in the mark of its shard, which is done: {REDO}"))
    return faults


def _protected(key):
    """Return the paths of what a mark says of a sample and what it shares."""
    return f"{key}/{layout.RECORD}", layout.expression_path("", key).as_posix(), layout.identity_path("", key).as_posix()


def _changed(path, size, digest):
    try:
        data = path.read_bytes()
    except OSError:
        yield f"is missing, and its shard is marked done: {REDO}"
        return
    if len(data) != size or hashlib.sha256(data).hexdigest() != digest:
        yield f"has changed since its shard was marked done: {REDO}"


def whole(opened, origin):
    """Yield the faults of a plan's own files: the index has its hash, the job is the plan's, marks belong to shards.

    opened   plan.Plan, whose hash has been checked
    origin   what the folder says renders it
    """
    if not opened.intact():
        yield "plan", plan.INDEX, "was changed since the plan was written: copy it from where the plan was made"
    if spec.read(opened.folder / layout.JOB) != opened.job:
        yield "plan", layout.JOB, f"is not the job that was planned: copy it from {plan.PLAN}"
    for name, value in opened.facts["versions"].items():
        if origin.get("versions", {}).get(name, value) != value:
            yield "plan", layout.ORIGIN, f"says {name} {origin['versions'][name]}, people and faces were planned with {value}"
    marks = {places.done(opened.folder, number).name for number in range(opened.shards)}
    for path in sorted(Path(opened.folder, places.STATE, places.DONE).glob("*")):
        if path.name not in marks:
            yield "foreign", _below(opened.folder, path), "is no mark of a shard of this plan: delete it"


def _below(folder, path):
    return Path(path).relative_to(folder).as_posix()


