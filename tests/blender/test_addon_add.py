"""Add > Mesh > FACS Face."""

import pytest

pytest.importorskip("bpy")

from wince.bridge import face as faces


def test_a_face_is_added_where_the_cursor_is_and_is_selected(addon):
    addon.context.scene.cursor.location = (1, 2, 3)
    assert addon.ops.wince.add_face(seed=3, age=72, gender=0.2, ancestry="East Asian") == {"FINISHED"}
    face = faces.active(addon.context)
    assert addon.context.active_object == face.mesh_object and tuple(face.armature.location) == (1, 2, 3)
    who = face.person.identity
    assert (who.seed, who.age, round(who.gender, 6), who.group) == (3, 72, 0.2, "East Asian")


def test_another_seed_is_another_person(addon):
    for seed in (1, 2):
        addon.ops.wince.add_face(seed=seed)
    first, second = faces.in_scene(addon.context.scene)
    assert first.person.identity.shapes != second.person.identity.shapes and first.mesh_object.data != second.mesh_object.data


def test_faces_are_not_added_in_edit_mode(addon):
    addon.ops.wince.add_face()
    addon.ops.object.mode_set(mode="EDIT")
    with pytest.raises(RuntimeError, match="Object Mode"):
        addon.ops.wince.add_face()
    addon.ops.object.mode_set(mode="OBJECT")
