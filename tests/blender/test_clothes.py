"""Clothes and glasses as they are rendered: their classes, what one sees through a lens, and that light falls alike on every skin."""

import dataclasses

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("bpy")

from wince.bridge.nodes import socket
from wince.core import colour, demographics, pack
from wince.core import look as looks
from wince.core.cameras import Camera
from wince.core.face import FaceModel
from wince.job import expand, spec
from wince.job.render import render as render_job
from wince.stage import dress, world
from wince.stage.materials import CLASSES

MODEL = FaceModel(pack.load())
OFF = {"hair": {"style": "bald"}, "facial_hair": {"style": "none"}}


def identity(number=1, **parts):
    who = demographics.sample(3, number, spec.People(count=36), MODEL.pack)
    look = who.look
    for part, values in {**OFF, **parts}.items():
        look = looks.changed(look, part, **values)
    return dataclasses.replace(who, look=look)


def render(tmp_path, who, camera="frontal", size=96, samples=4, look="full", light="studio"):
    """Return rgb (H, W, 3) 0..255, seg (H, W) and coverage (H, W) 0..255 of a person with a neutral face."""
    (tmp_path / "who.json").write_text(who.json())
    job = spec.Job(people=spec.People(count=1, identities=(str(tmp_path / "who.json"),)), expressions=spec.Expressions(pain=0),
                   cameras=(camera,), lighting=spec.Lighting((light,), ("plain",), ("plain",)),
                   render=spec.Render(resolution=(size, size), samples=samples, denoiser="none" if samples < 8 else "auto", device="cpu",
                                      look=look))
    render_job(job, tmp_path / "out", expand.samples(job), lambda *a, **k: None, lambda: False)
    folder = next((tmp_path / "out").glob("id*/e00/*/rgb.png")).parent
    return [np.array(Image.open(folder / name)) for name in ("rgb.png", "seg.png", "coverage.png")]


@pytest.mark.parametrize("camera", [Camera("below", pitch_deg=-30, fill=0.5), Camera("behind", yaw_deg=170, pitch_deg=20, fill=0.5),
                                    Camera("above", yaw_deg=-40, pitch_deg=60, fill=0.5)])
