"""Releases read back by the libraries that people use: datasets, webdataset, mlcroissant, PyTorch. Exact values come back."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from wince.core.errors import WinceError
from wince_headless.release import pack, reading
from wince_headless.release.schemes.wince import AU_ORDER, COLUMNS

FORMATS = ("webdataset", "parquet", "imagefolder")
PEOPLE, SHOWN, VIEWS = 10, 3, 3
FIRST_TEN = {"train": 7, "val": 2, "test": 1}              # the sketch gives person n the fold n


@pytest.fixture(scope="module")
def source(sketch, tmp_path_factory):
    """Ten people, drawn: look, do not touch."""
    return sketch.dataset(tmp_path_factory.mktemp("loading") / "set", people=PEOPLE, expressions=SHOWN)


@pytest.fixture(scope="module")
def releases(source, tmp_path_factory):
    """{format: folder of the release}, several files per split."""
    base = tmp_path_factory.mktemp("releases")
    return {name: pack.pack(source, base / name, name, shard_mb=1, samples=4, processes=1).folder for name in FORMATS}


@pytest.fixture(scope="module")
def truth(source):
    """{key in a release: (record, its files as arrays)} as rendered."""
    found = {}
    for path in sorted(source.glob("id*/*/*/record.json")):
        record = json.loads(path.read_text())
        pictures = {name: np.asarray(Image.open(path.parent / f"{name}.png")) for name in record["files"]}
        found[record["key"].replace("/", "__")] = record, pictures
    return found


def same(labels, record):
    """Compare labels with a record, number by number."""
    assert labels["pspi"] == record["pspi"]
    assert labels["pspi_terms"] == record["pspi_terms"]
    assert labels["camera"]["K"] == record["camera"]["K"] and labels["camera"]["t"] == record["camera"]["t"]
    assert labels["age"] == record["demographics"]["age"] and labels["cell"] == record["cell"]
    for place, number in enumerate(AU_ORDER):
        sides = record["au_code"].get(str(number), {"B": 0})
        assert labels["au"][place] == max(sides.values())
        assert labels["au_left"][place] == sides.get("L", sides.get("B"))
        shares = record["au_realised"].get(str(number), {"B": 0})
        assert labels["au_realised_right"][place] == shares.get("R", shares.get("B"))
    assert json.loads(labels["record"]) == record


@pytest.fixture
def load(monkeypatch, tmp_path):
    """`datasets.load_dataset` without a network and with a cache of its own."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets")
    return lambda folder, **more: datasets.load_dataset(str(folder), cache_dir=str(tmp_path / "cache"), **more)


@pytest.mark.parametrize("format", ["parquet", "imagefolder"])
def test_datasets_loads_tables_with_pictures(load, releases, truth, format):
    loaded = load(releases[format])
    assert {name: len(rows) for name, rows in loaded.items()} == {name: count * SHOWN * VIEWS for name, count in FIRST_TEN.items()}
    seen = set()
    for split, rows in loaded.items():
        for row in rows:
            record, pictures = truth[row["key"]]
            same(row, record)
            assert row["heat"].mode.startswith("I") and (np.asarray(row["heat"]) == pictures["heat"]).all()
            for column, name in (("image", "rgb"), ("seg", "seg"), ("coverage", "coverage")):
                assert (np.asarray(row[column]) == pictures[name]).all()
            neutral = truth[row["neutral_key"]]
            assert neutral[0]["expression"] == "e00" and neutral[0]["view"] == row["view"] and neutral[0]["identity"] == row["identity"]
            assert (np.asarray(row["neutral"]) == neutral[1]["rgb"]).all()
            assert row["split"] == split and set(COLUMNS) <= set(row)
            seen.add(row["key"])
    assert seen == set(truth)


def test_parquet_keeps_the_heat_in_millimetres(load, releases, truth):
    for row in load(releases["parquet"])["val"]:
        heat = np.load(io.BytesIO(row["heat_mm"]), allow_pickle=False)
        assert heat.dtype == np.float32 and (heat == truth[row["key"]][1]["heat"].astype(np.float32) / np.float32(1000)).all()


