"""How many people and samples every cell (age x gender x group) has, and how many pain expressions of every PSPI: counted, and as tables.

A twin is in the cell of whom it is a twin of and shows the same, so twins are counted apart: else everything would stand there twice.
"""

import io
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from wince.core.facs.sample_pain import SCORES

AXES = ("age", "gender", "group")
KINDS = ("neutral", "pain", "nonpain")
FEW = 1000                             # cells that find room in plan.json; people read from files may bring any number
OUTSIDE = "none"                       # what is said of a person who belongs to no cell


def tally(lines):
    """Count people of a plan.

    lines    dictionaries, see wince.job.plan
    returns  Counter {((age, gender, group), what): count}; what: "people", "samples", "neutral", "pain", "nonpain" (expressions),
             a PSPI of pain expressions, int, "twins", "twin_samples"
    """
    found = Counter()
    for line in lines:
        cell = tuple(line["cell"].get(axis, OUTSIDE) for axis in AXES)
        people, samples = ("people", "samples") if line["twin_of"] is None else ("twins", "twin_samples")
        found[cell, people] += 1
        found[cell, samples] += len(line["shows"]) * len(line["views"])
        if line["twin_of"] is None:
            found.update((cell, what) for shown in line["shows"] for what in _kinds(shown))
    return found


def rows(found, job):
    """Return a tally as the rows that plan.json keeps, in the order of the job's ages, genders and groups, other cells behind.

    returns  list of {"age", "gender", "group", "people", "samples", "neutral", "pain", "nonpain", "twins", "twin_samples",
             "pspi": {"1": count of expressions, ...}}; a cell of the job that has nobody has a row of noughts
    """
    return [_row(cell, found) for cell in (*_planned(job), *sorted({cell for cell, _ in found} - set(_planned(job))))]


def table(plan):
    """Return the Cells of a plan: from plan.json where they stand there, else counted shard by shard.

    plan     wince.job.plan.Plan
    raises   WinceError when a shard is damaged
    """
    kept = plan.facts.get("cells")
    if kept is None:
        kept = count(plan)
    return Cells(kept)


def count(plan):
    """Return the rows of a plan, counted in its shards, one in memory at a time."""
    found = Counter()
    for number in range(plan.shards):
        found.update(tally(plan.shard(number)))
    return rows(found, plan.job)