def test_no_view_meets_the_busts_edge(bpy, tmp_path, camera):
    """Below the neck there is cloth and nothing else: no skin has cloth above and below it in the picture's lowest part."""
    _, seg, _ = render(tmp_path, identity(4, clothes={"kind": "tshirt"}), camera)
    cloth = seg == CLASSES["clothes"]
    assert cloth.mean() > 0.02
    rows = np.flatnonzero(cloth.any(axis=1))
    lowest = seg[(rows[0] + rows[-1]) // 2 + 2:]
    neck = lowest == CLASSES["skin"]
    if camera.name != "above":                             # from above the head itself stands before the cloth
        between = neck & (np.cumsum(lowest == CLASSES["clothes"], axis=0) > 2)
        assert between.sum() <= 2


def test_one_sees_through_a_lens_and_not_through_a_frame(bpy, tmp_path):
    with_, without = (render(tmp_path / kind, identity(4, glasses={"kind": kind})) for kind in ("rectangular", "none")
                      if not (tmp_path / kind).mkdir())
    frame = with_[1] == CLASSES["glasses"]
    assert 20 < frame.sum() < 900 and not (without[1] == CLASSES["glasses"]).any()
    assert (with_[1] == CLASSES["iris"]).sum() > 0.5 * (without[1] == CLASSES["iris"]).sum() > 0, "eyes are labelled through the lens"
    near = np.any([np.roll(frame, (y, x), axis=(0, 1)) for y in (-1, 0, 1) for x in (-1, 0, 1)], axis=0)
    same = ~near & (without[1] == CLASSES["skin"]) & (without[2] == 255)
    assert np.mean(with_[2][same] < 240) < 0.02, "a lens takes next to no coverage from the skin behind it"
    rows, columns = (np.flatnonzero(frame.any(axis=axis)) for axis in (1, 0))
    inside = (slice(rows[0], rows[-1]), slice(columns[0], columns[-1]))
    shown = [picture[0][inside][~frame[inside]].mean() for picture in (with_, without)]
    assert 0.85 < shown[0] / shown[1] < 1.1, "a lens neither darkens nor veils the eyes"


def test_cloth_and_frames_have_the_persons_colours_and_memory_does_not_grow(bpy):
    face = dress.new_face(MODEL.person(identity(1, clothes={"kind": "tshirt", "colour": (0.8, 0.1, 0.1)}, glasses={"kind": "round"})))
    counts = [len(getattr(bpy.data, kind)) for kind in ("objects", "meshes", "materials", "images")]
    assert face.worn["clothes"].data.materials[0].diffuse_color[0] > 5 * face.worn["clothes"].data.materials[0].diffuse_color[1]
    for kind, frame in (("gown", "half_rim"), ("vneck", "rectangular"), ("none", "none"), ("tshirt", "round")):
        dress.become(face, identity(2, clothes={"kind": kind, "colour": (0.1, 0.7, 0.2)}, glasses={"kind": frame}))
    assert [len(getattr(bpy.data, kind)) for kind in ("objects", "meshes", "images")] == [counts[k] for k in (0, 1, 3)]
    shown = face.worn["clothes"].data.materials[0].diffuse_color
    assert shown[1] > 5 * shown[0]


@pytest.mark.parametrize("light", ["studio", "window", "ceiling", "bedside"])
def test_faces_are_exposed_alike_and_dark_skin_stays_darker(bpy, tmp_path, light):
    """In every light the order of skins is kept and all are readable: median luminance shown 0.36..0.70, few clipped, none in mud."""
    shown = {}
    for tone in ((28.0, 9.0, 11.0), (52.0, 12.0, 18.0), (76.0, 8.0, 14.0)):
        who = dataclasses.replace(identity(4), skin_lab=tone)
        folder = tmp_path / str(tone[0])
        folder.mkdir()
        rgb, seg, coverage = render(folder, who, size=48, samples=32, look="plain", light=light)
        rows = np.arange(48)[:, None] < 33
        skin = rgb[(seg == CLASSES["skin"]) & (coverage == 255) & rows].astype(float)
        bright = skin @ [0.2126, 0.7152, 0.0722] / 255
        shown[tone[0]] = np.median(bright)
        assert (skin.max(axis=1) > 250).mean() < 0.01 and np.percentile(bright, 5) > 0.2, tone
    values = list(shown.values())
    assert values == sorted(values) and 0.36 < values[0] and values[-1] < 0.70


@pytest.mark.filterwarnings("error")
def test_cloth_may_be_black(bpy):
    who = identity(4, clothes={"kind": "gown", "colour": (0.0, 0.0, 0.0)})
    worn = dress.worn_by(dress.new_face(MODEL.person(who)))
    assert tuple(socket(worn["cloth"].node_tree.nodes["print"].inputs, "B_Color").default_value[:3]) == (0, 0, 0)


@pytest.mark.parametrize("lightness", [30.0, 50.0, 73.0])
def test_white_cloth_teeth_and_eyes_do_not_burn_out_on_dark_skin(bpy, lightness):
    """A picture exposed for dark skin is up to twice as bright: what is white keeps below what a camera shows, and above the skin."""
    who = dataclasses.replace(identity(4, clothes={"kind": "sweater", "colour": (0.95, 0.95, 0.93)}), skin_lab=(lightness, 11.0, 14.0))
    worn = dress.worn_by(dress.new_face(MODEL.person(who)))
    skin = colour.luminance(colour.from_lab(who.skin_lab))
    shown = 2 ** world.exposure(1.0, skin)
    for name, node in (("cloth", "print"), ("teeth_upper", "tone"), ("sclera", "white")):
        white = shown * colour.luminance(socket(worn[name].node_tree.nodes[node].inputs, "A_Color").default_value[:3])
        assert 1.1 * shown * skin < white < 0.75 or (lightness > 60 and 0.3 < white < 0.75), name
