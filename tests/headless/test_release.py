"""Packing: what a release holds, that its bytes depend on the dataset alone, what is refused, and what a kill leaves behind."""

import csv
import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from wince.core.errors import WinceError
from wince_headless.release import checksums, licences, pack, reading
from wince_headless.release.schemes import wince
from wince_headless.work import places

sys.path.insert(0, str(Path(__file__).parent))
import sketch_plan

FORMATS = ("webdataset", "parquet", "imagefolder")
ROOT = Path(__file__).resolve().parents[2]
PEOPLE = 12
PACKED_FIRST = ("coverage.png", "heat.npy", "heat.png", "json", "rgb.png", "seg.png")


@pytest.fixture(scope="module")
def planned(sketch, tmp_path_factory):
    """A planned dataset of twelve people with a twin each, three expressions, two views: look, do not touch."""
    folder = tmp_path_factory.mktemp("planned") / "set"
    sketch_plan.dataset(sketch, folder, count=PEOPLE, twins=({"age": 80.0},), shard_people=4)
    return folder


@pytest.fixture(scope="module")
def releases(planned, tmp_path_factory):
    """The planned dataset as a release of each format, in small files, and what `pack` returned."""
    base = tmp_path_factory.mktemp("releases")
    return {name: pack.pack(planned, base / name, name, shard_mb=0.2, samples=6, processes=1, licence="CC-BY-4.0") for name in FORMATS}


@pytest.fixture
def spoiled(planned, tmp_path):
    """A copy of the planned dataset to damage."""
    return Path(shutil.copytree(planned, tmp_path / "set"))


def records(folder):
    return {path.parent.relative_to(folder).as_posix(): json.loads(path.read_text()) for path in sorted(folder.glob("id*/*/*/record.json"))}


def contents(folder):
    """Return {member's name: bytes} of every tar of a release, by file."""
    found = {}
    for path in sorted(folder.glob("shards/*.tar")):
        with tarfile.open(path) as tar:
            found[path.name] = {member.name: tar.extractfile(member).read() for member in tar}
    return found


def test_a_sample_in_a_tar_is_the_sample_that_was_rendered(planned, releases):
    said = {name: data for tar in contents(releases["webdataset"].folder).values() for name, data in tar.items()}
    for key, record in records(planned).items():
        base = key.replace("/", "__")
        for name in ("rgb", "heat", "seg", "coverage"):
            assert said[f"{base}.{name}.png"] == (planned / key / f"{name}.png").read_bytes()
        heat = np.asarray(Image.open(planned / key / "heat.png"))
        millimetres = np.load(io.BytesIO(said[f"{base}.heat.npy"]), allow_pickle=False)
        assert millimetres.dtype == np.float32 and (np.rint(millimetres.astype(np.float64) * 1000) == heat).all()
        row = json.loads(said[f"{base}.json"])
        assert json.loads(row["record"]) == record
        assert row["pspi"] == record["pspi"] == sum(row["pspi_terms"].values())
        assert row["aus"]["AU4"] == max(record["au_code"]["4"].values()) == row["au"][wince.AU_ORDER.index(4)]
    assert len(said) == 6 * len(records(planned))


def test_members_stand_in_order_and_say_nothing_of_the_machine(releases):
    for path in sorted(releases["webdataset"].folder.glob("shards/*.tar")):
        with tarfile.open(path) as tar:
            members = tar.getmembers()
        names = [tuple(member.name.split(".", 1)) for member in members]
        assert names == sorted(names) and [name for _, name in names[:6]] == list(PACKED_FIRST)
        told = {(member.mtime, member.uid, member.gid, member.uname, member.gname, member.mode) for member in members}
        assert told == {(0, 0, 0, "", "", 0o644)}


def test_whole_families_lie_in_one_file_and_folds_decide_the_split(planned, releases):
    by_key = records(planned)
    tars = contents(releases["webdataset"].folder)
    home = {name.split("__")[0]: tar for tar, members in tars.items() for name in members}
    assert len(tars) > 3 and len(home) == 2 * PEOPLE
    for record in by_key.values():
        fold = record["fold10"]
        split = "train" if fold <= 6 else "val" if fold <= 8 else "test"
        assert home[record["identity"]].startswith(split)
        assert home[record["identity"]] == home[record["twin_of"] or record["identity"]]
    assert sum(bool(record["twin_of"]) for record in by_key.values()) == len(by_key) / 2


