"""Flamenco: the job type compiled under Node with a stand-in for the manager, and its commands run for real. No real manager is run here.

The stand-in, flamenco_stand_in.mjs, was written from reading Flamenco's sources; it refuses what the manager refuses. It is not the
manager's interpreter (goja), so docs/farm/flamenco.md has a list to go through with a real one.
"""

import contextlib
import http.server
import importlib.util
import json
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from wince.core import pack
from wince.core.errors import WinceError
from wince.job import plan as planned
from wince_headless import exits
from wince_headless.farm import fill, flamenco
from wince_headless.plan import ranges

_spec = importlib.util.spec_from_file_location("farms", Path(__file__).with_name("farms.py"))
farms = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(farms)

STAND_IN = Path(__file__).with_name("flamenco_stand_in.mjs")
node = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
renders = pytest.mark.skipif(not (pack.DEFAULT.is_file() and importlib.util.find_spec("bpy")), reason="needs bpy and the face pack")

PAINT = {"backend": "procedural", "models": [], "seed": 0, "size": 256, "steps": 0, "profile": "research", "set": []}
JOB = """
seed: 6
people: {count: 3}
expressions: {pain: 1}
cameras: [frontal]
render: {look: LOOK, resolution: [64, 64], samples: 1, denoiser: none, device: cpu, subdivision: 0, subsurface: false}
"""


def compiled(source, job):
    """Return what the stand-in makes of a job type's file and a submitted job: {"tasks", "printed"} or {"refused"}."""
    ran = subprocess.run(["node", str(STAND_IN), str(source)], input=json.dumps(job), capture_output=True, text=True, check=False,
                         timeout=60)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def compiled_plan(folder, count=2500, paint=None, **options):
    """Write the job of a plan of so many shards, and return what the stand-in makes of it."""
    script, job = flamenco.write(farms.counted(folder, count, paint), options=flamenco.Options(**options))
    return compiled(script, json.loads(job.read_text()))


def chunk(task):
    """Return the shards of a task."""
    return ranges.parse(farms.after(task["commands"][0]["parameters"]["args"], "--shards"), 10**6)


@node
@pytest.mark.parametrize("paint", [None, PAINT])
@pytest.mark.parametrize("shards", [1, 2, 150, 151, 2500, 100_000])
def test_every_shard_is_rendered_once_by_a_few_hundred_tasks(tmp_path, shards, paint):
    tasks = compiled_plan(tmp_path, shards, paint)["tasks"]
    renders = [task for task in tasks if task["name"].startswith("render-")]
    assert sorted(number for task in renders for number in chunk(task)) == list(range(shards))
    assert len(renders) <= 150 and len(tasks) == len(renders) * (2 if paint else 1) + 1
    assert {task["type"] for task in renders} == {"blender"} and tasks[-1]["type"] == "misc"


@node
def test_a_chunk_is_rendered_behind_its_own_painting_and_verified_behind_all(tmp_path):
    tasks = compiled_plan(tmp_path, 2500, PAINT)["tasks"]
    named = {task["name"]: task for task in tasks}
    for task in tasks[:-1]:
        kind, shards = task["name"].split("-", 1)
        assert task["dependencies"] == ([f"paint-{shards}"] if kind == "render" else [])
        if kind == "render":
            assert chunk(task) == chunk(named[f"paint-{shards}"])
    assert tasks[-1]["name"] == "verify"
    assert tasks[-1]["dependencies"] == [name for name in named if name.startswith("render-")]
    assert {task["type"] for task in tasks if task["name"].startswith("paint-")} == {"wince-gpu"}


@node
def test_the_commands_are_those_of_wince(tmp_path):
    tasks = compiled_plan(tmp_path / "a set", 7, PAINT, per_task=4, workers=2, threads=3, wince="{wince}",
                          paint_wince="/opt/painter/bin/wince", render_type="wince", paint_type="cuda")["tasks"]
    dataset = str(tmp_path / "a set")
    assert [(task["name"], task["type"], *task["commands"][0]["parameters"].values()) for task in tasks] == [
        ("paint-0-3", "cuda", "/opt/painter/bin/wince", ["paint", dataset, "--shards", "0-3"]),
        ("render-0-3", "wince", "{wince}", ["work", dataset, "--shards", "0-3", "--workers", "2", "--threads", "3", "--lenient"]),
        ("paint-4-6", "cuda", "/opt/painter/bin/wince", ["paint", dataset, "--shards", "4-6"]),
        ("render-4-6", "wince", "{wince}", ["work", dataset, "--shards", "4-6", "--workers", "2", "--threads", "3", "--lenient"]),
        ("verify", "misc", "{wince}", ["verify", dataset])]


