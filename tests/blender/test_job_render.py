"""A small job, end to end: the files on disk, the labels in them, going on, stopping, and being the same every time."""

import hashlib
import json
import signal
import struct
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("bpy")

from wince.bridge.face import PART
from wince.core import colour, pack
from wince.core.face import FaceModel
from wince.core.skin import tone
from wince.core.worn.all import MAKERS
from wince.job import encode, expand, exr, layout, run, spec
from wince.job.sitting import Sitting
from wince.job.studio import Studio
from wince.job.writer import Writer
from wince.stage import device, materials, passes

pytestmark = pytest.mark.skipif(not pack.DEFAULT.is_file(), reason="no face pack: run `wince pack build`")

SCRIPT = Path(__file__).resolve().parents[2] / "blender_scripts" / "render.py"
PAIN = "4D+6E+9C+25C+43"
ODD = spec.Camera("odd", yaw_deg=-37, pitch_deg=22, roll_deg=11, lens_mm=50, resolution=(96, 80))
JOB = spec.Job(people=spec.People(count=1), expressions=spec.Expressions(pain=0, codes=(PAIN,), extra_neutrals=1),
               cameras=("frontal", ODD), outputs=spec.OPTIONAL_OUTPUTS,
               render=spec.Render(resolution=(96, 96), samples=4, device="cpu", denoiser="auto"))
SMALL = replace(JOB, people=spec.People(count=2), cameras=("frontal", "profile_left"), outputs=(),
                expressions=spec.Expressions(pain=1), render=replace(JOB.render, resolution=(48, 48), samples=2))


def write_job(folder, job):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "JOB.json"
    path.write_text(spec.to_json(job))
    return path


def main(folder, job, *words):
    """Run a job in this process; return its exit code."""
    return run.main([str(write_job(folder, job)), "--out", str(folder / "out"), *words])


def hashes(out):
    """Return {relative path: hash} of everything in an output folder."""
    return {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(out.rglob("*")) if path.is_file()}


def events(text):
    return [json.loads(line.removeprefix(run.MARK)) for line in text.splitlines() if line.startswith(run.MARK)]


@pytest.fixture(scope="session")
def rendered(tmp_path_factory):
    """The output folder of JOB: look, do not touch."""
    folder = tmp_path_factory.mktemp("job")
    assert main(folder, JOB) == run.DONE
    return folder / "out"


def record(out, key):
    return json.loads(layout.record_path(out, key).read_text())


def picture(out, key, name):
    return np.array(Image.open(Path(out, key, f"{name}.png")))


KEYS = [f"id00000/{expression}/{view}" for expression in ("e00", "n01", "e01") for view in ("frontal", "odd")]


# What is there -------------------------------------------------------------------------------------------------------

def test_the_folder_holds_what_the_layout_says(rendered):
    found = {path.relative_to(rendered).as_posix() for path in rendered.rglob("*") if path.is_file()}
    pictures = ("rgb.png", "seg.png", "heat.png", "coverage.png", "depth.png", "normal.png", "heat_brow.png", "heat_orbit.png",
                "heat_levator.png", "heat_eyes.png", "heat.npy", "passes.exr", "record.json", "regions.png", "surface.png")
    expected = {"job.json", "origin.json", "id00000/identity.json"} | {f"{key}/{name}" for key in KEYS for name in pictures}
    assert found == expected | {f"id00000/{name}/expression.npz" for name in ("e00", "n01", "e01")}


def test_pictures_are_bare_and_of_the_right_kind(rendered):
    for name, mode in (("rgb", "RGB"), ("seg", "L"), ("regions", "L"), ("heat", "I;16"), ("coverage", "L"), ("depth", "I;16")):
        for key, size in (("id00000/e01/frontal", (96, 96)), ("id00000/e01/odd", (96, 80))):
            image = Image.open(rendered / key / f"{name}.png")
            assert (image.mode, image.size) == (mode, size)
    for path in rendered.rglob("*.png"):
        data, at, kinds = path.read_bytes(), 8, []
        while at < len(data):
            length, kind = struct.unpack_from(">I4s", data, at)
            kinds.append(kind)
            at += 12 + length
        assert kinds == [b"IHDR", b"IDAT", b"IEND"]


