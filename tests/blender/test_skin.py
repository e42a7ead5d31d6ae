"""The painted skin in Blender: one picture a face, made anew only when it is another, kept in the file, an artist's own left alone."""

from dataclasses import replace

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from wince.bridge import face as faces  # noqa: E402
from wince.bridge import mesh, pictures  # noqa: E402
from wince.core import colour, demographics, identity, pack  # noqa: E402
from wince.core.face import FaceModel  # noqa: E402
from wince.core.skin import paint  # noqa: E402
from wince.job import spec  # noqa: E402
from wince.stage import complexion, dress, painting, plain_copy, wardrobe  # noqa: E402


@pytest.fixture(scope="module")
def model():
    return FaceModel(pack.load())


def who(number=0, **changes):
    return replace(demographics.sample(5, number, spec.People(), pack.load()), **changes)


@pytest.fixture
def face(bpy, model):
    return dress.new_face(model.person(who()))


def picture(face):
    return painting.picture_of(dress.worn_by(face))


def pixels(face):
    return pictures.read(picture(face))


def ours():
    return [image for image in bpy.data.images if painting.PAINTED in image]


def test_a_picture_is_the_colours_it_is_given(bpy, rng):
    rgb = rng.integers(0, 256, (12, 20, 3), dtype=np.uint8)
    for data in (False, True):
        image = pictures.new("x", rgb, data)
        assert (np.round(pictures.read(image) * 255) == rgb).all() and tuple(image.size) == (20, 12)
        assert image.packed_file is not None and (image.colorspace_settings.name == "sRGB") is not data


def test_display_values_are_the_srgb_curve(rng):
    linear = rng.random((50, 3))
    assert np.abs(painting.eight_bit(linear).astype(float) - colour.encode(linear) * 255).max() < 0.7


def test_a_face_shows_its_painting(face):
    shown = pixels(face)
    assert shown.shape == (paint.SIZE, paint.SIZE, 3) and len(ours()) == 1
    assert np.abs(colour.decode(shown) - paint.albedo(face.person)).max() < 0.01
    assert {node.image for node in painting.nodes_of(dress.worn_by(face), "picture")} == {picture(face)}


def test_what_is_shown_is_what_was_asked(face):
    facts = dress.skin_facts(face)
    assert colour.difference(facts["lab"], face.person.identity.skin_lab) < 1
    assert 1 <= facts["monk"] <= 10 and facts["luminance"] > 0.02


def test_only_what_changes_the_skin_paints_it_again(face, model):
    before = picture(face)
    stamp = before.session_uid
    face.set_person(model.person(identity.with_shapes(face.person.identity, {"nose-hump": 0.6})))
    dress.dress(face)
    assert picture(face).session_uid == stamp
    face.set_person(model.person(identity.edited(face.person.identity, skin_lab=(35.0, 11.0, 16.0))))
    dress.dress(face)
    assert picture(face).session_uid != stamp and picture(face).name == f"{face.mesh_object.name} Skin"
    assert dress.skin_facts(face)["lab"][0] == pytest.approx(35, abs=0.5)


def shared():
    return sorted(image.name for image in bpy.data.images if painting.SHARED in image)


def test_all_faces_share_the_fine_pictures(face, model):
    other = dress.new_face(model.person(who(1)))
    assert shared() == ["wince mottle", "wince pores"]
    for name in ("mottle", "pores"):
        nodes = [node for of in (face, other) for node in painting.nodes_of(dress.worn_by(of), name)]
        assert len({node.image for node in nodes}) == 1 and {node.projection for node in nodes} == {"BOX"}
    assert all(name in face.mesh_object.data.attributes for name in ("wince_place", "wince_grain", "wince_fine", "wince_sheen"))


def values(face, node, identifier):
    return np.array(dress.worn_by(face)["skin"].node_tree.nodes[node].inputs[identifier].default_value)


def test_a_shaved_scalp_shows_follicles_and_shines_and_hair_does_not(bpy, model):
    looks = (identity.with_look(who(), "hair", style=style, receding=0.0) for style in ("bald", "long"))
    shaved, hairy = (dress.new_face(model.person(look)) for look in looks)
    assert (values(shaved, "follicles", 1) < 0).all() and not values(hairy, "follicles", 1).any()
    assert values(shaved, "oil", 1)[1] < 0 < values(hairy, "oil", 1)[1]
    assert values(shaved, "film", 1)[1] > 0 == values(hairy, "film", 1)[1]


def test_dark_skin_mirrors_less_than_its_exposure_lifts(bpy, model):
    """What a surface mirrors has no pigment: in a picture exposed for dark skin the same shine would lie on a cheek like varnish."""
    oily = identity.with_look(who(), "skin", oil=0.6)
    light, dark = (dress.new_face(model.person(replace(oily, skin_lab=lab))) for lab in ((72.0, 11.0, 17.0), (36.0, 11.0, 16.0)))
    lift = complexion.lift((36.0, 11.0, 16.0))
    assert lift > 1.5 and values(dark, "film", 1)[0] * lift <= 1.01 * values(light, "film", 1)[0]
    assert values(dark, "unhaired", 2) < 0.8 * values(light, "unhaired", 2) == 0.8
    assert values(dark, "rough", 1) + values(dark, "oil", 1)[0] > values(light, "rough", 1) + values(light, "oil", 1)[0]