@node
def test_chosen_shards_alone(tmp_path):
    tasks = compiled_plan(tmp_path, 2500, shards="3, 8-9,100-110:5")["tasks"]
    assert [task["name"] for task in tasks] == ["render-3", "render-8", "render-9", "render-100", "render-105", "render-110", "verify"]


@node
def test_a_job_that_says_nothing_but_what_is_required_has_the_defaults(tmp_path):
    script, _ = flamenco.write(farms.counted(tmp_path, 3))
    tasks = compiled(script, {"name": "bare", "type": "wince", "priority": 50, "settings": {"dataset": "/set", "shards": "0-2"}})["tasks"]
    assert tasks[0]["commands"][0]["parameters"] == {
        "exe": "wince", "args": ["work", "/set", "--shards", "0", "--workers", "0", "--threads", "0", "--lenient"]}


@node
@pytest.mark.parametrize(("settings", "word"), [
    ({"dataset": ""}, "dataset is missing"),
    ({"dataset": None}, "dataset is missing"),
    ({"shards": ""}, "shards is missing"),
    ({"shards": "all"}, "write numbers and ranges"),
    ({"shards": "0-9;rm"}, "write numbers and ranges"),
    ({"shards": "9-3"}, "empty range"),
    ({"shards": 4}, "of type string"),
    ({"shards_per_task": 2}, "at least 17, or 0"),
    ({"shards_per_task": -1}, "whole number from 0"),
    ({"workers": -1}, "whole number from 0"),
    ({"workers": 1.5}, "whole number from 0"),
    ({"threads": "2"}, "of type int32"),
    ({"paint": "yes"}, "of type bool"),
    ({"wince": " "}, "wince is empty"),
    ({"render_task_type": ""}, "render_task_type is empty"),
])
def test_settings_that_make_no_sense_are_refused_in_words(tmp_path, settings, word):
    script, job = flamenco.write(farms.counted(tmp_path))
    body = json.loads(job.read_text())
    body["settings"].update(settings)
    answer = compiled(script, body)
    assert word in answer["refused"] and "\n" not in answer["refused"]


@node
@pytest.mark.parametrize(("old", "new", "word"), [
    ('type: "int32"', 'type: "int"', "unknown type"),
    ('subtype: "dir_path"', 'subtype: "folder"', "unknown subtype"),
    ('visible: "web"', 'visible: "always"', "unknown visible"),
    ('key: "threads"', 'key: "workers"', "two settings have one key"),
    ("default: false", 'default: "no"', "another type"),
    ('"render-" + chunk', '"render"', "two tasks have one name"),
    ("String(settings.threads)", "settings.threads", "args are strings"),
    ("job.addTask(paint);", "", "not in the job"),
    ("settings.paint_wince || settings.wince", "settings.paint_wince ?? settings.wince", "goja may not know"),
    ("const settings = checked(job.settings);", "settings = checked(job.settings);", "not defined"),      # strict, as in the manager
    ("for (const render of renders)", "for (const render of renders.concat(renders))", "twice"),
])
def test_the_stand_in_refuses_what_a_manager_would(tmp_path, old, new, word):
    source = fill.template("flamenco.js")
    assert old in source
    (tmp_path / "wince.js").write_text(source.replace(old, new))
    answer = compiled(tmp_path / "wince.js", flamenco.job(farms.counted(tmp_path, 7, PAINT), flamenco.Options()))
    assert word in answer.get("refused", ""), answer


def test_the_job_is_what_the_interface_asks_for(tmp_path):
    body = flamenco.job(farms.counted(tmp_path, 9, PAINT), flamenco.Options(priority=70))
    assert set(body) == {"name", "type", "priority", "submitter_platform", "settings", "metadata"}
    assert (body["name"], body["type"], body["priority"]) == ("many faces", "wince", 70)
    assert body["submitter_platform"] in ("linux", "windows", "darwin")
    assert all(isinstance(value, str) for value in body["metadata"].values())
    assert body["settings"]["paint"] is True and body["settings"]["shards"] == "0-8" and body["settings"]["plan"] == "ab" * 32


@pytest.mark.parametrize(("options", "word"), [
    (flamenco.Options(shards="9"), "shards 0-8"), (flamenco.Options(workers=-1), "workers"), (flamenco.Options(threads=-1), "threads")])
