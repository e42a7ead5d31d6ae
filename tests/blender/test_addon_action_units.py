"""The action units as an artist handles them: sliders for both sides, the code as text, keyframes."""

import pytest

pytest.importorskip("bpy")

import bpy

from wince.bridge import face as faces
from wince.bridge import mesh, poses
from wince.core.facs.table import AU_KEYS, TABLE, keys_of


def scene():
    """Return the scene, whose sliders mean the active face."""
    return bpy.context.scene


@pytest.fixture
def rig(addon):
    """The armature of a face in an otherwise empty scene."""
    addon.ops.wince.add_face(seed=1, plain=True)
    return faces.active(addon.context).armature


def curves(rig):
    """Return {AU key: [(frame, value)]} of what is keyframed."""
    found = poses.version.curves_of(rig.animation_data) if rig.animation_data else ()
    keys = {poses.curve_path(key): key for key in AU_KEYS}
    return {keys[curve.data_path]: [tuple(round(c, 5) for c in point.co) for point in curve.keyframe_points] for curve in found
            if len(curve.keyframe_points)}


def test_one_slider_moves_both_sides_and_the_mesh(addon, rig):
    skin = faces.active(addon.context).mesh_object
    before = mesh.evaluated_positions(skin, addon.context.evaluated_depsgraph_get())
    scene().wince_aus.au04 = 2.5
    assert (rig.pose.bones["face"]["AU04.L"], rig.pose.bones["face"]["AU04.R"]) == (2.5, 2.5)
    after = mesh.evaluated_positions(skin, addon.context.evaluated_depsgraph_get())
    assert abs(after - before).max() > 1e-3


def test_it_shows_the_greater_side(rig):
    rig.pose.bones["face"]["AU12.R"] = 1.5
    assert scene().wince_aus.au12 == 1.5


def test_every_sided_unit_has_one_with_its_muscles(rig):
    for number, row in TABLE.items():
        assert (f"au{number:02d}" in scene().wince_aus.bl_rna.properties) == row.sided
    assert "corrugator" in scene().wince_aus.bl_rna.properties["au04"].description
    assert "Not as FACS describes it" in scene().wince_aus.bl_rna.properties["au11"].description
    assert "a kiss" in rig.pose.bones["face"].id_properties_ui("AU18").as_dict()["description"]


def test_the_sliders_store_nothing(addon, rig):
    scene().wince_aus.au04, scene().wince_aus.code, scene().wince_pspi = 1.0, "4C", 7
    assert not list((scene().get("wince_aus") or {}).keys()) and "wince_pspi" not in scene().keys()


def test_without_a_face_they_are_at_zero_and_harmless(addon):
    scene().wince_aus.au04, scene().wince_aus.code, scene().wince_pspi = 1.0, "4C", 7
    assert (scene().wince_aus.au04, scene().wince_aus.code, scene().wince_pspi) == (0, "", 0)


def test_they_mean_the_active_face(addon, rig):
    addon.ops.wince.add_face(seed=2, plain=True)
    scene().wince_aus.au04 = 3.0
    assert poses.read(rig)["AU04.L"] == 0
    addon.context.view_layer.objects.active = next(child for child in rig.children if child.get("wince_part") == "eye.L")
    assert scene().wince_aus.au04 == 0
    addon.context.view_layer.objects.active = None                       # and there are two: none is meant
    assert scene().wince_aus.code == ""


def test_sliders_are_not_animatable(rig):
    with pytest.raises(TypeError, match="not animatable"):
        scene().keyframe_insert("wince_aus.au04")


def test_the_code_is_read_and_written(rig):
    assert scene().wince_aus.code == "0"
    rig.pose.bones["face"]["AU51"] = 2.0
    scene().wince_aus.code = "4c + L6d+43"
    assert scene().wince_aus.code == "4C+L6D+43"                              # the whole face: the head, too
    rig.pose.bones["face"]["AU17"] = 2.600000023841858
    assert scene().wince_aus.code == "4C+L6D+17=2.6+43"


def test_a_code_that_cannot_be_read_stays_visible_and_leaves_the_face_alone(addon, rig):
    from wince.properties.action_units import refusal
    scene().wince_aus.code = "4C"
    assert refusal(addon.context, rig) == ""
    scene().wince_aus.code = "4C+6Q"
    assert scene().wince_aus.code == "4C+6Q" and "cannot read '6Q'" in refusal(addon.context, rig)
    assert rig.pose.bones["face"]["AU04.L"] == 3 and rig.pose.bones["face"]["AU06.L"] == 0
    scene().wince_aus.au04 = 2.0                                              # the face moved: its own code again
    assert scene().wince_aus.code == "4B" and refusal(addon.context, rig) == ""


