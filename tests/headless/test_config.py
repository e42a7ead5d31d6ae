"""YAML -> Job: what is read, and the one sentence for everything that is wrong."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wince.core.errors import WinceError
from wince.job import check, spec
from wince_headless import config

CONFIGS = sorted((Path(__file__).resolve().parents[2] / "configs").glob("*.yaml"))


@pytest.fixture
def load(tmp_path):
    """A function: YAML text and --set words -> Job."""
    def read(text, *overrides):
        path = tmp_path / "t.yaml"
        path.write_text(text)
        return config.load(path, overrides)
    return read


def message(load, text, *overrides):
    """Return the sentence that a wrong config gives, the file's folder cut off."""
    with pytest.raises(WinceError) as error:
        load(text, *overrides)
    return str(error.value).split("/")[-1]


def test_an_empty_config_is_the_defaults_under_the_name_of_its_file(load):
    assert load("") == spec.Job(name="t")


def test_values_arrive_where_they_belong(load):
    job = load("people: {count: 3}\ncameras: [frontal, {name: high, pitch_deg: 40}]\nexpressions: {pspi: {1: 0.5, 2: 0.5}}")
    assert job.people == spec.People(count=3)
    assert job.cameras == ("frontal", spec.Camera("high", pitch_deg=40.0))
    assert job.expressions.pspi == {1: 0.5, 2: 0.5}


def test_set_changes_and_adds(load):
    job = load("cameras: [{name: a}]", "cameras.0.lens_mm=50", "render.samples=4", "people.ages=[[20, 30]]", "name=other")
    assert (job.cameras[0].lens_mm, job.render.samples, job.people.ages, job.name) == (50.0, 4, ((20.0, 30.0),), "other")


def test_set_fixes_an_axis_of_the_look_with_dots_or_in_braces(load):
    for words in ("people.fixed.look.hair.style=bald", "people.fixed={look.hair.style: bald}"):
        assert load("people: {count: 3}", words).people.fixed == {"look.hair.style": "bald"}


def test_set_takes_a_colour_with_its_hash(load):
    assert load("people: {count: 3}", "people.fixed.look.clothes.colour=#aa00CC").people.fixed == {"look.clothes.colour": "#aa00CC"}


def test_yes_and_no_are_taken_where_they_belong(load):
    assert load("render: {subsurface: no}").render.subsurface is False


def test_a_colour_comes_through_a_job_file_as_it_was(load):
    job = load("people: {fixed: {look.glasses.colour: [0.1, 0.2, 0.3]}, twins: [{look.clothes.colour: [1, 0, 0]}, {iris: blue}]}")
    assert spec.from_json(spec.to_json(job)) == job and job.people.twins[0] == {"look.clothes.colour": (1.0, 0.0, 0.0)}


def test_set_wins_over_the_file_and_the_last_set_over_the_first(load):
    assert load("render: {samples: 8}", "render.samples=4", "render.samples=2").render.samples == 2


@given(seed=st.integers(0, 2**31), count=st.integers(1, 999), samples=st.integers(1, 4096))
def test_a_job_that_is_pasted_as_a_config_is_the_same_job(tmp_path_factory, seed, count, samples):
    job = spec.Job(name="x", seed=seed, people=spec.People(count=count), render=spec.Render(samples=samples))
    path = tmp_path_factory.mktemp("pasted") / "x.yaml"         # JSON is YAML
    path.write_text(spec.to_json(job))
    assert config.load(path) == job


