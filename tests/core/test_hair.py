"""Scalp hair: the hairline, roots, grooms, the fit to a person."""

import dataclasses
import itertools

import numpy as np
import pytest

from wince.core import look as looks
from wince.core.worn import binding, hair
from wince.core.worn.hair import fit, groom, grow, scalp, solid, styles, texture

HAIRY = tuple(style for style in looks.HAIR_STYLES if style != "bald")
DRAWN = [("buzz", "coily"), ("short", "straight"), ("bob", "curly"), ("long", "straight"), ("ponytail", "wavy"), ("afro", "coily")]


@pytest.fixture(scope="module")
def grown(pack):
    """{(style, texture): Groom}"""
    return {pair: groom.groom(pack, *pair, 3, 0.0, 0.0, 0.0) for pair in DRAWN}


def dressed(person, age=None, **values):
    who = dataclasses.replace(person.identity, age=age or person.identity.age, look=looks.changed(person.identity.look, "hair", **values))
    return dataclasses.replace(person, identity=who)


def test_every_style_is_cut_and_every_texture_winds():
    assert set(styles.STYLES) == set(HAIRY)
    assert len(HAIRY) >= 8
    assert set(texture.TEXTURES) == set(looks.HAIR_TEXTURES)


def test_a_resampled_line_is_cut_where_it_is_asked():
    line = np.zeros((1, 11, 3))
    line[0, :, 2] = np.linspace(0, 1, 11)
    out = grow.resample(line, np.array([1.0]), np.array([0.35]), 6)
    np.testing.assert_allclose(out[0, :, 2], np.linspace(0, 0.35, 6), atol=1e-12)


def test_the_hairline_is_one_forehead_above_the_brows(pack):
    line = scalp.hairline(0.0, 0.0)
    forehead = pack.base[(abs(pack.base[:, 0]) < 1e-4) & pack.exterior & (pack.base[:, 1] < -0.06)].astype(float)
    edge = forehead[abs(scalp.inside(forehead, line)).argmin()]
    assert 0.195 < edge[2] < 0.220                                        # the brows are at 0.157
    assert scalp.inside(np.array([[0.0, -0.02, 0.245]]), line)[0] > 0.05   # the crown
    assert scalp.inside(np.array([[0.0, -0.139, 0.16]]), line)[0] < -0.03  # the glabella


def test_a_receding_hairline_only_goes_back_and_the_wreath_stays():
    lines = [scalp.hairline(1.0, receded)[:, 1] for receded in (0.0, 0.3, 0.6, 1.0)]
    assert all((late >= early - 1e-9).all() for early, late in itertools.pairwise(lines))
    points = np.array([[0.02, -0.08, 0.235], [0.0, 0.05, 0.15]])          # front top; back of the head
    full, bald = (scalp.density(points, scalp.inside(points, scalp.hairline(1.0, r)), r, 0.0) for r in (0.0, 1.0))
    np.testing.assert_allclose(full, 1)
    assert bald[0] == 0
    assert bald[1] == 1


def test_no_root_is_on_the_face_or_an_ear(pack, grown):
    corners = grown[("long", "straight")].fit.corners
    place = pack.base[corners].mean(axis=1)
    assert not ((place[:, 1] < -0.09) & (place[:, 2] < 0.17)).any()
    assert (scalp.ears(pack)[corners].min(axis=1) < 0.5).all()


def test_the_solid_knows_how_far_the_skin_is(pack):
    body = solid.of_pack(pack)
    _, _, points, normals = scalp.roots(pack, 1, 500)
    for height in (0.005, 0.02):
        distance, outward = body.at(points + height * normals)
        assert np.median(abs(distance - height)) < 0.0005
        assert np.median(np.einsum("ni,ni->n", outward, normals)) > 0.98


@pytest.mark.parametrize("pair", DRAWN)
def test_a_groom_is_sound(grown, pair):
    made = grown[pair]
    count, steps, _, _ = made.points.shape
    assert np.isfinite(made.points).all()
    assert made.faces.max() == count * steps * 2 - 1
    assert len(made.faces) == count * (steps - 1)
    assert len(made.uv) == count * steps * 2
    assert count * steps <= groom.MOST_POINTS
    np.testing.assert_allclose(np.linalg.norm(made.normals, axis=-1), 1, atol=1e-3)


