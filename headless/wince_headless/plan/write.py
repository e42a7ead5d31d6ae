"""A job -> plan.json, plan.index, plan.jsonl.gz, job.json, in bounded memory. plan.json is written last: without it there is no plan.

Every line is a function of the job and the person's number alone, so processes, order and kills change no byte; a plan of a fraction
of the people is the beginning of the whole one.
"""

import contextlib
import errno
import hashlib
import json
import os
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from wince.core import pack
from wince.core.demographics import SAMPLER_VERSION
from wince.core.errors import WinceError
from wince.core.facs.intensity import CURVE_VERSION
from wince.core.facs.table import TABLE_VERSION
from wince.core.streams import STREAM_VERSION
from wince.job import check, disk, expand, layout, record, resume, rigs, spec
from wince.job import plan as plans

from .. import parallel
from ..work import cores, places
from . import cells, lines

USUAL_SAMPLES = 300                    # of a shard, about: some minutes of work
MOST_SAMPLES = 100_000                 # of a shard that has more than one person and twins: its text is held in memory
ALONE = 400                            # so few people are planned sooner than another process has started
MOST_PROCESSES = 6                     # by default: each takes 60 MB, and all together are to stay below 500
BATCH_PEOPLE = 64                      # that travel between processes together
IDENTITIES = "identities"
DECIDES = ("job", "identities_sha256", "paint", "fraction", "versions", "shard_people")     # equal: the same plan
FIRST = ("name", "seed", "fraction", "people.count")           # of what differs, said before all else: by these people tell plans apart
FOLLOWS = {"fraction": ("people.count", "people.identities", "identities_sha256"), "paint": ("people.textures",)}    # not named beside it


@dataclass(frozen=True)
class Draft:
    """A plan before it is written: the job as its paths are meant here, and what plan.json says before anything is counted."""

    job: spec.Job
    facts: dict

    @property
    def shards(self):
        """The people of every shard, a range each, in order."""
        numbers, size = expand.people(self.job), self.facts["shard_people"]
        return (numbers[first:first + size] for first in range(0, len(numbers), size))


def plan(job, out, shard_people=None, fraction=1.0, paint=None, processes=None, progress=None):
    """Write the plan of a job into a folder, or find it there already.

    job           spec.Job, its paths relative to where the process runs
    out           path; a new or empty folder, or one that holds this very plan, which is left as it is
    shard_people  how many people a shard has, twins included; by default such that it has about USUAL_SAMPLES samples
    fraction      of the people, the first of them; at least one
    paint         None, or how skins are to be painted, kept in plan.json: {"backend", "seed", "models", ...}
    processes     how many; by default one for each processor, up to MOST_PROCESSES
    progress      called with (people planned, people in all) as it goes on
    returns       wince.job.plan.Plan
    raises        WinceError for a job that cannot be, for a folder with another plan or a dataset that was not planned, a full disk
    """
    out, draft = Path(out), _draft(job, out, shard_people, fraction, paint)
    if plans.exists(out):
        return _same(plans.read(out), draft, shard_people is not None)
    _refuse_dataset(out)
    for killed in (plans.LINES, plans.INDEX):
        _sweep(out, killed)
    _copy_identities(draft.job, out)
    counted = _write_lines(draft, out, _processes(draft, processes), progress or (lambda done, total: None))
    facts = draft.facts | counted
    _write_json(out / layout.JOB, facts["job"])
    _write_json(out / plans.PLAN, facts | {"hash": plans.digest(facts)})
    return plans.read(out)


def part(job, fraction):
    """Return a job with only the first people of it.

    fraction  more than 0, up to 1; at least one person is kept
    raises    WinceError for another fraction
    """
    if not 0 < fraction <= 1:
        raise WinceError(f"--fraction {fraction:g}: it is a share of the people, more than 0 and up to 1")
    given = job.people.identities
    kept = max(1, round((len(given) or job.people.count) * fraction))
    return replace(job, people=replace(job.people, identities=given[:kept], count=job.people.count if given else kept))


