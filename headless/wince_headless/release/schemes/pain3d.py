"""3DPain's scheme: pictures by number of person, expression and view; seven numbers per pain expression; a heatmap in its manner.

In folders a release is what the loader of that set walks through, without a change to it:

    meshes_inpainted/flame_sample_0000_pain_1_textured_view_000_inpainted.jpg       and the neutrals
    annotations/flame_sample_0000_pain_1_annotations.json
    heatmaps/flame_sample_0000_pain_1_heatmap.png
    textured_meshes/flame_sample_0000_identity.json                                 no mesh: what Wince builds it from
    splits/fold10_70_20_10_split.csv                                                pain expressions only; 0 train, 1 val, 2 test
    action_units.csv                                                                      a line per picture

`parts` packs these folders as the published set is packed.
"""

import io
import json
from collections import Counter

import numpy as np
from PIL import Image

from wince.core.facs.intensity import share
from wince.core.facs.table import TABLE
from wince.job import expand, layout

from . import FORMATS, IMAGE, Extra, File, Item, Line, hot, jpeg
from . import pain3d_names as names

SPLIT_NUMBER = {"train": 0, "val": 1, "test": 2}
SPLIT, LABELS = "splits/fold10_70_20_10_split.csv", "action_units.csv"
SIX = ("4", "6", "7", "9", "10", "43")
FRONTAL = "frontal"

UNALIGNED = "a neutral in another pose: 3DPain has one neutral per person and view, aligned"
NOT_PAIN = "not pain: 3DPain has pain expressions only"
FRACTION = "action units between two codes: 3DPain writes whole numbers"
TURNED = "turns of head and eyes (AU51 to AU66) shown, left out"
ALONE = "a person without a neutral face: 3DPain's people have one"
TOO_MANY = f"more than {names.PEOPLE} people: 3DPain's numbers have four digits"
VIEWS = f"more than {names.VIEWS} views: 3DPain's numbers have three digits"

ABOUT = (
    "Files are named, and annotations written, as in 3DPain (arXiv 2509.16727), so that tools made for that set read this one; "
    "pictures, heat and labels are Wince's. Person `flame_sample_0000` is not FLAME's: the name is only the pattern that those tools "
    "look for.",
    "An annotation has AU4, AU6, AU7, AU9, AU10 (0 to 5, the greater side), AU43 (1: both eyes closed) and PSPI. It cannot say which "
    "side, any other action unit, light, camera, landmarks or masks: `action_units.csv` has both sides, `map.csv` leads to the records.",
    "Heatmaps are coloured in that set's manner (black, red, yellow, white; each expression on its own scale; black around), from the "
    "frontal view or the first. What they show is our own measure, displacement in mm by the action units of PSPI; `heat_max_mm` in "
    "`action_units.csv` is what white is.",
    "How 3DPain calls its heatmap and mesh files is not known to us; ours are `..._heatmap.png` and `..._identity.json`, and instead "
    "of a mesh there is the identity that Wince builds one from.",
)
LOADING = {
    "webdataset": """```python
from datasets import load_dataset
rows = load_dataset("PATH", split="train", streaming=True)      # columns jpg, heatmap.png, json
```""",
    "parquet": """```python
from datasets import load_dataset
rows = load_dataset("PATH", split="train")                      # rows[0]["image"], ["neutral"], ["heatmap"], ["AU4"], ..., ["PSPI"]
```""",
    "imagefolder": """```python
from datasets import load_dataset
rows = load_dataset("PATH", split="train")                      # rows[0]["image"], ["neutral"], ["AU4"], ..., ["PSPI"]
```

Loaders of 3DPain take PATH as their root, and `splits/fold10_70_20_10_split.csv` (0 train, 1 val, 2 test) as their split file.""",
}
COLUMNS = {
    "key": ("string", "name of the picture"),
    "sample": ("string", "key of the sample that it was, identity/expression/view"),
    "split": ("string", "train, val, test"),
    "base_name": ("string", "the expression: flame_sample_0000_pain_1"),
    "subject": ("string", "the person: flame_sample_0000"),
    "view": ("int16", "number of the view; 0 is the frontal one where there is one"),
    "is_neutral": ("bool", "whether the face is neutral"),
    "neutral_key": ("string", "the person's neutral face, in the same view where there is one"),
    **{key: ("int8", "intensity 0 to 5, the greater side") for key in names.KEYS[:5]},
    "AU43": ("int8", "1: both eyes closed"),
    "PSPI": ("int8", "AU4 + max(AU6, AU7) + max(AU9, AU10) + AU43"),
    "fold10": ("int8", "tenth of the people, by cells"),
}
IN_FOLDERS = {"image": (IMAGE, "the picture")}
HEATMAP = {"heatmap": (IMAGE, "our heat, coloured in 3DPain's manner, one per expression; a neutral's is still skin")}
LABEL_HEADER = ("name", "base_name", "key", "identity", "fold10", "split", "pspi", "pain", "kind",
                *(f"AU{number}{side}" for number in SIX for side in "LR"), "facs", "heat_max_mm")
