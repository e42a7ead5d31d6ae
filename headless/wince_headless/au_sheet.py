"""The bench of action units: every AU measured on the average adult, and rendered from A to E on three people."""

import dataclasses
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from rich.console import Console
from rich.table import Table

from wince.core import atlas, demographics, face, identity, look, pack, rig
from wince.core.cameras import Camera
from wince.core.errors import WinceError
from wince.core.facs.action_units import ActionUnits
from wince.core.facs.intensity import LETTERS
from wince.core.facs.pspi import PSPI_AUS
from wince.core.facs.table import TABLE
from wince.job import disk, layout, spec

from . import au_bands
from . import dataset as datasets

SEED = 4
PEOPLE = {"young": ("White", "woman", 26.0, 68.0), "middle": ("East Asian", "man", 50.0, 58.0), "old": ("Black", "woman", 80.0, 36.0)}
PAGES = "au_sheet"                     # the folder of the pages in a rendered folder
READING = "The bands are our reading of what FACS describes in words; no FACS coder has confirmed them."
PAPER, INK, QUIET = "#faf8f4", "#1f1c19", "#6d665d"
CLOSE = Camera("close", fill=1.05)     # the face fills the picture: every pixel is there to judge by
NAME, CAPTION, GAP, MARGIN = 110, 22, 6, 24
UNMOVED_MM = 0.05                      # below this no exterior skin moves at all: AU19 is the tongue
SCALE_MM = 10.0                        # where the colours of motion end


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
    console.print(READING)
    return sum(not row.good for row in found)


def _peaks(bench):
    """Return a table of where every AU with a shape moves the exterior skin most: millimetres, and (x, z) from between the eyes."""
    table = Table("AU", "peak mm at E", "x, y, z mm", title="The strongest motion of exterior skin: along the character's left, back, up")
    for number in shaped():
        vertex, length = bench.peak(strongest(number))
        if length < UNMOVED_MM:
            table.add_row(au_bands.title(number), "none", f"moves the {TABLE[number].region}, no exterior skin")
            continue
        way = bench.moved(strongest(number))[vertex]
        table.add_row(au_bands.title(number), f"{length:.1f}", " ".join(f"{value:+.1f}" for value in way))
    return table


def shaped():
    """Return the numbers of the AUs that have a shape of their own."""
    return tuple(number for number, row in TABLE.items() if row.kind == "shape")


def chosen(text, every=False):
    """Return the AUs to render: those of a text such as "4,6,9", else all that have a shape, else those of PSPI.

    raises   WinceError for a number that has no shape
    """
    if not text:
        return shaped() if every else PSPI_AUS
    words = [word.strip() for word in text.split(",")]
    if strange := [word for word in words if not word.isdigit() or int(word) not in shaped()]:
        raise WinceError(f"--aus: {strange[0]!r} is no action unit with a shape: choose from {', '.join(map(str, shaped()))}")
    return tuple(map(int, words))


def strongest(number, letter="E"):
    """Return an AU at one letter as FACS text; one side where there are never two."""
    return f"L{number}{letter}" if number in (30, 46) else f"{number}{letter}"


def people(loaded):
    """Return three people of different ages and tones, {name: Identity}, faces bare: no beard and no glasses hide what moves.

    loaded   FacePack
    """
    out = {}
    for number, (name, (group, gender, age, lightness)) in enumerate(PEOPLE.items()):
        wanted = spec.People(1, ages=((age, age),), genders=(gender,), groups=(group,), fixed={"skin_lightness": lightness})
        who = demographics.sample(SEED, number, wanted, loaded)
        bare = look.changed(look.changed(who.look, "glasses", kind="none"), "facial_hair", style="none")
        out[name] = dataclasses.replace(who, look=bare)
    return out


def job(numbers, identities, size=256, samples=16, plain=False):
    """Return the job that renders AUs from A to E on some people.

    numbers     AUs, in the sheet's order
    identities  paths of identity files
    plain       without hair, clothes, skin detail and wrinkles
    """
    codes = tuple(strongest(number, letter) for number in numbers for letter in LETTERS)
    who = spec.People(count=len(identities), identities=tuple(map(str, identities)))
    render_ = spec.Render(resolution=(size, size), samples=samples, look="plain" if plain else "full")
    light = spec.Lighting(lights=("studio",), worlds=("plain",), backgrounds=("plain",))
    return spec.Job("au_sheet", SEED, who, spec.Expressions(pain=0, codes=codes), (CLOSE,), light, render_)


def render(out, numbers=PSPI_AUS, size=256, samples=16, blender=None, plain=False):
    """Render the AUs into OUT and lay them out; the same call again goes on where it stopped.

    out      Path of an output folder
    numbers  AUs
    returns  [Path] of the pages: one for each AU, OUT/au_sheet/AU09.png, and one for each person, young.png, with all of them to compare
    raises   WinceError as `wince render` does
    """
    from . import launch, preflight, progress

    folder = Path(out, PAGES)
    wanted = job(numbers, _written(people(pack.load()), folder), size, samples, plain)
    orders = launch.Orders(Path(out), 1, blender)
    preflight.check(wanted, orders)
    with progress.RenderProgress() as bar:
        if launch.render(wanted, orders, bar):
            raise WinceError(f"the sheet in {out} is not finished: run the same command again")
    dataset, pages = datasets.open_dataset(out), []
    for place, number in enumerate(numbers):
        pages.append(folder / f"AU{number:02d}.png")
        disk.write(pages[-1], _png(draw(dataset, number, place, min(size, 256))))
    for name, who in zip(PEOPLE, dataset.identities()):
        pages.append(folder / f"{name}.png")
        disk.write(pages[-1], _png(compare(dataset, numbers, who, min(size, 256))))
    return pages


