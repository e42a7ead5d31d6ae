"""Releases named as 3DPain and as SynPAIN: what readers made for those sets find in them is what our records say.

The two readers here are written from what is known of the tools of those sets, not with their code: which folders they list, how they find
an annotation's pictures and a person's neutrals, how they cut a pair.
"""

import csv
import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from wince.core.errors import WinceError
from wince.job import spec
from wince_headless import verify
from wince_headless.release import archives, checksums, pack, reading, schemes
from wince_headless.release.schemes import jpeg, pain3d, pain3d_names, panels, synpain, synpain_names

VIEWS = ("three_quarter_right", "frontal", "three_quarter_left")
PEOPLE = 10                                             # one of each fold


@pytest.fixture(scope="module")
def pained(sketch, tmp_path_factory):
    """Ten people, a neutral and two pain expressions each, three views."""
    return sketch.dataset(tmp_path_factory.mktemp("schemes") / "pained", PEOPLE, 3, VIEWS, 40)


@pytest.fixture(scope="module")
def mixed(sketch, tmp_path_factory):
    """Three people with a joy besides; one is 46 years old."""
    return sketch.dataset(tmp_path_factory.mktemp("schemes") / "mixed", 3, 4, ("frontal",), 40)


@pytest.fixture(scope="module")
def loose3d(pained, tmp_path_factory):
    """The ten people in 3DPain's folders."""
    return pack.pack(pained, tmp_path_factory.mktemp("release") / "loose", "imagefolder", "3dpain", processes=1).folder


@pytest.fixture(scope="module")
def pairs(mixed, tmp_path_factory):
    """Those of the three whom SynPAIN has words for."""
    return pack.pack(mixed, tmp_path_factory.mktemp("release") / "pairs", "imagefolder", "synpain", drop=True, processes=1)


def records_of(folder):
    return {record["key"]: record for record in (json.loads(path.read_text()) for path in sorted(folder.glob("id*/*/*/record.json")))}


def rgb(folder, key):
    return np.array(Image.open(folder / key / "rgb.png").convert("RGB"))


