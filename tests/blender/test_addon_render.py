"""Render from the UI: the same pixels and labels as `wince render`, in an artist's own scene, in the background."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("bpy")

from mathutils import Matrix

from wince import preferences
from wince.bridge import face as faces
from wince.bridge import mesh
from wince.core import heatmap, pack
from wince.core.facs.action_units import ActionUnits
from wince.job import child, rigs, run, spec
from wince.operators import background
from wince.stage import cameras, materials, setting
from wince_headless import sheet, verify

pytestmark = pytest.mark.skipif(not pack.DEFAULT.is_file(), reason="no face pack: run `wince pack build`")

PAIN = "4D+6E+9C+25C+43"
LIGHTING = spec.Lighting(lights=("studio",), worlds=("plain",))
OUTPUTS = ("depth", "normal", "regions", "surface", "heat_terms", "heat_float")
ALWAYS = ("rgb", "seg", "heat", "coverage")
DOCUMENTED = {"frame", "neutral_keys"}        # in which a frame's record differs from a job's, see docs/labels.md


@pytest.fixture
def stage(addon, tmp_path):
    """A scene with a face in pain, small pictures, outputs in tmp_path."""
    own = preferences.get(addon.context)
    own.output_folder, own.device = str(tmp_path / "out"), "cpu"
    addon.ops.wince.add_face(seed=3)
    options, render = addon.context.scene.wince_render, addon.context.scene.render
    options.samples, options.denoiser = 4, "none"
    render.resolution_x = render.resolution_y = 96
    faces.active(addon.context).set_aus(ActionUnits.parse(PAIN))
    addon.context.view_layer.update()
    yield addon
    background.end_all()


def light_and_cameras(bpy, face, names=("frontal",)):
    """Light a face and put cameras around it, as the panels do."""
    scene = bpy.context.scene
    bpy.context.view_layer.update()
    cameras.add(scene, face, rigs.resolve(names))
    setting.put(scene, face, LIGHTING, 0)
    bpy.context.view_layer.update()


def shoot(bpy, **words):
    """Render this frame to the end, and return its output folder."""
    assert bpy.ops.wince.render_frame(wait=True, **words) == {"FINISHED"}
    return background.RENDERS[-1].out


def record(out, key="id00000/e01/frontal"):
    return json.loads((Path(out) / key / "record.json").read_text())


def picture(out, name, key="id00000/e01/frontal"):
    return np.array(Image.open(Path(out) / key / f"{name}.png")).astype(int)


# As `wince render` does -----------------------------------------------------------------------------------------------

def _all_but_rounded_alike(one, two):
    """Tell whether two PNG differ in two numbers at most, by one unit."""
    away = np.abs(np.subtract(*(np.array(Image.open(path)).astype(int) for path in (one, two))))
    return away.max() <= 1 and (away > 0).sum() <= 2


def test_the_same_pixels_and_labels_as_a_job(stage, tmp_path):
    face = faces.active(stage.context)
    who = tmp_path / "identity.json"
    who.write_text(face.person.identity.json())
    light_and_cameras(stage, face, ("frontal", "profile_left"))
    stage.context.scene.wince_render.outputs = set(OUTPUTS)
    out = shoot(stage)

    job = spec.Job(people=spec.People(identities=(str(who),)), expressions=spec.Expressions(pain=0, codes=(PAIN,)),
                   cameras=("frontal", "profile_left"), lighting=LIGHTING, outputs=OUTPUTS,
                   render=spec.Render(resolution=(96, 96), samples=4, denoiser="none", device="cpu"))
    (tmp_path / "JOB.json").write_text(spec.to_json(job))
    assert run.main([str(tmp_path / "JOB.json"), "--out", str(tmp_path / "job")]) == run.DONE
    for view in ("frontal", "profile_left"):
        ours, theirs = out / "id00000/e01" / view, tmp_path / "job/id00000/e01" / view
        names = {path.name for path in theirs.iterdir()}
        assert names == {path.name for path in ours.iterdir()} >= {f"{name}.png" for name in ALWAYS}
        rounded = [name for name in names - {"record.json"} if (ours / name).read_bytes() != (theirs / name).read_bytes()]
        assert not set(rounded) & {f"{name}.png" for name in ALWAYS}
        assert all(_all_but_rounded_alike(ours / name, theirs / name) for name in rounded)       # a camera's place is float32 in a scene
        mine, other = (json.loads((folder / "record.json").read_text()) for folder in (ours, theirs))
        assert {key for key in mine if mine[key] != other[key]} - ({"files"} if rounded else set()) == DOCUMENTED
        assert mine.keys() == other.keys()
        assert (mine["frame"], mine["neutral_keys"]) == (1, [])
    assert (out / "id00000/e01/expression.npz").read_bytes() == (tmp_path / "job/id00000/e01/expression.npz").read_bytes()
    assert verify.verify(out).faults == []
    assert sheet.write(out).is_file()


def test_a_face_twice_as_large_somewhere_else_turned_gives_the_same_picture_and_twice_the_millimetres(stage):
    face = faces.active(stage.context)
    light_and_cameras(stage, face)
    plain = shoot(stage)
    turn = Matrix.Rotation(0.7, 4, "Z") @ Matrix.Rotation(0.3, 4, "X")
    face.armature.matrix_world = Matrix.Translation((1, -2, 3)) @ turn @ Matrix.Scale(2, 4)
    stage.context.view_layer.update()
    cameras.re_aim(stage.context.scene, face, as_described=True)
    setting.put(stage.context.scene, face, LIGHTING, 0)
    stage.context.view_layer.update()
    large = shoot(stage)
    assert large.name == "frame_0001_2" and plain.name == "frame_0001"
    assert np.abs(picture(plain, "rgb") - picture(large, "rgb")).mean() < 3.5                 # noise of 4 samples
    assert (picture(plain, "seg") != picture(large, "seg")).mean() < 0.005
    heat = picture(plain, "heat")
    np.testing.assert_allclose(picture(large, "heat")[heat > 500], 2 * heat[heat > 500], rtol=0.05)
    with np.load(plain / "id00000/e01/expression.npz") as one, np.load(large / "id00000/e01/expression.npz") as two:
        np.testing.assert_allclose(two["heat"], 2 * one["heat"], atol=1e-4)
    one, two = record(plain), record(large)
    np.testing.assert_allclose(two["landmarks"]["points_2d"], one["landmarks"]["points_2d"], atol=0.01)
    assert two["face_to_camera"] == pytest.approx(one["face_to_camera"], abs=1e-3)
    width = [np.ptp(np.array(known["landmarks"]["points_3d"]) @ np.array(known["camera"]["R"])[0]) for known in (one, two)]
    assert width[1] == pytest.approx(2 * width[0], rel=1e-4)
    assert verify.verify(large).faults == []


# An artist's scene ----------------------------------------------------------------------------------------------------

def coloured(bpy, name, index):
    material = bpy.data.materials.new(name)
    material.use_nodes, material.pass_index = True, index
    return material


def ball(bpy, material, place, radius=0.02):
    bpy.ops.mesh.primitive_uv_sphere_add(radius=radius, location=place)
    obj = bpy.context.object
    obj.data.materials.append(material)
    return obj


def test_only_the_chosen_face_is_labelled(stage):
    """A second face in the same materials, a prop with a class of its own, a hat that is parented, a part with an artist's material."""
    face = faces.active(stage.context)
    light_and_cameras(stage, face)
    alone = shoot(stage)
    stage.ops.wince.add_face(seed=8)
    other = faces.active(stage.context)
    other.armature.location = (0.2, 0.1, 0)
    for slot, mine in zip(other.mesh_object.material_slots, face.mesh_object.material_slots, strict=True):
        slot.material = mine.material
    other.set_aus(ActionUnits.parse(PAIN))
    ball(stage, coloured(stage, "ball", 3), (-0.05, -0.3, 0.05))
    top = max(vertex.co.z for vertex in face.mesh_object.data.vertices)
    ball(stage, coloured(stage, "hat", 8), (0, 0.02, top), 0.06).parent = face.armature
    face.mesh_object.material_slots["wince tongue"].material = coloured(stage, "own tongue", 0)
    stage.context.view_layer.objects.active = face.mesh_object
    out = shoot(stage)
    before, seg = picture(alone, "seg"), picture(out, "seg")
    hidden, hat = (before > 0) & (seg == 0), seg == 8
    assert hidden.sum() > 20 and hat.sum() > 50                              # behind the ball; the hat
    assert (seg == before)[~hidden & ~hat].mean() > 0.99
    assert (picture(out, "rgb") != picture(alone, "rgb"))[before == 0].mean() > 0.1          # the other face is in the picture
    nobody = picture(alone, "coverage") == 0
    assert not picture(out, "coverage")[nobody].any() and not picture(out, "heat")[nobody].any()
    assert (seg == 7).sum() == (before == 7).sum()
    assert record(out)["look"]["by_hand"] == {"materials": ["tongue"], "sculpted": False}
    assert verify.verify(out).faults == []


