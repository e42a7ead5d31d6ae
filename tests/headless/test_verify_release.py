"""Releases: a good one passes in every scheme and layout; every spoiled byte is found, and so is what a packer could do wrong."""

import csv
import importlib.util
import json
import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wince.core.errors import WinceError
from wince_headless import verify
from wince_headless.release import checksums, pack
from wince_headless.verify import reopen, tables

_spec = importlib.util.spec_from_file_location("sketch_plan", Path(__file__).with_name("sketch_plan.py"))
sketch_plan = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(sketch_plan)

KINDS = [(scheme, layout) for scheme in ("wince", "3dpain", "synpain") for layout in ("webdataset", "parquet", "imagefolder")]
pytest.importorskip("mlcroissant")


@pytest.fixture(scope="module")
def planned(sketch, tmp_path_factory):
    """Six people, a twin of each, planned and drawn."""
    return sketch_plan.dataset(sketch, tmp_path_factory.mktemp("planned") / "set", 6, 2, ({"age": 80.0},)).folder


@pytest.fixture(scope="module")
def made(planned, tmp_path_factory):
    """A function (scheme, layout) -> a release of it, made once: look, do not touch."""
    root, known = tmp_path_factory.mktemp("releases"), {}

    def make(scheme="wince", layout="webdataset"):
        if (scheme, layout) not in known:
            out = root / f"{scheme}-{layout}"
            pack.pack(planned, out, layout, scheme, drop=True, samples=3, licence="CC0-1.0", processes=1)
            known[scheme, layout] = out
        return known[scheme, layout]
    return make


@pytest.fixture
def copy(made, tmp_path):
    """A function (scheme, layout) -> a copy of a release to damage."""
    return lambda *kind: Path(shutil.copytree(made(*kind), tmp_path / "-".join(kind or ("copy",))))


def faults(folder):
    return [" ".join(fault) for fault in verify.verify(folder, 1).faults]


def resum(folder):
    """Write the checksums anew, as a packer with a bug would: only the content is wrong."""
    (folder / checksums.NAME).unlink()
    checksums.write(folder, {})


@pytest.mark.parametrize(("scheme", "layout"), KINDS)
def test_a_good_release_has_no_faults(made, scheme, layout):
    found = verify.verify(made(scheme, layout), 1)
    assert list(found.faults) == []
    assert found.kind == "release" and found.samples == found.expected > 0 and found.people > 0


def test_the_report_does_not_depend_on_the_processes(copy):
    folder = copy()
    (folder / "README.md").write_text("x")
    assert verify.verify(folder, 1).json() == verify.verify(folder, 2).json()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_spoiled_byte_is_found(made, data):
    folder = made()
    path = data.draw(st.sampled_from(sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "release.json")))
    good = path.read_bytes()
    at = data.draw(st.integers(0, len(good) - 1))
    try:
        path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1:])
        try:
            assert verify.verify(folder, 1).faults
        except WinceError as error:
            assert "checksum" in str(error)                     # a line of the checksums themselves is none any more
    finally:
        path.write_bytes(good)


def test_missing_and_foreign_files(copy):
    folder = copy()
    (folder / "CITATION.cff").unlink()
    (folder / "notes.txt").write_text("x")
    said = faults(folder)
    assert any(fault.startswith("files CITATION.cff is missing") for fault in said)
    assert len(said) == 2                                       # that it is a paper as well is the same fault
    assert any(fault.startswith("files notes.txt is no part of the release") for fault in said)


def test_a_map_that_is_not_complete(copy):
    folder = copy()
    lines = (folder / "map.csv").read_text().splitlines(keepends=True)
    (folder / "map.csv").write_text("".join(lines[:-1]))
    resum(folder)
    assert [fault for fault in faults(folder) if "map.csv has no line of it in its place" in fault] == faults(folder) != []


def test_counts_that_disagree(copy):
    folder = copy()
    facts = json.loads((folder / "release.json").read_text())
    facts["items"] += 1
    (folder / "release.json").write_text(json.dumps(facts))
    resum(folder)
    where = {fault.split()[1] for fault in faults(folder)}
    assert {"release.json", "README.md", "00_README.txt", "croissant.json", "plan.json"} <= where


def lines_of(folder, change):
    """Change the lines of an ImageFolder's labels, as a packer with a bug would."""
    for path in folder.glob("data/*/metadata.jsonl"):
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        path.write_text("".join(json.dumps(change(line)) + "\n" for line in lines))
    resum(folder)


