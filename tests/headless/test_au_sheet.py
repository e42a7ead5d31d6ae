"""`wince au-sheet`: the bands in numbers, and the faces beside them."""

import io

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from wince.core import pack as face_pack
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
    job = au_sheet.job(au_sheet.shaped())
    assert job.people.count == 3 and len(job.expressions.codes) == 5 * len(au_sheet.shaped())
    assert job.expressions.codes[:5] == ("1A", "1B", "1C", "1D", "1E") and "L30E" in job.expressions.codes


def test_the_sheet_of_one_action_unit(tmp_path):
    pytest.importorskip("bpy")
    sheet = au_sheet.render(tmp_path / "out", (4,), size=64, samples=1)
    with Image.open(sheet) as image:
        pixels = np.asarray(image.convert("RGB"), float)
    assert pixels.shape[0] > 3 * 160 and pixels.shape[1] > 10 * 160
    assert np.ptp(pixels[30:180, 200:340]) > 60 and np.abs(pixels[30:180, 200:340] - pixels[30:180, 360:500]).max() > 20
