"""Wrinkles in Blender: Geometry Nodes against numpy, in a file without the add-on, in a picture; nothing is left behind."""

import json
import subprocess
import sys

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from wince.bridge import copies, heat, mesh, people, wrinkles  # noqa: E402
from wince.bridge import face as faces  # noqa: E402
from wince.core import demographics, rig  # noqa: E402
from wince.core import wrinkles as core  # noqa: E402
from wince.core.facs.action_units import ActionUnits  # noqa: E402
from wince.job import spec  # noqa: E402
from wince.stage import dress, wardrobe  # noqa: E402

AGREE = 1e-3
CODES = ("0", "1D+2D", "4D+6D+7D+9D+43", "4E+9E+10E+12C+25D+51D+61C", "12E+26D+17C+53C")


def identity(age, number=1):
    wishes = spec.People(count=1, ages=((age, age),), genders=("woman",))
    return demographics.sample(number, 0, wishes, people.model().pack)


@pytest.fixture
def face(addon):
    return dress.new_face(people.model().person(identity(75)))


def control(face):
    """Show the control mesh: subdivision and what is worn off."""
    next(m for m in face.mesh_object.modifiers if m.type == "SUBSURF").show_viewport = False
    for obj in face.worn.values():
        obj.hide_viewport = True


def seen(face, name=wrinkles.FOLD):
    bpy.context.view_layer.update()
    return mesh.get_vectors(face.mesh_object.evaluated_get(bpy.context.evaluated_depsgraph_get()).data, name)


@pytest.mark.parametrize("code", CODES)
def test_nodes_and_numpy_agree(face, code):
    control(face)
    aus = ActionUnits.parse(code)
    face.set_aus(aus)
    assert np.abs(seen(face) - core.fold(face.person, rig.pose(face.person, aus))).max() < AGREE


def test_another_person_has_other_folds(face):
    control(face)
    dress.become(face, identity(30, 2))
    aus = ActionUnits.parse("4D+6D+9D")
    face.set_aus(aus)
    assert np.abs(seen(face) - core.fold(face.person, rig.deform(face.person, aus))).max() < AGREE


def test_a_sculpted_neutral_is_measured_from_itself(face):
    control(face)
    block = face.mesh_object.data.shape_keys.key_blocks[0]
    wider = mesh.get_key(block) * (1.2, 1.2, 1.2)
    mesh.set_key(block, wider)
    mesh.set_positions(face.mesh_object.data, wider)
    for key in face.mesh_object.data.shape_keys.key_blocks[1:]:
        mesh.set_key(key, mesh.get_key(key) * 1.2)
    assert np.abs(seen(face) - core.lines(face.person)).max() < 0.02


def test_subdivision_carries_the_folds_and_nothing_else_of_it(face):
    face.set_aus(ActionUnits.parse("4D"))
    got = seen(face)
    assert len(got) > len(face.person.base) and got.max() > 0.5
    data = face.mesh_object.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    assert not [a.name for a in data.attributes if a.name.startswith("wince_crease")]


def rendered_attributes(obj):
    """The attributes that a renderer sees on an object."""
    found = set()

    class Engine(bpy.types.RenderEngine):
        bl_idname, bl_label = "WINCE_ATTRIBUTES", "test"

        def render(self, depsgraph):
            data = next(one.object.data for one in depsgraph.object_instances if one.object.original == obj)
            found.update(attribute.name for attribute in data.attributes)

    scene = bpy.context.scene
    bpy.utils.register_class(Engine)
    try:
        scene.render.engine = "WINCE_ATTRIBUTES"
        scene.render.resolution_x = scene.render.resolution_y = 4
        scene.camera = bpy.data.objects.new("c", bpy.data.cameras.new("c"))
        bpy.ops.render.render()
    finally:
        scene.render.engine = "CYCLES"
        bpy.utils.unregister_class(Engine)
    return found


def test_labels_are_subdivided_in_renders_alone(face):
    labels = set(wrinkles.LABELS) & {a.name for a in face.mesh_object.data.attributes}
    assert labels == set(wrinkles.LABELS)
    bpy.context.view_layer.update()
    data = face.mesh_object.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    assert not labels & {a.name for a in data.attributes} and "wince_fold" in data.attributes
    assert labels <= rendered_attributes(face.mesh_object)