def samples_of(job):
    """Return how many samples everyone in a job has."""
    return len(expand.expression_names(job)) * len(expand.view_names(job))


def _draft(job, out, shard_people, fraction, paint):
    """Return the Draft of a plan; refuses what cannot be before anything is written."""
    check.check(job, "the job")
    job = part(job, fraction)
    job = replace(job, cameras=rigs.inlined(job.cameras, Path()))
    expand.view_names(job)                                                # refuses cameras and expressions that cannot be
    if paint is not None and job.people.textures is not None:
        raise WinceError("people.textures names painted skins, and --paint asks for new ones: leave one of the two out")
    portable = _portable(job, out, paint is not None)
    check.check(portable, "the job")
    return Draft(job, _plain({
        "format": plans.FORMAT, "job": json.loads(spec.to_json(portable)), "fraction": float(fraction),
        "shard_people": _shard_people(job, shard_people), "versions": _versions(job), "paint": paint,
        "identities_sha256": _digest(job.people.identities)}))


def _shard_people(job, asked):
    """Return how many people a shard has, refusing what would part twins."""
    group, each = 1 + len(job.people.twins), samples_of(job)
    if asked is None:
        return group * max(1, round(USUAL_SAMPLES / (group * each)))
    if asked < 1 or asked % group:
        low = max(asked - asked % group, group)
        raise WinceError(f"--shard-people {asked}: a person and all twins are in one shard, so it is a multiple of {group}: give {low}")
    if asked > group and asked * each > MOST_SAMPLES:
        raise WinceError(f"--shard-people {asked}: that is {asked * each:,} samples in one shard, which have to find room in memory: "
                         f"give at most {max(1, MOST_SAMPLES // (group * each)) * group}")
    return asked


def _versions(job):
    """Return the versions that draw a plan: with others, the same job may give other people or faces."""
    return {"wince": record.wince_version(), "pack": pack.load(job.pack).hash, "au_table": TABLE_VERSION, "curve": CURVE_VERSION,
            "streams": STREAM_VERSION, "sampler": SAMPLER_VERSION}


def _portable(job, out, painted):
    """Return the job with paths that are meant from the plan's folder: the folder can go elsewhere with what lies in it."""
    given = tuple(_copy_name(job, place) for place in range(len(job.people.identities)))
    textures = places.TEXTURES if painted else _from(out, job.people.textures)
    return replace(job, people=replace(job.people, identities=given, textures=textures), pack=_from(out, job.pack))


def _copy_name(job, place):
    return f"{IDENTITIES}/{layout.person_name(job.people.first + place)}.json"


def _from(out, path):
    """Return a path as it is meant from the plan's folder, or None for None."""
    if path is None:
        return None
    try:
        return Path(os.path.relpath(os.path.realpath(path), os.path.realpath(out))).as_posix()
    except ValueError:                                                    # another drive of Windows
        return os.path.realpath(path)


def _digest(paths):
    """Return the sha256 of identity files, in their order, or None for none; raises WinceError when one is not there."""
    found = hashlib.sha256()
    for path in paths:
        found.update(hashlib.sha256(_bytes(path)).digest())
    return found.hexdigest() if paths else None


def _bytes(path):
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise WinceError(f"people.identities: {path} cannot be read ({error.strerror}): give paths of identity.json files") from None


def _same(found, draft, sized):
    """Return a plan that is there already, if it is the one that is asked for; `sized` whether shard_people was."""
    for key, before, now in sorted(_changes(found, draft, sized), key=_rank):
        raise WinceError(f"{found.folder} holds another plan: {key} is {before!r} there, now it is {now!r}; "
                         "a plan is never changed: give an empty folder with --out")
    return found


def _changes(found, draft, sized):
    """Return [(dotted key, value there, value now)] of what makes another plan."""
    decides = [name for name in DECIDES if sized or name != "shard_people"]
    changes = [change for name in decides
               for change in resume.differences(found.facts.get(name), draft.facts[name], "" if name == "job" else name)]
    follow = {other for key, *_ in changes for other in FOLLOWS.get(key, ())}
    return [change for change in changes if change[0] not in follow]


