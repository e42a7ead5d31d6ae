"""The local axes of a face as an artist meets them: grouped, labelled, left and right together; read from data/axes.json.

A lock is the name of a fact ("age"), of a group ("nose"), or of an axis without its side ("eye-bag"); it keeps that from the
person who comes next.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).resolve().parents[1] / "data" / "axes.json"
FACTS = {"age": ("age",), "gender": ("gender",), "ancestry": ("ancestry", "group"), "skin": ("skin_lab",), "iris": ("iris",),
         "look": ("look",)}


@dataclass(frozen=True)
class Axis:
    """One slider: name without side, label, what it does as it grows, the pack's axes behind it (one, or left and right), its ends."""

    name: str
    label: str
    more: str
    sides: tuple[str, ...]
    low: float
    high: float


@dataclass(frozen=True)
class Group:
    """Sliders that stand together: key, label, axes."""

    key: str
    label: str
    axes: tuple[Axis, ...]


@cache
def groups():
    """Return every Group, in the order of the panels."""
    rows = json.loads(FILE.read_text(encoding="utf-8"))["groups"]
    return tuple(Group(row["group"], row["label"], tuple(map(_axis, row["axes"]))) for row in rows)


def names(locks):
    """Return the pack's axes, set of str, that the locks stand for: those of whole groups, and single ones."""
    return {side for group in groups() for axis in group.axes if {group.key, axis.name} & set(locks) for side in axis.sides}


def facts(locks):
    """Return the fields of an Identity, list of str, that the locks stand for."""
    return [name for lock, fields in FACTS.items() if lock in locks for name in fields]


def _axis(row):
    name, (low, high) = row["axis"], row["ends"]
    sides = (f"{name}.L", f"{name}.R") if row["sided"] else (name,)
    return Axis(name, row["label"], row["more"], sides, -float(low), float(high))
