"""Planned datasets: every spoiled byte is found, records are held to their plan, damaged samples are put back and nothing else."""

import importlib.util
import json
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wince.job import plan
from wince_headless import verify
from wince_headless.verify import reopen, report
from wince_headless.work import places, shards, trouble

_spec = importlib.util.spec_from_file_location("sketch_plan", Path(__file__).with_name("sketch_plan.py"))
sketch_plan = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(sketch_plan)

KEY = "id00001/e01/frontal"                # of a twin, in the first of two shards


@pytest.fixture(scope="module")
def whole(sketch, tmp_path_factory):
    """Two people and a twin of each, three expressions, two views, a shard per pair: look, do not touch."""
    return sketch_plan.dataset(sketch, tmp_path_factory.mktemp("planned") / "set", 2, 2, ({"age": 80.0},), 2).folder


@pytest.fixture
def spoiled(whole, tmp_path):
    """A copy to damage."""
    return Path(shutil.copytree(whole, tmp_path / "set"))


def faults(folder):
    return [" ".join(fault) for fault in verify.verify(folder).faults]


def test_a_whole_planned_dataset_has_no_faults(whole):
    found = verify.verify(whole)
    assert list(found.faults) == []
    assert (found.kind, found.people, found.samples, found.expected, found.quarantined) == ("plan", 4, 24, 24, 0)


def test_the_report_does_not_depend_on_the_processes(spoiled, sketch):
    for key in (KEY, "id00003/e02/frontal", "id00000/e00/three_quarter_left"):
        sketch.rewrite(spoiled, key, pspi=15)
    alone, three = (verify.verify(spoiled, processes) for processes in (1, 3))
    assert alone.json() == three.json() and len(alone.faults) > 6


def test_progress_counts_to_the_end(whole):
    seen = []
    verify.verify(whole, 1, lambda *counts: seen.append(counts))
    assert seen == [(6, 24), (12, 24), (18, 24), (24, 24)]


@pytest.mark.parametrize(("changes", "sentence"), [
    ({"fold10": 11}, "fold10 is 11, the plan says"),
    ({"twin_of": None}, "twin_of is None, the plan says id00000"),
    ({"cell": {"age": "0-1", "gender": "man", "group": "White"}}, "cell is"),
    ({"person": "someone"}, "person is someone, the plan says"),
    ({"facs": "4E"}, "facs is 4E, the plan says"),
    ({"pain": False}, "pain is False, the plan says True"),
    ({"seeds": {"dataset": 0, "cycles": 5}}, "seeds.cycles is 5, the plan says"),
])
def test_a_record_is_held_to_its_plan(spoiled, sketch, changes, sentence):
    sketch.rewrite(spoiled, KEY, **changes)
    assert any(fault.startswith(f"plan {KEY} {sentence}") for fault in faults(spoiled))
    assert any(fault.startswith(f"done {KEY}/record.json has changed since") for fault in faults(spoiled))


def test_the_iris_is_held_to_the_plan_and_to_the_person(spoiled, sketch):
    look = json.loads((spoiled / KEY / "record.json").read_text())["look"]
    sketch.rewrite(spoiled, KEY, look=look | {"iris": "pink"})
    said = faults(spoiled)
    assert any(f"plan {KEY} look.iris is pink, the plan says {look['iris']}" in fault for fault in said)
    assert any(f"person {KEY} iris is pink, other samples of the person say {look['iris']}" in fault for fault in said)


def test_twins_in_different_folds_are_found_where_there_is_no_plan(whole, tmp_path, sketch):
    folder = Path(shutil.copytree(whole, tmp_path / "free", ignore=shutil.ignore_patterns("plan.*", "state")))
    assert faults(folder) == []
    for path in sorted((folder / "id00003").glob("*/*/record.json")):
        sketch.rewrite(folder, path.parent.relative_to(folder).as_posix(), fold10=(json.loads(path.read_text())["fold10"] + 1) % 10)
    assert any(fault.startswith("person id00003 has fold10") and "whose twin it is" in fault for fault in faults(folder))


def test_quarantined_samples_are_told_from_missing_ones(spoiled):
    for key in (KEY, "id00002/e01/frontal"):
        (spoiled / key / "record.json").unlink()
    (spoiled / "state/done/00000.json").unlink()
    trouble.blame(spoiled, KEY, "died", trouble.LIMIT)
    found = verify.verify(spoiled)
    assert found.quarantined == 1 and "1 given up" in found.text()
    assert [fault[:2] for fault in found.faults if fault[0] in ("complete", "quarantine")] == [
        ("quarantine", KEY), ("complete", "id00002/e01/frontal")]
    assert "marked done" in next(sentence for check, key, sentence in found.faults if key == "id00002/e01/frontal")


