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
from wince.stage import backdrop, cameras, device, lights, materials, passes, rooms, setting, surface, world

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
    scene.cycles.samples = 1024                       # a low sun in four pixels: at 64 noise was more than the limit in 5.0
    wall(bpy, scene)
    around = world.World(scene)
    drawn = {"kind": "hdri", "name": "sunset", "rotation_deg": turn, "share": 1.0}
    around.apply(drawn, {"kind": "world"}, 0.0)
    seen = colour.luminance(render(bpy, scene, tmp_path)["Combined"][7:9, 7:9, :3]).mean()
    assert seen == pytest.approx(world.irradiance(drawn, AHEAD)[0], rel=0.03)


def test_a_bulb_in_an_hdri_is_nearly_white_and_metered_so(bpy, scene, tmp_path):
    """A bulb gave a fifth of a room's light, yellow, and stood on foreheads as a yellow spot; the room keeps its colours."""
    bulb, wallpaper = np.array([562.0, 536.0, 242.0]), np.array([1.2, 1.0, 0.5])
    white = world.muted(bulb, 1.0)
    assert white.max() / white.min() < 1.2 and colour.luminance(white) == pytest.approx(colour.luminance(bulb))
    np.testing.assert_array_equal(world.muted(wallpaper, 1.0), wallpaper)
    scene.cycles.samples = 512
    wall(bpy, scene)
    drawn = {"kind": "hdri", "name": "interior", "rotation_deg": 180.0, "share": 1.0}
    world.World(scene).apply(drawn, {"kind": "world"}, 0.0)
    seen = render(bpy, scene, tmp_path)["Combined"][7:9, 7:9, :3].mean(axis=(0, 1))
    metered = world.colours(drawn, AHEAD)[0]
    assert colour.luminance(seen) == pytest.approx(colour.luminance(metered), rel=0.08)       # the meter's cells are as wide as the bulb
    np.testing.assert_allclose(seen / colour.luminance(seen), metered / colour.luminance(metered), rtol=0.02)


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


GREY = [0.5] * 3
ROOM = {"kind": "room", "turn_deg": 0.0, "half_m": [2.0, 3.0], "floor_m": -1.2, "ceiling_m": 1.3, "blur": 0.002,
        "walls": [GREY, [0.3, 0.5, 0.5], [0.5, 0.3, 0.5], [0.5, 0.5, 0.3]], "floor": [0.2, 0.2, 0.2], "ceiling": [0.8] * 3,
        "shapes": [{"wall": 0, "x": -0.3, "z": 0.3, "half_x": 0.25, "half_z": 0.25, "rgb": [0.9, 0.1, 0.1]},
                   {"wall": 0, "x": -0.4, "z": 0.3, "half_x": 0.12, "half_z": 0.12, "rgb": [0.1, 0.9, 0.1]}],
        "lights": [{"wall": 0, "x": 0.3, "z": 0.3, "radius": 0.1, "rgb": [0.9, 0.9, 0.8]}]}


def pixel(x, z, away=3.0, size=64):
    """Return (row, column) of a place on the wall straight ahead, metres, in a picture by AT_ONE_METRE's lens."""
    scale = 85.0 / 36.0 * size / away
    return int(size / 2 - z * scale), int(size / 2 + x * scale)


def room_seen(bpy, scene, tmp_path, camera=AT_ONE_METRE, room=ROOM):
    """Return what a camera sees of a room, display colours (64, 64, 3)."""
    world.World(scene).apply({"kind": "plain", "radiance": [0.2, 0.2, 0.2]}, room, -1.0)
    return colour.encode(render(bpy, scene, tmp_path, camera, (64, 64))["Combined"][..., :3] / 2)


