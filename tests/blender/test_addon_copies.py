"""Copies of a face: whatever an artist copies it with, one face never moves another."""

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from wince.bridge import copies, gaze, mesh  # noqa: E402
from wince.bridge import face as faces  # noqa: E402
from wince.core import rig  # noqa: E402
from wince.core.facs.action_units import ActionUnits  # noqa: E402
from wince.core.facs.table import SIDES  # noqa: E402
from wince.operators import copies as watching  # noqa: E402

AGREE_M = 1e-5
POSE, OTHER = ActionUnits.parse("4C+6D+9B"), ActionUnits.parse("27D+51C+61B")


@pytest.fixture
def face(addon):
    addon.ops.wince.add_face(seed=5)
    face = faces.active(addon.context)
    face.mesh_object.modifiers["Subdivision"].levels = 0
    face.set_aus(POSE)
    addon.context.view_layer.update()
    return face


def select(*objects):
    bpy.context.view_layer.update()
    for obj in bpy.context.view_layer.objects:
        obj.select_set(obj in objects)
    bpy.context.view_layer.objects.active = objects[0]


def shown(obj):
    bpy.context.view_layer.update()
    return mesh.evaluated_positions(obj, bpy.context.evaluated_depsgraph_get())


def assert_moves_alone(face, other, place=(0, 0, 0)):
    """`face`, that stands at a place, follows its own AUs, with its eyes; the other one does not move."""
    before, face_before = shown(other.mesh_object), face.aus()
    face.set_aus(OTHER)
    assert np.abs(shown(face.mesh_object) - np.array(place) - rig.pose(face.person, OTHER)).max() <= AGREE_M
    for side in SIDES:
        matrix = rig.eye_matrix(OTHER, face.person, side)
        ball = face.person.pack.eye_vertices @ matrix[:3, :3].T + matrix[:3, 3]
        assert np.abs(shown(face.eyes[side]) - np.array(place) - ball).max() <= AGREE_M
    assert np.array_equal(shown(other.mesh_object), before)
    face.set_aus(face_before)


def twin_of(face):
    return next(one for one in faces.in_scene(bpy.context.scene) if one.mesh_object != face.mesh_object)


def copy(face, what, linked=False):
    select(*what)
    bpy.ops.object.duplicate(linked=linked)
    return bpy.context.selected_objects