def test_it_is_the_code_of_one_face(addon, rig):
    scene().wince_aus.code = "nonsense"
    addon.ops.wince.add_face(seed=2, plain=True)
    assert scene().wince_aus.code == "0"


def test_contradicting_sliders_crash_nothing(addon, rig):
    rig.pose.bones["face"]["AU51"] = rig.pose.bones["face"]["AU52"] = 1.0
    assert scene().wince_aus.code == ""
    with pytest.raises(RuntimeError, match=r"AU51 .* and AU52 .* contradict each other"):
        addon.ops.wince.copy_code()
    scene().wince_aus.code = "52B"
    assert scene().wince_aus.code == "52B"


def test_a_code_by_operator(addon, rig):
    assert addon.ops.wince.set_code(code="4C+6D+7D+9B+43") == {"FINISHED"}
    assert scene().wince_aus.code == "4C+6D+7D+9B+43"
    with pytest.raises(RuntimeError, match="unknown AU 99"):
        addon.ops.wince.set_code(code="99A")
    assert scene().wince_aus.code == "4C+6D+7D+9B+43"


def test_resetting_one_and_all(addon, rig):
    scene().wince_aus.code = "4C+6D+51B+61A"
    addon.ops.wince.reset_au(number=4)
    assert scene().wince_aus.code == "6D+51B+61A"
    addon.ops.wince.reset_aus(keep_directions=True)
    assert scene().wince_aus.code == "51B+61A"
    addon.ops.wince.reset_aus()
    assert scene().wince_aus.code == "0"
    with pytest.raises(RuntimeError, match="unknown AU 3"):
        addon.ops.wince.reset_au(number=3)


def test_mirroring(addon, rig):
    scene().wince_aus.code = "L4C+17A+51D"
    addon.ops.wince.mirror_aus()
    assert scene().wince_aus.code == "R4C+17A+52D"


def test_the_key_button_inserts_and_removes_both_sides(addon, rig):
    scene().wince_aus.au04 = 3.0
    addon.context.scene.frame_set(7)
    addon.ops.wince.keyframe_au(number=4)
    assert curves(rig) == {"AU04.L": [(7, 3)], "AU04.R": [(7, 3)]}
    states = [poses.Animation(rig, frame).of_unit(4) for frame in (7, 8)]
    assert states == ["KEYED", "ANIMATED"] and poses.Animation(rig, 7).of_unit(6) == ""
    addon.ops.wince.keyframe_au(number=4)
    assert curves(rig) == {}


def test_a_unit_with_one_keyed_side_gets_the_other(addon, rig):
    poses.keyframe(rig, ["AU04.L"], 1)
    assert poses.Animation(rig, 1).of_unit(4) == "ANIMATED"
    addon.ops.wince.keyframe_au(number=4)
    assert poses.Animation(rig, 1).of_unit(4) == "KEYED"


def test_a_driven_slider_says_so(rig):
    rig.pose.bones["face"].driver_add('["AU17"]')
    assert poses.Animation(rig, 1).of_unit(17) == "DRIVEN" and poses.Animation(rig, 1).of_unit(18) == ""


def test_keys_are_found_among_many(rig):
    for frame in range(1, 200, 3):
        poses.keyframe(rig, ["AU17"], frame)
    assert [poses.Animation(rig, frame).of("AU17") == "KEYED" for frame in range(1, 200)] == [f % 3 == 1 for f in range(1, 200)]


def test_keyframing_all_or_what_is_in_use(addon, rig):
    scene().wince_aus.code = "4C+L12A"
    addon.ops.wince.keyframe_aus(which="USED")
    assert set(curves(rig)) == {"AU04.L", "AU04.R", "AU12.L"}
    scene().wince_aus.code = "17B"
    addon.context.scene.frame_set(5)
    scene().wince_aus.code = "17B"
    addon.ops.wince.keyframe_aus(which="USED")
    assert curves(rig)["AU04.L"] == [(1, 3), (5, 0)] and curves(rig)["AU17"] == [(5, 2)]
    addon.ops.wince.keyframe_aus(which="ALL")
    assert set(curves(rig)) == set(AU_KEYS)


def test_auto_keying(addon, rig):
    tools = scene().tool_settings
    addon.context.preferences.edit.use_keyframe_insert_available = False            # the default until 5.2
    scene().wince_aus.au04 = 1.0
    assert curves(rig) == {}
    tools.use_keyframe_insert_auto = True
    scene().wince_aus.au04 = 2.0
    assert curves(rig) == {"AU04.L": [(1, 2)], "AU04.R": [(1, 2)]}
    addon.context.scene.frame_set(9)
    addon.ops.wince.set_code(code="4B+6C")
    assert curves(rig) == {key: [(1, 2), (9, 2)] for key in keys_of(4)} | {key: [(9, 3)] for key in keys_of(6)}


