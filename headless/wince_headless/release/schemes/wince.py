"""Our own scheme: every file, every label, under the names of docs/labels.md."""

import io
import json
from typing import ClassVar

import numpy as np
from PIL import Image

from wince.core.facs.pspi import UNBC_AUS
from wince.core.facs.table import TABLE
from wince.job import layout

from . import BINARY, FORMATS, IMAGE, File, Item

AU_ORDER = tuple(number for number, row in TABLE.items() if not row.rotation)      # head and gaze are degrees, not codes
TERMS = ("brow", "orbit", "levator", "eyes")
MADE = "heat_mm"                       # the one file that the dataset may not have
CLASSES = ("0 background, 1 skin, 2 brows, 3 lashes, 4 sclera, 5 iris, 6 teeth, 7 tongue, 8 hair, 9 facial hair, 10 clothes, 11 glasses, "
           "12 mouth interior")
ALWAYS = {
    "image": ("rgb", IMAGE, "the picture, 8 bit sRGB"),
    "heat": ("heat", IMAGE, "pspi_heat, 16 bit, one unit is one micrometre of displacement by the pain AUs"),
    MADE: ("heat_float", BINARY, "pspi_heat in millimetres, float32 (H, W), a .npy: as rendered where the job kept it, else heat / 1000"),
    "seg": ("seg", IMAGE, f"class of every pixel, 8 bit: {CLASSES}"),
    "coverage": ("coverage", IMAGE, "share of the pixel that is skin, 8 bit: heat / coverage is the skin's own value at silhouettes"),
}
OPTIONAL = {
    "depth": {"depth": ("depth", IMAGE, "planar z, 16 bit, one unit is 0.1 mm, 0: nothing there")},
    "normal": {"normal": ("normal", IMAGE, "normals in the camera's frame, OpenCV axes, 3 x 16 bit")},
    "regions": {"regions": ("regions", IMAGE, "k: the k-th name of the record's region_visible, alphabetically")},
    "surface": {"surface": ("surface", IMAGE, "where on the face pack's atlas the pixel lies, 3 x 16 bit")},
    "heat_terms": {f"heat_{term}": (f"heat_{term}", IMAGE, f"pspi_heat of the term {term}, 16 bit, micrometres") for term in TERMS},
    "exr": {"passes": ("exr", BINARY, "every pass as rendered, multilayer OpenEXR")},
}
ANGLES = {"yaw_deg": "float64", "pitch_deg": "float64"}
LAB = ["float64"]
COLUMNS = {
    "key": ("string", "name of the sample in this release"),
    "sample": ("string", "its key in the dataset, identity/expression/view"),
    "identity": ("string", "who, by number"),
    "person": ("string", "who, by name: seed, number, face pack; the same in every dataset of that seed"),
    "twin_of": ("string", "whose counterfactual twin this person is; empty: nobody's"),
    "expression": ("string", "e00 the aligned neutral, e01 and on expressions, n01 and on unaligned neutrals"),
    "view": ("string", "name of the camera"),
    "split": ("string", "train, val, test: whole identities, twins with whom they are twins of"),
    "fold10": ("int8", "0..9, stratified over the cells; adding people moves nobody"),
    "is_neutral": ("bool", "whether the face is neutral"),
    "neutral_key": ("string", "key of the person's neutral in this view, pose and light; a neutral's own; empty: not in the release"),
    "expression_kind": ("string", "what was meant: neutral, pain, or which other expression"),
    "pain": ("bool", "whether pain was meant"),
    "facs": ("string", "the codes in FACS notation"),
    "pspi": ("int8", "0..16, AU4 + max(AU6, AU7) + max(AU9, AU10) + AU43, of the generation codes"),
    "pspi_terms": (dict.fromkeys(TERMS, "int8"), "its four terms"),
    "au": (["int8"], f"codes 0..5, the greater of both sides, in the order {', '.join(map(str, AU_ORDER))}"),
    "au_left": (["int8"], "codes of the character's left, same order; AUs without sides stand in both"),
    "au_right": (["int8"], "codes of the right"),
    "au_realised_left": (["float64"], "share 0..1 of full displacement that moved the mesh, same order"),
    "au_realised_right": (["float64"], "the same of the right"),
    "aus": ({f"AU{number}": "int8" for number in UNBC_AUS}, "the greater codes by name, of the AUs that UNBC-McMaster has"),
    "head_pose": ({**ANGLES, "roll_deg": "float64", "forward_deg": "float64"}, "turn of the head, degrees"),
    "gaze": ({"L": ANGLES, "R": ANGLES}, "turn of the eyes, degrees"),
    "face_to_camera": ({**ANGLES, "roll_deg": "float64"}, "the head as the camera sees it, degrees"),
    "camera": ({"K": [["float64"]], "R": [["float64"]], "t": ["float64"], "lens_mm": "float64", "sensor_mm": "float64", "width": "int32",
                "height": "int32", "distance_m": "float64"}, "OpenCV: x right, y down, z forward, world to camera, metres"),
    "face_box": (["float64"], "x0, y0, x1, y1, pixels"),
    "landmarks_2d": ([["float64"]], "the 68 iBUG points, pixels"),
    "landmarks_3d": ([["float64"]], "the same in the world, metres"),
    "landmarks_visible": (["bool"], "whether the camera sees them"),
    "face_covered": ({"hair": "float64", "facial_hair": "float64", "glasses": "float64"}, "share of the face hidden by them"),
    "age": ("float64", "generation target, years"),
    "gender": ("float64", "generation target, 0 woman to 1 man"),
    "group": ("string", "generation target, a look and no origin"),
    "cell": (dict.fromkeys(("age", "gender", "group"), "string"), "what was drawn to balance the set; a twin keeps its person's"),
    "skin_target_lab": (LAB, "tone that was asked for, CIELAB"),
    "skin_lab": (LAB, "tone of the skin as painted, measured, CIELAB"),
    "light": ("string", "kind of light"),
    "world": ("string", "kind of surroundings"),
    "painter": ("string", "who painted the skin: built-in, artist, or a diffusion backend"),
    "painter_models": ("string", "its models, ID@REVISION (LICENCE), joined by ; and empty for none"),
    "texture_sha256": ("string", "hash of the painted skin; empty for the built-in one"),
    "seed": ("int64", "of the dataset"),
    "noise_seed": ("int64", "of the renderer's noise in this picture"),
    "wince": ("string", "version of Wince"),
    "record": ("string", "the whole record, JSON: everything above and all else, with sizes and SHA-256 of the dataset's files"),
}
AS_THEY_ARE = ("identity", "person", "expression", "view", "fold10", "expression_kind", "pain", "facs", "pspi")


