"""Export: every file is read again."""

import json

import numpy as np
import pytest

pytest.importorskip("bpy")

from wince.bridge import face as faces
from wince.bridge import mesh
from wince.core import colour, identity, rig, targets
from wince.core.facs.action_units import ActionUnits
from wince.core.facs.arkit import ARKIT_NAMES
from wince.core.worn import brows
from wince.job import glb
from wince.stage import dress, eye_texture, plain_copy, plain_worn
from wince.stage.materials import strands


@pytest.fixture
def face(addon):
    addon.ops.wince.add_face(seed=4, age=60)
    return faces.active(addon.context)


def blocks(bpy):
    return {kind: len(getattr(bpy.data, kind)) for kind in ("objects", "meshes", "materials", "armatures", "collections", "scenes",
                                                             "shape_keys", "actions", "images")}


def skin_of(bpy):
    """Return the face's own mesh object of an imported file."""
    return next(obj for obj in bpy.data.objects if obj.type == "MESH" and obj.data.shape_keys and " " not in obj.data.name)


def test_the_glb_has_exactly_the_52_arkit_targets_and_leaves_no_trace(addon, face, tmp_path):
    before = blocks(addon)
    assert addon.ops.wince.export_glb(filepath=str(tmp_path / "face.glb")) == {"FINISHED"}
    assert glb.target_names(tmp_path / "face.glb") == ARKIT_NAMES
    assert blocks(addon) == before


@pytest.mark.parametrize(("kind", "count"), [("aus", 56), ("both", 108)])
def test_action_units_on_demand(addon, face, tmp_path, kind, count):
    addon.ops.wince.export_glb(filepath=str(tmp_path / "face.glb"), kind=kind)
    names = glb.target_names(tmp_path / "face.glb")
    assert len(names) == count == len(set(names)) and "AU04.L" in names and not any("+" in name for name in names)


def test_a_glb_read_back_moves_like_the_rig_and_sculpts_are_in_it(addon, face, tmp_path):
    block = face.mesh_object.data.shape_keys.key_blocks["AU12.L"]
    sculpted = mesh.get_key(block)
    base, delta = face.person.base, face.person.key_dense("AU12.L")
    place = int(np.argmax(np.linalg.norm(delta, axis=1)))
    sculpted[place] += (0, -0.02, 0)
    mesh.set_key(block, sculpted)
    addon.ops.wince.export_glb(filepath=str(tmp_path / "face.glb"), kind="aus")
    addon.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    addon.ops.import_scene.gltf(filepath=str(tmp_path / "face.glb"))
    skin = skin_of(addon)
    keys = skin.data.shape_keys.key_blocks
    moved = np.linalg.norm(mesh.get_key(keys["AU12.L"]) - mesh.get_key(keys[0]), axis=1)
    pulled, plain = (np.linalg.norm(where[place]) for where in (sculpted - base, delta))
    assert moved.max() == pytest.approx(pulled, abs=1e-5) and pulled > plain + 0.003
    assert {"neck", "head", "eye.L", "eye.R"} <= {bone.name for data in addon.data.armatures for bone in data.bones}
    eyes = [obj for obj in addon.data.objects if obj.parent_type == "BONE" and obj.parent_bone.startswith("eye")]
    assert len(eyes) == 2


def test_what_is_worn_goes_along_as_cards_that_move_with_the_skin(addon, face, tmp_path):
    addon.ops.wince.export_glb(filepath=str(tmp_path / "face.glb"))
    assert {"Face Brows", "Face Lashes"} <= set(glb.mesh_names(tmp_path / "face.glb"))
    wanted = targets.arkit(face.person)
    addon.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    addon.ops.import_scene.gltf(filepath=str(tmp_path / "face.glb"))
    brows, skin = addon.data.objects["Face Brows"].data, skin_of(addon).data
    keys = brows.shape_keys.key_blocks
    assert tuple(block.name for block in keys)[1:] == ARKIT_NAMES and brows.uv_layers and len(brows.polygons) > 1000
    moved = mesh.get_key(keys["browInnerUp"]) - mesh.get_key(keys[0])
    assert np.linalg.norm(moved, axis=1).max() == pytest.approx(np.linalg.norm(wanted["browInnerUp"], axis=1).max(), rel=0.3)
    there = mesh.get_key(keys[0])[::40]
    near = np.linalg.norm(there[:, None] - mesh.get_key(skin.shape_keys.key_blocks[0])[None], axis=2).min(axis=1)
    assert near.max() < 0.008
    for name in ("Face Brows", "Face Lashes"):
        obj = addon.data.objects[name]
        assert {group.name for group in obj.vertex_groups} >= {"head"} and obj.parent.type == "ARMATURE"