TABLES = {SPLIT: ("annotation_base_name", "split"), LABELS: LABEL_HEADER}
PAIRS = {"neutral": "neutral_key"}


class Scheme:
    """3DPain's scheme, opened for a job and a format; what the attributes are stands in `schemes`."""

    name, formats, usual, folder, limit = "3dpain", FORMATS, "imagefolder", "meshes_inpainted", None
    scale = 0.08                        # measured at 384 pixels
    title = "named as 3DPain"
    columns, tables, pairs = COLUMNS, TABLES, PAIRS

    def __init__(self, job, format):
        self.loose = format == "imagefolder"
        self.about = (*ABOUT, f"Pictures: {jpeg.encoder()}.")
        self.loading = LOADING[format]
        self.roles = IN_FOLDERS if self.loose else IN_FOLDERS | HEATMAP
        self.views = view_numbers(expand.view_names(job))
        self.first = min(expand.people(job), default=0)

    def refused(self, person):
        """Return {our key: reason} of what 3DPain's names and numbers cannot say."""
        whole = self._refused_whole(person)
        reasons = {record["key"]: whole or self._reason(record) for record in person.records}
        return {key: reason for key, reason in reasons.items() if reason}

    def lost(self, person):
        """Return {words: how many pictures} of what is packed, and of which the annotations do not say all."""
        refused = self.refused(person)
        return dict(Counter(words for record in person.records if record["key"] not in refused for words in losses(record)))

    def say(self, person):
        """Yield a person's pictures, annotations, heatmaps and lines."""
        refused = self.refused(person)
        kept = sorted((record for record in person.records if record["key"] not in refused), key=lambda record: self.views[record["view"]])
        if self.loose and kept:
            yield from self._mesh(person)
        neutrals = [record for record in kept if _is_neutral(record)]
        yield from self._expression(person, neutrals, neutrals, 0)
        shown = sorted({record["expression"] for record in kept} - {layout.NEUTRAL}, key=_number)
        for number, expression in enumerate(shown, start=1):
            yield from self._expression(person, [record for record in kept if record["expression"] == expression], neutrals, number)

    def _refused_whole(self, person):
        """Return why nothing of a person can be said, or None."""
        if person.number - self.first >= names.PEOPLE:
            return TOO_MANY
        return None if any(_is_neutral(record) for record in person.records) else ALONE

    def _reason(self, record):
        """Return why a sample cannot be said, or None."""
        if self.views[record["view"]] >= names.VIEWS:
            return VIEWS
        if record["expression"] == layout.NEUTRAL:
            return None
        if record["expression_kind"] == "neutral":
            return UNALIGNED
        if not record["pain"]:
            return NOT_PAIN
        return None if whole_codes(record) else FRACTION

    def _expression(self, person, records, neutrals, number):
        """Yield what is said of one expression, its records in order of the views: the neutral for number 0."""
        if not records:
            return
        heat, peak = heatmap(person, records[0]) if number or not self.loose else (None, 0.0)
        if number:
            yield Line(SPLIT, (names.base(names.Name(person.place, number)), SPLIT_NUMBER[person.split]))
            yield from self._extras(names.Name(person.place, number), records[0], heat)
        for record in records:
            name = names.Name(person.place, number, self.views[record["view"]])
            item = self._item(person, record, name, neutrals, heat)
            yield item
            yield Line(LABELS, label(item.key, name, record, person.split, peak))

    def _extras(self, name, record, heat):
        """Yield the loose files of a pain expression; in tars and tables its numbers and heatmap lie with the pictures."""
        if self.loose:
            yield Extra(f"annotations/{names.annotation(name)}", _json(names.annotations(record)))
            yield Extra(f"heatmaps/{names.heatmap(name)}", heat)

    def _mesh(self, person):
        """Yield what we give in a mesh's place; a frame of an artist's scene may have none."""
        path = person.folder / person.name / layout.IDENTITY
        if path.is_file():
            yield Extra(f"textured_meshes/{names.identity(person.place)}", path.read_bytes())

    def _item(self, person, record, name, neutrals, heat):
        file = names.picture(name)
        data = jpeg.encode(jpeg.decode(person.read(record, "rgb")))
        files = (File("image", "jpg", data, f"/{self.folder}/{file}"),)
        if not self.loose:
            files += (File("heatmap", "heatmap.png", heat),)
        neutral = next((other for other in neutrals if other["view"] == record["view"]), neutrals[0])     # theirs may be of any view
        row = {"key": _key(name), "sample": record["key"], "split": person.split, "base_name": names.base(name),
               "subject": names.subject(name.person), "view": name.view, "fold10": record["fold10"], **names.annotations(record),
               "is_neutral": not name.pain, "neutral_key": _key(names.Name(name.person, 0, self.views[neutral["view"]]))}
        return Item(_key(name), files, row, (("", record["key"]),))