def test_a_person_is_a_row_group_and_a_neutral_is_kept_once(releases, truth):
    parquet = pytest.importorskip("pyarrow.parquet")
    for path in releases["parquet"].glob("data/*.parquet"):
        table = parquet.ParquetFile(path)
        for group in range(table.num_row_groups):
            rows = table.read_row_group(group, columns=["identity", "neutral_key"]).to_pylist()
            assert len({row["identity"] for row in rows}) == 1 and len(rows) == SHOWN * VIEWS
            sizes = {table.metadata.row_group(group).column(column).path_in_schema: table.metadata.row_group(group).column(column)
                     for column in range(table.metadata.num_columns)}
            once = sum(truth[key][0]["files"]["rgb"]["bytes"] for key in {row["neutral_key"] for row in rows})
            assert sizes["neutral.bytes"].total_uncompressed_size < 1.2 * once + 500
            assert "PLAIN_DICTIONARY" in sizes["neutral.bytes"].encodings or "RLE_DICTIONARY" in sizes["neutral.bytes"].encodings


@pytest.mark.parametrize("streaming", [False, True])
def test_datasets_loads_tars(load, releases, truth, streaming):
    rows = list(load(releases["webdataset"], split="train", streaming=streaming))
    assert len(rows) == FIRST_TEN["train"] * SHOWN * VIEWS
    for row in rows:
        record, pictures = truth[row["__key__"]]
        same(row["json"], record)
        assert (np.asarray(row["heat.png"]) == pictures["heat"]).all()
        assert (np.float32(row["heat.npy"]) == pictures["heat"].astype(np.float32) / np.float32(1000)).all()


def test_webdataset_reads_tars(releases, truth):
    webdataset = pytest.importorskip("webdataset")
    tars = sorted(map(str, releases["webdataset"].glob("shards/train-*.tar")))
    stream = webdataset.WebDataset(tars, shardshuffle=False).decode("rgb8").to_tuple("__key__", "rgb.png", "heat.npy", "json")
    count = 0
    for key, picture, heat, labels in stream:
        record, pictures = truth[key]
        same(labels, record)
        assert (picture == pictures["rgb"]).all()
        assert heat.dtype == np.float32 and (heat == pictures["heat"].astype(np.float32) / np.float32(1000)).all()
        count += 1
    assert count == FIRST_TEN["train"] * SHOWN * VIEWS


# in a process of its own: mlcroissant keeps what it unpacks by name, in a cache that is fixed when it is imported
CROISSANT = """
import hashlib, json, sys
import mlcroissant, numpy
dataset = mlcroissant.Dataset(jsonld=sys.argv[1])
issues = dataset.metadata.ctx.issues
pictures, labels = ("items", "items") if len(dataset.metadata.record_sets) == 1 else ("pictures", "labels")
seen = {row[f"{pictures}/key"].decode(): numpy.asarray(row[f"{pictures}/image"]).tobytes().hex() for row in dataset.records(pictures)}
scores = {row[f"{labels}/key"].decode(): int(row[f"{labels}/pspi"]) for row in dataset.records(labels)}
print(json.dumps([sorted(issues.errors), sorted(issues.warnings), seen, scores]))
"""


@pytest.mark.parametrize("format", FORMATS)
def test_croissant_is_valid_and_iterates(releases, truth, format, tmp_path):
    pytest.importorskip("mlcroissant")
    path = releases[format] / "croissant.json"
    said = json.loads(path.read_text())
    assert said["rai:dataCollection"] and said["rai:dataBiases"] and said["rai:personalSensitiveInformation"]
    done = subprocess.run([sys.executable, "-c", CROISSANT, str(path)], env=os.environ | {"CROISSANT_CACHE": str(tmp_path)}, check=True,
                          capture_output=True, text=True)
    errors, warnings, seen, scores = json.loads(done.stdout)
    assert not errors and len(warnings) == 1 and "datePublished" in warnings[0]            # a release has no date
    assert seen == {key: pictures["rgb"].tobytes().hex() for key, (_, pictures) in truth.items()}
    assert scores == {key: record["pspi"] for key, (record, _) in truth.items()}


def test_croissant_names_the_hashes_of_the_files(releases):
    from wince_headless.release import checksums

    known = checksums.read(releases["webdataset"])
    said = json.loads((releases["webdataset"] / "croissant.json").read_text())
    files = {entry["contentUrl"]: entry["sha256"] for entry in said["distribution"] if "sha256" in entry}
    assert files == {path: digest for path, digest in known.items() if path.endswith(".tar")}


