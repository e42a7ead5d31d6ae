"""The supervisor with workers that crash, hang, are killed and refuse on demand: a small script, serve_stand_in.py, speaks the protocol.

`tests/farm/test_kill.py` does the same with Blender.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from wince.core.errors import WinceError
from wince.job import layout, spec, textures
from wince.job import plan as plans
from wince_headless import exits, launch
from wince_headless.plan import write
from wince_headless.work import drive, paces, places, shards, trouble

SERVE = Path(__file__).with_name("serve_stand_in.py")

PAUSE = 0.05


class Stage:
    """A plan in a folder, workers that play tricks, and what happened."""

    def __init__(self, folder, monkeypatch):
        self.folder, self.scripts, self.events = folder / "set", folder / "scripts", []
        self.scripts.mkdir()
        (self.scripts / "serve.py").write_bytes(SERVE.read_bytes())
        self.tricks()
        monkeypatch.setattr(launch, "SCRIPTS", self.scripts)
        job = spec.Job(people=spec.People(count=4), expressions=spec.Expressions(pain=2), cameras=("frontal", "three_quarter_left"),
                       render=spec.Render(resolution=(64, 64), samples=1, look="plain", subdivision=0))
        self.plan = write.plan(job, self.folder, shard_people=2)

    def tricks(self, **tricks):
        (self.scripts / "tricks.json").write_text(json.dumps({key.replace("__", "/"): value for key, value in tricks.items()}))

    def hold(self, views):
        """Have every worker stay in the view after so many, until it is let go of or `go` is called: however slow the machine is."""
        (self.scripts / "held").write_text(str(views))

    def go(self):
        (self.scripts / "held").unlink()

    def run(self, shards=(0, 1), **wishes):
        return drive.run(self.plan, shards, drive.Wishes(**wishes), lambda event, done, total: self.events.append((event, done, total)))

    def said(self, kind):
        return [event for event, *_ in self.events if event["event"] == kind]

    @property
    def sentence(self):
        return self.said("end")[-1]["sentence"]

    def log(self, kind):
        """What workers did, by their own account."""
        lines = (self.scripts / "log.jsonl").read_text().splitlines()
        return [event for event in map(json.loads, lines) if event["event"] == kind]

    def there(self):
        return {str(path.parent.relative_to(self.folder)) for path in self.folder.glob("id*/*/*/record.json")}

    @property
    def plan_keys(self):
        return [key for shard in range(self.plan.shards) for person in self.plan.shard(shard) for key in plans.keys(person)]

    @property
    def keys(self):
        return {key for shard in range(self.plan.shards) for person in self.plan.shard(shard) for key in plans.keys(person)}


@pytest.fixture
def stage(tmp_path, monkeypatch):
    """A plan of four people, two shards, 24 samples, and workers to play tricks with."""
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    yield Stage(tmp_path, monkeypatch)
    assert not list(scratch.iterdir())                      # whatever happened, nothing is left lying


def tree(folder):
    """All files of a dataset but its state, with their bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*"))
            if path.is_file() and path.relative_to(folder).parts[0] != places.STATE}


@pytest.mark.parametrize("workers", [1, 3])
def test_all_is_done_once_and_marked(stage, workers):
    assert stage.run(workers=workers) == exits.DONE
    assert stage.there() == stage.keys and len(stage.keys) == 24
    assert sorted(event["key"] for event in stage.log("begin")) == sorted(stage.keys)
    assert shards.done(stage.plan) == {0, 1}
    assert stage.events[-1][1:] == (24, 24) and "24 samples are there (24 made now)" in stage.sentence
    assert not list((stage.folder / "state/pace").iterdir())


def test_a_mark_holds_hash_and_size_of_what_no_record_speaks_of(stage):
    stage.run()
    mark = json.loads(places.done(stage.folder, 1).read_text())
    assert (mark["format"], mark["plan"], mark["shard"], mark["samples"]) == ("wince-shard-1", stage.plan.hash, 1, 12)
    assert len(mark["files"]) == 2 + 2 * 3 + 12             # people, their expressions, records
    for name, (size, sha256) in mark["files"].items():
        data = (stage.folder / name).read_bytes()
        assert (size, sha256) == (len(data), __import__("hashlib").sha256(data).hexdigest())


