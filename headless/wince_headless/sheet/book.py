"""A look book: everyone of a dataset at rest and in pain, one block per person, a row per group."""

from PIL import Image, ImageDraw, ImageFont

from . import content, pictures

PAPER, INK, QUIET = "#faf8f4", "#1f1c19", "#6d665d"
MARGIN, GAP, NAME, HEAD = 24, 10, 26, 40
OLD = 60


def draw(people, file, size=192):
    """Return the look book as a Pillow image.

    people   [[record, ...], ...]: the records of each person, the first view of each expression is shown
    file     (record, name) -> path of a record's file
    size     of a picture, pixels
    """
    rows = _by_group(people)
    faces = max(len(_shown(person)) for row in rows.values() for person in row)
    wide, tall = faces * size + GAP, size + NAME
    most = max(map(len, rows.values()))
    sheet = Image.new("RGB", (2 * MARGIN + most * wide - GAP, HEAD + len(rows) * (tall + GAP) + MARGIN), PAPER)
    pen = ImageDraw.Draw(sheet)
    for y, (group, row) in enumerate(rows.items()):
        for x, person in enumerate(row):
            left, top = MARGIN + x * wide, HEAD + y * (tall + GAP)
            _block(sheet, pen, person, file, left, top, size)
            pen.text((left, top + size + 5), f"{group}, {content.person(person)['title'].lower()}", INK if x == 0 else QUIET, _font(13))
    pen.text((MARGIN, 14), "People who do not exist, at rest and in severe pain.", QUIET, _font(14))
    return sheet


def _by_group(people):
    """Return {group: [person, ...]}: women before men, young before old."""
    rows = {}
    for person in people:
        rows.setdefault(person[0]["demographics"]["group"], []).append(person)
    return {group: sorted(row, key=_place) for group, row in rows.items()}


def _place(person):
    """Return what a person is sorted by."""
    who = person[0]["demographics"]
    return who["age"] > OLD, who["gender"] > 0.5


def _shown(person):
    """Return one record per expression."""
    found = {}
    for record in person:
        found.setdefault(record["expression"], record)
    return list(found.values())


def _block(sheet, pen, person, file, left, top, size):
    """Draw one person's expressions side by side."""
    for place, record in enumerate(_shown(person)):
        sheet.paste(pictures.photo(file(record, "rgb"), size), (left + place * size, top))


def _font(size):
    return ImageFont.load_default(size)