@pytest.mark.parametrize(("change", "sentence"), [
    (lambda line: line | {"pspi": line["pspi"] + 1}, "labels KEY the column pspi does not say what the record says"),
    (lambda line: line | {"age": 50}, "labels KEY the column age does not say"),
    (lambda line: line | {"fold10": (line["fold10"] + 5) % 10}, "splits KEY has fold"),
    (lambda line: line | {"split": "elsewhere"}, "splits KEY says it is in elsewhere"),
    (lambda line: line | {"neutral_key": "nobody"}, "links KEY names nobody as its neutral, which is not in the release"),
    (lambda line: line | {"record": line["record"].replace('"pspi": ', '"pspi": 1')}, "labels KEY pspi is 1"),
    (lambda line: line | {"light": "/home/me/light"}, "private KEY its row holds"),
    (lambda line: line | {"key": "same"}, "complete same is there twice"),
])
def test_rows_that_cannot_be(copy, change, sentence):
    folder = copy("wince", "imagefolder")
    lines_of(folder, change)
    before, after = sentence.split(" KEY ") if " KEY " in sentence else (sentence, "")
    assert any(fault.startswith(before) and after in fault for fault in faults(folder))


def test_a_person_in_two_splits(copy):
    folder = copy("wince", "imagefolder")
    seen = {}
    lines_of(folder, lambda line: line | {"sample": f"id00000/{line['sample'].split('/', 1)[1]}"} if seen.setdefault("x", 1) else line)
    said = faults(folder)
    assert any(fault.startswith("splits") and "id00000 is in" in fault for fault in said), said[:5]


def test_heat_on_a_neutral_picture(copy):
    folder = copy("wince", "imagefolder")
    neutral = next(folder.glob("data/*/*/*__e00__frontal.heat.png"))
    pain = next(folder.glob("data/*/*/*__e01__frontal.heat.png"))
    neutral.write_bytes(pain.read_bytes())
    resum(folder)
    assert any("its heat is not the one that was rendered" in fault for fault in faults(folder))


def test_seven_numbers_that_do_not_add_up(copy):
    folder = copy("3dpain", "imagefolder")
    path = next(folder.glob("annotations/*.json"))
    path.write_text(json.dumps(json.loads(path.read_text()) | {"PSPI": 16}))
    lines_of(folder, lambda line: line | {"AU9": 7})
    said = faults(folder)
    assert any(fault.startswith(f"labels annotations/{path.name} PSPI is 16") for fault in said)
    assert any("has action units that 3DPain does not have" in fault for fault in said)


@pytest.mark.parametrize("scheme", ["3dpain", "synpain"])
def test_a_table_whose_pspi_is_wrong(copy, scheme):
    folder = copy(scheme, "webdataset")
    path = folder / tables.TABLES_OF[scheme][0].LABELS
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    wrong = rows[-1]["pspi"] = str((int(rows[-1]["pspi"]) + 1) % 17)
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    resum(folder)
    said = faults(folder)
    assert any(f"labels {path.name} line {len(rows) + 1}: pspi is {wrong}, its action units make" in fault for fault in said), said[:5]


def test_a_licence_without_its_file(copy):
    folder = copy()
    (folder / "LICENSES/CC0-1.0.txt").unlink()
    resum(folder)
    assert faults(folder) == ["papers LICENSES/CC0-1.0.txt is missing: CC0-1.0 is the licence of something in the release"]


def test_croissant_that_is_none(copy):
    folder = copy()
    known = json.loads((folder / "croissant.json").read_text())
    del known["distribution"][0]["sha256"]
    (folder / "croissant.json").write_text(json.dumps(known))
    resum(folder)
    said = faults(folder)
    assert any(fault.startswith("papers croissant.json is not valid Croissant") for fault in said), said[:5]


def test_half_a_release(copy):
    folder = copy()
    (folder / "release.json").write_text("{")
    with pytest.raises(WinceError, match="is damaged or missing"):
        verify.verify(folder)
    (folder / "release.json").unlink()
    with pytest.raises(WinceError, match="is damaged or missing"):
        verify.verify(folder)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["map.csv", "README.md", "LICENSES/CC0-1.0.txt", "action_units.csv", "data", "shards"])
def test_a_missing_file_is_one_fault(copy, kind, name):
    folder = copy(*kind)
    path = folder / name
    if path.is_dir():
        path = sorted(entry for entry in path.rglob("*") if entry.is_file())[0]
    if not path.exists():
        return
    path.unlink()
    assert faults(folder) == [f"files {path.relative_to(folder).as_posix()} is missing: copy the release again"]


@pytest.mark.parametrize("module", ["mlcroissant", "pyarrow"])
def test_a_package_that_is_not_installed_is_named(copy, monkeypatch, module):
    folder = copy("wince", "parquet")
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(WinceError, match=rf"verifying a release needs {module}.*pip install '\.\[release\]'"):
        verify.verify(folder)


def test_a_release_is_not_reopened(made):
    with pytest.raises(WinceError, match="cannot be reopened: pack it again"):
        reopen.reopen(made(), [])
