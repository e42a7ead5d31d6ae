"""Does a dataset keep its promises?  Everything is read back from the files and computed again; nothing is taken on trust."""

import hashlib
import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from PIL import Image, UnidentifiedImageError

from wince.core.errors import WinceError
from wince.core.facs.action_units import ActionUnits
from wince.core.facs.intensity import code, intensity
from wince.core.facs.pspi import UNBC_AUS, pspi
from wince.core.facs.table import TABLE
from wince.core.skin import tone
from wince.job import expand, layout, textures
from wince.job.record import COVERS

from .. import dataset as datasets
from ..progress import plural
from ..sheet.colours import PARTS

CHECKS = {                      # what is looked at, in the words of the report
    "complete": "every sample of the job is there",
    "files": "every file is there, with the bytes and the hash of its record",
    "pictures": "every picture has its size and is not blank",
    "labels": "PSPI, its terms and the action units agree, computed again",
    "look": "what covers the face is in the picture, tone and scale of the skin agree, painted skins are the ones named",
    "heat": "heat is zero on neutral faces, lies on skin, and is there where PSPI is",
    "links": "every record knows its neutrals",
}
ALWAYS = ("rgb", "seg", "heat", "coverage")
BLANK = 1.5                     # standard deviation in grey levels below which a picture shows nothing
IN_SIGHT = 0.5                  # share of a region in view from which its heat must show
SHOWN = 60                      # faults that the report spells out


@dataclass
class Report:
    """What was looked at and what was wrong: faults are (check, key, sentence)."""

    name: str
    people: int = 0
    samples: int = 0
    expected: int = 0
    faults: list = field(default_factory=list)

    def text(self):
        """Return the report for a terminal."""
        wrong = Counter(check for check, *_ in self.faults)
        head = f"{self.name}: {self.samples:,} of {self.expected:,} samples, {plural(self.people, 'person', 'people')}"
        checks = [f"  {'FAULT' if wrong[check] else 'ok':<6}{words}{f' ({wrong[check]:,})' if wrong[check] else ''}"
                  for check, words in CHECKS.items()]
        faults = [f"  {key}: {sentence}" for _, key, sentence in self.faults[:SHOWN]]
        more = [f"  and {len(self.faults) - SHOWN:,} more"] if len(self.faults) > SHOWN else []
        return "\n".join([head, *checks, *([f"\n{plural(len(self.faults), 'fault', 'faults')}"] if faults else []), *faults, *more])


def verify(folder):
    """Check a whole rendered folder.

    folder   str or Path
    returns  Report
    raises   WinceError where there is no dataset
    """
    dataset = datasets.open_dataset(folder)
    expected = [sample.key for sample in expand.samples(dataset.job)]
    report = Report(dataset.job.name, expected=len(expected))
    present = set()
    with ThreadPoolExecutor(os.cpu_count()) as pool:            # hashing and decoding let go of the interpreter
        for identity in dataset.identities():
            records, broken = _read(dataset, identity)
            report.faults += broken
            present |= records.keys()
            report.people += bool(records)
            report.faults += [fault for faults in pool.map(lambda record: sample(dataset, record), records.items()) for fault in faults]
            report.faults += _links(records, expand.neutral_names(dataset.job))
    report.samples = len(present & set(expected))
    report.faults += _complete(present, expected)
    report.faults.sort(key=lambda fault: (list(CHECKS).index(fault[0]), fault[1]))
    return report


def sample(dataset, keyed):
    """Return the faults of one sample, [(check, key, sentence), ...]; keyed is (key by folder, record)."""
    key, record = keyed
    try:
        faults = list(_files(dataset, key, record))
        if not faults:                          # no use in looking at a damaged picture
            faults = [*_pictures(dataset, record), *_heat(dataset, record), *_look(dataset, record)]
        faults += _labels(record)
    except (KeyError, TypeError) as error:
        faults = [("labels", f"the record has no proper {error}: delete it and render the sample again")]
    return [(check, key, sentence) for check, sentence in faults]


