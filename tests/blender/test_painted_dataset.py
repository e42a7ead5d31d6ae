"""Painted skins in a dataset: the picture shows them, every label names them, and what does not fit is refused."""

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("bpy")

from wince.core import pack
from wince.core.errors import WinceError
from wince.core.skin import paint as skin
from wince.job import people, png, run, spec, textures
from wince_headless import exits, launch, preflight, verify
from wince_headless.paint import pipeline
from wince_headless.paint import run as painting
from wince_headless.paint.telling import Teller

pytestmark = pytest.mark.skipif(not pack.DEFAULT.is_file(), reason="no face pack: run `wince pack build`")

JOB = spec.Job(seed=5, people=spec.People(count=2), expressions=spec.Expressions(pain=0), cameras=("frontal",),
               lighting=spec.Lighting(lights=("studio",), worlds=("plain",), backgrounds=("plain",)),
               render=spec.Render(resolution=(64, 64), samples=1, denoiser="none", device="cpu", subdivision=0, subsurface=False))


@pytest.fixture(scope="module")
def skins(tmp_path_factory):
    """A folder with the built-in skins of JOB's people, small; the second's is painted green all over, as nobody's is built in."""
    out = tmp_path_factory.mktemp("skins")
    loaded = pack.load()
    painter = pipeline.painter(painting.settings((), size=256), Teller())
    assert painting.paint(list(people.of(JOB, loaded)), loaded, painting.Order(out), painter, Teller()) == exits.DONE
    _make_green(sorted(path for path in out.iterdir() if path.is_dir())[1])
    return out


def _make_green(folder):
    green = np.zeros((256, 256, 3), np.uint8)
    green[..., 1] = 180
    (folder / textures.ALBEDO).write_bytes(png.encode(green))
    facts = json.loads((folder / textures.FACTS).read_text())
    facts["files"]["albedo"]["sha256"] = hashlib.sha256((folder / textures.ALBEDO).read_bytes()).hexdigest()
    (folder / textures.FACTS).write_text(json.dumps(facts))


def render(folder, job, *words):
    path = folder / "JOB.json"
    path.write_text(spec.to_json(job))
    return run.main([str(path), "--out", str(folder / "out"), *words])


def wearing(skins):
    return replace(JOB, people=replace(JOB.people, textures=str(skins)))


@pytest.fixture(scope="module")
def rendered(skins, tmp_path_factory):
    folder = tmp_path_factory.mktemp("painted")
    assert render(folder, wearing(skins)) == run.DONE
    return folder / "out"


def colour_of(out, person):
    folder = out / person / "e00" / "frontal"
    shown = np.array(Image.open(folder / "rgb.png")).astype(float)
    return shown[np.array(Image.open(folder / "coverage.png")) == 255].mean(axis=0)


def test_the_picture_shows_the_painted_skin_and_the_next_person_wears_their_own(rendered):
    first, second = colour_of(rendered, "id00000"), colour_of(rendered, "id00001")
    assert first[0] > first[1] and second[1] > 3 * second[0]


def test_every_label_names_painter_and_picture(rendered, skins):
    for person, folder in zip(("id00000", "id00001"), sorted(path for path in skins.iterdir() if path.is_dir()), strict=True):
        record = json.loads((rendered / person / "e00" / "frontal" / "record.json").read_text())
        facts = json.loads((folder / textures.FACTS).read_text())
        assert record["texture"] == textures.cite(facts) and record["texture"]["painter"] == "procedural"
        assert record["texture"]["sha256"] == facts["files"]["albedo"]["sha256"]
        assert json.loads((rendered / person / textures.FACTS).read_text()) == facts
    green = json.loads((rendered / "id00001" / "e00" / "frontal" / "record.json").read_text())["demographics"]["skin_lab"]
    assert green[1] < -30                                  # what was painted is what is measured


def test_verify_is_content_and_finds_another_skin(rendered):
    assert not verify.verify(rendered).faults
    path = rendered / "id00000" / textures.FACTS
    kept = path.read_text()
    path.write_text(kept.replace('"seed": 0', '"seed": 1'))
    assert [fault[0] for fault in verify.verify(rendered).faults] == ["look"]
    path.unlink()
    assert "texture.json is missing" in verify.verify(rendered).faults[0][2]
    path.write_text(kept)


def test_built_in_skins_are_named_too(tmp_path):
    assert render(tmp_path, replace(JOB, people=replace(JOB.people, count=1))) == run.DONE
    record = json.loads((tmp_path / "out" / "id00000" / "e00" / "frontal" / "record.json").read_text())
    assert record["texture"] == {"painter": "built-in", "version": skin.VERSION}
    assert not (tmp_path / "out" / "id00000" / textures.FACTS).exists()


def test_what_does_not_fit_is_refused(skins, tmp_path, capfd):
    more = replace(JOB, people=replace(JOB.people, count=3, first=1, textures=str(skins)))
    assert render(tmp_path, more) == run.USER
    assert "holds no painted skin of" in capfd.readouterr().err
    who = next(people.of(JOB, pack.load()))
    older = replace(who, age=who.age + 1)
    with pytest.raises(WinceError, match="painted for another"):
        textures.of(skins, older)
    assert textures.fits(textures.of(skins, who), replace(who, iris="blue", cell={}))


def test_going_on_with_another_skin_is_refused(skins, tmp_path, capfd):
    own = tmp_path / "skins"
    shutil.copytree(skins, own)
    job = replace(wearing(own), cameras=("frontal", "profile_left"))
    assert render(tmp_path, job, "--only", "id00000/e00/frontal") == run.DONE
    _make_green(sorted(path for path in own.iterdir() if path.is_dir())[0])
    assert render(tmp_path, job) == run.USER
    assert "was begun with another skin" in capfd.readouterr().err
    with pytest.raises(WinceError, match="another skin"):
        preflight.check(job, launch.Orders(tmp_path / "out"))


def test_skins_that_did_not_pass_are_named_before_rendering(skins, tmp_path):
    own = tmp_path / "skins"
    shutil.copytree(skins, own)
    path = next(own.glob(f"*/{textures.FACTS}"))
    path.write_text(path.read_text().replace('"passed": true', '"passed": false'))
    said = preflight.check(wearing(own), launch.Orders(tmp_path / "out"))
    assert len(said) == 1 and path.parent.name in said[0] and said[0].startswith("1 of")


def test_a_changed_picture_is_refused(skins, tmp_path):
    who = next(people.of(JOB, pack.load()))
    copy = Path(shutil.copytree(skins, tmp_path / "copy"), who.id)
    (copy / textures.ALBEDO).write_bytes((copy / textures.ALBEDO).read_bytes() + b" ")
    with pytest.raises(WinceError, match="was changed since"):
        textures.read(copy)
    (copy / textures.ALBEDO).unlink()
    with pytest.raises(WinceError, match="is missing"):
        textures.read(copy, hashed=False)
    (copy / textures.FACTS).write_text("{}")
    with pytest.raises(WinceError, match="is no wince-texture-1"):
        textures.read(copy)


def test_a_plain_face_wears_no_skin(skins):
    from wince.job import check

    plain = replace(wearing(skins), render=replace(JOB.render, look="plain"))
    with pytest.raises(WinceError, match="not shown by a plain face"):
        check.check(plain)
