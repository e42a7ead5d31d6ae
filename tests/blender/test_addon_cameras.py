"""Cameras in an artist's scene: what they see, and what is kept of them in a rig file."""

import json
import math

import numpy as np
import pytest

pytest.importorskip("bpy")

from mathutils import Euler, Matrix

from wince import preferences
from wince.bridge import face as faces
from wince.core import aims
from wince.core import cameras as views
from wince.core.errors import WinceError
from wince.job import rigs, spec
from wince.stage import cameras

SIZE = (256, 192)
MOVED = Matrix.LocRotScale((3, -2, 1.5), Euler((0.4, -0.9, 2.5)), (2, 2, 2))


@pytest.fixture
def face(addon):
    """A face at the origin, in a scene with pictures of SIZE."""
    render = addon.context.scene.render
    render.resolution_x, render.resolution_y = SIZE
    addon.ops.wince.add_face(seed=5, plain=True)
    return faces.in_scene(addon.context.scene)[0]


@pytest.fixture
def scene(addon, face):
    """The scene that the face is in."""
    return addon.context.scene


@pytest.fixture
def library(addon, tmp_path):
    """The folder of own rigs."""
    preferences.get(addon.context).library_folder = str(tmp_path)
    yield tmp_path / "cameras"
    preferences.get(addon.context).library_folder = ""


def move(bpy, face, matrix):
    face.armature.matrix_world = matrix
    bpy.context.view_layer.update()


def landmarks(person):
    pack = person.pack
    return np.einsum("nk,nkc->nc", pack.landmark_weights, person.base[pack.faces[pack.landmark_faces]])


def job_view(person, camera, size=SIZE):
    """Return the View that a job makes of a description of a person."""
    return views.view(camera, aims.aims(person)[camera.look_at], aims.height(person), camera.resolution or size)


def same_numbers(view, other, within=2e-6):
    for name in ("K", "R", "t"):
        np.testing.assert_allclose(getattr(view, name), getattr(other, name), atol=within * (200 if name == "K" else 1))


def by_name(scene):
    return {camera.name: obj for obj, camera in cameras.in_scene(scene)}


def test_a_rig_around_a_face_at_rest_is_the_jobs_to_the_last_bit(addon, face, scene):
    assert addon.ops.wince.add_cameras(rig="portrait") == {"FINISHED"}
    told = cameras.in_scene(scene)
    assert [camera for _, camera in told] == sorted(views.expand(rigs.resolve(["portrait"])), key=lambda camera: camera.name)
    for obj, camera in told:
        seen, meant = cameras.view_of(obj, scene), job_view(face.person, camera)
        for name in ("K", "R", "t", "matrix_world"):
            assert getattr(seen, name).tobytes() == getattr(meant, name).tobytes()
        np.testing.assert_allclose(np.array(obj.matrix_world), seen.matrix_world, atol=1e-6)
        assert obj.parent is None and json.loads(obj["wince_camera"])["name"] == camera.name
    assert scene.camera in [obj for obj, _ in told] and scene.collection.children["Wince Cameras"].objects[:]


@pytest.mark.parametrize("rig", rigs.names())
def test_a_moved_turned_and_scaled_face_has_the_same_picture(addon, face, scene, rig):
    move(addon, face, MOVED)
    addon.ops.wince.add_cameras(rig=rig, seed=3)
    world = landmarks(face.person) @ np.array(MOVED)[:3, :3].T + np.array(MOVED)[:3, 3]
    wanted = {camera.name: camera for camera in views.expand(rigs.resolve([rig]), 3)}
    told = cameras.in_scene(scene)
    assert {camera.name: camera for _, camera in told} == wanted
    for obj, camera in told:
        meant, seen = job_view(face.person, camera), cameras.view_of(obj, scene)
        np.testing.assert_allclose(views.project(seen, world), views.project(meant, landmarks(face.person)), atol=1e-3)
        assert seen.distance_m == pytest.approx(2 * meant.distance_m, rel=1e-6)


def test_what_blender_itself_sees_is_what_the_view_says(addon, face, scene):
    """Blender's own projection of an object camera, which knows nothing of ours."""
    from bpy_extras.object_utils import world_to_camera_view
    from mathutils import Vector
    move(addon, face, MOVED)
    addon.ops.wince.add_cameras(rig="arc7")
    world = landmarks(face.person) @ np.array(MOVED)[:3, :3].T + np.array(MOVED)[:3, 3]
    for obj, camera in cameras.in_scene(scene):
        share = np.array([world_to_camera_view(scene, obj, Vector(point)) for point in world])
        pixels = np.column_stack([share[:, 0] * SIZE[0] - 0.5, (1 - share[:, 1]) * SIZE[1] - 0.5])
        np.testing.assert_allclose(views.project(cameras.view_of(obj, scene), world), pixels, atol=2e-3, err_msg=camera.name)


