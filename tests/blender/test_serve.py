"""A worker on a plan, for real: the same files as a plain render, whatever order, whoever else is at it, however it ends."""

import importlib.util
import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest

pytest.importorskip("bpy")

from wince.core import pack
from wince.core.errors import WinceError
from wince.job import disk, layout, plan, processors, resume, run, spec

pytestmark = pytest.mark.skipif(not pack.DEFAULT.is_file(), reason="no face pack: run `wince pack build`")

_spec = importlib.util.spec_from_file_location("served", Path(__file__).resolve().parents[1] / "benchmarks" / "served.py")
served = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(served)

JOB = spec.Job(people=spec.People(count=2, twins=({"age": 81.0},)), expressions=spec.Expressions(pain=1),
               cameras=("frontal", "profile_left"),
               render=spec.Render(resolution=(48, 48), samples=1, device="cpu", denoiser="none", look="plain", subdivision=0))
FILES = (plan.PLAN, plan.INDEX, plan.LINES)


def content(out):
    """Return {relative path: bytes} of what a dataset's folder holds beside the plan."""
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*"))
            if path.is_file() and path.name not in FILES}


def orders(asked):
    """Return [(person, keys)] of a plan."""
    return [(person, list(plan.keys(person))) for shard in range(asked.shards) for person in asked.shard(shard)]


def serve(asked, given, owner="one", **words):
    """Have a worker do orders, and return it with its exit code."""
    worker = served.Served(asked, owner, 1, **words)
    for person, keys in given:
        worker.order(person, keys)
    return worker, worker.wait()


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """What a plain render makes of JOB: look, do not touch."""
    folder = tmp_path_factory.mktemp("plain")
    (folder / "JOB.json").write_text(spec.to_json(JOB))
    assert run.main([str(folder / "JOB.json"), "--out", str(folder / "out")]) == run.DONE
    return content(folder / "out")


def test_people_in_any_order_are_the_files_of_a_render(rendered, tmp_path):
    asked = served.planned(JOB, tmp_path / "plan")
    worker, code = serve(asked, [orders(asked)[k] for k in (2, 0, 3, 1)], cores="0")
    assert code == run.DONE and content(asked.folder) == rendered
    assert worker.events[0][1] == {"event": "start", "blender": worker.events[0][1]["blender"], "device": "CPU", "denoiser": "none"}
    kinds = [event["event"] for _, event in worker.events[1:]]
    assert kinds == (["begin", "view"] * 4 + ["served"]) * 4
    views = [event for _, event in worker.events if event["event"] == "view"]
    assert [view["key"] for view in views][:4] == orders(asked)[2][1]
    assert all(0 < view["cycles"] < view["seconds"] for view in views)
    assert views[0]["seconds"] > views[1]["seconds"]                          # the person is built in the first view's time


def test_a_persons_samples_from_the_last_back_are_the_same_files(rendered, tmp_path):
    asked = served.planned(JOB, tmp_path / "plan")
    (person, keys), *_ = orders(asked)
    assert serve(asked, [(person, keys[::-1])])[1] == run.DONE
    made = {name: data for name, data in content(asked.folder).items() if name.startswith("id")}
    assert made and made.items() <= rendered.items()


def test_what_is_there_is_left_alone_and_what_is_missing_is_made(rendered, tmp_path):
    asked = served.planned(JOB, tmp_path / "plan")
    assert serve(asked, orders(asked)[:1])[1] == run.DONE
    keys = orders(asked)[0][1]
    layout.record_path(asked.folder, keys[1]).unlink()
    (asked.folder / keys[2] / "seg.png").write_bytes(b"short")
    (asked.folder / keys[2] / f".rgb.png.7-9{layout.TEMPORARY}").write_bytes(b"half")
    (asked.folder / f".dead-1{layout.TEMPORARY}").mkdir()
    (asked.folder / "id00000" / f".identity.json.dead-1{layout.TEMPORARY}").write_bytes(b"{")
    kept = (asked.folder / keys[0] / "rgb.png").stat().st_ino
    worker, code = serve(asked, orders(asked))
    assert code == run.DONE and worker.keys("view")[:3] == [keys[1], keys[2], orders(asked)[1][1][0]]
    assert (asked.folder / keys[0] / "rgb.png").stat().st_ino == kept and content(asked.folder) == rendered
    worker, code = serve(asked, orders(asked))
    assert code == run.DONE and worker.count("begin") == 0 and worker.count("served") == 4


