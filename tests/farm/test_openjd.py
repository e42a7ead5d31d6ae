"""OpenJD: the job bundle, checked and run by the real openjd-cli; first with a stand-in that only notes what it is asked, then for real."""

import importlib.util
import json
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
import yaml

from wince.core import pack
from wince.core.errors import WinceError
from wince.job import plan as planned
from wince_headless import exits
from wince_headless.farm import openjd
from wince_headless.plan import ranges
from wince_headless.work import trouble

_spec = importlib.util.spec_from_file_location("farms", Path(__file__).with_name("farms.py"))
farms = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(farms)

OPENJD = shutil.which("openjd", path=farms.environment()["PATH"])
pytestmark = pytest.mark.skipif(OPENJD is None, reason="needs openjd-cli: pip install 'wince[farm]'")
renders = pytest.mark.skipif(not (pack.DEFAULT.is_file() and importlib.util.find_spec("bpy")), reason="needs bpy and the face pack")

PAINT = {"backend": "procedural", "models": [], "seed": 0, "size": 256, "steps": 0, "profile": "research", "set": []}
JOB = """
seed: 5
people: {count: 4}
expressions: {pain: 1}
cameras: [frontal]
render: {look: plain, resolution: [64, 64], samples: 1, denoiser: none, device: cpu, subdivision: 0, subsurface: false}
"""
EVERYTHING = openjd.Options(per_task=3, minutes=0, workers=2, threads=1, pack=("webdataset", "wince"))


def cli(*words):
    """Run openjd and wait for it."""
    return subprocess.run([OPENJD, *map(str, words)], env=farms.environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=False, timeout=600)


def run(folder, *words):
    """Run a bundle as its own words say."""
    return cli(*openjd.command(folder)[1:], *words)


def loaded(files):
    """Return (template, parameters, bundle's parameters) of what `write` wrote."""
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in files]


@pytest.mark.parametrize("shards", [1, 2500, 100_000])
@pytest.mark.parametrize("paint", [None, PAINT])
@pytest.mark.parametrize("options", [openjd.Options(), EVERYTHING], ids=["plain", "everything"])
def test_the_template_is_valid(tmp_path, shards, paint, options):
    files = openjd.write(farms.counted(tmp_path, shards, paint), options=options)
    checked = cli("check", files[0])
    assert checked.returncode == 0, checked.stdout + checked.stderr
    summed = cli("summary", files[0], "-p", f"file://{files[1]}")
    assert summed.returncode == 0, summed.stdout + summed.stderr
    assert f"'Render' ({shards} total Tasks)" in summed.stdout


def test_the_steps_depend_on_one_another(tmp_path):
    template, _, _ = loaded(openjd.write(farms.counted(tmp_path, 9, PAINT), options=EVERYTHING))
    steps = {step["name"]: step for step in template["steps"]}
    assert list(steps) == ["Paint", "Render", "Verify", "Pack"]
    assert [step.get("dependencies") for step in steps.values()] == [None, [{"dependsOn": "Paint"}], [{"dependsOn": "Render"}],
                                                                    [{"dependsOn": "Verify"}]]
    assert steps["Paint"]["hostRequirements"]["amounts"] == [{"name": "amount.worker.gpu", "min": 1}]
    assert steps["Render"]["hostRequirements"]["amounts"] == [{"name": "amount.worker.vcpu", "min": 2}]


def test_a_plan_without_painting_has_no_step_for_it(tmp_path):
    template, values, _ = loaded(openjd.write(farms.counted(tmp_path, 9)))
    assert [step["name"] for step in template["steps"]] == ["Render", "Verify"]
    assert "dependencies" not in template["steps"][0] and "hostRequirements" not in template["steps"][0]
    assert "PaintCommand" not in values
    text = (tmp_path / "farm/openjd/template.yaml").read_text()
    assert "<" not in text and "@" not in text                  # no place and no part is left


