"""The `wince` command from the outside, and what it tells about the machine."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from wince.core.errors import WinceError
from wince.job import layout, record, spec
from wince_headless import cli, estimate, exits, launch, libraries, progress

ROOT = Path(__file__).resolve().parents[2]


def wince(*words):
    """Run the command in a process of its own."""
    code = "import sys; sys.path[:0] = sys.argv[1:3]; del sys.argv[1:3]; sys.argv[0] = 'wince'; from wince_headless.cli import main; main()"
    return subprocess.run([sys.executable, "-c", code, str(ROOT / "addon"), str(ROOT / "headless"), *map(str, words)],
                          capture_output=True, text=True, check=False)


COMMANDS = ([], ["render"], ["sheet"], ["verify"], ["info"], ["aus"], ["au-sheet"], ["groups"], ["pack"], ["pack", "build"],
            ["addon"], ["addon", "build"])


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(words):
    result = CliRunner().invoke(cli.app, [*words, "--help"])
    assert result.exit_code == 0
    assert "Usage" in result.output


def test_the_tables_say_what_the_mesh_cannot_do_and_which_groups_look_alike():
    table = CliRunner().invoke(cli.app, ["aus"]).output
    assert "corrugator" in table and "(stand-in)" in table
    assert "within" in CliRunner().invoke(cli.app, ["groups", "--people", "36"]).output


def test_a_users_error_is_one_sentence_on_stderr_and_exit_code_2(tmp_path):
    (tmp_path / "bad.yaml").write_text("people: {cout: 3}")
    done = wince("render", tmp_path / "bad.yaml", "--out", tmp_path / "out")
    assert done.returncode == exits.USER
    assert done.stderr == f"wince: {tmp_path / 'bad.yaml'}:1: people.cout is not a known key: did you mean 'count'?\n"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("words", [["sheet", "nowhere"], ["verify", "nowhere"], ["render", "nowhere.yaml"], ["render"], ["rendr"],
                                   ["pack", "build", "--wheel", "nowhere.whl"]], ids=" ".join)
def test_other_wrong_words_end_with_2_too(words):
    done = wince(*words)
    assert done.returncode == exits.USER
    assert "Traceback" not in done.stderr


def test_a_dry_run_says_what_it_would_cost_and_leaves_nothing(tmp_path):
    done = wince("render", ROOT / "configs/demo.yaml", "--out", tmp_path / "out", "--dry-run")
    assert done.returncode == 0
    assert done.stdout.startswith("72 pictures of 6 people: about ")
    assert not (tmp_path / "out").exists()


def test_the_version_is_the_manifests():
    assert wince("--version").stdout == f"wince {record.wince_version()}\n"


def dry_run(tmp_path, text, *words):
    """Try a config without rendering; return (exit code, stdout, stderr)."""
    (tmp_path / "t.yaml").write_text(text)
    done = wince("render", tmp_path / "t.yaml", "--out", tmp_path / "out", "--dry-run", *words)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(("text", "words", "sentence"), [
    ("pack: nowhere.npz", [], "there is no face pack at nowhere.npz"),
    ("people: {identities: [nobody.json]}", [], "people.identities: there is no file nobody.json"),
    ("lighting: {lights: [moon]}", [], "lighting.lights.0 is 'moon'"),
    ("seed: 1", ["--only", "id00099/e00/frontal"], "--only id00099/e00/frontal: the job has no such sample"),
    ("seed: 1", ["--blender", "nowhere"], "--blender nowhere is not a program"),
])
def test_a_dry_run_refuses_what_blender_would_before_it_promises_anything(tmp_path, text, words, sentence):
    code, said, error = dry_run(tmp_path, text, *words)
    assert (code, said) == (exits.USER, "")
    assert sentence in error and error.count("\n") == 1


def test_a_dry_run_refuses_a_folder_that_was_begun_otherwise_and_takes_one_that_was_not(tmp_path, sketch):
    sketch.dataset(tmp_path / "out", people=1, expressions=1)
    job = (tmp_path / "out" / "job.json").read_text()
    assert "all are there already" in dry_run(tmp_path, job)[1]
    code, said, error = dry_run(tmp_path, job, "--set", "render.samples=3")
    assert (code, said) == (exits.USER, "")
    assert "was begun with render.samples = 16, now it is 3: give another folder" in error


def test_the_estimate_counts_what_is_there(tmp_path):
    job = spec.Job(people=spec.People(count=1), cameras=("frontal",))
    for name in ("e00", "e01"):
        path = layout.record_path(tmp_path, f"id00000/{name}/frontal")
        path.parent.mkdir(parents=True)
        path.write_text("{}")
    found = estimate.estimate(job, launch.Orders(tmp_path))
    assert (found.views, found.present) == (4, 2)
    assert "4 pictures of 1 person, 2 there already: about" in found.sentence()


def test_the_estimate_grows_with_pixels_samples_and_people():
    def cost(**render):
        return estimate.estimate(spec.Job(render=spec.Render(**render)), launch.Orders(Path("out")))
    assert cost(resolution=(512, 512)).size > cost(resolution=(256, 256)).size
    assert cost(samples=64).seconds > cost(samples=16).seconds > cost(samples=16, denoiser="none").seconds
    built = estimate._building_seconds(6, 1)
    assert (built, estimate._building_seconds(0, 1), estimate._building_seconds(6, 2)) == (9.0, 0.0, 6.0)
    assert (cost().seconds - built) / (cost(look="plain").seconds - built) == pytest.approx(estimate.FULL_LOOK)


def test_a_disk_that_is_too_small_is_refused_before_the_work(tmp_path):
    job = spec.Job(people=spec.People(count=9_999_999), cameras=("frontal",), expressions=spec.Expressions(pain=0))
    big = estimate.Estimate(1, 1, 0, shutil.disk_usage(tmp_path).free * 2, 1.0, 1)
    with pytest.raises(WinceError, match="choose another disk with --out"):
        estimate._refuse_full_disk(big, tmp_path / "deep" / "out")
    assert job.people.count == 9_999_999


@pytest.mark.parametrize(("seconds", "words"), [(0.2, "1 s"), (40, "40 s"), (200, "3 min"), (7800, "2 h 10 min"), (400_000, "5 days")])
def test_durations_as_people_say_them(seconds, words):
    assert progress.duration(seconds) == words


@pytest.mark.parametrize(("size", "words"), [(500, "1 kB"), (2_340_000, "2.3 MB"), (4.7e7, "47 MB"), (3e12, "3.0 TB")])
def test_sizes_as_people_say_them(size, words):
    assert estimate.size_in_words(size) == words


def test_progress_in_a_log_names_the_sample():
    console = Console(record=True, width=120, file=open("/dev/null", "w"))
    with progress.RenderProgress(console) as bar:
        bar({"event": "start", "blender": "4.5.15", "device": "CPU", "denoiser": "oidn"}, 0, 2)
        bar({"event": "skip", "count": 1}, 1, 2)
        bar({"event": "view", "key": "id00003/e02/frontal"}, 2, 2)
    said = console.export_text()
    assert "Blender 4.5.15, rendering on CPU, denoiser oidn" in said
    assert "2/2  id00003/e02/frontal" in said
    assert (bar.rendered, bar.skipped) == (1, 1)


LDD = """\tlinux-vdso.so.1 (0x00007ffd)
\tlibXi.so.6 => not found
\tlibX11.so.6 => /lib/x86_64-linux-gnu/libX11.so.6 (0x00007f)
\tlibxkbcommon.so.0 => not found
\tlibodd.so.9 => not found
"""


def test_missing_libraries_are_named_with_their_packages():
    names = libraries.not_found(LDD)
    assert names == ["libXi.so.6", "libodd.so.9", "libxkbcommon.so.0"]
    assert libraries.cure(names) == ("on Debian or Ubuntu: sudo apt install libxi6 libxkbcommon0; "
                                     "install the package of your system that holds libodd.so.9")


def test_the_libraries_of_this_machine_are_there():
    pytest.importorskip("bpy")
    libraries.check()


def test_info_knows_blender_and_says_what_is_wrong(tmp_path):
    pytest.importorskip("bpy")
    from wince_headless import info
    facts = dict(info.gather().facts)
    assert "CPU" in facts["renders on"]
    wrong = info.gather(tmp_path / "blender")
    assert any("is not a program" in problem for problem in wrong.problems)
    assert "What is wrong:" in wrong.text()


@pytest.mark.parametrize(("python", "words"), [
    ("no-such-python", "no-such-python was not found; Blender's module exists for Python 3.11"),
    ("./odd-python", "./odd-python is Python 3.9.1; Blender's module exists for Python 3.11"),
])
def test_setup_says_which_python_it_needs(tmp_path, python, words):
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "setup", tmp_path / ".ci")
    odd = tmp_path / "odd-python"
    odd.write_text('#!/bin/sh\ncase "$2" in *exit*) exit 1;; *) echo 3.9.1;; esac\n')
    odd.chmod(0o755)
    done = subprocess.run(["bash", ".ci/setup", ".venv", python], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == exits.USER
    assert done.stderr.startswith(f"wince: {words}")
    assert "make PYTHON=/path/to/python3.11" in done.stderr
    assert not (tmp_path / ".venv").exists()
