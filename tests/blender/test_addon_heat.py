"""The live heat overlay: it agrees with the core in millimetres, needs no Python, and leaves nothing behind."""

import numpy as np
import pytest

pytest.importorskip("bpy")

import bpy
from mathutils import Color

from wince.bridge import face as faces
from wince.bridge import geometry_nodes, heat, mesh, people, version, viewport
from wince.core import demographics, heat_colours, heatmap
from wince.core.facs.action_units import ActionUnits
from wince.core.facs.table import AU_KEYS
from wince.job import exr, spec
from wince.stage import dress, labelling, passes

AGREE_MM = 1e-4
CODES = ("0", "4C+6D+7D+9B+43", "4E+6E+7E+9E+10E+43+12C+51D+61C+25C+63B", "L4B+R6E+L43=3+7B+R10=0.3", "12E+25D+64E+L45")


@pytest.fixture
def face(addon):
    addon.ops.wince.add_face(seed=3, plain=True)
    return faces.active(addon.context)


def other(seed):
    model = people.model()
    return demographics.sample(seed, 0, spec.People(), model.pack)


def level(obj, levels=0):
    next(modifier for modifier in obj.modifiers if modifier.type == "SUBSURF").levels = levels


def seen(obj, name="wince_heat"):
    """Return an attribute of the evaluated control mesh."""
    data = obj.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    return mesh.get_attribute(data, name)


def colours(obj):
    data = obj.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    flat = np.empty(4 * len(data.vertices), np.float32)
    data.attributes["wince_heat_colour"].data.foreach_get("color", flat)
    return flat.reshape(-1, 4)[:, :3]


def off(face, aus, scale=1.0):
    """Return how far the overlay is from the core, millimetres."""
    return np.abs(seen(face.mesh_object) - scale * heatmap.pspi_heat(face.person, aus).total).max()


@pytest.mark.parametrize("seed", [0, 5, 11])
def test_it_is_the_heat_of_the_core(face, seed):
    heat.show(face)
    level(face.mesh_object)
    dress.become(face, other(seed))
    for code in CODES:
        aus = ActionUnits.parse(code)
        face.set_aus(aus)
        assert off(face, aus) <= AGREE_MM


def test_every_au_counts_as_it_should(face):
    heat.show(face)
    level(face.mesh_object)
    for key in AU_KEYS:
        aus = ActionUnits.from_keys({key: 3.5})
        face.set_aus(aus)
        assert off(face, aus) <= AGREE_MM, key


def test_object_scale_and_rotation_are_in_the_millimetres(face):
    heat.show(face)
    level(face.mesh_object)
    aus = ActionUnits.parse("4D+7C+43")
    face.set_aus(aus)
    face.armature.scale, face.armature.rotation_euler = (2, 2, 2), (0.3, 1.0, 2.0)
    bpy.context.view_layer.update()
    assert off(face, aus, 2.0) <= 2 * AGREE_MM
    face.armature.scale = (1, 1, 3)
    bpy.context.view_layer.update()
    moved = sum(row.weight(dict(aus.keys())) * face.person.key_dense(row.key) for row in heatmap.heat_rows()) * (1, 1, 3) * 1000
    assert np.abs(seen(face.mesh_object) - np.linalg.norm(moved, axis=1) * face.person.pack.exterior).max() <= 3 * AGREE_MM


def test_a_sculpted_shape_counts(face):
    heat.show(face)
    level(face.mesh_object)
    block = face.mesh_object.data.shape_keys.key_blocks["AU04.L"]
    points, skin = mesh.get_key(block), np.flatnonzero(face.person.pack.exterior)[100]
    points[skin, 2] += 0.01
    mesh.set_key(block, points)
    face.set_aus(ActionUnits.parse("L4E"))
    before = seen(face.mesh_object)[skin]
    heat.refresh(face)
    assert seen(face.mesh_object)[skin] - before == pytest.approx(10.0, abs=1e-3)