def everything(folder, pairs, workers=0):
    """Return {key: item} of all splits, through a DataLoader of batches of four."""
    torch = pytest.importorskip("torch")
    from wince_headless.release.torch_data import Faces

    found = {}
    for split in FIRST_TEN:
        faces = Faces(folder, split, pairs=pairs)
        assert isinstance(faces, torch.utils.data.Dataset)
        for batch in torch.utils.data.DataLoader(faces, batch_size=4, shuffle=False, num_workers=workers):
            for place, key in enumerate(batch["key"]):
                found[key] = {name: value[place] for name, value in batch.items()}
    return found


@pytest.mark.parametrize("layout", [*FORMATS, "folder"])
def test_pytorch_reads_every_layout(source, releases, truth, layout):
    found = everything(source if layout == "folder" else releases[layout], pairs=False)
    assert found.keys() == truth.keys()
    for key, item in found.items():
        record, pictures = truth[key]
        assert (item["image"].numpy() == pictures["rgb"].transpose(2, 0, 1).astype(np.float32) / 255).all()
        assert item["heat"].shape == (1, 48, 48)
        assert (item["heat"].numpy()[0] == pictures["heat"].astype(np.float32) / np.float32(1000)).all()
        assert item["pspi"] == record["pspi"] and bool(item["pain"]) == record["pain"]
        assert {number: value for number, value in zip(AU_ORDER, item["aus"].tolist(), strict=True) if value} == {
            int(number): max(sides.values()) for number, sides in record["au_code"].items() if max(sides.values())}


@pytest.mark.parametrize("layout", [*FORMATS, "folder"])
def test_pairs_are_of_one_person_and_view_also_through_workers(source, releases, truth, layout):
    found = everything(source if layout == "folder" else releases[layout], pairs=True, workers=2)
    assert found.keys() == {key for key in truth if "__e00__" not in key}
    for key, item in found.items():
        person, _, view = key.split("__")
        neutral = truth[f"{person}__e00__{view}"][1]["rgb"]
        assert (item["neutral"].numpy() == neutral.transpose(2, 0, 1).astype(np.float32) / 255).all()


def test_a_transform_gets_pictures_and_millimetres(releases):
    pytest.importorskip("torch")
    from wince_headless.release.torch_data import Faces

    item = Faces(releases["parquet"], "val", transform=lambda item: item)[3]
    assert isinstance(item["image"], Image.Image) and item["heat"].dtype == np.float32 and item["heat"].shape == (48, 48)


def test_what_cannot_be_read(releases, tmp_path):
    pytest.importorskip("torch")
    from wince_headless.release.torch_data import Faces

    with pytest.raises(WinceError, match="no split 'dev'"):
        Faces(releases["parquet"], "dev")
    with pytest.raises(WinceError, match="no dataset"):
        Faces(tmp_path)
    with pytest.raises(IndexError):
        Faces(releases["webdataset"], "test")[SHOWN * VIEWS]


def test_reading_streams_all_layouts_alike(source, releases):
    rows = [{item.row["key"]: (item.row["pspi"], item.file("image"), item.file("heat_mm"), item.file("none"))
             for item in reading.opened(folder).stream()} for folder in (*releases.values(), source)]
    assert rows[0] == rows[1] == rows[2] == rows[3] and len(rows[0]) == PEOPLE * SHOWN * VIEWS


def test_half_a_release_is_not_read(releases, tmp_path):
    import shutil

    folder = Path(shutil.copytree(releases["parquet"], tmp_path / "half"))
    (folder / "checksums.sha256").unlink()
    with pytest.raises(WinceError, match="half a release"):
        reading.opened(folder)


def test_the_command_line_loads_none_of_it():
    code = ("import sys, wince_headless.cli, wince_headless.release\n"
            "assert not {'torch', 'pyarrow', 'mlcroissant', 'datasets', 'webdataset'} & set(sys.modules)")
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": ":".join(p for p in sys.path if p)})


def test_without_pytorch_the_cure_is_named(releases, monkeypatch):
    from wince_headless.release import torch_data

    monkeypatch.setattr(torch_data, "Dataset", object)
    with pytest.raises(WinceError, match="pip install torch"):
        torch_data.Faces(releases["parquet"], "val")