def hostile(scene, camera):
    """Everything that breaks labels, switched on."""
    render = scene.render
    render.use_border, render.border_max_x, render.use_motion_blur, render.film_transparent = True, 0.4, True, True
    render.use_multiview = render.use_simplify = render.use_freestyle = render.use_stamp = True
    render.simplify_subdivision = 0
    render.resolution_x = render.resolution_y = 192
    render.resolution_percentage = 50
    camera.data.dof.use_dof, camera.data.dof.focus_distance, camera.data.dof.aperture_fstop = True, 0.1, 0.1
    scene.view_settings.view_transform, scene.view_settings.look = "AgX", "AgX - Punchy"
    scene.cycles.use_animated_seed, scene.cycles.use_adaptive_sampling = True, True
    scene.view_layers.new("Other")
    layer = scene.view_layers[0]
    layer.material_override, layer.samples, layer.name = materials.build()["tongue"], 1, "Mine"
    layer.use_pass_mist = layer.use_pass_cryptomatte_object = True


def test_settings_that_would_break_labels_are_set_aside(stage):
    face, scene = faces.active(stage.context), stage.context.scene
    light_and_cameras(stage, face)
    plain = shoot(stage)
    hostile(scene, scene.camera)
    out = shoot(stage)
    for name in ALWAYS:
        assert (picture(out, name) == picture(plain, name)).all(), name
    assert record(out) == record(plain)


