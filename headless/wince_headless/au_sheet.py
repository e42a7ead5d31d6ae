"""The bench of action units: every AU measured on the average adult, and rendered from A to E on three people."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from rich.console import Console
from rich.table import Table

from wince.core import face, identity, pack, rig
from wince.core.errors import WinceError
from wince.core.facs.action_units import ActionUnits
from wince.core.facs.intensity import LETTERS
from wince.core.facs.pspi import PSPI_AUS
from wince.core.facs.table import TABLE
from wince.job import disk, layout, spec

from . import au_bands
from . import dataset as datasets

PEOPLE, SEED = 3, 4
PAPER, INK, QUIET = "#faf8f4", "#1f1c19", "#6d665d"
FACE = (0.22, 0.24, 0.78, 0.80)        # where the face is in the frontal view: left, top, right, bottom
NAME, CAPTION, GAP, MARGIN = 150, 22, 6, 24


def show(path=None):
    """Measure every band on the average adult, print the table, and return how many are missed.

    path   a face pack, or None for the one in the add-on
    """
    bench = au_bands.Bench(pack.load(path))
    found = bench.bands()
    table = Table("AU", "place", "measure", "mm at E", "band", "", title=f"Action units at E on the average adult, bands version "
                  f"{au_bands.BANDS_VERSION} (our reading of FACS)")
    for row in sorted(found, key=lambda row: row.number):
        mark = "ok" if row.good else "[red]FAIL[/red]"
        table.add_row(au_bands.title(row.number), row.place, row.measure, f"{row.value:.2f}", f"{row.low:g} to {row.high:g}", mark)
    console = Console()
    console.print(table)
    console.print(_peaks(bench))
    return sum(not row.good for row in found)


def _peaks(bench):
    """Return a table of where every AU with a shape moves the exterior skin most: millimetres, and (x, z) from between the eyes."""
    table = Table("AU", "peak mm at E", "x, y, z mm", title="The strongest motion of exterior skin: along the character's left, back, up")
    for number in shaped():
        vertex, length = bench.peak(strongest(number))
        way = bench.moved(strongest(number))[vertex]
        table.add_row(au_bands.title(number), f"{length:.1f}", " ".join(f"{value:+.1f}" for value in way))
    return table


def shaped():
    """Return the numbers of the AUs that have a shape of their own."""
    return tuple(number for number, row in TABLE.items() if row.kind == "shape")


def strongest(number, letter="E"):
    """Return an AU at one letter as FACS text; one side where there are never two."""
    return f"L{number}{letter}" if number in (30, 46) else f"{number}{letter}"


def job(numbers, size=256, samples=8):
    """Return the job that renders AUs from A to E on three people, young, middle-aged and old.

    numbers  AUs, in the sheet's order
    """
    codes = tuple(strongest(number, letter) for number in numbers for letter in LETTERS)
    people = spec.People(count=PEOPLE, ages=((22.0, 30.0), (45.0, 55.0), (76.0, 86.0)))
    return spec.Job("au_sheet", SEED, people, spec.Expressions(pain=0, codes=codes), ("frontal",),
                    spec.Lighting(lights=("studio",), worlds=("plain",)), spec.Render(resolution=(size, size), samples=samples))


def render(out, numbers=PSPI_AUS, size=256, samples=8, blender=None):
    """Render the AUs into OUT and lay them out as OUT/au_sheet.png; the same call again goes on where it stopped.

    out      Path of an output folder
    numbers  AUs
    returns  Path of the sheet
    raises   WinceError as `wince render` does
    """
    from . import launch, preflight, progress

    wanted, orders = job(numbers, size, samples), launch.Orders(Path(out), 1, blender)
    preflight.check(wanted, orders)
    with progress.RenderProgress() as bar:
        if launch.render(wanted, orders, bar):
            raise WinceError(f"the sheet in {out} is not finished: run the same command again")
    sheet = Path(out, "au_sheet.png")
    disk.write(sheet, _png(draw(datasets.open_dataset(out), numbers)))
    return sheet


@dataclass(frozen=True)
class Shown:
    """One picture of the sheet: photograph, heat over it or None, and the peak of the exterior skin's motion in millimetres."""

    photo: Image.Image
    heat: Image.Image | None
    peak_mm: float


def draw(dataset, numbers, size=160):
    """Return the sheet as a Pillow image: a row per AU and person, A to E, each face beside its heat.

    dataset   Dataset that `job(numbers)` made; size: pixels of a face
    """
    model = face.FaceModel(pack.load())
    rows = [(number, who, _row(dataset, model, who, k)) for k, number in enumerate(numbers) for who in dataset.identities()]
    width = 2 * MARGIN + NAME + len(LETTERS) * (2 * size + GAP)
    sheet = Image.new("RGB", (width, 2 * MARGIN + len(rows) * (size + CAPTION)), PAPER)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    for place, (number, who, shown) in enumerate(rows):
        y = MARGIN + place * (size + CAPTION)
        pen.text((MARGIN, y), f"AU{number}\n{TABLE[number].name}\n{who}", INK, font)
        for letter, cell, x in zip(LETTERS, shown, range(MARGIN + NAME, width, 2 * size + GAP)):
            sheet.paste(_face(cell.photo, size), (x, y))
            if cell.heat:
                sheet.paste(_face(cell.heat, size), (x + size, y))
            pen.text((x, y + size + 2), f"{letter}  {cell.peak_mm:.1f} mm", QUIET, font)
    return sheet


def _face(image, size):
    """Cut the face out of a portrait, (size, size) pixels."""
    box = [share * side for share, side in zip(FACE, image.size * 2)]
    return image.resize((size, size), Image.Resampling.LANCZOS, box)


def _row(dataset, model, who, place):
    """Return the five Shown of one AU on one person; e00 is the neutral face."""
    records = {record["expression"]: record for record in dataset.records(who)}
    person = model.person(identity.read(layout.identity_path(dataset.folder, f"{who}/e00/frontal")))
    first = 1 + len(LETTERS) * place
    return [_shown(dataset, person, records[layout.expression_name(first + k)]) for k in range(len(LETTERS))]


def _shown(dataset, person, record):
    from .sheet import pictures

    moved = rig.deform(person, ActionUnits.parse(record["facs"])) - person.base
    peak = float((np.linalg.norm(moved, axis=1) * person.pack.exterior).max() * 1000)
    photo = pictures.photo(dataset.file(record, "rgb"), 512)
    mm = pictures.heat_mm(dataset.file(record, "heat"), dataset.file(record, "coverage"), max(photo.size))
    return Shown(photo, pictures.over(photo, mm, pictures.nice_scale(8)) if mm.any() else None, peak)


def _png(image):
    buffer = io.BytesIO()
    image.save(buffer, "png", optimize=True)
    return buffer.getvalue()
