"""The sliders of identity: they reshape the face live, keep what an artist made, and store nothing of their own."""

import json

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from wince.bridge import copies, mesh  # noqa: E402
from wince.bridge import face as faces  # noqa: E402
from wince.core import axes, colour, identity, rig  # noqa: E402
from wince.core.facs.action_units import ActionUnits  # noqa: E402
from wince.core.facs.table import SIDES  # noqa: E402
from wince.properties import identity as properties  # noqa: E402
from wince.stage import complexion, dress  # noqa: E402

AGREE_M = 1e-5
POSE = ActionUnits.parse("4C+6D+9B+26B")


@pytest.fixture
def face(addon):
    addon.ops.wince.add_face(seed=3, age=30, gender=0.5)
    face = faces.active(addon.context)
    face.mesh_object.modifiers["Subdivision"].levels = 0
    return face


@pytest.fixture
def person(face):
    return face.armature.wince_person


def shown(obj):
    """Return the vertices (V, 3) of an object as Blender evaluates it."""
    bpy.context.view_layer.update()
    return mesh.evaluated_positions(obj, bpy.context.evaluated_depsgraph_get())


def who(face):
    return identity.from_json(face.armature[faces.IDENTITY])


def assert_is_its_person(face):
    """Mesh and eyes are where numpy has the person of the identity that the armature carries."""
    fresh, aus = faces.of(face.mesh_object), face.aus()
    assert np.abs(shown(face.mesh_object) - rig.pose(fresh.person, aus)).max() <= AGREE_M
    for side in SIDES:
        place = rig.eye_matrix(aus, fresh.person, side)
        assert np.abs(shown(face.eyes[side]) - (fresh.person.pack.eye_vertices @ place[:3, :3].T + place[:3, 3])).max() <= AGREE_M


def test_sliders_show_the_identity(face, person):
    start = who(face)
    assert (person.seed, person.age, person.gender, person.iris) == (3, 30, 0.5, start.iris)
    assert np.allclose([person.pole_a, person.pole_b, person.pole_c], list(start.ancestry.values()))
    assert np.allclose([person.skin_lightness, person.skin_redness, person.skin_yellowness], start.skin_lab)
    assert person.nose_width1 == pytest.approx(start.shapes["nose-width1"]) and person.eye_bag_L == pytest.approx(start.shapes["eye-bag.L"])
    assert person.eye_bag == pytest.approx((start.shapes["eye-bag.L"] + start.shapes["eye-bag.R"]) / 2)


def test_every_slider_reshapes_the_posed_face(face, person):
    face.set_aus(POSE)
    for name, value in {"age": 80, "gender": 0.9, "pole_a": 0.7, "nose_width1": 0.8, "eye_scale": -0.6, "asym_jaw_3": 0.5}.items():
        before = shown(face.mesh_object)
        setattr(person, name, value)
        assert getattr(person, name) == pytest.approx(value) and np.abs(shown(face.mesh_object) - before).max() > 5e-4, name
        assert_is_its_person(face)
    assert face.aus() == POSE and who(face).id.startswith("u-")


def test_every_axis_has_a_slider_with_its_ends(face, person):
    for group in axes.groups():
        for axis in group.axes:
            for name in {axis.name, *axis.sides}:
                row = person.bl_rna.properties[properties.name_of(name)]
                assert (row.hard_min, row.hard_max) == (axis.low, axis.high) and row.description and not row.is_animatable, name


def test_poles_make_room(face, person):
    person.pole_a = 0.4
    weights = [person.pole_a, person.pole_b, person.pole_c]
    assert weights[0] == pytest.approx(0.4) and sum(weights) == pytest.approx(1) and who(face).group == ""


def test_left_and_right_move_together_and_keep_how_they_differ(face, person):
    person.eye_bag_L, person.eye_bag_R = 0.1, 0.2
    person.eye_bag = 0.4
    assert (person.eye_bag_L, person.eye_bag_R) == (pytest.approx(0.35), pytest.approx(0.45))
    person.eye_bag = 1.0
    assert (person.eye_bag_L, person.eye_bag_R) == (pytest.approx(0.95), pytest.approx(1.0))


def test_skin_and_eyes_are_painted(face, person):
    person.skin_lightness, person.iris = 30, "blue"
    fresh = who(face)
    assert colour.difference(dress.skin_facts(faces.of(face.mesh_object))["lab"], (30, *fresh.skin_lab[1:])) < 1
    shades = [s.default_value[:3] for s in dress.worn_by(face)["iris"].node_tree.nodes["stroma"].inputs if s.type == "RGBA"]
    assert len(shades) == 2 and all(_nearest_iris(shade) == "blue" for shade in shades)      # each person's is a little of their own