def _written(who, folder):
    """Write identities {name: Identity} into a folder and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, one in who.items():
        disk.write(folder / f"{name}.json", one.json().encode())
    return [folder / f"{name}.json" for name in who]


@dataclass(frozen=True)
class Shown:
    """One picture of the sheet: photograph, millimetres over it, and the peak of the exterior skin's motion in millimetres."""

    photo: Image.Image
    heat: Image.Image
    peak_mm: float


def draw(dataset, number, place, size=160):
    """Return the page of one AU as a Pillow image: a row per person, neutral and A to E, each face over its map of millimetres.

    dataset   Dataset that `job` made; place: of the AU among the job's; size: pixels of a face
    """
    model, who = face.FaceModel(pack.load()), dataset.identities()
    high = 2 * size + CAPTION
    columns = ("neutral", *LETTERS)
    sheet = Image.new("RGB", (2 * MARGIN + NAME + len(columns) * (size + GAP), 3 * MARGIN + len(who) * (high + GAP)), PAPER)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    pen.text((MARGIN, MARGIN // 2), f"{au_bands.title(number)}, neutral and A to E, with the peak of the exterior skin's motion", INK, font)
    for row, one in enumerate(who):
        y = 2 * MARGIN + row * (high + GAP)
        person, shown = _row(dataset, model, one, place)
        pen.text((MARGIN, y), _caption(one, person.identity), INK, font)
        for letter, cell, x in zip(columns, shown, range(MARGIN + NAME, sheet.width, size + GAP)):
            sheet.paste(_face(cell.photo, size), (x, y))
            sheet.paste(_face(cell.heat, size), (x, y + size))
            pen.text((x, y + 2 * size + 2), f"{letter}  {cell.peak_mm:.1f} mm", QUIET, font)
    return sheet


def compare(dataset, numbers, who, size=160):
    """Return the page of one person as a Pillow image: a row per AU, neutral and A to E.

    dataset   Dataset that `job` made of these AUs; who: "id00001"; size: pixels of a face
    """
    columns, high = ("neutral", *LETTERS), size + GAP
    sheet = Image.new("RGB", (2 * MARGIN + NAME + len(columns) * (size + GAP), 3 * MARGIN + len(numbers) * high), PAPER)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    records = {record["expression"]: record for record in dataset.records(who)}
    for x, letter in zip(range(MARGIN + NAME, sheet.width, size + GAP), columns):
        pen.text((x, MARGIN // 2), letter, QUIET, font)
    for place, number in enumerate(numbers):
        y = 3 * MARGIN // 2 + place * high
        pen.text((MARGIN, y), "\n".join(au_bands.title(number).split(" ", 2)), INK, font)
        for x, k in zip(range(MARGIN + NAME, sheet.width, size + GAP), _shown_of(place)):
            sheet.paste(_face(_photo(dataset, records[layout.expression_name(k)]), size), (x, y))
    return sheet


def _caption(name, who):
    """Return what stands beside a person's row."""
    return f"{name}\n{who.group}\n{'woman' if who.gender < 0.5 else 'man'}, {who.age:g}"


def _shown_of(place):
    """Return the numbers of the expressions that a row shows: the neutral face, and A to E of the job's AU in a place."""
    first = 1 + len(LETTERS) * place
    return [0, *range(first, first + len(LETTERS))]


def _photo(dataset, record):
    from .sheet import pictures

    return pictures.photo(dataset.file(record, "rgb"), 1024)


def _face(image, size):
    """Return a square picture at (size, size) pixels."""
    return image.resize((size, size), Image.Resampling.LANCZOS)


def _row(dataset, model, who, place):
    """Return (Person, the six Shown) of one AU on one person; e00, the neutral face, is the first."""
    records = {record["expression"]: record for record in dataset.records(who)}
    person = model.person(identity.read(layout.identity_path(dataset.folder, f"{who}/e00/frontal")))
    return person, [_shown(dataset, person, records[layout.expression_name(k)]) for k in _shown_of(place)]


def _shown(dataset, person, record):
    from .sheet import pictures

    aus = ActionUnits.parse(record["facs"])
    mm = np.linalg.norm(rig.deform(person, aus) - person.base, axis=1) * person.pack.exterior * 1000
    photo = _photo(dataset, record)
    seen = painted(person.pack.faces_of("skin", "brows"), _pixels(rig.pose(person, aus), record), mm, photo.size)
    return Shown(photo, pictures.over(photo, seen, SCALE_MM), float(mm.max()))


def _pixels(points, record):
    """Return where points (V, 3) of a person stand in a record's picture: x, y pixels and depth, (V, 3)."""
    camera = record["camera"]
    seen = points @ np.array(camera["R"]).T + np.array(camera["t"])
    flat = seen @ np.array(camera["K"]).T
    return np.column_stack([flat[:, :2] / seen[:, 2:], seen[:, 2]])


def painted(faces, pixels, value, size):
    """Return a picture (H, W) of a value per vertex, even between vertices, far faces first and near ones over them.

    faces   (F, 4); pixels (V, 3) x, y and depth; value (V,); size (W, H)
    """
    thirds = np.stack([faces[:, [0, 1, 2]], faces[:, [0, 2, 3]]], axis=1)[np.argsort(-pixels[faces, 2].mean(axis=1))].reshape(-1, 3)
    triangle, x, y, weights = atlas.fragments(pixels[thirds, :2], *size)
    out = np.zeros(size[::-1])
    out[y, x] = np.einsum("kn,nk->n", weights, value[thirds[triangle]])
    return out


def _png(image):
    buffer = io.BytesIO()
    image.save(buffer, "png", optimize=True)
    return buffer.getvalue()
