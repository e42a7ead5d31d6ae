"""One item of a release: its labels computed again from the row, its pictures decoded, as far as the scheme says anything of them."""

import hashlib
import io
import json
import os
import tarfile
import zlib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from wince.core.errors import WinceError
from wince.job import spec

from ..paint.models import licences
from ..release import reading, schemes, splits
from ..release.schemes import IMAGE, pain3d_names, panels, synpain_names
from ..release.schemes import wince as own
from . import labels
from . import pictures as sights
from .samples import MALFORMED, PRIVATE, RELEASE

SEVEN = pain3d_names.KEYS
UNREADABLE = (*MALFORMED, WinceError, OSError, tarfile.TarError, zlib.error)         # what a damaged file may cause


@dataclass(frozen=True)
class Lot:
    """Some items of a split, looked at by one process: numbers from `first` up to `last`."""

    folder: Path
    split: str
    first: int
    last: int


@dataclass
class Seen:
    """What was seen of an item: its key, its sample's in the dataset, whose it is, in which split, what it names as its neutral.

    gone   a file that is missing, below the release: nothing more is said of the item
    """

    key: str
    sample: str
    split: str
    neutral_key: str = ""
    is_neutral: bool = False
    twin_of: str = ""
    licences: tuple = ()
    faults: list = field(default_factory=list)
    gone: str = ""


def forget():
    """Forget what was read of releases: another may lie at the same place by now."""
    for known in (_items, *(value for value in vars(reading).values() if hasattr(value, "cache_clear"))):
        known.cache_clear()


def look(lot):
    """Return [Seen] of a Lot."""
    items, facts = _items(lot.folder, lot.split)
    return [_look(items, number, facts, lot) for number in range(lot.first, lot.last)]


@lru_cache(maxsize=4)
def _items(folder, split):
    opened = reading.opened(folder)
    return opened.items(split), opened.facts


def _look(items, number, facts, lot):
    seen = Seen(f"{lot.split}[{number}]", "", lot.split)
    try:
        item = items[number]
        row = item.row
        for name in ("key", "sample", "neutral_key", "twin_of"):
            setattr(seen, name, row.get(name) or "")
        found = [*_placed(row, facts, lot.split), *LOOKS[facts["scheme"]](seen, item, facts)]
        found += [("private", f"its row holds {match[0]}") for match in PRIVATE.finditer(_text(row))]
    except FileNotFoundError as error:
        found, seen.gone = [], os.path.relpath(error.filename, lot.folder)
    except UNREADABLE as error:
        found = [("labels", f"its row or files cannot be read ({type(error).__name__}: {error})")]
    seen.faults = [(check, seen.key, sentence) for check, sentence in found]
    return seen


def _text(row):
    """Return all that a row says as text; the record in it is text already."""
    return json.dumps({name: value for name, value in row.items() if name != "record"}, default=str) + (row.get("record") or "")


def _placed(row, facts, split):
    if row["split"] != split:
        yield "splits", f"says it is in {row['split']} and lies in {split}"
    if splits.parse(facts["folds"]).get(row["fold10"]) != split:
        yield "splits", f"has fold {row['fold10']}, which belongs to another split than {split} ({facts['folds']})"


def _wince(seen, item, facts):
    """The scheme wince: the whole record is there, so everything can be computed again."""
    record, row = json.loads(item.row["record"]), item.row
    seen.is_neutral = record["expression_kind"] == "neutral"
    seen.licences = (*record["licences"].values(), *(model["licence"] for model in (record.get("texture") or {}).get("models", ())))
    again = own.row(schemes.Person(Path(), record["identity"], row["split"], 0, (record,)), record)
    for name, value in again.items():
        if name != "neutral_key" and _plain(row.get(name)) != _plain(value):
            yield "labels", f"the column {name} does not say what the record says"
    yield from labels.labels(record)
    yield from labels.skin(record)
    yield from _released(record)
    yield from _files(item, record, facts)


def _released(record):
    skin = record.get("texture") or {}
    if skin.get("profile") == RELEASE:
        for model in skin.get("models", ()):
            if why := licences.reason(model["licence"]):
                yield "licences", f"its skin was painted by {model['id']} ({model['licence']}), {why}"


