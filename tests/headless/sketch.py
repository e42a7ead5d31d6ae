"""A dataset drawn with a pencil: what a render leaves behind, in the same files, without Blender and in a second.

The faces are ellipses, but every promise of the record format is kept, so that pages and checks can be tried on it.
"""

import hashlib
import json
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from wince.core.facs.action_units import ActionUnits
from wince.core.identity import Identity
from wince.core.skin import tone
from wince.job import spec

VIEWS = {"three_quarter_right": -30.0, "frontal": 0.0, "three_quarter_left": 30.0}
UNBC = (4, 6, 7, 9, 10, 12, 20, 25, 26, 27, 43)
UNSIDED = (25, 26, 27)
SHARE = (0.0, 0.12, 0.28, 0.52, 0.80, 1.0)
PEOPLE = (
    {"age": 27.4, "gender": 0.05, "group": "Black", "lab": (38, 14, 20)},
    {"age": 46.0, "gender": 0.93, "group": "White", "lab": (70, 13, 17)},
    {"age": 81.2, "gender": 0.02, "group": "East Asian", "lab": (66, 11, 21)},
)
FACES = (           # kind, AUs as {number: (left, right)}
    ("neutral", {}),
    ("pain", {4: (3, 3), 6: (4, 4), 9: (2, 2), 43: (5, 5), 25: (2, 2)}),
    ("pain", {4: (1, 1), 7: (2, 1), 10: (3, 1)}),
    ("joy", {6: (3, 3), 12: (4, 4), 25: (3, 3)}),
)

ORIGIN = {"engine": "cycles", "device": "CPU", "denoiser": "oidn", "versions": {"blender": "4.5.15", "pack": "abc123"}}


@dataclass(frozen=True)
class Sketch:
    """Where the pieces of one drawn view lie: pixels, (N, N) or (N, N, 3) arrays, and the record."""

    folder: object
    size: int
    person: int
    expression: int
    view: str

    @property
    def key(self):
        return f"id{self.person:05d}/e{self.expression:02d}/{self.view}"


def dataset(folder, people=2, expressions=3, views=("three_quarter_right", "frontal", "three_quarter_left"), size=48):
    """Draw a whole dataset into a folder and return the folder."""
    job = spec.Job(name="sketch", people=spec.People(count=people), expressions=spec.Expressions(pain=expressions - 1),
                   cameras=tuple(views), render=spec.Render(resolution=(size, size)))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "job.json").write_text(spec.to_json(job))
    (folder / "origin.json").write_text(json.dumps(ORIGIN))
    for person in range(people):
        for expression in range(expressions):
            for view in views:
                _draw(Sketch(folder, size, person, expression, view))
        keep_identity(folder, person)
    return folder


def keep_identity(folder, person):
    """Write who a drawn person is, as the records say it."""
    record = json.loads(next((folder / f"id{person:05d}").glob("*/*/record.json")).read_text())
    who = record["demographics"]
    identity = Identity(record["person"], 0, person, who["age"], who["gender"], who["ancestry"], who["group"], record["cell"],
                        skin_lab=tuple(who["skin_target_lab"]))
    (folder / record["identity"] / "identity.json").write_text(identity.json())


def rewrite(folder, key, **changes):
    """Change top-level values of one record on disk, as a bug or a meddler would."""
    path = folder / key / "record.json"
    record = json.loads(path.read_text()) | changes
    path.write_text(json.dumps(record, indent=1, sort_keys=True))


