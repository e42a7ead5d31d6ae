"""What a face wears carries labels as the face does: classes, heat and coverage, in an artist's scene too; and it leaves nothing behind."""

import dataclasses

import pytest

bpy = pytest.importorskip("bpy")

from wince.bridge import follow, people  # noqa: E402
from wince.core import demographics  # noqa: E402
from wince.core import look as looks  # noqa: E402
from wince.job import spec  # noqa: E402
from wince.stage import dress, labelling, materials, overrides  # noqa: E402
from wince.stage.passes import ATTRIBUTES, wanted_aovs  # noqa: E402

CLASS_OF = {"hair": 8, "brows": 2, "lashes": 3, "facial_hair": 9, "clothes": 10, "glasses": 11}
OUTPUTS = ("heat_terms",)


def identity(number=1, beard="short_beard", glasses="round", hair="short"):
    who = demographics.sample(1, number, spec.People(count=1, genders=("man",), ages=((40.0, 40.0),)), people.model().pack)
    look = looks.changed(looks.changed(who.look, "facial_hair", style=beard), "glasses", kind=glasses)
    return dataclasses.replace(who, look=looks.changed(look, "hair", style=hair))


@pytest.fixture
def face(addon):
    return dress.new_face(people.model().person(identity()))


def aovs(material):
    return {node.aov_name for node in material.node_tree.nodes if node.type == "OUTPUT_AOV"}


def shown(obj):
    """Return the materials that the faces of an object have."""
    return {obj.material_slots[face.material_index].material for face in obj.data.polygons}


def assert_labelled(face):
    for kind, number in CLASS_OF.items():
        for material in shown(face.worn[kind]):
            assert material.pass_index == number, kind
            assert aovs(material) == (set(wanted_aovs(OUTPUTS)) if kind in ("brows", "facial_hair") else set()), kind


def test_every_kind_has_its_class_and_brows_and_beard_carry_the_skins_labels(face):
    assert set(CLASS_OF) <= set(face.worn)
    overrides.settle(face)
    assert labelling.only(face, OUTPUTS) == []
    assert_labelled(face)


def test_an_artists_own_materials_are_labelled_too(face):
    for kind in CLASS_OF:
        own = bpy.data.materials.new(f"own {kind}")
        own.pass_index = 77
        for slot in face.worn[kind].material_slots:
            slot.material = own
    replaced = labelling.only(face, OUTPUTS)
    assert {"hair", "brow_hair", "lash_hair", "beard", "cloth", "frame"} <= set(replaced)
    assert_labelled(face)


def test_another_faces_things_are_background(face):
    other = dress.new_face(people.model().person(identity(2)), name="Other")
    labelling.only(face, OUTPUTS)
    for obj in other.worn.values():
        assert all(material.pass_index == 0 and not aovs(material) for material in shown(obj))
    assert_labelled(face)


def test_labels_lie_on_attributes_that_what_follows_gets(face):
    names = {ATTRIBUTES[aov] for aov in wanted_aovs(OUTPUTS)}
    assert {name for name in names if name.startswith(("wince_heat", "wince_skin"))} <= set(follow.LABELS)


def test_looks_that_come_and_go_leave_no_data_behind(face):
    kinds = ("objects", "meshes", "materials", "node_groups", "images")
    wardrobe = [("none", "none", "bald"), ("full_beard", "none", "short"), ("short_beard", "round", "short")]

    def round_of_people():
        for number, (beard, glasses, hair) in enumerate(wardrobe):
            dress.become(face, identity(number, beard, glasses, hair))
        return {kind: len(getattr(bpy.data, kind)) for kind in kinds}

    first = round_of_people()
    assert round_of_people() == first and round_of_people() == first


def test_taking_hair_off_takes_its_material_and_a_plain_face_wears_nothing(face):
    dress.become(face, identity(1, "none", "none", "bald"))
    assert set(face.worn) & {"hair", "facial_hair", "glasses"} == set()
    assert not [m for m in bpy.data.materials if m.get(materials.LOOK) in ("hair", "beard", "frame", "lens")]
    plain = dress.new_face(people.model().person(identity(3)), name="Plain", plain=True)
    assert plain.worn == {}