def test_what_is_done_needs_no_blender(stage):
    stage.run()
    before = len(stage.log("start"))
    assert stage.run() == exits.DONE
    assert len(stage.log("start")) == before
    assert "24 samples are there:" in stage.sentence


def test_only_the_shards_that_were_asked_for(stage):
    assert stage.run(shards=(1,)) == exits.DONE
    assert {key.split("/")[0] for key in stage.there()} == {"id00002", "id00003"}
    assert shards.done(stage.plan) == {1}


def test_a_sample_that_always_crashes_is_quarantined_after_three_and_the_rest_is_done(stage):
    bad = "id00001/e01/frontal"
    stage.tricks(id00001__e01__frontal="crash")
    assert stage.run(workers=2) == exits.FAULTS
    assert stage.there() == stage.keys - {bad}
    assert [event["key"] for event in stage.log("begin")].count(bad) == 3
    assert trouble.quarantined(stage.folder) == [bad] and shards.done(stage.plan) == {1}
    known = trouble.read(stage.folder, bad)
    assert [tried["how"] for tried in known["tries"]] == ["died (signal SIGABRT)"] * 3
    assert "Blender says: the end is near" in known["tries"][-1]["talk"]
    assert "23 of 24" in stage.sentence and bad in stage.sentence and "state/trouble" in stage.sentence and "--retry" in stage.sentence
    assert stage.said("quarantine")[0]["key"] == bad and Path(stage.said("quarantine")[0]["log"]).is_file()


def test_quarantine_outlives_the_driver_and_ends_on_request(stage):
    stage.tricks(id00001__e01__frontal="crash")
    stage.run()
    begun = len(stage.log("begin"))
    assert stage.run() == exits.FAULTS and len(stage.log("begin")) == begun
    stage.tricks()
    assert stage.run(retry=True) == exits.DONE
    assert stage.there() == stage.keys and not trouble.keys(stage.folder) and shards.done(stage.plan) == {0, 1}


def test_tries_count_across_drivers(stage):
    bad = "id00000/e00/frontal"
    for _ in range(2):
        trouble.blame(stage.folder, bad, "died", trouble.FULL, "elsewhere-1-0")
    stage.tricks(id00000__e00__frontal="crash")
    assert stage.run() == exits.FAULTS
    assert [event["key"] for event in stage.log("begin")].count(bad) == 1


def test_one_crash_is_forgotten_once_the_sample_is_there(stage):
    stage.tricks(id00002__e00__frontal="crash once")
    assert stage.run() == exits.DONE
    assert stage.there() == stage.keys and not trouble.keys(stage.folder)
    assert stage.said("trouble")[0]["key"] == "id00002/e00/frontal"


def test_a_hang_is_ended_by_the_limit(stage):
    stage.tricks(id00001__e01__frontal="hang")
    assert stage.run(limit_s=2.0, workers=2) == exits.FAULTS
    assert stage.there() == stage.keys - {"id00001/e01/frontal"}
    how = trouble.read(stage.folder, "id00001/e01/frontal")["tries"][0]["how"]
    hung, rest = how.removeprefix("hung for ").split(" ", 1)
    assert float(hung) >= 2 and rest == "s without a word, the limit is 2 s (give such views more with --limit SECONDS)"


def test_a_bare_kill_is_the_farms_doing_until_the_tenth(stage):
    stage.tricks(id00001__e01__frontal="kill")
    assert stage.run() == exits.FAULTS
    assert [event["key"] for event in stage.log("begin")].count("id00001/e01/frontal") == 10


def test_a_person_that_kills_all_who_build_it_is_given_up_as_a_whole(stage):
    stage.tricks(id00001="crash")
    assert stage.run() == exits.FAULTS
    assert stage.there() == {key for key in stage.keys if not key.startswith("id00001")}
    begun = [event["key"] for event in stage.log("begin") if event["key"].startswith("id00001")]
    assert len(begun) == 9 and len({key.split("/")[1] for key in begun}) == 3      # three samples of three expressions
    assert len(trouble.quarantined(stage.folder)) == 6


