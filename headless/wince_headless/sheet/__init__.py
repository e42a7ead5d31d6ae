"""A dataset as a page to look at: one self-contained index.html, and one contact_sheet.png.

Files
    content     records -> the words and numbers on the page, as plain values
    pictures    PNGs of the dataset -> small pictures to embed
    colours     every colour that carries meaning: heat, parts, PSPI terms
    page        content and pictures -> index.html (page.html, page.css and page.js beside it are its shape, look and behaviour)
    contact     the same as one picture, drawn by Pillow
    book        a look book: faces alone, at rest and in pain, a row per group
"""

import io
from pathlib import Path

import numpy as np

from wince.core.errors import WinceError
from wince.job import disk

from .. import dataset as datasets
from . import book, contact, page, pictures

MOVED_MM = 0.2                  # less is not worth a colour


def write(folder, people=24, size=384):
    """Write index.html and contact_sheet.png into a rendered folder.

    folder   str or Path of a dataset, finished or not
    people   how many people to show, the first ones
    size     longer side of the pictures inside the page, pixels
    returns  Path of index.html
    raises   WinceError where there is no dataset, or nothing in it yet
    """
    dataset = datasets.open_dataset(folder)
    chosen = list(filter(None, (dataset.records(identity) for identity in dataset.identities()[:people])))
    if not chosen:
        raise WinceError(f"{folder} holds no finished picture yet: run `wince render` first, or let it go on")
    scale = _scale(dataset, chosen)
    disk.write(Path(folder, "contact_sheet.png"), _png(contact.draw(dataset, chosen, scale)))
    disk.write(Path(folder, "index.html"), page.html(dataset, chosen, scale, size).encode())
    return Path(folder, "index.html")


def write_book(folder, size=192):
    """Write look_book.png into a rendered folder; arguments, result and errors as `write`, `size` in pixels of one face."""
    dataset = datasets.open_dataset(folder)
    people = list(filter(None, map(dataset.records, dataset.identities())))
    if not people:
        raise WinceError(f"{folder} holds no finished picture yet: run `wince render` first, or let it go on")
    path = Path(folder, "look_book.png")
    disk.write(path, _png(book.draw(people, dataset.file, size)))
    return path


def _scale(dataset, chosen):
    """Return one heat scale for all pictures, in mm, so that they can be compared.

    Closing lids move twice as far as anything else. The scale ends where 95 % of what moves lies, or brows would stay dark.
    """
    flat = (record for records in chosen for record in records)
    heats = [pictures.heat_mm(dataset.file(record, "heat"), dataset.file(record, "coverage"), 128) for record in flat]
    moved = np.concatenate([mm[mm > MOVED_MM] for mm in heats])
    return pictures.nice_scale(float(np.percentile(moved, 95)) if moved.size else 0)


def _png(image):
    buffer = io.BytesIO()
    image.save(buffer, "png", optimize=True)
    return buffer.getvalue()