@pytest.mark.parametrize("paint", [None, PAINT])
@pytest.mark.parametrize("options", [openjd.Options(), EVERYTHING], ids=["plain", "everything"])
def test_the_parameters_are_those_of_the_template(tmp_path, paint, options):
    template, values, bundle = loaded(openjd.write(farms.counted(tmp_path, 9, paint), options=options))
    assert set(values) == {parameter["name"] for parameter in template["parameterDefinitions"]}
    assert values == {pair["name"]: pair["value"] for pair in bundle["parameterValues"]}
    assert values["Dataset"] == str(tmp_path) and values["Shards"] == "0-8"


def test_names_and_commands_may_be_odd(tmp_path):
    plan = farms.counted(tmp_path / "a folder: {{odd}} #1", 3, name="\"quoted\" {{Param.X}}: é\n# and more " + "x" * 200)
    files = openjd.write(plan, options=openjd.Options(wince='/opt/my "wince"/bin/wince'))
    assert cli("check", files[0]).returncode == 0
    template, values, _ = loaded(files)
    assert values["Wince"] == '/opt/my "wince"/bin/wince' and template["name"].startswith('Wince "quoted" ((Param.X)): é # and more')


@pytest.mark.parametrize(("options", "word"), [
    (openjd.Options(shards="7-12"), "shards 0-8"),
    (openjd.Options(shards="x"), "0-24,30"),
    (openjd.Options(notice=601), "600"),
    (openjd.Options(workers=-1), "workers"),
    (openjd.Options(per_task=-1), "shards per task"),
    (openjd.Options(pack=("webdataset",)), "webdataset:wince"),
    (openjd.Options(pack=("webdataset", "a b")), "webdataset:wince"),
    (openjd.Options(pack=("foo", "bar")), "--pack foo:bar: give a format and a scheme, webdataset, parquet"),
    (openjd.Options(pack=("webdataset", "bar")), "with wince, 3dpain, synpain"),
])
def test_what_openjd_does_not_allow_is_refused(tmp_path, options, word):
    with pytest.raises(WinceError, match=word):
        openjd.write(farms.counted(tmp_path, 9), options=options)
    assert not (tmp_path / "farm").exists()


def test_a_list_of_shards_that_no_parameter_holds_is_refused(tmp_path):
    with pytest.raises(WinceError, match="1024"):
        openjd.write(farms.counted(tmp_path), options=openjd.Options(shards=",".join(str(number) for number in range(0, 2000, 2))))


@pytest.mark.parametrize(("shards", "wished", "tasks"), [
    (1, 0, 1), (400, 0, 400), (401, 0, 201), (2500, 0, 358), (100_000, 0, 400), (2500, 25, 100)])
