"""The stage in Blender: what is set is what Cycles shows. Small pictures, a plain white plane instead of a face."""

import numpy as np
import pytest

pytest.importorskip("bpy")

from wince.bridge import nodes, version
from wince.core import colour
from wince.core.cameras import view as place_view
from wince.core.errors import WinceError
from wince.core.streams import stream
from wince.job import exr
from wince.job.spec import Camera, Lighting, Render
from wince.stage import backdrop, cameras, device, lights, materials, passes, surface, world

AT_ONE_METRE = Camera("test", distance_m=1.0)
AHEAD = np.array([[0.0, -1.0, 0.0]])


@pytest.fixture
def scene(bpy):
    """An empty scene for Cycles, without denoising."""
    scene = bpy.context.scene
    device.apply(scene, device.Chosen("cycles", "CPU", "none"), samples=64)
    scene.cycles.seed = 1
    version.write_multilayer(scene.render.image_settings)
    scene.render.use_file_extension = False
    return scene


def render(bpy, scene, tmp_path, camera=AT_ONE_METRE, size=(16, 16)):
    """Return the passes of the scene as a camera sees it."""
    cameras.place(scene, scene.camera or cameras.build(scene), place_view(camera, np.zeros(3), 0.2, size))
    scene.render.filepath = str(tmp_path / "layers.exr")
    bpy.ops.render.render(write_still=True)
    return exr.read(tmp_path / "layers.exr")