def _rank(change):
    """Return the key by which changes are sorted: FIRST in their order, then as they come."""
    return FIRST.index(change[0]) if change[0] in FIRST else len(FIRST)


def _refuse_dataset(out):
    """Refuse a folder with pictures that no plan decided; what a killed `wince plan` left there is in nobody's way."""
    if (out / layout.ORIGIN).is_file() or (out.is_dir() and resume.holds_samples(out)):
        raise WinceError(f"{out} holds a dataset that was not planned (`wince render` wrote it): give an empty folder with --out")


def _copy_identities(job, out):
    """Copy identity files into the plan's folder, under the names of the people's folders."""
    for place, path in enumerate(job.people.identities):
        target = out / _copy_name(job, place)
        if not target.is_file() or target.read_bytes() != _bytes(path):
            disk.write(target, _bytes(path))


def _processes(draft, asked):
    if asked is not None and asked < 1:
        raise WinceError(f"--processes {asked}: at least one is needed")
    return asked or (1 if len(expand.people(draft.job)) <= ALONE else min(cores.count(), MOST_PROCESSES))


def _write_lines(draft, out, processes, progress):
    """Write plan.jsonl.gz and plan.index as the lines come; return what plan.json says about them."""
    job, numbers, size = draft.job, expand.people(draft.job), draft.facts["shard_people"]
    batch = max(1, BATCH_PEOPLE // size)
    rows, tally, done, offset = hashlib.sha256(), Counter(), 0, 0
    members = parallel.in_order_by(_member_of, (job, draft.facts["paint"]), draft.shards, processes, batch)
    with contextlib.closing(members), _whole(out / plans.LINES) as text, _whole(out / plans.INDEX) as index:
        for member in members:
            text.write(member.packed)
            index.write(plans.ROW.pack(offset, len(member.packed), member.samples, member.people, member.sha256))
            rows.update(plans.VOUCHED.pack(member.samples, member.people, member.sha256))
            tally.update(member.tally)
            offset, done = offset + len(member.packed), done + member.people
            progress(done, len(numbers))
    return _counted(tally, job, -(-len(numbers) // size)) | {"index_sha256": rows.hexdigest()}


def _member_of(job, paint):
    """Return the function that writes a shard; prepared once in each process."""
    return lines.Pen(job, paint).member


def _counted(tally, job, shards):
    """Return the counts of a plan, and its cells where they are few."""
    totals = Counter()
    for (_, what), count in tally.items():
        totals[what] += count
    found = cells.rows(tally, job)
    counts = {"people": totals["people"], "twins": totals["twins"], "samples": totals["samples"] + totals["twin_samples"], "shards": shards}
    return {"counts": counts, "cells": found if len(found) <= cells.FEW else None}


@contextlib.contextmanager
def _whole(path):
    """Open a big file for writing that is whole or absent, as `disk.write` does for small ones."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}{layout.TEMPORARY}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise _explained(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _sweep(folder, name):
    """Remove what killed planners had begun of a file."""
    for leftover in folder.glob(f".{name}.*{layout.TEMPORARY}"):
        leftover.unlink(missing_ok=True)


def _explained(path, error):
    """Return the sentence for a failed write; anything unusual stays the bug it is."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return WinceError(f"no space left for {path}: free some, then run the same command again")
    if isinstance(error, FileNotFoundError):                              # swept away
        return WinceError(f"another `wince plan` writes into {path.parent}: let that end, then run the same command again")
    if error.errno in disk.FORBIDDEN:
        return WinceError(f"cannot write {path} ({error.strerror}): choose a folder that you may write to, with --out")
    return error


def _write_json(path, content):
    """Write JSON as `resume.claim` does, which has to find in job.json what it would have written."""
    disk.write(path, (json.dumps(content, indent=1, sort_keys=True) + "\n").encode())


def _plain(value):
    return json.loads(json.dumps(value))
