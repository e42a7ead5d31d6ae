"""`wince paint` from end to end: the same command that people use, with tiny models of the real classes, and what it leaves behind."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("torch")

import tiny
import tiny_dit

from wince.core import colour, pack
from wince.core.errors import WinceError
from wince.core.skin import paint as skin
from wince.job import people, spec, textures
from wince_headless import exits
from wince_headless.paint import pipeline, run, texture
from wince_headless.paint.telling import Teller

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "addon"), str(ROOT / "headless")]), "HF_HUB_OFFLINE": "1"}
SMALL = ("--size", "256", "--steps", "4", "--device", "cpu",
         "--set", "view_size=64", "--set", "sync_size=128", "--set", "checkpoint_every=1")


def wince(*words, **options):
    """Run the command as people do; returns the finished process."""
    return subprocess.run([sys.executable, "-m", "wince_headless", *map(str, words)], env=ENVIRONMENT, capture_output=True, text=True,
                          timeout=400, check=False, **options)


def started(*words):
    """Start the command; its events can be read line by line."""
    return subprocess.Popen([sys.executable, "-m", "wince_headless", *map(str, words)], env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)


@pytest.fixture(scope="module")
def who(tmp_path_factory):
    """The path of one identity."""
    path = tmp_path_factory.mktemp("who") / "anna.json"
    path.write_text(next(people.of(spec.Job(seed=5), pack.load())).json())
    return path


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """The words that name a tiny Stable Diffusion 1.5 with its ControlNets."""
    folders = tiny.sd15(tmp_path_factory.mktemp("sd15"))
    return [word for role, folder in folders.items() for word in ("--model", f"{role}={folder}")]


@pytest.fixture(scope="module")
def painted(who, models, tmp_path_factory):
    """(folder of the texture, what the command said)."""
    out = tmp_path_factory.mktemp("painted")
    done = wince("paint", who, "--backend", "sd15", *models, "--out", out, *SMALL)
    assert done.returncode == exits.DONE, done.stderr
    return next(out.iterdir()), done.stderr


def facts_of(folder):
    return json.loads((folder / textures.FACTS).read_text())


def hashes(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_what_is_left_behind(painted):
    folder, said = painted
    assert {path.name for path in folder.iterdir()} == {"albedo.png", "coverage.png", "preview.png", "identity.json", "texture.json"}
    assert Image.open(folder / "albedo.png").size == (256, 256) and Image.open(folder / "albedo.png").mode == "RGB"
    facts = facts_of(folder)
    for entry in facts["files"].values():
        assert hashlib.sha256((folder / entry["path"]).read_bytes()).hexdigest() == entry["sha256"]
    assert "of memory for" in said and "free" in said                  # said before it began


def test_provenance_is_whole_and_names_no_machine(painted, tmp_path_factory):
    facts = facts_of(painted[0])
    assert [model["role"] for model in facts["models"]] == ["base", "control.depth", "control.normal"]
    for model in facts["models"]:
        assert any(name.endswith(".safetensors") for name in model["files"]) and all(len(value) == 64 for value in model["files"].values())
    assert len(facts["prompts"]["positive"]) == 7 and facts["prompts"]["negative"] and facts["painter"] == "sd15"
    assert str(tmp_path_factory.getbasetemp()) not in json.dumps(facts)


def test_the_skin_has_its_tone_everything_is_covered_and_no_seam_shows(painted):
    folder = painted[0]
    quality = facts_of(folder)["quality"]
    assert quality["tone_difference"] < 3 and quality["painted"] == 1.0 and quality["seam_after"] <= 1.5
    person = _person(folder)
    shown = np.array(Image.open(folder / "albedo.png"))[::-1] / 255
    measured = skin.measured(person, colour.decode(shown))
    assert colour.difference(np.array(measured["lab"]), np.array(person.identity.skin_lab)) < 3


def test_a_model_has_painted_and_not_the_built_in_skin(painted):
    folder = painted[0]
    shown = np.array(Image.open(folder / "albedo.png"))[::-1] / 255
    builtin = colour.encode(skin.albedo(_person(folder), 256))
    seen = np.array(Image.open(folder / "coverage.png"))[::-1] > 128
    assert seen.mean() > 0.2 and np.abs(shown - builtin)[seen].mean() > 0.02


def test_the_same_command_goes_on_and_another_is_refused(painted, who, models):
    out, before = painted[0].parent, hashes(painted[0])
    again = wince("paint", who, "--backend", "sd15", *models, "--out", out, *SMALL)
    assert again.returncode == exits.DONE and "painted already" in again.stderr and hashes(painted[0]) == before
    other = wince("paint", who, "--backend", "sd15", *models, "--out", out, *SMALL, "--seed", "1")
    assert other.returncode == exits.USER and "painted otherwise" in other.stderr and hashes(painted[0]) == before


def test_the_same_seed_gives_the_same_bytes_also_after_a_kill(painted, who, models, tmp_path):
    words = ["paint", who, "--backend", "sd15", *models, "--out", tmp_path, *SMALL, "--events"]
    process = started(*words)
    for line in process.stdout:
        if '"stage": "denoising", "done": 2' in line:
            process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.returncode == -signal.SIGKILL and list(tmp_path.glob("*/.painting/latents.safetensors"))
    done = wince(*words)
    assert done.returncode == exits.DONE, done.stderr
    steps = [json.loads(line[7:]) for line in done.stdout.splitlines() if '"stage": "denoising", "done"' in line]
    assert steps[0]["done"] > 1                             # it went on, it did not begin again
    assert hashes(tmp_path / painted[0].name) == hashes(painted[0])


def test_a_term_signal_ends_with_75(who, models, tmp_path):
    words = ["paint", who, "--backend", "sd15", *models, "--out", tmp_path, *SMALL, "--events"]
    process = started(*words)
    for line in process.stdout:
        if '"stage": "denoising", "done": 1' in line:
            process.send_signal(signal.SIGTERM)
    assert process.wait() == exits.STOPPED
    assert list(tmp_path.glob("*/.painting/latents.safetensors")) and not list(tmp_path.glob("*/texture.json"))


def test_a_config_paints_everybody_in_it(tmp_path):
    path = tmp_path / "two.yaml"
    path.write_text("seed: 3\npeople: {count: 2}\n")
    done = wince("paint", path, "--out", tmp_path / "skins", "--size", "256")
    assert done.returncode == exits.DONE, done.stderr
    job = spec.Job(seed=3, people=spec.People(count=2))
    for one in people.of(job, pack.load()):
        assert textures.of(tmp_path / "skins", one).facts["painter"] == "procedural"


def test_release_refuses_what_the_licence_does_not_allow(who, models, tmp_path):
    done = wince("paint", who, "--backend", "sd15", *models, "--out", tmp_path, *SMALL, "--profile", "release")
    assert done.returncode == exits.USER and "not for release" in done.stderr and not list(tmp_path.iterdir())


def test_a_model_that_is_not_here_is_named_with_the_command_that_fetches_it(who, tmp_path):
    hub = ENVIRONMENT | {"HF_HOME": str(tmp_path / "empty")}
    done = subprocess.run([sys.executable, "-m", "wince_headless", "paint", str(who), "--backend", "sd15", "--out", str(tmp_path / "out")],
                          env=hub, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == exits.USER and "wince models fetch" in done.stderr and "Traceback" not in done.stderr
    gone = wince("paint", who, "--backend", "sd15", "--model", tmp_path / "nowhere", "--out", tmp_path / "out")
    assert gone.returncode == exits.USER and "nowhere" in gone.stderr and "Traceback" not in gone.stderr


@pytest.mark.parametrize(("word", "said"), [
    ("nonsense=1", "known are"), ("steps", "key=value"), ("strength=7", "from 0.05 to 1"), ("view_size=63", "multiples of"),
    ("views=none", "known are"), ("dtype=int8", "known are"), ("batch=x", "integer"),
    ("offload=always", "known are"), ("guidance=-500", "from -1 to 50"), ("view_sise=64", "did you mean 'view_size'"),
])
def test_a_wrong_setting_is_one_sentence(who, models, tmp_path, word, said):
    done = wince("paint", who, "--backend", "sd15", *models, "--out", tmp_path, "--device", "cpu", "--set", word)
    assert done.returncode == exits.USER and said in done.stderr and "Traceback" not in done.stderr


def test_help_and_the_built_in_skin_need_no_torch(who, tmp_path):
    code = ("import sys; sys.modules['torch'] = None; sys.argv = ['wince', 'paint', sys.argv[1], '--out', sys.argv[2], '--size', '256'];"
            "from wince_headless.cli import main; main()")
    done = subprocess.run([sys.executable, "-c", code, str(who), str(tmp_path)], env=ENVIRONMENT, capture_output=True, text=True,
                          timeout=200, check=False)
    assert done.returncode == exits.DONE, done.stderr


@pytest.mark.parametrize(("backend", "make"), [("sdxl", tiny.sdxl), ("zimage", tiny_dit.zimage), ("qwen", tiny_dit.qwen)])
def test_every_backend_paints(backend, make, who, tmp_path):
    models = [word for role, folder in make(tmp_path / "models").items() for word in ("--model", f"{role}={folder}")]
    done = wince("paint", who, "--backend", backend, *models, "--out", tmp_path / "out", *SMALL)
    assert done.returncode == exits.DONE, done.stderr
    facts = facts_of(next((tmp_path / "out").iterdir()))
    assert facts["painter"] == backend and facts["quality"]["tone_difference"] < 3 and facts["quality"]["seam_after"] <= 1.5


def test_an_image_on_the_atlas_is_painted_from(painted, who, tmp_path):
    words = ["paint", who, "--from-uv", painted[0] / "albedo.png", "--out", tmp_path, "--size", "256"]
    refused = wince(*words, "--profile", "release")
    assert refused.returncode == exits.USER and "licence" in refused.stderr
    done = wince(*words, "--profile", "release", "--set", "licence=CC0-1.0")
    assert done.returncode == exits.DONE, done.stderr
    facts = facts_of(next(tmp_path.iterdir()))
    assert facts["painter"] == "image" and facts["models"][0]["licence"] == "CC0-1.0" and facts["quality"]["tone_difference"] < 3
    assert facts["models"][0]["files"] == {"albedo.png": facts_of(painted[0])["files"]["albedo"]["sha256"]}
    many = tmp_path.parent / "many.yaml"
    many.write_text("people: {count: 2}\n")
    refused = wince("paint", many, "--from-uv", painted[0] / "albedo.png", "--out", tmp_path)
    assert refused.returncode == exits.USER and "--only" in refused.stderr
    missing = wince("paint", who, "--from-uv", tmp_path / "gone.png", "--out", tmp_path)
    assert missing.returncode == exits.USER and "gone.png" in missing.stderr and "Traceback" not in missing.stderr


def test_a_person_is_named_by_folder_or_id_and_what_is_missing_is_painted_again(tmp_path):
    loaded = pack.load()
    for number, one in enumerate(people.of(spec.Job(seed=3, people=spec.People(count=2)), loaded)):
        (tmp_path / "set" / f"id0000{number}").mkdir(parents=True)
        (tmp_path / "set" / f"id0000{number}" / "identity.json").write_text(one.json())
    words = ("paint", tmp_path / "set", "--out", tmp_path / "skins", "--size", "256")
    assert wince(*words, "--only", "id00001").returncode == exits.DONE
    folder = next((tmp_path / "skins").iterdir())
    before = hashes(folder)
    (folder / "preview.png").unlink()
    done = wince(*words, "--only", folder.name)
    assert done.returncode == exits.DONE and "painted already" not in done.stderr and hashes(folder) == before
    nobody = wince(*words, "--only", "id00007")
    assert nobody.returncode == exits.USER and "id00000" in nobody.stderr


def test_a_painting_that_does_not_pass_is_tried_with_other_seeds_and_said(who, models, tmp_path):
    done = wince("paint", who, "--backend", "sd15", *models, "--out", tmp_path, *SMALL, "--set", "tries=2")
    assert done.returncode == exits.DONE, done.stderr
    facts = facts_of(next(tmp_path.iterdir()))
    if not facts["quality"]["passed"]:                     # noise never does
        assert "not good enough, with seed 0" in done.stderr and "1 of 1 did not pass" in done.stderr
    again = wince("paint", who, "--backend", "sd15", *models, "--out", tmp_path, *SMALL, "--set", "tries=2")
    assert "painted already" in again.stderr


def test_a_folder_that_cannot_be_written_is_known_at_once(who, tmp_path):
    (tmp_path / "file").write_text("")
    done = wince("paint", who, "--out", tmp_path / "file", "--size", "256")
    assert done.returncode == exits.USER and "cannot write" in done.stderr and "geometry" not in done.stderr


def test_finishing_beside_the_next_painting_gives_the_same_bytes(tmp_path):
    loaded = pack.load()
    crowd = list(people.of(spec.Job(seed=3, people=spec.People(count=3)), loaded))
    for beside in (False, True):
        painter = pipeline.painter(run.settings((), size=256), Teller())
        painter.elsewhere = beside
        assert run.paint(crowd, loaded, run.Order(tmp_path / str(beside)), painter, Teller()) == exits.DONE
    for one in crowd:
        assert hashes(tmp_path / "True" / one.id) == hashes(tmp_path / "False" / one.id)


def test_what_goes_wrong_while_finishing_beside_is_raised(tmp_path):
    loaded = pack.load()
    painter = pipeline.painter(run.settings((), size=256), Teller())
    painter.elsewhere = True
    (tmp_path / "out").write_text("a file where a folder is wanted")
    with pytest.raises(WinceError, match="cannot write"):
        run.paint([next(people.of(spec.Job(seed=3), loaded))], loaded, run.Order(tmp_path / "out"), painter, Teller())


def _person(folder):
    from wince.core import identity
    from wince.core.face import FaceModel

    return FaceModel(pack.load()).person(identity.read(folder / "identity.json"))


def test_settings_that_make_no_other_painting_do_not_count():
    wishes = run.settings(("batch=2", "device=cpu"))
    who = next(people.of(spec.Job(seed=5), pack.load()))
    from dataclasses import asdict

    assert texture.key(who, asdict(wishes), [], {}) == texture.key(who, asdict(run.settings(())), [], {})
    assert texture.key(who, asdict(run.settings((), seed=1)), [], {}) != texture.key(who, asdict(wishes), [], {})
