"""The rig as Blender evaluates it is the rig in numpy."""

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from wince.bridge import armature, mesh  # noqa: E402
from wince.bridge import face as bridge_face  # noqa: E402
from wince.core import demographics, face, heatmap, rig  # noqa: E402
from wince.core import pack as face_pack  # noqa: E402
from wince.core.facs import samplers  # noqa: E402
from wince.core.facs.action_units import ActionUnits  # noqa: E402
from wince.core.facs.table import AU_KEYS, SIDES  # noqa: E402
from wince.core.streams import stream  # noqa: E402
from wince.job import spec  # noqa: E402

AGREE_M = 1e-5


@pytest.fixture(scope="module")
def people():
    pack = face_pack.load()
    model = face.FaceModel(pack)
    return [model.person(demographics.sample(0, n, spec.People(), pack)) for n in range(2)]


@pytest.fixture
def rigged(bpy, people):
    return bridge_face.build(people[0], subdivision=0)


def evaluated(obj):
    bpy.context.view_layer.update()
    return mesh.evaluated_positions(obj, bpy.context.evaluated_depsgraph_get())


def assert_agrees(rigged, aus):
    rigged.set_aus(aus)
    assert np.abs(evaluated(rigged.mesh_object) - rig.pose(rigged.person, aus)).max() <= AGREE_M, str(aus)
    for side in SIDES:
        matrix = rig.eye_matrix(aus, rigged.person, side)
        expected = rigged.person.pack.eye_vertices @ matrix[:3, :3].T + matrix[:3, 3]
        assert np.abs(evaluated(rigged.eyes[side]) - expected).max() <= AGREE_M, str(aus)


def test_each_action_unit_alone(rigged):
    for key in AU_KEYS:
        assert_agrees(rigged, ActionUnits.from_keys({key: 3.3}))


def test_drawn_expressions_with_head_and_gaze(rigged):
    for k in range(20):
        aus = samplers.pain_expressions(stream(2, "expression", k), 1)[0].aus
        assert_agrees(rigged, aus.with_({51: 1.5, 54: 0.7, 55: 2.0, 62: 2.5, 63: 1.0}))


def test_another_person_on_the_same_rig(rigged, people):
    blocks = len(bpy.data.meshes), len(bpy.data.shape_keys), len(bpy.data.objects)
    rigged.set_person(people[1])
    assert_agrees(rigged, ActionUnits.parse("4C+6D+7D+9B+10B+43+52B"))
    assert blocks == (len(bpy.data.meshes), len(bpy.data.shape_keys), len(bpy.data.objects))


def test_aus_read_back(rigged):
    aus = ActionUnits.parse("4C+L12B+R12D+51A")
    rigged.set_aus(aus)
    assert rigged.aus() == aus


def test_every_driver_is_a_simple_expression(rigged):
    curves = [*rigged.mesh_object.data.shape_keys.animation_data.drivers, *rigged.armature.animation_data.drivers]
    assert len(curves) >= len(rig.ROWS)
    for curve in curves:
        assert curve.driver.is_simple_expression and curve.is_valid, curve.data_path
        assert len(curve.driver.expression) <= 255


def test_au_properties_have_range_tooltip_and_may_be_overridden(rigged):
    bone = rigged.armature.pose.bones[armature.AU_BONE]
    ui = bone.id_properties_ui("AU04.L").as_dict()
    assert (ui["min"], ui["max"]) == (0.0, 5.0) and "corrugator" in ui["description"]
    assert bone.is_property_overridable_library('["AU04.L"]')


def test_the_saved_file_moves_without_the_code(rigged, tmp_path):
    """Reloaded with scripts off: a stale value would hide a broken driver, so the property is changed after loading."""
    path, name = tmp_path / "face.blend", rigged.mesh_object.name
    bones, person = rigged.armature.name, rigged.person
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    bpy.ops.wm.open_mainfile(filepath=str(path), use_scripts=False)
    obj = bpy.data.objects[bones]
    obj.pose.bones["face"]["AU12.L"] = 5.0
    obj.pose.bones["face"]["AU51"] = 2.0
    obj.update_tag()
    aus = ActionUnits.from_keys({"AU12.L": 5.0, "AU51": 2.0})
    assert np.abs(evaluated(bpy.data.objects[name]) - rig.pose(person, aus)).max() <= AGREE_M


def test_heat_is_stored_in_millimetres(rigged):
    heat = heatmap.pspi_heat(rigged.person, ActionUnits.parse("4E+9C"))
    rigged.set_heat(heat)
    stored = np.empty(len(heat.total), np.float32)
    rigged.mesh_object.data.attributes["wince_heat"].data.foreach_get("value", stored)
    assert np.array_equal(stored, heat.total)


def test_removing_a_face_leaves_nothing(bpy, people):
    kinds = ("objects", "meshes", "armatures", "shape_keys", "actions", "collections")
    before = {kind: len(getattr(bpy.data, kind)) for kind in kinds}
    bridge_face.build(people[0]).remove()
    assert before == {kind: len(getattr(bpy.data, kind)) for kind in kinds}


def test_two_faces_move_apart(bpy, people):
    first, second = bridge_face.build(people[0], subdivision=0), bridge_face.build(people[1], subdivision=0)
    first.set_aus(ActionUnits.parse("27E"))
    assert np.abs(evaluated(second.mesh_object) - people[1].base).max() <= AGREE_M
    assert np.abs(evaluated(first.mesh_object) - people[0].base).max() > 0.02
