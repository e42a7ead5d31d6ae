"""Two tables to read: the action units, and how far apart the groups come out."""

import numpy as np
from rich.console import Console
from rich.table import Table

from wince.core import demographics, pack, separation
from wince.core.facs.table import TABLE, TABLE_VERSION
from wince.job import spec


def show_action_units():
    """Print the AU table, what the mesh cannot show marked."""
    title = f"Action units, table version {TABLE_VERSION}"
    table = Table("AU", "name", "muscles", "sides", "made from", "note", title=title, show_lines=True)
    for row in TABLE.values():
        name = row.name if row.supported else f"{row.name} [red](stand-in)[/red]"
        table.add_row(str(row.number), name, row.muscles, "L R" if row.sided else "", _made(row), row.note)
    Console().print(table)


def show_groups(file, people):
    """Print the distances between groups (mm RMS over the face), and a warning for pairs that cannot be told apart."""
    found = separation.measure(pack.load(), spec.People(), demographics.read_groups(file), people)
    table = Table("mm RMS", *found.names, "within", title=f"Between the groups' mean faces, and within each group ({people} people)")
    for name, row, within in zip(found.names, found.between, found.within, strict=True):
        table.add_row(name, *(f"{value:.1f}" for value in row), f"{within:.1f}")
    console = Console()
    console.print(table)
    console.print(_tones(found.tones()))
    for one, other in found.indistinct():
        console.print(f"[yellow]warning[/yellow]: {one} and {other} cannot be told apart by shape, only by skin tone and eyes")


def _tones(found):
    """Return the table of {group: (lightness, Counter of Monk steps)}."""
    table = Table("skin", "L* lowest", "middle", "highest", "Monk steps: people", title="Tones of the skins, targets (albedo, D65)")
    for name, (lightness, steps) in found.items():
        said = ", ".join(f"{step}: {count}" for step, count in sorted(steps.items()))
        table.add_row(name, *(f"{np.percentile(lightness, share):.0f}" for share in (0, 50, 100)), said)
    return table


def _made(row):
    if row.rotation:
        axis, step = row.rotation
        return f"{axis} {step:+g} degrees per step"
    return ", ".join(f"{name} x {gain:g}" for name, gain in row.shapes.items())
