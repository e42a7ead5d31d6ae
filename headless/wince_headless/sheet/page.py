"""Content and pictures -> index.html: one file with everything in it, which can be mailed."""

import json
from pathlib import Path
from string import Template

import numpy as np

from . import colours, content, pictures

HERE = Path(__file__).parent


def html(dataset, chosen, scale_mm, size):
    """Return the page as text.

    dataset   Dataset
    chosen    [[record, ...], ...]: the records of each person to show
    scale_mm  end of the heat scale
    size      longer side of the embedded pictures, pixels
    """
    page = content.title(dataset) | {
        "total": {"people": len(dataset.identities())},
        "views": content.views([record for records in chosen for record in records]),
        "heat": {"scale_mm": scale_mm, "stops": colours.HEAT},
        "terms": [{"id": term, "size": size_, "colour": colours.TERMS[term]} for term, size_ in colours.TERM_SIZE.items()],
        "parts": _parts_in(dataset, chosen, size),
        "people": [_person(dataset, records, scale_mm, size) for records in chosen],
    }
    return Template(_shape("page.html")).substitute(
        title=f"{dataset.job.name} · Wince".replace("&", "&amp;").replace("<", "&lt;"),
        style=_shape("page.css"), script=_shape("page.js"), content=_embeddable(page))


def _person(dataset, records, scale_mm, size):
    person, expressions = content.person(records), {}
    for record in records:
        entry = expressions.setdefault(record["expression"], content.expression(record) | {"views": {}})
        entry["views"][record["view"]] = content.view(record) | _images(dataset, record, scale_mm, size)
    return person | {"expressions": list(expressions.values())}


def _images(dataset, record, scale_mm, size):
    mm = pictures.heat_mm(dataset.file(record, "heat"), dataset.file(record, "coverage"), size)
    return {
        "rgb": pictures.photo_uri(pictures.photo(dataset.file(record, "rgb"), size)),
        "heat": pictures.heat_uri(mm, scale_mm),
        "parts": pictures.parts_uri(pictures.parts(dataset.file(record, "seg"), size)),
    }


def _parts_in(dataset, chosen, size):
    """Return [[name, colour], ...] of the classes that any picture of the page shows, in the order of their numbers."""
    flat = (record for records in chosen for record in records)
    seen = {number for record in flat for number in np.unique(pictures.parts(dataset.file(record, "seg"), size)).tolist()}
    return [list(colours.PARTS[number]) for number in sorted(seen & colours.PARTS.keys())]


def _shape(name):
    return (HERE / name).read_text(encoding="utf-8")


def _embeddable(value):
    """Return JSON that may stand inside a script element: no text in it can end the element."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
