"""Painting the people of a plan, shards by shards: the plan says how and where to, and the command line may not say otherwise."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from wince.core import pack
from wince.core.errors import WinceError
from wince.job import plan as plans
from wince.job import spec, textures
from wince_headless import exits
from wince_headless.paint import door, planned
from wince_headless.plan import write

pytestmark = pytest.mark.skipif(not pack.DEFAULT.is_file(), reason="needs the face pack: make pack")
ROOT = Path(__file__).resolve().parents[2]
PAINT = {"backend": "procedural", "models": [], "seed": 0, "size": 128, "steps": 0, "profile": "research", "set": ["strength=0.6"]}
UNSAID = door.Wishes(None, "procedural", (), None, None, None, 0, 2048, 0, "research", "auto", (), None, None, False, False, False)


def planned_in(folder, paint=PAINT, **people):
    """Return the plan of three people, one to a shard; twins join theirs."""
    job = spec.Job(seed=7, people=spec.People(count=3, **people), expressions=spec.Expressions(pain=1), cameras=("frontal",))
    return write.plan(job, folder, shard_people=1 + len(job.people.twins), paint=paint, processes=1)


def wishes(plan, **said):
    """Return what the command line says: only the folder and shards, and what is `said`."""
    return dataclasses.replace(UNSAID, source=plan.folder, **{"shards": "0-1", **said})


def painted(plan):
    """Return the ids of the people that have a finished skin."""
    return sorted(path.parent.name for path in (plan.folder / "textures").glob(f"*/{textures.FACTS}"))


def ids(plan, *shards):
    """Return the ids of the people of shards."""
    return [line["person"] for shard in shards for line in plan.shard(shard)]


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A plan that nothing is written to."""
    return planned_in(tmp_path_factory.mktemp("plan") / "data")


def test_the_people_of_the_shards_are_painted_as_planned_and_only_once(tmp_path):
    plan = planned_in(tmp_path / "data")
    assert door.paint(wishes(plan)) == exits.DONE
    assert painted(plan) == sorted(ids(plan, 0, 1))
    facts = textures.read(plan.folder / "textures" / ids(plan, 0)[0]).facts
    assert facts["size"] == 128 and facts["settings"]["strength"] == 0.6 and facts["painter"] == "procedural"
    before = {path: path.stat().st_mtime_ns for path in (plan.folder / "textures").rglob("*")}
    assert door.paint(wishes(plan)) == exits.DONE
    assert {path: path.stat().st_mtime_ns for path in (plan.folder / "textures").rglob("*")} == before
    assert door.paint(wishes(plan, shards=None)) == exits.DONE                  # a planned folder alone: all of its people
    assert painted(plan) == sorted(ids(plan, 0, 1, 2))


def test_a_shard_is_its_people_and_their_twins(tmp_path):
    plan = planned_in(tmp_path / "data", twins=({"age": 80},))
    _, crowd, _ = planned.take(wishes(plan, shards="1"))
    assert [who.id for who in crowd] == ids(plan, 1) and len(crowd) == 2
    assert [round(who.age) for who in crowd][1] == 80


def test_what_the_plan_says_comes_instead_of_the_command_lines_own(shared):
    taken, crowd, _ = planned.take(wishes(shared, set=("batch=2",), device="cpu"))
    assert taken.size == 128 and taken.set == ("strength=0.6", "batch=2") and taken.device == "cpu"
    assert taken.out == shared.folder / "textures" and len(crowd) == 2
    same, _, _ = planned.take(wishes(shared, size=128, set=("strength=0.6",), out=shared.folder / "textures"))
    assert same.set == ("strength=0.6",)


@pytest.mark.parametrize(("said", "words"), [
    ({"seed": 4}, "--seed 4"), ({"size": 512}, "--size 512"), ({"backend": "sd15"}, "--backend sd15"),
    ({"set": ("strength=0.7",)}, "--set strength"), ({"models": ("base=x",)}, "--model base=x"),
    ({"out": Path("skins")}, "--out skins"), ({"from_uv": Path("a.png")}, "--from-uv a.png"),
    ({"pack": Path("p.npz")}, "--pack p.npz"), ({"shards": "7"}, "--shards"), ({"only": "nobody"}, "--only nobody"),
])
def test_a_command_line_that_says_otherwise_is_refused(shared, said, words):
    with pytest.raises(WinceError, match=words):
        door.paint(wishes(shared, **said))


def test_a_plan_without_skins_and_a_folder_without_a_plan_say_what_to_do(tmp_path):
    bare = planned_in(tmp_path / "bare", paint=None)
    with pytest.raises(WinceError, match="--paint BACKEND"):
        door.paint(wishes(bare))
    with pytest.raises(WinceError, match="wince plan"):
        door.paint(dataclasses.replace(UNSAID, source=tmp_path, shards="0"))
    with pytest.raises(WinceError, match="wince paint DIR --shards"):
        door.paint(dataclasses.replace(UNSAID, shards="0"))


def test_people_that_this_wince_would_draw_otherwise_are_not_painted(tmp_path, monkeypatch):
    plan = planned_in(tmp_path / "data")
    lines = plans.Plan.shard
    monkeypatch.setattr(plans.Plan, "shard", lambda self, number: [line | {"person": "s7-of-before"} for line in lines(self, number)])
    with pytest.raises(WinceError, match="s7-of-before"):
        door.paint(wishes(plan))
    assert not painted(plan)


def test_sigterm_ends_it_after_the_skin_in_hand_and_the_same_command_goes_on(tmp_path):
    plan = planned_in(tmp_path / "data", paint=PAINT | {"size": 512})
    command = [sys.executable, "-m", "wince_headless", "paint", str(plan.folder), "--shards", "0-2", "--events"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "addon"), str(ROOT / "headless")])}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        if '"event": "person"' in line:
            process.send_signal(signal.SIGTERM)
            break
    process.stdout.read()
    assert process.wait(120) == exits.STOPPED and len(painted(plan)) == 1
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == exits.DONE and painted(plan) == sorted(ids(plan, 0, 1, 2))
    assert [json.loads(line.partition(": ")[2])["event"] for line in done.stdout.splitlines()].count("person") == 3