def test_where_the_modifier_is_hidden_the_lines_at_rest_show(face):
    control(face)
    face.set_aus(ActionUnits.parse("4E"))
    wrinkles.modifier_of(face.mesh_object).show_viewport = False
    assert np.abs(seen(face) - core.lines(face.person)).max() < 1e-6


def test_a_plain_face_has_none_of_it_and_a_face_made_plain_gives_it_back(addon):
    face = dress.new_face(people.model().person(identity(75)), plain=True)
    obj, names = face.mesh_object, lambda: sorted(a.name for a in face.mesh_object.data.attributes)
    assert wrinkles.modifier_of(obj) is None and not obj.add_rest_position_attribute
    assert not [name for name in names() if name.startswith(("wince_fold", "wince_crease"))]
    node = dress.worn_by(face)["skin"].node_tree.nodes
    assert node["creases"].image is None and node["relief"].mute and node["cavity"].mute
    face.armature[wardrobe.PLAIN] = False
    dress.dress(face)
    assert wrinkles.modifier_of(obj) is not None and node["creases"].image is not None and not node["relief"].mute
    face.armature[wardrobe.PLAIN] = True
    dress.dress(face)
    assert wrinkles.modifier_of(obj) is None and node["creases"].image is None
    assert not [name for name in names() if name.startswith(("wince_fold", "wince_crease"))]


def test_faces_share_one_group_and_one_picture_whoever_they_become(face):
    other = dress.new_face(people.model().person(identity(40, 2)))
    for number in range(3):
        dress.become(face, identity(60, number + 3))
    assert sum(wrinkles.GROUP in group for group in bpy.data.node_groups) == 1
    ours = [image for image in bpy.data.images if wrinkles.PICTURE in image]
    assert len(ours) == 1 and ours[0].packed_file and ours[0].colorspace_settings.is_data
    shown = {dress.worn_by(one)[name].node_tree.nodes["creases"].image for one in (face, other) for name in ("skin", "brows")}
    assert shown == set(ours) and len(face.mesh_object.modifiers) == 3


def test_the_picture_is_the_packs(face):
    image = wrinkles.picture(face.person.pack)
    got = np.empty(4 * image.size[0] * image.size[1], np.float32)
    image.pixels.foreach_get(got)
    assert (np.rint(got.reshape(*image.size, 4) * 255) == face.person.pack.creases).all()
    assert image.alpha_mode == "CHANNEL_PACKED", "the fourth channel hides nothing"


def test_a_file_without_the_addon_folds_and_keeps_the_picture(face, tmp_path):
    control(face)
    aus = ActionUnits.parse("4D+9D")
    wanted = core.fold(face.person, rig.deform(face.person, aus))
    name, bones = face.mesh_object.name, face.armature.name
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "f.blend"))
    face.set_aus(aus)
    values = {key: float(value) for key, value in face.armature.pose.bones["face"].items() if key.startswith("AU") and value}
    code = f"""
import json, sys
import bpy, numpy as np
bpy.ops.wm.open_mainfile(filepath={str(tmp_path / "f.blend")!r})
rig = bpy.data.objects[{bones!r}]
for key, value in json.loads({json.dumps(values)!r}).items():
    rig.pose.bones["face"][key] = value
rig.update_tag(); bpy.context.view_layer.update()
data = bpy.data.objects[{name!r}].evaluated_get(bpy.context.evaluated_depsgraph_get()).data
out = np.empty(3 * len(data.vertices), np.float32)
data.attributes["wince_fold"].data.foreach_get("vector", out)
image = next(i for i in bpy.data.images if "wince_creases" in i)
assert image.packed_file and image.pixels[0] > 0.4 and "wince" not in sys.modules
np.save({str(tmp_path / "o.npy")!r}, out.reshape(-1, 3))
"""
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=300)
    assert np.abs(np.load(tmp_path / "o.npy") - wanted).max() < AGREE


