"""Action units over time: files in and out, PSPI as a curve, the bake."""

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from wince.bridge import bake, fcurves, mesh, poses, sampling  # noqa: E402
from wince.bridge import face as faces  # noqa: E402
from wince.core import rig  # noqa: E402
from wince.core.facs import track_csv, tracks  # noqa: E402
from wince.core.facs.action_units import ActionUnits  # noqa: E402
from wince.core.facs.table import AU_KEYS  # noqa: E402

AGREE_M = 1e-5


@pytest.fixture
def face(addon):
    addon.ops.wince.add_face(seed=4, plain=True)
    addon.context.scene.frame_end = 20
    one = faces.active(addon.context)
    one.mesh_object.modifiers["Subdivision"].show_viewport = False
    return one


def put(tmp_path, text):
    path = tmp_path / "capture.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def openface(count, fps=24, **columns):
    """An OpenFace file with functions of the row as columns."""
    head = f"frame, face_id, timestamp, confidence, success, {', '.join(columns)}\n"
    rows = (f"{k + 1}, 0, {k / fps!r}, 0.98, 1, {', '.join(repr(float(of(k))) for of in columns.values())}\n" for k in range(count))
    return head + "".join(rows)


def now(obj):
    bpy.context.view_layer.update()
    return mesh.evaluated_positions(obj, bpy.context.evaluated_depsgraph_get())


def posed(face, moments):
    """Return the evaluated mesh and eyes at frames, {frame: (V, 3)}."""
    out = {}
    for frame in moments:
        bpy.context.scene.frame_set(frame)
        out[frame] = np.concatenate([now(obj) for obj in (face.mesh_object, *face.eyes.values())])
    return out


def curve_of(face, key):
    return fcurves.curves(face.armature).find(poses.curve_path(key))


def keys_of(curve):
    return [tuple(point.co) for point in curve.keyframe_points]


# Import

def test_an_imported_capture_moves_the_mesh_as_its_numbers_say(addon, face, tmp_path):
    path = put(tmp_path, openface(12, AU04_r=lambda k: k % 6, AU45_r=lambda k: 5 * (k == 3), AU12_r=lambda k: 0.25 * k))
    assert addon.ops.wince.import_motion(filepath=path, start=5) == {"FINISHED"}
    for frame in (5, 8, 16):
        k = frame - 5
        bpy.context.scene.frame_set(frame)
        expected = ActionUnits.from_codes({4: k % 6, 45: 5.0 * (k == 3), 12: 0.25 * k})
        assert face.aus().keys() == pytest.approx(expected.keys())
        assert np.abs(now(face.mesh_object) - rig.pose(face.person, expected)).max() <= AGREE_M


def test_the_present_frame_follows_at_once(addon, face, tmp_path):
    addon.context.scene.frame_set(3)
    addon.ops.wince.import_motion(filepath=put(tmp_path, openface(12, AU04_r=lambda k: k / 4)), start=1)
    addon.context.view_layer.update()
    assert face.aus().both(4) == 0.5


def test_keys_are_linear_at_whole_frames_in_the_bones_group(addon, face, tmp_path):
    addon.context.scene.render.fps = 30
    addon.ops.wince.import_motion(filepath=put(tmp_path, openface(61, 60, AU04_r=lambda k: k / 20)), start=10)
    curve = curve_of(face, "AU04.L")
    assert keys_of(curve) == [(10 + k, pytest.approx(k / 10)) for k in range(31)]
    assert {point.interpolation for point in curve.keyframe_points} == {"LINEAR"} and curve.group.name == "face"
    before, point, after = curve.keyframe_points[4:7]
    assert before.co.x < point.handle_left.x < point.co.x < point.handle_right.x < after.co.x
    assert curve.evaluate(12.5) == pytest.approx(0.25) and addon.context.scene.frame_end == 40


def test_only_the_imported_range_is_replaced(addon, face, tmp_path):
    bone = poses.bone(face.armature)
    for frame, value in ((1, 5.0), (12, 4.0), (14, 3.0), (40, 2.0)):
        bone["AU04.L"] = value
        bone.keyframe_insert('["AU04.L"]', frame=frame)
        bone["AU06.L"] = value
        bone.keyframe_insert('["AU06.L"]', frame=frame)
    curve_of(face, "AU04.L").keyframe_points[3].interpolation = "BOUNCE"
    curve_of(face, "AU04.L").keyframe_points[0].handle_left_type = "FREE"
    addon.ops.wince.import_motion(filepath=put(tmp_path, openface(5, AU04_r=lambda k: 1)), start=10)
    curve = curve_of(face, "AU04.L")
    assert keys_of(curve) == [(1, 5), *[(k, 1) for k in range(10, 15)], (40, 2)]
    assert curve.keyframe_points[6].interpolation == "BOUNCE" and curve.keyframe_points[0].handle_left_type == "FREE"
    assert keys_of(curve_of(face, "AU06.L")) == [(1, 5), (12, 4), (14, 3), (40, 2)]


