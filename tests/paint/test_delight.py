"""Light out of painted skin: exact where the light is of the model's kind, nothing where there is none, and albedo stays albedo."""

import numpy as np
import pytest

pytest.importorskip("scipy")

from wince.core import colour
from wince.core.skin import ground, paint
from wince_headless.paint.finish import delight, light, points, transfer
from wince_headless.paint.surface import Mesh


@pytest.fixture(scope="module")
def ways():
    return transfer.directions()


@pytest.fixture(scope="module")
def carried(surface, ways):
    return transfer.of(surface.mesh, ways)


@pytest.fixture(scope="module")
def built_in(person, surface):
    return surface.at(paint.albedo(person, surface.size))


@pytest.fixture(scope="module")
def ones(surface):
    return np.ones(len(surface.index), np.float32)


def off(found, truth, surface):
    """Return the mean CIEDE2000 over bare skin, means set equal."""
    weight = surface.skin * surface.area
    found = found * ((weight @ truth) / (weight @ found))
    return float(weight @ colour.difference(colour.to_lab(found), colour.to_lab(truth)) / weight.sum())


def ball(count=40):
    """Return a Mesh of a sphere of 0.1 m around the origin."""
    turn, tilt = np.meshgrid(np.arange(2 * count) * np.pi / count, (np.arange(count) + 0.5) * np.pi / count)
    normals = np.stack([np.sin(tilt) * np.cos(turn), np.sin(tilt) * np.sin(turn), np.cos(tilt)], axis=2).reshape(-1, 3).astype(np.float32)
    row, column = np.divmod(np.arange((count - 1) * 2 * count), 2 * count)
    a, b = row * 2 * count + column, row * 2 * count + (column + 1) % (2 * count)
    triangles = np.concatenate([np.stack([a, b, a + 2 * count], 1), np.stack([b, b + 2 * count, a + 2 * count], 1)])
    return Mesh(0.1 * normals, normals, triangles.astype(np.int32), np.full((len(triangles), 3, 2), np.nan, np.float32))


def test_directions_are_even_unit_vectors_with_mirror_and_opposite(ways):
    assert np.allclose(np.linalg.norm(ways, axis=1), 1) and np.abs(ways.mean(axis=0)).max() < 1e-9
    assert np.abs(ways.T @ ways / len(ways) - np.eye(3) / 3).max() < 0.01
    assert np.allclose(np.sort(ways @ ways.T, axis=1)[:, 0], -1) and np.allclose(ways[96:], ways[:96] * [-1, 1, 1])


def test_a_ball_hides_nothing_that_faces_the_light(ways):
    mesh = ball()
    found, cosine = transfer.of(mesh, ways[::8]), np.maximum(mesh.normals @ ways[::8].T, 0)
    assert np.abs(found - cosine)[cosine > 0.3].max() < 1e-5
    assert np.abs(transfer.of(mesh, ways).mean(axis=1) * 4 - 1).max() < 0.1       # an even sky lights it evenly


def test_what_lies_behind_another_is_in_its_shadow():
    mesh = ball()
    both = np.concatenate([mesh.points, 0.3 * mesh.points + [0, -0.3, 0]])
    triangles = np.concatenate([mesh.triangles, mesh.triangles + len(mesh.points)])
    seen, opposite = transfer.visible(both, triangles, np.array([0.0, -1.0, 0.0]))
    front = mesh.points[:, 1] < -0.08
    across = np.hypot(*mesh.points[:, [0, 2]].T)
    own = seen[:len(mesh.points)]
    assert own[front & (across < 0.024)].max() == 0 and own[front & (across > 0.036)].min() > 0.999
    assert opposite[:len(mesh.points)][front].max() == 0 and opposite[:len(mesh.points)][mesh.points[:, 1] > 0.08].min() > 0.999


def test_texels_and_points_speak_of_the_same_places(surface):
    on = points.of(surface)
    known = on.weights.sum(axis=1) > 0.5
    assert known[surface.paint > 0.5].all()
    assert np.abs(on.at(surface.mesh.points) - surface.points)[known].max() < 1e-5
    means, weight = on.mean(surface.points[:, 2:], surface.area)
    assert np.abs(means[:, 0] - surface.mesh.points[:, 2])[weight > 0].max() < 0.02


def test_harmonic_light_on_one_colour_is_found_exactly(surface, ones):
    log = light.harmonics(surface.mesh.normals) @ [0, 0.3, -0.4, 0.2, 0.1, 0, -0.1, 0.05, 0.1]
    lit = 0.4 * np.exp(points.of(surface).at(log[:, None])) * np.ones((1, 3))
    found, report = delight.delight(lit, ones, surface, model="harmonics")
    skin = found[surface.skin > 0.3]
    assert np.abs(skin / skin.mean(axis=0) - 1).max() < 0.03
    assert report.baked_r2_before > 0.99 and report.light.shape == (9, 3)