WAYS = {
    "shift-d mesh": lambda face: copy(face, [face.mesh_object]),
    "shift-d mesh and eyes": lambda face: copy(face, [face.mesh_object, *face.eyes.values()]),
    "alt-d mesh": lambda face: copy(face, [face.mesh_object], True),
    "alt-d all": lambda face: copy(face, face.objects, True),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_copy_that_shares_is_found_and_mended(face, way):
    for obj in WAYS[way](face):
        if obj.parent not in bpy.context.selected_objects:
            obj.location.x += 0.5                         # as Shift-D's own Move leaves it
    bpy.context.view_layer.update()
    assert [one.mesh_object.name for one in copies.unsound(bpy.context.scene)] == ["Face.001"] and not copies.faults(face)
    assert bpy.ops.wince.mend_copies() == {"FINISHED"}
    assert not copies.unsound(bpy.context.scene)
    twin = twin_of(face)
    assert twin.aus() == POSE and len(twin.objects) == len(face.objects)
    assert_moves_alone(twin, face, (0.5, 0, 0))
    assert_moves_alone(face, twin)
    twin.armature.wince_person.age = 90
    assert face.armature.wince_person.age != 90 and np.abs(shown(face.mesh_object) - rig.pose(face.person, POSE)).max() <= AGREE_M
    for name in ("AU04.L", "AU51"):
        bone = twin.armature.pose.bones["face"]
        assert bone.id_properties_ui(name).as_dict()["max"] == 5 and bone.is_property_overridable_library(f'["{name}"]')


@pytest.mark.parametrize("what", ["all", "rig and mesh", "rig"])
def test_blenders_own_duplicates_are_sound(face, what):
    copy(face, {"all": face.objects, "rig and mesh": [face.armature, face.mesh_object], "rig": [face.armature]}[what])
    assert not copies.unsound(bpy.context.scene)
    if what == "all":
        assert_moves_alone(twin_of(face), face)
        assert_moves_alone(face, twin_of(face))


def test_pasted_faces_are_sound(face):
    select(*face.objects)
    bpy.ops.view3d.copybuffer()
    bpy.ops.view3d.pastebuffer()
    assert not copies.unsound(bpy.context.scene)
    assert_moves_alone(twin_of(face), face)


def test_a_single_user_of_everything_is_found(face):
    copy(face, face.objects, True)
    bpy.ops.object.make_single_user(object=True, obdata=True)
    twin = twin_of(face)
    assert list(copies.faults(twin)) == [copies.FOLLOWS_ANOTHER]          # Blender leaves its drivers on the first rig
    assert_moves_alone(copies.mend(twin), face)


def test_a_full_copy_of_the_scene_is_sound(face):
    bpy.ops.scene.new(type="FULL_COPY")
    twin = faces.in_scene(bpy.context.scene)[0]
    assert twin.armature != face.armature and not copies.faults(twin)
    assert_moves_alone(twin, twin_of_other_scene(face))


def twin_of_other_scene(face):
    return faces.of(face.mesh_object)


def test_sculpts_keys_materials_and_animation_come_along(face):
    skin = face.mesh_object
    own = skin.shape_key_add(name="Scar", from_mix=False)
    bump = np.zeros((len(skin.data.vertices), 3), np.float32)
    bump[:50] = 0.002
    mesh.set_key(own, mesh.get_key(own) + bump)
    own.value, paint = 1.0, bpy.data.materials.new("war paint")
    skin.data.materials[0] = paint
    for frame, value in ((1, 0.0), (10, 4.0)):
        face.armature.pose.bones["face"]["AU12.L"] = value
        face.armature.pose.bones["face"].keyframe_insert('["AU12.L"]', frame=frame)
    copy(face, [skin])
    bpy.ops.wince.mend_copies()
    twin = twin_of(face)
    keys = twin.mesh_object.data.shape_keys.key_blocks
    assert np.abs(mesh.get_key(keys["Scar"]) - twin.person.base - bump).max() < 1e-6 and keys["Scar"].value == 1
    assert twin.mesh_object.data.materials[0] == paint
    assert twin.armature.animation_data.action not in (None, face.armature.animation_data.action)
    bpy.context.scene.frame_set(10)
    for one in (face, twin):
        assert one.armature.pose.bones["face"]["AU12.L"] == pytest.approx(4)


def test_scale_and_rotation_of_the_copy_are_kept(face):
    select(face.mesh_object)
    bpy.ops.object.duplicate()
    twin = bpy.context.object
    twin.scale, twin.rotation_euler.z, twin.location.y = (2, 2, 2), 0.7, 1.0
    before = shown(twin)
    bpy.ops.wince.mend_copies()
    mended = faces.of(twin)
    assert mended.armature.scale.x == pytest.approx(2) and mended.armature.rotation_euler.z == pytest.approx(0.7)
    assert np.abs(shown(twin) - before).max() < 1e-4                      # the head is turned by nothing here
    world = np.array(mended.armature.matrix_world)
    matrix = world @ rig.eye_matrix(POSE, mended.person, "L")
    assert np.abs(shown(mended.eyes["L"]) - (mended.person.pack.eye_vertices @ matrix[:3, :3].T + matrix[:3, 3])).max() < 1e-4


def test_many_copies_of_one_mesh(face):
    for _ in range(3):
        copy(face, [face.mesh_object])
    bpy.ops.wince.mend_copies()
    found = faces.in_scene(bpy.context.scene)
    assert len(found) == 4 and len({one.armature for one in found}) == 4 and not copies.unsound(bpy.context.scene)
    assert all(len(one.eyes) == 2 for one in found)


def test_removing_one_leaves_the_other(face):
    copy(face, face.objects, True)
    twin = twin_of(face)
    face.remove()
    assert len(twin.mesh_object.data.vertices) == len(twin.person.base)
    bpy.ops.wince.mend_copies()
    assert not copies.unsound(bpy.context.scene)


def test_deleting_one_of_two_leaves_the_other(face):
    copy(face, [face.mesh_object])
    bpy.ops.wince.mend_copies()
    twin = twin_of(face)
    select(*face.objects)
    bpy.ops.object.delete()
    twin.set_aus(OTHER)
    assert np.abs(shown(twin.mesh_object) - rig.pose(twin.person, OTHER)).max() <= AGREE_M


def test_a_gaze_and_its_target_are_copied(face):
    gaze.attach(face, gaze.new_target(face))
    target = gaze.link(face).target
    copy(face, [face.mesh_object])
    bpy.ops.wince.mend_copies()
    twin = twin_of(face)
    own = gaze.link(twin).target
    assert own != target and own.parent == twin.armature and gaze.link(face).target == target
    before = shown(face.eyes["L"])
    moved = shown(twin.eyes["L"])
    own.location.x += 0.2
    assert np.array_equal(shown(face.eyes["L"]), before) and np.abs(shown(twin.eyes["L"]) - moved).max() > 1e-3


def test_a_bone_that_follows_another_face_is_no_fault_and_goes_on_doing_so(face):
    bpy.ops.wince.add_face(seed=6)
    other = faces.active(bpy.context)
    constraint = face.armature.pose.bones["head"].constraints.new("COPY_LOCATION")
    constraint.target, constraint.influence = other.armature, 0
    assert not copies.unsound(bpy.context.scene)
    copy(face, [face.mesh_object])
    bpy.ops.wince.mend_copies()
    twin = faces.of(bpy.data.objects["Face.002"])
    assert twin.armature.pose.bones["head"].constraints[0].target == other.armature


def test_the_watch_catches_a_copy_once(face):
    watching._take_stock()
    seen = set(watching.Watch.seen)
    copy(face, [face.mesh_object])
    bpy.context.view_layer.update()                       # runs the handler; its timer needs a window
    new = watching.Watch.new
    assert new == {bpy.data.objects["Face.001"].session_uid} and not new & seen
    said = watching.mend_new(bpy.context, new)
    assert said == "Face.001 was copied without its rig and has its own now" and not copies.unsound(bpy.context.scene)
    watching.Watch.new = frozenset()
    bpy.context.view_layer.update()
    assert not watching.Watch.new


def test_the_preference_is_respected(face):
    bpy.context.preferences.addons["wince"].preferences.mend_copies = False
    copy(face, [face.mesh_object])
    assert watching.mend_new(bpy.context, {bpy.data.objects["Face.001"].session_uid}) == ""
    assert copies.unsound(bpy.context.scene)
    bpy.context.preferences.addons["wince"].preferences.mend_copies = True


def test_a_mending_that_was_undone_is_not_done_again(face):
    bpy.ops.ed.undo_push(message="a face")
    watching._take_stock()
    copy(face, [face.mesh_object])
    bpy.ops.ed.undo_push(message="Duplicate")
    bpy.context.view_layer.update()
    assert watching.mend_new(bpy.context, watching.Watch.new)
    watching.Watch.new = frozenset()
    bpy.ops.ed.undo()
    bpy.context.view_layer.update()
    assert [one.mesh_object.name for one in copies.unsound(bpy.context.scene)] == ["Face.001"] and not watching.Watch.new
    bpy.ops.wince.mend_copies()                           # what the panel's button does
    assert not copies.unsound(bpy.context.scene)


def test_the_watch_costs_nothing_while_nothing_is_added(face):
    """An animation of 50 frames looks at no object."""
    watching._take_stock()
    looked, original = [], watching._meshes
    watching._meshes = lambda: looked.append(1) or original()
    try:
        for frame in range(50):
            bpy.context.scene.frame_set(frame)
    finally:
        watching._meshes = original
    assert not looked


@pytest.mark.parametrize("enabled", [True, False])
@pytest.mark.parametrize("link", [False, True])
def test_appended_and_linked_faces_move(face, tmp_path, link, enabled):
    path = tmp_path / "face.blend"
    collection = bpy.data.collections.new("Cast")
    for obj in face.objects:
        bpy.context.scene.collection.objects.unlink(obj)
        collection.objects.link(obj)
    bpy.context.scene.collection.children.link(collection)
    person = face.person
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    if not enabled:
        bpy.ops.preferences.addon_disable(module="wince")
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    with bpy.data.libraries.load(str(path), link=link) as (_, into):
        into.collections = ["Cast"]
    bpy.context.scene.collection.children.link(into.collections[0])
    bpy.context.view_layer.update()
    found = faces.in_scene(bpy.context.scene)[0]
    assert not copies.unsound(bpy.context.scene)
    if link and enabled:
        assert "linked from another file" in found.fixed
        before = found.armature[faces.IDENTITY]
        found.armature.wince_person.age = 90
        assert found.armature[faces.IDENTITY] == before and not bpy.ops.wince.another_person.poll()
    found.set_aus(OTHER)
    assert np.abs(shown(found.mesh_object) - rig.pose(person, OTHER)).max() <= AGREE_M
    if not enabled:
        bpy.ops.preferences.addon_enable(module="wince")