def test_a_plain_face_has_neither_film_nor_fine_colour(bpy, model):
    face = dress.new_face(model.person(who()), plain=True)
    assert values(face, "film shown", 1) == 0 and not shared()
    face.armature[wardrobe.PLAIN] = False
    dress.dress(face)
    assert values(face, "film shown", 1) == 1 and len(shared()) == 2


def test_many_people_leave_one_picture(face, model):
    count = len(bpy.data.images)
    for number in range(1, 4):
        face.set_person(model.person(who(number)))
        dress.dress(face)
        assert len(ours()) == 1 and len(bpy.data.images) == count


def test_a_saved_file_keeps_the_picture(face, tmp_path):
    shown = pixels(face)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "kept.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "kept.blend"))
    again = next(obj for obj in bpy.data.objects if obj.get(faces.PART) == faces.FACE)
    assert np.array_equal(pixels(faces.of(again)), shown)


def test_an_artists_own_picture_stays_and_is_measured(face, model):
    mine = pictures.new("mine", np.full((64, 64, 3), 119, np.uint8))
    for node in painting.nodes_of(dress.worn_by(face), "picture"):
        node.image = mine
    face.set_person(model.person(who(2)))
    dress.dress(face)
    assert picture(face) == mine
    np.testing.assert_allclose(dress.skin_facts(face)["lab"], [50, 0, 0], atol=0.4)


def test_paint_on_our_picture_is_measured_and_kept_while_the_person_stays(face):
    image = picture(face)
    image.pixels.foreach_set(np.full(len(image.pixels), 119 / 255, np.float32))
    dress.dress(face)
    assert picture(face) == image
    np.testing.assert_allclose(dress.skin_facts(face)["lab"], [50, 0, 0], atol=0.4)


def test_a_plain_face_has_no_picture_and_can_get_one(bpy, model):
    face = dress.new_face(model.person(who()), plain=True)
    assert picture(face) is None and not ours()
    plain = dress.skin_facts(face)
    assert colour.difference(plain["lab"], face.person.identity.skin_lab) < 6
    assert np.abs(mesh.get_colour(face.mesh_object.data, "wince_albedo")).max() > 0.1
    face.armature[wardrobe.PLAIN] = False
    dress.dress(face)
    assert picture(face) is not None and colour.difference(dress.skin_facts(face)["lab"], face.person.identity.skin_lab) < 1
    face.armature[wardrobe.PLAIN] = True
    dress.dress(face)
    assert picture(face) is None and not ours() and dress.skin_facts(face) == plain


def test_a_twin_is_painted_alone(addon):
    addon.ops.wince.add_face(seed=1, age=40)
    first = faces.active(addon.context)
    for obj in first.objects:
        obj.select_set(True)
    addon.ops.object.duplicate()
    twin = faces.active(addon.context)
    assert twin.mesh_object != first.mesh_object
    before = pixels(first)
    dress.become(twin, identity.edited(twin.person.identity, skin_lab=(30.0, 10.0, 14.0)))
    assert picture(twin) != picture(first) and np.array_equal(pixels(first), before)
    assert dress.skin_facts(twin)["lab"][0] == pytest.approx(30, abs=0.5)


def test_undo_brings_the_picture_back(addon):
    addon.ops.wince.add_face(seed=1, age=40)
    before = pixels(faces.active(addon.context))
    addon.ops.ed.undo_push(message="before")
    person = faces.active(addon.context)
    dress.become(person, identity.edited(person.person.identity, skin_lab=(30.0, 10.0, 14.0)))
    addon.ops.ed.undo_push(message="darker")
    addon.ops.ed.undo()
    assert np.array_equal(pixels(faces.active(addon.context)), before)


def seen(scene, path):
    """Return the mean linear colour of a small render's middle."""
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
    image = bpy.data.images.load(str(path))
    shown = pictures.read(image)[24:40, 24:40]
    bpy.data.images.remove(image)
    return colour.decode(shown).mean(axis=(0, 1))


def test_a_render_that_keeps_its_data_sees_the_next_person(face, model, tmp_path):
    scene = bpy.context.scene
    scene.render.engine, scene.cycles.samples, scene.cycles.use_denoising = "CYCLES", 2, False
    scene.render.resolution_x = scene.render.resolution_y = 64
    scene.render.use_persistent_data, scene.view_settings.view_transform = True, "Standard"
    scene.world = bpy.data.worlds.new("white")
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    scene.collection.objects.link(camera)
    camera.location, camera.rotation_euler, scene.camera = (0, -1.2, 0.10), (np.pi / 2, 0, 0), camera
    camera.data.lens = 120
    luminance = []
    for lightness in (75, 30, 55):
        face.set_person(model.person(replace(who(0), skin_lab=(float(lightness), 11.0, 16.0))))
        dress.dress(face)
        luminance.append(colour.luminance(seen(scene, tmp_path / "seen.png")))
    assert luminance[0] > 1.5 * luminance[2] > 2 * luminance[1]


def test_an_export_takes_the_painting(face):
    np.testing.assert_array_equal(plain_copy.skin_texture(face, 256), pixels(face))