def test_appended_and_copied_faces_keep_their_wrinkles(face, tmp_path):
    bpy.ops.object.select_all(action="DESELECT")
    for obj in face.objects:
        obj.select_set(True)
    bpy.ops.object.duplicate()
    twins = [one for one in faces.in_scene(bpy.context.scene) if one.mesh_object != face.mesh_object]
    assert len(twins) == 1 and not copies.faults(twins[0]) and wrinkles.modifier_of(twins[0].mesh_object)
    control(twins[0])
    twins[0].set_aus(ActionUnits.parse("9E"))
    assert np.abs(seen(twins[0]) - core.lines(face.person)).max() > 0.3
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "f.blend"))
    name = face.mesh_object.name
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    with bpy.data.libraries.load(str(tmp_path / "f.blend")) as (_, into):
        into.objects = [name]
    modifier = wrinkles.modifier_of(into.objects[0])
    assert wrinkles.is_wrinkle_group(modifier.node_group) and into.objects[0].add_rest_position_attribute


def test_the_heat_overlay_and_the_wrinkles_live_side_by_side(face):
    heat.show(face)
    kinds = [m.type for m in face.mesh_object.modifiers]
    assert kinds == ["ARMATURE", "NODES", "NODES", "SUBSURF"]
    assert heat.modifier_of(face.mesh_object) != wrinkles.modifier_of(face.mesh_object)
    control(face)
    aus = ActionUnits.parse("4D+9D")
    face.set_aus(aus)
    assert np.abs(seen(face) - core.fold(face.person, rig.deform(face.person, aus))).max() < AGREE
    heat.remove(face)
    assert wrinkles.modifier_of(face.mesh_object) is not None


def picture(face, tmp_path, size=128, samples=4):
    """Render the middle of a face with Cycles; display values (size, size)."""
    scene = bpy.context.scene
    scene.render.engine, scene.cycles.samples, scene.cycles.use_denoising = "CYCLES", samples, False
    scene.render.resolution_x = scene.render.resolution_y = size
    scene.render.filepath = str(tmp_path / "shot.png")
    bpy.ops.render.render(write_still=True)
    image = bpy.data.images.load(scene.render.filepath)
    out = np.empty(4 * size * size, np.float32)
    image.pixels.foreach_get(out)
    bpy.data.images.remove(image)
    return out.reshape(size, size, 4)[..., :3].mean(axis=-1)


@pytest.fixture
def close(face):
    """A lamp from the side and a camera on the middle of a face alone, a pixel as wide as in a picture of 256 pixels of a head."""
    for obj in face.worn.values():
        obj.hide_render = True
    camera = bpy.data.objects.new("c", bpy.data.cameras.new("c"))
    lamp = bpy.data.objects.new("l", bpy.data.lights.new("l", "SUN"))
    for obj in (camera, lamp):
        bpy.context.scene.collection.objects.link(obj)
    camera.data.type, camera.data.ortho_scale = "ORTHO", 0.15
    camera.location, camera.rotation_euler = (0, -1, 0.125), (np.pi / 2, 0, 0)
    lamp.rotation_euler = (0.9, 0.5, 0)
    bpy.context.scene.camera = camera
    return face


def around(picture, x, z, reach):
    """Return the part of a picture around x, z metres."""
    row, column = int(64 + (z - 0.125) / 0.15 * 128), int(64 + x / 0.15 * 128)
    return picture[row - reach:row + reach, column - reach:column + reach]


def test_folds_show_in_a_picture_and_only_where_they_are(close, tmp_path):
    close.set_aus(ActionUnits.parse("4E"))
    folded = picture(close, tmp_path)
    wrinkles.modifier_of(close.mesh_object).show_render = False
    change = np.abs(folded - picture(close, tmp_path))
    assert around(change, 0, 0.1527, 10).max() > 0.04
    assert around(change, 0.035, 0.085, 8).mean() < 0.01


@pytest.mark.parametrize("code, x, z", [("4D", 0.0, 0.150), ("9D", 0.0, 0.137), ("6D", 0.054, 0.135)])
def test_folds_of_the_young_stand_out_of_the_noise_at_256_pixels(close, tmp_path, code, x, z):
    dress.become(close, identity(25))
    close.set_aus(ActionUnits.parse(code))
    folded = picture(close, tmp_path, samples=16)
    bpy.context.scene.cycles.seed = 1
    noise = np.abs(picture(close, tmp_path, samples=16) - folded)
    wrinkles.modifier_of(close.mesh_object).show_render = False
    change = np.abs(folded - picture(close, tmp_path, samples=16))
    assert around(change, x, z, 8).mean() > 0.010 and around(change, x, z, 8).mean() > 1.5 * around(noise, x, z, 8).mean()
