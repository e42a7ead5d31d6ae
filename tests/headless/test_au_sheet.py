"""`wince au-sheet`: the bands in numbers, and the faces beside them."""

import io

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from wince.core import pack as face_pack
from wince.core.errors import WinceError
from wince.core.facs.pspi import PSPI_AUS
from wince_headless import au_sheet, cli, exits


@pytest.fixture
def tame(tmp_path):
    """A face pack whose AU4 goes half as far."""
    with np.load(io.BytesIO(face_pack.DEFAULT.read_bytes())) as file:
        arrays = {name: file[name] for name in file.files}
    names = face_pack.load().meta["shapes"]
    for key in ("AU04.L", "AU04.R"):
        k = names.index(key)
        part = slice(*arrays["shape_start"][k:k + 2])
        arrays["shape_delta"][part] = arrays["shape_delta"][part] / 2
    np.savez(tmp_path / "tame.npz", **arrays)
    return tmp_path / "tame.npz"


def test_it_prints_the_vectors_and_passes(monkeypatch):
    monkeypatch.setenv("COLUMNS", "140")
    result = CliRunner().invoke(cli.app, ["au-sheet"])
    assert result.exit_code == exits.DONE, result.output
    assert "AU9 nose wrinkler" in result.output and "gap at 6E+7E+43E" in result.output and "FAIL" not in result.output


def test_a_face_that_is_too_tame_fails(tame):
    result = CliRunner().invoke(cli.app, ["au-sheet", "--pack", str(tame)])
    assert result.exit_code == exits.FAULTS
    assert "2 outside their band" in result.output


def test_every_code_of_the_sheet_can_be_shown():
    job = au_sheet.job(au_sheet.shaped(), ["a.json", "b.json", "c.json"], plain=True)
    assert job.people.count == 3 and len(job.expressions.codes) == 5 * len(au_sheet.shaped())
    assert job.expressions.codes[:5] == ("1A", "1B", "1C", "1D", "1E") and "L30E" in job.expressions.codes
    assert job.render.look == "plain" and au_sheet.job((4,), ["a.json"]).render.look == "full"


def test_the_three_are_young_middle_aged_and_old_of_different_tones_and_bare():
    who = list(au_sheet.people(face_pack.load()).values())
    assert [one.age for one in who] == [26, 50, 80] and np.ptp([one.skin_lab[0] for one in who]) > 25
    assert all(one.look.glasses.kind == one.look.facial_hair.style == "none" for one in who)


def test_action_units_are_chosen_by_number():
    assert au_sheet.chosen("4, 27") == (4, 27)
    assert au_sheet.chosen(None) == PSPI_AUS and au_sheet.chosen("", every=True) == au_sheet.shaped()
    with pytest.raises(WinceError, match="'51' is no action unit with a shape"):
        au_sheet.chosen("9,51")


def test_a_painted_map_shows_the_nearer_face():
    square = np.array([[1, 1], [8, 1], [8, 8], [1, 8]], float)
    pixels = np.concatenate([np.column_stack([square, np.full(4, depth)]) for depth in (2.0, 1.0)])
    shown = au_sheet.painted(np.arange(8).reshape(2, 4), pixels, np.repeat([3.0, 7.0], 4), (10, 12))
    assert shown.shape == (12, 10) and shown[4, 4] == 7 and shown[0, 0] == 0


def test_a_painted_map_is_even_between_vertices():
    pixels = np.array([[0, 0, 1], [20, 0, 1], [20, 20, 1], [0, 20, 1]], float)
    shown = au_sheet.painted(np.array([[0, 1, 2, 3]]), pixels, np.array([0.0, 20.0, 20.0, 0.0]), (21, 21))
    np.testing.assert_allclose(shown, np.tile(np.arange(21.0), (21, 1)), atol=1e-9)


def test_a_wrong_action_unit_is_refused_before_anything_is_measured():
    result = CliRunner().invoke(cli.app, ["au-sheet", "--aus", "3"])
    assert isinstance(result.exception, WinceError) and result.output == ""


def test_the_tongue_moves_no_exterior_skin(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setattr(au_sheet, "shaped", lambda: (19,))
    au_sheet.Console().print(au_sheet._peaks(au_sheet.au_bands.Bench(face_pack.load())))
    assert "moves the tongue, no exterior skin" in capsys.readouterr().out


def test_a_row_says_who_it_is():
    who = au_sheet.people(face_pack.load())["middle"]
    assert au_sheet._caption("id00001", who) == "id00001\nEast Asian\nman, 50"


def test_the_sheet_of_one_action_unit(tmp_path):
    pytest.importorskip("bpy")
    page, *people = au_sheet.render(tmp_path / "out", (4,), size=64, samples=1, plain=True)
    with Image.open(page) as image:
        pixels = np.asarray(image.convert("RGB"), float)
    assert page.name == "AU04.png" and pixels.shape[0] > 6 * 64 and pixels.shape[1] > 6 * 64
    top, left, high = 2 * au_sheet.MARGIN, au_sheet.MARGIN + au_sheet.NAME + 5 * (64 + au_sheet.GAP), 64
    photo, heat = (pixels[y:y + high, left:left + high] for y in (top, top + high))
    assert np.ptp(photo) > 60 and np.ptp(heat, axis=2).max() > np.ptp(photo, axis=2).max()
    first = au_sheet.MARGIN + au_sheet.NAME
    neutral, still = (pixels[y:y + high, first:first + high] for y in (top, top + high))
    assert np.ptp(neutral) > 60 and np.ptp(still, axis=2).max() < 5, "the neutral comes first, and nothing moves in it"
    assert [one.name for one in people] == ["young.png", "middle.png", "old.png"]
    with Image.open(people[0]) as image:
        same = np.asarray(image.convert("RGB"), float)
    at = 3 * au_sheet.MARGIN // 2
    assert np.array_equal(same[at:at + high, left:left + high], photo), "the pages show the same pictures"