def test_files_have_the_recorded_hashes(rendered):
    for key in KEYS:
        files = record(rendered, key)["files"]
        assert {"rgb", "seg", "heat", "coverage", "depth", "normal"} <= files.keys()
        for entry in files.values():
            data = (rendered / key / entry["path"]).read_bytes()
            assert (len(data), hashlib.sha256(data).hexdigest()) == (entry["bytes"], entry["sha256"])


def test_a_record_says_what_was_asked(rendered):
    known = record(rendered, "id00000/e01/odd")
    assert known["facs"] == PAIN and known["pspi"] == 4 + 5 + 3 + 1 and known["pain"] is True
    assert known["pspi_terms"] == {"brow": 4, "orbit": 5, "levator": 3, "eyes": 1}
    assert known["au_code"].keys() == known["au_realised"].keys() >= set("4 6 7 9 10 12 20 25 26 27 43".split())
    assert known["au_code"]["6"] == {"L": 5, "R": 5} and known["au_realised"]["9"]["L"] == 0.52
    assert known["neutral_keys"] == ["id00000/e00/odd", "id00000/n01/odd"]
    assert known["camera"]["width"] == 96 and known["camera"]["height"] == 80
    assert known["sequence"] is known["frame"] is known["t"] is known["phase"] is None
    skin = {key: known["demographics"][f"skin_{key}"] for key in ("lab", "target_lab", "luminance", "ita_deg", "monk")}
    assert colour.difference(skin["lab"], skin["target_lab"]) < 1
    assert skin["monk"] == tone.monk(skin["lab"]) and skin["ita_deg"] == pytest.approx(tone.ita(skin["lab"]), abs=0.05)


def test_records_hold_no_place_time_or_worker(rendered):
    text = (rendered / "id00000/e01/odd/record.json").read_text()
    assert str(rendered) not in text and "/tmp" not in text
    assert not {"time", "host", "date", "worker", "shard", "threads"} & json.loads(text).keys()


def test_neutrals_share_light_when_aligned_and_differ_when_not(rendered):
    aligned, stray, pain = (record(rendered, f"id00000/{name}/frontal") for name in ("e00", "n01", "e01"))
    assert aligned["light"] == pain["light"] and aligned["world"] == pain["world"] and aligned["camera"] == pain["camera"]
    assert stray["light"] != pain["light"] and stray["camera"] == pain["camera"]
    assert stray["face_to_camera"] != aligned["face_to_camera"]
    assert aligned["face_to_camera"] == {"yaw_deg": 0.0, "pitch_deg": 0.0, "roll_deg": 0.0}
    assert aligned["expression_kind"] == stray["expression_kind"] == "neutral" and not stray["pain"]


# Labels that agree with pixels ---------------------------------------------------------------------------------------

@pytest.mark.parametrize("key", KEYS)
def test_position_reprojects_to_pixel_centres(rendered, key):
    layers, camera = exr.read(rendered / key / "passes.exr"), record(rendered, key)["camera"]
    K, R, t = (np.array(camera[name]) for name in ("K", "R", "t"))
    hit = layers["Depth"] < encode.FAR
    seen = layers["Position"][hit].astype(float) @ R.T + t
    rows, columns = np.nonzero(hit)
    pixels = (seen @ K.T)[:, :2] / seen[:, 2:]
    assert np.abs(pixels - np.stack([columns, rows], axis=1)).max() < 0.01
    np.testing.assert_allclose(seen[:, 2], layers["Depth"][hit], atol=1e-5)
    assert hit.mean() > 0.2


def test_the_iris_is_in_the_record(rendered):
    who = json.loads((rendered / "id00000/identity.json").read_text())
    assert record(rendered, KEYS[0])["look"]["iris"] == who["iris"]


def test_classes_are_those_of_a_face(rendered):
    look = record(rendered, KEYS[0])["look"]
    worn = {8: look["hair"]["style"], 9: look["facial_hair"]["style"], 10: look["clothes"]["kind"], 11: look["glasses"]["kind"]}
    may = {0, 1, 2, 3, 4, 5, 6, 7, 12} | {number for number, choice in worn.items() if choice not in ("none", "bald")}
    for key in KEYS:
        assert set(np.unique(picture(rendered, key, "seg"))) <= may
    assert {0, 1, 2, 4, 5} <= set(np.unique(picture(rendered, "id00000/e00/frontal", "seg")))
    assert not {4, 5} & set(np.unique(picture(rendered, "id00000/e01/frontal", "seg")))          # closed eyes


