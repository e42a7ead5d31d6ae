"""What differs between two sets is said and nothing else; equal sets differ in nothing."""

import importlib.util
import json
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wince.core.errors import WinceError
from wince.job import plan
from wince_headless.release import diff, pack

_spec = importlib.util.spec_from_file_location("sketch_plan", Path(__file__).with_name("sketch_plan.py"))
sketch_plan = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(sketch_plan)

KEY = "id00001/e01/frontal"


@pytest.fixture(scope="module")
def planned(sketch, tmp_path_factory):
    """Four people, planned and drawn: look, do not touch."""
    return sketch_plan.dataset(sketch, tmp_path_factory.mktemp("planned") / "set", 4, 2).folder


@pytest.fixture
def other(planned, tmp_path):
    """A copy to change."""
    return Path(shutil.copytree(planned, tmp_path / "other"))


@pytest.fixture(scope="module")
def released(planned, tmp_path_factory):
    """{layout: release of it, of the scheme wince}."""
    pytest.importorskip("mlcroissant")
    root = tmp_path_factory.mktemp("releases")
    for layout in ("webdataset", "parquet", "imagefolder"):
        pack.pack(planned, root / layout, layout, samples=0, processes=1)
    return root


def counts(changes):
    return {name: change.count for name, change in changes.items()}


def test_a_set_does_not_differ_from_itself(planned, other):
    found = diff.diff(planned, other)
    assert found.same and "no difference" in found.text() and found.people == [4, 4] and found.samples == [24, 24]
    assert found.json()["same"] is True


@pytest.mark.parametrize("layout", ["webdataset", "parquet", "imagefolder"])
def test_a_set_does_not_differ_from_its_release(planned, released, layout):
    assert diff.diff(planned, released / layout).same and diff.diff(released / layout, planned).same
    assert diff.diff(released / layout, released / layout).same


def test_layouts_are_a_difference_and_nothing_else(released):
    found = diff.diff(released / "webdataset", released / "parquet")
    assert found.stated == [["release.layout", "webdataset", "parquet"]] and not found.labels and not found.pictures


def test_people_and_samples_come_and_go(planned, other):
    shutil.rmtree(other / "id00002")
    (other / KEY / "record.json").unlink()
    found = diff.diff(planned, other)
    assert (found.gone["people"].count, found.gone["samples"].count) == (1, 7)
    assert found.gone["people"].examples == [["id00002", None, None]]
    back = diff.diff(other, planned)
    assert (back.new["people"].count, back.new["samples"].count) == (1, 7) and not back.gone["samples"].count
    assert "gone: 1 person: id00002" in found.text() and "gone: 7 samples: id00001/e01/frontal, id00002/e00/frontal" in found.text()


def test_labels_are_counted_by_field(planned, other, sketch):
    record = json.loads((other / KEY / "record.json").read_text())
    sketch.rewrite(other, KEY, pspi=3, pspi_terms=record["pspi_terms"] | {"brow": 9})
    sketch.rewrite(other, "id00001/e02/frontal", pspi=3)
    found = diff.diff(planned, other)
    assert counts(found.labels) == {"pspi": 2, "pspi_terms.brow": 1}
    assert found.labels["pspi_terms.brow"].examples == [[KEY, record["pspi_terms"]["brow"], 9]]
    assert not found.pictures and not found.stated and not found.same


def test_pictures_are_counted_by_file(planned, other, sketch):
    record = json.loads((other / KEY / "record.json").read_text())
    record["files"]["rgb"]["sha256"] = "0" * 64
    sketch.rewrite(other, KEY, files=record["files"])
    (other / "id00003/identity.json").write_text("{}")
    found = diff.diff(planned, other)
    assert counts(found.pictures) == {"rgb": 1, "identity.json": 1} and not found.labels
    assert "rgb (1), id00001/e01/frontal" in found.text()


def test_people_who_moved_to_another_split(planned, other, sketch):
    fold = json.loads((other / KEY / "record.json").read_text())["fold10"]
    for path in sorted((other / "id00001").glob("*/*/record.json")):
        sketch.rewrite(other, path.parent.relative_to(other).as_posix(), fold10=9 if fold < 7 else 0)
    found = diff.diff(planned, other)
    assert sum(counts(found.moved).values()) == 1 and counts(found.labels) == {"fold10": 6}


def test_another_job_plan_and_origin(planned, other):
    job = json.loads((other / "job.json").read_text())
    (other / "job.json").write_text(json.dumps(job | {"seed": 5}))
    origin = json.loads((other / "origin.json").read_text())
    (other / "origin.json").write_text(json.dumps(origin | {"device": "GPU"}))
    facts = json.loads((other / "plan.json").read_text())
    again = facts | {"paint": {"backend": "sd15"}}
    again["hash"] = plan.digest(again)
    (other / "plan.json").write_text(json.dumps(again))
    plans = [["plan.hash", facts["hash"], again["hash"]], ["plan.paint", None, {"backend": "sd15"}]]
    assert diff.diff(planned, other).stated == [["job.seed", 0, 5], ["origin.device", "CPU", "GPU"], *plans]


def test_schemes_without_records_are_compared_by_their_rows(planned, released, other, sketch, tmp_path):
    pack.pack(planned, tmp_path / "a", "webdataset", "3dpain", samples=0, processes=1)
    pack.pack(planned, tmp_path / "b", "parquet", "3dpain", samples=0, processes=1)
    found = diff.diff(tmp_path / "a", tmp_path / "b")
    assert found.stated == [["release.layout", "webdataset", "parquet"]] and not found.labels and not found.pictures
    mixed = diff.diff(tmp_path / "a", released / "webdataset")
    assert not mixed.new["samples"].count and "labels and pictures were not compared" in mixed.text()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_changed_label_is_found_under_its_name(planned, tmp_path_factory, data):
    path = planned / data.draw(st.sampled_from(["id00000/e00/frontal", KEY])) / "record.json"
    good = path.read_bytes()
    record = json.loads(good)
    at, place = [], record
    while isinstance(place, dict) and place:
        at.append(data.draw(st.sampled_from(sorted(place))))
        parent, place = place, place[at[-1]]
    if at[0] == "files":
        return
    changed = Path(shutil.copytree(planned, tmp_path_factory.mktemp("changed") / "set"))
    parent[at[-1]] = "something else"
    (changed / path.relative_to(planned)).write_text(json.dumps(record))
    found = diff.diff(planned, changed)
    assert counts(found.labels) == {".".join(at): 1}
    shutil.rmtree(changed)


def test_neither_set_nor_release(tmp_path, planned):
    with pytest.raises(WinceError, match="holds no dataset"):
        diff.diff(planned, tmp_path)


def test_a_damaged_record_is_named(planned, other):
    (other / KEY / "record.json").write_text("{")
    with pytest.raises(WinceError, match=r"record\.json is damaged"):
        diff.diff(planned, other)


def test_other_people_are_not_compared_label_by_label(planned, other, sketch):
    for path in sorted((other / "id00001").glob("*/*/record.json")):
        sketch.rewrite(other, path.parent.relative_to(other).as_posix(), person="somebody-else", pspi=3)
    found = diff.diff(planned, other)
    assert found.others.count == 1 and not found.same and not found.labels and not found.pictures and not found.moved
    assert "other people altogether: 1 id is somebody else (id00001: " in found.text()