@pytest.mark.parametrize("pair", DRAWN)
def test_hair_stays_out_of_the_head_and_off_the_face(pack, grown, pair):
    middle = grown[pair].points.mean(axis=2)[:, 2:].reshape(-1, 3).astype(float)
    distance, _ = solid.of_pack(pack).at(middle)
    x, y, z = middle.T
    assert (distance[(abs(x) < 0.19) & (z > -0.12)] > -0.0007).mean() > 0.996          # the rest lies in the shoulders, out of sight
    before = (abs(x) < 0.035) & (y < -0.09) & (z > 0.02) & (z < 0.155)    # eyes, nose, mouth
    assert before.mean() < 0.0005


@pytest.mark.parametrize("pair", DRAWN)
def test_strands_are_thin(grown, pair):
    points = grown[pair].points
    width = np.linalg.norm(points[:, :, 1] - points[:, :, 0], axis=-1)
    assert width.max() < 0.0014
    assert np.median(width) < 0.0009


def test_lengths_are_the_styles(grown):
    lowest = {pair: made.points[..., 2].min() for pair, made in grown.items()}
    assert lowest[("long", "straight")] < -0.08 < lowest[("bob", "curly")]
    assert abs(lowest[("bob", "curly")] - styles.STYLES["bob"].hem) < 0.02
    reach = np.linalg.norm(np.ptp(grown[("buzz", "coily")].points.mean(axis=2), axis=1), axis=-1)
    assert np.percentile(reach, 95) < 0.010


def test_an_afro_is_as_wide_on_both_sides(grown):
    points = grown[("afro", "coily")].points
    assert abs(points[..., 0].max() + points[..., 0].min()) < 0.015
    assert np.percentile(points[..., 2], 99) > 0.265


def test_the_average_adult_needs_no_fit(pack, grown):
    made = grown[("bob", "curly")]
    assert abs(fit.motion(made.fit, pack, binding.rest(pack))).max() == 0


def test_a_head_that_moves_as_a_whole_takes_its_hair_along(pack, grown):
    moved = fit.motion(grown[("long", "straight")].fit, pack, binding.rest(pack) + np.array([0.01, -0.02, 0.03]))
    np.testing.assert_allclose(moved, np.broadcast_to([0.01, -0.02, 0.03], moved.shape), atol=1e-6)


def test_roots_go_with_the_skin_exactly(pack, grown):
    made = grown[("short", "straight")].fit
    base = binding.rest(pack) + pack.shapes.mix({pack.shapes.names[0]: 1.0})
    moved = fit.motion(made, pack, base)[:, 0]
    wanted = np.einsum("nk,nki->ni", made.weights, (base - binding.rest(pack))[made.corners])
    np.testing.assert_allclose(moved, wanted, atol=1e-5)


def test_the_same_person_has_the_same_hair_and_another_seed_other_hair(person):
    groom.groom.cache_clear()
    first = hair.make(dressed(person, style="short"))
    groom.groom.cache_clear()
    again = hair.make(dressed(person, style="short"))
    np.testing.assert_array_equal(first.points, again.points)
    other = dressed(person, style="short")
    other = dataclasses.replace(other, identity=dataclasses.replace(other.identity, look=dataclasses.replace(other.identity.look, seed=9)))
    assert len(hair.make(other).points) != len(first.points) or abs(hair.make(other).points - first.points).max() > 0.001


def test_colour_and_greying_grow_no_new_hair(person):
    first = hair.make(dressed(person, style="short", colour="black"))
    misses = groom.groom.cache_info().misses
    hair.make(dressed(person, style="short", colour="blond", grey=1.0))
    assert groom.groom.cache_info().misses == misses
    assert first.values[hair.STRAND].shape == (len(first.points),)
    assert first.values[hair.NORMAL].shape == first.points.shape


def test_a_bald_head_has_no_hair_and_a_shaven_scalp_has_roots(person):
    bald = dressed(person, style="bald")
    assert hair.make(bald) is None
    assert hair.scalp_density(bald).max() > 0.8


def test_years_take_hair(person):
    young, old = (dressed(person, age=age, style="short", receding=1.0) for age in (25.0, 88.0))
    assert hair.scalp_density(old).sum() < 0.6 * hair.scalp_density(young).sum()
    assert len(hair.make(old).points) < 0.75 * len(hair.make(young).points)


def test_the_scalp_is_dense_where_hair_grows_alone(pack, person):
    density = hair.scalp_density(person)
    assert density.shape == (len(pack.base),)
    assert density.min() >= 0 and density.max() <= 1
    assert not density[~pack.exterior].any()
    assert not density[pack.regions["nose_tip"] > 0.5].any()
