"""Scalp hair as Blender has it: worn, refilled, seen as its class, cheap enough."""

import dataclasses

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from wince.bridge import face as faces  # noqa: E402
from wince.bridge import mesh, people, worn  # noqa: E402
from wince.core import demographics  # noqa: E402
from wince.core import look as looks  # noqa: E402
from wince.core.facs.action_units import ActionUnits  # noqa: E402
from wince.core.worn import hair  # noqa: E402
from wince.job import spec  # noqa: E402
from wince.stage.materials import CLASSES, build  # noqa: E402


def someone(style, texture="straight", number=1, age=30.0):
    """Build a person with some hair."""
    wishes = spec.People(count=1, ages=((age, age),), genders=("woman",))
    who = demographics.sample(number, 0, wishes, people.model().pack)
    return people.model().person(dataclasses.replace(who, look=looks.changed(who.look, "hair", style=style, texture=texture)))


def put_on(face, person):
    return worn.wear(face, "hair", hair.make(person), build(names=("hair",)))


@pytest.fixture
def face(addon):
    return faces.build(someone("bob"), subdivision=1)


def test_hair_is_one_object_of_its_class(face):
    obj = put_on(face, someone("bob"))
    assert [material.pass_index for material in obj.data.materials] == [CLASSES["hair"]]
    assert obj.parent_bone == "head"
    assert obj.data.uv_layers
    assert {hair.NORMAL, hair.STRAND} <= set(obj.data.attributes.keys())


def test_hair_sits_on_the_head_and_turns_with_it(face):
    obj = put_on(face, someone("bob"))
    bpy.context.view_layer.update()
    middle = np.array(obj.matrix_world) @ np.append(mesh.get_positions(obj.data).mean(axis=0), 1)
    np.testing.assert_allclose(middle[:3], hair.make(someone("bob")).points.mean(axis=0), atol=1e-4)
    face.set_aus(ActionUnits.parse("52D+53C"))
    bpy.context.view_layer.update()
    turned = np.array(obj.matrix_world) @ np.append(mesh.get_positions(obj.data).mean(axis=0), 1)
    assert np.linalg.norm(turned - middle) > 0.005


def test_other_hair_refills_the_same_object_and_bald_takes_it_off(face):
    first = put_on(face, someone("bob"))
    count = len(first.data.vertices)
    second = put_on(face, someone("short", "curly"))
    assert second == first
    assert len(second.data.vertices) != count
    put_on(face, someone("bald"))
    assert "hair" not in face.worn


def test_memory_does_not_grow_over_many_heads(face):
    for number in range(4):
        put_on(face, someone(("short", "bob", "afro", "bun")[number], number=number))
        assert sum(data.name.endswith("Hair") for data in bpy.data.meshes) == 1


def test_the_file_of_a_face_stays_small(face, tmp_path):
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "bald.blend"), compress=True)
    put_on(face, someone("long", "wavy"))
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "hair.blend"), compress=True)
    bald, hairy = ((tmp_path / f"{name}.blend").stat().st_size for name in ("bald", "hair"))
    assert hairy - bald < 9_000_000
