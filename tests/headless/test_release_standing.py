"""Whether a release is there already: only the same one of the same plan, whole."""

import importlib.util
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from wince_headless import cli, exits
from wince_headless.release import pack, standing

_spec = importlib.util.spec_from_file_location("sketch_plan", Path(__file__).with_name("sketch_plan.py"))
sketch_plan = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(sketch_plan)


@pytest.fixture
def made(sketch, tmp_path):
    """(folder of a planned dataset of two people, folder of its release)."""
    folder, out = tmp_path / "set", tmp_path / "release"
    sketch_plan.dataset(sketch, folder, count=2, shard_people=1)
    pack.pack(folder, out, samples=2, processes=1)
    return folder, out


def test_the_same_release_is_there_and_another_is_not(made, tmp_path):
    folder, out = made
    assert standing.same(folder, out) and standing.same(folder, out, "webdataset", "wince", None, None, None)
    for wish in ({"format": "parquet"}, {"scheme": "3dpain"}, {"splits": "train=0-9"}, {"licence": "CC0-1.0"}, {"name": "another"}):
        assert not standing.same(folder, out, **wish), wish
    assert not standing.same(folder, tmp_path / "nowhere") and not standing.same(folder, folder)


@pytest.mark.parametrize("change", [{"plan": "00" * 32}, {"left_out": {"missing": 1}}])
def test_that_of_another_plan_or_of_less_is_not_the_same(made, change):
    folder, out = made
    path = out / pack.RELEASE
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    assert not standing.same(folder, out)


def test_one_that_lacks_a_file_is_not_whole(made):
    folder, out = made
    next(out.rglob("*.tar")).unlink()
    assert not standing.same(folder, out)


def test_a_set_without_a_plan_may_have_grown(made):
    folder, out = made
    for path in folder.glob("plan.*"):
        path.unlink()
    assert not standing.same(folder, out)


def test_the_command_is_content_with_what_is_there_and_with_nothing_else(made):
    folder, out = made
    words = ["pack-dataset", str(folder), "--out", str(out), "--format", "webdataset"]
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    again = CliRunner().invoke(cli.app, [*words, "--if-missing"])
    assert again.exit_code == exits.DONE and "is there already" in again.output
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before
    assert CliRunner().invoke(cli.app, words).exit_code != exits.DONE
    assert CliRunner().invoke(cli.app, [*words, "--if-missing", "--name", "another"]).exit_code != exits.DONE