def test_options_that_make_no_sense_are_refused(tmp_path, options, word):
    with pytest.raises(WinceError, match=word):
        flamenco.write(farms.counted(tmp_path, 9), options=options)
    assert not (tmp_path / "farm").exists()


@contextlib.contextmanager
def manager(status, answer):
    """A server on this machine that takes one kind of request; yields (its URL, the requests it got)."""
    got = []

    class Door(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            got.append((self.path, self.headers["Content-Type"], json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", got
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def written(tmp_path):
    """The folder of a job that was written."""
    flamenco.write(farms.counted(tmp_path, 9))
    return tmp_path / "farm" / "flamenco"


def test_a_job_is_submitted(written, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")      # a manager stands in the same network: no proxy is asked
    with manager(200, b'{"id": "12-34", "status": "queued"}') as (url, got):
        assert flamenco.submit(written, url + "/") == f"{url}/app/jobs/12-34"
    assert got == [("/api/v3/jobs", "application/json", json.loads((written / "job.json").read_text()))]


@pytest.mark.parametrize(("status", "answer", "word"), [
    (400, b'{"code": 400, "message": "job type unknown"}', "job type unknown"),
    (500, b"<html>oh</html>", "Internal Server Error"),
    (200, b"<html>somebody else</html>", "not as a Flamenco manager"),
    (200, b"[1]", "not as a Flamenco manager"),
])
def test_what_a_manager_refuses_is_said(written, status, answer, word):
    with manager(status, answer) as (url, _), pytest.raises(WinceError, match=word):
        flamenco.submit(written, url)


def test_a_manager_that_is_not_there(written, tmp_path):
    with manager(200, b"{}") as (url, _):
        pass
    with pytest.raises(WinceError, match="cannot be reached"):
        flamenco.submit(written, url)
    with pytest.raises(WinceError, match="no URL"):
        flamenco.submit(written, "file:///etc/passwd")
    with pytest.raises(WinceError, match="is missing"):
        flamenco.submit(tmp_path, "http://127.0.0.1:9")


def run(tasks):
    """Run compiled tasks as a farm of one worker would, each behind what it depends on; return their names in that order."""
    left, done = {task["name"]: task for task in tasks}, []
    while left:
        name = next(name for name, task in left.items() if not set(task["dependencies"]) & set(left))
        for command in left.pop(name)["commands"]:
            words = [command["parameters"]["exe"], *command["parameters"]["args"]]
            ran = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=600)
            assert ran.returncode == exits.DONE, f"{name}: {ran.stdout}{ran.stderr}"
        done.append(name)
    return done


def test_the_runner_keeps_to_dependencies(tmp_path):
    program = farms.stand_in(tmp_path)

    def task(name, *dependencies):
        return {"name": name, "dependencies": dependencies, "commands": [{"parameters": {"exe": program, "args": [name]}}]}

    assert run([task("c", "a", "b"), task("b", "a"), task("a")]) == ["a", "b", "c"]
    assert farms.noted(program) == [["a"], ["b"], ["c"]]


def plan(folder, look, *words):
    """Plan the tiny dataset, one person to a shard; return (its folder, the program `wince`)."""
    program = farms.real(folder / "bin")
    (folder / "tiny.yaml").write_text(JOB.replace("LOOK", look))
    made = subprocess.run([program, "plan", folder / "tiny.yaml", "--out", folder / "set", "--shard-people", "1", *words],
                          capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    return folder / "set", program


@node
@renders
@pytest.mark.parametrize("words", [("plain",), ("full", "--paint", "procedural", "--paint-set", "size=256")], ids=["plain", "painted"])
def test_the_compiled_commands_make_a_whole_dataset(tmp_path, words):
    painted = "--paint" in words
    out, program = plan(tmp_path, *words)
    script, job = flamenco.write(planned.read(out), options=flamenco.Options(per_task=2, threads=1, wince=program))
    tasks = compiled(script, json.loads(job.read_text()))["tasks"]
    assert len(run(tasks)) == (5 if painted else 3)               # two chunks; `verify`, the last, found no fault
    plan_ = planned.read(out)
    keys = [key for number in range(plan_.shards) for person in plan_.shard(number) for key in planned.keys(person)]
    assert len(keys) == 6 and all((out / key / "record.json").is_file() for key in keys)
    if painted:
        assert all(json.loads((out / key / "record.json").read_text())["texture"] for key in keys)