@pytest.mark.parametrize("format", FORMATS)
def test_a_release_is_the_same_bytes_again(planned, releases, tmp_path, format):
    other = tmp_path / "elsewhere"
    for path in sorted(planned.rglob("*"), reverse=True):              # made in another order: a folder lists in another one
        if path.is_file():
            target = other / path.relative_to(planned)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    again = pack.pack(other, tmp_path / "again", format, shard_mb=0.2, samples=6, processes=2, licence="CC-BY-4.0")
    assert (again.folder / checksums.NAME).read_bytes() == (releases[format].folder / checksums.NAME).read_bytes()
    assert again.facts == releases[format].facts


@pytest.mark.parametrize("format", FORMATS)
def test_the_layout_is_whole_and_its_checksums_hold(releases, format):
    folder = releases[format].folder
    names = {path.name for path in folder.iterdir()}
    assert {"00_README.txt", "README.md", "LICENSES", "CITATION.cff", "croissant.json", "plan.json", "checksums.sha256", "samples",
            "map.csv", "release.json"} <= names
    command = ["sha256sum", "-c", "--quiet", "--strict", checksums.NAME]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert checksums.check(folder) == []
    assert len(list((folder / "samples").glob("*.rgb.png"))) == 6
    assert len((folder / "samples" / "metadata.jsonl").read_text().splitlines()) == 6
    assert not list(folder.parent.glob(".*.part"))


