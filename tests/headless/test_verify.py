"""A good dataset passes; every way to spoil one is found and named."""

import json

import numpy as np
import pytest
from PIL import Image

from wince.core.errors import WinceError
from wince_headless import cli, verify

KEY = "id00000/e01/frontal"             # a face in pain


def faults(folder):
    """Return the faults of a dataset as "check key sentence" strings."""
    return [" ".join(fault) for fault in verify.verify(folder).faults]


def repaint(folder, key, name, pixels):
    """Replace a picture and its hash, as a bug in the renderer would: only its content is wrong."""
    import hashlib
    path = folder / key / f"{name}.png"
    Image.fromarray(pixels).save(path)
    record = json.loads((folder / key / "record.json").read_text())
    record["files"][name]["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / key / "record.json").write_text(json.dumps(record))


def test_a_good_dataset_has_no_faults(drawn):
    report = verify.verify(drawn)
    assert not report.faults
    assert (report.people, report.samples, report.expected) == (2, 18, 18)
    assert "18 of 18 samples, 2 people" in report.text()


def test_a_missing_sample(spoilable):
    (spoilable / KEY / "record.json").unlink()
    assert faults(spoilable)[0].startswith(f"complete {KEY} is missing: run the same")


def test_a_missing_neutral_is_missed_by_its_expressions(spoilable):
    (spoilable / "id00000/e00/frontal/record.json").unlink()
    assert any(f.startswith(f"links {KEY} names id00000/e00/frontal as its neutral, which is not there") for f in faults(spoilable))


def test_a_foreign_sample(spoilable):
    (spoilable / "id00000/e01/frontal").rename(spoilable / "id00000/e01/behind")
    said = faults(spoilable)
    assert any("complete id00000/e01/behind is no part of this job" in fault for fault in said)
    assert any("its record says it is id00000/e01/frontal" in fault for fault in said)


@pytest.mark.parametrize("name", ["rgb", "seg", "heat", "coverage"])
def test_one_changed_byte(spoilable, name):
    path = spoilable / KEY / f"{name}.png"
    data = bytearray(path.read_bytes())
    data[-20] ^= 1
    path.write_bytes(data)
    assert [fault.split(":")[0] for fault in faults(spoilable)] == [f"files {KEY} {name}.png has changed since it was rendered"]


def test_a_missing_picture(spoilable):
    (spoilable / KEY / "heat.png").unlink()
    assert "heat.png is missing" in faults(spoilable)[0]


def test_a_path_that_leaves_the_dataset(spoilable, sketch):
    record = json.loads((spoilable / KEY / "record.json").read_text())
    sketch.rewrite(spoilable, KEY, files=record["files"] | {"rgb": record["files"]["rgb"] | {"path": "../../../../x.png"}})
    assert "lies outside the dataset" in faults(spoilable)[0]


def test_a_record_that_is_no_json(spoilable):
    (spoilable / KEY / "record.json").write_text("{")
    assert "is damaged" in faults(spoilable)[0]


def test_a_record_that_lacks_a_key(spoilable):
    record = json.loads((spoilable / KEY / "record.json").read_text())
    del record["pspi"]
    (spoilable / KEY / "record.json").write_text(json.dumps(record))
    assert any("no proper 'pspi'" in fault for fault in faults(spoilable))


@pytest.mark.parametrize(("changes", "sentence"), [
    ({"pspi": 7}, "pspi is 7, its action units make 10"),
    ({"pspi_terms": {"brow": 3, "orbit": 4, "levator": 2, "eyes": 0}}, "the PSPI term eyes is 0, its action units make 1"),
    ({"expression_kind": "neutral"}, "is called neutral and has AU4"),
    ({"au_code": {"4": {"L": 9, "R": 9}}}, "AU4"),
    ({"au_code": {"99": {"B": 1}}}, "AU 99"),
    ({"au_realised": {}}, "AU4 has code 3 on side L and moved the mesh by None"),
])
def test_labels_that_disagree(spoilable, sketch, changes, sentence):
    sketch.rewrite(spoilable, KEY, **changes)
    assert any(fault.startswith("labels") and sentence in fault for fault in faults(spoilable))


@pytest.mark.parametrize(("changes", "sentence"), [
    ({"face_covered": {"hair": 0.25, "facial_hair": 0.0, "glasses": 0.0}}, "hair covers 25% of the face and is not in seg"),
    ({"face_covered": {"hair": 1.5}}, "hair covers 1.5 of the face: a share lies in 0..1"),
    ({"skin_ita_deg": 12.0}, "skin_ita_deg is 12.0, skin_lab makes -30.96"),
    ({"skin_monk": 1}, "skin_monk is 1, skin_lab makes"),
])
def test_a_look_that_is_not_in_the_picture(spoilable, sketch, changes, sentence):
    who = json.loads((spoilable / KEY / "record.json").read_text())["demographics"]
    sketch.rewrite(spoilable, KEY, **(changes if "face_covered" in changes else {"demographics": who | changes}))
    assert [fault for fault in faults(spoilable) if not fault.startswith(f"look {KEY} {sentence}")] == []
    assert len(faults(spoilable)) == 1


def test_a_blank_picture(spoilable):
    repaint(spoilable, KEY, "rgb", np.full((48, 48, 3), 90, np.uint8))
    assert faults(spoilable) == [f"pictures {KEY} the picture is blank: look at light and camera of this view"]


def test_a_picture_of_another_size(spoilable):
    repaint(spoilable, KEY, "rgb", np.random.default_rng(0).integers(0, 255, (24, 48, 3), np.uint8))
    assert "rgb is 48 x 24, its record says 48 x 48" in faults(spoilable)[0]


def test_a_class_that_does_not_exist(spoilable):
    repaint(spoilable, KEY, "seg", np.full((48, 48), 77, np.uint8))
    assert "seg holds class 77" in faults(spoilable)[0]


def test_heat_on_a_neutral_face(spoilable):
    heat = np.zeros((48, 48), np.uint16)
    heat[24, 24] = 1500
    repaint(spoilable, "id00000/e00/frontal", "heat", heat)
    assert "a neutral face has heat, up to 1.50 mm" in faults(spoilable)[0]


def test_heat_beside_the_face(spoilable):
    heat = np.asarray(Image.open(spoilable / KEY / "heat.png")).copy()
    heat[0, 0] = 1000
    repaint(spoilable, KEY, "heat", heat)
    assert "1 pixels have heat and no skin" in faults(spoilable)[0]


def test_heat_in_the_wrong_unit(spoilable):
    heat = np.asarray(Image.open(spoilable / KEY / "heat.png")) * np.uint16(3)
    repaint(spoilable, KEY, "heat", heat)
    assert "more than any vertex moves" in faults(spoilable)[0]


def test_a_missing_array(spoilable):
    (spoilable / "id00000/e01/expression.npz").unlink()
    assert sum("expression.npz is missing" in fault for fault in faults(spoilable)) == 3


def test_pain_without_heat(spoilable):
    repaint(spoilable, KEY, "heat", np.zeros((48, 48), np.uint16))
    assert "PSPI is 10 and the heat is empty" in faults(spoilable)[0]


def test_the_report_does_not_drown_its_reader(spoilable, sketch):
    terms = dict.fromkeys(("brow", "orbit", "levator", "eyes"), 9)
    for record in sorted(spoilable.glob("*/*/*/record.json")):
        sketch.rewrite(spoilable, record.parent.relative_to(spoilable).as_posix(), pspi=99, pspi_terms=terms)
    report = verify.verify(spoilable)
    assert len(report.faults) == 18 * 5 + 6             # score and terms of each, and the neutrals have a score without heat
    assert "id00000/e00/frontal and 5 more: pspi is 99, its action units make 0" in report.text()
    assert len(report.text().splitlines()) < 60


def test_no_dataset(tmp_path):
    with pytest.raises(WinceError, match=r"holds neither a dataset.*`wince run`, `wince render` or `wince pack-dataset`"):
        verify.verify(tmp_path)
    with pytest.raises(WinceError, match="is not there"):
        verify.verify(tmp_path / "nothing")


def test_the_command_ends_with_1_for_faults_and_0_without(drawn, spoilable, sketch):
    from typer.testing import CliRunner
    assert CliRunner().invoke(cli.app, ["verify", str(drawn)]).exit_code == 0
    sketch.rewrite(spoilable, KEY, pspi=3)
    result = CliRunner().invoke(cli.app, ["verify", str(spoilable)])
    assert result.exit_code == 1
    assert "pspi is 3, its action units make 10" in result.output


UNSEEN = {              # what a folder without a plan cannot vouch for: measured of the scene, or meant
    "camera", "face_box", "face_height_px", "face_to_camera", "gaze", "head_pose", "landmarks", "light", "look", "world",
    "expression_kind", "pain", "frame", "phase", "sequence", "t", "licences", "seeds", "demographics.skin_luminance", "render.seed",
    "versions.wince", *(f"files.{name}.bytes" for name in ("rgb", "seg", "heat", "coverage")),
}


def leaves(value, at=()):
    """Yield (path, value) of everything in a record."""
    if isinstance(value, dict) and value:
        for key, below in value.items():
            yield from leaves(below, (*at, key))
    else:
        yield at, value


def test_any_label_that_is_spoiled_is_found_or_known_not_to_be(sketch, tmp_path):
    folder = sketch.dataset(tmp_path / "set", people=1, expressions=2, views=("frontal",))
    path = folder / KEY / "record.json"
    good = path.read_text()
    for at, value in leaves(json.loads(good)):
        record = json.loads(good)
        place = record
        for key in at[:-1]:
            place = place[key]
        place[at[-1]] = not value if isinstance(value, bool) else value + 1 if isinstance(value, int | float) else "something else"
        path.write_text(json.dumps(record))
        assert verify.verify(folder, 1).faults or {at[0], ".".join(at)} & UNSEEN, ".".join(at)