def _files(item, record, facts):
    """Compare every file with the hash in the record, and look at the pictures."""
    images, scheme = {}, own.Scheme(spec.Job(outputs=_outputs(record["files"])), facts["layout"])
    for role in scheme.roles:
        data, name = item.file(role), {"image": "rgb", "heat_mm": "heat_float", "passes": "exr"}.get(role, role)
        if data is None:
            yield "files", f"has no {role}"
        elif name in record["files"] and hashlib.sha256(data).hexdigest() != record["files"][name]["sha256"]:
            yield "files", f"its {role} is not the one that was rendered"
        elif scheme.roles[role][0] == IMAGE:
            images[name] = sights.decode(data)
        elif role == own.MADE and not _same_heat(data, item.file("heat"), "heat_float" in record["files"]):
            yield "heat", f"{role} does not say what the picture of the heat says"
    found = list(sights.pictures(images, record))
    yield from found
    if not found and {*sights.ALWAYS} <= images.keys():
        yield from sights.heat(images, record, None)
        yield from sights.covers(images["seg"], record)


def _outputs(files):
    """Return what the job asked for beyond the usual, by a record's files."""
    return tuple(name for name in spec.OPTIONAL_OUTPUTS if name in files or (name == "heat_terms" and "heat_brow" in files))


def _same_heat(data, png, rendered):
    """Tell whether millimetres are those of a picture in micrometres; floats as rendered lie within its step."""
    values = np.load(io.BytesIO(data), allow_pickle=False)
    steps = np.asarray(sights.decode(png), np.float32) / np.float32(1000)
    return values.shape == steps.shape and bool(np.abs(values - steps).max() <= (0.00051 if rendered else 0))


def _pain3d(seen, item, facts):
    """The scheme 3dpain: seven numbers, a picture, a coloured heatmap."""
    row = item.row
    kind, name = pain3d_names.read(f"{row['key']}.jpg")
    seen.is_neutral = kind == "picture" and name.pain == 0
    yield from seven(row)
    if seen.is_neutral and any(row[key] for key in SEVEN):
        yield "labels", "is called neutral and has action units"
    yield from _decodes(item, "image", blank=True)
    if facts["layout"] != "imagefolder":
        yield from _decodes(item, "heatmap")


def seven(row):
    """Yield the faults of 3DPain's seven numbers."""
    scores = [row[key] for key in SEVEN]
    if any(not isinstance(value, int) for value in scores) or not all(0 <= value <= 5 for value in scores[:5]) or scores[5] not in (0, 1):
        yield "labels", f"has action units that 3DPain does not have: {scores[:6]}"
    elif row["PSPI"] != row["AU4"] + max(row["AU6"], row["AU7"]) + max(row["AU9"], row["AU10"]) + row["AU43"]:
        yield "labels", f"PSPI is {row['PSPI']}, which its action units do not make"


def _synpain(seen, item, facts):
    """The scheme synpain: what the ten digits say, and two faces side by side."""
    row = item.row
    name = synpain_names.read(f"{row['key']}.jpg")
    for column in ("pain", "woman", "old", "group"):
        if getattr(name, column) != row[column]:
            yield "labels", f"its name says {column} {getattr(name, column)}, its row {row[column]}"
    if row["id"] != synpain_names.identifier(name) or row["fold"] != row["fold10"] // 2 or not 0 <= row["pspi"] <= 16:
        yield "labels", "its id, fold or PSPI cannot be"
    image = sights.decode(item.file("image") or b"")
    if image is not None and image.width != 2 * row["gap"] + panels.GAP:
        yield "pictures", f"is {image.width} pixels wide: two faces of {row['gap']} and a gap of {panels.GAP} are not"
    yield from _decodes(item, "image", blank=True)


def _decodes(item, role, blank=False):
    data = item.file(role)
    image = None if data is None else sights.decode(data)
    if image is None:
        yield "pictures", f"its {role} is {'missing' if data is None else 'no picture'}"
    elif blank and sights.spread(image) < sights.BLANK:
        yield "pictures", f"its {role} is blank"


def _plain(value):
    """Return a value as it compares: numbers by what they are, whatever table they come from."""
    return json.loads(json.dumps(value, default=lambda other: other.item() if hasattr(other, "item") else str(other)))


LOOKS = {"wince": _wince, "3dpain": _pain3d, "synpain": _synpain}
