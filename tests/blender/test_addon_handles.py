"""Handles on the face: where they are, and what a pull does. The gizmos themselves live in a window only: see the GUI test."""

import numpy as np
import pytest

pytest.importorskip("bpy")

from mathutils import Euler, Vector

from wince.bridge import face as faces
from wince.bridge import handles, poses
from wince.core.facs.action_units import ActionUnits
from wince.core.facs.handles import HANDLES
from wince.operators.handles import Drag


@pytest.fixture
def face(addon):
    """A face in the scene, neutral."""
    addon.ops.wince.add_face(seed=3, plain=True)
    addon.context.scene.wince_link_sides = False
    return faces.active(addon.context)


def posed(bpy, face, code):
    face.set_aus(ActionUnits.parse(code))
    bpy.context.view_layer.update()
    return handles.places(face, bpy.context.evaluated_depsgraph_get())


def drag(bpy, face, name, millimetres, link=False, **how):
    """Pull a handle by (out, up) millimetres, in ten steps as a hand does; returns the Drag."""
    bpy.context.view_layer.update()
    depsgraph = bpy.context.evaluated_depsgraph_get()
    pull = Drag(face, name, depsgraph, link)
    for _ in range(10):
        pull.move(handles.way(HANDLES[name], handles.frame(face, depsgraph), np.array(millimetres) / 10), **how)
    return pull


def values(face):
    return {key: round(value, 3) for key, value in poses.read(face.armature).items() if value}


def test_every_handle_is_on_the_face_in_front_of_the_skin_and_left_is_left(addon, face):
    places = posed(addon, face, "0")
    assert set(places) == set(HANDLES)
    assert len({tuple(np.round(place.point, 4)) for place in places.values()}) == len(HANDLES)
    for name, place in places.items():
        assert -0.16 < place.point.y < -0.1 and place.outward.y < -0.5
        assert {"L": place.point.x > 0.005, "R": place.point.x < -0.005, "B": abs(place.point.x) < 0.002}[HANDLES[name].side]
    downwards = ("brow_inner", "lid_upper", "lid_lower", "cheek", "nose_wing", "lip_upper", "mouth_corner")
    rows = [places[f"{name}.L"].point.z for name in downwards]
    assert rows == sorted(rows, reverse=True)
    assert places["mouth_corner.L"].point.z > places["lip_lower"].point.z > places["jaw"].point.z


def test_a_handle_goes_where_its_pull_goes(addon, face):
    rest = posed(addon, face, "0")
    ways = (("12E", "mouth_corner.L", (0.5, 0, 0.87)), ("15E", "mouth_corner.R", (0, 0, -1)), ("43", "lid_upper.L", (0, 0, -1)),
            ("1E", "brow_inner.R", (0, 0, 1)), ("27E", "jaw", (0, 0.5, -1)), ("9E", "nose_wing.L", (0, 0, 1)),
            ("6E", "cheek.L", (0.3, 0, 1)), ("25E", "lip_lower", (0, 0, -1)), ("17E", "jaw", (0, 0, 1)))
    for code, name, towards in ways:
        moved = posed(addon, face, code)[name].point - rest[name].point
        assert moved.length > 0.0015, (code, moved.length)
        assert moved.normalized().dot(Vector(towards).normalized()) > 0.6, (code, moved)


def test_handles_follow_a_turned_scaled_face(addon, face):
    before = posed(addon, face, "51C+12C")
    face.armature.location, face.armature.rotation_euler, face.armature.scale = (1, 2, 3), Euler((0.3, 0.2, 1.0)), (2, 2, 2)
    after = posed(addon, face, "51C+12C")
    for name, place in before.items():
        assert (face.armature.matrix_world @ place.point - after[name].point).length < 1e-5
        assert after[name].millimetre == pytest.approx(0.002)


def test_a_way_and_its_millimetres_are_inverses(addon, face):
    face.armature.rotation_euler, face.armature.scale = Euler((0.3, 0.2, 1.0)), (3, 3, 3)
    posed(addon, face, "52D+53B")
    own = handles.frame(face, addon.context.evaluated_depsgraph_get())
    for name in ("mouth_corner.L", "mouth_corner.R", "jaw"):
        assert handles.millimetres(HANDLES[name], own, handles.way(HANDLES[name], own, (3, -7))) == pytest.approx([3, -7], abs=1e-4)