def test_a_machine_on_which_everything_dies_stops_and_blames_no_sample(stage):
    stage.tricks(**{f"id0000{n}": "crash" for n in range(4)})
    with pytest.raises(WinceError, match="it is the machine or its Blender"):
        stage.run()
    assert not trouble.quarantined(stage.folder)
    stage.tricks()
    assert stage.run() == exits.DONE and stage.there() == stage.keys


@pytest.mark.parametrize("what", ["crash", "hang"])
def test_workers_that_never_start_are_told_in_one_sentence(stage, what):
    stage.tricks(start=what)
    with pytest.raises(WinceError, match="Blender ends before it renders anything, 3 times in a row") as caught:
        stage.run(limit_s=0.7)
    assert "\n" not in str(caught.value) and not trouble.keys(stage.folder)


def test_what_a_worker_refuses_stops_all(stage):
    stage.tricks(id00001="refuse", pause=PAUSE)
    with pytest.raises(WinceError, match="the skin of id00001 is missing: paint it"):
        stage.run(workers=2)
    assert stage.said("end")[-1]["code"] == exits.USER
    assert stage.there() <= stage.keys and not trouble.keys(stage.folder)


def test_a_program_that_is_none_is_refused(stage, tmp_path):
    with pytest.raises(WinceError, match="is not a program"):
        stage.run(blender=tmp_path)


@pytest.mark.parametrize(("views", "starts"), [(6, 4), (7, 2), (500, 1)])
def test_workers_are_replaced_after_so_many_views_between_people(stage, views, starts):
    assert stage.run(recycle=views) == exits.DONE
    assert len(stage.log("start")) == starts                # a person has six views
    assert len(stage.log("begin")) == 24 and stage.there() == stage.keys


def test_workers_are_replaced_when_they_have_grown(stage, monkeypatch):
    monkeypatch.setattr(drive, "BEAT", 0.02)
    stage.tricks(grow=200_000_000, pause=PAUSE)
    assert stage.run(memory_gb=0.15) == exits.DONE
    assert len(stage.log("start")) == 4 and "gb" in stage.said("recycle")[0]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGUSR1])
def test_a_signal_stops_after_the_views_in_hand_and_the_same_command_goes_on(stage, number):
    stage.hold(4)
    after(stage, 5, lambda: os.kill(os.getpid(), number))
    assert stage.run(workers=2) == exits.STOPPED
    assert 5 <= len(stage.there()) < 24
    assert {event["key"] for event in stage.log("begin")} == {event["key"] for event in stage.log("view")} == stage.there()
    assert "the same command goes on" in stage.sentence
    stage.go()
    assert stage.run(workers=2) == exits.DONE and stage.there() == stage.keys
    assert len(stage.log("begin")) == 24


def test_a_second_ctrl_c_does_not_wait_and_a_farms_second_signal_does(stage):
    stage.tricks(id00000__e00__frontal="hang")

    def twice():
        os.kill(os.getpid(), signal.SIGTERM)
        wait_for(lambda: stage.said("stopping"))
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.5)
        assert psutil.Process().children()
        os.kill(os.getpid(), signal.SIGINT)
    threading.Thread(target=lambda: (wait_for(lambda: stage.said("begin")), twice()), daemon=True).start()
    assert stage.run() == exits.STOPPED
    assert [event["again"] for event in stage.said("stopping")] == [False, True]
    assert not trouble.keys(stage.folder)                   # it was our own kill


def after(stage, views, act):
    """Act from a thread when so many views are there."""
    threading.Thread(target=lambda: (wait_for(lambda: len(stage.said("view")) >= views), act()), daemon=True).start()


def wait_for(condition, seconds=120):
    for _ in range(int(seconds / 0.01)):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen")


DRIVER = """
import sys
from pathlib import Path
from wince.job import plan
from wince_headless import launch
from wince_headless.work import drive
launch.SCRIPTS = Path(sys.argv[2])
from wince_headless.work import telling
with telling.WorkProgress() as bar:
    sys.exit(drive.run(plan.read(sys.argv[1]), (0, 1), drive.Wishes(workers=2), bar))
"""


