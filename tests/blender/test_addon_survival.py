"""A face lives in files that are opened without the add-on and without Python: its sliders, its animation, its copies, its links.

Each file is made here, and looked at in a process that cannot import the add-on, scripts off. A stale value hides a broken driver, so
every look first changes what should move the mesh.
"""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from wince.bridge import face as faces  # noqa: E402
from wince.bridge import fcurves, geometry_nodes, poses  # noqa: E402
from wince.core import rig  # noqa: E402
from wince.core.facs.action_units import ActionUnits  # noqa: E402
from wince.core.facs.arkit import ARKIT_NAMES  # noqa: E402
from wince.core.facs.table import AU_KEYS  # noqa: E402
from wince.stage import plain_copy  # noqa: E402

AGREE_M = 1e-5
VISITOR = '''
import json, sys
import bpy, numpy as np

sys.modules["wince"] = None
path, steps, out = sys.argv[-3:]
bpy.ops.wm.read_factory_settings(use_empty=True)
bpy.ops.wm.open_mainfile(filepath=path, use_scripts=False)
assert not bpy.context.preferences.addons.get("wince") and not bpy.app.autoexec_fail, "the add-on or its scripts are here"
seen = {}
for number, step in enumerate(json.loads(steps)):
    if "frame" in step:
        bpy.context.scene.frame_set(step["frame"])
    for name, values in step.get("set", {}).items():
        bone = bpy.data.objects[name].pose.bones["face"]
        for key in [key for key in bone.keys() if key.startswith("AU")] if step.get("reset") else ():
            bone[key] = 0.0
        for key, value in values.items():
            bone[key] = value
        bpy.data.objects[name].update_tag()
    bpy.context.view_layer.update()
    graph = bpy.context.evaluated_depsgraph_get()
    for obj in bpy.context.scene.objects:
        if obj.get("wince_part"):
            data = obj.evaluated_get(graph)
            flat = np.empty(3 * len(data.data.vertices), np.float32)
            data.data.attributes["position"].data.foreach_get("vector", flat)
            world = np.array(data.matrix_world)
            seen[f"{number}|{obj.name}"] = flat.reshape(-1, 3).astype(float) @ world[:3, :3].T + world[:3, 3]
np.savez(out, **seen)
'''