def test_a_picture_as_the_scene_renders_has_the_same_labels(stage):
    face, scene = faces.active(stage.context), stage.context.scene
    light_and_cameras(stage, face)
    plain = shoot(stage)
    scene.wince_render.quality, scene.render.engine, scene.cycles.film_exposure = "SCENE", "CYCLES", 2.0
    scene.cycles.samples, scene.cycles.use_denoising = 4, False
    scene.view_settings.view_transform, scene.view_settings.look = "AgX", "AgX - Punchy"
    out = shoot(stage)
    assert (picture(out, "rgb") != picture(plain, "rgb")).mean() > 0.5
    for name in ALWAYS[1:]:
        assert (picture(out, name) == picture(plain, name)).all(), name
    known = record(out)["render"]
    assert (known["view_transform"], round(known["exposure"] - record(plain)["render"]["exposure"], 4)) == ("AgX", 1)
    assert verify.verify(out).faults == []


def test_labels_of_an_animated_frame(stage):
    """Keyframes count, not what the sliders were left at."""
    face, scene = faces.active(stage.context), stage.context.scene
    light_and_cameras(stage, face)
    bone = face.armature.pose.bones["face"]
    for frame, value in ((1, 0.0), (11, 4.0)):
        bone["AU12.L"] = bone["AU12.R"] = value
        for key in ("AU12.L", "AU12.R"):
            bone.keyframe_insert(f'["{key}"]', frame=frame)
    scene.frame_set(6)
    bone["AU12.L"] = 5.0
    out = shoot(stage, kind="joy", pain="NO")
    known = record(out)
    assert out.name == "frame_0006" and known["frame"] == 6 and known["au_code"]["12"] == {"L": 2, "R": 2}
    assert (known["expression_kind"], known["pain"]) == ("joy", False) and known["pspi"] > 0


def test_sculpted_keys_and_a_face_at_rest(stage):
    face = faces.active(stage.context)
    light_and_cameras(stage, face)
    block = face.mesh_object.data.shape_keys.key_blocks["AU04.L"]
    points = mesh.get_key(block)
    points[:, 2] += 0.01 * face.person.pack.regions["glabella"]
    mesh.set_key(block, points)
    face.set_aus(ActionUnits.parse("4E"))
    out = shoot(stage)
    with np.load(out / "id00000/e01/expression.npz") as arrays:
        built = heatmap.pspi_heat(face.person, ActionUnits.parse("4E")).total
        assert np.abs(arrays["heat"] - built).max() > 3                       # the sculpt is in the millimetres
    assert record(out)["look"]["by_hand"]["sculpted"] and verify.verify(out).faults == []
    face.set_aus(ActionUnits.parse("51C"))
    rest = shoot(stage)
    known = record(rest, "id00000/e00/frontal")
    assert known["expression_kind"] == "neutral" and known["head_pose"]["yaw_deg"] > 0
    assert not picture(rest, "heat", "id00000/e00/frontal").any()
    assert verify.verify(rest).faults == []


@pytest.mark.parametrize("override", [False, True])
def test_a_face_of_another_file_is_labelled(stage, tmp_path, override):
    face = faces.active(stage.context)
    collection = stage.data.collections.new("Face")
    for obj in face.objects:
        collection.objects.link(obj)
    stage.data.libraries.write(str(tmp_path / "library.blend"), {collection})
    stage.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    with stage.data.libraries.load(str(tmp_path / "library.blend"), link=True) as (_, wanted):
        wanted.collections = ["Face"]
    scene, layer = stage.context.scene, stage.context.view_layer
    if override:
        wanted.collections[0].override_hierarchy_create(scene, layer, do_fully_editable=True)
    else:
        scene.collection.children.link(wanted.collections[0])
    scene.wince_render.samples = 1
    scene.render.resolution_x = scene.render.resolution_y = 48
    light_and_cameras(stage, faces.active(stage.context))
    out = shoot(stage)
    assert record(out)["facs"] == PAIN and picture(out, "heat").max() > 5000 and verify.verify(out).faults == []