def test_heat_lies_on_skin_and_is_none_on_a_neutral(rendered):
    for key in KEYS:
        heat, coverage = picture(rendered, key, "heat"), picture(rendered, key, "coverage")
        assert (heat.max() > 1000) == ("e01" in key)
        assert not heat[coverage == 0].max(initial=0) > 1
        np.testing.assert_allclose(np.load(rendered / key / "heat.npy") * 1000, heat, atol=0.51)
        if "e01" not in key:
            assert not heat.any()


def test_heat_in_pictures_is_the_heat_of_vertices(rendered):
    with np.load(rendered / "id00000/e01/expression.npz") as arrays:
        heat, terms = arrays["heat"], arrays["terms"]
    assert heat.dtype == terms.dtype == np.float32 and terms.shape == (4, len(heat))
    assert picture(rendered, "id00000/e01/frontal", "heat").max() <= 1000 * heat.max() * 1.001
    assert picture(rendered, "id00000/e01/frontal", "heat").max() > 600 * heat.max()
    for place, term in enumerate(passes.TERMS):
        assert picture(rendered, "id00000/e01/frontal", f"heat_{term}").max() <= 1000 * terms[place].max() * 1.001 + 1


def test_depth_and_normals_of_a_face(rendered):
    seg, depth, normal = (picture(rendered, "id00000/e00/frontal", name) for name in ("seg", "depth", "normal"))
    assert ((depth == 0) == (seg == 0)).all()
    distance = record(rendered, "id00000/e00/frontal")["camera"]["distance_m"]
    assert abs(depth[48, 48] / 1e4 - distance) < 0.15
    data = encode.normal(exr.read(rendered / "id00000/e00/frontal/passes.exr")["Normal"], seg,
                         np.array(record(rendered, "id00000/e00/frontal")["camera"]["R"]))
    unit = (data[seg > 0].astype(float) - 1) / 32767 - 1
    np.testing.assert_allclose(np.linalg.norm(unit, axis=1), 1, atol=1e-3)
    assert (unit[:, 2] < 0.15).mean() > 0.98                           # what one sees faces the camera
    assert normal.shape == (96, 96, 3)


def test_regions_and_surface_are_of_pixel_centres(rendered):
    loaded, key = pack.load(), "id00000/e01/frontal"
    names = sorted(record(rendered, key)["region_visible"])
    regions, seg = picture(rendered, key, "regions"), picture(rendered, key, "seg")
    assert set(np.unique(regions)) <= set(range(len(names) + 1)) and not regions[seg == 0].any()
    points = np.array(record(rendered, key)["landmarks"]["points_2d"])
    x, y = points[[19, 24]].mean(axis=0).round().astype(int)                     # between the brows
    assert names[regions[y, x] - 1] in ("glabella", "forehead", "nose_root", "brow_inner.L", "brow_inner.R")
    uv = exr.read(rendered / key / "passes.exr")["centres.UV"][..., :2]
    corners = loaded.uv[loaded.uv_faces[loaded.landmark_faces]]
    landmark = np.einsum("nk,nkc->nc", loaded.landmark_weights, corners)[30]      # the tip of the nose
    x, y = points[30].round().astype(int)
    assert np.linalg.norm(uv[y, x] - landmark) < 0.01


def test_landmarks_lie_on_the_face(rendered):
    known = record(rendered, "id00000/e00/frontal")
    points, visible = np.array(known["landmarks"]["points_2d"]), np.array(known["landmarks"]["visible"])
    assert points.shape == (68, 2) and visible.mean() > 0.9
    seg = picture(rendered, "id00000/e00/frontal", "seg")
    inside = points[visible].round().astype(int)
    assert (seg[inside[:, 1], inside[:, 0]] > 0).mean() > 0.95
    view = known["camera"]
    seen = np.array(known["landmarks"]["points_3d"]) @ np.array(view["R"]).T + view["t"]
    pixels = (seen @ np.array(view["K"]).T)[:, :2] / seen[:, 2:]
    np.testing.assert_allclose(pixels, points, atol=1e-4)
    assert points[8, 1] > points[27, 1] and points[45, 0] > points[36, 0]      # chin below; the character's left eye on the right
    box = known["face_box"]
    assert known["face_height_px"] >= 0.5 * 96 and box[0] > 0 and box[3] < 96