def table(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def as_jpeg(folder, key):
    """A sample's picture as a JPEG of its own shows it."""
    return jpeg.decode(jpeg.encode(rgb(folder, key)))


# 3DPain

def read_3dpain(root):
    """Read a folder as 3DPain's loader is known to: [(picture, numbers, base name, split)], {person: pictures of the neutral face}.

    Pictures lie flat in meshes_inpainted/ and belong to the annotation whose base name they begin with; all with a neutral's name have all
    numbers 0; the split CSV names base names of annotations.
    """
    found = {}
    for path in sorted((root / "meshes_inpainted").glob("*.jpg")):
        found.setdefault(path.stem.split("_textured_view_")[0], []).append(path)
    splits = {row["annotation_base_name"]: int(row["split"]) for row in table(root / "splits" / "fold10_70_20_10_split.csv")}
    rows = []
    for path in sorted((root / "annotations").glob("*.json")):
        base = path.name.replace("_annotations.json", "")
        rows += [(picture, json.loads(path.read_text()), base, splits[base]) for picture in found.get(base, [])]
    neutrals = {}
    for base, pictures in found.items():
        if "_neutral" in base:
            neutrals.setdefault(base.split("_neutral")[0], []).extend(pictures)
    return rows, neutrals


def test_a_reader_of_3dpain_finds_what_the_records_say(pained, loose3d):
    records, keys = records_of(pained), {row["key"]: row["sample"] for row in table(loose3d / "map.csv")}
    rows, neutrals = read_3dpain(loose3d)
    assert len(rows) == PEOPLE * 2 * 3 and {len(pictures) for pictures in neutrals.values()} == {3} and len(neutrals) == PEOPLE
    for picture, numbers, base, split in rows:
        record = records[keys[picture.stem]]
        greater = {f"AU{n}": max(record["au_code"][str(n)].values()) for n in (4, 6, 7, 9, 10)}
        assert numbers == greater | {"AU43": record["pspi_terms"]["eyes"], "PSPI": record["pspi"]}
        assert split == (0 if record["fold10"] < 7 else 2 if record["fold10"] == 9 else 1)
        assert np.array_equal(jpeg.decode(picture.read_bytes()), as_jpeg(pained, record["key"]))
        subject = base.split("_pain_")[0]
        assert {records[keys[neutral.stem]]["identity"] for neutral in neutrals[subject]} == {record["identity"]}
    assert Counter(split for *_, split in rows) == {0: 42, 1: 12, 2: 6}


def test_an_annotation_has_seven_whole_numbers_in_their_order(loose3d):
    for path in (loose3d / "annotations").iterdir():
        numbers = json.loads(path.read_text())
        assert list(numbers) == list(pain3d_names.KEYS)
        assert all(type(value) is int for value in numbers.values())
        assert pain3d_names.read(path.name)[0] == "annotation"


def test_every_file_of_3dpain_has_a_name_that_reads_back(loose3d):
    assert {pain3d_names.read(path.name)[0] for path in (loose3d / "meshes_inpainted").iterdir()} == {"picture"}
    heats = [pain3d_names.read(path.name) for path in (loose3d / "heatmaps").iterdir()]
    assert len(heats) == PEOPLE * 2 and all(kind == "heatmap" and name.pain for kind, name in heats)


def test_view_zero_is_the_frontal_one(loose3d):
    views = {pain3d_names.read(row["name"] + ".jpg")[1].view: row["key"].rsplit("/", 1)[1] for row in table(loose3d / "action_units.csv")}
    assert views == {0: "frontal", 1: "three_quarter_right", 2: "three_quarter_left"}


def test_a_heatmap_is_the_frontal_heat_in_colours(pained, loose3d):
    labels = {row["key"]: row for row in table(loose3d / "action_units.csv")}
    key = "id00000/e01/frontal"
    heat = np.array(Image.open(pained / key / "heat.png")).astype(float) / 1000
    colours = np.array(Image.open(loose3d / "heatmaps" / "flame_sample_0000_pain_1_heatmap.png"))
    covered = np.array(Image.open(pained / key / "coverage.png")) == 255
    peak = float(labels[key]["heat_max_mm"])
    assert peak == pytest.approx(heat.max(), abs=1e-3)
    assert np.allclose((pain3d.hot.share(colours) * peak)[covered], heat[covered], atol=0.006 * peak)
    assert not colours[np.array(Image.open(pained / key / "coverage.png")) == 0].any()


def test_labels_keep_both_sides(pained, loose3d):
    labels = {row["key"]: row for row in table(loose3d / "action_units.csv")}
    record = records_of(pained)["id00003/e02/frontal"]
    for number, sides in ((n, record["au_code"][n]) for n in pain3d.SIX):
        assert {side: int(labels[record["key"]][f"AU{number}{side}"]) for side in "LR"} == sides


def test_3dpain_tells_what_it_cannot_say(pained, tmp_path):
    packed = pack.pack(pained, tmp_path / "out", "webdataset", "3dpain", processes=1)
    assert packed.facts["said_less"] == {"AU25 shown, left out": 30, "sides that differ, the greater one written": 30}
    assert "AU25 shown, left out" in (tmp_path / "out" / "README.md").read_text()


@pytest.mark.parametrize("format", schemes.FORMATS)
@pytest.mark.parametrize("scheme", ["3dpain", "synpain"])
def test_packing_twice_gives_the_same_bytes(mixed, tmp_path, scheme, format):
    sums = [pack.pack(mixed, tmp_path / f"{count}", format, scheme, drop=True, processes=count).folder / checksums.NAME for count in (1, 2)]
    assert sums[0].read_bytes() == sums[1].read_bytes()


def test_3dpain_refuses_what_is_not_pain_with_a_count(mixed, tmp_path):
    with pytest.raises(WinceError, match=r"3 samples: not pain: 3DPain has pain expressions only.*--drop"):
        pack.pack(mixed, tmp_path / "out", "imagefolder", "3dpain", processes=1)
    assert not (tmp_path / "out").exists()
    packed = pack.pack(mixed, tmp_path / "out", "imagefolder", "3dpain", drop=True, processes=1)
    assert packed.facts["left_out"] == {pain3d.NOT_PAIN: 3}
    assert {row["kind"] for row in table(tmp_path / "out" / "action_units.csv")} == {"neutral", "pain"}


# SynPAIN

def read_synpain(root):
    """Read a folder as pairwise detectors take their pairs: [(reference face, target face, name)], faces grey, cut at the gap."""
    rows = []
    for path in sorted((root / "Images").iterdir()):
        cut = panels.split(np.array(Image.open(path).convert("RGB")))
        rows.append((*(np.array(Image.fromarray(face).convert("L")) for face in cut), path.name))
    return rows


def test_a_reader_of_synpain_finds_what_the_records_say(mixed, pairs):
    records = records_of(mixed)
    keys = {(row["key"], row["part"]): row["sample"] for row in table(pairs.folder / "map.csv")}
    rows = read_synpain(pairs.folder)
    assert len(rows) == 2 * 3                                           # the one of 46 years has no word
    for reference, target, file in rows:
        name = synpain_names.read(file)
        neutral, shown = (records[keys[file.removesuffix(".jpg"), part]] for part in ("neutral", "expressive"))
        who = shown["demographics"]
        assert neutral["expression_kind"] == "neutral" and neutral["identity"] == shown["identity"] and neutral["view"] == shown["view"]
        assert name[:4] == (shown["pain"], who["gender"] < 0.5, who["age"] >= 75, who["group"])
        for face, record in ((reference, neutral), (target, shown)):
            assert face.shape == (40, 40)
            assert np.array_equal(face, np.array(Image.fromarray(as_jpeg(mixed, record["key"])).convert("L")))


def test_ids_are_given_in_order_and_once(pairs):
    names = sorted((synpain_names.read(path.name) for path in (pairs.folder / "Images").iterdir()), key=lambda name: name.own)
    assert [name.own for name in names] == list(range(6))
    assert [name.pain for name in names] == [True, True, False] * 2


def test_folds_hold_whole_people(pairs):
    folds = {row["ID"]: int(row["fold"]) for row in table(pairs.folder / "SynPain_folds.txt")}
    labels = table(pairs.folder / "action_units.csv")
    assert {row["id"] for row in labels} == {*folds}
    assert all(folds[row["id"]] == int(row["fold10"]) // 2 for row in labels)
    assert all(len({folds[row["id"]] for row in labels if row["identity"] == who}) == 1 for who in {row["identity"] for row in labels})


def test_synpain_refuses_with_counts(mixed, tmp_path):
    with pytest.raises(WinceError, match=r"1 sample: a neutral without.*3 samples: an age that SynPAIN has no word for|"
                                         r"3 samples: an age that SynPAIN has no word for.*1 sample: a neutral without"):
        pack.pack(mixed, tmp_path / "out", "imagefolder", "synpain", processes=1)


def test_synpain_tells_what_it_left_out(pairs):
    assert pairs.facts["left_out"] == {synpain.AGE: 3, synpain.ALONE: 1}
    assert pairs.facts["said_less"] == {"action units and PSPI, which stand in action_units.csv only": 6,
                                        "no pain meant, but a PSPI above 0: named NoPain": 2}


# What is refused, one reason at a time

def person(folder, name="id00000", change=lambda record: record, keep=lambda record: True):
    """A person of a drawn dataset whose records were changed."""
    records = [change(record) for key, record in records_of(folder).items() if key.startswith(f"{name}/")]
    return schemes.Person(folder, name, "train", 0, tuple(filter(keep, records)))


def opened(name, folder):
    return schemes.opened(name, spec.read(folder / "job.json"), "imagefolder")


def who(record, **changes):
    return record | {"demographics": record["demographics"] | changes}


def as_unaligned(record):
    """The neutral as an unaligned one, n01."""
    if record["expression"] != "e00":
        return record
    return record | {"expression": "n01", "key": record["key"].replace("/e00/", "/n01/")}


def halfway(record):
    if record["expression"] == "e00":
        return record
    return record | {"au_realised": record["au_realised"] | {"4": {"L": 0.4, "R": 0.4}}}


def test_takes_between_two_codes_are_refused_by_3dpain(pained):
    refused = opened("3dpain", pained).refused(person(pained, change=halfway))
    assert Counter(refused.values()) == {pain3d.FRACTION: 6}
    assert all("/e00/" not in key for key in refused)


def test_people_without_a_neutral_are_refused(pained):
    alone = person(pained, keep=lambda record: record["expression"] != "e00")
    assert Counter(opened("3dpain", pained).refused(alone).values()) == {pain3d.ALONE: 6}
    assert Counter(opened("synpain", pained).refused(alone).values()) == {synpain.UNPAIRED: 6}


def test_unaligned_neutrals_pair_with_nothing(pained):
    unaligned = person(pained, change=lambda record: as_unaligned(record) | {"neutral_keys": [f"id00000/n01/{record['view']}"]})
    assert Counter(opened("synpain", pained).refused(unaligned).values()) == {synpain.UNPAIRED: 6, synpain.UNALIGNED: 3}
    both = person(pained)
    both = replace(both, records=both.records + tuple(as_unaligned(record) for record in both.records if record["expression"] == "e00"))
    assert Counter(opened("3dpain", pained).refused(both).values()) == {pain3d.UNALIGNED: 3}
    assert Counter(opened("synpain", pained).refused(both).values()) == {synpain.UNALIGNED: 3}


def test_a_neutral_missing_in_one_view_costs_3dpain_nothing_and_synpain_that_view(pained):
    gap = person(pained, keep=lambda record: record["key"] != "id00000/e00/frontal")
    assert not opened("3dpain", pained).refused(gap)
    assert {*opened("synpain", pained).refused(gap)} == {"id00000/e01/frontal", "id00000/e02/frontal"}
    items = [said for said in opened("3dpain", pained).say(gap) if isinstance(said, schemes.Item)]
    others = {item.row["neutral_key"] for item in items if item.row["view"] == 0}
    assert others == {"flame_sample_0000_neutral_textured_view_001_inpainted"}


@pytest.mark.parametrize(("change", "reason"), [
    ({"group": "Latino"}, "the group Latino: SynPAIN has no digit for it"), ({"age": 50.0}, synpain.AGE), ({"age": 19.0}, synpain.AGE),
    ({"gender": 0.5}, synpain.GENDER)])
def test_whom_synpain_has_no_words_for(pained, change, reason):
    refused = opened("synpain", pained).refused(person(pained, change=lambda record: who(record, **change)))
    assert Counter(refused.values()) == {reason: 6, synpain.ALONE: 3}


def test_more_people_than_four_digits_and_more_pairs_than_five(pained):
    late = [replace(person(pained), name=name) for name in ("id09999", "id10000")]
    assert [Counter(opened("3dpain", pained).refused(one).values()) for one in late] == [{}, {pain3d.TOO_MANY: 9}]
    late = [replace(person(pained), name=name) for name in ("id16665", "id16666")]            # six pairs each
    assert [set(opened("synpain", pained).refused(one).values()) for one in late] == [set(), {synpain.TOO_MANY, synpain.ALONE}]


def test_more_views_than_three_digits(pained):
    scheme = opened("3dpain", pained)
    scheme.views["frontal"] = 1000
    assert Counter(scheme.refused(person(pained)).values()) == {pain3d.VIEWS: 3}


# Archives

def test_archives_hold_the_folders(loose3d, tmp_path):
    import tarfile
    packed = archives.archive(loose3d, tmp_path / "out", part_mb=0.03)
    for folder, (target, name, _) in archives.FOLDERS.items():
        found = {}
        for path in sorted((tmp_path / "out" / target).glob(f"{name}_*.tar.gz")):
            with tarfile.open(path) as tar:
                found |= {member.name: tar.extractfile(member).read() for member in tar}
        assert found == {path.name: path.read_bytes() for path in (loose3d / folder).glob("*")}
    assert len(list((tmp_path / "out" / "images").glob("*.tar.gz"))) > 1
    assert not checksums.check(tmp_path / "out") and packed.facts["layout"] == "archives"
    assert f"in {len(packed.facts['parts'])} parts of .tar.gz" in packed.text()
    assert (tmp_path / "out" / "splits" / "fold10_70_20_10_split.csv").is_file()
    archives.archive(loose3d, tmp_path / "again", part_mb=0.03)
    assert (tmp_path / "again" / checksums.NAME).read_bytes() == (tmp_path / "out" / checksums.NAME).read_bytes()


def test_archives_are_verified_and_say_how_they_are_read(loose3d, tmp_path):
    archives.archive(loose3d, tmp_path / "out")
    card = (tmp_path / "out" / "README.md").read_text()
    assert "configs" not in card.split("---")[1] and "The layout is archives" in card
    assert "Unpack the parts first" in card and "load_dataset" not in card and "## Columns" not in card and "Faces" not in card
    first = (tmp_path / "out" / "00_README.txt").read_text()
    assert "as archives." in first and "images/" in first and "meshes_inpainted/ in parts" in first and "croissant" not in first
    assert list(verify.verify(tmp_path / "out", 1).faults) == []
    with pytest.raises(WinceError, match="packed as archives: unpack"):
        reading.opened(tmp_path / "out").items("train")


@pytest.mark.parametrize("scheme", ["3dpain", "synpain"])
@pytest.mark.parametrize("format", schemes.FORMATS)
def test_a_release_that_was_just_made_has_no_fault(pained, tmp_path, scheme, format):
    release = pack.pack(pained, tmp_path / "out", format, scheme, drop=True, processes=1).folder
    assert list(verify.verify(release, 1).faults) == []
    data = [path for path in sorted(release.rglob("*")) if path.suffix in (".jpg", ".tar", ".parquet") and path.parent.name != "samples"]
    spoiled = data[0]
    spoiled.write_bytes(spoiled.read_bytes()[:-1] + b"?")
    assert verify.verify(release, 1).faults


def test_parts_are_whole_people():
    sizes = [(f"flame_sample_{person:04d}_pain_{k}", 4) for person in range(5) for k in range(3)]
    assert [len(part) for part in archives.cut(sizes, 24)] == [6, 6, 3]
    assert [len(part) for part in archives.cut(sizes, 1)] == [3] * 5
    assert [name for part in archives.cut(sizes, 30) for name in part] == [name for name, _ in sizes]


def test_archives_are_of_3dpain_only_and_of_unchanged_files(pairs, loose3d, tmp_path):
    with pytest.raises(WinceError, match="--scheme 3dpain --format imagefolder"):
        archives.archive(pairs.folder, tmp_path / "out")
    with pytest.raises(WinceError, match="is there already"):
        archives.archive(loose3d, tmp_path)


# The datasets library

@pytest.mark.parametrize("format", schemes.FORMATS)
@pytest.mark.parametrize(("scheme", "picture"), [("3dpain", (40, 40)), ("synpain", (88, 40))])
def test_the_datasets_library_loads_every_format(pained, tmp_path, monkeypatch, scheme, picture, format):
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_OFFLINE", True)
    release = pack.pack(pained, tmp_path / "out", format, scheme, drop=True, processes=1).folder
    loaded = datasets.load_dataset(str(release), cache_dir=str(tmp_path / "cache"))
    said = table(release / "action_units.csv")
    assert {split: len(rows) for split, rows in loaded.items()} == Counter(row["split"] for row in said)
    for split, rows in loaded.items():
        row = rows[0]
        labels = row.get("json", row)
        assert row["jpg" if format == "webdataset" else "image"].size == picture
        assert next(one for one in said if one["name"] == labels["key"])["split"] == labels["split"] == split
        if scheme == "3dpain" and format != "webdataset":
            assert row["neutral"].size == picture
