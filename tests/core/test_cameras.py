"""Cameras: exact places first, then what must hold for any."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wince.core import aims, cameras, turns
from wince.core.errors import WinceError
from wince.job import rigs
from wince.job.spec import Camera

ORIGIN = np.zeros(3)
angle = st.floats(-1.5, 1.5)


def place(target=ORIGIN, face_height=0.2, resolution=(256, 256), **fields):
    return cameras.view(Camera("test", **fields), np.asarray(target, float), face_height, resolution)


def centre(view):
    return view.matrix_world[:3, 3]


def test_the_frontal_camera_stands_before_the_face_and_looks_at_it():
    view = place(distance_m=2.0)
    np.testing.assert_allclose(centre(view), [0, -2, 0], atol=1e-12)
    np.testing.assert_allclose(view.R, [[1, 0, 0], [0, 0, -1], [0, 1, 0]], atol=1e-12)
    np.testing.assert_allclose(view.t, [0, 0, 2], atol=1e-12)
    assert view.distance_m == 2.0


@pytest.mark.parametrize("yaw, pitch, where", [(90, 0, [2, 0, 0]), (-90, 0, [-2, 0, 0]), (0, 90, [0, 0, 2]), (0, -90, [0, 0, -2])])
def test_cameras_on_the_axes(yaw, pitch, where):
    np.testing.assert_allclose(centre(place(distance_m=2.0, yaw_deg=yaw, pitch_deg=pitch)), where, atol=1e-12)


def test_left_is_right_in_the_picture_and_up_is_up():
    x, y = cameras.project(place(distance_m=2.0), [[0.1, 0, 0.1]])[0]      # the character's left, and above
    assert x > 127.5 and y < 127.5


def test_k_by_hand():
    K = place(lens_mm=72, sensor_mm=36, resolution=(200, 100)).K
    np.testing.assert_array_equal(K, [[400, 0, 99.5], [0, 400, 49.5], [0, 0, 1]])


def test_the_sensor_lies_along_the_longer_side():
    assert place(resolution=(100, 200)).K[0, 0] == place(resolution=(200, 100)).K[0, 0]


def test_project_by_hand():
    view = place(distance_m=2.0, lens_mm=72, resolution=(200, 200))        # 400 px focal length, 2 m away: 200 px a metre
    np.testing.assert_allclose(cameras.project(view, [[0, 0, 0], [0.1, 0, 0], [0, 0, 0.1]]), [[99.5, 99.5], [119.5, 99.5], [99.5, 79.5]])


def test_points_behind_the_camera_have_no_pixel():
    assert np.isnan(cameras.project(place(distance_m=1.0), [[0, -3, 0]])).all()


@pytest.mark.parametrize("lens", [35, 85, 200])
@pytest.mark.parametrize("resolution", [(256, 256), (400, 300), (300, 400)])
def test_fill_is_the_share_of_the_picture_height(lens, resolution):
    view = place(lens_mm=lens, fill=0.6, face_height=0.2, resolution=resolution)
    top, bottom = cameras.project(view, [[0, 0, 0.1], [0, 0, -0.1]])
    assert bottom[1] - top[1] == pytest.approx(0.6 * resolution[1])


def test_rotation_by_hand():
    quarter = np.pi / 2
    forward, left = [0, -1, 0], [1, 0, 0]
    np.testing.assert_allclose(turns.rotation(quarter, 0, 0) @ forward, [1, 0, 0], atol=1e-12)     # turns to the left
    np.testing.assert_allclose(turns.rotation(0, quarter, 0) @ forward, [0, 0, 1], atol=1e-12)     # looks up
    np.testing.assert_allclose(turns.rotation(0, 0, quarter) @ left, [0, 0, -1], atol=1e-12)       # left ear down


@given(angle, angle, angle)
def test_angles_undo_rotation(yaw, pitch, roll):
    np.testing.assert_allclose(turns.angles(turns.rotation(yaw, pitch, roll)), [yaw, pitch, roll], atol=1e-7)


@given(angle, angle)
def test_the_face_seen_from_a_camera_is_the_head_less_the_camera(head, yaw):
    view = place(distance_m=1.0, yaw_deg=np.degrees(yaw))
    seen = cameras.face_to_camera(view, turns.rotation(head, 0, 0))
    np.testing.assert_allclose(np.exp(1j * np.array(seen)), np.exp(1j * np.array([head - yaw, 0, 0])), atol=1e-7)


@given(st.floats(-180, 180), st.floats(-89, 89), st.floats(-180, 180), st.floats(0.2, 5), st.tuples(*[st.floats(-1, 1)] * 3))
def test_laws_of_every_view(yaw, pitch, roll, distance, target):
    view = place(target, yaw_deg=yaw, pitch_deg=pitch, roll_deg=roll, distance_m=distance)
    np.testing.assert_allclose(view.R @ view.R.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(view.R) == pytest.approx(1)
    np.testing.assert_allclose(cameras.to_camera(view, [target])[0], [0, 0, distance], atol=1e-9)
    np.testing.assert_allclose(cameras.to_camera(view, [centre(view)])[0], 0, atol=1e-9)
    np.testing.assert_allclose(cameras.project(view, [target])[0], [127.5, 127.5], atol=1e-6)


# A camera in the head ------------------------------------------------------------------------------------------------

CUBE = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float) * 0.1
SIDES = np.array([[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1], [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4],
                  [1, 5, 7], [1, 7, 3]])


def test_winding_of_a_cube():
    assert cameras.winding(ORIGIN, CUBE, SIDES) == pytest.approx(1)
    assert cameras.winding(np.array([0.05, -0.03, 0.09]), CUBE, SIDES) == pytest.approx(1)
    assert cameras.winding(np.array([0.5, 0.1, 0.2]), CUBE, SIDES) == pytest.approx(0)


def test_winding_of_an_open_cube_is_still_inside():
    assert cameras.winding(np.array([0, 0, 0.03]), CUBE, SIDES[[0, 1, 2, 3, 4, 5, 6, 7, 10, 11]]) > 0.5


def test_a_camera_in_the_head_is_refused():
    with pytest.raises(WinceError, match="'test' stands inside the head"):
        cameras.check_outside(place(distance_m=0.05), CUBE, SIDES)
    cameras.check_outside(place(distance_m=0.5), CUBE, SIDES)


# Descriptions --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("fields, words", [
    ({"lens_mm": 0}, "lens_mm is 0"), ({"fill": -1.0}, "fill is -1.0"), ({"distance_m": 0.0}, "distance_m is 0.0"),
    ({"look_at": "nose"}, "look_at is 'nose', it must be one of face, eyes, mouth"), ({"resolution": (4, 400)}, "resolution"),
    ({"params": {"count": 3}}, "unknown parameter 'count'"), ({"generator": "ring"}, "unknown generator 'ring', known are arc"),
    ({"generator": "arc", "params": {"cuont": 3}}, "unknown parameter 'cuont' in params, known are count, from_deg, to_deg"),
    ({"generator": "arc", "params": {"count": 0}}, "count is 0"),
])
def test_bad_descriptions_say_what_to_mend(fields, words):
    with pytest.raises(WinceError, match=f"camera 'test'.*{words}"):
        cameras.expand([Camera("test", **fields)])


@pytest.mark.parametrize("name", ["", "../x", "a/b", "Frontal", "a b"])
def test_names_become_folders(name):
    with pytest.raises(WinceError, match="folder"):
        cameras.expand([Camera(name)])


def test_two_views_of_one_name_are_refused():
    with pytest.raises(WinceError, match="two views are called 'a'"):
        cameras.expand([Camera("a"), Camera("a", yaw_deg=3)])


def test_arc():
    arc = cameras.expand([Camera("arc", yaw_deg=10, generator="arc", params={"count": 3, "from_deg": -90, "to_deg": 90})])
    assert [(c.name, c.yaw_deg) for c in arc] == [("arc_00", -80), ("arc_01", 10), ("arc_02", 100)]


def test_dome():
    dome = cameras.expand([Camera("d", generator="dome", params={"count": 2, "rings": 2, "low_deg": 0, "high_deg": 40,
                                                                 "from_deg": -30, "to_deg": 30})])
    assert [(c.yaw_deg, c.pitch_deg) for c in dome] == [(-30, 0), (30, 0), (-30, 40), (30, 40)]


def test_jitter_moves_people_not_names():
    jitter = [Camera("j", generator="jitter", params={"count": 4})]
    one, again, other = (cameras.expand(jitter, 7, person) for person in (0, 0, 1))
    assert one == again
    assert [c.name for c in one] == [c.name for c in other]
    assert all(a.yaw_deg != b.yaw_deg for a, b in zip(one, other, strict=True))


def test_an_added_camera_moves_no_other():
    jitter = Camera("j", generator="jitter")
    alone = cameras.expand([jitter], 3, 5)
    assert cameras.expand([Camera("k", generator="jitter"), jitter], 3, 5)[1:] == alone


@pytest.mark.parametrize("name", rigs.names())
def test_every_named_rig_expands(name):
    assert cameras.expand(rigs.resolve([name]))


def test_the_named_views_of_the_issue():
    yaws = {name: rigs.resolve([name])[0].yaw_deg for name in ("frontal", "three_quarter_left", "profile_right")}
    assert yaws == {"frontal": 0, "three_quarter_left": 30, "profile_right": -90}


def test_an_unknown_rig_is_refused_with_the_known_ones():
    with pytest.raises(WinceError, match="no view or rig 'profil_left', known are frontal"):
        rigs.resolve(["profil_left"])


# Cameras moved by hand -----------------------------------------------------------------------------------------------

def test_pan_and_tilt_by_hand():
    right, up = place(distance_m=2.0, pan_deg=90), place(distance_m=2.0, tilt_deg=90)
    np.testing.assert_allclose(centre(right), [0, -2, 0], atol=1e-12)          # it stays where it is ...
    np.testing.assert_allclose(right.R[2], [1, 0, 0], atol=1e-12)              # ... and looks to its right, where the character's left is
    np.testing.assert_allclose(up.R[2], [0, 0, 1], atol=1e-12)
    x, y = cameras.project(place(distance_m=2.0, pan_deg=3, tilt_deg=3), [ORIGIN])[0]
    assert x < 127.5 and y > 127.5                                             # looking right moves the face left, looking up moves it down


def test_pan_and_tilt_turn_about_the_axes_of_a_camera_that_is_rolled():
    rolled = place(distance_m=2.0, roll_deg=-90, pan_deg=90)                   # its right is up
    np.testing.assert_allclose(rolled.R[2], [0, 0, 1], atol=1e-12)


turned = st.floats(-180, 180)


@given(turned, st.floats(-90, 90), turned, st.floats(-90, 90), turned, st.floats(0.1, 20), st.floats(10, 500))
def test_a_description_is_exact_for_any_camera(yaw, pitch, roll, pan, tilt, distance, lens):
    target = np.array([0.1, -0.2, 1.7])
    view = place(target, yaw_deg=yaw, pitch_deg=pitch, roll_deg=roll, pan_deg=pan, tilt_deg=tilt, distance_m=distance, lens_mm=lens)
    told = cameras.describe(Camera("test"), view.matrix_world, lens, 36.0, target, 0.2, (256, 256))
    again = cameras.view(told, target, 0.2, (256, 256))
    np.testing.assert_allclose(again.matrix_world, view.matrix_world, atol=1e-9)
    np.testing.assert_allclose(again.K, view.K, rtol=1e-12)


@given(st.tuples(*[st.floats(-3, 3)] * 3).filter(lambda p: np.linalg.norm(p) > 0.01), st.tuples(*[st.floats(-1, 1)] * 4)
       .filter(lambda q: np.linalg.norm(q) > 0.1))
def test_a_description_is_exact_for_any_place_and_orientation(position, quaternion):
    w, x, y, z = np.array(quaternion) / np.linalg.norm(quaternion)
    matrix = np.eye(4)
    matrix[:3, :3] = [[1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
                      [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
                      [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)]]
    matrix[:3, 3] = position
    told = cameras.describe(Camera("test"), matrix, 50.0, 36.0, ORIGIN, 0.2, (256, 256))
    np.testing.assert_allclose(cameras.view(told, ORIGIN, 0.2, (256, 256)).matrix_world, matrix, atol=1e-9)


def test_a_camera_that_was_not_moved_keeps_its_description():
    camera = Camera("test", yaw_deg=30, fill=0.7)
    matrix = place(yaw_deg=30, fill=0.7).matrix_world.astype(np.float32).astype(float)
    assert cameras.describe(camera, matrix, 85.0, 36.0, ORIGIN, 0.2, (256, 256)) == camera
    nearer = cameras.describe(camera, matrix, 50.0, 36.0, ORIGIN, 0.2, (256, 256))           # another lens, the same place
    assert nearer.distance_m == pytest.approx(place(yaw_deg=30, fill=0.7).distance_m) and abs(nearer.pan_deg) < 1e-4


# Faces that were moved -----------------------------------------------------------------------------------------------

def similarity(scale, yaw, origin):
    out = np.eye(4)
    out[:3, :3], out[:3, 3] = scale * turns.rotation(yaw, 0.3, -0.2), origin
    return out


@given(st.floats(0.01, 100), st.floats(-3, 3), st.tuples(*[st.floats(-10, 10)] * 3))
def test_a_moved_face_gives_the_same_picture(scale, yaw, origin):
    matrix = similarity(scale, yaw, origin)
    view = place(yaw_deg=20, distance_m=1.0)
    points = np.array([[0, 0, 0], [0.05, -0.1, 0.02], [-0.03, 0.02, 0.1]])
    world = points @ matrix[:3, :3].T + matrix[:3, 3]
    np.testing.assert_allclose(cameras.project(cameras.moved(view, aims.frame(matrix)), world), cameras.project(view, points), atol=1e-6)


def test_a_frame_takes_back_what_it_gives():
    frame = aims.frame(similarity(2.0, 1.0, (1, 2, 3)))
    view = place(yaw_deg=20, distance_m=1.0)
    assert frame.scale == pytest.approx(2) and cameras.moved(view, frame).distance_m == pytest.approx(2)
    np.testing.assert_allclose(frame.local(frame.place(view.matrix_world)), view.matrix_world, atol=1e-12)
    assert aims.frame(np.eye(4)).place(view.matrix_world) is view.matrix_world


@pytest.mark.parametrize("scale", [(1, 1, 2), (1, 1, -1), (-1, -1, -1), (0, 0, 0)])
def test_stretched_and_mirrored_faces_are_refused(scale):
    with pytest.raises(WinceError, match="Face Rig is stretched or mirrored"):
        aims.frame(np.diag([*scale, 1]), "Face Rig")


# Rig files -----------------------------------------------------------------------------------------------------------

HAND = (Camera("nose", yaw_deg=12.345679, pan_deg=-0.1, tilt_deg=2.0, distance_m=0.7, resolution=(320, 200), look_at="eyes"),
        Camera("ring", generator="arc", params={"count": 3}))


def test_a_rig_file_gives_back_what_was_saved(tmp_path):
    path = tmp_path / "own.json"
    path.write_text(rigs.to_json(HAND), encoding="utf-8")
    assert rigs.read(path) == HAND == tuple(rigs.resolve([str(path)]))
    assert rigs.inlined(("frontal", "own.json"), tmp_path) == ("frontal", *HAND)
    assert rigs.own(tmp_path) == {"own": path} and rigs.own(tmp_path / "nowhere") == {}
    exact = Camera("nose", yaw_deg=12.345678901234567, distance_m=0.7)
    assert '"yaw_deg": 12.345679,' in rigs.to_json([exact])                    # to a millionth
    assert "fill" not in path.read_text(encoding="utf-8")                      # what is as usual is not said


@pytest.mark.parametrize("text, words", [
    ("[", "is not JSON"), ("{}", "is no camera rig"), ("3", "is no camera rig"), ("[{}]", "has no name"), ("[3]", "expected an object"),
    ('[{"name": "a", "lens": 3}]', "unknown key 'lens'"), ('[{"name": "a", "lens_mm": "85"}]', 'lens_mm is "85", which is no number'),
    ('[{"name": "a", "yaw_deg": NaN}]', "yaw_deg is NaN"), ('[{"name": 3}]', "name is 3, which is no text"),
    ('[{"name": "a", "resolution": [3]}]', "resolution is .3., which is no .width, height."),
    ('[{"name": "a", "params": {"count": "3"}}]', "params is"),
])
def test_broken_rig_files_say_what_to_mend(tmp_path, text, words):
    path = tmp_path / "broken.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WinceError, match=f"broken.json.*{words}"):
        rigs.resolve([str(path)])


def test_a_rig_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(WinceError, match=r"gone.json cannot be read"):
        rigs.resolve([str(tmp_path / "gone.json")])