# Refusals --------------------------------------------------------------------------------------------------------------

def test_what_cannot_be_rendered_is_refused_with_a_sentence(stage):
    face, scene = faces.active(stage.context), stage.context.scene
    with pytest.raises(RuntimeError, match="the scene has no camera"):
        stage.ops.wince.render_frame()
    light_and_cameras(stage, face)
    with pytest.raises(RuntimeError, match="said to be neutral, and shows AU4"):
        stage.ops.wince.render_frame(kind="neutral")
    face.mesh_object.hide_render = True
    with pytest.raises(RuntimeError, match="hidden in renders"):
        stage.ops.wince.render_frame(wait=True)
    face.mesh_object.hide_render = False
    face.mesh_object.modifiers.new("Thick", "SOLIDIFY")
    with pytest.raises(RuntimeError, match="Thick"):
        stage.ops.wince.render_frame(wait=True)
    assert [render.state for render in background.RENDERS] == [child.FAILED] * 2
    assert stage.ops.wince.report_render(number=1) == {"FINISHED"}             # raises nothing in the timer that asks for it
    preferences.get(stage.context).output_folder = "//wince"
    for operator in (stage.ops.wince.render_frame, stage.ops.wince.render_dataset):
        assert not operator.poll()                                             # greyed out
        with pytest.raises(RuntimeError, match="never saved"):
            operator()
    assert scene.wince_render.quality == "WINCE"


# A dataset, in the background ------------------------------------------------------------------------------------------

def small_dataset(bpy):
    options = bpy.context.scene.wince_render
    options.pain_count, options.nonpain_count, options.present_pose, options.dataset_cameras = 1, 1, True, "frontal"
    options.samples, options.resolution, options.dataset = 1, (48, 48), "mine"


def follow(render, until):
    """Poll a render as the timer does, until something is true of it."""
    import time
    for _ in range(6000):
        render.poll()
        if until(render):
            return
        time.sleep(0.05)
    raise AssertionError(f"{render.state} {render.done}/{render.total} {render.sentence}")


def test_a_dataset_is_cancelled_goes_on_and_can_be_looked_at(stage):
    small_dataset(stage)
    assert stage.ops.wince.render_dataset() == {"FINISHED"}
    render = background.RENDERS[-1]
    scratch = render.scratch
    follow(render, lambda render: render.done >= 1)
    assert render.total == 4 and render.state == child.RUNNING
    with pytest.raises(RuntimeError, match="still running"):
        stage.ops.wince.forget_render(number=0)
    assert stage.ops.wince.cancel_render(number=0) == {"FINISHED"} and render.state == child.STOPPING
    follow(render, lambda render: render.ended)
    assert render.state == child.STOPPED and 1 <= render.done < 4 and not scratch.exists()
    stage.ops.wince.show_render(number=0)
    assert stage.data.images["rgb.png"].size[:] == (48, 48)

    stage.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)         # the list outlives the file
    stage.ops.wince.add_face(seed=3)
    faces.active(stage.context).set_aus(ActionUnits.parse(PAIN))
    stage.context.scene.wince_render.denoiser = "none"
    small_dataset(stage)
    assert stage.ops.wince.render_dataset(wait=True) == {"FINISHED"}
    again = background.RENDERS[-1]
    assert (again.state, again.done, again.total) == (child.DONE, 4, 4)
    assert verify.verify(again.out).faults == [] and record(again.out, "id00000/e03/frontal")["facs"] == PAIN
    assert stage.ops.wince.forget_render(number=0) == {"FINISHED"} and background.RENDERS == [again]
    stage.context.scene.wince_render.seed = 5
    with pytest.raises(RuntimeError, match="begun with seed = 0, now it is 5"):
        stage.ops.wince.render_dataset()


def test_what_a_panel_shows_has_a_word_for_every_option(stage):
    options = stage.context.scene.wince_render.bl_rna.properties
    assert set(options["outputs"].enum_items.keys()) == set(spec.OPTIONAL_OUTPUTS)
    assert set(options["lights"].enum_items.keys()) == set(spec.LIGHTS)
    assert set(options["dataset_cameras"].enum_items.keys()) == {"SCENE", *rigs.names()}


def test_disabling_the_addon_ends_what_runs(stage):
    small_dataset(stage)
    stage.ops.wince.render_dataset()
    process = background.RENDERS[-1]._process
    assert process.poll() is None
    stage.ops.preferences.addon_disable(module="wince")
    assert process.poll() is not None and not background.RENDERS
    stage.ops.preferences.addon_enable(module="wince")
