"""Light in an artist's scene: the numbers of a job with the same seed, to the last bit, and what is kept of the artist's own."""

import math
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("bpy")

from mathutils import Euler, Matrix

from wince.bridge import face as faces
from wince.bridge import version
from wince.core import aims, colour, looks_drawn, pack
from wince.core.face import FaceModel
from wince.core.streams import stream
from wince.job import encode, expand, exr, png, spec
from wince.job.render import render
from wince.job.sitting import Sitting
from wince.job.studio import Studio
from wince.operators.light import PRESETS
from wince.stage import cameras, complexion, device, dress, lights, materials, passes, setting, wardrobe, world

KINDS = [kind for kind, *_ in PRESETS]
WORLDS = ["plain", "hdri:sunset"]
MOVED = Matrix.LocRotScale((3, -2, 1.5), Euler((0.4, -0.9, 2.5)), (2, 2, 2))


@pytest.fixture
def face(addon):
    """A face at the origin."""
    addon.ops.wince.add_face(seed=5)
    return faces.in_scene(addon.context.scene)[0]


@pytest.fixture
def scene(addon, face):
    """The scene that the face is in."""
    return addon.context.scene


def numbers(scene):
    """Return what Blender has of a scene's light."""
    lamps = lights.of_scene(scene)
    return [lights.reading(lamps[number]) for number in sorted(lamps)], world.reading(scene.world), scene.view_settings.exposure


def job_of(kind, surround, backdrop="plain", exposure=0.0, seed=7, identity=None):
    return spec.Job(seed=seed, people=spec.People(count=1, identities=(str(identity),) if identity else ()), cameras=("frontal",),
                    lighting=spec.Lighting((kind,), (surround,), (backdrop,), exposure),
                    render=spec.Render(resolution=(48, 48), samples=2, denoiser="none", device="cpu"))


