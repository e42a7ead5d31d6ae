"""Presets: the built-in files, and an artist's own."""

import json

import pytest

from wince.core.errors import WinceError
from wince.core.facs import preset as files
from wince.core.facs.action_units import ActionUnits
from wince.core.facs.expressions import KINDS, NONPAIN_KINDS
from wince.core.facs.pspi import pspi
from wince.job import presets

DOCUMENTED = {"none": 0, "mild": 3, "moderate": 7, "severe": 13}
GOOD = {"format": "wince-preset-1", "name": "A", "kind": "pain", "pain": True, "code": "4C"}


def test_the_pain_presets_score_as_documented():
    found = presets.built_in()
    assert {name: pspi(found[name].aus).total for name in DOCUMENTED} == DOCUMENTED
    assert [found[name].pain for name in DOCUMENTED] == [False, True, True, True]
    assert list(found)[:4] == list(DOCUMENTED)


def test_every_kind_that_is_not_pain_has_a_preset():
    kinds = {preset.kind for preset in presets.built_in().values()}
    assert kinds == {"neutral", "pain", *NONPAIN_KINDS}


def fits(aus, recipe):
    """Tell whether a face is one that a recipe of the sampler can give."""
    def one(always):
        allowed = recipe.sometimes | always
        return set(always) <= set(aus.numbers) <= set(allowed) and all(
            allowed[n][0] <= aus.left(n) == aus.right(n) <= allowed[n][1] for n in aus.numbers)
    return any(one(always) for always in recipe.always)


@pytest.mark.parametrize("name", [name for name, preset in presets.built_in().items() if preset.kind in KINDS])
def test_a_preset_is_a_face_that_the_sampler_could_draw(name):
    preset = presets.built_in()[name]
    assert fits(preset.aus, KINDS[preset.kind]) and not preset.pain


def test_a_preset_survives_the_disk(tmp_path):
    preset = files.Preset("Zähne! 2", "pain", True, ActionUnits.parse("4=2.5+L7B+51A"))
    path = presets.save(tmp_path / "new", preset)
    assert path.name == "zähne_2.json" and presets.own(tmp_path / "new") == {"zähne_2": preset}
    assert set(json.loads(path.read_text(encoding="utf-8"))) == {"format", "name", "kind", "pain", "code"}


def test_a_changed_file_is_read_again(tmp_path):
    presets.save(tmp_path, files.from_json(json.dumps(GOOD), "x"))
    assert str(presets.own(tmp_path)["a"].aus) == "4C"
    presets.save(tmp_path, files.from_json(json.dumps(GOOD | {"code": "4C+9B"}), "x"))
    assert str(presets.own(tmp_path)["a"].aus) == "4C+9B"


def test_presets_are_removed(tmp_path):
    presets.save(tmp_path, files.from_json(json.dumps(GOOD), "x"))
    presets.remove(tmp_path, "a")
    assert presets.own(tmp_path) == {} == presets.own(tmp_path / "never made")
    with pytest.raises(WinceError, match="cannot delete"):
        presets.remove(tmp_path, "a")


@pytest.mark.parametrize(("text", "words"), [
    ("{", "no JSON"), ("[]", "no preset of ours"), (json.dumps(GOOD | {"format": "x"}), "no preset of ours"),
    (json.dumps(GOOD | {"more": 1}), "'more'"), (json.dumps({k: v for k, v in GOOD.items() if k != "pain"}), "'pain'"),
    (json.dumps(GOOD | {"pain": "yes"}), "true or false"), (json.dumps(GOOD | {"kind": "pian"}), "kind"),
    (json.dumps(GOOD | {"name": " "}), "name is empty"), (json.dumps(GOOD | {"code": "4Z"}), "broken.json: cannot read '4Z'"),
    (json.dumps(GOOD | {"code": 4}), "code is 4"), (b"\xff\xfe\xff", "cannot be read"),
])
def test_a_broken_file_is_a_sentence(tmp_path, text, words):
    (tmp_path / "broken.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    found = presets.own(tmp_path)["broken"]
    assert isinstance(found, WinceError) and words in str(found) and "broken.json" in str(found)


@pytest.mark.parametrize("name", ["", "  ", "!?"])
def test_a_name_needs_a_letter(name):
    with pytest.raises(WinceError, match="letters"):
        presets.file_name(name)


def test_names_stay_in_their_folder():
    assert presets.file_name("../../etc/My Face") == "etc_my_face"