def test_auto_keying_only_what_is_animated_where_the_preferences_say_so(addon, rig):
    addon.context.scene.tool_settings.use_keyframe_insert_auto = True
    addon.context.preferences.edit.use_keyframe_insert_available = True
    poses.keyframe(rig, ["AU04.L"], 1)
    scene().wince_aus.au04 = 2.0
    assert curves(rig) == {"AU04.L": [(1, 2)]}


def test_a_keyed_face_moves_with_time(addon, rig):
    for frame, value in ((1, 0.0), (11, 4.0)):
        scene().frame_set(frame)
        scene().wince_aus.au09 = value
        addon.ops.wince.keyframe_au(number=9)
    scene().frame_set(6)
    assert scene().wince_aus.au09 == pytest.approx(2.0, abs=1e-3) and scene().wince_aus.code == "9B"


def test_operators_refuse_without_a_face(addon):
    for name in ("set_code", "copy_code", "reset_aus", "mirror_aus", "keyframe_aus"):
        with pytest.raises(RuntimeError, match="Select a FACS face"):
            getattr(addon.ops.wince, name)()
    with pytest.raises(RuntimeError, match="Select a FACS face"):
        addon.ops.wince.reset_au(number=4)


def test_a_linked_face_is_not_moved_and_an_override_is(addon, rig, tmp_path):
    scene().wince_aus.code = "4C"
    file = str(tmp_path / "face.blend")
    addon.ops.wm.save_as_mainfile(filepath=file)
    addon.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    with addon.data.libraries.load(file, link=True) as (there, here):
        here.objects = [name for name in there.objects]
    linked = next(obj for obj in here.objects if obj.type == "ARMATURE")
    for obj in here.objects:
        addon.context.collection.objects.link(obj)
    addon.context.view_layer.objects.active = linked
    assert scene().wince_aus.code == "4C"
    with pytest.raises(RuntimeError, match="library override"):
        addon.ops.wince.reset_aus()
    own = linked.override_hierarchy_create(scene(), addon.context.view_layer, do_fully_editable=True)
    addon.context.view_layer.objects.active = own
    scene().wince_aus.au09 = 2.0
    own.pose.bones["face"]["AU12.L"] = 1.0
    addon.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    addon.ops.wm.open_mainfile(filepath=str(tmp_path / "shot.blend"))
    found = [obj for obj in addon.data.objects if obj.type == "ARMATURE" and obj.override_library]
    assert [str(faces.of(obj).aus()) for obj in found] == ["4C+9B+L12A"] and scene().wince_aus.code == "4C+9B+L12A"


def test_undo_brings_the_face_back(addon, rig):
    addon.context.preferences.edit.use_global_undo = True
    addon.ops.ed.undo_push(message="before")
    scene().wince_aus.au04 = 3.0
    addon.ops.ed.undo_push(message="after")
    addon.ops.ed.undo()
    assert scene().wince_aus.code == "0"


@pytest.mark.parametrize(("words", "numbers"), [
    ("4", (4,)), ("AU4", (4, 43, 45, 46)), ("corrugator", (4,)), ("upper lip raiser", (10,)), ("nostril", (38, 39)), ("xyz", ()),
    ("LIP PUCK", (18,)), ("head turn", (51, 52)),
])
def test_the_search_finds(addon, words, numbers):
    from wince.panels.action_units import found
    assert found(words) == numbers


def test_the_groups_hold_every_unit_once():
    from wince.panels import action_units as panels
    parts = [cls.part for cls in panels.CLASSES if hasattr(cls, "part")]
    assert sorted(number for part in parts for number, row in TABLE.items() if row.part == part) == sorted(TABLE)
    assert panels.LABELS[4] == "AU4 Brow Lowerer" and panels.LABELS[18] == "AU18 ≈ Lip Pucker"


def test_a_locked_channel_is_named_and_nothing_is_claimed(addon, rig):
    poses.keyframe(rig, ["AU04.L", "AU04.R"], 1)
    poses.version.curves_of(rig.animation_data).find(poses.curve_path("AU04.L")).lock = True
    addon.context.scene.frame_set(5)
    with pytest.raises(RuntimeError, match=r"keyframes of AU04\.L on Face Rig did not change: unlock"):
        addon.ops.wince.keyframe_au(number=4)
    assert [frame for frame, _ in curves(rig)["AU04.L"]] == [1] and [frame for frame, _ in curves(rig)["AU04.R"]] == [1, 5]
    addon.context.scene.tool_settings.use_keyframe_insert_auto = True
    scene().wince_aus.au04 = 2.0
    assert curves(rig)["AU04.R"][-1] == (5, 2)