def test_options_of_the_dialog(addon, face, tmp_path):
    path = put(tmp_path, openface(5, AU04_r=lambda k: 2, AU51_r=lambda k: 2))
    addon.ops.wince.import_motion(filepath=path, start=1, scale=1.5, sides="R", extend=False, smoothing=0.1)
    assert keys_of(curve_of(face, "AU04.R")) == [(k, pytest.approx(3)) for k in range(1, 6)] and curve_of(face, "AU04.L") is None
    assert keys_of(curve_of(face, "AU51"))[0] == (1, 2) and addon.context.scene.frame_end == 20


def test_a_live_link_take_is_imported(addon, face, tmp_path):
    path = put(tmp_path, "Timecode,BlendShapeCount,JawOpen,MouthLeft,HeadYaw\n1:2:3:4.0,61,0.45,0.5,0\n1:2:3:8.0,61,0,0.5,0\n")
    addon.context.scene.render.fps = 60
    addon.ops.wince.import_motion(filepath=path, start=1)
    assert keys_of(curve_of(face, "AU26"))[:1] == [(1, 5)] and keys_of(curve_of(face, "AU26"))[-1] == (5, 0)


def test_import_is_undone(addon, face, tmp_path):
    path = put(tmp_path, openface(5, AU04_r=lambda k: 2))
    addon.ops.ed.undo_push(message="before")
    addon.ops.wince.import_motion(filepath=path, start=1)
    addon.ops.ed.undo_push(message="after")
    assert curve_of(faces.active(addon.context), "AU04.L") is not None
    addon.ops.ed.undo()
    assert fcurves.au_range(faces.active(addon.context).armature) == (0, None, None)
    addon.ops.ed.redo()
    assert fcurves.au_range(faces.active(addon.context).armature) == (2, 1, 5)


@pytest.mark.parametrize(("text", "sentence"), [("a,b\n1,2\n", "no column of this file is known"),
                                                ("time,AU04\n0,x\n", "line 2, column AU04: 'x' is no number"), (None, "there is no file")])
def test_what_cannot_be_read_is_refused_with_a_sentence(addon, face, tmp_path, text, sentence):
    path = put(tmp_path, text) if text else str(tmp_path / "absent.csv")
    with pytest.raises(RuntimeError, match=sentence):
        addon.ops.wince.import_motion(filepath=path)
    assert face.armature.animation_data.action is None


def test_a_binary_file_is_refused(addon, face, tmp_path):
    (tmp_path / "x.csv").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(RuntimeError, match=r"x\.csv is no text file"):
        addon.ops.wince.import_motion(filepath=str(tmp_path / "x.csv"))


def test_what_keeps_imported_keys_from_being_seen_is_named(addon, face):
    poses.bone(face.armature)["AU43.L"] = 5.0
    assert fcurves.in_the_way(face.armature, ["AU45.L", "AU04.L"]) == ([], [("AU43.L", "AU45.L")])
    assert fcurves.driven(face.armature, ["AU61"]) == []


def test_rivals_of_an_earlier_import_are_silent_where_the_new_one_is(addon, face, tmp_path):
    fcurves.write_aus(face.armature, np.array([1, 30]), {"AU43.L": np.full(2, 4.0), "AU12.L": np.full(2, 2.0)})
    addon.ops.wince.import_motion(filepath=put(tmp_path, openface(3, AU45_r=lambda k: 5)), start=10)
    assert keys_of(curve_of(face, "AU43.L")) == [(1, 4), (10, 0), (11, 0), (12, 0), (30, 4)]
    addon.context.scene.frame_set(11)
    assert face.aus().keys() == ActionUnits.from_keys({"AU45.L": 5, "AU45.R": 5, "AU12.L": 2}).keys()


def test_long_captures_are_quick_to_key(addon, face):
    frames, values = np.arange(10_000), dict.fromkeys(AU_KEYS, np.ones(10_000))
    fcurves.write_aus(face.armature, frames, values)
    assert fcurves.au_range(face.armature) == (len(AU_KEYS), 0, 9999)


# Export

