"""The files of a farm engine that lie there already: ours are written anew, a person's are kept."""

import dataclasses

import pytest
from typer.testing import CliRunner

from wince.core.errors import WinceError
from wince.job import plan as planned
from wince.job import spec
from wince_headless import cli
from wince_headless.farm import flamenco, openjd, written


@pytest.fixture
def plan(tmp_path):
    """A plan that nobody has drawn."""
    counts = {"people": 5, "twins": 0, "samples": 5, "shards": 5}
    return planned.Plan(tmp_path / "set", {"format": planned.FORMAT, "hash": "00" * 32, "counts": counts, "paint": None}, spec.Job())


def read(out):
    """Return {name: text} of a folder, our note aside."""
    return {path.name: path.read_text() for path in out.iterdir() if path.name != written.NOTE}


def test_ours_are_written_anew_and_a_persons_are_kept(plan, tmp_path):
    out = tmp_path / "out"
    assert written.write(plan, out, {"a": "1", "b": "1"}).kept == ()
    (out / "b").write_text("mine")
    files = written.write(plan, out, {"a": "2", "b": "2", "c": "2"})
    assert files.kept == ("b",) and files == [out / "a", out / "b", out / "c"]
    assert read(out) == {"a": "2", "b": "mine", "c": "2"}
    assert written.write(plan, out, {"a": "3", "b": "3"}, always=("b",)).kept == () and read(out)["b"] == "3"
    (out / "a").write_text("mine")
    assert written.write(plan, out, {"a": "4", "b": "4"}, force=True).kept == () and read(out)["a"] == "4"


def test_a_file_that_was_taken_away_comes_back_and_one_put_back_is_ours_again(plan, tmp_path):
    written.write(plan, tmp_path, {"a": "1", "b": "1"})
    (tmp_path / "a").unlink()
    (tmp_path / "b").write_text("mine")
    assert written.write(plan, tmp_path, {"a": "2", "b": "2"}).kept == ("b",) and (tmp_path / "a").read_text() == "2"
    (tmp_path / "b").write_text("1")                            # as it was written
    assert written.write(plan, tmp_path, {"a": "3", "b": "3"}).kept == () and (tmp_path / "b").read_text() == "3"


def test_files_of_which_nothing_is_noted_are_a_persons(plan, tmp_path):
    (tmp_path / "a").write_text("who knows")
    (tmp_path / "b").write_text("2")                            # as it would be written
    assert written.write(plan, tmp_path, {"a": "2", "b": "2"}).kept == ("a",)
    for note in ("no json", "[]", '{"format": "wince-farm-1", "files": 3}'):
        (tmp_path / written.NOTE).write_text(note)
        assert written.write(plan, tmp_path, {"a": "3", "b": "2"}).kept == ("a",)


def test_files_that_a_plan_has_not_go_unless_they_were_changed(plan, tmp_path):
    written.write(plan, tmp_path, {"a": "1", "b": "1"})
    assert written.write(plan, tmp_path, {"a": "1"}, gone=("b",)).kept == () and not (tmp_path / "b").exists()
    written.write(plan, tmp_path, {"a": "1", "b": "1"})
    (tmp_path / "b").write_text("mine")
    assert written.write(plan, tmp_path, {"a": "1"}, gone=("b",)).kept == ("b",) and (tmp_path / "b").read_text() == "mine"


def test_changes_made_for_one_plan_are_not_mixed_with_another(plan, tmp_path):
    other = dataclasses.replace(plan, facts=plan.facts | {"hash": "11" * 32})
    written.write(plan, tmp_path, {"a": "1"})
    assert written.write(other, tmp_path, {"a": "2"}).kept == ()
    (tmp_path / "a").write_text("mine")
    with pytest.raises(WinceError, match="another plan's, and a there"):
        written.write(plan, tmp_path, {"a": "1"})
    assert (tmp_path / "a").read_text() == "mine"
    written.write(plan, tmp_path, {"a": "1"}, force=True)
    assert (tmp_path / "a").read_text() == "1"


@pytest.mark.parametrize(("engine", "name"), [(openjd, openjd.TEMPLATE), (flamenco, flamenco.JOB)])
def test_every_engine_keeps_them(plan, engine, name):
    folder = engine.write(plan)[0].parent
    first = (folder / name).read_text()
    (folder / name).write_text(first + " ")
    assert engine.write(plan).kept == (name,) and (folder / name).read_text() == first + " "
    assert engine.write(plan, force=True).kept == () and (folder / name).read_text() == first


def test_the_command_names_what_it_kept(plan, monkeypatch):
    monkeypatch.setattr(planned, "read", lambda folder: plan)
    words = ["farm", "flamenco", str(plan.folder)]
    assert "kept" not in CliRunner().invoke(cli.app, words).output
    (plan.folder / "farm/flamenco/job.json").write_text("{}")
    said = CliRunner().invoke(cli.app, words).output
    assert "flamenco: wince.js\n" in said and "kept: job.json, you changed it; --force writes it anew" in said
    assert "flamenco: wince.js, job.json\n" in CliRunner().invoke(cli.app, [*words, "--force"]).output