def test_a_room_has_its_shapes_in_order_and_lights_nothing(bpy, scene, tmp_path):
    """Colours are read away from edges: the pixel filter of Blender 5 brings a little of what is a pixel and a half away."""
    seen = room_seen(bpy, scene, tmp_path)
    for place, rgb in (((-0.4, 0.3), [0.1, 0.9, 0.1]), ((-0.18, 0.3), [0.9, 0.1, 0.1]), ((0.3, 0.3), [0.9, 0.9, 0.8]), ((0.4, -0.4), GREY)):
        np.testing.assert_allclose(seen[pixel(*place)], rgb, atol=2e-3)
    wall(bpy, scene)
    np.testing.assert_allclose(render(bpy, scene, tmp_path)["Combined"][8, 8, :3], 0.2, rtol=0.02)


def test_a_room_is_seen_from_where_the_camera_stands(bpy, scene, tmp_path):
    """A camera at the face's left sees the wall to its right, and one from above the floor; the same from the same side."""
    _, right, behind, left = ROOM["walls"]
    middle = {"left": left, "right": right, "behind": behind, "above": ROOM["floor"], "below": ROOM["ceiling"]}
    views = {"left": (90, 0), "right": (-90, 0), "behind": (180, 0), "above": (0, 60), "below": (0, -60)}
    for name, (yaw, pitch) in views.items():
        seen = room_seen(bpy, scene, tmp_path, Camera("test", distance_m=1.0, yaw_deg=yaw, pitch_deg=pitch))
        np.testing.assert_allclose(seen[32, 32], middle[name], atol=2e-3, err_msg=name)
    turned = room_seen(bpy, scene, tmp_path, room=ROOM | {"turn_deg": 90.0})
    assert min(np.abs(turned[32, 32] - ROOM["walls"][k]).max() for k in (1, 3)) < 2e-3


def test_evening_rooms_are_dimmer_and_chosen_by_the_bedside():
    """By a bedside lamp the backdrop is a room wherever it may be one, and any is dimmer than by day."""
    both = [[backdrop.draw(("plain", "room"), stream(number, "b"), evening) for number in range(30)] for evening in (False, True)]
    assert {behind["kind"] for behind in both[0]} == {"plain", "room"} and {behind["kind"] for behind in both[1]} == {"room"}
    by_day, by_night = (np.mean([behind["walls"] for behind in some if "walls" in behind]) for some in both)
    assert by_night < 0.75 * by_day
    plain = [np.mean(backdrop.draw(("plain",), stream(3, "b"), evening)["centre"]) for evening in (False, True)]
    assert plain[1] < 0.8 * plain[0]
    lighting = Lighting(lights=("bedside",), worlds=("plain",))
    assert all(setting.draw(lighting, 1, number, (), 0.2).backdrop["evening"] for number in range(8))


def test_rooms_are_of_many_kinds_and_muted():
    drawn = [backdrop.draw(("room",), stream(number, "b")) for number in range(60)]
    assert {room["place"] for room in drawn} == set(rooms.PLACES)
    lab = colour.to_lab(colour.decode(np.array([tone for room in drawn for tone in (*room["walls"], *(s["rgb"] for s in room["shapes"]))])))
    assert np.percentile(np.hypot(lab[:, 1], lab[:, 2]), 95) < 22 and np.ptp(lab[:, 0]) > 40
    for room in drawn:
        for wall_number in range(rooms.WALLS):
            assert sum(shape["wall"] == wall_number for shape in room["shapes"]) <= rooms.PER_WALL, "there are nodes for all of them"
            assert sum(light["wall"] == wall_number for light in room["lights"]) <= rooms.LIGHTS_PER_WALL


def test_one_backdrop_leaves_nothing_to_the_next(bpy, scene):
    around, lit = world.World(scene), {"kind": "plain", "radiance": [0.2, 0.2, 0.2]}
    drawn = [backdrop.draw((kind,), stream(2, kind)) for kind in ("plain", "room", "gradient", "room", "plain")]
    around.apply(lit, drawn[2], 0.5)
    around.apply(lit, drawn[1], 0.5)
    readings = []
    for behind in drawn:
        around.apply(lit, behind, 0.5)
        readings.append(world.reading(scene.world))
    assert readings[1] == readings[3] and len({str(reading) for reading in readings}) == 3
    bpy.data.images.load(str(world.hdris()["city"]))
    assert len(bpy.data.images) == 1, "backdrops need no pictures"