@pytest.mark.parametrize(("text", "sentence"), [
    ("people:\n  cout: 3", "t.yaml:2: people.cout is not a known key: did you mean 'count'?"),
    ("people:\n  looks: {hairstyles: [bob]}", "t.yaml:2: people.looks.hairstyles is not a known key: did you mean 'hair_styles'?"),
    ("people: {looks: {xyz: [bob]}}", "t.yaml:1: people.looks.xyz is not a known key: known are hair_styles, hair_textures, "),
    ("peple:\n  count: 3", "t.yaml:1: peple is not a known key: did you mean 'people'?"),
    ("people:\n  count: many", "t.yaml:2: people.count is 'many': give a whole number"),
    ("people:\n  count: 2.5", "t.yaml:2: people.count is 2.5: give a whole number"),
    ("people: 3", "t.yaml:1: people is 3: give a mapping of keys to values"),
    ("people:\n  count: 3\n  count: 4", "t.yaml:3: this is not YAML (the key 'count' stands here twice): mend the line"),
    ("- a", "t.yaml:1: a config is a mapping such as `people: {count: 6}`, this is a list"),
    ("a: [", "t.yaml:1: this is not YAML (expected the node content, but found '<stream end>'): mend the line"),
    ("name: no", "t.yaml:1: name is False: give text (put it in quotes)"),
    ("cameras: frontal", "t.yaml:1: cameras is 'frontal': give a list"),
    ("cameras:\n- frontal\n- {name: x, yaw: 3}", "t.yaml:3: cameras.1.yaw is not a known key: did you mean 'yaw_deg'?"),
    ("cameras:\n- frontal\n- {yaw_deg: 3}", "t.yaml:3: cameras.1.name is missing: add it"),
    ("cameras: [3]", "t.yaml:1: cameras.0 is 3: give text (put it in quotes) or a mapping of keys to values"),
    ("cameras: []", "t.yaml:1: cameras is empty: give at least one, or leave the key out"),
    ("render:\n  engine: cycle", "t.yaml:2: render.engine is 'cycle', which is not known: did you mean 'cycles'?"),
    ("render:\n  resolution: [384]", "t.yaml:2: render.resolution.1 is missing: add it"),
    ("render:\n  resolution: [384, 2]", "t.yaml:2: render.resolution.1 is 2: give a number from 16 to 16384"),
    ("render:\n  samples: .nan", "t.yaml:2: render.samples is nan: input should be a finite number"),
    ("outputs: [dept]", "t.yaml:1: outputs.0 is 'dept', which is not known: did you mean 'depth'?"),
    ("people: {ages: [[10, 20]]}", "t.yaml:1: people.ages.0.0 is 10.0: give a number from 18 to 95"),
    ("expressions:\n  pspi: {1: 0.5, 2: a}", "t.yaml:2: expressions.pspi.2 is 'a': give a number"),
    ("expressions: {codes: [4C+99B]}", "t.yaml: expressions.codes[0]: unknown AU 99"),
    ("expressions: {codes: [4C, 4C+6F]}", "t.yaml: expressions.codes[1]: "),
    ("expressions: {codes: [26C+27B]}", "t.yaml: expressions.codes[0]: AU26 (jaw drop) and AU27 (mouth stretch) contradict each other"),
    ("expressions: {nonpain: 1, nonpain_kinds: [joi]}", "t.yaml: unknown expression kind 'joi'"),
    ("expressions: {pspi: {20: 1}}", "t.yaml: expressions.pspi: pspi weights name the score 20"),
    ("people: {groups: [Martian]}", "t.yaml:1: people.groups.0 is 'Martian', which is not known: known are "
                                    "Black, South Asian, Middle Eastern, White, East Asian, Latino"),
    ("people:\n  fixed: {gendr: 1}", "t.yaml:2: people.fixed.gendr is not a known key: did you mean 'gender'?"),
    ("people:\n  fixed: {age: 8}", "t.yaml:2: people.fixed.age is 8.0: give a number from 18 to 95"),
    ("people: {fixed: {gender: 2}}", "t.yaml:1: people.fixed.gender is 2.0: give a number from 0 to 1"),
    ("people: {fixed: {skin_lightness: 90}}", "t.yaml:1: people.fixed.skin_lightness is 90.0: give a number from 25 to 80"),
    ("people: {fixed: {age: 80}, identities: [a.json]}", "t.yaml:1: people.fixed changes drawn people only"),
    ("people:\n  looks: {glasses: yes}", "t.yaml:2: people.looks.glasses is true: give a number"),
    ("cameras: [{name: a, yaw_deg: no}]", "t.yaml:1: cameras.0.yaw_deg is false: give a number"),
    ("people: {fixed: {look: {hair: {style: bob}}}}",
     "t.yaml:1: people.fixed.look holds keys of its own: write it as one key with dots, {look.hair.style: bob}"),
    ("people: {twins: [{look: {hair: {style: bob}}}]}",
     "t.yaml:1: people.twins.0.look holds keys of its own: write it as one key with dots, {look.hair.style: bob}"),
    ("people: {twins: {age: 80}}", "t.yaml:1: people.twins is {'age': 80}: give a list"),
    ("people: {fixed: {age: {low: 3}}}", "t.yaml:1: people.fixed.age is {'low': 3}: give a number"),
    ("people: {fixed: {iris: no}}", "t.yaml:1: people.fixed.iris is false: give a number, or a word in quotes"),
    ("people: {fixed: {look.seed: 3}}", "t.yaml:1: people.fixed.look.seed is not a known key: known are age, gender, skin_lightness, iris, "
                                        "and look.PART.AXIS as looks.md has them"),
    ("people: {fixed: {look.iris: blue}}", "t.yaml:1: people.fixed.look.iris is not a known key: did you mean 'iris'?"),
    ("people: {fixed: {look.eyes.colour: blue}}",
     "t.yaml:1: people.fixed.look.eyes.colour is not a known key: known are look.eyes.limbus, "),
    ("people: {fixed: {iris: blu}}", "t.yaml:1: people.fixed.iris is 'blu', which is not known: did you mean 'blue'?"),
    ("people: {looks: {irises: [blu]}}", "t.yaml:1: people.looks.irises.0 is 'blu', which is not known: did you mean 'blue'?"),
    ("people: {looks: {frame_colours: [red]}}", "t.yaml:1: people.looks.frame_colours.0 is 'red': give '#rrggbb' in quotes"),
    ("people: {fixed: {look.clothes.colour: [1, 2, 3]}}",
     "t.yaml:1: people.fixed.look.clothes.colour is (1.0, 2.0, 3.0): give '#rrggbb' in quotes, or three numbers from 0 to 1"),
    ("people: {fixed: {look.skin.oil: [1, 1, 1]}}", "t.yaml:1: people.fixed.look.skin.oil is (1.0, 1.0, 1.0): give a number from 0 to 1"),
    ("lighting: {lights: [moon]}", "t.yaml:1: lighting.lights.0 is 'moon', which is not known: known are studio, window"),
    ("lighting: {backgrounds: [green]}",
     "t.yaml:1: lighting.backgrounds.0 is 'green', which is not known: known are plain, gradient, room, world"),
    ("lighting: {worlds: [plain, 'hdri:']}", "t.yaml:1: lighting.worlds.1 is 'hdri:', which is not known: give plain, or hdri:NAME"),
    ("cameras: [frontl]", "t.yaml: cameras: there is no view or rig 'frontl'"),
])
def test_what_is_wrong_is_said_in_one_sentence_with_place_and_cure(load, text, sentence):
    said = message(load, text)
    assert said.startswith(sentence)
    assert "\n" not in said