def driver(stage, **pipes):
    """A driver in a process of its own."""
    return subprocess.Popen([sys.executable, "-c", DRIVER, str(stage.folder), str(stage.scripts)],
                            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(stage.folder.parent / "tmp")}, **pipes)


def test_a_killed_driver_leaves_nothing_running_and_nothing_lying(stage, ends):
    stage.hold(3)
    process = driver(stage)
    wait_for(lambda: len(stage.there()) > 4)
    workers = psutil.Process(process.pid).children(recursive=True)
    assert len(workers) == 2
    process.kill()
    process.wait()
    assert ends(*(worker.pid for worker in workers))
    assert len(stage.there()) < 24
    stage.go()
    assert stage.run() == exits.DONE and stage.there() == stage.keys
    assert len(stage.log("begin")) == 24                    # views in hand were finished
    assert not list((stage.folder / "state/pace").iterdir())


def test_two_drivers_at_once_do_no_harm(stage):
    stage.tricks(pause=0.01)
    both = [driver(stage), driver(stage)]
    assert [process.wait(timeout=300) for process in both] == [exits.DONE, exits.DONE]
    assert stage.there() == stage.keys and shards.done(stage.plan) == {0, 1}
    assert not list(stage.folder.rglob("*.part"))


def test_a_second_driver_says_so_and_begins_at_the_other_end(stage):
    stage.tricks(pause=PAUSE)
    stage.hold(2)
    first = driver(stage)
    wait_for(lambda: stage.there())
    second = driver(stage, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: f"-{second.pid}-" in (stage.scripts / "log.jsonl").read_text())
    stage.go()
    said = second.communicate(timeout=300)[1]
    assert (first.wait(timeout=300), second.returncode) == (exits.DONE, exits.DONE)
    assert f"another driver is at these shards, {drive.owner().rpartition('-')[0]}-{first.pid}: this one takes them in another" in said
    begun = {pid: [event["key"] for event in stage.log("begin") if f"-{pid}-" in event["owner"]] for pid in (first.pid, second.pid)}
    assert begun[first.pid][0] in stage.plan_keys[:12:6] and begun[second.pid][0] in stage.plan_keys[17::6]    # of one worker or other
    assert len(stage.log("begin")) <= 24 + 4                 # at most what each worker has in hand when they meet
    assert stage.there() == stage.keys and shards.done(stage.plan) == {0, 1}


def test_a_driver_of_other_shards_is_none_of_its_business(stage):
    paces.write(stage.folder, "node7-1", {"views": 0, "seconds": 0, "shards": "1", "place": 0})
    assert stage.run(shards=(0,)) == exits.DONE and not stage.said("others")
    assert [event["key"] for event in stage.log("begin")] == stage.plan_keys[:12]
    assert stage.run() == exits.DONE and stage.said("others") == [{"event": "others", "names": ["node7-1"]}]


def test_its_pace_counts_what_its_workers_were_the_first_to_make(stage, monkeypatch):
    told = []
    monkeypatch.setattr(drive, "BEAT", 0.01)
    monkeypatch.setattr(paces, "write", lambda folder, owner, pace: told.append(pace))
    stage.tricks(pause=PAUSE, late=True)
    assert stage.run(shards=(1,)) == exits.DONE
    assert {pace["views"] for pace in told} == {0} and "(" not in stage.sentence       # each was there already when it was put in place
    stage.tricks(pause=PAUSE)
    assert stage.run(shards=(0,)) == exits.DONE
    assert max(pace["views"] for pace in told) in (10, 11) and told[-1] == told[-1] | {"shards": "0", "place": 0, "workers": 1}


def test_a_folder_that_cannot_be_written_is_said_before_blender_starts(stage):
    (stage.folder / places.STATE).write_text("in the way")
    with pytest.raises(WinceError, match=r"cannot be written .* give yourself the right to write there, or copy the plan"):
        stage.run()
    assert not (stage.scripts / "log.jsonl").exists()