def test_backdrops_neither_burn_nor_drown():
    """No backdrop is as bright or as dark as what hides a head's outline."""
    for number in range(60):
        for kind in ("plain", "gradient", "room"):
            behind = backdrop.draw((kind,), stream(number, "behind"))
            tones = [value for key, value in behind.items() if key in ("centre", "edge", "from", "to")] + behind.get("walls", [])
            assert 0.15 < min(map(min, tones)) and max(map(max, tones)) < 0.93


def test_an_hdris_cast_is_balanced_in_part(bpy):
    """Of a sunset's colour on the face little is left, wherever it stands, and it is metered as it lights."""
    meter = world._read_meter(str(world.hdris()["sunset"]), 0)
    for turn in (0.0, 100.0, -100.0):
        cast, left = (seen.mean(axis=0) for seen in (meter._thrown(world.TOWARDS_FACE, turn), meter.seen(world.TOWARDS_FACE, turn)))
        spread = [np.log(rgb.max() / rgb.min()) for rgb in (cast, left)]
        assert spread[1] == pytest.approx((1 - world.BALANCED) * spread[0], rel=1e-6) and spread[0] > 0.05
    assert meter.seen(AHEAD, 0.0).min() > 0


def kelvin_of(rgb):
    """Return the correlated colour temperature of a linear colour, by McCamy's formula, and how far off the locus it is (u', v')."""
    x, y, z = colour.TO_XYZ @ rgb
    n = (x / (x + y + z) - 0.3320) / (0.1858 - y / (x + y + z))
    kelvin = 449 * n ** 3 + 3525 * n ** 2 + 6823.3 * n + 5520.33
    a, b, c = colour.TO_XYZ @ colour.daylight(kelvin)
    place = [np.array([4 * p, 9 * q]) / (p + 15 * q + 3 * r) for p, q, r in ((x, y, z), (a, b, c))]
    return kelvin, float(np.linalg.norm(place[0] - place[1]))


def test_light_on_faces_is_of_a_colour_that_a_camera_leaves(bpy):
    """Of 200 drawn lights on a face: apparent 4500 to 7500 K near the locus, a grey card's chroma at most 15, and yet they differ."""
    wishes, light_of = Lighting(), lambda number: (lights.draw(Lighting().lights, stream(1, "light", number)),
                                                   world.draw(Lighting().worlds, stream(1, "light.world", number)))
    seen = np.array([setting.incident(*light_of(number)).mean(axis=0) for number in range(200)])
    kelvin, off = np.array([kelvin_of(rgb) for rgb in seen]).T
    assert 4500 < kelvin.min() < 5600 and 6400 < kelvin.max() < 7500 and off.max() < 0.012
    card = colour.to_lab(0.18 * seen / colour.luminance(seen)[:, None])
    chroma = np.hypot(card[:, 1], card[:, 2])
    assert chroma.max() < 12 and np.median(chroma) < 5 and np.ptp(card[:, 2]) > 6, wishes


def test_no_side_of_a_face_is_lost_in_the_dark_and_none_is_flat(bpy):
    """Cheeks, forehead and chin: the darkest gets a quarter of the brightest's light or more, and never as much."""
    faces = np.concatenate([world.TOWARDS_FACE, [[0, -0.85, -0.52]]])
    for number in range(100):
        drawn = lights.draw(Lighting().lights, stream(1, "light", number)), world.draw(Lighting().worlds, stream(1, "light.world", number))
        seen = colour.luminance(setting.incident(*drawn, faces))
        assert 0.25 < seen.min() / seen.max() < 0.85, drawn


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
