"""The dataset as one picture: a row per person, each face beside its heat."""

from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from . import colours, content, pictures

PAPER, INK, QUIET, FAINT = "#faf8f4", "#1f1c19", "#6d665d", "#e2dcd2"
MARGIN, GAP, NAME, CAPTION, HEAD, FOOT = 48, 12, 168, 46, 118, 64
ACCENT = colours.TERMS["brow"]
LEGEND = "People who do not exist. Colours: movement of the skin by AUs 4, 6, 7, 9, 10 and 43."


@dataclass(frozen=True)
class Cell:
    """One expression of one person, ready to be drawn."""

    photo: Image.Image
    heat: Image.Image | None
    words: dict


def draw(dataset, chosen, scale_mm, size=184, faces=4):
    """Return the contact sheet as a Pillow image.

    dataset   Dataset
    chosen    [[record, ...], ...]: the records of each person to show
    scale_mm  end of the heat scale
    size      longer side of a face, pixels
    faces     most expressions in a row
    """
    rows = [(content.person(records), _cells(dataset, records, scale_mm, size, faces)) for records in chosen]
    tall = max(cell.photo.height for _, cells in rows for cell in cells) + CAPTION + GAP
    wide = max(sum(_width(cell) for cell in cells) + GAP * (len(cells) - 1) for _, cells in rows)
    sheet = Image.new("RGB", (2 * MARGIN + NAME + wide, HEAD + tall * len(rows) + FOOT), PAPER)
    pen = ImageDraw.Draw(sheet)
    _head(pen, dataset, sheet.width, scale_mm)
    for number, (person, cells) in enumerate(rows):
        y = HEAD + number * tall
        _name(pen, person, y)
        x = MARGIN + NAME
        for cell in cells:
            _face(sheet, pen, cell, x, y)
            x += _width(cell) + GAP
    pen.text((MARGIN, sheet.height - 40), LEGEND, QUIET, _font(13))
    return sheet


def _cells(dataset, records, scale_mm, size, faces):
    """Return the cells of one person: every expression in the view that is nearest to frontal, neutral first."""
    best = {}
    for record in records:
        kept = best.get(record["expression"])
        if kept is None or _turned(record) < _turned(kept):
            best[record["expression"]] = record
    return [_cell(dataset, record, scale_mm, size) for record in list(best.values())[:faces]]


def _turned(record):
    return abs(content.camera_yaw_deg(record))


def _cell(dataset, record, scale_mm, size):
    photo = pictures.photo(dataset.file(record, "rgb"), size)
    mm = pictures.heat_mm(dataset.file(record, "heat"), dataset.file(record, "coverage"), size)
    return Cell(photo, pictures.over(photo, mm, scale_mm) if mm.any() else None, content.expression(record))


def _width(cell):
    return cell.photo.width * (2 if cell.heat else 1)


def _head(pen, dataset, width, scale_mm):
    page = content.title(dataset)
    pen.text((MARGIN, 34), "WINCE", ACCENT, _font(13))
    pen.text((MARGIN, 50), page["name"], INK, _font(36))
    left, top, right = width - MARGIN - 240, 62, width - MARGIN
    for x in range(left, right):
        colour = colours.heat_rgb((x - left) / (right - left))
        pen.line([(x, top), (x, top + 9)], tuple(round(value) for value in colour))
    pen.text((left, top + 14), "0", QUIET, _font(13))
    pen.text((right, top + 14), f"{scale_mm:g} mm +", QUIET, _font(13), anchor="ra")


def _name(pen, person, y):
    pen.line([(MARGIN, y - GAP // 2), (MARGIN + NAME - 24, y - GAP // 2)], FAINT)
    pen.text((MARGIN, y + 6), person["title"], INK, _font(21))
    pen.text((MARGIN, y + 36), person["group"], QUIET, _font(14))
    pen.rounded_rectangle([MARGIN, y + 64, MARGIN + 40, y + 80], 4, person["skin"])
    pen.text((MARGIN + 50, y + 65), f"L {person['lab'][0]:.0f}", QUIET, _font(13))
    pen.text((MARGIN, y + 92), person["id"], QUIET, _font(13))


def _face(sheet, pen, cell, x, y):
    width, height, words = cell.photo.width, cell.photo.height, cell.words
    sheet.paste(cell.photo, (x, y))
    if cell.heat:
        sheet.paste(cell.heat, (x + width, y))
    baseline = y + height + 8
    _gauge(pen, words["terms"], x, baseline, width)
    for number, line in enumerate(_lines(words["facs"] or words["kind"], _font(13), width - 4)):
        pen.text((x, baseline + 10 + 15 * number), line, INK if words["facs"] else QUIET, _font(13))
    if cell.heat:
        pen.text((x + width + 8, baseline - 5), f"{words['kind']}, PSPI {words['pspi']}", ACCENT if words["pain"] else QUIET, _font(13))


def _gauge(pen, terms, x, y, width):
    """Draw PSPI as sixteen cells in its four terms."""
    step = width / 16
    for term, size in colours.TERM_SIZE.items():
        for number in range(size):
            pen.rectangle([round(x), y, round(x + step) - 3, y + 4], colours.TERMS[term] if number < terms[term] else FAINT)
            x += step


def _lines(text, font, width):
    """Return text in two lines, broken after a plus, the second cut where it is still too long."""
    first, rest = "", text.replace("+", "+ ").split(" ")
    while rest and font.getlength(first + rest[0]) <= width:
        first += rest.pop(0)
    return first, _fitting("".join(rest), font, width)


def _fitting(text, font, width):
    """Return a text cut to a width in pixels, with an ellipsis where something is gone."""
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "…") > width:
        text = text[:-1]
    return text + "…"


def _font(size):
    return ImageFont.load_default(size)             # comes with Pillow, so the sheet is the same on every machine