def test_thick_brows_keep_each_hair_where_it_lies(addon, face, tmp_path):
    dress.become(face, identity.with_look(face.person.identity, "brows", thickness=1.0, density=1.0))
    source = mesh.get_positions(face.worn["brows"].data).reshape(-1, brows.STEPS, 2, 3).mean(axis=2)[:, [0, -1]]
    with plain_copy.copy_of(face, {}, addon.context.scene) as (name, _):
        cards = next(obj for obj in addon.data.collections[name].objects if obj.name.endswith("Brows"))
        ends = mesh.get_positions(cards.data).reshape(len(source), -1, 2, 3)
        wide = np.linalg.norm(ends[:, :, 1] - ends[:, :, 0], axis=2).max()
        gap = np.linalg.norm(ends.mean(axis=2)[:, [0, -1]] - source, axis=2)
    assert len(source) > 600 and wide < 0.0003 and np.percentile(gap, 95) < 0.0015


def test_hair_in_the_glb_is_shaded_as_tufts_and_its_cards_face_outwards(addon, face, tmp_path):
    source = face.worn["hair"].data
    tufts = mesh.get_vectors(source, "wince_normal")
    places = mesh.get_positions(source)
    addon.ops.wince.export_glb(filepath=str(tmp_path / "face.glb"))
    addon.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    addon.ops.import_scene.gltf(filepath=str(tmp_path / "face.glb"))
    hair = addon.data.objects["Face Hair"].data
    shown = np.array([normal.vector for normal in hair.corner_normals])
    card = np.array([polygon.normal for polygon in hair.polygons]).repeat([polygon.loop_total for polygon in hair.polygons], axis=0)
    assert len(hair.polygons) > 10_000 and np.mean(np.einsum("ij,ij->i", shown, card) > 0) > 0.95
    middle = places.mean(axis=0)
    outwards = np.einsum("ij,ij->i", tufts, places - middle) > 0
    corner = np.array([hair.vertices[loop.vertex_index].co for loop in hair.loops]) - middle
    assert np.mean(np.einsum("ij,ij->i", shown, corner) > 0) > outwards.mean() - 0.05      # widened ribbons alone: about half


def test_the_fbx_has_the_shapes(addon, face, tmp_path):
    before = blocks(addon)
    addon.ops.wince.export_fbx(filepath=str(tmp_path / "face.fbx"))
    assert blocks(addon) == before
    addon.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    addon.ops.import_scene.fbx(filepath=str(tmp_path / "face.fbx"))
    skin = skin_of(addon)
    assert tuple(block.name for block in skin.data.shape_keys.key_blocks)[1:] == ARKIT_NAMES


@pytest.mark.parametrize("kind", ["arkit", "aus"])
def test_an_animated_face_moves_in_the_glb(addon, face, tmp_path, kind):
    bone = face.armature.pose.bones["face"]
    for frame, jaw, turn in ((1, 0.0, 0.0), (10, 5.0, 2.0)):
        bone["AU27"], bone["AU51"] = jaw, turn
        for key in ("AU27", "AU51"):
            bone.keyframe_insert(f'["{key}"]', frame=frame)
    scene = addon.context.scene
    scene.frame_start, scene.frame_end = 1, 10
    scene.frame_set(1)
    addon.ops.wince.export_glb(filepath=str(tmp_path / "face.glb"), kind=kind)
    expected = rig.pose(face.person, ActionUnits.parse("27E+51B"))
    addon.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    addon.context.scene.render.fps = 24
    addon.ops.import_scene.gltf(filepath=str(tmp_path / "face.glb"))
    addon.context.scene.frame_set(10)
    skin = skin_of(addon)
    points = mesh.evaluated_positions(skin, addon.context.evaluated_depsgraph_get())
    assert len(points) >= len(expected)
    gap = np.linalg.norm(points[:, None] - expected[None, ::50], axis=2).min(axis=0)       # vertices are split at seams: by place
    assert gap.max() < 2e-4


def test_the_copy_is_the_face_at_rest(addon, face):
    face.set_aus(ActionUnits.parse("27E+51C"))
    with plain_copy.copy_of(face, targets.arkit(face.person), addon.context.scene) as (_, skin):
        addon.context.view_layer.update()
        points = mesh.evaluated_positions(skin, addon.context.evaluated_depsgraph_get())
        assert np.abs(points - face.person.base).max() < 1e-6
        eye = next(obj for obj in skin.parent.children if obj.parent_bone == "eye.L")
        assert np.abs(np.array(eye.matrix_world.translation) - face.person.eyes["L"].centre).max() < 1e-6
        assert not skin.data.shape_keys.animation_data and len(skin.modifiers) == 1


def test_labels_say_who_and_what(addon, face, tmp_path):
    face.set_aus(ActionUnits.parse("4C+6D+9B+43"))
    addon.ops.wince.export_labels(filepath=str(tmp_path / "pose.json"))
    labels = json.loads((tmp_path / "pose.json").read_text())
    assert (labels["facs"], labels["pspi"]) == ("4C+6D+9B+43", 10)
    assert identity.from_json(json.dumps(labels["identity"])) == face.person.identity
    assert labels["heat_peak_mm"]["total"] > labels["heat_peak_mm"]["brow"] > 1