@pytest.mark.parametrize(("path", "check"), [
    ("id00001/e01/frontal/.rgb.png.host-1.part", "foreign"), ("id00001/notes.txt", "foreign"), ("id00001/e09/frontal/rgb.png", "foreign"),
    ("state/done/00099.json", "foreign"), (".plan.json..part", "foreign"),
])
def test_what_belongs_to_no_sample(spoiled, path, check):
    (spoiled / path).parent.mkdir(parents=True, exist_ok=True)
    (spoiled / path).write_text("x")
    found = verify.verify(spoiled).faults
    assert [fault[0] for fault in found] == [check] and found[0][1] in (path, path.rsplit("/", 2)[0])


def test_what_lies_beside_is_noted(spoiled):
    (spoiled / "NOTES.txt").write_text("x")
    found = verify.verify(spoiled)
    assert not found.faults and "beside the dataset lie NOTES.txt" in found.text()


@pytest.mark.parametrize("value", ["/home/someone/hair.png", "C:\\stuff\\x.png", "file:///x", "~/x", "assets/home/someone/x"])
def test_paths_of_a_machine_are_found(spoiled, sketch, value):
    sketch.rewrite(spoiled, KEY, light={"name": value})
    assert any(fault.startswith(f"private {KEY} its record holds") for fault in faults(spoiled))


def test_a_skin_that_is_not_for_release(spoiled, sketch):
    model = {"role": "base", "id": "a/b", "revision": "1", "licence": "CreativeML-OpenRAIL-M"}
    sketch.rewrite(spoiled, KEY, texture={"painter": "sd15", "profile": "release", "models": [model]})
    said = f"licences {KEY} its skin was painted by a/b (CreativeML-OpenRAIL-M), which forbids"
    assert any(fault.startswith(said) for fault in faults(spoiled))
    sketch.rewrite(spoiled, KEY, texture={"painter": "sd15", "profile": "research", "models": [model]})
    assert not any(fault.startswith("licences") for fault in faults(spoiled))


def test_another_origin(spoiled):
    (spoiled / "origin.json").write_text(json.dumps({"device": "GPU", "versions": {"blender": "5.0"}}))
    assert {fault.split()[0] for fault in faults(spoiled)} == {"origin"} and len(faults(spoiled)) == 48


def files_of(folder):
    """Return the files of which every byte counts: gzip's own head does not, nor do spaces in the two that are compared by content."""
    skipped = {"job.json", "origin.json", "plan.jsonl.gz", "plan.json", "plan.index"}
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and path.name not in skipped)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_spoiled_byte_is_found(whole, data):
    path = whole / data.draw(st.sampled_from(files_of(whole)))
    good = path.read_bytes()
    at, bit = data.draw(st.integers(0, len(good) - 1)), data.draw(st.integers(0, 7))
    bad = good[:at] + bytes([good[at] ^ (1 << bit)]) + good[at + 1:]
    try:
        path.write_bytes(bad)
        assert verify.verify(whole, 1).faults, f"{path} byte {at} bit {bit}"
    finally:
        path.write_bytes(good)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_spoiled_plan_is_found_wherever_it_says_something(whole, data):
    name = data.draw(st.sampled_from((plan.INDEX, plan.LINES)))
    path, rows = whole / name, plan.read(whole).rows()
    good = path.read_bytes()
    starts = {row.offset for row in rows}
    skipped = {start + k for start in starts for k in range(10)} if name == plan.LINES else set()      # gzip's head: time, system, level
    at = data.draw(st.integers(0, len(good) - 1).filter(lambda at: at not in skipped))
    try:
        path.write_bytes(good[:at] + bytes([good[at] ^ 255]) + good[at + 1:])
        assert verify.verify(whole, 1).faults
    finally:
        path.write_bytes(good)


def test_damaged_samples_are_put_back_and_nothing_else(spoiled):
    before = {path: path.read_bytes() for path in spoiled.rglob("*") if path.is_file()}
    path = spoiled / KEY / "heat.png"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    (spoiled / "id00001/notes.txt").write_text("x")
    done = reopen.reopen(spoiled, verify.verify(spoiled).faults)
    assert (done.samples, done.marks) == (1, 1) and f"wince run {spoiled}" in done.text()
    gone = [path.relative_to(spoiled).as_posix() for path in before if not path.exists()]
    assert sorted(gone) == [f"{KEY}/record.json", "state/done/00000.json"]
    assert (spoiled / "id00001/notes.txt").exists()
    (line, keys), = shards.missing(plan.read(spoiled), 0)
    assert (line["id"], keys) == ("id00001", [KEY]) and not shards.missing(plan.read(spoiled), 1)