def view_numbers(views):
    """Return {view: its number}: the frontal view first, then as the job has them."""
    return {view: number for number, view in enumerate(sorted(views, key=lambda view: view != FRONTAL))}


def heatmap(person, record):
    """Return (PNG of an expression's heat in 3DPain's manner, what white is in mm), from one of its views."""
    heat, coverage = (np.array(Image.open(io.BytesIO(person.read(record, name)))) for name in ("heat", "coverage"))
    pixels, peak = hot.picture(heat.astype(np.uint16), coverage)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", compress_level=6)
    return stream.getvalue(), peak


def whole_codes(record):
    """Return whether the six action units of PSPI were shown as coded: an artist's take may lie between two codes."""
    return all(abs(record["au_realised"].get(number, {}).get(side, 0.0) - float(share(value))) < 1e-6
               for number in SIX for side, value in record["au_code"].get(number, {}).items())


def losses(record):
    """Return in words what the seven numbers do not say of a record."""
    codes = record["au_code"]
    shown = [int(number) for number, sides in codes.items() if number not in SIX and max(sides.values())]
    further = {f"AU{number} shown, left out": True for number in shown if not TABLE[number].rotation}
    further |= {TURNED: any(TABLE[number].rotation for number in shown)}
    uneven = any(len(set(codes.get(number, {}).values())) > 1 for number in SIX)
    eyes = codes.get("43", {}).values()
    drooping = min(eyes, default=0) < 5 and max(eyes, default=0) > 0
    said = further | {"sides that differ, the greater one written": uneven, "eyes half closed, or only one, written AU43 0": drooping}
    return [words for words, true in said.items() if true]


def label(key, name, record, split, peak):
    """Return the line of a picture in action_units.csv, in the order of LABEL_HEADER."""
    codes = [_side(record["au_code"].get(number, {}), side) for number in SIX for side in "LR"]
    return (key, names.base(name), record["key"], record["identity"], record["fold10"], split, record["pspi"], int(record["pain"]),
            record["expression_kind"], *codes, record["facs"], peak)


def _side(sides, side):
    return int(sides.get(side, sides.get("B", 0)))


def _key(name):
    return names.picture(name).removesuffix(".jpg")


def _is_neutral(record):
    return record["expression"] == layout.NEUTRAL


def _number(expression):
    return int(expression[1:])


def _json(value):
    return (json.dumps(value, indent=2) + "\n").encode()