@pytest.mark.parametrize("scale", [(1, 1, 2), (-1, 1, 1)])
def test_a_stretched_or_mirrored_face_is_refused(addon, face, scene, scale):
    move(addon, face, Matrix.Diagonal((*scale, 1)))
    with pytest.raises(RuntimeError, match="stretched or mirrored by its scale: give it one positive scale"):
        addon.ops.wince.add_cameras(rig="portrait")
    assert not cameras.listed(scene)


def test_a_face_at_the_cursor_that_nothing_has_updated_yet(addon, face, scene):
    face.armature.location = (0, 5, 0)
    addon.ops.wince.add_cameras(rig="frontal")
    meant = job_view(face.person, spec.Camera("frontal"))
    assert by_name(scene)["frontal"].matrix_world.translation.y == pytest.approx(5 + meant.matrix_world[1, 3])


# By hand -------------------------------------------------------------------------------------------------------------

def hand_move(addon, scene):
    """Move, turn and zoom some cameras, as an artist does."""
    objects = by_name(scene)
    objects["frontal"].location.x += 0.1
    objects["frontal"].rotation_euler.y += 0.2
    objects["three_quarter_left"].data.lens = 50
    objects["three_quarter_right"].data.sensor_fit = "VERTICAL"
    addon.context.view_layer.update()


@pytest.mark.parametrize("matrix", [Matrix(), MOVED], ids=["at rest", "moved"])
def test_cameras_moved_by_hand_come_back_from_a_rig_file(addon, face, scene, library, matrix):
    move(addon, face, matrix)
    addon.ops.wince.add_cameras(rig="portrait")
    hand_move(addon, scene)
    assert addon.ops.wince.save_cameras(filepath=str(library / "mine.json")) == {"FINISHED"}
    saved = {camera.name: camera for camera in rigs.resolve([str(library / "mine.json")])}
    frame = aims.frame(matrix)
    for obj, camera in cameras.in_scene(scene):
        assert rigs.to_json([camera]) == rigs.to_json([saved[camera.name]])        # the same, but for what a rig file rounds
        seen = cameras.view_of(obj, scene)
        same_numbers(seen, views.moved(job_view(face.person, saved[camera.name]), frame))
        np.testing.assert_allclose(seen.matrix_world, np.array(obj.matrix_world), atol=1e-6)
    assert saved["frontal"].pan_deg and saved["frontal"].distance_m and saved["three_quarter_left"].lens_mm == 50
    assert saved["three_quarter_right"].sensor_mm == pytest.approx(24 * SIZE[0] / SIZE[1])
    before = {name: cameras.view_of(obj, scene) for name, obj in by_name(scene).items()}
    addon.ops.wince.remove_cameras()
    addon.ops.wince.add_cameras(rig="own:mine")
    for name, obj in by_name(scene).items():
        same_numbers(cameras.view_of(obj, scene), before[name], 1e-5)


def test_blender_sees_a_vertical_sensor_as_we_do(addon, face, scene):
    from bpy_extras.object_utils import world_to_camera_view
    from mathutils import Vector
    addon.ops.wince.add_cameras(rig="frontal")
    obj = by_name(scene)["frontal"]
    point = landmarks(face.person)[30]
    for fit in ("VERTICAL", "HORIZONTAL", "AUTO"):
        for size in (SIZE, SIZE[::-1]):
            obj.data.sensor_fit = fit
            scene.render.resolution_x, scene.render.resolution_y = size
            share = world_to_camera_view(scene, obj, Vector(point))
            np.testing.assert_allclose(views.project(cameras.view_of(obj, scene), [point])[0],
                                       [share[0] * size[0] - 0.5, (1 - share[1]) * size[1] - 0.5], atol=2e-3, err_msg=f"{fit} {size}")


@pytest.mark.parametrize("change, words", [
    (lambda obj: setattr(obj.data, "type", "ORTHO"), "is ortho, and labels need a perspective one"),
    (lambda obj: setattr(obj.data, "type", "PANO"), "is pano, and labels need a perspective one"),
    (lambda obj: setattr(obj.data, "shift_x", 0.1), "is shifted: set Shift X and Y to 0"),
    (lambda obj: setattr(obj, "scale", (1, 1, -1)), "is mirrored or sheared"),
    (lambda obj: obj.__setitem__("wince_camera", "{"), "no longer says what it was"),
])
def test_cameras_that_no_view_can_be_are_refused(addon, face, scene, tmp_path, change, words):
    addon.ops.wince.add_cameras(rig="frontal")
    change(cameras.listed(scene)[0])
    with pytest.raises(RuntimeError, match=words):
        addon.ops.wince.save_cameras(filepath=str(tmp_path / "x.json"))
    assert not (tmp_path / "x.json").exists()


