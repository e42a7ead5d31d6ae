"""What is refused before Blender starts: worlds that the Blender to render with does not have."""

from pathlib import Path

import pytest

from wince.core.errors import WinceError
from wince.job import spec
from wince_headless import config, launch, preflight


def job(*worlds):
    return spec.Job(people=spec.People(count=1), lighting=spec.Lighting(worlds=worlds))


@pytest.fixture
def blender(tmp_path):
    """A program with Blender's files beside it, as in a download, with two HDRIs."""
    skies = tmp_path / "4.5" / "datafiles" / "studiolights" / "world"
    skies.mkdir(parents=True)
    for name in ("city", "night"):
        (skies / f"{name}.exr").touch()
    program = tmp_path / "blender"
    program.touch(mode=0o755)
    return program


def check(wanted, folder, blender):
    return preflight.check(wanted, launch.Orders(Path(folder, "out"), 1, blender))


@pytest.mark.parametrize("word", ["hdri:moon", "hdri:nothere.exr"])
def test_a_world_that_is_not_there_is_refused_with_what_is(blender, tmp_path, word):
    with pytest.raises(WinceError, match=f"^lighting.worlds: this Blender has no '{word}', known are plain, hdri:city, hdri:night, or "):
        check(job("plain", word), tmp_path, blender)


def test_worlds_that_are_there_are_let_pass(blender, tmp_path):
    (tmp_path / "mine.exr").touch()
    assert check(job("plain", "hdri:night", f"hdri:{tmp_path / 'mine.exr'}"), tmp_path, blender) == []


def test_where_a_blenders_files_are_not_found_blender_is_left_to_say_it(tmp_path):
    program = tmp_path / "blender"
    program.touch(mode=0o755)
    assert check(job("hdri:moon"), tmp_path, program) == []


def test_the_bpy_module_is_found_without_loading_it():
    pytest.importorskip("bpy")
    assert {"city", "studio"} <= set(preflight._worlds(None))


def test_the_example_of_the_guide_is_a_job(tmp_path):
    text = (Path(__file__).resolve().parents[2] / "docs" / "looks.md").read_text(encoding="utf-8")
    example = next(part.split("```")[0] for part in text.split("```yaml")[1:] if "twins:" in part)
    (tmp_path / "t.yaml").write_text(example)
    made = config.load(tmp_path / "t.yaml")
    assert len(made.people.twins) == 3 and made.people.looks.irises == ("brown", "green")