def visit(tmp_path, path, steps):
    """Look at a file without the add-on: [{"frame": n, "set": {armature: {key: value}}, "reset": bool}] -> {(step, object): (V, 3)}."""
    script, out = tmp_path / "visitor.py", tmp_path / "seen.npz"
    script.write_text(VISITOR)
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([sys.executable, str(script), str(path), json.dumps(steps), str(out)], env=env, capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    with np.load(out) as data:
        return {(int(name.split("|")[0]), name.split("|")[1]): data[name] for name in data.files}


def new_face(addon, seed=4):
    addon.ops.wince.add_face(seed=seed)
    one = faces.active(addon.context)
    one.mesh_object.modifiers["Subdivision"].levels = 0
    return one


def save(tmp_path, name):
    path = tmp_path / f"{name}.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    return path


def empty(addon):
    addon.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    return addon.context.scene


def assert_shows(points, person, values, moved=(0, 0, 0)):
    """Raise unless the mesh is the person's face with these sliders."""
    expected = rig.pose(person, ActionUnits.from_keys(values)) + moved
    assert np.abs(points - expected).max() <= AGREE_M, values


def animated(face):
    """Key a frown that comes and goes, a blink and a turn; return what the sliders are at some frames."""
    fcurves.write_aus(face.armature, np.array([1, 11, 21]), {"AU04.L": np.array([0.0, 5, 0]), "AU43.R": np.array([5.0, 0, 5]),
                                                             "AU51": np.array([0.0, 2, 4])})
    return {3: {"AU04.L": 1.0, "AU43.R": 4.0, "AU51": 0.4}, 11: {"AU04.L": 5.0, "AU51": 2.0}, 21: {"AU43.R": 5.0, "AU51": 4.0}}


def make_library(addon, tmp_path, keyed=False):
    """Save a file with one face in a collection "Person"; return (path, person, names of its armature and mesh, expected values)."""
    scene = empty(addon)
    collection = bpy.data.collections.new("Person")
    scene.collection.children.link(collection)
    addon.context.view_layer.active_layer_collection = addon.context.view_layer.layer_collection.children["Person"]
    face = new_face(addon)
    expected = animated(face) if keyed else {}
    result = face.person, face.armature.name, face.mesh_object.name, expected
    return save(tmp_path, "library"), *result


def get_collection(path, link):
    with bpy.data.libraries.load(str(path), link=link) as (_, target):
        target.collections = ["Person"]
    bpy.context.scene.collection.children.link(target.collections[0])
    return target.collections[0]


def expect_frames(tmp_path, path, mesh, person, expected):
    seen = visit(tmp_path, path, [{"frame": frame} for frame in expected])
    for step, values in enumerate(expected.values()):
        assert_shows(seen[step, mesh], person, values)


# One face

def test_each_au_moves_the_mesh_in_a_saved_file(addon, tmp_path):
    face = new_face(addon)
    for key in ("AU04.L", "AU27", "AU43.L"):
        poses.bone(face.armature)[key] = 2.0               # what is stored must not be what is seen
    person, armature, mesh = face.person, face.armature.name, face.mesh_object.name
    path = save(tmp_path, "one")
    seen = visit(tmp_path, path, [{"set": {armature: values}, "reset": True} for values in (*({key: 3.3} for key in AU_KEYS), {})])
    for step, key in enumerate(AU_KEYS):
        assert_shows(seen[step, mesh], person, {key: 3.3})
        eyes = [name for number, name in seen if number == step and name != mesh]
        moved = max(np.abs(seen[step, name] - seen[len(AU_KEYS), name]).max() for name in (mesh, *eyes))
        assert moved > 1e-4, f"{key} moves nothing"


def test_keyed_aus_play(addon, tmp_path):
    face = new_face(addon)
    expected, person, mesh = animated(face), face.person, face.mesh_object.name
    addon.context.scene.frame_set(2)
    expect_frames(tmp_path, save(tmp_path, "keyed"), mesh, person, expected)


def test_nla_strips_blend(addon, tmp_path):
    face = new_face(addon)
    data = face.armature.animation_data
    for name, value, influence, blend in (("strong", 4.0, 1.0, "REPLACE"), ("weak", 2.0, 0.5, "REPLACE"), ("more", 1.0, 0.5, "ADD")):
        fcurves.write_aus(face.armature, np.array([1, 40]), {"AU04.L": np.full(2, value), "AU51": np.full(2, value / 4)})
        strip = data.nla_tracks.new().strips.new(name, 11 if name == "more" else 1, data.action)
        strip.use_animated_influence = True                # without it the influence is always 1; with it, what its own curve says
        strip.fcurves[0].keyframe_points[0].co.y = influence
        strip.blend_type, strip.extrapolation, data.action = blend, "NOTHING", None
    person, mesh = face.person, face.mesh_object.name
    path = save(tmp_path, "nla")
    expect_frames(tmp_path, path, mesh, person, {5: {"AU04.L": 3.0, "AU51": 0.75}, 20: {"AU04.L": 3.5, "AU51": 0.875}})


def test_a_baked_face_needs_no_add_on(addon, tmp_path):
    face = new_face(addon)
    expected, person, mesh = animated(face), face.person, face.mesh_object.name
    addon.context.scene.frame_end = 21
    addon.ops.wince.bake_shape_keys()
    addon.context.scene.frame_set(2)
    expect_frames(tmp_path, save(tmp_path, "baked"), mesh, person, expected)


# Copies

def duplicate(addon, face, linked):
    for obj in addon.context.selected_objects:
        obj.select_set(False)
    for obj in face.objects:
        obj.select_set(True)
    addon.context.view_layer.objects.active = face.armature
    addon.ops.object.duplicate(linked=linked)
    return faces.of(addon.context.active_object)


def test_a_duplicated_face_has_its_own_sliders_and_keys(addon, tmp_path):
    face = new_face(addon)
    expected = animated(face)
    copy = duplicate(addon, face, linked=False)
    copy.armature.location.x = 1.0
    fcurves.write_aus(copy.armature, np.array([1, 21]), {"AU04.L": np.array([0.0, 0.0])})
    person, names, rigs = face.person, (face.mesh_object.name, copy.mesh_object.name), (face.armature.name, copy.armature.name)
    addon.context.scene.frame_set(2)
    path = save(tmp_path, "twice")
    still = {"AU12.L": 4.0, "AU17": 2.0}
    seen = visit(tmp_path, path, [{"frame": 3}, {"frame": 11}, {"set": {rigs[1]: still}}, {"set": {rigs[0]: {"AU09.R": 3.0}}}])
    assert_shows(seen[0, names[0]], person, expected[3])
    assert_shows(seen[0, names[1]], person, expected[3] | {"AU04.L": 0.0}, (1, 0, 0))
    assert_shows(seen[2, names[0]], person, expected[11])
    assert_shows(seen[2, names[1]], person, still | {"AU51": 2.0}, (1, 0, 0))
    assert_shows(seen[3, names[0]], person, expected[11] | {"AU09.R": 3.0})
    assert_shows(seen[3, names[1]], person, still | {"AU51": 2.0}, (1, 0, 0))


def test_a_linked_duplicate_shares_the_face_and_turns_its_own_head(addon, tmp_path):
    """Alt-D shares the mesh, so it shares the expression too; the first rig moves both, each head turns by its own."""
    face = new_face(addon)
    copy = duplicate(addon, face, linked=True)
    person, names, rigs = face.person, (face.mesh_object.name, copy.mesh_object.name), (face.armature.name, copy.armature.name)
    path = save(tmp_path, "linked_twice")
    seen = visit(tmp_path, path, [{"set": {rigs[0]: {"AU04.L": 4.0}, rigs[1]: {"AU52": 3.0}}}])
    assert_shows(seen[0, names[0]], person, {"AU04.L": 4.0})
    assert_shows(seen[0, names[1]], person, {"AU04.L": 4.0, "AU52": 3.0})


# Other files

def test_an_appended_face_lives(addon, tmp_path):
    library, person, armature, mesh, expected = make_library(addon, tmp_path, keyed=True)
    empty(addon)
    get_collection(library, link=False)
    path = save(tmp_path, "appended")
    library.unlink()
    seen = visit(tmp_path, path, [{"frame": 3}, {"frame": 11}, {"frame": 21, "set": {armature: {"AU27": 3.0}}}])
    assert_shows(seen[0, mesh], person, expected[3])
    assert_shows(seen[1, mesh], person, expected[11])
    assert_shows(seen[2, mesh], person, expected[21] | {"AU27": 3.0})


def test_a_linked_face_shows_the_animation_of_its_library(addon, tmp_path):
    library, person, _, mesh, expected = make_library(addon, tmp_path, keyed=True)
    empty(addon)
    get_collection(library, link=True)
    expect_frames(tmp_path, save(tmp_path, "linked"), mesh, person, expected)


def override(addon, library):
    """Link the library's face and override its whole hierarchy; return the overriding armature object and its mesh object."""
    scene = empty(addon)
    collection = get_collection(library, link=True)
    root = collection.override_hierarchy_create(scene, addon.context.view_layer, do_fully_editable=True)
    face = next(faces.of(obj) for obj in root.all_objects if obj.type == "ARMATURE")
    assert face.armature.override_library and not face.armature.library
    return face


def test_sliders_of_an_overridden_face_survive_saving(addon, tmp_path):
    library, person, *_ = make_library(addon, tmp_path)
    face = override(addon, library)
    for key, value in {"AU04.L": 4.0, "AU51": 2.0, "AU45.R": 3.0}.items():
        poses.bone(face.armature)[key] = value
    face.armature.update_tag()
    armature, mesh = face.armature.name, face.mesh_object.name
    path = save(tmp_path, "override")
    seen = visit(tmp_path, path, [{}, {"set": {armature: {"AU04.L": 1.0, "AU12.R": 5.0}}}])
    assert_shows(seen[0, mesh], person, {"AU04.L": 4.0, "AU51": 2.0, "AU45.R": 3.0})
    assert_shows(seen[1, mesh], person, {"AU04.L": 1.0, "AU51": 2.0, "AU45.R": 3.0, "AU12.R": 5.0})


@pytest.mark.parametrize("keyed", [False, True], ids=["a still library", "an animated library"])
def test_an_overridden_face_is_animated_and_leaves_its_library_alone(addon, tmp_path, keyed):
    library, person, *_ = make_library(addon, tmp_path, keyed=keyed)
    face, before = override(addon, library), library.read_bytes()
    fcurves.write_aus(face.armature, np.array([1, 21]), {key: np.array([0.0, 5.0]) for key in ("AU09.L", "AU04.L", "AU43.R", "AU51")})
    mesh = face.mesh_object.name
    path = save(tmp_path, "override_keyed")
    half = {key: 2.5 for key in ("AU09.L", "AU04.L", "AU43.R", "AU51")}
    expect_frames(tmp_path, path, mesh, person, {11: half, 21: {key: 5.0 for key in half}})
    assert library.read_bytes() == before


def test_pspi_of_an_overridden_face_is_kept_as_a_curve(addon, tmp_path):
    library, *_ = make_library(addon, tmp_path, keyed=True)
    face = override(addon, library)
    addon.context.scene.frame_end = 21
    addon.context.view_layer.objects.active = face.armature
    assert addon.ops.wince.pspi_over_time() == {"FINISHED"}
    path, armature = save(tmp_path, "override_scored"), face.armature.name
    empty(addon)
    bpy.ops.wm.open_mainfile(filepath=str(path))
    curve = fcurves.curves(bpy.data.objects[armature]).find(poses.curve_path("PSPI"))
    assert [curve.evaluate(frame) for frame in (1, 11, 21)] == [0, 5, 0] and curve.lock


def test_a_linked_face_is_not_animated_here(addon, tmp_path):
    library, *_ = make_library(addon, tmp_path)
    scene = empty(addon)
    collection = get_collection(library, link=True)
    addon.context.view_layer.objects.active = next(obj for obj in collection.objects if obj.type == "ARMATURE")
    capture = tmp_path / "capture.csv"
    capture.write_text("time,AU04\n0,1\n1,2\n")
    with pytest.raises(RuntimeError, match="make a library override"):
        addon.ops.wince.import_motion(filepath=str(capture))
    with pytest.raises(RuntimeError, match="make a library override"):
        addon.ops.wince.pspi_over_time()
    assert addon.ops.wince.pspi_over_time(curve=False, text=True) == {"FINISHED"} and len(bpy.data.texts) == 1
    with pytest.raises(RuntimeError, match="linked from another file"):
        addon.ops.wince.bake_shape_keys()
    assert scene.frame_end == 250


def linked(addon, library):
    """Link the library's face and make it the active one."""
    empty(addon)
    face = next(faces.of(obj) for obj in get_collection(library, link=True).objects if obj.type == "ARMATURE")
    addon.context.view_layer.objects.active = face.armature
    return face


def test_sliders_of_a_linked_face_do_nothing(addon, tmp_path):
    library, *_ = make_library(addon, tmp_path)
    face, scene = linked(addon, library), addon.context.scene
    scene.wince_aus.au04, scene.wince_aus.code, scene.wince_pspi, scene.wince_pain_variation = 3.0, "12C", 7, 2
    assert not any(poses.read(face.armature).values()) and (scene.wince_aus.au04, scene.wince_pspi) == (0, 0)
    assert not addon.context.window_manager.wince_refused.typed


@pytest.mark.parametrize("get", [linked, override])
@pytest.mark.parametrize("kind", ["glb", "fbx"])
def test_a_face_of_another_file_is_exported_and_left_as_it_was(addon, tmp_path, get, kind):
    library, *_ = make_library(addon, tmp_path, keyed=True)
    face = get(addon, library)
    addon.context.view_layer.objects.active = face.armature
    addon.context.scene.frame_end = 11
    before = {block.name_full for block in (*bpy.data.objects, *bpy.data.meshes, *bpy.data.armatures, *bpy.data.images)}
    with plain_copy.copy_of(face, {}, addon.context.scene) as (_, skin):
        assert [modifier.type for modifier in skin.modifiers] == ["ARMATURE"] and not skin.override_library
        hung = [thing for thing in skin.parent.children if thing != skin and not thing.constraints]
        assert [eye.parent_bone for eye in hung if eye.parent_type == "BONE"] == ["eye.L", "eye.R"]
        assert all([m.type for m in cards.modifiers] == ["ARMATURE"] for cards in hung if cards.parent_type == "OBJECT")
    assert getattr(addon.ops.wince, f"export_{kind}")(filepath=str(tmp_path / f"face.{kind}")) == {"FINISHED"}
    after = {block.name_full for block in (*bpy.data.objects, *bpy.data.meshes, *bpy.data.armatures, *bpy.data.images)}
    assert after == before
    empty(addon)
    (addon.ops.import_scene.gltf if kind == "glb" else addon.ops.import_scene.fbx)(filepath=str(tmp_path / f"face.{kind}"))
    skin = next(obj for obj in bpy.data.objects if obj.type == "MESH" and obj.data.shape_keys)
    assert skin.name.startswith("Face") and tuple(skin.data.shape_keys.key_blocks.keys()[1:]) == ARKIT_NAMES


@pytest.mark.parametrize("get", [linked, override])
def test_the_rig_of_another_file_is_exported_there(addon, tmp_path, capfd, get):
    library, *_ = make_library(addon, tmp_path)
    face = get(addon, library)
    addon.context.view_layer.objects.active = face.armature
    with pytest.raises(RuntimeError, match=r"linked from .*library\.blend: export its rig there"):
        addon.ops.wince.export_blend(filepath=str(tmp_path / "rig.blend"))
    assert not (tmp_path / "rig.blend").exists() and "Traceback" not in capfd.readouterr().err


def test_settings_of_heat_without_a_whole_face_are_the_usual_ones(addon):
    face = new_face(addon)
    face.mesh_object.parent = None                         # what Blender asks about while it compares an override with its library
    settings = face.armature.wince_heat_overlay
    settings.maximum = 7.0
    assert (settings.term, settings.maximum, settings.cover) == ("ALL", pytest.approx(geometry_nodes.MAXIMUM_MM), True)


def test_an_override_of_an_animated_face_takes_keyframes(addon, tmp_path):
    library, *_ = make_library(addon, tmp_path, keyed=True)
    face = override(addon, library)
    addon.context.view_layer.objects.active = face.armature
    addon.context.scene.frame_set(5)
    poses.bone(face.armature)["AU12.R"] = 3.0
    assert addon.ops.wince.keyframe_au(number=12) == {"FINISHED"}
    found = {curve.data_path: [tuple(point.co) for point in curve.keyframe_points] for curve in fcurves.curves(face.armature)}
    assert found[poses.curve_path("AU12.R")] == [(5, 3)] and len(found[poses.curve_path("AU04.L")]) == 3
    assert face.armature.animation_data.action.library is None
    addon.ops.wince.keyframe_au(number=12)
    assert not (curve := fcurves.curves(face.armature).find(poses.curve_path("AU12.R"))) or not len(curve.keyframe_points)