def wall(bpy, scene, size=0.05, look=None):
    """Stand a small square of a material before the camera, upright, facing it; white and dull by default."""
    mesh = bpy.data.meshes.new("wall")
    corners = [(x * size, 0, z * size) for x, z in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    mesh.from_pydata(corners, [], [(0, 1, 2, 3)])
    if look is None:
        look = bpy.data.materials.new("white")
        nodes.grow(version.use_nodes(look), {"d": ("ShaderNodeBsdfDiffuse", {}), "o": ("ShaderNodeOutputMaterial", {})},
                   [("d", "BSDF", "o", "Surface")])
        nodes.set_input(look.node_tree.nodes["d"], "Color", (1, 1, 1, 1))
    mesh.materials.append(look)
    scene.collection.objects.link(bpy.data.objects.new("wall", mesh))
    return mesh


@pytest.mark.parametrize("kind", ["studio", "window", "ceiling", "bedside"])
def test_lamps_throw_what_the_meter_says(bpy, scene, tmp_path, kind):
    light = lights.draw((kind,), stream(3, "light", kind))
    wall(bpy, scene)
    lights.apply(lights.build(scene), light, (0, 0, 0))
    seen = colour.luminance(render(bpy, scene, tmp_path)["Combined"][7:9, 7:9, :3]).mean()
    assert seen == pytest.approx(lights.irradiance(light, AHEAD)[0], rel=0.03)


def test_lamps_of_an_earlier_light_go_out(bpy, scene):
    lamps = lights.build(scene)
    lights.apply(lamps, lights.draw(("studio",), stream(0, "a")), (0, 0, 0))
    lights.apply(lamps, lights.draw(("window",), stream(0, "a")), (0, 0, 0))
    assert [lamp.data.energy > 0 for lamp in lamps] == [True, True, False]
    assert not any(lamp.hide_render for lamp in lamps), "a hidden lamp changes the order in which Cycles keeps its lights"


@pytest.mark.parametrize("turn", [-130.0, 0.0, 75.0])
def test_an_hdri_lights_as_the_meter_says_whatever_its_turn(bpy, scene, tmp_path, turn):
    wall(bpy, scene)
    around = world.World(scene)
    drawn = {"kind": "hdri", "name": "sunset", "rotation_deg": turn, "share": 1.0}
    around.apply(drawn, {"kind": "world"}, 0.0)
    seen = colour.luminance(render(bpy, scene, tmp_path)["Combined"][7:9, 7:9, :3]).mean()
    assert seen == pytest.approx(world.irradiance(drawn, AHEAD)[0], rel=0.03)


def test_a_plain_world_lights_as_it_says(bpy, scene, tmp_path):
    wall(bpy, scene)
    world.World(scene).apply({"kind": "plain", "radiance": [0.2, 0.3, 0.4]}, {"kind": "world"}, 0.0)
    seen = render(bpy, scene, tmp_path)["Combined"]
    np.testing.assert_allclose(seen[8, 8, :3], [0.2, 0.3, 0.4], rtol=0.02)


@pytest.mark.parametrize("stops", [-1.5, 0.0, 2.0])
def test_the_backdrop_comes_out_as_drawn_whatever_the_exposure(bpy, scene, tmp_path, stops):
    backdrop = {"kind": "plain", "centre": [0.7, 0.6, 0.5], "edge": [0.7, 0.6, 0.5]}
    world.World(scene).apply({"kind": "plain", "radiance": [3.0, 3.0, 3.0]}, backdrop, stops)
    seen = render(bpy, scene, tmp_path)["Combined"][..., :3]
    np.testing.assert_allclose(colour.encode(seen * 2 ** stops), np.broadcast_to([0.7, 0.6, 0.5], seen.shape), atol=1e-3)


def test_the_backdrop_is_brighter_in_the_middle(bpy, scene, tmp_path):
    backdrop = {"kind": "plain", "centre": [0.7, 0.7, 0.7], "edge": [0.4, 0.4, 0.4]}
    world.World(scene).apply({"kind": "plain", "radiance": [0.0, 0.0, 0.0]}, backdrop, 0.0)
    seen = render(bpy, scene, tmp_path)["Combined"][..., 0]
    assert seen[8, 8] > seen[8, 0] > seen[0, 0]


def test_a_gradient_runs_where_it_says(bpy, scene, tmp_path):
    behind = {"kind": "gradient", "from": [0.3, 0.3, 0.3], "to": [0.8, 0.8, 0.8], "turn_deg": 90.0}
    world.World(scene).apply({"kind": "plain", "radiance": [0.0, 0.0, 0.0]}, behind, 1.0)
    seen = colour.encode(2 * render(bpy, scene, tmp_path)["Combined"][..., 0])
    assert (np.diff(seen[:, 8]) < 0).all() and np.ptp(seen, axis=1).max() < 4e-3, "lighter above, level across"
    assert seen[0].mean() == pytest.approx(0.8, abs=0.03) and seen[-1].mean() == pytest.approx(0.33, abs=0.04)


def test_a_room_has_its_shapes_in_order_and_lights_nothing(bpy, scene, tmp_path):
    shapes = [{"x": 0.25, "y": 0.75, "half_x": 0.3, "half_y": 0.2, "soft": 0.01, "rgb": rgb} for rgb in ([0.9, 0.1, 0.1], [0.1, 0.9, 0.1])]
    shapes[1]["half_x"] = 0.1
    behind = {"kind": "room", "from": [0.5] * 3, "to": [0.5] * 3, "turn_deg": 90.0, "shapes": shapes}
    world.World(scene).apply({"kind": "plain", "radiance": [0.2, 0.2, 0.2]}, behind, -1.0)
    seen = colour.encode(render(bpy, scene, tmp_path)["Combined"][..., :3] / 2)
    np.testing.assert_allclose(seen[4, 3], [0.1, 0.9, 0.1], atol=0.02)
    np.testing.assert_allclose(seen[4, 7], [0.9, 0.1, 0.1], atol=0.02)
    np.testing.assert_allclose(seen[12, 12], [0.5] * 3, atol=2e-3)
    wall(bpy, scene)
    np.testing.assert_allclose(render(bpy, scene, tmp_path)["Combined"][8, 8, :3], 0.2, rtol=0.02)


def test_one_backdrop_leaves_nothing_to_the_next(bpy, scene):
    around, lit = world.World(scene), {"kind": "plain", "radiance": [0.2, 0.2, 0.2]}
    drawn = [backdrop.draw((kind,), stream(2, kind)) for kind in ("plain", "room", "gradient", "room", "plain")]
    readings = []
    for behind in drawn:
        around.apply(lit, behind, 0.5)
        readings.append(world.reading(scene.world))
    assert readings[1] == readings[3] and len({str(reading) for reading in readings}) == 3
    assert len(drawn[1]["shapes"]) == backdrop.SHAPES
    bpy.data.images.load(str(world.hdris()["city"]))
    assert len(bpy.data.images) == 1, "backdrops need no pictures"


def test_backdrops_neither_burn_nor_drown():
    """No backdrop is as bright or as dark as what hides a head's outline."""
    for number in range(60):
        for kind in ("plain", "gradient", "room"):
            behind = backdrop.draw((kind,), stream(number, "behind"))
            tones = [value for key, value in behind.items() if key in ("centre", "edge", "from", "to")]
            assert 0.15 < min(map(min, tones)) and max(map(max, tones)) < 0.93


def test_an_hdris_cast_is_balanced_in_part():
    """Of a sunset's colour less than half is left, and it is metered as it lights."""
    meter = world._read_meter(str(world.hdris()["sunset"]), 0)
    assert max(meter.balance) / min(meter.balance) > 1.05
    assert meter.seen(AHEAD, 0.0)[0] > 0


def test_light_and_dark_skin_are_both_exposed():
    """Shown luminance rises with the skin's and stays between shadow and highlight."""
    shown = [skin * 2 ** world.exposure(1.0, skin) for skin in (0.03, 0.08, 0.2, 0.45)]
    assert shown == sorted(shown) and shown[0] > 0.06 and shown[-1] < 0.5
    assert world.exposure(2.0, 0.2) == pytest.approx(world.exposure(1.0, 0.2) - 1)
    assert world.exposure(1.0, 0.2, 0.5) == pytest.approx(world.exposure(1.0, 0.2) + 0.5)


def test_draws_are_plain_json_and_repeat():
    for draw, words in ((lights.draw, tuple(lights.KINDS)), (world.draw, ("plain", "hdri:city")), (backdrop.draw, backdrop.KINDS)):
        assert draw(words, stream(5, "x")) == draw(words, stream(5, "x"))


@pytest.mark.parametrize("lighting, words", [
    (Lighting(worlds=("hdri:beach",)), "no 'hdri:beach', known are plain, hdri:city"),
    (Lighting(worlds=()), "lighting.worlds is empty"),
    (Lighting(backgrounds=("green",)), "no 'green', known are plain, gradient, room, world"),
])
def test_a_world_that_is_not_here_is_refused(bpy, lighting, words):
    with pytest.raises(WinceError, match=words):
        world.check(lighting)


def test_a_light_that_does_not_exist_is_refused():
    with pytest.raises(WinceError, match="no light 'sun', known are studio, window, ceiling"):
        lights.check(("studio", "sun"))


# Passes --------------------------------------------------------------------------------------------------------------

def labelled_wall(bpy, scene, millimetres):
    """Stand a wall of skin with constant heat; coverage 1."""
    passes.apply(scene.view_layers[0], ("depth", "normal"), proof=True)
    mesh = wall(bpy, scene, look=materials.build()["skin"])
    for name, value in (("wince_heat", millimetres), ("wince_skin", 1.0)):
        mesh.attributes.new(name, "FLOAT", "POINT").data.foreach_set("value", np.full(4, value, np.float32))


def test_labels_keep_their_unit_and_classes_never_blend(bpy, scene, tmp_path):
    labelled_wall(bpy, scene, 3.25)
    seen = render(bpy, scene, tmp_path, Camera("test", distance_m=1.0, roll_deg=20, lens_mm=200), (40, 40))
    index = next(seen[name] for name in version.MATERIAL_INDEX if name in seen)
    assert set(np.unique(index)) == {0.0, 1.0}
    heat, coverage = seen[passes.HEAT], seen[passes.COVERAGE]
    assert ((coverage > 0.05) & (coverage < 0.95)).any()                 # the edge is blended ...
    np.testing.assert_allclose(heat[coverage > 0.05] / coverage[coverage > 0.05], 3.25, rtol=1e-4)     # ... and can be undone
    assert heat.max() == pytest.approx(3.25, rel=1e-5)


def test_depth_is_planar(bpy, scene, tmp_path):
    labelled_wall(bpy, scene, 0.0)
    depth = render(bpy, scene, tmp_path, Camera("test", distance_m=0.2, lens_mm=36), (32, 32))["Depth"]
    np.testing.assert_allclose(depth[depth < 1e9], 0.2, atol=1e-6)


def test_passes_can_be_set_again(bpy, scene):
    layer = scene.view_layers[0]
    passes.apply(layer, ("heat_terms", "normal"))
    assert len(layer.aovs) == 9 and layer.use_pass_normal
    passes.apply(layer, ())
    assert [aov.name for aov in layer.aovs] == [passes.HEAT, passes.COVERAGE, passes.BROW, passes.HAIR, passes.BEARD]
    assert not layer.use_pass_normal


def test_no_aov_has_the_name_of_its_attribute():
    assert not set(passes.ATTRIBUTES) & set(passes.ATTRIBUTES.values())      # it would read zero everywhere, silently


# Device and version --------------------------------------------------------------------------------------------------

def test_what_is_asked_for_and_there_is_taken(bpy):
    chosen = device.choose(Render(device="cpu", denoiser="none"))
    assert chosen == device.Chosen("cycles", "CPU", "none")
    assert device.choose(Render(device="cpu", denoiser="auto")).denoiser == device.available_denoisers()[0]


@pytest.mark.parametrize("field, word", [("device", "tpu"), ("denoiser", "nlm"), ("engine", "luxcore")])
def test_what_is_unknown_is_refused(bpy, field, word):
    with pytest.raises(WinceError, match=f"render.{field} is '{word}', it must be one of"):
        device.choose(Render(**{field: word}))


def test_a_gpu_that_is_not_there_is_refused(bpy):
    if device.available_backends():
        pytest.skip("there is one")
    with pytest.raises(WinceError, match="finds no GPU"):
        device.choose(Render(device="gpu"))
    assert device.choose(Render(device="auto")).device == "CPU"


def test_this_blender_is_new_enough(bpy):
    version.check()
    assert version.name() == ".".join(map(str, bpy.app.version))


# Places on the surface -----------------------------------------------------------------------------------------------

def test_a_place_is_found_in_its_quad():
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float)
    face, weights = surface.locate(np.array([[1.25, 0.5], [0.5, 0.25]]), np.array([square, square + [1, 0]]))
    assert face.tolist() == [1, 0]
    np.testing.assert_allclose(weights, [[0.375, 0.125, 0.125, 0.375], [0.375, 0.375, 0.125, 0.125]], atol=1e-12)


def test_a_place_is_found_in_crooked_quads_and_triangles(rng):
    quad = np.array([[0, 0], [1.2, 0.1], [0.9, 1.1], [-0.1, 0.8]])
    triangle = np.array([[3, 0], [4, 0], [3, 1], [3, 1]], float)
    for corners in (quad, triangle):
        weights = rng.dirichlet(np.ones(4), 20)
        points = weights @ corners
        _, found = surface.locate(points, corners[None])
        np.testing.assert_allclose(found @ corners, points, atol=1e-9)


def test_a_place_off_the_atlas_is_a_bug():
    with pytest.raises(ValueError, match="no face"):
        surface.locate(np.array([[5.0, 5.0]]), np.array([[[0, 0], [1, 0], [1, 1], [0, 1]]], float))


def test_vertex_areas_sum_to_the_surface():
    points = np.array([[0, 0, 0], [2, 0, 0], [2, 0, 1], [0, 0, 1], [0, 0, 3]], float)
    areas = surface.vertex_areas(points, np.array([[0, 1, 2, 3], [3, 2, 4, 4]]))
    assert areas.sum() == pytest.approx(2 + 2)