def test_a_round_trip_is_exact(addon, face, tmp_path, rng):
    values = tracks.resolved({key: 5 * rng.random(20) * (rng.random(20) < 0.5) for key in AU_KEYS})
    fcurves.write_aus(face.armature, np.arange(1, 21), values)
    before = {key: keys_of(curve_of(face, key)) for key in AU_KEYS}
    path = str(tmp_path / "out.csv")
    assert addon.ops.wince.export_motion(filepath=path) == {"FINISHED"}
    face.armature.animation_data.action = None
    addon.ops.wince.import_motion(filepath=path, start=1)
    assert {key: keys_of(curve_of(face, key)) for key in AU_KEYS} == before
    again = str(tmp_path / "again.csv")
    addon.ops.wince.export_motion(filepath=again)
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "out.csv").read_bytes()


def test_export_samples_what_is_evaluated_and_moves_nothing(addon, face, tmp_path):
    """A slider that is driven, and one that is not animated at all."""
    scene, bone = addon.context.scene, poses.bone(face.armature)
    bone["AU12.L"], scene.frame_current = 1.25, 7
    driver = bone.driver_add('["AU04.L"]').driver
    driver.expression = "frame / 10"
    before = len(bpy.data.objects), len(bpy.data.scenes), len(bpy.data.meshes)
    addon.ops.wince.export_motion(filepath=str(tmp_path / "out.csv"))
    track, _ = track_csv.read((tmp_path / "out.csv").read_text())
    assert track.values["AU04.L"] == pytest.approx(np.arange(1, 21) / 10) and set(track.values["AU12.L"]) == {1.25}
    assert scene.frame_current == 7 and (len(bpy.data.objects), len(bpy.data.scenes), len(bpy.data.meshes)) == before
    assert addon.context.scene == scene


def test_the_name_that_is_offered(addon):
    from wince.operators import motion
    assert (motion.name_after("/films/cold.blend"), motion.name_after("")) == ("cold.csv", "face.csv")


def test_a_hidden_face_is_sampled_too(addon, face):
    fcurves.write_aus(face.armature, np.array([1, 11]), {"AU17": np.array([0.0, 5.0])})
    face.armature.hide_viewport = face.armature.hide_render = True
    assert sampling.aus_over(face.armature, [1, 3, 11], addon.context.scene)["AU17"].tolist() == pytest.approx([0, 1, 5])


def test_gaze_at_a_target_is_sampled(addon, face):
    addon.ops.wince.add_look_at()
    from wince.bridge import gaze
    target = gaze.link(face).target
    target.location = face.armature.matrix_world @ target.location
    for frame, x in ((1, 0.0), (10, 1.0)):
        target.location.x = x
        target.keyframe_insert("location", frame=frame)
    found = sampling.aus_over(face.armature, [1, 10], addon.context.scene)["AU61"]
    addon.context.scene.frame_set(10)
    assert found[0] == pytest.approx(0, abs=0.01) and found[1] > 1
    assert found[1] == pytest.approx(poses.read(face.armature)["AU61"], abs=1e-5)


# PSPI

def test_pspi_over_time_is_a_locked_curve_beside_the_aus(addon, face):
    fcurves.write_aus(face.armature, np.array([1, 11, 20]), {key: np.array([0.0, 5.0, 0.0]) for key in ("AU04.L", "AU06.R")})
    addon.context.scene.frame_set(4)
    poses.bone(face.armature)["AU09.L"] = 2.0
    addon.ops.wince.pspi_over_time()
    curve = curve_of(face, "PSPI")
    assert curve.lock and curve.group.name == "face" and addon.context.scene.frame_current == 4
    assert [frame for frame, _ in keys_of(curve)] == list(range(1, 21))
    assert [curve.evaluate(frame) for frame in (1, 3, 11, 20)] == [2, 4, 12, 2] and curve.evaluate(11.9) == 12
    addon.context.scene.frame_set(11)
    assert poses.bone(face.armature)["PSPI"] == 12


def test_refreshing_pspi_replaces_it(addon, face):
    addon.ops.wince.pspi_over_time()
    addon.context.scene.frame_end = 8
    poses.bone(face.armature)["AU04.L"] = 3.0
    addon.ops.wince.pspi_over_time()
    assert keys_of(curve_of(face, "PSPI")) == [(k, 3) for k in range(1, 9)]
    assert sum(curve.data_path.endswith('["PSPI"]') for curve in fcurves.curves(face.armature)) == 1


def test_pspi_as_a_text(addon, face):
    poses.bone(face.armature)["AU10.L"] = 4.0
    addon.context.scene.frame_start, addon.context.scene.frame_end = 3, 4
    for _ in range(2):
        addon.ops.wince.pspi_over_time(curve=False, text=True)
    assert [text.as_string() for text in bpy.data.texts] == ["frame,PSPI,brow,orbit,levator,eyes\n3,4,0,0,4,0\n4,4,0,0,4,0\n"]
    assert curve_of_or_none(face) is None