def _nearest_iris(shade):
    """Return the name of the iris colour that a shade is of, whatever its lightness."""
    hue = {name: np.array(rgb) / np.linalg.norm(rgb) for name, rgb in complexion.IRIS.items()}
    return min(hue, key=lambda name: np.linalg.norm(np.array(shade) / np.linalg.norm(shade) - hue[name]))


def test_a_slider_set_to_what_it_is_changes_nobody(face, person):
    before = face.armature[faces.IDENTITY]
    person.age, person.nose_hump = 30, person.nose_hump
    assert who(face).id == json.loads(before)["id"]


@pytest.mark.parametrize("mode", ["EDIT", "SCULPT"])
def test_a_face_in_another_mode_is_left_alone_and_says_why(face, person, mode):
    before = face.armature[faces.IDENTITY]
    bpy.context.view_layer.objects.active = face.mesh_object
    bpy.ops.object.mode_set(mode=mode)
    person.age = 80
    assert face.armature[faces.IDENTITY] == before and f"is in {mode.title()} Mode" in properties.trouble(face)
    assert not bpy.ops.wince.another_person.poll()
    bpy.ops.object.mode_set(mode="OBJECT")
    assert properties.trouble(face) == ""
    assert_is_its_person(face)


def test_a_changed_topology_is_refused_with_a_sentence(face, person):
    face.mesh_object.data.vertices.add(1)
    before = face.armature[faces.IDENTITY]
    person.age = 80
    assert face.armature[faces.IDENTITY] == before and "a face keeps its topology" in properties.trouble(face)


@pytest.mark.parametrize("what", ["location", "rotation", "scale"])
def test_applied_bones_are_refused_with_a_sentence(face, person, what):
    face.armature.location, face.armature.rotation_euler.z, face.armature.scale = (1, 2, 3), 0.5, (2, 2, 2)
    assert face.fixed == ""
    before = face.armature[faces.IDENTITY]
    bpy.ops.object.select_all(action="DESELECT")
    face.armature.select_set(True)
    bpy.ops.object.transform_apply(**{name: name == what for name in ("location", "rotation", "scale")})
    person.age = 80
    assert face.armature[faces.IDENTITY] == before and "Object > Apply" in properties.trouble(face)
    assert not bpy.ops.wince.another_person.poll()


def test_a_face_without_shape_keys_is_refused_with_a_sentence(face, person):
    face.mesh_object.shape_key_clear()
    before = face.armature[faces.IDENTITY]
    person.age = 80
    assert face.armature[faces.IDENTITY] == before and "has no shape keys any more" in properties.trouble(face)


def test_a_broken_identity_is_told_and_breaks_no_slider(face, person):
    face.armature[faces.IDENTITY] = "{"
    assert person.age == 18 and "is not JSON" in properties.trouble(face)
    person.age = 50
    assert face.armature[faces.IDENTITY] == "{"


def test_another_person_is_the_next_seed_and_previous_goes_back(face, person):
    bpy.ops.wince.another_person()
    second = who(face)
    assert second.seed == 4 and second.id.startswith("s4-")
    bpy.ops.wince.another_person(step=2)
    bpy.ops.wince.previous_person(step=-2)
    assert who(face) == second
    assert_is_its_person(face)
    person.seed = 0
    with pytest.raises(RuntimeError, match="seeds begin at 0"):
        bpy.ops.wince.previous_person()


def test_locks_hold(face, person):
    first = who(face)
    person.lock_nose = person.lock_age = person.lock_eye_bag = person.lock_skin = True
    assert json.loads(face.armature["wince_locks"]) == ["age", "eye-bag", "nose", "skin"]
    bpy.ops.wince.another_person()
    second = who(face)
    held = {name for name in first.shapes if name.startswith(("nose-", "eye-bag."))} - {"eye-bag-height.L", "eye-bag-out.L"}
    assert (second.age, second.skin_lab) == (first.age, first.skin_lab) and second.gender != first.gender
    assert all(second.shapes[name] == first.shapes[name] for name in held)
    assert second.shapes["chin-width"] != first.shapes["chin-width"]
    person.lock_nose = False
    assert not person.lock_nose and person.lock_age
    bpy.ops.wince.unlock_all()
    assert not person.lock_age


def test_average_shape_of_one_group(face, person):
    person.lock_nose_hump = True
    hump, chin = person.nose_hump, person.chin_width
    bpy.ops.wince.average_shape(group="nose")
    assert person.nose_width1 == 0 and person.nose_hump == hump and person.chin_width == chin
    with pytest.raises(RuntimeError, match="no group 'knee'"):
        bpy.ops.wince.average_shape(group="knee")


def test_saved_and_loaded(face, person, tmp_path):
    path = tmp_path / "who.json"
    person.nose_hump = 0.7
    bpy.ops.wince.save_identity(filepath=str(path))
    saved = who(face)
    assert identity.read(path) == saved                   # what people.identities of a job reads
    bpy.ops.wince.another_person()
    bpy.ops.wince.load_identity(filepath=str(path))
    assert who(face) == saved
    assert_is_its_person(face)
    bpy.ops.wince.add_face_from_file(filepath=str(path))
    assert who(faces.active(bpy.context)) == saved and len(faces.in_scene(bpy.context.scene)) == 2