class Scheme:
    """See the package."""

    name = "wince"
    formats = FORMATS
    usual = "webdataset"
    title = "Wince"
    about = ("Names and columns are Wince's own, and everything that was rendered is here.",)
    columns = COLUMNS
    tables: ClassVar = {}
    pairs: ClassVar = {"neutral": "neutral_key"}
    folder = None
    loading = ""
    scale = 1.0
    limit = 100_000                    # hubs refuse more loose files

    def __init__(self, job, format):
        self._files = dict(ALWAYS)
        for wish in job.outputs:
            self._files |= OPTIONAL.get(wish, {})

    @property
    def roles(self):
        """Files of an item; what the job rendered beyond the usual is there too."""
        return {role: (kind, words) for role, (_, kind, words) in self._files.items()}

    def refused(self, person):
        """Nothing: a record is said as it is."""
        return {}

    def lost(self, person):
        """Nothing: the record goes along."""
        return {}

    def say(self, person):
        """Yield an Item per record."""
        for record in person.records:
            files = tuple(self._one(person, record, role) for role in self._files)
            yield Item(key(record), files, row(person, record), (("", record["key"]),))

    def row(self, person, record):
        """Return the columns of a record."""
        return row(person, record)

    def file(self, person, record, role):
        """Return the bytes of a record's file, by role; of its neutral's picture for the role "neutral"; None where there is none."""
        if role in self.pairs:
            neutral = person.neutral(record)
            return person.read(neutral, "rgb") if neutral else None
        return self._one(person, record, role).data if role in self._files else None

    def _one(self, person, record, role):
        name = self._files[role][0]
        if role == MADE and name not in record["files"]:
            return File(role, "heat.npy", millimetres(person.read(record, "heat")))
        return File(role, record["files"][name]["path"] if name in record["files"] else name, person.read(record, name))


