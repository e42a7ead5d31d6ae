"""The Paint panel's buttons: a skin is painted by a program of its own, worn, cited, taken off again; and whatever can go wrong with it.

The flow runs the real `wince paint --backend procedural`. Programs that hang, crash or lie are short scripts that speak the same lines.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("bpy")

from wince import preferences
from wince.bridge import face as faces
from wince.core import identity, pack
from wince.job import painter, process, textures
from wince.job.record import wince_version
from wince.operators import paint, painters, skins
from wince.stage import dress, painting

ROOT = Path(__file__).resolve().parents[2]
SIZE = 128
pytestmark = [pytest.mark.skipif(not pack.DEFAULT.is_file(), reason="no face pack: run `wince pack build`"),
              pytest.mark.skipif(os.name == "nt", reason="the painters of these tests are shell scripts")]


def program(path, code, *arguments):
    """Write a program that runs Python code, whatever the words are that it is given, as a stand-in for the painter's Python."""
    script = path.with_suffix(".py")
    script.write_text("import json, os, sys, time\ndef say(event, **facts):\n"
                      "    print('wince: ' + json.dumps({'event': event, **facts}), flush=True)\n" + code)
    path.write_text(f"#!/bin/sh\nexec {sys.executable} {script} \"$@\"\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def real(tmp_path):
    """The painter's own Python: the one that $WINCE_PAINTER names, or this one, told where Wince lies."""
    python = os.environ.get(preferences.PAINTER, sys.executable)
    if subprocess.run([python, "-c", "import scipy"], capture_output=True).returncode:
        pytest.skip(f"{python} has no scipy, which painting needs: name another Python in {preferences.PAINTER}")
    path = tmp_path / "painter"
    path.write_text(f"#!/bin/sh\nPYTHONPATH={ROOT / 'addon'}:{ROOT / 'headless'} exec {python} \"$@\"\n")
    path.chmod(0o755)
    return str(path)


def set_up(addon, folder, python, **words):
    own = preferences.get(addon.context)
    own.output_folder, own.painter_python, own.painter_device, own.models_folder = str(folder / "out"), python, "cpu", ""
    addon.ops.wince.add_face(seed=3, age=30, gender=0.5, **words)
    addon.context.scene.wince_paint.size = "512"
    return addon


@pytest.fixture
def stage(addon, tmp_path, real):
    """A scene with a face; small textures, outputs in tmp_path, the real painter."""
    yield set_up(addon, tmp_path, real)
    painters.end_all()


@pytest.fixture
def quick(addon, tmp_path):
    """The same with a plain face and no painter yet, where what it wears does not matter."""
    yield set_up(addon, tmp_path, "", plain=True)
    painters.end_all()


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    """A folder of painted skins that all tests of this module share, empty at first."""
    return tmp_path_factory.mktemp("gallery")


@pytest.fixture
def skin(tmp_path, stage, real, gallery):
    """A painted skin of the face on disk, made by the real command, a copy; its folder."""
    who = face(stage).person.identity
    if not (gallery / who.id).is_dir():
        (gallery / "who.json").write_text(who.json())
        subprocess.run([real, "-m", "wince_headless", "paint", gallery / "who.json", "--size", str(SIZE), "--out", gallery],
                       check=True, capture_output=True)
    return shutil.copytree(gallery / who.id, tmp_path / "skins" / who.id)


def face(bpy):
    return faces.active(bpy.context)


def worn(bpy, of=None):
    """Return (image, what a record would say of it) of a face's skin."""
    materials = dress.worn_by(of or face(bpy))
    return painting.picture_of(materials), painting.source(materials)


def use(bpy, path):
    preferences.get(bpy.context).painter_python = path


def follow(until, most_s=300):
    """Look at the painters as the timer does, until something is true."""
    end = time.monotonic() + most_s
    while not until():
        assert time.monotonic() < end, [(task.state, task.sentence, list(task.talk)) for task in painters.PAINTINGS]
        painters._look()
        time.sleep(0.02)


def start(bpy):
    """Press Paint Skin, and return the painting."""
    assert bpy.ops.wince.paint_skin() == {"FINISHED"}
    return painters.PAINTINGS[-1]


def pixels(image):
    """Return an image's pixels, (H, W, 3) uint8, row 0 at the top as in its file."""
    flat = np.empty(len(image.pixels), np.float32)
    image.pixels.foreach_get(flat)
    return np.round(flat.reshape(*image.size, -1)[::-1, :, :3] * 255).astype(np.uint8)


# From the button to the face ---------------------------------------------------------------------------------------------

def test_a_skin_is_painted_in_the_background_worn_and_kept_in_the_file(stage, tmp_path):
    task = start(stage)
    assert task.state == process.RUNNING and worn(stage)[1]["painter"] == "built-in"
    follow(lambda: task.worn)
    assert (task.state, task.sentence) == (process.DONE, "") and not task.scratch.exists()
    image, cited = worn(stage)
    texture = textures.read(task.folder)
    assert cited == textures.cite(texture.facts) and cited["painter"] == "procedural"
    assert (pixels(image) == np.array(Image.open(texture.albedo))).all() and image.size[:] == (512, 512)
    stage.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    texture.albedo.unlink()
    stage.ops.wm.open_mainfile(filepath=str(tmp_path / "a.blend"))
    stage.context.view_layer.objects.active = next(obj for obj in stage.data.objects if obj.get(faces.PART) == faces.FACE)
    again, said = worn(stage)
    assert said == cited and again.size[:] == (512, 512) and again.packed_file and str(tmp_path) not in again.filepath
    assert hashlib.sha256(again.packed_file.data).hexdigest() == cited["sha256"]


def test_what_is_worn_can_be_undone_and_redone(stage):
    stage.context.preferences.edit.use_global_undo = True
    stage.ops.ed.undo_push(message="before")
    task = start(stage)
    follow(lambda: task.worn)
    cited = worn(stage)[1]
    assert cited["painter"] == "procedural"
    stage.ops.ed.undo()
    assert worn(stage)[1]["painter"] == "built-in"
    stage.ops.ed.redo()
    image, said = worn(stage)
    assert said == cited and image.size[:] == (512, 512) and pixels(image).std() > 1


def test_the_same_settings_go_on_in_the_same_folder_others_in_another(quick, real):
    use(quick, real)
    quick.ops.wince.paint_skin(wait=True)
    first = painters.PAINTINGS[-1]
    assert first.passed and first.faults == ()
    quick.ops.wince.paint_skin(wait=True)
    assert painters.PAINTINGS[-1].folder == first.folder and "is painted already" in painters.PAINTINGS[-1].said
    quick.context.scene.wince_paint.size = "1024"
    quick.ops.wince.paint_skin(wait=True)
    assert painters.PAINTINGS[-1].folder != first.folder and worn(quick)[0].size[:] == (1024, 1024)
    assert Path(first.folder, textures.FACTS).is_file()


def test_a_skin_from_an_image_is_judged_and_its_licence_cited(stage, skin, tmp_path):
    own, options = tmp_path / "own.png", stage.context.scene.wince_paint
    tinted = np.array(Image.open(skin / "albedo.png").resize((256, 256))) * np.linspace(0.6, 1, 256)[:, None] * np.array([1, 0.95, 0.9])
    Image.fromarray(tinted.astype(np.uint8)).save(own)
    options.backend, options.photo, options.licence, options.profile = painter.PHOTO, str(own), "CC0-1.0", "release"
    assert stage.ops.wince.paint_skin(wait=True) == {"FINISHED"}
    task, (image, said) = painters.PAINTINGS[-1], worn(stage)
    facts = textures.read(task.folder).facts
    assert said["painter"] == painter.OF_IMAGE and said["profile"] == "release" and not skins.stale(face(stage), image)
    assert said["models"] == [{"role": "image", "id": "own.png", "revision": "", "licence": "CC0-1.0"}]
    assert (task.passed, list(task.faults)) == (facts["quality"]["passed"], facts["quality"]["why"])
    assert skins.faults(image) == list(task.faults) and skins.folder_of(said) == Path(task.folder)
    assert stage.ops.wince.show_sheet(folder=task.folder) == {"FINISHED"}
    assert any(picture.filepath.endswith(textures.PREVIEW) for picture in stage.data.images)
    before = paint.order_of(stage.context, face(stage))
    Image.fromarray((tinted * 0.9).astype(np.uint8)).save(own)                 # the same name, another picture
    who, after = face(stage).person.identity, paint.order_of(stage.context, face(stage))
    assert task.out.name == before.folder(who) != after.folder(who)
    options.licence = ""
    with pytest.raises(RuntimeError, match=r"not for release: own\.png"):
        stage.ops.wince.paint_skin(wait=True)
    options.places = str(tmp_path / "gone.npy")
    with pytest.raises(RuntimeError, match=r"gone\.npy is not there: choose it under Places"):
        stage.ops.wince.paint_skin()


def test_what_is_not_good_enough_is_told_on_the_face_and_in_the_list(stage, skin, tmp_path):
    facts = json.loads((skin / textures.FACTS).read_text())
    facts["quality"] |= {"passed": False, "why": ["light is painted on: too much"]}
    (skin / textures.FACTS).write_text(json.dumps(facts))
    use(stage, program(tmp_path / "poor", f"say('done', folder={str(skin)!r})"))
    task = start(stage)
    follow(lambda: task.worn)
    assert not task.passed and task.faults == ("light is painted on: too much",) and task.sentence == ""
    assert skins.faults(worn(stage)[0]) == list(task.faults)
    (skin / textures.PREVIEW).unlink()
    with pytest.raises(RuntimeError, match="is not there: it was moved away"):
        stage.ops.wince.show_sheet(folder=str(skin))


def test_a_frame_cites_the_skin_that_it_shows(stage, skin):
    from wince.job import rigs
    from wince.stage import cameras
    stage.ops.wince.load_painted_skin(filepath=str(skin))
    render, options = stage.context.scene.render, stage.context.scene.wince_render
    render.resolution_x = render.resolution_y = 32
    options.samples, options.denoiser = 1, "none"
    stage.context.view_layer.update()
    cameras.add(stage.context.scene, face(stage), rigs.resolve(("frontal",)))
    stage.context.view_layer.update()
    assert stage.ops.wince.render_frame(wait=True) == {"FINISHED"}
    from wince.operators import background
    record = json.loads(next(background.RENDERS[-1].out.rglob("record.json")).read_text())
    assert record["texture"] == worn(stage)[1] and record["texture"]["painter"] == "procedural"


def test_a_skin_that_an_artist_has_painted_over_is_told_from_the_painters(stage, skin):
    stage.ops.wince.load_painted_skin(filepath=str(skin))
    assert not painting.retouched(dress.worn_by(face(stage)))
    image = worn(stage)[0]
    image.pixels[:4] = (1, 0, 0, 1)
    image.pack()
    assert painting.retouched(dress.worn_by(face(stage))) and worn(stage)[1]["painter"] == "procedural"
    stage.ops.wince.built_in_skin()
    assert not painting.retouched(dress.worn_by(face(stage)))


def test_back_to_the_built_in_skin(stage, skin):
    before = pixels(worn(stage)[0])
    stage.ops.wince.load_painted_skin(filepath=str(skin))
    painted = worn(stage)[0].name
    assert stage.ops.wince.built_in_skin() == {"FINISHED"}
    image, said = worn(stage)
    assert said["painter"] == "built-in" and (pixels(image) == before).all()
    assert not any(image.get(painting.PROVENANCE) for image in stage.data.images) and painted == "Face Skin"


def test_only_the_face_that_was_meant_is_painted(stage, skin):
    first = face(stage)
    stage.ops.wince.add_face(seed=8)
    second = face(stage)
    for slot, mine in zip(second.mesh_object.material_slots, first.mesh_object.material_slots, strict=True):
        slot.material = mine.material                     # as copies of faces have it
    stage.context.view_layer.objects.active = first.mesh_object
    task = start(stage)
    stage.context.view_layer.objects.active = second.mesh_object
    follow(lambda: task.worn)
    assert worn(stage, first)[1]["painter"] == "procedural" and worn(stage, second)[1]["painter"] == "built-in"


# Loading -----------------------------------------------------------------------------------------------------------------

def test_a_skin_of_somebody_else_is_refused_unless_one_insists(stage, skin):
    stage.ops.wince.another_person()
    with pytest.raises(RuntimeError, match=r"was painted for .* and Face is somebody else"):
        stage.ops.wince.load_painted_skin(filepath=str(skin))
    assert worn(stage)[1]["painter"] == "built-in"
    assert stage.ops.wince.load_painted_skin(filepath=str(skin / "albedo.png"), force=True) == {"FINISHED"}
    image, said = worn(stage)
    assert said["by_hand"] is True and said["painter"] == "procedural" and skins.stale(face(stage), image)


def test_a_skin_stays_and_is_called_stale_when_the_person_changes(stage, skin):
    stage.ops.wince.load_painted_skin(filepath=str(skin))
    image = worn(stage)[0]
    assert not skins.stale(face(stage), image)
    face(stage).armature.wince_looks.clothes_colour = (0.1, 0.2, 0.3)           # of no matter to the skin
    assert not skins.stale(face(stage), worn(stage)[0])
    stage.ops.wince.another_person()
    assert worn(stage)[0] == image and skins.stale(face(stage), image)


def test_a_picture_of_ones_own_is_worn_and_called_so(stage, tmp_path):
    path = tmp_path / "mine.png"
    Image.fromarray(np.full((64, 64, 3), 180, np.uint8)).save(path)
    assert stage.ops.wince.load_painted_skin(filepath=str(path)) == {"FINISHED"}
    image, said = worn(stage)
    assert said == {"painter": "artist", "by_hand": True} and image.size[:] == (64, 64)
    assert dress.skin_facts(face(stage)) is not None


def test_what_is_no_skin_is_refused_and_the_face_keeps_its_own(stage, skin, tmp_path):
    wide, noise = tmp_path / "wide.png", tmp_path / "noise.png"
    Image.fromarray(np.zeros((32, 64, 3), np.uint8)).save(wide)
    noise.write_bytes(b"no picture")
    (tmp_path / "empty").mkdir()
    with (skin / "albedo.png").open("ab") as file:
        file.write(b"\0")
    images = len(stage.data.images)
    for path, sentence in ((wide, "64 x 32"), (noise, "no picture of a skin"), (tmp_path / "empty", "holds no painted skin"),
                           (skin, "was changed since"), ("", "no file was given"), (tmp_path / "gone.png", "holds no painted skin")):
        with pytest.raises(RuntimeError, match=sentence):
            stage.ops.wince.load_painted_skin(filepath=str(path))
    assert worn(stage)[1]["painter"] == "built-in" and len(stage.data.images) == images
    stage.ops.wince.load_painted_skin(filepath=str(skin / "albedo.png"), force=True)
    assert worn(stage)[1] == {"painter": "artist", "by_hand": True}


def test_an_artists_own_picture_stays_in_the_file(stage, skin):
    own = stage.data.images.new("Mine", 64, 64)
    for node in painting.nodes_of(dress.worn_by(face(stage)), painting.PICTURE):
        node.image = own
    stage.ops.wince.load_painted_skin(filepath=str(skin))
    assert own.use_fake_user and stage.data.images["Mine"] == own and worn(stage)[1]["painter"] == "procedural"


def test_a_face_without_our_skin_is_refused_before_anything_is_painted(stage):
    for name in ("skin", "brows"):
        face(stage).mesh_object.material_slots[f"wince {name}"].material = stage.data.materials.new("own")
    with pytest.raises(RuntimeError, match="has no skin of Wince's"):
        stage.ops.wince.paint_skin()
    assert not painters.PAINTINGS


# Programs that wait, hang, crash -------------------------------------------------------------------------------------------

PATIENT = """
say("start", people=1); say("stage", stage="view agreement"); say("step", stage="view agreement", done=12, total=25)
sys.stdin.read(); say("say", text="stopped"); sys.exit(75)
"""
DEAF = "say('stage', stage='deaf')\nwhile True: time.sleep(1)\n"


def test_one_is_painted_at_a_time_and_the_others_wait(quick, tmp_path):
    use(quick, program(tmp_path / "patient", PATIENT))
    first, second, third = start(quick), start(quick), start(quick)
    follow(lambda: first.done == 12)
    assert first.how_far() == (12 / 25, "view agreement 12 of 25")
    assert [task.state for task in painters.PAINTINGS] == [process.RUNNING, painter.WAITING, painter.WAITING]
    assert [painters.waiting_before(task) for task in painters.PAINTINGS] == [0, 1, 2]
    quick.ops.wince.cancel_painting(number=1)
    assert second.state == process.STOPPED and not second.scratch.exists()
    with pytest.raises(RuntimeError, match="still painted"):
        quick.ops.wince.forget_painting(number=0)
    quick.ops.wince.cancel_painting(number=0)
    assert first.state == process.STOPPING
    follow(lambda: first.ended and third.state == process.RUNNING)
    assert first.state == process.STOPPED and first.said == ["stopped"]
    quick.ops.wince.forget_painting(number=0)
    assert painters.PAINTINGS == [second, third]


def test_pressed_twice_it_ends_and_so_does_what_it_has_started(quick, tmp_path, ends):
    child = tmp_path / "child"
    use(quick, program(tmp_path / "deaf", f"import subprocess\nkid = subprocess.Popen(['sleep', '1000'])\n"
                                          f"open({str(child)!r}, 'w').write(str(kid.pid))\n" + DEAF))
    task = start(quick)
    follow(lambda: task.stage == "deaf")
    quick.ops.wince.cancel_painting(number=0)
    assert task.state == process.STOPPING
    quick.ops.wince.cancel_painting(number=0)
    assert task.state == process.STOPPED
    assert ends(int(child.read_text()))


def test_one_that_does_not_let_go_is_ended_after_a_while(quick, tmp_path):
    use(quick, program(tmp_path / "deaf", DEAF))
    task = start(quick)
    follow(lambda: task.stage == "deaf")
    quick.ops.wince.cancel_painting(number=0)
    task.looks_since_stop = int(painters.PATIENCE_S / painters.EVERY_S)
    follow(lambda: task.ended)
    assert task.state == process.STOPPED


def test_silence_is_told_and_ends_with_a_word(quick, tmp_path):
    use(quick, program(tmp_path / "patient", PATIENT))
    task = start(quick)
    follow(lambda: task.done == 12)
    assert painters.silent_s(task) == 0
    task.silent_looks = int(94 / painters.EVERY_S)
    assert painters.silent_s(task) == 90
    task._lines.put("loading pipeline components")
    painters._look()
    assert painters.silent_s(task) == 0 and task.talk[-1] == "loading pipeline components"


@pytest.mark.parametrize(("code", "sentence"), [
    ("say('error', message='sdxl needs 9 GB, 4 are free: choose sd15'); sys.exit(2)", "sdxl needs 9 GB, 4 are free: choose sd15"),
    ("print('Traceback'); print('ValueError: no'); sys.exit(3)", "died (exit code 3): ValueError: no"),
    ("os.kill(os.getpid(), 9)", "memory ran out"),
    ("print('/x/python: No module named wince_headless'); sys.exit(1)", 'has no Wince: in a terminal, run'),
    ("print(\"ModuleNotFoundError: No module named 'torch'\"); sys.exit(3)", 'has no torch: in a terminal, run'),
    ("pass", "holds no painted skin|without a skin"),
])
def test_what_it_dies_of_is_told_in_a_sentence(quick, tmp_path, code, sentence):
    import re
    use(quick, program(tmp_path / "broken", code))
    task = start(quick)
    follow(lambda: task.worn)
    assert re.search(sentence.replace("(", "\\(").replace(")", "\\)"), task.sentence), task.sentence
    assert worn(quick)[1]["painter"] == "plain" and task.sentence in task.log()
    with pytest.raises(RuntimeError):
        quick.ops.wince.paint_skin(wait=True)


def test_what_cannot_be_started_says_so_and_the_next_has_its_turn(quick, tmp_path, real):
    use(quick, str(tmp_path / "nothing"))
    task = start(quick)
    assert task.state == process.FAILED and "cannot be started" in task.sentence and not task.scratch.exists()
    use(quick, real)
    other = start(quick)
    follow(lambda: other.worn)
    assert worn(quick)[1]["painter"] == "procedural"


def test_a_face_that_is_gone_or_another_gets_nothing_and_loading_by_hand_is_possible(quick, real):
    use(quick, real)
    task = start(quick)
    text = face(quick).armature[faces.IDENTITY]
    quick.ops.wince.another_person()
    follow(lambda: task.worn)
    assert task.state == process.DONE and "somebody else" in task.sentence and worn(quick)[1]["painter"] == "plain"
    dress.become(face(quick), identity.from_json(text))
    assert quick.ops.wince.load_painting(number=0) == {"FINISHED"} and task.sentence == ""
    assert worn(quick)[1]["painter"] == "procedural"
    gone = start(quick)
    quick.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    follow(lambda: gone.worn)
    assert "not in this file" in gone.sentence
    with pytest.raises(RuntimeError, match="select a FACS face"):
        quick.ops.wince.load_painting(number=1)


def test_a_skin_waits_while_a_mesh_is_edited(quick, real):
    use(quick, real)
    task = start(quick)
    quick.ops.object.mode_set(mode="EDIT")
    follow(lambda: task.ended)
    painters._look()
    assert not task.worn
    quick.ops.object.mode_set(mode="OBJECT")
    follow(lambda: task.worn)
    assert worn(quick)[1]["painter"] == "procedural"


# What it is started with ---------------------------------------------------------------------------------------------------

def test_the_painter_gets_nothing_of_blenders_python_and_no_network(quick, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONHOME", "")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    preferences.get(quick.context).models_folder = str(tmp_path / "models")
    use(quick, program(tmp_path / "tell", "say('say', text=json.dumps(dict(os.environ, WORDS=' '.join(sys.argv[1:]), CWD=os.getcwd())))"))
    task = start(quick)
    follow(lambda: task.worn)
    told = json.loads(task.said[0])
    assert told["HF_HUB_OFFLINE"] == told["TRANSFORMERS_OFFLINE"] == "1" and told["HF_HOME"] == str(tmp_path / "models")
    assert [name for name in told if name.startswith("PYTHON")] == ["PYTHONUNBUFFERED"]
    assert told["CWD"] == str(task.scratch) and told["WORDS"].startswith(f"-m wince_headless paint {task.scratch}/identity.json")
    assert told["WORDS"].endswith("--events --leash")
    quick.context.preferences.system.use_online_access = True
    quick.context.scene.wince_paint.backend = "sd15"
    quick.ops.wince.fetch_model(wait=True)
    told = json.loads(painters.HELPERS["fetch"].said[0])
    assert "HF_HUB_OFFLINE" not in told and told["WORDS"] == "-m wince_headless models fetch sd15 --events --dry-run"


def test_orders_are_words_of_the_command(tmp_path):
    words = painter.Order("sdxl", model="a/b@1", seed=3, steps=9, size=1024, pack="p.npz").words("who.json", "out")
    assert words == ["paint", "who.json", "--backend", "sdxl", "--model", "a/b@1", "--pack", "p.npz", "--steps", "9", "--seed", "3",
                     "--size", "1024", "--profile", "research", "--device", "auto", "--out", "out", "--events", "--leash"]
    photo = painter.Order(painter.PHOTO, photo="uv.png").words("who.json", "out")
    assert photo[2:4] == ["--from-uv", "uv.png"] and "--backend" not in photo
    told = painter.Order(painter.PHOTO, photo="uv.png", places="at.npy", model="no", further=(("licence", 'of "Anna": 1é'),))
    assert told.words("who.json", "out")[2:8] == ["--from-uv", "uv.png", "--places", "at.npy", "--set", 'licence="of \\"Anna\\": 1é"']


def test_the_folder_is_of_the_person_and_all_that_matters():
    who = identity.Identity(id="a", seed=1, number=0, age=30, gender=0.5, ancestry={"pole_a": 1, "pole_b": 0, "pole_c": 0})
    of = {painter.Order(**given).folder(who) for given in ({"seed": 1}, {"seed": 2}, {"seed": 2, "device": "cpu", "force": True},
                                                           {"seed": 2, "contents": "x"}, {"seed": 2, "further": (("prompt", "x"),)})}
    assert len(of) == 4 and painter.Order().folder(who) != painter.Order().folder(replace(who, age=40))


def test_words_of_ones_own_are_for_research_alone(quick, tmp_path):
    from wince_headless.paint import run
    options = quick.context.scene.wince_paint
    options.backend, options.prompt, options.negative, options.strength = "sd15", 'freckles: "many", no #', "  ", 0.6
    options.tries = 3
    order = paint.order_of(quick.context, face(quick))
    words = order.words("who.json", "out")
    made = run.settings([words[at + 1] for at, word in enumerate(words) if word == "--set"], backend="sd15")
    assert (made.prompt, made.negative, made.strength, made.tries) == ('freckles: "many", no #', "", 0.6, 3)
    options.profile = "release"
    assert paint.order_of(quick.context, face(quick)).further == (("strength", 0.6), ("tries", 3))
    options.backend = "procedural"
    assert paint.order_of(quick.context, face(quick)).further == ()


def test_another_painting_in_the_folder_is_told_in_the_panels_words(quick, tmp_path):
    use(quick, program(tmp_path / "other", "say('error', message='out/a holds a skin that was painted otherwise (sd15, seed 0): give "
                                           "another folder with --out, or --force to paint over it'); sys.exit(2)"))
    task = start(quick)
    follow(lambda: task.worn)
    assert task.sentence == "out/a holds a skin that was painted otherwise (sd15, seed 0): choose another seed, or remove that folder"


def test_the_panels_choices_are_the_commands(quick):
    from wince_headless.paint import settings
    options = quick.context.scene.wince_paint.bl_rna.properties
    assert set(options["backend"].enum_items.keys()) == {*settings.BACKENDS, painter.PHOTO}
    assert set(options["profile"].enum_items.keys()) == set(settings.PROFILES)
    assert set(painter.WITH_MODELS) == set(settings.BACKENDS) - {"procedural"}


def test_the_painter_stops_at_the_end_of_its_leash(real):
    code = ("from wince_headless.paint.telling import Events, Stopped\nimport time\ntell = Events()\ntell.listen(leash=True)\n"
            "print('up', flush=True)\ntry:\n    while True: tell.check(); time.sleep(0.01)\nexcept Stopped: raise SystemExit(75)")
    with subprocess.Popen([real, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdout.readline() == b"up\n"
        running.stdin.close()
        assert running.wait(120) == 75


# The check, the models ----------------------------------------------------------------------------------------------------

DOCTOR = "say('doctor', facts=[['wince', {version!r}], ['torch', '2.13.0']], problems={problems!r})\nsys.exit({code})"


def checked(bpy):
    """Press Check, and return what was found."""
    assert bpy.ops.wince.check_painter(wait=True) == {"FINISHED"}
    return painters.HELPERS["check"]


def test_a_sound_painter(quick, tmp_path):
    use(quick, program(tmp_path / "well", DOCTOR.format(version=wince_version(), problems=[], code=0)))
    found = checked(quick)
    assert found.sound and ("torch", "2.13.0") in found.facts and found.sentence == ""


@pytest.mark.parametrize(("version", "problems", "code", "sentence"), [
    ("0.0.1", [], 0, "install the same version of both"), (wince_version(), ["no torch: pip install it"], 1, "no torch: pip install it")])
def test_a_painter_with_problems(quick, tmp_path, version, problems, code, sentence):
    use(quick, program(tmp_path / "ill", DOCTOR.format(version=version, problems=problems, code=code)))
    found = checked(quick)
    assert not found.sound and found.sentence == "" and len(found.problems) == 1 and sentence in found.problems[0]


@pytest.mark.parametrize(("path", "sentence"), [
    ("/bin/echo", "does not answer as a Python with Wince does"), ("/bin", "cannot be started"), ("/nowhere/python", "cannot be started")])
def test_what_is_no_painter_at_all(quick, path, sentence):
    use(quick, path)
    found = checked(quick)
    assert found.state == process.FAILED and sentence in found.sentence and not found.sound


def test_a_check_that_is_not_answered_is_given_up(quick, tmp_path):
    use(quick, program(tmp_path / "deaf", DEAF))
    quick.ops.wince.check_painter()
    found = painters.HELPERS["check"]
    follow(lambda: found.talk or found.silent_looks)
    found.silent_looks = int(painters.CHECK_S / painters.EVERY_S) + 1
    follow(lambda: found.ended)
    assert "did not answer in 60 s" in found.sentence and found._process.poll() is not None


def test_the_real_painter_answers(quick, real):
    use(quick, real)
    found = checked(quick)
    assert found.answered and dict(found.facts)["wince"] == wince_version() and not found.sentence


def test_without_a_painter_its_buttons_are_grey(quick, monkeypatch):
    use(quick, "")
    monkeypatch.delenv(preferences.PAINTER, raising=False)
    for name in ("paint_skin", "check_painter", "fetch_model"):
        assert not getattr(quick.ops.wince, name).poll()
    with pytest.raises(RuntimeError, match="Name the painter's Python"):
        quick.ops.wince.paint_skin()
    monkeypatch.setenv(preferences.PAINTER, "/somewhere/python")
    assert quick.ops.wince.paint_skin.poll()


def test_fetching_asks_first_and_only_online(quick, tmp_path):
    use(quick, program(tmp_path / "hub", "say('say', text='sd15: 4.3 GB, licence OpenRAIL')\n"
                                         "if '--dry-run' not in sys.argv: say('say', text='is here')"))
    system, options = quick.context.preferences.system, quick.context.scene.wince_paint
    system.use_online_access = True
    assert not quick.ops.wince.fetch_model.poll()                              # the built-in skin needs no model
    options.backend = "sd15"
    system.use_online_access = False
    assert not quick.ops.wince.fetch_model.poll()
    with pytest.raises(RuntimeError, match="online access is off"):
        quick.ops.wince.fetch_model()
    system.use_online_access = True
    quick.ops.wince.fetch_model(wait=True)
    assert painters.HELPERS["fetch"].said == ["sd15: 4.3 GB, licence OpenRAIL"]
    options.model = "owner/name@main"
    quick.ops.wince.fetch_model(wait=True, sure=True)
    fetch = painters.HELPERS["fetch"]
    assert fetch.words == ["models", "fetch", "owner/name@main", "--events"] and fetch.said[-1] == "is here"
    quick.ops.wince.end_helper(name="fetch")
    assert "fetch" not in painters.HELPERS
    system.use_online_access = False


# What Blender itself stays out of ---------------------------------------------------------------------------------------------

def test_disabling_the_addon_ends_what_paints(quick, tmp_path):
    use(quick, program(tmp_path / "deaf", DEAF))
    task, waits = start(quick), start(quick)
    running = task._process
    assert running.poll() is None
    quick.ops.preferences.addon_disable(module="wince")
    assert running.poll() is not None and not painters.PAINTINGS and waits.state == process.STOPPED
    quick.ops.preferences.addon_enable(module="wince")


def test_blender_never_imports_torch(tmp_path, real):
    code = f"""
import sys, bpy
bpy.ops.preferences.addon_enable(module="wince")
bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
from wince import preferences
own = preferences.get(bpy.context)
own.output_folder, own.painter_python = {str(tmp_path / "out")!r}, {real!r}
bpy.ops.wince.add_face(seed=3, plain=True)
bpy.context.scene.wince_paint.size = "512"
bpy.ops.wince.paint_skin(wait=True)
bpy.ops.wince.check_painter(wait=True)
bpy.ops.wince.built_in_skin()
print("LOADED", sorted(name for name in sys.modules if name.split(".")[0] in ("torch", "diffusers", "transformers", "wince_headless")))
import os; sys.stdout.flush(); os._exit(0)
"""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "addon")}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert "LOADED []" in done.stdout, done.stdout[-2000:] + done.stderr[-2000:]


@pytest.mark.parametrize("module", ["process", "painter"])
def test_the_painters_side_needs_no_blender(module):
    code = f"import sys; sys.modules['bpy'] = None; import wince.job.{module}"
    subprocess.run([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(ROOT / "addon")}, check=True)