def test_light_with_shadows_is_found_where_harmonics_fail(surface, carried, ones, built_in, ways):
    sky = 0.3 * 4 / len(ways) * carried.sum(axis=1)
    sun = carried[:, np.argmax(ways @ [0.5, -0.6, 0.62])]
    lit = built_in * np.maximum(points.of(surface).at((0.1 + sky + 2 * sun)[:, None]), 0.05)
    found, report = delight.delight(lit, ones, surface, built_in, carried=carried)
    plain, _ = delight.delight(lit, ones, surface, built_in, model="harmonics")
    before, after, without = (off(values, built_in, surface) for values in (lit, found, plain))
    assert before > 5 and after < 0.5 and after < without / 3
    strongest = ways[report.light.far[:len(ways)].sum(axis=1).argmax()]
    assert strongest @ [0.5, -0.6, 0.62] > 0.95


def test_colours_of_light_are_told_apart(surface, carried, ones, built_in, ways):
    warm, cool = (carried[:, np.argmax(ways @ way)][:, None] * tint for way, tint in (([0.7, -0.7, 0.1], [1.2, 1, 0.7]),
                                                                                     ([-0.7, -0.7, 0.1], [0.5, 0.7, 1.0])))
    lit = built_in * points.of(surface).at(0.3 + warm + cool)
    found, _ = delight.delight(lit, ones, surface, built_in, carried=carried)
    assert off(lit, built_in, surface) > 4 and off(found, built_in, surface) < 0.6


def test_unlit_skin_is_left_alone(surface, carried, ones, built_in):
    known, report = delight.delight(built_in, ones, surface, built_in, carried=carried)
    unknown, _ = delight.delight(built_in, ones, surface, carried=carried)
    assert np.abs(known / built_in - 1).max() < 1e-3 and report.contrast == pytest.approx(1, abs=1e-3)
    assert off(unknown, built_in, surface) < 1.0


def test_once_is_enough(surface, carried, ones, built_in, ways):
    lit = built_in * points.of(surface).at(0.3 + carried[:, np.argmax(ways @ [0.6, -0.6, 0.5])][:, None])
    once, _ = delight.delight(lit, ones, surface, built_in, carried=carried)
    twice, _ = delight.delight(once, ones, surface, built_in, carried=carried)
    assert off(twice, once, surface) < 0.3


def test_lips_and_lids_stay_what_they_are(person, surface, carried, ones, built_in, ways):
    here = ground.of(person.pack, surface.size)
    lip, cheek = (surface.at(here.maps[name].reshape(surface.size, -1)) * surface.paint * surface.area for name in ("lip", "cheek"))
    lit = built_in * points.of(surface).at(0.4 + carried[:, np.argmax(ways @ [0.3, -0.9, 0.3])][:, None])
    found, _ = delight.delight(lit, ones, surface, carried=carried)                # without being told what to expect
    contrast = [np.log((lip @ values) / lip.sum() / ((cheek @ values) / cheek.sum())) for values in (built_in, found)]
    assert np.abs(contrast[0] - contrast[1]).max() < 0.06


def test_what_was_not_seen_does_not_count(surface, carried, ones, built_in, ways):
    lit = built_in * points.of(surface).at(0.4 + carried[:, np.argmax(ways @ [0.6, -0.6, 0.5])][:, None])
    seen = (surface.points[:, 0] < 0.02).astype(np.float32)
    spoilt = np.where(seen[:, None] > 0, lit, [[0.9, 0.0, 0.9]])
    one, other = (delight.delight(values, seen, surface, built_in, carried=carried)[0] for values in (lit, spoilt))
    where = (seen > 0) & (surface.paint > 0.5)
    assert np.allclose(one[where], other[where], rtol=1e-5)


def test_nothing_seen_is_nothing_taken_out(surface, built_in):
    found, report = delight.delight(built_in, np.zeros(len(built_in), np.float32), surface)
    assert np.array_equal(found, built_in) and report.model == "none"


def test_where_it_was_too_dark_the_expected_skin_stands(surface, carried, ones, built_in, ways):
    shade = np.maximum(points.of(surface).at(carried[:, np.argmax(ways @ [0.95, -0.3, 0])][:, None]), 0.001)
    found, report = delight.delight(built_in * shade, ones, surface, built_in, carried=carried)
    ratio = (found / built_in)[(shade[:, 0] <= 0.001) & (surface.skin > 0.5)]
    assert report.dark > 0.1 and np.quantile(np.abs(ratio / np.median(ratio) - 1), 0.8) < 0.05


def test_bakedness_is_one_for_harmonics_and_none_for_noise(rng):
    normals = rng.standard_normal((4000, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    ones = np.ones(4000)
    assert delight.bakedness(light.harmonics(normals) @ rng.standard_normal(9), ones, normals) == pytest.approx(1)
    assert delight.bakedness(rng.standard_normal(4000), ones, normals) < 0.02
    assert delight.bakedness(ones, ones, normals) == 0


def test_a_mirror_image_of_a_mirror_image_is_near_itself(surface):
    twin = delight.mirrored(surface.mesh)
    there = np.linalg.norm(surface.mesh.points[twin[twin]] - surface.mesh.points, axis=1)
    assert np.quantile(there, 0.95) < 0.004