def _read(dataset, identity):
    """Return {key by folder: record} of one person, and faults for records that cannot be read."""
    records, faults = {}, []
    for path in sorted(dataset.folder.glob(f"{identity}/*/*/{layout.RECORD}")):
        key = path.parent.relative_to(dataset.folder).as_posix()
        try:
            records[key] = datasets.read_json(path)
        except WinceError as error:
            faults.append(("complete", key, str(error)))
    return records, faults


def _complete(present, expected):
    missing = [("complete", key, "is missing: run the same `wince render` again, it goes on") for key in expected if key not in present]
    foreign = [("complete", key, "is no part of this job: move it away") for key in sorted(present.difference(expected))]
    return missing + foreign


def _files(dataset, key, record):
    if not layout.expression_path(dataset.folder, key).is_file():
        yield "files", f"{layout.EXPRESSION} is missing beside it: delete record.json and run `wince render` again"
    if record["key"] != key:
        yield "files", f"its record says it is {record['key']}: it was moved; move it back or render it again"
    for name in ALWAYS:
        if name not in record["files"]:
            yield "files", f"the record lists no {name}: render it again"
    for name, entry in sorted(record["files"].items()):
        path = dataset.folder / key / entry["path"]
        if not path.resolve().is_relative_to(dataset.folder.resolve()):
            yield "files", f"{name} lies outside the dataset ({entry['path']}): paths are relative to the sample"
        elif not path.is_file():
            yield "files", f"{entry['path']} is missing: delete record.json and run `wince render` again"
        elif hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
            yield "files", f"{entry['path']} has changed since it was rendered: delete record.json and run `wince render` again"


def _pictures(dataset, record):
    size = (record["camera"]["width"], record["camera"]["height"])
    for name in ALWAYS:
        try:
            pixels = _pixels(dataset.file(record, name))
        except (UnidentifiedImageError, OSError, SyntaxError):      # Pillow says SyntaxError of a broken PNG
            yield "pictures", f"{name} is not a picture: delete record.json and run `wince render` again"
            continue
        if pixels.shape[1::-1] != size:
            yield "pictures", f"{name} is {pixels.shape[1]} x {pixels.shape[0]}, its record says {size[0]} x {size[1]}"
        if name == "rgb" and pixels.std() < BLANK:
            yield "pictures", "the picture is blank: look at light and camera of this view"
        if name == "seg" and (strange := set(np.unique(pixels).tolist()) - {0, *PARTS}):
            yield "pictures", f"seg holds class {min(strange)}, which does not exist"
        if name == "seg" and not pixels.any():
            yield "pictures", "seg is empty: nobody is in the picture"


def _heat(dataset, record):
    heat, coverage = (_pixels(dataset.file(record, name)) for name in ("heat", "coverage"))
    if record["expression_kind"] == "neutral" and heat.any():
        yield "heat", f"a neutral face has heat, up to {heat.max() / 1000:.2f} mm"
    # Coverage has 8 bits and heat 16: where less than half a step of skin is left, that share of the heat may be.
    if heat.shape == coverage.shape and (stray := np.count_nonzero(heat[coverage == 0] > heat.max() / 255)):
        yield "heat", f"{stray} pixels have heat and no skin"
    if peak := _beyond(dataset, record, heat, coverage):
        yield "heat", f"heat reaches {peak:.2f} mm, more than any vertex moves ({layout.EXPRESSION})"
    if record["pspi"] > 0 and not heat.any() and max(record["region_visible"].values(), default=1) > IN_SIGHT:
        yield "heat", f"PSPI is {record['pspi']} and the heat is empty"