@pytest.mark.parametrize(("words", "sentence"), [
    ("people.count=0", "--set 'people.count=0': people.count is 0: give a number from 1 to 10000000"),
    ("people.cuont=7", "--set 'people.cuont=7': people.cuont is not a known key: did you mean 'count'?"),
    ("people.fixed.look.hair.stile=bald", "--set 'people.fixed.look.hair.stile=bald': people.fixed.look.hair.stile is not a known key: "
                                          "did you mean 'look.hair.style'?"),
    ("render.samples", "--set 'render.samples': write it as key=value, for example --set render.samples=32"),
    ("cameras.0.lens_mm=7", "--set 'cameras.0.lens_mm=7': cameras is {0: {'lens_mm': 7}}: give a list"),
    ("name=[", "--set 'name=[': the value is not YAML: put it in quotes"),
])
def test_what_is_wrong_on_the_command_line_is_quoted(load, words, sentence):
    assert message(load, "people: {count: 3}", words) == sentence


def test_a_missing_file_and_a_file_that_is_no_text(tmp_path):
    with pytest.raises(WinceError, match="does not exist"):
        config.load(tmp_path / "none.yaml")
    (tmp_path / "picture.yaml").write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(WinceError, match="not text in UTF-8"):
        config.load(tmp_path / "picture.yaml")


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_the_configs_that_come_with_wince_are_good(path):
    assert config.load(path).name == path.stem


def test_a_rig_file_is_named_by_its_path_and_becomes_part_of_the_job(tmp_path, load):
    (tmp_path / "rigs").mkdir()
    (tmp_path / "rigs/mine.json").write_text('[{"name": "close", "pan_deg": 2.5, "distance_m": 0.5}]')
    here, away = spec.Camera("close", pan_deg=2.5, distance_m=0.5), str(tmp_path / "rigs/mine.json")
    assert load("cameras: [frontal, rigs/mine.json]").cameras == ("frontal", here)              # beside the config
    assert load(f"cameras: [{away}]").cameras == (here,) and load("", f"cameras=[{away}]").cameras == (here,)
    assert "gone.json cannot be read" in message(load, "cameras: [gone.json]")
    (tmp_path / "bad.json").write_text('[{"name": "close", "pan": 2.5}]')
    assert "bad.json[0]: unknown key 'pan'" in message(load, "cameras: [bad.json]")


def test_a_camera_of_ones_own_takes_six_lines():
    lines = (CONFIGS[0].parent / "custom_camera.yaml").read_text().splitlines()
    first = next(number for number, line in enumerate(lines) if "- name:" in line)
    assert len([line for line in lines[first:] if line.startswith(("  - ", "    "))]) == 6


def test_the_door_for_json_refuses_what_the_door_for_yaml_refuses():
    job = spec.Job(render=spec.Render(samples=0))
    with pytest.raises(WinceError, match=r"JOB\.json: render\.samples is 0"):
        check.check(job)


def test_every_key_that_is_checked_exists():
    for dotted in (*check.CHOICES, *check.RANGES, *check.NEEDED):
        value = spec.Job()
        for name in dotted.split("."):
            value = getattr(value, name)


def test_the_lights_and_backgrounds_that_are_known_are_those_that_blender_builds():
    pytest.importorskip("bpy")
    from wince.stage import backdrop, lights
    assert (spec.LIGHTS, spec.BACKGROUNDS) == (tuple(lights.KINDS), backdrop.KINDS)


def test_the_defaults_have_no_problems():
    assert not list(check.problems(spec.Job()))