@pytest.mark.parametrize(("name", "millimetres", "expected"), [
    ("mouth_corner.L", (9, 15.588), {"AU12.L": 5}),
    ("mouth_corner.R", (0, -12), {"AU15.R": 5}),
    ("brow_inner.R", (0, 10), {"AU01.R": 5}),
    ("lid_upper.L", (0, -12), {"AU43.L": 5}),
    ("jaw", (0, -36), {"AU27": 5}),
])
def test_a_pull_sets_the_face(addon, face, name, millimetres, expected):
    face.armature.rotation_euler.z = 0.7
    face.set_aus(ActionUnits.parse("51B"))
    pull = drag(addon, face, name, millimetres)
    assert pull.finish(addon.context.scene)
    assert values(face) == pytest.approx(expected | {"AU51": 2}, abs=0.01)


def test_a_pull_goes_on_from_where_the_face_is(addon, face):
    face.set_aus(ActionUnits.parse("R15B"))                                     # share 0.28: 3.36 mm down
    drag(addon, face, "mouth_corner.R", (0, -(0.52 - 0.28) * 12)).finish(addon.context.scene)
    assert values(face) == {"AU15.R": pytest.approx(3, abs=0.01)}


def test_both_sides(addon, face):
    drag(addon, face, "mouth_corner.R", (0, -12), link=True).finish(addon.context.scene)
    assert values(face) == {"AU15.L": pytest.approx(5, abs=0.01), "AU15.R": pytest.approx(5, abs=0.01)}


def test_shift_is_precise_and_ctrl_takes_whole_steps(addon, face):
    drag(addon, face, "jaw", (0, 12), precise=True).finish(addon.context.scene)
    assert values(face) == {"AU17": pytest.approx(1, abs=0.01)}                 # 1.2 of 10 mm
    drag(addon, face, "jaw", (0, 5), snap=True).finish(addon.context.scene)
    assert values(face) == {"AU17": 3.0}                                        # 6.2 of 10 mm: 3.36


def test_cancelling_puts_everything_back(addon, face):
    face.set_aus(ActionUnits.parse("45B+12C"))
    pull = drag(addon, face, "lid_upper.L", (0, -8))
    assert values(face)["AU43.L"] > 3 and "AU45.L" not in values(face)
    pull.cancel()
    assert values(face) == {"AU45.L": 2, "AU45.R": 2, "AU12.L": 3, "AU12.R": 3}


def test_a_pull_of_nothing_is_no_step(addon, face):
    assert not Drag(face, "jaw", addon.context.evaluated_depsgraph_get(), False).finish(addon.context.scene)
    assert not drag(addon, face, "jaw", (5, 0)).finish(addon.context.scene)


def test_auto_keying_keys_what_was_pulled_and_only_when_it_is_let_go(addon, face, monkeypatch):
    monkeypatch.setattr(addon.context.preferences.edit, "use_keyframe_insert_available", False)       # 5.2 comes with it on
    addon.context.scene.tool_settings.use_keyframe_insert_auto = True
    addon.context.scene.frame_set(7)
    pull = drag(addon, face, "mouth_corner.L", (9, 15.588))
    assert face.armature.animation_data.action is None
    pull.finish(addon.context.scene)
    moving = poses.Animation(face.armature, 7)
    assert moving.of("AU12.L") == "KEYED" and moving.of("AU12.R") == "" and moving.of("AU15.L") == ""
    addon.context.scene.frame_set(8)
    addon.context.scene.frame_set(7)
    assert values(face) == {"AU12.L": pytest.approx(5, abs=0.01)}


def test_without_auto_keying_nothing_is_keyed(addon, face):
    drag(addon, face, "jaw", (0, -20)).finish(addon.context.scene)
    assert face.armature.animation_data.action is None


def test_a_mesh_without_those_vertices_has_no_handles(addon, face):
    face.mesh_object.modifiers.clear()
    face.mesh_object.shape_key_clear()
    face.mesh_object.data.clear_geometry()
    assert posed(addon, face, "0") == {}


def test_the_option_is_off_until_it_is_chosen_and_saved_with_the_scene(addon, face, tmp_path):
    assert not addon.context.scene.wince_handles
    addon.context.scene.wince_handles = True
    path = str(tmp_path / "face.blend")
    addon.ops.wm.save_as_mainfile(filepath=path)
    addon.ops.wm.open_mainfile(filepath=path)
    assert addon.context.scene.wince_handles
    assert handles.place(faces.in_scene(addon.context.scene)[0], "jaw").point.z > 0
