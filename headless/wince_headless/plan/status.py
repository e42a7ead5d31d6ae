"""What of a plan is done, missing, in quarantine; how fast it goes and how long yet. It only looks, and may look while others render.

A shard with a mark is done, and costs nothing more; of the others every sample's record is looked for, by name. Which drivers are at work,
and how fast, they say themselves: see work/paces.py.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Group
from rich.table import Table
from rich.text import Text

from wince.core.errors import WinceError
from wince.job import expand, layout, textures

from ..progress import duration, plural
from ..work import places, shards, trouble
from ..work.paces import drivers
from . import ranges
from .cells import plain_text

NAMED = 5                              # quarantined samples that are named
BAR = 40


@dataclass(frozen=True)
class Status:
    """How far a plan is.

    planned, done, quarantined   samples; what else is missing is `missing`
    shards                       {"planned", "done", "begun", "untouched"}
    open                         numbers of the shards that are not done, without those where only quarantined samples are left
    troubled                     keys of the quarantined samples
    drivers                      tuple of work.paces.Driver, those of the past too
    painted                      None, or (people with a skin, people in all) where the plan has skins painted
    """

    folder: str
    hash: str
    people: int
    planned: int
    done: int
    shards: dict
    open: tuple
    troubled: tuple = ()
    drivers: tuple = ()
    painted: tuple | None = None
    quarantined: int = field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "quarantined", len(self.troubled))

    @property
    def missing(self):
        """Samples that are neither there nor in quarantine."""
        return self.planned - self.done - self.quarantined

    @property
    def rate(self):
        """Views per second of all that is at work, 0 when nothing is, or has been for a few views."""
        return sum(driver.rate for driver in self.drivers if driver.live)

    @property
    def seconds_left(self):
        """Seconds until nothing is missing, at this rate; None while nothing is at work."""
        return self.missing / self.rate if self.rate else (0.0 if not self.missing else None)

    @property
    def next(self):
        """What to do now, a sentence with the command."""
        return _next(self)

    def json(self):
        """Return plain JSON.

        {"folder", "plan": hash, "people",
         "samples": {"planned", "done", "missing", "quarantined"}, "shards": {"planned", "done", "begun", "untouched"},
         "open_shards": "0-24,30", those with something to do, "quarantined": [keys], "painted": null or {"done", "planned"}, people,
         "rate": views per second now, "seconds_left": null while nothing is at work,
         "drivers": [{"name", "views", "seconds", "rate", "silent_s", "live"}], "next": what to do now}
        """
        drivers = [{"name": one.name, "views": one.views, "seconds": round(one.seconds, 3), "rate": round(one.rate, 6),
                    "silent_s": round(one.silent, 3), "live": one.live} for one in self.drivers]
        return {"folder": self.folder, "plan": self.hash, "people": self.people,
                "samples": {name: getattr(self, name) for name in ("planned", "done", "missing", "quarantined")},
                "shards": dict(self.shards), "open_shards": ranges.text(self.open), "quarantined": list(self.troubled),
                "painted": None if self.painted is None else dict(zip(("done", "planned"), self.painted, strict=True)),
                "rate": round(self.rate, 6), "seconds_left": self.seconds_left, "drivers": drivers, "next": self.next}

    def text(self, width=100, colour=False):
        """Return it as text; `width` columns for tables, sentences are not broken; `colour` whether the terminal understands colours."""
        return plain_text(self.tables(), width, colour, wrap=False)

    def tables(self):
        """Return the same for rich to print."""
        head = (f"{self.folder}: {plural(self.planned, 'sample', 'samples')} of {plural(self.people, 'person', 'people')} in "
                f"{plural(self.shards['planned'], 'shard', 'shards')}, plan {self.hash[:12]}")
        parts = [Text(head), Text(""), _bar(self), Text(""), _counts(self), Text(""), *_pace(self)]
        return Group(*parts, Text.assemble(("Next: ", "bold"), self.next))


def gather(plan):
    """Look how far a plan is.

    plan     wince.job.plan.Plan
    returns  Status
    raises   WinceError when the plan's index is damaged
    """
    if not plan.intact():
        raise WinceError(f"the index of {plan.folder} is damaged: copy plan.index from where the plan was made")
    marked, troubled = shards.done(plan) & set(range(plan.shards)), frozenset(trouble.quarantined(plan.folder))
    counts, open_shards, found, begun = _count(plan, marked, troubled)
    total = {"planned": plan.shards, "done": len(marked), "begun": begun, "untouched": plan.shards - len(marked) - begun}
    facts = plan.facts["counts"]
    return Status(str(plan.folder), plan.hash, facts["people"] + facts["twins"], plan.samples, counts, total, open_shards,
                  found, tuple(drivers(plan.folder)), _painted(plan))


def _count(plan, marked, troubled):
    """Return (samples done, open shards, quarantined samples that are still missing, how many shards are begun)."""
    looked, everyone, size = _Look(plan, troubled), expand.people(plan.job), plan.facts["shard_people"]
    done, begun, still_open, missing = 0, 0, [], []
    for number, row in enumerate(plan.rows()):
        if number in marked:
            done += row.samples
            continue
        present, given_up = looked.at(everyone[number * size:number * size + row.people])
        done, begun, missing = done + present, begun + bool(present or given_up), missing + given_up
        if present + len(given_up) < row.samples or not given_up:
            still_open.append(number)
    return done, tuple(still_open), tuple(missing), begun


class _Look:
    """One look at the samples of shards that are not marked; who has no folder has no samples."""

    def __init__(self, plan, troubled):
        self.folder = os.fspath(plan.folder)
        self.there = {entry.name for entry in os.scandir(self.folder)}
        views = expand.view_names(plan.job)
        self.tails = [f"/{name}/{view}/{layout.RECORD}" for name in expand.expression_names(plan.job) for view in views]
        self.troubled = {}
        for key in troubled:
            self.troubled.setdefault(key.partition("/")[0], []).append(key)

    def at(self, numbers):
        """Return (samples that are there, quarantined samples that are not) of some people."""
        names = [layout.person_name(number) for number in numbers]
        present = sum(self._present(name) for name in names if name in self.there)
        given_up = [key for name in names for key in self.troubled.get(name, ()) if not layout.record_path(self.folder, key).is_file()]
        return present, given_up

    def _present(self, name):
        # A million strings and questions: Path would take half a minute for them.
        base, ask, exists = f"{self.folder}/{name}", os.access, os.F_OK
        return sum(ask(base + tail, exists) for tail in self.tails)


def _painted(plan):
    """Return (people with a skin, people in all) where the plan has skins painted, else None."""
    if not plan.facts["paint"]:
        return None
    root, counts = os.fspath(plan.located.people.textures), plan.facts["counts"]
    names = os.listdir(root) if os.path.isdir(root) else ()
    return sum(os.access(f"{root}/{name}/{textures.FACTS}", os.F_OK) for name in names), counts["people"] + counts["twins"]


def _next(status):
    folder = status.folder
    live = [driver for driver in status.drivers if driver.live]
    if status.painted is not None and status.painted[0] < status.painted[1] and not live:
        return f"wince paint {folder} --shards all"
    if status.missing and live:
        return f"wait, it is at work; look again with: wince status {folder}"
    if status.open:
        some = ranges.text(status.open)
        few = f", or these shards only: wince work {folder} --shards {some}" if status.done and len(some) <= 40 else ""
        return f"wince run {folder}{few}"
    if status.quarantined:
        return f"read in {Path(folder, places.STATE, places.TROUBLE)} what the workers said last, then: wince run {folder} --retry"
    return f"wince verify {folder}, then: wince pack-dataset {folder} --out {folder}_release"


def _bar(status):
    """Return how much is done, as a bar of text: it has to be readable in a log, too."""
    share = status.done / max(status.planned, 1)
    full = int(BAR * share)
    return Text.assemble(("█" * full, "green"), ("░" * (BAR - full), "dim"), f"  {100 * share:.1f} %" if share < 1 else "  all done")


def _counts(status):
    out = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    out.add_column("")
    out.add_column("samples", justify="right")
    out.add_column("shards", justify="right")
    out.add_row("done", f"{status.done:,}", f"{status.shards['done']:,}")
    out.add_row("missing", f"{status.missing:,}", _open_words(status))
    if status.quarantined:
        out.add_row("quarantined", f"{status.quarantined:,}", "", style="yellow")
    if status.painted is not None:
        out.add_row("skins painted", f"{status.painted[0]:,} of {status.painted[1]:,}", "")
    return out


def _open_words(status):
    begun, untouched = status.shards["begun"], status.shards["untouched"]
    return f"{begun + untouched:,}" + (f" ({begun:,} begun)" if begun else "")


def _pace(status):
    """Return what is at work and how fast, and which samples are given up."""
    parts = [Text(f"In quarantine: {', '.join(status.troubled[:NAMED])}{' ...' if status.quarantined > NAMED else ''}", "yellow"),
             Text("")] if status.quarantined else []
    live = [driver for driver in status.drivers if driver.live]
    if not status.missing:
        return parts
    if not live:
        return [*parts, Text(f"Nothing is at work.{_past(status)}"), Text("")]
    left = f", {duration(status.seconds_left)} left" if status.seconds_left is not None else ""
    out = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), show_header=False)
    for one in live:
        rate = f"{one.rate:.2f}/s" if one.rate else ""
        out.add_row(f"  {one.name}", rate, plural(one.views, "view", "views"), f"heard of {one.silent:.0f} s ago")
    pace = f"{status.rate:.2f} views a second{left}" if status.rate else "too few views yet to say how fast"
    return [*parts, Text(f"At work: {pace}"), out, Text("")]


def _past(status):
    """Return how long it would take at the pace of the past, where there is one."""
    views, seconds = (sum(getattr(driver, name) for driver in status.drivers) for name in ("views", "seconds"))
    if not views or seconds <= 0:
        return ""
    return f" At the pace so far, one driver alone needs {duration(status.missing * seconds / views)} more."