def test_regions_are_visible_where_they_should_be(rendered):
    frontal, odd = (record(rendered, f"id00000/e00/{view}")["region_visible"] for view in ("frontal", "odd"))
    assert frontal["glabella"] > 0.95 and frontal["cheek.L"] > 0.8
    assert odd["cheek.R"] > odd["cheek.L"]                              # the camera stands to the character's right
    assert all(0 <= share <= 1 for share in frontal.values())


def test_our_picture_is_the_one_blender_shows(tmp_path):
    job = replace(JOB, cameras=("frontal",), outputs=())
    studio = Studio(job, device.choose(job.render), pack.load(), tmp_path)
    with Writer() as writer:
        sitting = Sitting(job, tmp_path, "", studio, FaceModel(pack.load()), 0)
        shown = sitting.show("e01", writer)
    layers, _ = studio.shoot(sitting.views["frontal"], 1)
    studio.shutter.save_picture(tmp_path / "blender.png")
    theirs = np.array(Image.open(tmp_path / "blender.png")).astype(int)
    ours = encode.rgb(exr.read(layers)["Combined"], shown.exposure).astype(int)
    assert np.abs(ours - theirs).max() <= 1 and (ours != theirs).mean() < 0.005


# Going on, stopping, refusing ----------------------------------------------------------------------------------------

def test_a_second_run_has_nothing_to_do(rendered, tmp_path, capfd):
    before = hashes(rendered)
    assert run.main([str(write_job(tmp_path, JOB)), "--out", str(rendered)]) == run.DONE
    told = events(capfd.readouterr().out)
    assert [event["event"] for event in told] == ["start", "skip", "done"] and told[1]["count"] == 6
    assert hashes(rendered) == before


def test_other_workers_in_other_order_make_the_same_files(tmp_path):
    assert main(tmp_path / "one", SMALL) == run.DONE
    for shard in ("2/3", "0/3", "1/3"):
        assert main(tmp_path / "many", SMALL, "--shard", shard) == run.DONE
    assert hashes(tmp_path / "one" / "out") == hashes(tmp_path / "many" / "out")
    key = "id00001/e01/profile_left"
    assert main(tmp_path / "many", SMALL, "--only", key) == run.DONE
    assert hashes(tmp_path / "one" / "out") == hashes(tmp_path / "many" / "out")


def test_people_in_other_lights_are_the_same_whoever_came_before(tmp_path):
    """Lights with other numbers of lamps: Cycles keeps its scene between people, and must not keep anybody's light in it."""
    lighting = spec.Lighting(lights=("window", "studio", "none"), worlds=("plain", "hdri:studio"))
    job = replace(SMALL, seed=5, people=spec.People(count=5), cameras=("frontal",), expressions=spec.Expressions(pain=0), lighting=lighting)
    assert main(tmp_path / "one", job) == run.DONE
    for shard in range(4, -1, -1):
        assert main(tmp_path / "many", job, "--shard", f"{shard}/5") == run.DONE
    kinds = [json.loads(path.read_text())["light"]["kind"] for path in sorted((tmp_path / "one" / "out").rglob("record.json"))]
    assert len(set(kinds)) == 3, "the test needs people in all lights"
    assert hashes(tmp_path / "one" / "out") == hashes(tmp_path / "many" / "out")


def test_what_is_missing_is_made_again_and_nothing_else(tmp_path, capfd):
    job = replace(SMALL, people=spec.People(count=1))
    assert main(tmp_path, job) == run.DONE
    out = tmp_path / "out"
    before = hashes(out)
    (out / "id00000/e00/frontal/record.json").unlink()
    (out / "id00000/e01/frontal/seg.png").unlink()
    (out / f"id00000/e00/frontal/.rgb.png.7-9{layout.TEMPORARY}").write_bytes(b"half")
    capfd.readouterr()
    assert main(tmp_path, job) == run.DONE
    made = [event["key"] for event in events(capfd.readouterr().out) if event["event"] == "view"]
    assert made == ["id00000/e00/frontal", "id00000/e01/frontal"] and hashes(out) == before


@pytest.mark.parametrize("change, words", [
    (lambda job: replace(job, seed=9), "begun with seed = 0, now it is 9"),
    (lambda job: replace(job, render=replace(job.render, samples=5)), "begun with render.samples = 4, now it is 5"),
])
def test_another_job_is_refused(rendered, tmp_path, capfd, change, words):
    assert run.main([str(write_job(tmp_path, change(JOB))), "--out", str(rendered)]) == run.USER
    told = capfd.readouterr()
    assert words in told.err and events(told.out)[-1]["event"] == "error"