def test_tar_reads_the_tars(releases):
    path = next(releases["webdataset"].folder.glob("shards/*.tar"))
    done = subprocess.run(["tar", "tf", str(path)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == list(contents(path.parents[1])[path.name]) and not done.stderr


def test_the_map_names_every_sample_once(planned, releases):
    for release in releases.values():
        with open(release.folder / "map.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        assert sorted(row["sample"] for row in rows) == sorted(records(planned))
        assert all(row["key"] == row["sample"].replace("/", "__") for row in rows)


def test_checks_find_what_was_changed(releases, tmp_path):
    folder = Path(shutil.copytree(releases["webdataset"].folder, tmp_path / "copy"))
    path = next(folder.glob("shards/*.tar"))
    data = bytearray(path.read_bytes())
    data[1000] ^= 1
    path.write_bytes(data)
    (folder / "README.md").unlink()
    (folder / "more.txt").write_text("more")
    assert checksums.check(folder) == ["README.md is missing", f"shards/{path.name} was changed since it was packed",
                                       "more.txt is no part of the release"]


@pytest.mark.parametrize("line", ["zz", f"{'0' * 64}  /etc/passwd", f"{'0' * 64}  data/../../x", f"{'0' * 64} x"])
def test_checksums_stay_in_their_folder(tmp_path, line):
    (tmp_path / checksums.NAME).write_text(line + "\n")
    with pytest.raises(WinceError, match="line 1"):
        checksums.read(tmp_path)


@pytest.mark.parametrize("format", FORMATS)
def test_what_a_release_says_of_itself(planned, releases, format):
    folder = releases[format].folder
    card = (folder / "README.md").read_text()
    _, head, text = card.split("---\n", 2)
    head = yaml.safe_load(head)
    assert head["license"] == "cc-by-4.0"
    assert [entry["split"] for entry in head["configs"][0]["data_files"]] == list(releases[format].facts["splits"])
    for words in ("generation parameters, not observer ratings", "Demographics are generation targets", "Not a clinical device",
                  "domain gap", "built-in", "CC0-1.0", "counterfactual twins", releases[format].facts["plan"]):
        assert words in text
    assert "$" not in text
    assert yaml.safe_load((folder / "CITATION.cff").read_text())["cff-version"] == "1.2.0"
    cells = re.findall(r"^\| \S+ \| (?:woman|man) \| .* \| (\d+) \|$", text, re.MULTILINE)
    assert sum(map(int, cells)) == 2 * PEOPLE


@pytest.mark.parametrize("format", FORMATS)
def test_a_release_names_no_place_host_or_day(planned, releases, format):
    folder = releases[format].folder
    today = time.strftime("%Y-%m-%d").encode()
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            for word in (str(planned).encode(), str(folder.parent).encode(), b"/tmp/", b"/home/", today):
                assert word not in data, (path.name, word)
            assert len(host := socket.gethostname().encode()) < 8 or host not in data


def test_gaps_are_refused_with_a_count(spoiled, tmp_path):
    for key in ("id00003/e01/frontal", "id00003/e02/frontal", "id00004/e00/frontal"):
        (spoiled / key / "record.json").unlink()
    trouble = places.trouble(spoiled, "id00003/e01/frontal")
    trouble.parent.mkdir(parents=True, exist_ok=True)
    trouble.write_text("{}")
    places.done(spoiled, 1).unlink()
    with pytest.raises(WinceError, match=r"2 samples missing, 1 sample in quarantine, 1 shard not marked done.*--drop"):
        pack.pack(spoiled, tmp_path / "out", processes=1)
    assert not (tmp_path / "out").exists()
    packed = pack.pack(spoiled, tmp_path / "out", processes=1, drop=True)
    assert packed.facts["left_out"] == {"missing": 2, "in quarantine": 1}
    assert packed.facts["items"] == len(records(spoiled)) == 24 * 3 * 2 - 3
    rows = {item.row["sample"]: item.row for item in reading.opened(tmp_path / "out").stream()}
    assert rows["id00004/e01/frontal"]["neutral_key"] == ""
    assert rows["id00004/e01/three_quarter_left"]["neutral_key"] == "id00004__e00__three_quarter_left"
    assert "Left out of it: 2 (missing); 1 (in quarantine)." in (tmp_path / "out/README.md").read_text()
    assert "left out: 2 (missing)" in packed.text()


def test_a_damaged_file_stops_the_pack_and_leaves_nothing(spoiled, tmp_path):
    (spoiled / "id00005/e01/frontal/seg.png").write_bytes(b"not what it was")
    with pytest.raises(WinceError, match=r"id00005/e01/frontal/seg.png is not the file that was rendered.*--reopen"):
        pack.pack(spoiled, tmp_path / "out", processes=1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["set"]


def test_no_release_is_written_over(planned, releases, tmp_path):
    with pytest.raises(WinceError, match="holds a release already"):
        pack.pack(planned, releases["parquet"].folder)
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(WinceError, match="not empty"):
        pack.pack(planned, tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize(("wish", "words"), [
    ({"format": "zip"}, "--format zip"), ({"scheme": "unbc"}, "--scheme unbc"), ({"splits": "train=0-6,dev=7"}, "no split"),
    ({"shard_mb": 0}, "--shard-mb 0"),
])
def test_wishes_that_cannot_be(planned, tmp_path, wish, words):
    with pytest.raises(WinceError, match=words):
        pack.pack(planned, tmp_path / "out", **wish)
    assert not (tmp_path / "out").exists()


def test_folders_of_loose_files_have_a_limit(planned, tmp_path, monkeypatch):
    monkeypatch.setattr(wince.Scheme, "limit", 100)
    with pytest.raises(WinceError, match="720 loose files, hubs take 100"):
        pack.pack(planned, tmp_path / "out", "imagefolder", processes=1)


def test_a_fold_that_is_in_no_split_is_left_out(planned, tmp_path):
    packed = pack.pack(planned, tmp_path / "out", splits="train=0,test=1", processes=1)
    folds = {record["identity"]: record["fold10"] for record in records(planned).values()}
    assert packed.facts["people"] == sum(fold < 2 for fold in folds.values())
    assert packed.facts["left_out"] == {"people whose fold is in no split": sum(fold >= 2 for fold in folds.values())}


def test_float_heat_is_kept_as_it_was_rendered(drawn, tmp_path):
    folder = Path(shutil.copytree(drawn, tmp_path / "set"))
    rendered = {}
    for path in folder.glob("id*/*/*/record.json"):
        record = json.loads(path.read_text())
        buffer = io.BytesIO()
        np.save(buffer, np.linspace(0, 1, 48 * 48, dtype=np.float32).reshape(48, 48) * (1 + len(rendered)))
        (path.parent / "heat.npy").write_bytes(buffer.getvalue())
        rendered[record["key"]] = buffer.getvalue()
        entry = {"path": "heat.npy", "bytes": len(buffer.getvalue()), "sha256": checksums.sha256(path.parent / "heat.npy")}
        record["files"]["heat_float"] = entry
        path.write_text(json.dumps(record))
    job = json.loads((folder / "job.json").read_text())
    (folder / "job.json").write_text(json.dumps(job | {"outputs": ["heat_float"]}))
    for format in FORMATS:
        pack.pack(folder, tmp_path / format, format, processes=1)
        items = {item.row["sample"]: item.file("heat_mm") for item in reading.opened(tmp_path / format).stream()}
        assert items == rendered


SCRIPT = """
import sys
from wince_headless.release import pack
if __name__ == "__main__":
    pack.pack(*sys.argv[1:], shard_mb=0.2, samples=6, processes=1, licence="CC-BY-4.0")
"""


def written(folder):
    """Return how many bytes lie in a folder that another process may just be emptying or moving."""
    try:
        return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    except FileNotFoundError:
        return 0


def test_a_killed_pack_leaves_no_release_and_is_run_again(planned, releases, tmp_path):
    (tmp_path / "go.py").write_text(SCRIPT)
    env = os.environ | {"PYTHONPATH": os.pathsep.join(str(ROOT / name) for name in ("addon", "headless"))}
    command = [sys.executable, str(tmp_path / "go.py"), str(planned), str(tmp_path / "out"), "webdataset"]
    half = tmp_path / ".out.part"
    kills = 0
    for size in (1, 100_000, 1_000_000):
        process = subprocess.Popen(command, env=env)
        while process.poll() is None and written(half) < size:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        kills += process.wait(300) == -signal.SIGKILL
        assert not (tmp_path / "out").exists() or not half.exists()
        shutil.rmtree(tmp_path / "out", ignore_errors=True)                    # it was quicker than the kill
    assert kills
    subprocess.run(command, env=env, check=True, timeout=300)
    assert (tmp_path / "out" / checksums.NAME).read_bytes() == (releases["webdataset"].folder / checksums.NAME).read_bytes()
    assert not half.exists()


@pytest.mark.parametrize(("format", "module"), [("webdataset", "mlcroissant"), ("parquet", "pyarrow")])
def test_a_package_that_is_not_installed_is_named_before_anything_is_written(planned, tmp_path, monkeypatch, format, module):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(WinceError, match=rf"packing a release needs {module}.*pip install '\.\[release\]'"):
        pack.pack(planned, tmp_path / "out", format, progress=lambda *_: pytest.fail("it has begun"))
    assert not list(tmp_path.iterdir())


def test_a_release_inside_its_dataset_is_refused(planned):
    with pytest.raises(WinceError, match="lies inside the dataset"):
        pack.pack(planned, planned / "release")


@pytest.mark.parametrize(("text", "said"), [("cc-by-4.0", "CC-BY-4.0"), ("ODbL-1.0", "ODbL-1.0"), ("LicenseRef-Mine", "LicenseRef-Mine"),
                                            ("other", "other"), (None, "unstated")])
def test_licences_as_spdx_has_them(text, said):
    assert licences.spdx(text) == said


@pytest.mark.parametrize("text", ["foo", "CC-BY", "LicenseRef-", "CC-BY-4.0\n"])
def test_licences_that_are_none(text):
    with pytest.raises(WinceError, match=r"usual are CC-BY-4\.0.*LicenseRef-NAME"):
        licences.spdx(text)


def test_the_first_text_lists_what_is_there(releases):
    for format, words in {"webdataset": "shards/", "parquet": "data/", "imagefolder": "data/"}.items():
        folder = releases[format].folder
        names = [line.split()[0] for line in (folder / "00_README.txt").read_text().splitlines()[3:-2] if line]
        assert names[0] == words and {name.rstrip("/") for name in names} == {path.name for path in folder.iterdir()} - {"00_README.txt"}


def test_the_card_loads_the_tars_that_there_are(releases):
    count = len(list((releases["webdataset"].folder / "shards").glob("train-*")))
    card = (releases["webdataset"].folder / "README.md").read_text()
    assert count > 1 and f"shards/train-{{00000..{count - 1:05d}}}.tar" in card and "Faces(" in card


def test_a_licence_that_was_not_given_is_told(planned, tmp_path):
    packed = pack.pack(planned, tmp_path / "out", scheme="synpain", drop=True, processes=1)
    assert packed.facts["layout"] == "imagefolder" and "--licence CC-BY-4.0" in packed.text()
    assert "Faces(" not in (tmp_path / "out/README.md").read_text()
