"""One call makes a release: everything is written into a hidden folder beside it, checksums last, and moved in one step when whole."""

import json
import os
import shutil
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from wince.core.errors import WinceError
from wince.job import disk, plan

from ..parallel import in_order, worth
from ..progress import plural
from . import card, checksums, croissant, inventory, licences, needs, parts, samples, schemes, splits, surveys, webdataset

FORMAT = "wince-release-1"
RELEASE = "release.json"
MEGABYTE = 1_000_000
WORTHWHILE = 200 * MEGABYTE            # bytes that a process packs while another starts, about
UNSTATED = licences.UNSTATED
LINES_BYTES = 50 * MEGABYTE             # a plan's lines go along up to this
VERSION = "1.0.0"                      # of every release: another set under the same name is its maker's business


@dataclass(frozen=True)
class Wishes:
    """What a release is to be: formats and schemes by name; splits {fold: split}; bytes of a file; loose pictures to look at."""

    format: str
    scheme: str
    splits: dict
    shard_bytes: int
    samples: int
    name: str
    licence: str


@dataclass(frozen=True)
class Packed:
    """A release that was made: its folder, and release.json."""

    folder: Path
    facts: dict

    def text(self):
        """Return what was made, for a terminal."""
        facts = self.facts
        split = ", ".join(f"{name} {count['items']:,}" for name, count in facts["splits"].items())
        size = sum(part["bytes"] for part in facts["parts"])
        dropped = [f"  left out: {count:,} ({why})" for why, count in facts["left_out"].items()]
        dropped += [f"  said with less: {count:,} ({what})" for what, count in facts["said_less"].items()]
        count = f"{plural(facts['items'], 'item', 'items')} of {plural(facts['people'], 'person', 'people')}"
        files = plural(len(facts["parts"]), "part", "parts")
        return "\n".join([f"{self.folder}: {count} as {facts['layout']} ({facts['scheme']}), {size / MEGABYTE:,.1f} MB in {files}",
                          f"  {split}", *dropped, *self._unlicensed()])

    def _unlicensed(self):
        if self.facts["licence"] == UNSTATED:
            yield "  no licence was given, so the card says \"unstated\": state one by packing again with, say, --licence CC-BY-4.0"


def pack(folder, out, format=None, scheme="wince", drop=False, splits=None, shard_mb=512, samples=50, licence=None, name=None,
         progress=None, processes=None):
    """Make a release of a rendered folder.

    folder     path of the dataset, planned or not
    out        path of the release, which must not be there yet, or be empty
    format     webdataset, parquet or imagefolder; none: what the scheme usually has
    scheme     wince, 3dpain or synpain
    drop       leave out what is missing, in quarantine, or cannot be said by the scheme, and count it; else refuse
    splits     as `splits.parse` reads it
    shard_mb   about how many megabytes (10^6 bytes) a file has
    samples    how many loose pictures lie in samples/
    licence    what the pictures are released under, as `licences.spdx` reads it; nobody but their maker can say
    name       of the release; the job's, if none
    progress   called with (what, done, total): ("look", people, None) and ("pack", people, all)
    processes  how many; none: one for a small set, a process per core for a large one
    returns    Packed
    raises     WinceError when something is missing and may not be, `out` is taken, a file is damaged, or this Python lacks a package
    """
    source, out = _opened(folder), Path(out)
    wishes = _wishes(source, format, scheme, splits, shard_mb, samples, licence, name)
    needs.check("packing a release", "mlcroissant", *needs.of_layout(wishes.format))
    _refuse_taken(out)
    _refuse_inside(source.folder, out)
    say = progress or (lambda *_: None)
    found = surveys.survey(source, wishes, processes, lambda people: say("look", people, None))
    left_out = _left_out(source, found, drop)
    _refuse_many(wishes, source.job, found)
    with _building(out) as work:
        release = Release(work, source, wishes, found, left_out)
        release.write_parts(processes, say)
        facts = release.write_papers()
    return Packed(out, facts)