@pytest.mark.parametrize("change, words", [
    (lambda job: replace(job, cameras=(spec.Camera("near", distance_m=0.05),)), "camera 'near' stands inside the head"),
    (lambda job: replace(job, cameras=("frontel",)), "no view or rig 'frontel'"),
    (lambda job: replace(job, lighting=spec.Lighting(worlds=("hdri:beach",))), "no 'hdri:beach'"),
    (lambda job: replace(job, expressions=spec.Expressions(codes=("4F",))), "4F"),
    (lambda job: replace(job, outputs=("albedo",)), "'albedo'"),
    (lambda job: replace(job, pack="nowhere.npz"), "nowhere.npz"),
    (lambda job: replace(job, render=replace(job.render, view_transform="Kodak")), "'Kodak'"),
])
def test_bad_jobs_end_with_a_sentence_and_code_2(tmp_path, capfd, change, words):
    assert main(tmp_path, change(SMALL)) == run.USER
    error = capfd.readouterr().err
    assert words in error and "Traceback" not in error
    assert not list(tmp_path.rglob("record.json"))


def test_words_that_make_no_sense_end_with_code_2(tmp_path, capfd):
    assert main(tmp_path, SMALL, "--only", "id00000/e07/frontal") == run.USER
    assert "no such sample" in capfd.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        main(tmp_path, SMALL, "--shard", "one")


def start(folder, job):
    """Start a job in a process of its own, and wait for its first finished view."""
    process = subprocess.Popen([sys.executable, str(SCRIPT), "--", str(write_job(folder, job)), "--out", str(folder / "out")],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    for line in process.stdout:
        if line.startswith(run.MARK) and json.loads(line.removeprefix(run.MARK))["event"] == "view":
            return process
    raise AssertionError("it ended before its first view")


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_between_views_and_the_next_run_goes_on(tmp_path, kind):
    process = start(tmp_path, SMALL)
    process.send_signal(kind)
    process.stdout.read()
    assert process.wait(60) == run.STOPPED
    whole = [path.parent for path in (tmp_path / "out").rglob("record.json")]
    assert 1 <= len(whole) < len(expand.samples(SMALL))
    assert not list((tmp_path / "out").rglob(f"*{layout.TEMPORARY}"))
    assert main(tmp_path, SMALL) == run.DONE
    assert len(list((tmp_path / "out").rglob("record.json"))) == len(expand.samples(SMALL))


@pytest.mark.parametrize("wait", [0.0, 0.21])
def test_a_killed_worker_leaves_whole_samples(tmp_path, wait):
    process = start(tmp_path, SMALL)
    time.sleep(wait)
    process.kill()
    process.wait(60)
    out = tmp_path / "out"
    for path in out.rglob("record.json"):
        for entry in json.loads(path.read_text())["files"].values():
            assert hashlib.sha256((path.parent / entry["path"]).read_bytes()).hexdigest() == entry["sha256"]
    assert main(tmp_path, SMALL) == run.DONE
    assert main(tmp_path / "fresh", SMALL) == run.DONE
    assert hashes(out) == hashes(tmp_path / "fresh" / "out")


# Cameras in Blender --------------------------------------------------------------------------------------------------

def test_memory_does_not_grow_over_views(tmp_path):
    """A short version of the soak test: datablocks stay as many as they were."""
    import bpy

    job = replace(SMALL, people=spec.People(count=3), cameras=("frontal",), expressions=spec.Expressions(pain=1))
    counts, job_folder = [], write_job(tmp_path, job)
    for shard in ("0/2", "1/2"):
        assert run.main([str(job_folder), "--out", str(tmp_path / "out"), "--shard", shard]) == run.DONE
        worn = [obj[PART] for obj in bpy.data.objects if obj.get(PART) in MAKERS]
        assert len(worn) == len({*worn})                                    # one object of a kind, whoever wore it before
        kinds = ("meshes", "objects", "lights", "worlds", "images", "shape_keys")
        counts.append({kind: len(getattr(bpy.data, kind)) - len(worn) * (kind in ("meshes", "objects")) for kind in kinds})
        assert len(bpy.data.materials) <= len(materials.RECIPES)
    assert counts[0] == counts[1] and counts[0]["meshes"] <= 4