@pytest.mark.parametrize("surround", WORLDS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_light_is_a_jobs_to_the_last_bit(addon, face, scene, tmp_path, kind, surround):
    """The same person, seed and wishes: a job's studio and the artist's scene hold the same numbers."""
    (tmp_path / "who.json").write_text(face.person.identity.json())
    addon.ops.wince.set_light(kind=kind, world=surround, seed=7, backdrop="plain", exposure=0.25)
    mine, known = numbers(scene), setting.as_set(scene)
    job = job_of(kind, surround, exposure=0.25, identity=tmp_path / "who.json")
    model = FaceModel(pack.load())
    studio = Studio(job, device.Chosen("cycles", "CPU", "none"), model.pack, tmp_path)
    theirs = Sitting(job, tmp_path, "", studio, model, 0).light(())
    assert mine == numbers(studio.scene)
    assert known["setting"] == theirs and (known["seed"], known["number"]) == (7, 0)
    assert known["lighting"] == {"lights": [kind], "worlds": [surround], "backgrounds": ["plain"], "exposure": 0.25}


def test_the_exposure_is_for_the_skin_as_painted(face):
    wanted = colour.luminance(colour.from_lab(face.person.identity.skin_lab))
    assert setting.skin_luminance(face) == pytest.approx(wanted, rel=0.01)


def picture(bpy, scene, path, samples, seed=5):
    """Return what the frontal camera, added where there is none, sees: linear colours (48, 48, 3)."""
    render = scene.render
    render.resolution_x = render.resolution_y = 48
    device.apply(scene, device.Chosen("cycles", "CPU", "none"), samples)
    scene.cycles.seed = seed
    if not cameras.listed(scene):
        bpy.ops.wince.add_cameras(rig="frontal")
    passes.apply(scene.view_layers[0], ())
    scene.view_layers[0].name = exr.MAIN
    version.write_multilayer(render.image_settings)
    render.use_file_extension, render.filepath = False, str(path)
    bpy.ops.render.render(write_still=True)
    return exr.read(path)["Combined"][..., :3]


@pytest.mark.parametrize("kind, surround", [("studio", "plain"), ("window", "hdri:sunset")])
def test_the_picture_is_a_jobs_to_the_last_pixel(addon, face, scene, tmp_path, kind, surround):
    (tmp_path / "who.json").write_text(face.person.identity.json())
    scene.render.resolution_x = scene.render.resolution_y = 48
    addon.ops.wince.add_cameras(rig="frontal")
    addon.ops.wince.set_light(kind="ceiling", world="hdri:city", seed=1)
    addon.data.objects.remove(lights.of_scene(scene)[0])                     # lamps that an artist deleted come back in order
    addon.ops.wince.set_light(kind=kind, world=surround, seed=7)
    seed = int(stream(7, "cycles", 0, "e00", "frontal").integers(2 ** 31 - 1))
    mine = encode.rgb(picture(addon, scene, tmp_path / "mine.exr", 2, seed), scene.view_settings.exposure)
    job = job_of(kind, surround, identity=tmp_path / "who.json")
    render(job, tmp_path / "out", expand.samples(job), lambda *_, **__: None, lambda: False)
    assert png.encode(mine) == (tmp_path / "out/id00000/e00/frontal/rgb.png").read_bytes()


def test_every_preset_shows_a_face_that_is_neither_dark_nor_burnt(addon, face, scene, tmp_path):
    for kind in KINDS:
        addon.ops.wince.set_light(kind=kind, world="hdri:studio", seed=1)
        seen = encode.rgb(picture(addon, scene, tmp_path / "p.exr", 4), scene.view_settings.exposure)[16:32, 16:32]
        assert 60 < seen.mean() < 190, kind


def test_lamps_and_world_go_with_the_face(addon, face, scene):
    addon.ops.wince.set_light(kind="studio", world="plain", seed=3)
    rest = {number: (np.array(lamp.matrix_world), lamp.data.size, lamp.data.energy) for number, lamp in lights.of_scene(scene).items()}
    face.armature.matrix_world = MOVED
    addon.ops.wince.set_light(kind="studio", world="hdri:city", seed=3)
    frame = aims.frame(MOVED)
    for number, lamp in lights.of_scene(scene).items():
        matrix, size, energy = rest[number]
        np.testing.assert_allclose(np.array(lamp.matrix_world), frame.place(matrix), atol=1e-5)
        assert (lamp.data.size, lamp.data.energy) == (pytest.approx(2 * size), pytest.approx(4 * energy))
    turn = Euler(world.socket(scene.world.node_tree.nodes["turn"].inputs, "Rotation").default_value).to_matrix()
    own = math.radians(setting.as_set(scene)["setting"].world["rotation_deg"])
    ray = np.array([0.3, -0.8, 0.52])
    np.testing.assert_allclose(np.array(turn) @ frame.turn @ ray, np.array(Matrix.Rotation(own, 3, "Z")) @ ray, atol=1e-6)


@pytest.mark.parametrize("kind, surround", [("studio", "plain"), ("window", "hdri:sunset")])
def test_a_moved_face_looks_as_it_does_at_rest(addon, face, scene, tmp_path, kind, surround):
    """But for noise: other places, other random numbers."""
    addon.ops.wince.set_light(kind=kind, world=surround, seed=3)
    before = picture(addon, scene, tmp_path / "p.exr", 64)
    face.armature.matrix_world = MOVED
    addon.ops.wince.re_aim_cameras()
    addon.ops.wince.set_light(kind=kind, world=surround, seed=3)
    after = picture(addon, scene, tmp_path / "p.exr", 64)
    blocks = (after - before).reshape(6, 8, 6, 8, 3).mean(axis=(1, 3))
    assert abs(blocks.mean()) < 0.005 * before.mean() and np.abs(blocks).max() < 0.1 * before.mean()


# What is kept, what is told ------------------------------------------------------------------------------------------

def test_three_lamps_whatever_the_light_and_never_more(addon, face, scene):
    for kind in (*KINDS, "studio"):
        addon.ops.wince.set_light(kind=kind)
        assert len([obj for obj in scene.objects if obj.type == "LIGHT"]) == 3 == len(scene.collection.children["Wince Lights"].objects)
        assert not any(obj.hide_render for obj in scene.objects)
    assert len([known for known in addon.data.worlds if world.is_ours(known)]) == 1


def test_a_world_of_an_older_wince_is_ours_and_the_former_one_comes_back(addon, face, scene):
    """Its nodes are others; it is filled anew in its place."""
    scene.world = former = addon.data.worlds.new("my own")
    addon.ops.wince.set_light(kind="studio", world="plain")
    ours = scene.world
    ours.node_tree.nodes.remove(ours.node_tree.nodes["muted"])
    addon.ops.wince.set_light(kind="window", world="plain")
    assert scene.world == ours and set(world.NODES) <= set(ours.node_tree.nodes.keys())
    setting.take_away(scene)
    assert scene.world == former and [known for known in addon.data.worlds if world.is_ours(known)] == []


def spoil_lamp(scene):
    lights.of_scene(scene)[0].location.x += 0.01


def spoil_power(scene):
    lights.of_scene(scene)[1].data.energy *= 1.01


def spoil_visibility(scene):
    lights.of_scene(scene)[1].hide_render = True


def spoil_world(scene):
    world.set_input(scene.world.node_tree.nodes["strength"], "Scale", 0.123)
    scene.world.node_tree.nodes["plain"].outputs[0].default_value = (1, 0, 0, 1)


def spoil_exposure(scene):
    scene.view_settings.exposure += 0.5


def spoil_face(scene):
    faces.in_scene(scene)[0].armature.location.x += 0.01


def spoil_by_a_lamp(scene):
    import bpy
    scene.collection.objects.link(bpy.data.objects.new("Sun", bpy.data.lights.new("Sun", "SUN")))


def spoil_by_deleting(scene):
    import bpy
    bpy.data.objects.remove(lights.of_scene(scene)[2])


@pytest.mark.parametrize("spoil", [spoil_lamp, spoil_power, spoil_visibility, spoil_world, spoil_exposure, spoil_face, spoil_by_a_lamp,
                                   spoil_by_deleting])
def test_a_light_that_was_changed_by_hand_is_told(addon, face, scene, spoil):
    assert setting.as_set(scene) is None
    addon.ops.wince.set_light(kind="studio", seed=2)
    assert setting.as_set(scene)["setting"].light["kind"] == "studio"
    spoil(scene)
    addon.context.view_layer.update()
    assert setting.as_set(scene) is None
    if spoil is not spoil_by_a_lamp:
        addon.ops.wince.set_light(kind="studio", seed=2)
        assert setting.as_set(scene) is not None, "setting it again mends it"


def test_saved_and_opened_again(addon, face, scene, tmp_path):
    addon.ops.wince.set_light(kind="window", world="hdri:city", seed=2)
    before, known = numbers(scene), setting.as_set(scene)
    addon.ops.wm.save_as_mainfile(filepath=str(tmp_path / "x.blend"))
    addon.ops.wm.open_mainfile(filepath=str(tmp_path / "x.blend"))
    assert numbers(addon.context.scene) == before and setting.as_set(addon.context.scene) == known


def test_the_artists_world_is_kept_and_comes_back(addon, face, scene):
    own = scene.world = addon.data.worlds.new("Mine")
    scene.view_settings.view_transform, scene.view_settings.exposure = "Filmic", 0.5
    addon.ops.wince.set_light(kind="studio", world="keep")
    assert scene.world == own and setting.as_set(scene)["setting"].facts()["world"] == {"kind": "own", "backdrop": {"kind": "world"}}
    addon.ops.wince.set_light(kind="studio", world="plain")
    addon.ops.wince.set_light(kind="window", world="hdri:city")
    assert scene.world != own and setting.has_standard_view(scene)
    assert addon.ops.wince.bring_back_world() == {"FINISHED"} and scene.world == own and len(lights.of_scene(scene)) == 3
    addon.ops.wince.set_light(kind="studio", world="plain")
    assert addon.ops.wince.remove_light() == {"FINISHED"}
    assert scene.world == own and (scene.view_settings.view_transform, scene.view_settings.exposure) == ("Filmic", 0.5)
    assert not lights.of_scene(scene) and not [key for key in scene.keys() if "light" in key or "world" in key]
    assert not addon.data.lights and len(addon.data.worlds) == 1
    with pytest.raises(RuntimeError, match="No light was set"):
        addon.ops.wince.remove_light()


def glow(face):
    return dress.worn_by(face)["mouth"].node_tree.nodes["surface"].inputs["Emission Strength"].default_value


def test_what_comes_through_the_cheeks_is_the_light_that_is_set(addon, face, scene):
    assert glow(face) == 0
    addon.ops.wince.set_light(kind="studio", world="plain", seed=3)
    bright = glow(face)
    assert bright > 0.05
    addon.ops.wince.add_face(seed=6, plain=True)
    assert glow(faces.active(addon.context)) == bright                         # one that comes into the light
    addon.ops.wince.remove_light()
    assert [glow(one) for one in faces.in_scene(scene)] == [0, 0]


def test_a_scene_without_a_world_has_none_again(addon, face, scene):
    scene.world = None
    addon.ops.wince.set_light(kind="studio", standard_view=False)
    assert scene.world is not None and scene.view_settings.view_transform != "Standard"
    addon.ops.wince.bring_back_world()
    assert scene.world is None


def test_another_face_another_light(addon, face, scene):
    scene.cursor.location = (2, 0, 0)
    addon.ops.wince.add_face(seed=6)
    other = faces.active(addon.context)
    addon.ops.wince.set_light(kind="studio")
    assert setting.as_set(scene, other) and setting.as_set(scene, face) is None
    assert min(lamp.location.x for lamp in lights.of_scene(scene).values()) > 0.5


def test_an_hdri_of_ones_own(addon, face, scene, tmp_path):
    image = addon.data.images.new("sky", 100, 50, float_buffer=True)
    image.pixels.foreach_set(np.full(100 * 50 * 4, 0.5, np.float32))
    image.file_format = "HDR"
    image.filepath_raw = str(tmp_path / "sky.hdr")
    image.save()
    word = f"hdri:{tmp_path / 'sky.hdr'}"
    addon.ops.wince.set_light(kind="none", world="file", hdri_file=str(tmp_path / "sky.hdr"), seed=4)
    known = setting.as_set(scene)["setting"]
    assert known.facts()["world"]["name"] == "sky" and str(tmp_path) not in str(known.facts())
    drawn = setting.draw(spec.Lighting(("none",), (word,), ("plain",)), 4, 0, (), setting.skin_luminance(face))
    assert drawn == known
    np.testing.assert_allclose(world.irradiance(known.world, world.TOWARDS_FACE), known.world["share"] * world.AMBIENT, rtol=2e-3)
    with pytest.raises(RuntimeError, match="choose an HDRI file first"):
        addon.ops.wince.set_light(world="file", hdri_file="")
    for path in (str(tmp_path / "gone.hdr"), str(tmp_path)):
        with pytest.raises(RuntimeError, match="is not an HDRI"):
            addon.ops.wince.set_light(world="file", hdri_file=path)


def test_lamps_have_names_of_their_own_and_leave_no_empty_collection(addon, face, scene):
    addon.ops.wince.set_light(kind="studio", seed=1)
    assert [lamp.name for _, lamp in sorted(lights.of_scene(scene).items())] == ["Key", "Fill", "Rim"]
    addon.ops.wince.remove_light()
    assert "Wince Lights" not in addon.data.collections
    addon.ops.wince.set_light(kind="studio", seed=1)
    scene.collection.children["Wince Lights"].objects.link(addon.data.objects.new("Mine", None))
    addon.ops.wince.remove_light()
    assert [obj.name for obj in scene.collection.children["Wince Lights"].objects] == ["Mine"]


def test_undo_takes_the_light_back(addon, face, scene):
    addon.ops.ed.undo_push(message="before")
    addon.ops.wince.set_light(kind="studio", seed=2)
    addon.ops.ed.undo_push(message="lit")
    addon.ops.ed.undo()
    scene = addon.context.scene
    assert not lights.of_scene(scene) and setting.as_set(scene) is None and setting.LIGHT not in scene
    addon.ops.wince.set_light(kind="window", seed=2)
    assert setting.as_set(scene)["setting"].light["kind"] == "window"


def test_a_stretched_face_is_refused_and_nothing_is_changed(addon, face, scene):
    face.armature.scale = (1, 1, 2)
    with pytest.raises(RuntimeError, match="stretched or mirrored"):
        addon.ops.wince.set_light(kind="studio")
    assert not lights.of_scene(scene) and setting.LIGHT not in scene and not cameras.listed(scene)


def test_solid_shading_has_the_persons_colours(face):
    worn, who = dress.worn_by(face), face.person.identity
    shown = {name: np.array(material.diffuse_color[:3]) for name, material in worn.items()}
    assert np.abs(colour.to_lab(shown["skin"])[0] - who.skin_lab[0]) < 5
    np.testing.assert_allclose(shown["iris"], complexion.IRIS[who.iris], atol=1e-6)
    light = {name: colour.luminance(rgb) for name, rgb in shown.items()}
    assert light["lash_hair"] < light["brows"] < light["skin"] and light["pupil"] < light["iris"] < light["sclera"]
    assert all(material.roughness == pytest.approx(materials.RECIPES[name].roughness) for name, material in worn.items())


def test_solid_shading_lets_one_see_the_eyes_through_glasses(face):
    look = {"glasses.kind": "round"}
    dress.become(face, replace(face.person.identity, look=looks_drawn.changed(face.person.identity.look, look)))
    worn = wardrobe.materials_of(face)
    assert worn["lens"].diffuse_color[3] < 0.3 and worn["frame"].diffuse_color[3] == 1