class Release:
    """A release that is being written."""

    def __init__(self, work, source, wishes, found, left_out):
        self._work, self._source, self._wishes, self._found, self._left_out = work, source, wishes, found, left_out
        self._scheme = schemes.opened(wishes.scheme, source.job, wishes.format)
        self._hashes, self._parts, self._names = {}, [], {}

    def write_parts(self, processes, say):
        """Write the data, and the tables that grow with it."""
        counts, done = Counter(part.split for part in self._found.parts), 0
        loose = _loose(self._wishes.samples, self._found.people)
        orders = (parts.Order(self._source, self._wishes, self._work, part, counts[part.split],
                              {place: loose[place] for *_, place in part.people if place in loose}) for part in self._found.parts)
        headers = {parts.MAP: parts.MAP_HEADER} | self._scheme.tables
        headers |= {webdataset.LABELS: webdataset.plain(self._scheme)} if self._wishes.format == "webdataset" else {}
        for path, header in headers.items():
            self._append(path, parts.to_csv([header]))
        size = sum(part.bytes for part in self._found.parts)
        for written in in_order(parts.write, orders, min(worth(processes, size, WORTHWHILE), len(self._found.parts))):
            self._take(written)
            done += written.people
            say("pack", done, self._found.people)

    def write_papers(self):
        """Write what is said about the data, and last the checksums; returns the content of release.json."""
        facts = self._facts()
        self._put(RELEASE, json.dumps(facts, indent=1, sort_keys=True) + "\n")
        self._put_plan()
        content = card.Content(self._wishes, self._scheme, facts, self._found)
        for path, text in card.papers(content).items():
            self._put(path, text)
        self._put("00_README.txt", inventory.text(facts, self._work))
        self._put(croissant.NAME, croissant.text(content, self._hashes))
        checksums.write(self._work, self._hashes)
        return facts

    def _put_plan(self):
        """Put the plan beside the data. Its index stays: nobody renders into a release."""
        if self._source.plan is None:
            return
        shutil.copyfile(self._source.folder / plan.PLAN, self._work / plan.PLAN)
        lines = self._source.folder / plan.LINES
        if lines.is_file() and lines.stat().st_size < LINES_BYTES:
            shutil.copyfile(lines, self._work / plan.LINES)

    def _take(self, written):
        self._hashes |= {path: digest for path, digest, _ in written.files}
        for path, data in written.lines.items():
            self._append(path, data)
        self._names |= written.names
        data = [entry for entry in written.files if not entry[0].startswith(f"{parts.SAMPLES}/")]
        facts = {"split": written.split, "items": written.items, "people": written.people, "bytes": sum(size for *_, size in data)}
        self._parts.append(({"path": data[0][0]} if self._wishes.format != "imagefolder" else {}) | facts)

    def _append(self, path, data):
        target = self._work / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(target, "ab") as file:
            file.write(data)

    def _put(self, path, text):
        disk.write(self._work / path, text.encode())

    def _facts(self):
        split = defaultdict(lambda: {"items": 0, "people": 0})
        for part in self._parts:
            split[part["split"]]["items"] += part["items"]
            split[part["split"]]["people"] += part["people"]
        return {"format": FORMAT, "name": self._wishes.name, "scheme": self._wishes.scheme, "layout": self._wishes.format,
                "licence": self._wishes.licence, "version": VERSION, "names": self._names, "folds": splits.words(self._wishes.splits),
                "splits": {name: split[name] for name in splits.NAMES if name in split},
                "items": sum(count["items"] for count in split.values()), "people": self._found.people,
                "plan": self._source.plan.hash if self._source.plan else None, "left_out": self._left_out,
                "said_less": {words: count for (words,), count in self._found.under("lost").items()}, "parts": self._parts}


def _opened(folder):
    return samples.opened(folder)