def test_the_number_of_tasks_is_bounded(shards, wished, tasks):
    assert -(-shards // openjd.per_task(shards, wished)) == tasks


@pytest.fixture
def bundle(tmp_path):
    """(folder of a bundle of ten shards with all steps, path of the stand-in that it calls)."""
    program = farms.stand_in(tmp_path / "bin")
    options = openjd.Options(per_task=4, minutes=0, workers=2, threads=1, wince=program, pack=("webdataset", "wince"))
    openjd.write(farms.counted(tmp_path / "set", 10, PAINT), tmp_path / "bundle", options)
    return tmp_path / "bundle", program


def done(program, verb):
    """Return the shards that a stand-in was asked to do something with, task by task."""
    return [ranges.parse(farms.after(words, "--shards"), 10_000) for words in farms.noted(program) if words[0] == verb]


def test_all_steps_run_in_their_order(bundle, tmp_path):
    folder, program = bundle
    ran = run(folder)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    verbs = [words[0] for words in farms.noted(program)]
    assert verbs == ["paint"] * 3 + ["work"] * 3 + ["verify", "pack-dataset"]
    for verb in ("paint", "work"):
        assert sorted(number for task in done(program, verb) for number in task) == list(range(10))
    work = farms.noted(program)[3]
    assert work[1] == str(tmp_path / "set") and work[4:] == ["--workers", "2", "--threads", "1", "--openjd", "--lenient"]
    assert farms.noted(program)[-1][1:] == [str(tmp_path / "set"), "--format", "webdataset", "--scheme", "wince",
                                            "--out", f"{tmp_path / 'set'}_wince", "--if-missing"]


def test_every_shard_of_a_big_plan_is_in_one_task(tmp_path):
    program = farms.stand_in(tmp_path / "bin")
    openjd.write(farms.counted(tmp_path / "set"), tmp_path / "bundle", openjd.Options(per_task=25, minutes=0, wince=program))
    assert run(tmp_path / "bundle").returncode == 0
    tasks = done(program, "work")
    assert len(tasks) == 100 and sorted(number for task in tasks for number in task) == list(range(2500))


def test_an_engine_that_sizes_tasks_by_what_it_measured_still_does_each_shard_once(tmp_path):
    program = farms.stand_in(tmp_path / "bin")
    openjd.write(farms.counted(tmp_path / "set", 40), tmp_path / "bundle", openjd.Options(per_task=3, minutes=1, wince=program))
    assert run(tmp_path / "bundle").returncode == 0
    tasks = done(program, "work")
    assert len({len(task) for task in tasks}) > 1               # it did size them anew
    assert sorted(number for task in tasks for number in task) == list(range(40))


def test_a_task_that_fails_stops_the_run_and_the_same_command_goes_on(bundle):
    folder, program = bundle
    first = run(folder)
    assert first.returncode == 0
    bad = farms.after(farms.noted(program)[4], "--shards")      # the second of three that render
    Path(program).with_name(farms.NOTED).unlink()
    Path(program).with_name("bad").write_text(f"work {bad}")
    assert run(folder).returncode == 1
    assert [words[0] for words in farms.noted(program)] == ["paint"] * 3 + ["work"] * 2
    Path(program).with_name("bad").unlink()
    assert run(folder).returncode == 0


def test_chosen_shards_alone(bundle):
    folder, program = bundle
    ran = run(folder, "--step", "Render", "--no-run-dependencies", "--tasks", json.dumps([{"Shard": "1,3"}, {"Shard": "8"}]))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert done(program, "work") == [(1, 3), (8,)] and len(farms.noted(program)) == 2


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A planned dataset of four people, one to a shard, and the program `wince`: not rendered yet."""
    folder = tmp_path_factory.mktemp("small")
    program = farms.real(folder / "bin")
    (folder / "small.yaml").write_text(JOB)
    made = subprocess.run([program, "plan", folder / "small.yaml", "--out", folder / "set", "--shard-people", "1"], capture_output=True,
                          text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    assert planned.read(folder / "set").shards == 4
    return folder / "set", program


@pytest.fixture(scope="module")
def whole(small, tmp_path_factory):
    """The small dataset done by one `wince work`, without any engine: {path: bytes}."""
    folder, program = small
    out = Path(shutil.copytree(folder, tmp_path_factory.mktemp("whole") / "set"))
    worked = subprocess.run([program, "work", out, "--shards", "all"], capture_output=True, text=True, check=False)
    assert worked.returncode == exits.DONE, worked.stdout + worked.stderr
    return farms.pictures(out)


def laid_out(small, tmp_path, **options):
    """Return (folder of a fresh copy of the small dataset, folder of its bundle)."""
    folder, program = small
    out = Path(shutil.copytree(folder, tmp_path / "set"))
    openjd.write(planned.read(out), options=openjd.Options(wince=program, threads=1, **options))
    return out, out / "farm" / "openjd"


@renders
def test_submitted_by_the_command_it_is_done_here_in_tasks_that_the_engine_sizes(small, whole, tmp_path):
    folder, program = small
    out = Path(shutil.copytree(folder, tmp_path / "set"))
    ran = subprocess.run([program, "farm", "openjd", out, "--per-task", "3", "--wince", program, "--submit"], env=farms.environment(),
                         stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=600)
    assert ran.returncode == exits.DONE, ran.stdout + ran.stderr
    assert farms.pictures(out) == whole and not farms.leftovers(out)


@renders
def test_the_dataset_does_not_depend_on_the_tasks(small, whole, tmp_path):
    out, folder = laid_out(small, tmp_path, per_task=1, minutes=0)
    ran = run(folder)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert farms.pictures(out) == whole and not farms.leftovers(out)
    assert "Running step 'Verify'" in ran.stdout and "openjd_progress: 100" in ran.stdout


@renders
def test_a_shard_that_fails_and_the_same_command_again(small, whole, tmp_path):
    out, folder = laid_out(small, tmp_path, per_task=1, minutes=0)
    (out / "id00002").write_text("in the way")                  # a bad disk, a wrong permission, somebody's file
    stopped = run(folder)
    assert stopped.returncode == 1 and "openjd_fail: " in stopped.stdout and "Verify" not in stopped.stdout
    kept = {name: (out / name).stat().st_mtime_ns for name in farms.pictures(out)}
    assert any(name.startswith("id00001/") for name in kept) and not any(name.startswith("id00003/") for name in kept)
    (out / "id00002").unlink()
    ran = run(folder)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert farms.pictures(out) == whole
    assert all((out / name).stat().st_mtime_ns == moment for name, moment in kept.items())      # what was there was not done again


@renders
def test_all_of_it_again_finds_the_release_there(small, tmp_path):
    _, folder = laid_out(small, tmp_path, pack=("webdataset", "wince"))
    for words in ("MB in", "this release is there already"):
        ran = run(folder)
        assert ran.returncode == 0 and words in ran.stdout, ran.stdout + ran.stderr
    (tmp_path / "set_wince" / "release.json").write_text("{}")
    assert "holds a release already" in run(folder).stdout


@renders
def test_a_sample_in_quarantine_stops_nothing_but_the_verdict(small, whole, tmp_path):
    out, folder = laid_out(small, tmp_path, per_task=1, minutes=0)
    trouble.blame(out, "id00001/e01/frontal", "hung", trouble.LIMIT)
    ran = run(folder)
    assert ran.returncode == 1 and "Running step 'Verify'" in ran.stdout
    assert farms.pictures(out) == {name: data for name, data in whole.items() if not name.startswith("id00001/e01/")}
    assert "id00001/e01/frontal" in ran.stdout


@renders
def test_chosen_shards_alone_for_real(small, whole, tmp_path):
    out, folder = laid_out(small, tmp_path)
    ran = run(folder, "--step", "Render", "--no-run-dependencies", "--tasks", json.dumps([{"Shard": "1,3"}]))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert farms.pictures(out) == {name: data for name, data in whole.items() if name.startswith(("id00001/", "id00003/"))}


@renders
def test_cancelled_it_finishes_the_view_in_hand_and_goes_on_later(small, whole, tmp_path):
    out, folder = laid_out(small, tmp_path, per_task=4, minutes=0)
    process = subprocess.Popen([OPENJD, *openjd.command(folder)[1:]], env=farms.environment(), stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    while not list(out.glob("id*/*/*/record.json")):
        assert process.poll() is None, process.stdout.read()
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)                         # openjd passes it on: NOTIFY_THEN_TERMINATE
    said, _ = process.communicate(timeout=300)
    assert process.returncode != 0 and "via notify then terminate" in said
    assert f"exited with code: {exits.STOPPED}" in said, said    # nobody killed it: it finished its view
    assert set(farms.pictures(out)) < set(whole) and not farms.leftovers(out)
    assert run(folder).returncode == 0
    assert farms.pictures(out) == whole and not farms.leftovers(out)