def test_people_who_are_to_be_painted_first_are_refused_before_blender_starts(stage, tmp_path):
    job = replace(stage.plan.job, render=spec.Render(resolution=(64, 64), samples=1))
    plan = write.plan(job, tmp_path / "painted", shard_people=2, paint={"backend": "sd15", "seed": 0})
    wishes, tell = drive.Wishes(), lambda *_: None
    with pytest.raises(WinceError, match=rf"4 of 4 people to be .* no painted skin yet, .*`wince paint {plan.folder} --shards all`"):
        drive.run(plan, (0, 1), wishes, tell)
    for person in (*plan.shard(0), plan.shard(1)[0]):
        skin = plan.folder / places.TEXTURES / person["person"] / textures.FACTS
        skin.parent.mkdir(parents=True)
        skin.touch()
    with pytest.raises(WinceError, match=r"1 of 4 people .*--shards 1`"):
        drive.run(plan, (0, 1), wishes, tell)
    assert not (stage.scripts / "log.jsonl").exists()
    assert drive.run(plan, (0,), wishes, tell) == exits.DONE


@pytest.mark.parametrize("name", ["record.json", "rgb.png", "../expression.npz", "../../identity.json"])
@pytest.mark.parametrize("how", ["gone", "cut", "changed"])
def test_what_is_damaged_is_done_again_and_it_alone(stage, name, how):
    stage.run()
    before = tree(stage.folder)
    path = (stage.folder / "id00001/e01/frontal" / name).resolve()
    data = path.read_bytes()
    path.unlink()
    if how != "gone":
        path.write_bytes(data[:-1] if how == "cut" else data[:-1] + bytes([data[-1] ^ 1]))
    assert stage.run(check=how == "changed") == exits.DONE
    assert tree(stage.folder) == before
    again = [event["key"] for event in stage.log("begin")][24:]
    assert len(again) == 1 and (again == ["id00001/e01/frontal"] or name.startswith(".."))
    assert shards.done(stage.plan) == {0, 1}


def test_a_mark_of_another_plan_is_none(stage):
    stage.run()
    mark = places.done(stage.folder, 0)
    mark.write_text(json.dumps(json.loads(mark.read_text()) | {"plan": "0" * 64}))
    assert stage.run() == exits.DONE
    assert shards.missing(stage.plan, 0, check=True) == [] and len(stage.log("begin")) == 24


def test_a_disk_that_is_too_small_is_refused_unless_told_otherwise(stage, monkeypatch):
    monkeypatch.setattr(drive.room.estimate, "view_bytes", lambda job: 1e12)
    with pytest.raises(WinceError, match=r"the 24 missing views .* are free there: .* --tight"):
        stage.run()
    assert not (stage.scripts / "log.jsonl").exists()


def test_a_disk_that_fills_up_stops_in_time(stage, monkeypatch):
    monkeypatch.setattr(drive, "BEAT", 0.02)
    stage.hold(4)
    full = threading.Event()
    monkeypatch.setattr(drive.room.Room, "short", lambda self, workers: "its disk is nearly full: free some" if full.is_set() else None)
    after(stage, 4, full.set)
    with pytest.raises(WinceError, match="its disk is nearly full"):
        stage.run(workers=2)
    assert {event["key"] for event in stage.log("begin")} == stage.there()
    full.clear()
    stage.go()
    assert stage.run() == exits.DONE and len(stage.log("begin")) == 24


def test_an_engine_that_reads_openjd_is_told(stage, capsys):
    stage.tricks(id00001__e01__frontal="crash")
    assert stage.run(openjd=True) == exits.FAULTS
    said = capsys.readouterr().out.splitlines()
    percents = [int(line.split()[1]) for line in said if line.startswith("openjd_progress")]
    assert percents == sorted(percents) and percents[-1] == 95
    assert said[-1].startswith("openjd_fail: 23 of 24 samples are there; 1 is in quarantine (id00001/e01/frontal)")


def test_the_owner_is_a_name_that_files_can_have():
    assert drive.owner().endswith(f"-{os.getpid()}") and layout.TEMPORARY not in drive.owner()
    assert drive.owner().replace("-", "").isalnum()