def test_a_cameras_own_scale_changes_nothing(addon, face, scene):
    addon.ops.wince.add_cameras(rig="frontal")
    obj = by_name(scene)["frontal"]
    before = cameras.view_of(obj, scene)
    obj.scale = (3, 3, 3)
    addon.context.view_layer.update()
    same_numbers(cameras.view_of(obj, scene), before)


def test_an_artists_own_camera_is_used_as_it_stands(addon, face, scene, tmp_path):
    obj = addon.data.objects.new("Nose Close-Up", addon.data.cameras.new("x"))
    scene.collection.objects.link(obj)
    obj.matrix_world = Matrix.LocRotScale((0.3, -0.7, 1.6), Euler((1.5, 0.1, 0.4)), (1, 1, 1))
    obj.data.lens = 120
    scene.camera = obj
    addon.context.view_layer.update()
    assert addon.ops.wince.use_camera() == {"FINISHED"}
    (_, camera), = cameras.in_scene(scene)
    assert camera.name == "nose_close-up" and camera.lens_mm == 120
    view = job_view(face.person, camera)
    np.testing.assert_allclose(view.matrix_world, np.array(obj.matrix_world), atol=1e-6)
    assert addon.ops.wince.save_cameras(filepath=str(tmp_path / "rig")) == {"FINISHED"}
    assert (tmp_path / "rig.json").read_text() == rigs.to_json([camera]) == rigs.to_json(rigs.read(tmp_path / "rig.json"))


def test_cameras_inside_the_head_are_told_and_not_saved(addon, face, scene, tmp_path):
    addon.ops.wince.add_cameras(rig="frontal")
    obj = by_name(scene)["frontal"]
    assert not cameras.is_inside(obj, face)
    obj.location = aims.aims(face.person)["eyes"] + [0, 0.06, 0]
    addon.context.view_layer.update()
    assert cameras.is_inside(obj, face)
    with pytest.raises(RuntimeError, match="stands inside the head"):
        addon.ops.wince.save_cameras(filepath=str(tmp_path / "x.json"))
    (tmp_path / "near.json").write_text('[{"name": "a"}, {"name": "b", "distance_m": 0.01}]')
    with pytest.raises(RuntimeError, match="'b' stands inside the head"):
        addon.ops.wince.load_cameras(filepath=str(tmp_path / "near.json"))
    assert len(cameras.listed(scene)) == 1, "half a rig was made"


# Names, several faces, the rest ----------------------------------------------------------------------------------------

def test_names_are_the_views_and_never_double(addon, face, scene):
    addon.ops.wince.add_cameras(rig="frontal")
    addon.ops.wince.add_cameras(rig="frontal")
    assert sorted(by_name(scene)) == ["frontal", "frontal_2"]
    first = by_name(scene)["frontal"]
    copy = first.copy()
    scene.collection.objects.link(copy)
    assert copy.name == "frontal.001" and len(by_name(scene)) == 3
    first.name = "From the Left!"
    assert "from_the_left" in by_name(scene)
    assert len({cameras.view_of(obj, scene).name for obj in cameras.listed(scene)}) == 3


def test_two_faces_have_their_own_cameras(addon, face, scene):
    scene.cursor.location = (2, 0, 0)
    addon.ops.wince.add_face(seed=6, plain=True)
    other = faces.active(addon.context)
    assert other.armature != face.armature
    addon.ops.wince.add_cameras(rig="portrait")
    addon.context.view_layer.objects.active = face.mesh_object
    addon.ops.wince.add_cameras(rig="frontal")
    assert len(cameras.in_scene(scene, other)) == 3 and len(cameras.in_scene(scene, face)) == 1 and len(cameras.in_scene(scene)) == 4
    obj = cameras.of_face(scene, other)[0]
    assert obj.location.x > 1.5
    addon.context.view_layer.objects.active = obj
    assert cameras.meant(addon.context).armature == other.armature
    addon.ops.wince.remove_cameras()
    assert not cameras.of_face(scene, other) and len(cameras.listed(scene)) == 1
    cam = cameras.listed(scene)[0]
    for thing in face.objects:
        addon.data.objects.remove(thing)
    assert cameras.face_of(cam, scene).armature == other.armature, "the only face that is left"