def curve_of_or_none(face):
    curves = fcurves.curves(face.armature)
    return curves.find(poses.curve_path("PSPI")) if curves else None


# Bake

def animate(face):
    frames = np.arange(1, 21)
    wave = 2.5 + 2.5 * np.sin(frames)
    fcurves.write_aus(face.armature, frames, dict.fromkeys(("AU04.L", "AU43.L", "AU07.L", "AU12.R", "AU26", "AU51", "AU63", "AU55"), wave))


def test_a_baked_face_moves_as_before_without_any_driver(addon, face):
    animate(face)
    before = posed(face, range(1, 21))
    addon.context.scene.frame_set(6)
    assert addon.ops.wince.bake_shape_keys() == {"FINISHED"} and addon.context.scene.frame_current == 6
    assert bake.of(face) == (1, 20)
    for block in (face.armature, face.mesh_object.data.shape_keys):
        for curve in list(block.animation_data.drivers):
            assert curve.mute
            block.animation_data.drivers.remove(curve)
    after = posed(face, range(1, 21))
    assert max(np.abs(after[frame] - before[frame]).max() for frame in before) <= 1e-6
    assert np.abs(before[2] - before[5]).max() > 1e-3


def test_unbaking_restores_everything(addon, face):
    animate(face)
    keys = face.mesh_object.data.shape_keys
    muted = keys.animation_data.drivers.find('key_blocks["AU15.L"].value')
    muted.mute = True
    state = [(curve.data_path, curve.array_index, curve.mute) for block in (face.armature, keys) for curve in block.animation_data.drivers]
    curves = [curve.data_path for curve in fcurves.curves(face.armature)]
    before, actions = posed(face, (1, 7, 20)), len(bpy.data.actions)
    addon.ops.wince.bake_shape_keys()
    with pytest.raises(RuntimeError, match="baked already"):
        addon.ops.wince.bake_shape_keys()
    addon.ops.wince.unbake_shape_keys()
    assert [(c.data_path, c.array_index, c.mute) for block in (face.armature, keys) for c in block.animation_data.drivers] == state
    assert [curve.data_path for curve in fcurves.curves(face.armature)] == curves
    assert len(bpy.data.actions) == actions and keys.animation_data.action is None and bake.of(face) is None
    after = posed(face, (1, 7, 20))
    assert all((after[frame] == before[frame]).all() for frame in before)
    poses.bone(face.armature)["AU34"] = 5.0                # and live sliders move it again
    face.armature.update_tag()
    assert np.abs(now(face.mesh_object) - after[20][:len(face.person.base)]).max() > 1e-3
    with pytest.raises(RuntimeError, match="is not baked"):
        addon.ops.wince.unbake_shape_keys()


def test_an_artists_own_shape_key_animation_survives_bake_and_unbake(addon, face):
    block = face.mesh_object.shape_key_add(name="Own", from_mix=False)
    block.value = 1.0
    block.keyframe_insert("value", frame=3)
    addon.ops.wince.bake_shape_keys()
    addon.ops.wince.unbake_shape_keys()
    assert [curve.data_path for curve in fcurves.curves(face.mesh_object.data.shape_keys)] == ['key_blocks["Own"].value']


def test_a_face_moved_by_the_nla_is_baked_as_it_moves(addon, face):
    animate(face)
    data = face.armature.animation_data
    track, action = data.nla_tracks.new(), data.action
    strip = track.strips.new("half", 1, action)
    strip.use_animated_influence = True                    # without it the influence is always 1; with it, what its own curve says
    strip.fcurves[0].keyframe_points[0].co.y, data.action = 0.5, None
    before = posed(face, range(1, 21))
    half = tracks.resolved(sampling.aus_over(face.armature, [5], addon.context.scene))
    assert half["AU26"] == pytest.approx((2.5 + 2.5 * np.sin(5)) / 2, abs=1e-6)
    addon.ops.wince.bake_shape_keys()
    after = posed(face, range(1, 21))
    assert max(np.abs(after[frame] - before[frame]).max() for frame in before) <= 1e-6
    assert np.abs(before[2] - before[5]).max() > 1e-3
    addon.ops.wince.unbake_shape_keys()
    assert data.action is None and len(data.nla_tracks) == 1


def test_without_a_face_the_operators_say_so(addon):
    for name in ("import_motion", "export_motion", "pspi_over_time", "bake_shape_keys", "unbake_shape_keys"):
        with pytest.raises(RuntimeError, match="Select a FACS face"):
            getattr(addon.ops.wince, name)()