def _draw(sketch, face=None):
    """Draw a view of a face, (kind, AUs) as in FACES."""
    folder = sketch.folder / sketch.key
    folder.mkdir(parents=True)
    kind, aus = face or FACES[sketch.expression % len(FACES)]
    skin = _oval(sketch, 0.5, 0.5, 0.3, 0.4)
    heat = np.rint(_heat(sketch, aus) * (skin > 0))
    pictures = {"rgb": _picture(sketch, skin), "seg": _parts(sketch, skin), "coverage": skin, "heat": heat.astype(np.uint16)}
    np.savez_compressed(folder.parent / "expression.npz", heat=np.float32([heat.max() / 1000]), terms=np.zeros((4, 1), np.float32))
    files = {}
    for name, pixels in pictures.items():
        Image.fromarray(pixels).save(folder / f"{name}.png")
        data = (folder / f"{name}.png").read_bytes()
        files[name] = {"path": f"{name}.png", "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    (folder / "record.json").write_text(json.dumps(_record(sketch, kind, aus, files), indent=1, sort_keys=True))


def _record(sketch, kind, aus, files):
    who = PEOPLE[sketch.person % len(PEOPLE)]
    codes = {number: aus.get(number, (0, 0)) for number in sorted({*UNBC, *aus})}
    terms = _pspi_terms({number: max(pair) for number, pair in codes.items()})
    return {
        "format": "wince-record-1", "key": sketch.key, "identity": f"id{sketch.person:05d}", "person": f"w-s0-n{sketch.person}-p5f2c",
        "expression": f"e{sketch.expression:02d}", "view": sketch.view, "fold10": sketch.person % 10,
        "cell": {"age": "20-35", "gender": "man" if who["gender"] > 0.5 else "woman", "group": who["group"]},
        "demographics": {"age": who["age"], "gender": who["gender"], "ancestry": {"pole_a": 0.6, "pole_b": 0.3, "pole_c": 0.1},
                         "group": who["group"], "skin_target_lab": who["lab"], "skin_lab": who["lab"], "skin_luminance": 0.3,
                         "skin_ita_deg": round(tone.ita(who["lab"]), 2), "skin_monk": tone.monk(who["lab"])},
        "au_code": {str(n): _sides(n, pair) for n, pair in codes.items()},
        "au_realised": {str(n): _sides(n, [SHARE[v] for v in pair]) for n, pair in codes.items()},
        "facs": str(ActionUnits.from_json({str(n): _sides(n, pair) for n, pair in codes.items()})), "pspi": sum(terms.values()),
        "pspi_terms": terms,
        "pain": kind == "pain", "expression_kind": kind, "versions": {"wince": "0.1.0", "blender": "4.5.15", "pack": "abc123"},
        "camera": _camera(sketch), "face_to_camera": {"yaw_deg": -VIEWS[sketch.view], "pitch_deg": 0.0, "roll_deg": 0.0},
        "head_pose": {}, "gaze": {"L": {"yaw_deg": 0.0, "pitch_deg": 0.0}, "R": {"yaw_deg": 0.0, "pitch_deg": 0.0}},
        "light": {"name": "window"}, "world": {"name": "plain"}, "face_box": [share * sketch.size for share in (0.2, 0.1, 0.8, 0.9)],
        "face_height_px": 0.8 * sketch.size, "landmarks": _landmarks(sketch), "region_visible": {"glabella": 0.98, "cheek": 0.7},
        "face_covered": {"hair": 0.0, "facial_hair": 0.0, "glasses": 0.0}, "look": {},
        "seeds": {"dataset": 0}, "licences": {"pack": "CC0-1.0"},
        "render": {"engine": "cycles", "samples": 16, "device": "cpu", "denoiser": "oidn", "view_transform": "Standard", "seed": 0},
        "files": files, "neutral_keys": [f"id{sketch.person:05d}/e00/{sketch.view}"],
        "sequence": None, "frame": None, "t": None, "phase": None,
    }


def _sides(number, pair):
    return {"B": max(pair)} if number in UNSIDED else {"L": pair[0], "R": pair[1]}


def _pspi_terms(code):
    return {"brow": code[4], "orbit": max(code[6], code[7]), "levator": max(code[9], code[10]), "eyes": int(code[43] >= 5)}


def _camera(sketch):
    yaw = np.radians(VIEWS[sketch.view])
    R = [[np.cos(yaw), np.sin(yaw), 0], [0, 0, -1], [-np.sin(yaw), np.cos(yaw), 0]]
    return {"K": [[100, 0, 24], [0, 100, 24], [0, 0, 1]], "R": R, "t": [0, 0, 1.2], "lens_mm": 85.0, "sensor_mm": 36.0,
            "width": sketch.size, "height": sketch.size, "distance_m": 1.2}


def _landmarks(sketch):
    angle = np.linspace(0, np.pi, 68)
    points = np.stack([0.5 + 0.3 * np.cos(angle), 0.5 + 0.4 * np.sin(angle)], axis=1) * sketch.size
    return {"scheme": "68", "points_2d": points.tolist(), "points_3d": np.zeros((68, 3)).tolist(), "visible": [True] * 60 + [False] * 8}


def _oval(sketch, x, y, width, height):
    """Return (N, N) uint8: 255 within an ellipse given in shares of the picture."""
    mask = Image.new("L", (sketch.size,) * 2)
    box = [(x - width) * sketch.size, (y - height) * sketch.size, (x + width) * sketch.size, (y + height) * sketch.size]
    ImageDraw.Draw(mask).ellipse(box, fill=255)
    return np.asarray(mask)


def _picture(sketch, skin):
    lightness, *_ = PEOPLE[sketch.person % len(PEOPLE)]["lab"]
    tone = np.array([1.0, 0.78, 0.66]) * lightness * 2.9
    ramp = np.linspace(1.05, 0.75, sketch.size)[None, :, None]          # light from one side: no flat picture
    face = np.where(skin[..., None] > 0, tone * ramp, 200 * ramp)
    for x in (0.38, 0.62):
        face[_oval(sketch, x, 0.42, 0.06, 0.03) > 0] = 40
    face[_oval(sketch, 0.5, 0.7, 0.12, 0.02 + 0.01 * sketch.expression) > 0] = (150, 60, 60)
    return face.clip(0, 255).astype(np.uint8)


def _parts(sketch, skin):
    parts = (skin > 0).astype(np.uint8)
    parts[_oval(sketch, 0.38, 0.42, 0.06, 0.03) > 0] = 4
    parts[_oval(sketch, 0.62, 0.42, 0.06, 0.03) > 0] = 4
    if sketch.expression:
        parts[_oval(sketch, 0.5, 0.7, 0.12, 0.03) > 0] = 12         # only open mouths show their inside
    return parts


def _heat(sketch, aus):
    """Return (N, N) float micrometres: a hill on the brow, the cheeks and the nose for the AUs that move them."""
    y, x = np.mgrid[:sketch.size, :sketch.size] / sketch.size
    hills = {4: (0.5, 0.33), 6: (0.35, 0.55), 7: (0.65, 0.45), 9: (0.5, 0.5), 10: (0.5, 0.6), 43: (0.38, 0.42)}
    total = np.zeros((sketch.size,) * 2)
    for number, (cx, cy) in hills.items():
        total += 5000 * SHARE[max(aus.get(number, (0, 0)))] * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 0.012)
    return total
