"""The real thing, small: `wince render` with a real Blender, what it leaves behind, how it stops and how it goes on."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from wince.core import pack
from wince_headless import exits, launch, sheet, verify

pytest.importorskip("bpy")
pytestmark = pytest.mark.skipif(not pack.DEFAULT.is_file(), reason="needs the face pack: wince pack build")

ROOT = Path(__file__).resolve().parents[2]
JOB = """
seed: 5
people: {count: 2}
expressions: {pain: 1}
cameras: [frontal, profile_left]
render: {resolution: [48, 48], samples: 1, denoiser: none, device: cpu, subdivision: 0, subsurface: false}
"""
KEYS = [f"id0000{person}/e0{expression}/{view}" for person in (0, 1) for expression in (0, 1) for view in ("frontal", "profile_left")]
START = "import sys; from wince_headless.cli import main; main()"
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "addon"), str(ROOT / "headless")]), "PYTHONUNBUFFERED": "1"}


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    """The path of a small job in YAML."""
    path = tmp_path_factory.mktemp("job") / "small.yaml"
    path.write_text(JOB)
    return path


def wince(*words):
    """Run the command and wait for it."""
    return subprocess.run([sys.executable, "-c", START, *map(str, words)], env=ENVIRONMENT, capture_output=True, text=True, check=False)


def files(folder):
    """Return {path: bytes} of everything that a render wrote."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def whole(job, tmp_path_factory):
    """The folder of the job, rendered in one go."""
    out = tmp_path_factory.mktemp("whole") / "out"
    done = wince("render", job, "--out", out)
    assert done.returncode == exits.DONE, done.stderr
    assert f"8 rendered: {out}" in done.stdout
    return out


def begun(job, out):
    """Start a render and return its process once the first sample is there."""
    process = subprocess.Popen([sys.executable, "-c", START, "render", str(job), "--out", str(out)], env=ENVIRONMENT,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 300
    while process.poll() is None and not list(out.glob("*/*/*/record.json")) and time.monotonic() < deadline:
        time.sleep(0.01)
    return process


def test_what_is_rendered_keeps_its_promises_and_makes_a_page(whole, tmp_path):
    assert verify.verify(whole).faults == []
    assert sheet.write(whole).stat().st_size > 20_000
    for name in ("index.html", "contact_sheet.png"):
        (whole / name).unlink()


def test_everything_asked_for_is_there(whole):
    assert sorted(path.parent.relative_to(whole).as_posix() for path in whole.rglob("record.json")) == KEYS
    assert not list(whole.rglob(".*"))


def test_a_second_run_renders_nothing_and_says_so(whole, job):
    before = files(whole)
    done = wince("render", job, "--out", whole)
    assert (done.returncode, files(whole)) == (exits.DONE, before)
    assert "all are there already" in done.stdout


def test_two_workers_write_the_same_bytes_as_one(whole, job, tmp_path):
    assert wince("render", job, "--out", tmp_path / "out", "--workers", 2).returncode == exits.DONE
    assert files(tmp_path / "out") == files(whole)


def test_ctrl_c_stops_between_samples_and_the_same_command_goes_on(whole, job, tmp_path):
    process = begun(job, tmp_path / "out")
    process.send_signal(signal.SIGINT)
    assert process.wait(300) == exits.STOPPED
    there = len(list((tmp_path / "out").rglob("record.json")))
    assert 0 < there < len(KEYS)
    done = wince("render", job, "--out", tmp_path / "out")
    assert f"{len(KEYS) - there} rendered, {there} were there already" in done.stdout
    assert files(tmp_path / "out") == files(whole)


def test_killed_at_once_it_leaves_whole_samples_only_and_goes_on(whole, job, tmp_path, ends):
    process = begun(job, tmp_path / "out")
    workers = [worker.pid for worker in psutil.Process(process.pid).children()]
    process.kill()                              # the launcher; its worker dies of the broken pipe at its next line
    process.wait()
    assert workers and ends(*workers)
    faults = verify.verify(tmp_path / "out").faults
    assert all(sentence.startswith(("is missing: run", "names id")) for _, _, sentence in faults)
    assert wince("render", job, "--out", tmp_path / "out").returncode == exits.DONE
    assert files(tmp_path / "out") == files(whole)


def test_one_sample_can_be_rendered_again_by_its_key(whole, job):
    before = files(whole)
    (whole / KEYS[3] / "rgb.png").write_bytes(b"spoiled")
    assert wince("render", job, "--out", whole, "--only", KEYS[3]).returncode == exits.DONE
    assert files(whole) == before


def test_a_twin_says_so_in_its_record(whole, job, tmp_path):
    done = wince("render", job, "--out", tmp_path / "out", "--set", "people.fixed={gender: 1, age: 80}", "--only", KEYS[0])
    assert done.returncode == exits.DONE, done.stderr
    plain, twin = (json.loads((folder / KEYS[0] / "record.json").read_text()) for folder in (whole, tmp_path / "out"))
    assert (plain["demographics"]["fixed"], twin["demographics"]["fixed"]) == ({}, {"age": 80.0, "gender": 1.0})
    assert (twin["demographics"]["age"], twin["demographics"]["gender"]) == (80.0, 1.0)
    assert (twin["cell"], twin["fold10"]) == (plain["cell"], plain["fold10"])
    assert twin["person"].startswith(plain["person"] + "-t")


@pytest.mark.parametrize(("words", "sentence"), [
    (["--set", "render.samples=2"], "render.samples"),
    (["--set", "seed=6"], "seed"),
    (["--only", "id00009/e00/frontal"], "id00009/e00/frontal"),
])
def test_a_folder_of_another_job_is_refused_and_loses_nothing(whole, job, words, sentence):
    before = files(whole)
    done = wince("render", job, "--out", whole, *words)
    assert done.returncode == exits.USER
    assert sentence in done.stderr and "Traceback" not in done.stderr
    assert files(whole) == before


@pytest.mark.parametrize(("change", "sentence"), [
    ("cameras=[{name: inside, distance_m: 0.06}]", "inside"),
    ("lighting.worlds=['hdri:mars']", "hdri:mars"),
    ("lighting.lights=[moon]", "moon"),
])
def test_what_only_blender_can_know_is_the_users_error_too(job, tmp_path, change, sentence):
    done = wince("render", job, "--out", tmp_path / "out", "--set", change)
    assert done.returncode == exits.USER
    assert sentence in done.stderr and "Traceback" not in done.stderr and done.stderr.count("\n") <= 2


def test_a_damaged_pack_and_a_folder_that_cannot_be(job, tmp_path):
    (tmp_path / "pack.npz").write_bytes(pack.DEFAULT.read_bytes()[:5000])
    done = wince("render", job, "--out", tmp_path / "out", "--set", f"pack={tmp_path / 'pack.npz'}")
    assert done.returncode == exits.USER and "is damaged" in done.stderr
    done = wince("render", job, "--out", tmp_path / "pack.npz" / "out")
    assert done.returncode == exits.USER and "pack.npz" in done.stderr and "Traceback" not in done.stderr


def test_the_script_by_hand_and_the_command_write_the_same(whole, job, tmp_path):
    (tmp_path / "JOB.json").write_text((whole / "job.json").read_text())
    done = subprocess.run(launch.command("render.py", [str(tmp_path / "JOB.json"), "--out", str(tmp_path / "out")]),
                          capture_output=True, text=True, check=False)
    assert done.returncode == exits.DONE, done.stderr
    assert files(tmp_path / "out") == files(whole)
