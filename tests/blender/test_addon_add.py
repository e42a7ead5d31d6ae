"""Add > Mesh > FACS Face."""

import numpy as np
import pytest

pytest.importorskip("bpy")

from wince.bridge import face as faces
from wince.bridge import pictures
from wince.core.skin import paint
from wince.panels import base
from wince.stage import dress, painting


def test_a_face_is_added_where_the_cursor_is_and_is_selected(addon):
    addon.context.scene.cursor.location = (1, 2, 3)
    assert addon.ops.wince.add_face(seed=3, age=72, gender=0.2, ancestry="East Asian") == {"FINISHED"}
    face = faces.active(addon.context)
    strands = {obj for kind, obj in face.worn.items() if kind not in ("clothes", "glasses")}
    assert strands and addon.context.active_object == face.armature
    assert set(addon.context.selected_objects) == set(face.objects) - strands        # their outline would hide the face
    assert tuple(face.armature.location) == (1, 2, 3)
    who = face.person.identity
    assert (who.seed, who.age, round(who.gender, 6), who.group) == (3, 72, 0.2, "East Asian")


def test_another_seed_is_another_person(addon):
    for seed in (1, 2):
        addon.ops.wince.add_face(seed=seed)
    first, second = faces.in_scene(addon.context.scene)
    assert first.person.identity.shapes != second.person.identity.shapes and first.mesh_object.data != second.mesh_object.data


def test_the_skin_is_the_persons(addon):
    addon.ops.wince.add_face(seed=3)
    face = faces.active(addon.context)
    shown = pictures.read(painting.picture_of(dress.worn_by(face)))
    assert (np.rint(shown * 255) == painting.eight_bit(paint.albedo(face.person))).all()


def test_faces_are_not_added_in_edit_mode(addon):
    addon.ops.wince.add_face()
    addon.ops.object.mode_set(mode="EDIT")
    with pytest.raises(RuntimeError, match="Object Mode"):
        addon.ops.wince.add_face()
    addon.ops.object.mode_set(mode="OBJECT")


def test_move_takes_the_face_as_a_whole(addon):
    addon.ops.wince.add_face()
    face = faces.active(addon.context)
    addon.context.view_layer.update()
    before = {obj: obj.matrix_world.translation.copy() for obj in face.objects}
    addon.ops.transform.translate(value=(1, 2, 3))
    addon.context.view_layer.update()
    for obj in face.objects:
        assert tuple(obj.matrix_world.translation - before[obj]) == pytest.approx((1, 2, 3), abs=1e-5)


def test_the_parts_cannot_be_moved_off_the_rig_by_hand(addon):
    addon.ops.wince.add_face()
    face = faces.active(addon.context)
    parts = [face.mesh_object, *face.eyes.values()]
    for obj in parts:
        assert all((*obj.lock_location, *obj.lock_rotation, *obj.lock_scale, obj.lock_rotation_w))
    face.armature.select_set(False)
    addon.context.view_layer.objects.active = face.mesh_object
    places = [obj.matrix_basis.copy() for obj in parts]
    addon.ops.transform.translate(value=(1, 2, 3))
    addon.ops.transform.rotate(value=1.0)
    addon.ops.transform.resize(value=(2, 2, 2))
    addon.context.view_layer.update()
    assert [obj.matrix_basis for obj in parts] == places


def test_the_rig_is_selected_from_any_part(addon):
    addon.ops.wince.add_face()
    face = faces.active(addon.context)
    addon.ops.object.select_all(action="DESELECT")
    addon.context.view_layer.objects.active = face.eyes["L"]
    assert addon.ops.wince.select_rig() == {"FINISHED"}
    assert addon.context.active_object == face.armature and set(addon.context.selected_objects) == set(face.objects)
    face.armature.hide_set(True)
    with pytest.raises(RuntimeError, match="is hidden"):
        addon.ops.wince.select_rig()


def test_a_mesh_that_was_moved_off_its_rig_is_told(addon):
    addon.ops.wince.add_face()
    face = faces.active(addon.context)
    face.armature.location, face.armature.scale = (1, 2, 3), (2, 2, 2)
    addon.context.view_layer.update()
    assert base.moved_off(face) == ""
    face.mesh_object.location.x = 0.1
    addon.context.view_layer.update()
    assert base.moved_off(face).startswith("Face has a place of its own")
    face.mesh_object.location.x = 0
    addon.context.view_layer.update()
    assert base.moved_off(face) == ""


@pytest.mark.parametrize("plain", [False, True])
def test_eevee_can_draw_every_material_of_a_face(addon, plain):
    """Material Preview is pink where a shader reads more than 14 attributes, the UV map among them."""
    addon.ops.wince.add_face(seed=3, plain=plain)
    for material in addon.data.materials:
        nodes = material.node_tree.nodes if material.node_tree else ()
        read = {node.attribute_name for node in nodes if node.type == "ATTRIBUTE"}
        assert len(read) + 1 <= 14, material.name
