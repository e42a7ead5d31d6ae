"""Eyes, teeth and tears as Cycles renders them: small close pictures of one face."""

import dataclasses

import numpy as np
import pytest

pytest.importorskip("bpy")

from wince.bridge import version
from wince.core import face, identity
from wince.core import look as looks
from wince.core import pack as face_pack
from wince.core.cameras import view as place_view
from wince.job import exr
from wince.job.spec import Camera
from wince.stage import cameras, dress
from wince.stage.materials import eyes, strands

WHO = identity.Identity("eyes", 0, 0, 30.0, 0.0, {"pole_a": 0.0, "pole_b": 0.0, "pole_c": 1.0}, iris="blue")


@pytest.fixture(scope="module")
def model():
    return face.FaceModel(face_pack.load())


@pytest.fixture
def scene(bpy, layered):
    """A scene for Cycles in even light."""
    scene = layered(samples=8)
    scene.world = bpy.data.worlds.new("even")
    version.use_nodes(scene.world).nodes.clear()
    scene.world.color = (0.8, 0.8, 0.8)
    tree = version.use_nodes(scene.world)
    tree.links.new(tree.nodes.new("ShaderNodeBackground").outputs[0], tree.nodes.new("ShaderNodeOutputWorld").inputs[0])
    return scene


def shoot(bpy, scene, tmp_path, target, yaw=0.0, size=64, distance=0.25, lens=200.0):
    """Return (rgb (H, W, 3), material index (H, W)) of a close view of a point."""
    camera = Camera("close", yaw_deg=yaw, distance_m=distance, lens_mm=lens)
    cameras.place(scene, scene.camera or cameras.build(scene), place_view(camera, np.asarray(target), 0.2, (size, size)))
    scene.render.filepath = str(tmp_path / "layers.exr")
    bpy.ops.render.render(write_still=True)
    seen = exr.read(tmp_path / "layers.exr")
    index = next(np.squeeze(seen[name]) for name in version.MATERIAL_INDEX if name in seen)
    return np.asarray(seen["Combined"])[..., :3], index


def test_iris_pupil_and_white_have_their_colours_and_classes(bpy, scene, tmp_path, model):
    made = dress.new_face(model.person(WHO), plain=True)
    made.mesh_object.hide_render = True
    rgb, index = shoot(bpy, scene, tmp_path, made.person.eyes["L"].centre)
    middle = rgb[30:34, 30:34].mean(axis=(0, 1))
    offset = np.hypot(*(np.indices(index.shape) - 31.5))
    iris = np.flatnonzero(index.ravel() == 5)
    reach = offset.ravel()[iris].max()
    ring = (offset > 0.5 * reach) & (offset < 0.75 * reach)
    white = (index == 4) & (offset < 1.6 * reach) & (offset > 1.25 * reach)
    assert set(np.unique(index[offset < 0.9 * reach])) == {5.0} and 4.0 in index
    red, _, blue = rgb[ring].mean(axis=0)
    assert middle.max() < 0.15 < rgb[ring].mean() * 3 and blue > red, "a black pupil in a blue iris"
    assert rgb[white].mean() > 1.5 * rgb[ring].mean(), "the white is lighter than the iris"


def test_the_pupil_lies_deep_under_the_cornea(bpy, scene, tmp_path, model):
    """Seen from 40 degrees aside, it lies where the bent line of sight meets the iris: unbent sight finds it deeper, nearer the middle."""
    made = dress.new_face(model.person(WHO), plain=True)
    made.mesh_object.hide_render = True

    def pupil():
        rgb, index = shoot(bpy, scene, tmp_path, made.person.eyes["L"].centre, yaw=40.0, size=96)
        dark = (rgb.sum(axis=-1) < 0.1) & (index == 5)           # the ring around the iris is not as black
        assert dark.sum() > 20
        return np.argwhere(dark).mean(axis=0)[1]

    bent = pupil()
    for name in eyes.BALL:
        refracted = dress.worn_by(made)[name].node_tree.nodes["refracted"]
        next(socket for socket in refracted.inputs if socket.identifier == "Scale").default_value = 1.0
    assert pupil() > bent + 0.6, "no depth"


def test_tears_hide_no_class_and_stay_with_the_lid(bpy, scene, tmp_path, model):
    made = dress.new_face(model.person(WHO))
    centre = made.person.eyes["L"].centre
    _, with_tears = shoot(bpy, scene, tmp_path, centre)
    made.worn["tears"].hide_render = True
    _, without = shoot(bpy, scene, tmp_path, centre)
    assert {4.0, 5.0} <= set(np.unique(with_tears))
    changed = with_tears != without
    assert changed.mean() < 0.03 and set(np.unique(with_tears[changed])) <= {1.0, 3.0, 4.0}, "only the bump in the corner is a surface"


def test_old_eyes_are_paler_at_the_rim_and_teeth_yellower(bpy, model):
    made = dress.new_face(model.person(WHO), plain=True)
    young = _numbers(made)
    dress.become(made, identity.edited(WHO, age=85.0))
    old = _numbers(made)
    assert young["arcus"] == 0 < old["arcus"]
    assert old["tooth"][2] / old["tooth"][0] < young["tooth"][2] / young["tooth"][0]
    assert old["white"][2] / old["white"][0] < young["white"][2] / young["white"][0]


def _numbers(made):
    worn = dress.worn_by(made)

    def read(name, node, identifier):
        sockets = worn[name].node_tree.nodes[node].inputs
        return next(socket.default_value for socket in sockets if socket.identifier == identifier)

    return {"arcus": read("iris", "arcus shown", "Value_001"), "tooth": tuple(read("teeth_upper", "tone", "A_Color")),
            "white": tuple(read("sclera", "white", "A_Color"))}


def test_pupils_differ_by_person_age_and_light(bpy, model):
    made = dress.new_face(model.person(WHO), plain=True)

    def radius():
        nodes = dress.worn_by(made)["iris"].node_tree.nodes
        return next(s.default_value for s in nodes["hole"].inputs if s.identifier == "From Min") / nodes["lit"].inputs[1].default_value

    young = radius()
    dress.become(made, identity.edited(WHO, age=85.0))
    old = radius()
    eyes.adapt(dress.worn_by(made), 2.0)
    bright = radius()
    eyes.adapt(dress.worn_by(made), 0.1)
    assert bright < old < young and old < radius() and 0.15 < bright
    seeds = [eyes.of_one(identity.edited(WHO, look=dataclasses.replace(WHO.look, seed=seed))).pupil for seed in range(9)]
    assert np.ptp(seeds) > 0.03


def test_lashes_are_dark_on_everyone(bpy):
    """Light ones are narrower than a pixel, and show as a rim of dots."""
    for hair in ("black", "blond", "red"):
        for age in (25.0, 85.0):
            who = identity.edited(WHO, age=age, look=looks.changed(WHO.look, "hair", colour=hair))
            red, green, blue = strands.lash_rgb(who)
            assert 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.06 and red >= green >= blue, (hair, age)