@pytest.mark.parametrize(("text", "words"), [
    ("{", "is not JSON"), ('{"id": "x"}', "the key 'seed' is missing"),
    ("IRIS", "iris 'pink' is not known"), ("AXIS", "no shape 'local:third-eye"),
])
def test_a_broken_file_is_refused_and_the_face_stays(face, tmp_path, text, words):
    before, placed = face.armature[faces.IDENTITY], mesh.get_positions(face.mesh_object.data)
    data = json.loads(before)
    changes = {"IRIS": {"iris": "pink"}, "AXIS": {"shapes": data["shapes"] | {"third-eye": 0.5}}}
    path = tmp_path / "who.json"
    path.write_text(json.dumps(data | changes[text]) if text in changes else text)
    with pytest.raises(RuntimeError, match=words):
        bpy.ops.wince.load_identity(filepath=str(path))
    assert face.armature[faces.IDENTITY] == before and np.array_equal(mesh.get_positions(face.mesh_object.data), placed)


def test_an_own_shape_key_and_sculpts_survive(face, person):
    """The artist's edits are the same before and after, the rest is the new person."""
    skin, bump = face.mesh_object, np.zeros((len(face.mesh_object.data.vertices), 3), np.float32)
    bump[100:120] = (0, -0.003, 0.002)
    own = skin.shape_key_add(name="Scar", from_mix=False)
    blocks = skin.data.shape_keys.key_blocks
    for block, part in ((own, bump), (blocks[0], 2 * bump), (blocks["AU12.L"], -bump)):
        mesh.set_key(block, mesh.get_key(block) + part)
    person.age = 85
    bpy.ops.wince.another_person()
    base, fresh = faces.of(skin).person.base, faces.of(skin).person
    assert np.abs(mesh.get_key(blocks["Scar"]) - base - bump).max() < 1e-6
    assert np.abs(mesh.get_key(blocks[0]) - base - 2 * bump).max() < 1e-6
    assert np.abs(mesh.get_key(blocks["AU12.L"]) - base - fresh.key_dense("AU12.L") + bump).max() < 1e-6
    assert np.abs(mesh.get_key(blocks["AU04.L"]) - base - fresh.key_dense("AU04.L")).max() < 1e-6
    assert np.abs(mesh.get_positions(skin.data) - base - 2 * bump).max() < 1e-6


def test_undo_and_redo_of_a_slider(face, person):
    skin, bones = face.mesh_object.name, face.armature.name
    bpy.ops.ed.undo_push(message="before")
    person.age = 85
    bpy.ops.ed.undo_push(message="Age")
    for step, years in ((bpy.ops.ed.undo, 30), (bpy.ops.ed.redo, 85)):
        step()
        face = faces.of(bpy.data.objects[skin])
        assert bpy.data.objects[bones].wince_person.age == years == who(face).age
        assert_is_its_person(face)


def test_an_edited_face_survives_the_file_and_needs_no_add_on(face, person, tmp_path):
    person.age, person.lock_age = 85, True
    face.set_aus(POSE)
    path, name = tmp_path / "face.blend", face.mesh_object.name
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    bpy.ops.preferences.addon_disable(module="wince")
    bpy.ops.wm.open_mainfile(filepath=str(path), use_scripts=False)
    face = faces.of(bpy.data.objects[name])
    face.armature.pose.bones["face"]["AU12.L"] = 4.0     # a stale key value would hide a dead driver
    face.armature.update_tag()
    assert_is_its_person(face)
    bpy.ops.preferences.addon_enable(module="wince")
    assert face.armature.wince_person.age == 85 and face.armature.wince_person.lock_age


def test_faces_of_one_scene_keep_their_colours_apart(face, person):
    """Materials of a copy are shared until who it is changes."""
    parts = face.objects
    for obj in parts:
        obj.select_set(True)
    bpy.ops.object.duplicate()
    twin = next(one for one in faces.in_scene(bpy.context.scene) if one.armature != face.armature)
    assert not copies.faults(twin) and dress.worn_by(twin)["iris"] == dress.worn_by(face)["iris"]
    own = bpy.data.materials.new("my teeth")
    twin.mesh_object.data.materials[list(dress.PART_NAMES).index("teeth_upper")] = own
    twin.armature.wince_person.iris, person.iris = "blue", "brown"
    irises = [dress.worn_by(one)["iris"] for one in (face, twin)]
    assert irises[0] != irises[1] and own in twin.mesh_object.data.materials[:]
    assert {eye.data.materials[eye.data.materials.find(irises[1].name)] for eye in twin.eyes.values()} == {irises[1]}