def test_re_aim_follows_the_face_and_keeps_what_was_moved_by_hand(addon, face, scene):
    addon.ops.wince.add_cameras(rig="portrait")
    hand_move(addon, scene)
    before = {name: camera for (_, camera), name in zip(cameras.in_scene(scene), by_name(scene), strict=True)}
    assert {cameras.was_moved(obj, face) for obj in cameras.listed(scene)} == {"camera"}
    move(addon, face, MOVED)
    assert {cameras.was_moved(obj, face) for obj in cameras.listed(scene)} == {"face"}
    assert addon.ops.wince.re_aim_cameras() == {"FINISHED"}
    for obj, camera in cameras.in_scene(scene):
        same_numbers(job_view(face.person, camera), job_view(face.person, before[camera.name]), 1e-5)
        assert cameras.was_moved(obj, face) is None
    addon.ops.wince.remove_cameras()
    addon.ops.wince.add_cameras(rig="portrait")
    wanted = [camera for _, camera in cameras.in_scene(scene)]
    hand_move(addon, scene)
    addon.ops.wince.re_aim_cameras(as_described=True)
    assert [camera for _, camera in cameras.in_scene(scene)] == wanted


def test_cameras_are_drawn_small_and_as_the_artist_likes(addon, face, scene):
    move(addon, face, Matrix.Scale(2, 4))
    addon.ops.wince.add_cameras(rig="frontal")
    (obj,) = by_name(scene).values()
    assert obj.data.display_size == pytest.approx(0.16)
    obj.data.display_size = 0.5
    addon.ops.wince.re_aim_cameras()
    assert obj.data.display_size == 0.5


def test_re_aim_keeps_the_fill_for_another_person_and_another_format(addon, face, scene):
    addon.ops.wince.add_cameras(rig="frontal")
    from wince.bridge import people
    from wince.stage import dress
    addon.ops.wince.add_face(seed=77, plain=True)
    who = faces.in_scene(scene)[-1].person.identity
    dress.become(face, who)
    scene.render.resolution_y = 512
    addon.context.view_layer.objects.active = face.mesh_object
    addon.ops.wince.re_aim_cameras()
    (obj, camera), = cameras.in_scene(scene, face)
    assert camera == spec.Camera("frontal")
    same_numbers(cameras.view_of(obj, scene), job_view(people.person(who.json()), camera, (256, 512)))


def test_saved_and_opened_again(addon, face, scene, tmp_path):
    addon.ops.wince.add_cameras(rig="portrait")
    hand_move(addon, scene)
    before = {name: cameras.view_of(obj, scene) for name, obj in by_name(scene).items()}
    addon.ops.wm.save_as_mainfile(filepath=str(tmp_path / "x.blend"))
    addon.ops.wm.open_mainfile(filepath=str(tmp_path / "x.blend"))
    scene = addon.context.scene
    assert set(by_name(scene)) == set(before)
    for name, obj in by_name(scene).items():
        same_numbers(cameras.view_of(obj, scene), before[name])


def test_undo_takes_cameras_back(addon, face, scene):
    addon.ops.ed.undo_push(message="before")
    addon.ops.wince.add_cameras(rig="portrait")
    addon.ops.ed.undo_push(message="added")
    addon.ops.ed.undo()
    scene = addon.context.scene
    assert not cameras.listed(scene)
    addon.ops.wince.add_cameras(rig="frontal")
    assert list(by_name(scene)) == ["frontal"]


def test_look_through_select_and_remove(addon, face, scene):
    addon.ops.wince.add_cameras(rig="portrait")
    addon.ops.wince.look_through(camera="three_quarter_left")
    assert scene.camera.name == "three_quarter_left"
    addon.ops.wince.select_camera(camera="frontal")
    assert addon.context.active_object.name == "frontal" and [obj.name for obj in addon.context.selected_objects] == ["frontal"]
    addon.ops.wince.remove_camera(camera="frontal")
    assert "frontal" not in addon.data.objects and "frontal" not in addon.data.cameras
    with pytest.raises(RuntimeError, match="is no camera of this scene"):
        addon.ops.wince.look_through(camera="frontal")


def test_a_camera_without_a_face_says_so(addon, face, scene):
    addon.ops.wince.add_cameras(rig="frontal")
    for thing in face.objects:
        addon.data.objects.remove(thing)
    obj, = cameras.listed(scene)
    assert cameras.in_scene(scene) == [] and cameras.face_of(obj, scene) is None
    with pytest.raises(WinceError, match="is for no face"):
        cameras.view_of(obj, scene)
    with pytest.raises(RuntimeError, match="FACS face"):
        addon.ops.wince.re_aim_cameras()


def test_a_head_that_turns_moves_no_camera(addon, face, scene):
    addon.ops.wince.add_cameras(rig="frontal")
    obj = by_name(scene)["frontal"]
    before = cameras.view_of(obj, scene)
    face.set_aus(type(face.aus()).parse("51E+4C"))
    addon.context.view_layer.update()
    same_numbers(cameras.view_of(obj, scene), before, 0)
    assert math.isclose(obj.data.lens, 85)