def key(record):
    """Return the name of a sample in a release: id00042__e03__frontal."""
    return "__".join(layout.split_key(record["key"]))


def millimetres(png):
    """Return 16-bit micrometres, bytes of a PNG, as bytes of a .npy: (H, W) float32 millimetres, correctly rounded."""
    micrometres = np.asarray(Image.open(io.BytesIO(png)), np.float32)
    buffer = io.BytesIO()
    np.save(buffer, micrometres / np.float32(1000), allow_pickle=False)
    return buffer.getvalue()


def row(person, record):
    """Return the columns of a record, every one of them, none None."""
    neutral = person.neutral(record)
    seeds, render = record["seeds"], record["render"]
    return {
        "key": key(record), "sample": record["key"],
        **{name: record[name] for name in AS_THEY_ARE},
        "twin_of": record.get("twin_of") or "", "split": person.split, "is_neutral": record["expression_kind"] == "neutral",
        "neutral_key": key(neutral) if neutral else "", "pspi_terms": {term: record["pspi_terms"][term] for term in TERMS},
        **_codes(record), **_geometry(record), **_who(record),
        "light": _kind(record["light"]), "world": _kind(record["world"]), **_texture(record.get("texture") or {}),
        "seed": seeds["dataset"], "noise_seed": seeds.get("cycles", render["seed"]), "wince": record["versions"]["wince"],
        "record": json.dumps(record, sort_keys=True)}


def _codes(record):
    code, realised = record["au_code"], record["au_realised"]
    left, right = ([_side(code, number, side) for number in AU_ORDER] for side in "LR")
    greater = dict(zip(AU_ORDER, map(max, left, right)))
    return {"au": list(greater.values()), "au_left": left, "au_right": right,
            "aus": {f"AU{number}": greater[number] for number in UNBC_AUS},
            **{f"au_realised_{name}": [float(_side(realised, number, side)) for number in AU_ORDER]
               for name, side in (("left", "L"), ("right", "R"))}}


def _side(values, number, side):
    """Return an AU's value on a side: unlisted is 0, unsided counts on both."""
    sides = values.get(str(number), {})
    return sides.get(side, sides.get("B", 0))


def _geometry(record):
    camera, marks = record["camera"], record["landmarks"]
    return {"camera": {name: _floats(camera[name]) if isinstance(kind, list) or kind == "float64" else camera[name]
                       for name, kind in COLUMNS["camera"][0].items()},
            **{name: _struct(record[name], COLUMNS[name][0]) for name in ("head_pose", "gaze", "face_to_camera", "face_covered")},
            "face_box": _floats(record["face_box"]), "landmarks_2d": _floats(marks["points_2d"]),
            "landmarks_3d": _floats(marks["points_3d"]), "landmarks_visible": marks["visible"]}


def _who(record):
    who = record["demographics"]
    return {"age": float(who["age"]), "gender": float(who["gender"]), "group": who["group"], "cell": dict(record["cell"]),
            "skin_target_lab": _floats(who["skin_target_lab"]), "skin_lab": _floats(who["skin_lab"])}


def _texture(texture):
    models = "; ".join(f"{model['id']}@{model['revision']} ({model['licence']})" for model in texture.get("models", ()))
    return {"painter": texture.get("painter", "built-in"), "painter_models": models, "texture_sha256": texture.get("sha256", "")}


def _kind(facts):
    return str(facts.get("kind") or facts.get("name") or "")


def _struct(values, kinds):
    """Return floats under exactly the given names; angles that a record does not state are 0."""
    return {name: _struct(values.get(name, {}), kind) if isinstance(kind, dict) else float(values.get(name, 0))
            for name, kind in kinds.items()}


def _floats(value):
    return [_floats(item) for item in value] if isinstance(value, list | tuple) else float(value)