def test_the_saved_file_needs_neither_add_on_nor_scripts(face, tmp_path):
    heat.show(face)
    level(face.mesh_object)
    aus, later, person = ActionUnits.parse("4C+9B"), ActionUnits.parse("6E+7D+43+12B"), face.person
    face.set_aus(aus)
    path, name, bones = tmp_path / "heat.blend", face.mesh_object.name, face.armature.name
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    bpy.ops.preferences.addon_disable(module="wince")
    try:
        bpy.ops.wm.open_mainfile(filepath=str(path), use_scripts=False)
        obj, rig = bpy.data.objects[name], bpy.data.objects[bones]
        assert np.abs(seen(obj) - heatmap.pspi_heat(person, aus).total).max() <= AGREE_MM
        for key, value in later.keys().items():
            rig.pose.bones["face"][key] = value
        rig.update_tag()
        assert np.abs(seen(obj) - heatmap.pspi_heat(person, later).total).max() <= AGREE_MM
        assert all(curve.driver.is_simple_expression for curve in obj.animation_data.drivers)
    finally:
        bpy.ops.preferences.addon_enable(module="wince")


def test_terms_are_masks(face):
    heat.show(face)
    level(face.mesh_object)
    aus = ActionUnits.parse("4C+6D+9E+43")
    face.set_aus(aus)
    whole, still = colours(face.mesh_object), None
    for name, numbers in heatmap.TERMS.items():
        heat.set_setting(face, "Term", name.capitalize())
        assert heat.settings(face)[0] == name.capitalize()
        alone = ActionUnits.from_codes({n: aus.both(n) for n in numbers if aus.both(n)})
        assert off(face, aus) <= AGREE_MM, "wince_heat is the total, whatever is shown"
        shown = colours(face.mesh_object)
        assert heat.peak(face) == pytest.approx(heatmap.pspi_heat(face.person, alone).total.max(), abs=AGREE_MM)
        heat.set_setting(face, "Term", "All")
        face.set_aus(alone)
        assert np.abs(shown - colours(face.mesh_object)).max() <= 1e-4
        face.set_aus(aus)
        still = shown if still is None else still
    assert np.abs(whole - still).max() > 0.1


def test_colours_follow_the_scale(face):
    heat.show(face)
    level(face.mesh_object)
    face.set_aus(ActionUnits.parse("4E+6E+7E+9E+10E+43"))
    maximum = heat.fit(face)
    assert 0 <= maximum - heat.peak(face) < 0.5
    values, skin = seen(face.mesh_object), face.person.pack.exterior
    picked = np.flatnonzero(skin)[::50]
    want = [Color(rgb).from_srgb_to_scene_linear()[:] for rgb in heat_colours.overlay_rgb(values[picked] / maximum) / 255]
    assert np.abs(colours(face.mesh_object)[picked] - want).max() < 0.025      # between the ramp's stops, linear against sRGB
    inside = colours(face.mesh_object)[~skin]
    assert np.ptp(inside, axis=0).max() == 0 and inside[0].max() < 0.1


def test_eyes_stay_light_and_iris_and_pupil_darker(face):
    heat.show(face)
    for eye in face.eyes.values():
        shades = np.unique(colours(eye).round(3).mean(axis=1))
        assert shades.max() > 0.45 and shades.min() < 0.06 and np.median(colours(eye)) > 0.1
        assert eye.data.attributes.active_color_name == geometry_nodes.COLOUR
    heat.remove(face)
    assert not [name for eye in face.eyes.values() for name in eye.data.attributes.keys() if "heat" in name]


@pytest.mark.parametrize(("cover", "show"), [(True, True), (False, True), (True, False)])
def test_a_render_keeps_the_looks_and_writes_every_term(face, tmp_path, cover, show):
    aus = ActionUnits.parse("4D+6C+10B+43")
    face.set_aus(aus)
    labelling.only(face, ("heat_terms",))               # as Wince's own renders do: a new face has the total's AOV alone
    frame_up()
    plain = rendered(tmp_path)
    assert not plain["HeatAOV"].any()
    heat.show(face)
    heat.set_setting(face, "Cover Materials", cover)
    heat.set_setting(face, "Show", show)
    heat.set_setting(face, "Term", "Eyes")
    seen = rendered(tmp_path)
    assert np.array_equal(plain["Combined"], seen["Combined"])
    face.set_heat(heatmap.pspi_heat(face.person, aus))
    heat.remove(face)
    stored = rendered(tmp_path)
    for name in ("HeatAOV", *(f"Heat{term.capitalize()}AOV" for term in heatmap.TERMS)):
        assert seen[name].max() > 1 and np.abs(seen[name] - stored[name]).max() <= 1e-3, name


