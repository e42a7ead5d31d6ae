"""The slider from pose to PSPI, presets, and poses for Blender's own pose library."""

import pytest

pytest.importorskip("bpy")

import bpy

from wince.bridge import face as faces
from wince.bridge import poses
from wince.core.facs.path import at, variation
from wince.job import presets


def scene():
    """Return the scene, whose sliders mean the active face."""
    return bpy.context.scene


@pytest.fixture
def rig(addon, tmp_path):
    """The armature of a face in an otherwise empty scene; own presets go to a folder of the test."""
    addon.context.preferences.addons["wince"].preferences.library_folder = str(tmp_path)
    addon.ops.wince.add_face(seed=1, plain=True)
    return faces.active(addon.context).armature


@pytest.mark.parametrize("score", [0, 1, 7, 12, 16])
def test_the_slider_poses_to_a_score_and_reads_it_back(rig, score):
    scene().wince_pspi = score
    assert scene().wince_pspi == score and scene().wince_aus.code == str(at(variation(0), score))


def test_between_two_scores_it_goes_straight(rig):
    scene().wince_pspi = 8.25
    assert faces.of(rig).aus() == at(variation(0), 8.25)


def test_a_variation_is_another_way_to_the_same_score(addon, rig):
    scene().wince_pain_variation = 3
    assert scene().wince_aus.code == "0"                                      # a face without pain stays as it is
    scene().wince_pspi = 9
    first = scene().wince_aus.code
    scene().wince_pain_variation = 4
    assert scene().wince_pspi == 9 and scene().wince_aus.code == str(variation(4)[9]) != first


def test_head_gaze_and_other_units_stay_where_they_do_not_contradict(rig):
    scene().wince_aus.code = "1B+5C+12E+51C+61B"
    scene().wince_pspi = 16
    code = scene().wince_aus.code.split("+")
    assert {"1B", "51C", "61B", "43"} <= set(code) and "5C" not in code and "12E" not in code


def test_the_score_is_read_where_sliders_contradict(rig):
    rig.pose.bones["face"]["AU51"] = rig.pose.bones["face"]["AU52"] = 1.0
    scene().wince_pspi = 6
    assert scene().wince_pspi == 6 and rig.pose.bones["face"]["AU52"] == 1.0


@pytest.mark.parametrize("name", list(presets.built_in()))
def test_built_in_presets_are_applied(addon, rig, name):
    scene().wince_aus.code = "27E+38C"
    assert addon.ops.wince.apply_preset(name=name) == {"FINISHED"}
    assert faces.of(rig).aus() == presets.built_in()[name].aus


def test_head_and_gaze_stay_unless_the_preset_turns_them(addon, rig):
    scene().wince_aus.code = "51C+61B"
    addon.ops.wince.apply_preset(name="smile")
    assert scene().wince_aus.code == "12C+51C+61B"
    addon.ops.wince.apply_preset(name="look_up")
    assert scene().wince_aus.code == "51C+63C"


def test_a_part_of_a_preset(addon, rig):
    addon.ops.wince.apply_preset(name="severe", intensity=0.5)
    assert scene().wince_aus.code == "4B+6B+7B+9B+10=1.5+20=1.5+25=1.5+26A+43=2.5"
    scene().wince_aus.code = "12D"
    addon.ops.wince.apply_preset(name="pout", blend=0.5)
    assert scene().wince_aus.code == "12B+15=1.5+17B"


def test_blending_over_what_contradicts_gives_no_contradiction(addon, rig):
    scene().wince_aus.code = "5E+27E"
    addon.ops.wince.apply_preset(name="severe", blend=0.25)
    assert "5" not in {word[:-1] for word in scene().wince_aus.code.split("+")} and scene().wince_aus.code


def test_own_presets_are_saved_listed_applied_and_deleted(addon, rig, tmp_path):
    scene().wince_aus.code = "4C+L9B+51B"
    assert addon.ops.wince.save_preset(name="My Wince", kind="pain") == {"FINISHED"}
    saved = presets.own(tmp_path / "presets")["my_wince"]
    assert (saved.name, saved.kind, saved.pain, str(saved.aus)) == ("My Wince", "pain", True, "4C+L9B")
    addon.ops.wince.reset_aus()
    addon.ops.wince.apply_preset(name="my_wince", own=True)
    assert scene().wince_aus.code == "4C+L9B"
    addon.ops.wince.delete_preset(name="my_wince")
    assert presets.own(tmp_path / "presets") == {}
    with pytest.raises(RuntimeError, match="no own preset"):
        addon.ops.wince.apply_preset(name="my_wince", own=True)


def test_head_and_gaze_are_saved_when_asked_for(addon, rig, tmp_path):
    scene().wince_aus.code = "12C+51B"
    addon.ops.wince.save_preset(name="Turned", directions=True)
    saved = presets.own(tmp_path / "presets")["turned"]
    assert str(saved.aus) == "12C+51B" and (saved.kind, saved.pain) == ("other", False)


def test_a_broken_preset_is_a_sentence(addon, rig, tmp_path):
    (tmp_path / "presets").mkdir()
    (tmp_path / "presets" / "old.json").write_text("{")
    with pytest.raises(RuntimeError, match=r"old\.json: this is no JSON"):
        addon.ops.wince.apply_preset(name="old", own=True)
    addon.ops.wince.delete_preset(name="old")
    assert not (tmp_path / "presets" / "old.json").exists()


def test_deleting_needs_something_to_delete(addon, rig):
    with pytest.raises(RuntimeError, match="no presets of your own"):
        addon.ops.wince.delete_preset()


def test_what_cannot_be_saved_is_a_sentence(addon, rig):
    with pytest.raises(RuntimeError, match="neither letters nor digits"):
        addon.ops.wince.save_preset(name=" ")
    with pytest.raises(RuntimeError, match="no built-in preset 'x'"):
        addon.ops.wince.apply_preset(name="x")


def test_operators_refuse_without_a_face(addon):
    for name in ("apply_preset", "save_preset", "save_pose_asset"):
        with pytest.raises(RuntimeError, match="Select a FACS face"):
            getattr(addon.ops.wince, name)()


def test_a_pose_asset_is_one_that_blender_applies_itself(addon, rig):
    scene().wince_aus.code = "4C+L6B+43+51B"
    addon.ops.wince.save_pose_asset(name="Hurt")
    action = addon.data.actions["Hurt"]
    assert action.asset_data.description == "4C+L6B+43+51B, PSPI 6"
    assert {tag.name for tag in action.asset_data.tags} == {"FACS", "PSPI 6"}
    assert rig.animation_data.action is None                              # the face itself got no animation
    scene().wince_aus.code = "12E"
    rig.pose.apply_pose_from_action(action)
    assert scene().wince_aus.code == "4C+L6B+43+51B"


def test_a_pose_asset_fits_another_face(addon, rig):
    scene().wince_aus.code = "4C"
    addon.ops.wince.save_pose_asset()
    addon.ops.wince.add_face(seed=2, plain=True)
    other = faces.active(addon.context).armature
    other.pose.blend_pose_from_action(addon.data.actions["4C"], blend_factor=0.5)
    assert poses.read(other)["AU04.L"] == pytest.approx(1.5)