def test_the_blend_alone_moves_without_the_add_on(addon, face, tmp_path):
    addon.ops.mesh.primitive_cube_add()
    addon.context.view_layer.objects.active = face.mesh_object
    person, before = face.person, blocks(addon)
    addon.ops.wince.export_blend(filepath=str(tmp_path / "rig.blend"))
    assert blocks(addon) == before
    addon.ops.preferences.addon_disable(module="wince")
    try:
        addon.ops.wm.open_mainfile(filepath=str(tmp_path / "rig.blend"), use_scripts=False)
        found = faces.in_scene(addon.context.scene)[0]
        assert not [obj for obj in addon.data.objects if obj.name.startswith("Cube")]
        aus = ActionUnits.parse("12D+51B")
        found.set_aus(aus)
        found.mesh_object.modifiers["Subdivision"].show_viewport = False
        addon.context.view_layer.update()
        points = mesh.evaluated_positions(found.mesh_object, addon.context.evaluated_depsgraph_get())
        assert np.abs(points - rig.pose(person, aus)).max() < 1e-5
    finally:
        addon.ops.preferences.addon_enable(module="wince")


def test_a_folder_that_is_not_there_is_named(addon, face, tmp_path):
    with pytest.raises(RuntimeError, match="there is no folder"):
        addon.ops.wince.export_glb(filepath=str(tmp_path / "nowhere" / "face.glb"))


@pytest.mark.parametrize("kind", ["glb", "fbx", "labels", "blend"])
@pytest.mark.parametrize("folder", [False, True])
def test_a_file_without_a_name_is_refused(addon, face, tmp_path, kind, folder):
    with pytest.raises(RuntimeError, match="no file name was given"):
        getattr(addon.ops.wince, f"export_{kind}")(filepath=str(tmp_path) if folder else "")


@pytest.mark.parametrize("kind", ["glb", "fbx"])
@pytest.mark.parametrize("targets_of", ["arkit", "aus"])
def test_a_mesh_without_its_shape_keys_is_refused(addon, face, tmp_path, kind, targets_of):
    face.mesh_object.shape_key_clear()
    before, names = blocks(addon), [obj.name for obj in face.objects]
    with pytest.raises(RuntimeError, match="Face has no shape keys"):
        getattr(addon.ops.wince, f"export_{kind}")(filepath=str(tmp_path / "face"), kind=targets_of)
    assert blocks(addon) == before and [obj.name for obj in face.objects] == names and not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", ["glb", "fbx"])
def test_a_mesh_that_was_subdivided_is_refused(addon, face, tmp_path, kind):
    addon.context.view_layer.objects.active = face.mesh_object
    addon.ops.object.mode_set(mode="EDIT")
    addon.ops.mesh.select_all(action="SELECT")
    addon.ops.mesh.subdivide()
    addon.ops.object.mode_set(mode="OBJECT")
    with pytest.raises(RuntimeError, match=f"its face pack has {len(face.person.base)}"):
        getattr(addon.ops.wince, f"export_{kind}")(filepath=str(tmp_path / "face"))


def test_the_texture_is_called_after_the_face(addon, face):
    face.mesh_object.name = "Anna"
    with plain_copy.copy_of(face, {}, addon.context.scene):
        assert "Anna Skin" in addon.data.images


def test_lashes_in_the_glb_are_those_of_the_render(face):
    fair = identity.with_look(face.person.identity, "hair", colour="blond")
    assert np.allclose(plain_worn.colour_of(fair, "lash_hair"), strands.lash_rgb(fair))


def test_strands_differ_by_their_melanin_and_keep_their_mean():
    for kind in ("hair", "beard", "lash_hair"):
        young, old = strands.varying(kind, 0.0), strands.varying(kind, 1.0)
        assert sum(young) == pytest.approx(2) == sum(old) and np.ptp(old) < 0.5 * np.ptp(young)


def test_eyes_have_a_black_pupil_in_an_iris_of_their_colour(addon, face):
    who = identity.edited(face.person.identity, iris="blue")
    dress.become(face, who)
    shown = colour.decode(eye_texture.picture(face.person, 256))
    middle, white = shown[125:131, 125:131], shown[128, 30]
    ring = shown[128, 128 + 11:128 + 15].mean(axis=0)
    assert middle.max() < 0.02 and white.min() > 0.25 and ring[2] > 1.5 * ring[0] and ring.min() > 0.05
    with plain_copy.copy_of(face, {}, addon.context.scene) as (_, skin):
        eye = next(obj for obj in skin.parent.children if obj.parent_bone == "eye.L")
        images = {m.node_tree.nodes["texture"].image.name for m in eye.data.materials}
        assert images == {f"{face.mesh_object.name.removeprefix(plain_copy.NAME).strip()} Eyes"}