def _wishes(source, format, scheme, folds, shard_mb, loose, licence, name):
    format = format or schemes.find(scheme).usual
    schemes.opened(scheme, source.job, format)
    if shard_mb <= 0:
        raise WinceError(f"--shard-mb {shard_mb}: a file has some megabytes; usual are 500 to 1000")
    return Wishes(format, scheme, splits.parse(folds), round(shard_mb * MEGABYTE), max(0, loose), name or source.job.name,
                  licences.spdx(licence))


def _refuse_taken(out):
    if (out / checksums.NAME).is_file():
        raise WinceError(f"{out} holds a release already: give another folder with --out, or delete this one")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise WinceError(f"{out} is not empty: give another folder with --out")


def _refuse_inside(folder, out):
    if out.resolve().is_relative_to(folder.resolve()):
        raise WinceError(f"{out} lies inside the dataset {folder}, which a release is no part of: give a folder elsewhere with --out")


def _left_out(source, found, drop):
    """Return {why: count} of what the release will lack.

    raises   WinceError when there is any and it may not be dropped, or nothing is left
    """
    missing, quarantined = found.counts[("missing",)], found.counts[("quarantined",)]
    undone = source.undone()
    gaps = {"missing": missing - quarantined, "in quarantine": quarantined}
    refused = {why: count for (why,), count in found.under("refused").items()}
    if not drop:
        _refuse_gaps(source.folder, {name: count for name, count in gaps.items() if count}, undone)
        _refuse_unsaid(refused)
    if not found.people:
        raise WinceError(f"{source.folder} has nothing to release: render it first, and look at --splits and at what the scheme can say")
    people = {"people whose fold is in no split": found.counts[("unsplit",)]}
    return {why: count for why, count in (gaps | refused | people).items() if count}


def _refuse_gaps(folder, gaps, undone):
    words = [f"{plural(count, 'sample', 'samples')} {why}" for why, count in gaps.items()]
    words += [f"{plural(undone, 'shard', 'shards')} not marked done"] if undone else []
    if words:
        raise WinceError(f"{folder} is not whole ({', '.join(words)}): finish it with the command that rendered it, "
                         "or leave out what is not there with --drop")


def _refuse_unsaid(refused):
    if refused:
        words = "; ".join(f"{plural(count, 'sample', 'samples')}: {why}" for why, count in refused.items())
        raise WinceError(f"the scheme cannot say everything ({words}): leave these out with --drop, or take another --scheme")


def _refuse_many(wishes, job, found):
    """Refuse more loose files than hubs take, where the scheme has no need of them."""
    scheme = schemes.opened(wishes.scheme, job, wishes.format)
    files = len(scheme.roles) * sum(found.under("samples").values())
    if wishes.format == "imagefolder" and scheme.limit and files > scheme.limit:
        raise WinceError(f"--format imagefolder would be {files:,} loose files, hubs take {scheme.limit:,}: take webdataset or parquet")


def _loose(wanted, people):
    """Return {place: how many}: which people show pictures in samples/, evenly spread."""
    chosen = min(wanted, people)
    each = Counter()
    for index in range(wanted if chosen else 0):
        each[(2 * (index % chosen) + 1) * people // (2 * chosen)] += 1
    return each


@contextmanager
def _building(out):
    """Give a hidden folder beside `out` to write into, which becomes `out` when all went well; what a killed pack left there is removed."""
    work = out.with_name(f".{out.name}{disk.TEMPORARY}")
    try:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        yield work
        if out.is_dir():
            out.rmdir()                                        # empty, see above
        os.replace(work, out)
    except OSError as error:
        if error.errno in disk.FULL:
            raise WinceError(f"no space left for {out}: free some, then run the same command again") from None
        if error.errno in disk.FORBIDDEN:
            raise WinceError(f"cannot write {out} ({error.strerror}): give another folder with --out") from None
        raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