@pytest.mark.parametrize("end", ["stdin", signal.SIGTERM, signal.SIGINT])
def test_a_stopped_worker_finishes_its_view_and_the_next_goes_on(rendered, tmp_path, end):
    asked = served.planned(JOB, tmp_path / "plan")
    worker = served.Served(asked, "one", 1)
    for person, keys in orders(asked):
        worker.order(person, keys)
    worker.until("begin", 2)
    if end != "stdin":
        worker.process.send_signal(end)
        worker.process.send_signal(end)                                       # a cluster tells everybody, more than once
    assert worker.end() == run.STOPPED
    begun = worker.keys("begin")
    assert worker.keys("view") == begun and 2 <= len(begun) < 16
    assert {path.parent.relative_to(asked.folder).as_posix() for path in asked.folder.rglob("record.json")} == {*begun}
    assert serve(asked, orders(asked))[1] == run.DONE and content(asked.folder) == rendered


def test_a_killed_worker_loses_the_view_in_hand_alone(rendered, tmp_path):
    asked = served.planned(JOB, tmp_path / "plan")
    worker = served.Served(asked, "one", 1)
    for person, keys in orders(asked):
        worker.order(person, keys)
    for seen in (1, 4, 7):
        worker.until("view", seen)
        begun = worker.keys("begin")
        assert all(resume.finished(asked.folder, key) for key in begun[:-1])  # on disk before the next begins
    worker.process.kill()
    worker.end()
    lost = [key for key in worker.keys("begin") if not resume.finished(asked.folder, key)]
    assert len(lost) <= 1 and lost in ([], worker.keys("begin")[-1:])
    assert serve(asked, orders(asked), "two")[1] == run.DONE and content(asked.folder) == rendered


def test_an_idle_worker_ends_well_without_orders(tmp_path):
    asked = served.planned(JOB, tmp_path / "plan")
    worker = served.Served(asked, "one", 1)
    worker.until("start")
    assert worker.end() == run.DONE and content(asked.folder).keys() == {"job.json"}


@pytest.mark.parametrize(("change", "words"), [
    (lambda person: person | {"person": "s9-n000000"}, "plans person = 's9-n000000' for id00000, this Wince makes it 's0-n000000"),
    (lambda person: person | {"views": ["frontal"]}, "plans views = ['frontal']"),
    (lambda person: person | {"shows": [person["shows"][0], person["shows"][1] | {"facs": "4A"}]}, "plans facs of e01 = '4A'"),
    (lambda person: person | {"shows": [person["shows"][0] | {"seeds": [1, 2]}, person["shows"][1]]}, "plans seeds of e00 = [1, 2]"),
])
def test_a_plan_that_does_not_fit_is_refused(tmp_path, change, words):
    asked = served.planned(JOB, tmp_path / "plan")
    person, keys = orders(asked)[0]
    worker, code = serve(asked, [(change(person), keys)])
    assert code == run.USER and words in worker.events[-1][1]["message"] and worker.events[-1][1]["event"] == "error"
    assert not list(asked.folder.rglob("record.json"))


def test_an_order_that_is_none_and_a_folder_that_is_none_are_refused(tmp_path):
    asked = served.planned(JOB, tmp_path / "plan")
    person, _ = orders(asked)[0]
    worker, code = serve(asked, [(person, ["id00001/e00/frontal"])])
    assert code == run.USER and "samples of somebody else" in worker.events[-1][1]["message"]
    (tmp_path / "plan" / plan.PLAN).unlink()
    worker, code = serve(asked, [])
    assert code == run.USER and "holds no plan" in worker.events[-1][1]["message"]


def test_two_workers_on_the_same_people_at_once_leave_every_sample_whole(rendered, tmp_path):
    asked = served.planned(JOB, tmp_path / "plan")
    workers = [served.Served(asked, owner, 1) for owner in ("one", "two")]
    for worker in workers:
        worker.until("start")
    for worker in workers:                                                    # neck and neck from here
        for person, keys in orders(asked):
            worker.order(person, keys)
    assert [worker.wait() for worker in workers] == [run.DONE, run.DONE]
    assert content(asked.folder) == rendered


