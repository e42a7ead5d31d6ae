"""The record of a sample: every label that is not a picture, as one JSON object with sorted keys.

It is put together from three facts that are computed once each: who, what is shown, and the view. Nothing in it tells when,
where or by which worker it was made.
"""

import hashlib
import json
import math
from dataclasses import asdict
from pathlib import Path

import numpy as np

from ..core import ageing, cameras
from ..core.facs.intensity import CURVE_VERSION
from ..core.facs.pose import gaze, head_pose
from ..core.facs.pspi import UNBC_AUS, pspi
from ..core.facs.table import TABLE_VERSION
from ..core.heatmap import HEAT_VERSION
from ..core.streams import STREAM_VERSION
from .visibility import covered, shares, visible

FORMAT = "wince-record-1"
SCHEME = "68"
COVERS = {"hair": 8, "facial_hair": 9, "glasses": 11}           # what may hide the face: its classes in seg.png
MANIFEST = Path(__file__).resolve().parents[1] / "blender_manifest.toml"


def wince_version():
    """Return the project's one version, which stands in the extension's manifest."""
    import tomllib  # a parser that enabling the add-on has no use for

    return tomllib.loads(MANIFEST.read_text(encoding="utf-8"))["version"]


def versions(pack_hash, heat_version, blender):
    """Return the versions of everything that defines a label."""
    return {"wince": wince_version(), "record": FORMAT, "pack": pack_hash, "au_table": TABLE_VERSION, "curve": CURVE_VERSION,
            "pspi_heat": heat_version, "streams": STREAM_VERSION, "blender": blender}


def constant_facts(job, chosen, loaded, blender):
    """Return what all records of a job have in common.

    job      spec.Job
    chosen   stage.device.Chosen
    loaded   core.pack.FacePack
    blender  its version
    """
    wishes = job.render
    return {"format": FORMAT, "licences": {"pack": loaded.meta["licence"]},
            "versions": versions(loaded.hash, HEAT_VERSION, blender),
            "render": {"engine": chosen.engine, "samples": wishes.samples, "device": chosen.device, "denoiser": chosen.denoiser,
                       "view_transform": wishes.view_transform, "subdivision": wishes.subdivision, "subsurface": wishes.subsurface},
            "sequence": None, "frame": None, "t": None, "phase": None}


def expression_facts(shown):
    """Return what a record says about an expression (core.facs.expressions.Expression)."""
    aus = shown.aus
    listed = tuple(sorted({*aus.numbers, *UNBC_AUS}))
    score = pspi(aus)
    return {"au_code": aus.rounded().json(listed), "au_realised": _rounded(aus.realised(listed)), "facs": str(aus.rounded()),
            "pspi": score.total, "pspi_terms": {"brow": score.brow, "orbit": score.orbit, "levator": score.levator, "eyes": score.eyes},
            "pain": shown.pain, "expression_kind": shown.kind, "head_pose": _rounded(head_pose(aus)), "gaze": _rounded(gaze(aus))}


def look_facts(who, plain, by_hand):
    """Return what a record says of a person's look: its axes, what of them shows at the person's age, what was changed by hand.

    who      core.identity.Identity
    plain    whether the face was rendered without it
    by_hand  {what: value} of an artist's own changes, {} for none
    """
    axes = {name: dict(value) if isinstance(value, dict) else value for name, value in asdict(who.look).items()}
    return axes | {"iris": who.iris, "plain": plain, "shows": ageing.shows(who)} | ({"by_hand": by_hand} if by_hand else {})


def view_facts(view, face, depth, head, seg):
    """Return what a record says about a view of an expression.

    view   core.cameras.View
    face   job.sitter.Face: landmarks, control vertices and what belongs to them
    depth  (H, W) planar depth of the view, metres
    head   (3, 3) rotation of the head in the world
    seg    (H, W) class numbers
    """
    turn = [math.degrees(angle) for angle in cameras.face_to_camera(view, head)]
    outline = cameras.project(view, face.points[face.front])
    seen = visible(view, face.landmarks, depth)
    return _rounded({
        "camera": {"K": view.K.tolist(), "R": view.R.tolist(), "t": view.t.tolist(), "lens_mm": view.lens_mm,
                   "sensor_mm": view.sensor_mm, "width": view.width, "height": view.height, "distance_m": view.distance_m},
        "face_to_camera": dict(zip(("yaw_deg", "pitch_deg", "roll_deg"), turn, strict=True)),
        "face_box": [*outline.min(axis=0), *outline.max(axis=0)], "face_height_px": float(np.ptp(outline[:, 1])),
        "landmarks": {"scheme": SCHEME, "points_2d": cameras.project(view, face.landmarks).tolist(),
                      "points_3d": face.landmarks.tolist(), "visible": seen.tolist()},
        "region_visible": shares(view, face.points, face.normals, face.areas, face.regions, depth),
        "face_covered": covered(view, face.points, face.normals, face.areas * face.front, seg, COVERS)})


def files_facts(files):
    """Return path, hash and size of a sample's files, {name: (file name, bytes)}."""
    return {name: {"path": path, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)} for name, (path, data) in files.items()}


def to_bytes(record):
    """Return a record as the bytes of its file: equal records are equal bytes; a number that is none is a bug."""
    return (json.dumps(record, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()


def _rounded(value):
    """Return plain JSON with floats to 9 places: beyond that lies float32's noise, and it would be most of the file."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    if isinstance(value, float):
        return round(float(value), 9) + 0.0
    return value
