"""The sliders of a look: made from the axes, they dress the face live and store nothing of their own."""

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from wince.bridge import face as faces  # noqa: E402
from wince.core import identity  # noqa: E402
from wince.core import look as looks  # noqa: E402
from wince.properties.look import name_of  # noqa: E402


@pytest.fixture
def face(addon):
    addon.ops.wince.add_face(seed=3, age=30, gender=0.5)
    face = faces.active(addon.context)
    face.mesh_object.modifiers["Subdivision"].levels = 0
    return face


def who(face):
    return identity.from_json(face.armature[faces.IDENTITY])


def test_sliders_show_the_look(face):
    sliders = face.armature.wince_looks
    for part, axis in looks.axes():
        told, shown = getattr(getattr(who(face).look, part), axis.name), getattr(sliders, name_of(part, axis.name))
        if "options" in axis.metadata:
            assert shown == told
        else:
            assert np.allclose(shown, told, atol=1e-6), (part, axis.name)


def test_a_slider_changes_one_axis_of_the_identity(face):
    before = who(face)
    face.armature.wince_looks.skin_oil = 0.83
    assert who(face).look == looks.changed(before.look, "skin", oil=0.83) and who(face).shapes == before.shapes
    face.armature.wince_looks.glasses_kind = "round"
    assert who(face).look.glasses.kind == "round"
    face.armature.wince_looks.clothes_colour = (0.1, 0.2, 0.3)
    assert who(face).look.clothes.colour == pytest.approx((0.1, 0.2, 0.3), abs=1e-4)


def test_a_plain_face_wears_nothing_and_dresses_again(addon, face):
    worn = set(face.worn)
    assert addon.ops.wince.toggle_plain() == {"FINISHED"}
    assert not faces.active(addon.context).worn and who(face).look == face.person.identity.look
    addon.ops.wince.toggle_plain()
    assert set(faces.active(addon.context).worn) == worn and {"brows", "clothes"} <= worn


def test_another_look_keeps_who_it_is(addon, face):
    before = who(face)
    assert addon.ops.wince.another_look() == {"FINISHED"}
    after = who(face)
    assert after.look != before.look and (after.shapes, after.skin_lab, after.age) == (before.shapes, before.skin_lab, before.age)


def test_looks_are_stepped_through_forward_and_back(addon, face):
    first, step = who(face).look, addon.ops.wince.another_look
    step(step=1)
    other = who(face).look
    assert tuple(face.armature["wince_look_number"]) == (other.seed, 4) and other != first
    step(step=0)
    assert who(face).look == other
    step(step=-1)
    assert who(face).look == first
    step(step=-1)
    step(step=2)
    assert who(face).look == other


def test_a_look_that_was_edited_comes_back_as_it_was(addon, face):
    face.armature.wince_looks.glasses_kind = "round"
    edited = who(face).look
    addon.ops.wince.another_look(step=2)
    addon.ops.wince.another_look(step=-2)
    assert who(face).look == edited


def test_another_person_begins_with_a_look_of_their_own(addon, face):
    addon.ops.wince.another_look(step=5)
    addon.ops.wince.another_person()
    begun = who(face).look
    addon.ops.wince.another_look()
    assert face.armature["wince_look_number"][1] == 5, "the person of seed 4"
    addon.ops.wince.another_look(step=-1)
    assert who(face).look == begun


def test_there_is_no_look_before_the_first(addon, face):
    before = who(face)
    with pytest.raises(RuntimeError, match="has look 3, and looks begin at 0"):
        addon.ops.wince.another_look(step=-4)
    assert who(face) == before