def test_another_blender_is_refused_by_the_folder_that_was_begun(tmp_path):
    asked = served.planned(JOB, tmp_path / "plan")
    person, keys = orders(asked)[0]
    assert serve(asked, [(person, keys[:1])])[1] == run.DONE
    origin = json.loads((asked.folder / layout.ORIGIN).read_text())
    (asked.folder / layout.ORIGIN).write_text(json.dumps(origin | {"device": "OPTIX"}))
    worker, code = serve(asked, [(person, keys)])
    assert code == run.USER and "was begun with device = 'OPTIX', now it is 'CPU'" in worker.events[-1][1]["message"]


# Claims and doubles, without a render --------------------------------------------------------------------------------

def together(*calls):
    """Do calls at the same moment in threads; return what they gave or raised."""
    gate, found = threading.Barrier(len(calls)), [None] * len(calls)

    def act(place, call):
        gate.wait()
        try:
            found[place] = call()
        except WinceError as error:
            found[place] = error

    threads = [threading.Thread(target=act, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.parametrize("linked", [True, False])
def test_of_claims_at_the_same_moment_one_wins(tmp_path, monkeypatch, linked):
    if not linked:                                                            # as on a disk without hard links
        monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(PermissionError(1, "Operation not permitted")))
    for turn in range(40):
        out = tmp_path / str(turn)
        out.mkdir()
        calls = [lambda device=device, out=out: resume.claim(out, JOB, {"device": device}, device) for device in ("CPU", "OPTIX", "CUDA")]
        found = together(*calls)
        assert sum(answer is None for answer in found) == 1
        won = json.loads((out / layout.ORIGIN).read_text())["device"]
        assert won == ("CPU", "OPTIX", "CUDA")[found.index(None)]
        assert sorted(path.name for path in out.iterdir()) == [layout.JOB, layout.ORIGIN]


def test_of_samples_at_the_same_moment_one_is_placed_whole(tmp_path):
    for turn in range(40):
        folder = tmp_path / "id00000" / "e00" / f"v{turn}"
        written = [{name: bytes([k]) * 5000 for name in ("rgb.png", "seg.png", "record.json")} for k in range(3)]
        calls = [lambda k=k, folder=folder, files=files: disk.place(folder, files, f"w{k}", tmp_path) for k, files in enumerate(written)]
        found = together(*calls)
        assert sorted(found) == [False, False, True]
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == written[found.index(True)]
    assert not list(tmp_path.glob(f".*{layout.TEMPORARY}"))


def test_whoever_sweeps_harms_nobody_who_writes(tmp_path):
    busy = True

    def sweeper():
        while busy:
            disk.sweep(tmp_path)
            time.sleep(0.03)

    thread = threading.Thread(target=sweeper)
    thread.start()
    try:
        for turn in range(60):
            disk.write(tmp_path / "identity.json", bytes([turn]) * 3000, "w")
            assert disk.place(tmp_path / f"v{turn}", {name: b"x" * 3000 for name in "abcd"}, "w", tmp_path)
            assert sorted(path.name for path in (tmp_path / f"v{turn}").iterdir()) == [*"abcd"]
            assert (tmp_path / "identity.json").read_bytes() == bytes([turn]) * 3000
    finally:
        busy = False
        thread.join()


def test_a_folder_without_files_may_be_filled(tmp_path):
    (tmp_path / "v").mkdir()
    assert disk.place(tmp_path / "v", {"a": b"1"}, "w", tmp_path) and not disk.place(tmp_path / "v", {"a": b"2"}, "w", tmp_path)
    assert (tmp_path / "v" / "a").read_bytes() == b"1"
    disk.remove(tmp_path / "v", "w", tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2, reason="needs two processors to choose from")
def test_a_worker_looks_like_a_smaller_machine_until_told_otherwise():
    before = os.sched_getaffinity(0)
    try:
        widen = processors.narrow(1)
        assert len(os.sched_getaffinity(0)) == 1
        widen()
        assert os.sched_getaffinity(0) == before
        for threads in (0, None, len(before)):
            processors.narrow(threads)
            assert os.sched_getaffinity(0) == before
        processors.pin({10_000})                                              # not there: said, and no more
        assert os.sched_getaffinity(0) == before
    finally:
        os.sched_setaffinity(0, before)