@dataclass(frozen=True)
class Cells:
    """The counts of a plan, `rows` as plan.json keeps them."""

    rows: list

    @cached_property
    def scores(self):
        """The PSPI that occur, ascending; 1 to 16 when there is pain at all."""
        found = {int(score) for row in self.rows for score in row["pspi"]}
        return sorted(found | set(SCORES)) if found else []

    def spread(self, what):
        """Return (least, most, sum) over the cells of a column, or of a PSPI."""
        values = [row["pspi"].get(str(what), 0) if isinstance(what, int) else row[what] for row in self.rows]
        return min(values, default=0), max(values, default=0), sum(values)

    def json(self):
        """Return plain JSON: {"cells": the rows, "spread": {column: {"least", "most", "sum"}}, "pspi": {score: the same}}."""
        def told(what):
            return dict(zip(("least", "most", "sum"), self.spread(what), strict=True))

        columns = ("people", "samples", *KINDS, "twins", "twin_samples")
        return {"cells": self.rows, "spread": {name: told(name) for name in columns},
                "pspi": {str(score): told(score) for score in self.scores}}

    def text(self, full=False, width=100, colour=False):
        """Return tables for a terminal.

        full     every cell with every PSPI, else people by cell and the PSPI of all of them
        width    columns of the terminal
        colour   whether it understands colours
        """
        return plain_text(self.tables(full), width, colour)

    def tables(self, full=False):
        """Return the same for rich to print."""
        parts = [self._people(), *([Text(""), self._shown()] if self.dealt else []), Text(self._sentence())]
        parts += ([self._every()] if full else []) + ([self._pain()] if self.scores else [])
        return Group(*parts)

    @property
    def dealt(self):
        """Whether some people show what others of their cell do not: then a cell is several, one for each kind."""
        return any(row["people"] and row[kind] % row["people"] for row in self.rows for kind in KINDS)

    def _people(self):
        return self._by_cell("People", ("people",))

    def _shown(self):
        return self._by_cell("Expressions: pain + others", ("pain", "nonpain"))

    def _by_cell(self, title, columns):
        """Return counts by cell: groups beside one another, ages and genders below."""
        groups, out = _distinct(self.rows, "group"), Table(title=title, title_justify="left", box=None, pad_edge=False)
        for name in ("age", "gender"):
            out.add_column(name)
        for name in (*groups, "all"):
            out.add_column(name, justify="right")
        by_cell = {tuple(row[axis] for axis in AXES): Counter({name: row[name] for name in columns}) for row in self.rows}
        for age, gender in dict.fromkeys((row["age"], row["gender"]) for row in self.rows):
            counts = [by_cell.get((age, gender, group), Counter()) for group in groups]
            out.add_row(age, gender, *(" + ".join(_number(count[name]) for name in columns) for count in (*counts, sum(counts, Counter()))))
        return out

    def _sentence(self):
        people, samples, twins = (self.spread(name) for name in ("people", "samples", "twins"))
        words = [f"\n{len(self.rows)} cells, {_range(people)} people and {_range(samples)} samples in each"]
        words += [f"{twins[2]:,} twins besides, with {self.spread('twin_samples')[2]:,} samples"] if twins[2] else []
        pain, nonpain = self.spread("pain"), self.spread("nonpain")
        shown = [f"{_range(spread)} {name}" for spread, name in ((pain, "pain expressions"), (nonpain, "others")) if spread[1]]
        words += [f"each shows {' and '.join(shown)}"] if shown else []
        words += [self._halves(pain, nonpain)] if self.dealt and pain[1] and nonpain[1] else []
        return "; ".join(words) + ".\n"

    def _halves(self, pain, nonpain):
        """How even it is when pain and no pain are told apart: two cells of each."""
        least, most = min(pain[0], nonpain[0]), max(pain[1], nonpain[1])
        return f"told apart by pain that is {2 * len(self.rows)} cells with {_range((least, most, 0))} expressions in each"

    def _pain(self):
        """How often a PSPI is shown: least and most of a cell, and in all."""
        out = Table(title="Pain expressions by PSPI", title_justify="left", box=None, pad_edge=False)
        for name in ("PSPI", "least in a cell", "most in a cell", "all"):
            out.add_column(name, justify="right")
        out.add_column("")
        most = max(self.spread(score)[2] for score in self.scores)
        for score in self.scores:
            low, high, whole = self.spread(score)
            out.add_row(str(score), _number(low), _number(high), _number(whole), "▇" * round(24 * whole / max(most, 1)))
        return out

    def _every(self):
        """Every cell with every PSPI; the names of a cell in one column, so that it finds room."""
        names = [str(score) for score in self.scores]
        title = "Every cell: pain expressions by PSPI, others"
        out = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 1, 0, 0))
        out.add_column("cell", no_wrap=True)
        for name in (*names, "other"):
            out.add_column(name, justify="right", no_wrap=True)
        for row in self.rows:
            counts = [row["pspi"].get(name, 0) for name in names] + [row["nonpain"]]
            out.add_row(" ".join(row[axis] for axis in AXES), *map(_short, counts))
        return Group(out, Text(""))


def plain_text(drawn, width=100, colour=False, wrap=True):
    """Return what rich would print, as text without spaces at the ends of lines; without `wrap` sentences keep to one line."""
    system = "standard" if colour else None
    console = Console(file=io.StringIO(), width=width, force_terminal=colour, color_system=system, highlight=False)
    console.print(drawn, soft_wrap=not wrap)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines()) + "\n"


def _kinds(shown):
    """Yield what an expression counts as."""
    yield "neutral" if shown["kind"] == "neutral" else "pain" if shown["pain"] else "nonpain"
    if shown["pain"]:
        yield shown["pspi"]


def _planned(job):
    """Return the cells of a job; people by file bring their own."""
    if job.people.identities:
        return ()
    from wince.core.demographics import age_label

    who = job.people
    return tuple((age_label(ages), gender, group) for ages in who.ages for gender in who.genders for group in who.groups)


def _row(cell, found):
    columns = ("people", "samples", *KINDS, "twins", "twin_samples")
    scores = sorted(what for at, what in found if at == cell and isinstance(what, int))
    return dict(zip(AXES, cell, strict=True)) | {name: found[cell, name] for name in columns} | {
        "pspi": {str(score): found[cell, score] for score in scores}}


def _distinct(found, axis):
    return list(dict.fromkeys(row[axis] for row in found))


def _range(spread):
    low, high, _ = spread
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _number(value):
    return f"{value:,}"


def _short(value):
    """Return a count in at most four signs: 16 columns of it have to find room."""
    for unit, size in (("M", 1e6), ("k", 1e4)):
        if value >= size:
            return f"{value / (1e6 if unit == 'M' else 1e3):.0f}{unit}"
    return str(value)