def frame_up():
    """Put a camera before the face, and a grey world."""
    scene = bpy.context.scene
    scene.camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    scene.collection.objects.link(scene.camera)
    scene.camera.location, scene.camera.rotation_euler = (0, -1.2, 0), (np.pi / 2, 0, 0)
    scene.world = bpy.data.worlds.new("World")
    version.use_nodes(scene.world)
    scene.render.engine, scene.cycles.samples, scene.cycles.use_denoising = "CYCLES", 1, False
    scene.render.resolution_x = scene.render.resolution_y = 96
    scene.view_layers[0].name = exr.MAIN
    passes.apply(scene.view_layers[0], ("heat_terms",))
    version.write_multilayer(scene.render.image_settings)


def rendered(folder):
    """Return {pass: (H, W, ...)} of a render as F12 makes it."""
    bpy.context.scene.render.filepath = str(folder / "f12.exr")
    bpy.ops.render.render(write_still=True)
    return exr.read(folder / "f12.exr")


def test_the_overlay_covers_materials_in_the_viewport_and_gives_them_back(face):
    obj = face.mesh_object
    own = [slot.material for slot in obj.material_slots]
    heat.show(face)
    assert material_seen(obj) == {"Wince Heat"} == material_seen(face.eyes["L"])
    heat.set_setting(face, "Cover Materials", False)
    assert material_seen(obj) == {material.name for material in own}
    heat.set_setting(face, "Cover Materials", True)
    heat.hide(face)
    assert material_seen(obj) == {material.name for material in own} and [slot.material for slot in obj.material_slots] == own


def material_seen(obj):
    """Return the names of the materials that faces of the evaluated mesh wear."""
    data = obj.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    index = np.empty(len(data.polygons), np.int32)
    data.polygons.foreach_get("material_index", index)
    return {data.materials[int(i)].name for i in np.unique(index)}


def test_toggling_colours_the_views_and_brings_them_back(face):
    screen = bpy.data.screens["Layout"]
    shading = next(area for area in screen.areas if area.type == "VIEW_3D").spaces.active.shading
    shading.color_type = "OBJECT"
    active = face.mesh_object.data.attributes.active_color_name
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0], screen=screen):
        assert bpy.ops.wince.toggle_heat() == {"FINISHED"}
        assert heat.is_shown(face) and shading.color_type == "VERTEX" and not shading.show_specular_highlight
        assert face.mesh_object.data.attributes.active_color_name == geometry_nodes.COLOUR
        assert bpy.ops.wince.toggle_heat() == {"FINISHED"}
    assert not heat.is_shown(face) and shading.color_type == "OBJECT" and shading.show_specular_highlight
    assert face.mesh_object.data.attributes.active_color_name == active
    assert dict(screen.items()) == {} and "wince_heat_colour" not in seen_names(face.mesh_object)


def seen_names(obj):
    return {attribute.name for attribute in obj.evaluated_get(bpy.context.evaluated_depsgraph_get()).data.attributes}


def test_vectors_never_reach_subdivision(face):
    heat.show(face)
    for shown in (True, False):
        heat.set_setting(face, "Show", shown)
        assert not [name for name in seen_names(face.mesh_object) if name.startswith("wince_d_")]


def test_a_colour_the_artist_chose_meanwhile_stays(face):
    screen = bpy.data.screens["Layout"]
    shading = next(area for area in screen.areas if area.type == "VIEW_3D").spaces.active.shading
    shading.color_type = "MATERIAL"
    heat.show(face)
    viewport.sync(bpy.context.scene, screen)
    shading.color_type = "RANDOM"
    viewport.sync(bpy.context.scene, screen)                      # as after an undo: nothing is forced on the artist
    assert shading.color_type == "RANDOM"
    heat.hide(face)
    viewport.sync(bpy.context.scene, screen)
    assert shading.color_type == "RANDOM"


def test_faces_share_one_group_and_removing_leaves_nothing(face):
    modifiers = [modifier.type for modifier in face.mesh_object.modifiers]
    names = {attribute.name for attribute in face.mesh_object.data.attributes}
    before = {kind: len(getattr(bpy.data, kind)) for kind in ("node_groups", "materials", "actions")}
    bpy.ops.wince.add_face(seed=4, plain=True)
    second = faces.active(bpy.context)
    before["materials"] = len(bpy.data.materials)
    for one in (face, second):
        heat.show(one)
    assert len(bpy.data.node_groups) == before["node_groups"] + 1
    for one in (face, second):
        heat.remove(one)
    assert before == {kind: len(getattr(bpy.data, kind)) for kind in before}
    assert modifiers == [modifier.type for modifier in face.mesh_object.modifiers]
    assert names == {attribute.name for attribute in face.mesh_object.data.attributes}
    assert not face.mesh_object.animation_data or not face.mesh_object.animation_data.drivers
    assert "wince_colour_before" not in face.mesh_object.data