def _look(dataset, record):
    seg = _pixels(dataset.file(record, "seg"))
    for name, share in record["face_covered"].items():
        if not 0 <= share <= 1:
            yield "look", f"{name} covers {share} of the face: a share lies in 0..1"
        elif share and name in COVERS and not (seg == COVERS[name]).any():
            yield "look", f"{name} covers {share:.0%} of the face and is not in seg"
    skin = record["demographics"]
    angle, step = tone.ita(skin["skin_lab"]), tone.monk(skin["skin_lab"])
    if abs(skin["skin_ita_deg"] - angle) > 0.01:
        yield "look", f"skin_ita_deg is {skin['skin_ita_deg']}, skin_lab makes {angle:.2f}"
    if skin["skin_monk"] != step:
        yield "look", f"skin_monk is {skin['skin_monk']}, skin_lab makes {step}"
    yield from _texture(dataset, record)


def _texture(dataset, record):
    """Compare the skin that a record names with the texture.json that lies beside the person."""
    path = dataset.folder / record["identity"] / textures.FACTS
    if not dataset.job.people.textures:
        return
    if not path.is_file():
        yield "look", f"{record['identity']}/{textures.FACTS} is missing: run `wince render` again"
    elif textures.cite(datasets.read_json(path)) != record["texture"]:
        yield "look", f"the skin that the record names is not the one of {record['identity']}/{textures.FACTS}: render the person again"


def _beyond(dataset, record, heat, coverage):
    """Return the highest heat of a picture in mm where it is beyond the highest of the vertices, else 0."""
    solid = coverage >= 128
    peak = float((heat[solid] / coverage[solid]).max() * 0.255) if solid.any() else 0.0
    return peak if peak > 1.03 * _highest_vertex(layout.expression_path(dataset.folder, record["key"])) + 0.05 else 0


@cache
def _highest_vertex(path):
    with np.load(path) as arrays:
        return float(arrays["heat"].max())


def _labels(record):
    try:
        aus = ActionUnits.from_json(record["au_code"])
    except WinceError as error:
        yield "labels", str(error)
        return
    score = pspi(aus)
    if record["pspi"] != score.total:
        yield "labels", f"pspi is {record['pspi']}, its action units make {score.total}"
    for term, value in record["pspi_terms"].items():
        if getattr(score, term, None) != value:
            yield "labels", f"the PSPI term {term} is {value}, its action units make {getattr(score, term, 'no such term')}"
    if absent := [number for number in UNBC_AUS if str(number) not in record["au_code"]]:
        yield "labels", f"au_code does not list AU{absent[0]}"
    yield from _realised(record)
    yield from _neutral(record, aus)


def _realised(record):
    """The two intensities of an action unit must tell the same story: codes are what the realised shares round to."""
    for number, sides in record["au_code"].items():
        for side, letter in sides.items():
            share = record["au_realised"].get(number, {}).get(side)
            turns = int(number) in TABLE and TABLE[int(number)].rotation
            if share is None or int(code(5 * share if turns else intensity(share))) != letter:
                yield "labels", f"AU{number} has code {letter} on side {side} and moved the mesh by {share}"


def _neutral(record, aus):
    """A neutral may turn head and eyes, and nothing else."""
    neutral = record["expression_kind"] == "neutral"
    moved = [number for number in aus.numbers if not TABLE[number].rotation]
    if neutral and moved:
        yield "labels", f"is called neutral and has AU{moved[0]}"
    if neutral and record["pain"]:
        yield "labels", "is called neutral and pain at once"
    if neutral != (record["expression"] == layout.NEUTRAL or record["expression"].startswith("n")):
        yield "labels", f"is called {record['expression_kind']}, which its name {record['expression']} does not say"


def _links(records, neutrals):
    """Every record's neutrals must be there, with the same person and view, and neutral; a frame of a scene may have none."""
    for key, record in records.items():
        for other in record.get("neutral_keys", []):
            if other in records and records[other]["expression_kind"] != "neutral":
                yield "links", key, f"names {other} as its neutral, which shows {records[other]['expression_kind']}"
            elif other not in records:
                yield "links", key, f"names {other} as its neutral, which is not there: run `wince render` again"
        if neutrals and not record.get("neutral_keys"):
            yield "links", key, "names no neutral"


def _pixels(path):
    with Image.open(path) as image:
        return np.asarray(image)