@pytest.mark.parametrize(("path", "key"), [
    ("id00003/e02/expression.npz", "id00003/e02/frontal"), ("id00003/identity.json", "id00003/e00/frontal"),
    ("id00003/e02/frontal/record.json", "id00003/e02/frontal"),
])
def test_what_samples_share_is_written_again_with_one(spoiled, path, key):
    data = bytearray((spoiled / path).read_bytes())
    data[len(data) // 2] ^= 1
    (spoiled / path).write_bytes(data)
    done = reopen.reopen(spoiled, verify.verify(spoiled).faults)
    assert done.marks == 1 and not places.done(spoiled, 1).exists() and places.done(spoiled, 0).exists()
    assert not (spoiled / key / "record.json").exists() and (spoiled / "id00002/e00/frontal/record.json").exists()


def test_reopening_trusts_no_report(spoiled):
    wild = [("files", "../../etc/passwd", "x"), ("files", "id00077/e01/frontal", "x"), ("files", "id00001/e77/frontal", "x"),
            ("done", "state/done/../x", "x"), ("foreign", KEY, "x"), ("links", KEY, "x"), ("quarantine", KEY, "x"),
            ("done", "id00001/../id00000/identity.json", "x")]
    done = reopen.reopen(spoiled, wild)
    assert (done.samples, done.marks) == (0, 0) and "nothing to put back" in done.text()
    assert verify.verify(spoiled).faults == []


def test_an_unplanned_folder_is_reopened_too(spoilable):
    (spoilable / "id00000/e01/frontal/rgb.png").write_bytes(b"")
    done = reopen.reopen(spoilable, verify.verify(spoilable).faults)
    assert (done.samples, done.marks) == (1, 0) and not (spoilable / "id00000/e01/frontal/record.json").exists()


def test_a_report_on_disk_says_everything(spoiled, sketch, tmp_path):
    sketch.rewrite(spoiled, KEY, pspi=15)
    found = verify.verify(spoiled)
    found.write(tmp_path / "report.json")
    assert json.loads((tmp_path / "report.json").read_text()) == found.json()
    assert list(report.read(tmp_path / "report.json")) == list(found.faults)
    assert found.json()["checks"]["plan"]["faults"] == 1 and found.json()["ok"] is False


@given(st.lists(st.tuples(st.sampled_from(list(report.CHECKS)), st.text(), st.text()), max_size=30), st.integers(0, 8))
def test_faults_are_a_list_however_long(faults, kept):
    was, report.AT_HAND = report.AT_HAND, kept
    try:
        found = report.Faults(faults)
        assert list(found) == faults and len(found) == len(faults) and found == faults and found[2:5] == faults[2:5]
        assert not faults or (found[-1] == faults[-1] and found[0] == faults[0])
        found.append(("files", "k", "s"))
        assert list(found)[-1] == ("files", "k", "s") and found.wrong.total() == len(faults) + 1
    finally:
        report.AT_HAND = was


def test_an_unfinished_plan_is_told_in_a_few_lines(spoiled):
    for path in sorted(spoiled.glob("id0000[123]/*/*/record.json")):
        path.unlink()
    shutil.rmtree(spoiled / "state")
    found = verify.verify(spoiled)
    assert len(found.faults) == 18 and len(found.json()["faults"]) == 18
    assert "  18 samples are missing, the first id00001/e00/frontal: run the same `wince run` again, it goes on" in found.text()
    assert len(found.text().splitlines()) < 22


def test_where_nothing_was_rendered_no_origin_is_missed(spoiled):
    for path in sorted(spoiled.glob("id*")):
        shutil.rmtree(path)
    shutil.rmtree(spoiled / "state")
    (spoiled / "origin.json").unlink()
    assert {check for check, *_ in verify.verify(spoiled).faults} == {"complete"}


def test_quarantine_says_what_trouble_says(spoiled):
    (spoiled / KEY / "record.json").unlink()
    (spoiled / "state/done/00000.json").unlink()
    trouble.blame(spoiled, KEY, "was over the time limit of 300 s", trouble.LIMIT)
    assert any("was given up (the last try was over the time limit of 300 s)" in fault for fault in faults(spoiled))