def test_a_duplicated_face_has_heat_of_its_own(face):
    heat.show(face)
    level(face.mesh_object)
    for obj in face.objects:
        obj.select_set(True)
    bpy.ops.object.duplicate()
    copy = next(one for one in faces.in_scene(bpy.context.scene) if one.armature != face.armature)
    aus = ActionUnits.parse("4E+10C")
    copy.set_aus(aus)
    assert not seen(face.mesh_object).any() and off(copy, aus) <= AGREE_MM


def test_a_copied_mesh_follows_its_new_rig_after_a_refresh(face):
    heat.show(face)
    bpy.ops.wince.add_face(seed=4, plain=True)
    second = faces.active(bpy.context)
    heat.show(second)
    for curve in second.mesh_object.animation_data.drivers:
        for variable in curve.driver.variables:
            variable.targets[0].id = face.armature
    heat.refresh(second)
    level(second.mesh_object)
    aus = ActionUnits.parse("9E")
    second.set_aus(aus)
    assert off(second, aus) <= AGREE_MM


def test_an_appended_face_brings_its_overlay(face, tmp_path):
    heat.show(face)
    name, person = face.mesh_object.name, face.person
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "library.blend"))
    for link in (False, True):
        bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
        with bpy.data.libraries.load(str(tmp_path / "library.blend"), link=link) as (there, here):
            here.objects = list(there.objects)
        for obj in here.objects:
            bpy.context.scene.collection.objects.link(obj)
        bones = next(obj for obj in here.objects if obj.type == "ARMATURE")
        aus = ActionUnits.parse("4E+43")
        for key, value in aus.keys().items():
            bones.pose.bones["face"][key] = value
        bones.update_tag()
        values = seen(bpy.data.objects[name])[:len(person.base)]
        assert heat.is_shown(faces.of(bones)) and abs(values.max() - heatmap.pspi_heat(person, aus).total.max()) < 0.2


@pytest.mark.parametrize("shown", [False, True])
def test_a_linked_face_is_refused_with_a_sentence(face, tmp_path, shown):
    if shown:
        heat.show(face)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "library.blend"))
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    with bpy.data.libraries.load(str(tmp_path / "library.blend"), link=True) as (there, here):
        here.objects = list(there.objects)
    for obj in here.objects:
        bpy.context.scene.collection.objects.link(obj)
    with pytest.raises(RuntimeError, match=r"is linked from .*make it local"):
        bpy.ops.wince.toggle_heat()


def test_the_panel_reads_and_writes_the_modifier(face):
    settings = face.armature.wince_heat_overlay
    assert (settings.term, settings.maximum, settings.cover) == ("ALL", 10.0, True)
    heat.show(face)
    settings.term, settings.maximum, settings.cover = "LEVATOR", 4.5, False
    assert heat.settings(face) == ("Levator", 4.5, False) and (settings.term, settings.maximum, settings.cover) == ("LEVATOR", 4.5, False)
    face.set_aus(ActionUnits.parse("10E"))
    bpy.ops.wince.fit_heat()
    assert settings.maximum == pytest.approx(np.ceil(2 * heat.peak(face)) / 2)
    assert bpy.ops.wince.remove_heat() == {"FINISHED"} and not bpy.ops.wince.remove_heat.poll()


def test_the_colour_bar_has_round_ticks():
    assert heat_colours.ticks(10) == [0, 2, 4, 6, 8, 10] and heat_colours.ticks(11.5) == [0, 2, 4, 6, 8, 10, 11.5]
    assert heat_colours.ticks(0.5) == [0, 0.1, 0.2, 0.3, 0.4, 0.5] and heat_colours.ticks(10.4) == [0, 2, 4, 6, 8, 10]
    assert [heat_colours.round_up(mm) for mm in (0, 0.2, 7.5, 7.51)] == [0.5, 0.5, 7.5, 8.0]
