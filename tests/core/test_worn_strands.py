"""Strands on the skin: where they are, how long, that they keep off eyes and lips; the surface that they are measured from."""

import dataclasses

import numpy as np
import pytest

from wince.core import look as looks
from wince.core import rig, subdivision
from wince.core.facs.action_units import ActionUnits
from wince.core.facs.table import SIDES
from wince.core.skin import areas
from wince.core.worn import binding, brows, facial_hair, ground, lashes, melanin, strands
from wince.core.worn.piece import SKIN

CUBE = np.array([[x, y, z] for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-1.0, 1.0)])
SIDES_OF_CUBE = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]])


def with_look(person, part, **values):
    look = looks.changed(person.identity.look, part, **values)
    return dataclasses.replace(person, identity=dataclasses.replace(person.identity, look=look))


def curves(piece, steps):
    """Return the middle lines (N, S, 3) of a piece's ribbons."""
    return piece.points.reshape(-1, steps, 2, 3).mean(axis=2)


def posed(person, piece, steps, codes):
    """Return the middle lines on a posed face, before its bones."""
    seen = binding.smooth(person.pack).of(rig.deform(person, ActionUnits.parse(codes)))
    return binding.place(piece.binding, seen).reshape(-1, steps, 2, 3).mean(axis=2)


def test_a_cubes_corners_move_to_five_ninths_in_one_step_and_a_half_at_the_limit():
    points, small, parent = subdivision.refine(CUBE, SIDES_OF_CUBE)
    assert points.shape == (26, 3) and small.shape == (24, 4) and set(parent) == set(range(6))
    np.testing.assert_allclose(np.abs(points[:8]), 5 / 9)
    once = subdivision.limit(SIDES_OF_CUBE, 8).of(CUBE)
    np.testing.assert_allclose(subdivision.limit(small, 26).of(points)[:8], once)        # subdividing does not move the limit
    np.testing.assert_allclose(np.abs(once), 1 / 2)


def test_a_flat_grid_stays_where_it_is_inside():
    x, y = np.meshgrid(np.arange(4.0), np.arange(4.0), indexing="ij")
    points = np.stack([x.ravel(), y.ravel(), 0 * x.ravel()], axis=1)
    k = np.arange(16).reshape(4, 4)
    faces = np.stack([k[:-1, :-1], k[1:, :-1], k[1:, 1:], k[:-1, 1:]], axis=-1).reshape(-1, 4)
    rows = subdivision.limit(faces, 16)
    np.testing.assert_allclose(rows.of(points)[[5, 6, 9, 10]], points[[5, 6, 9, 10]], atol=1e-12)
    np.testing.assert_allclose(rows.some(np.array([9, 5])).of(points), points[[9, 5]], atol=1e-12)


def test_roots_lie_on_the_ground_where_the_density_is(pack, rng):
    soil = ground.of(pack)
    weight = (soil.points[:, 0] > 0.01).astype(float) * (np.linalg.norm(soil.normals, axis=1) > 0)
    chosen, share = soil.scatter(weight, 500, rng)
    roots = soil.at(chosen, share, soil.points)
    assert (roots[:, 0] > 0.005).all() and np.allclose(share.sum(axis=1), 1)


def test_pigments_order_the_colours_from_black_to_blond():
    light = [melanin.rgb(name).mean() for name in ("black", "dark_brown", "brown", "light_brown", "dark_blond", "blond")]
    assert light == sorted(light) and melanin.rgb("red")[0] > 2 * melanin.rgb("red")[2]
    assert set(melanin.PIGMENTS) == set(looks.HAIR_COLOURS)


def test_beards_grey_first_and_lashes_last(person):
    who = dataclasses.replace(person.identity, age=60.0)
    shares = [melanin.grey(who, kind) for kind in ("beard", "hair", "brow_hair", "lash_hair")]
    assert shares == sorted(shares, reverse=True) and melanin.grey(dataclasses.replace(who, age=22.0), "beard") < 0.02


def test_the_same_person_has_the_same_strands_and_another_seed_others(person):
    one, two = brows.make(person), brows.make(person)
    np.testing.assert_array_equal(one.points, two.points)
    look = dataclasses.replace(person.identity.look, seed=9)
    other = dataclasses.replace(person, identity=dataclasses.replace(person.identity, look=look))
    assert brows.make(other).points.shape != one.points.shape or np.abs(brows.make(other).points - one.points).max() > 1e-4


def test_brows_lie_close_on_the_skin_within_their_region(person):
    piece = brows.make(person)
    line = curves(piece, brows.STEPS)
    assert piece.follows == SKIN and 250 <= len(line) / 2 <= 500
    np.testing.assert_allclose(binding.place(piece.binding, binding.shown(person)), piece.points, atol=1e-9)
    lengths = np.linalg.norm(np.diff(line, axis=1), axis=2).sum(axis=1)
    assert 0.002 < lengths.min() and 0.004 < np.median(lengths) < 0.010 and lengths.max() < 0.028
    corners = piece.binding.corners.reshape(len(line), -1, 3)[:, 0]
    assert (person.pack.brow[corners].max(axis=1) > -4).all() and person.pack.exterior[corners].all()
    out = np.einsum("nsi,ni->ns", line - line[:, :1], binding.frames(binding.shown(person)[corners])[:, 2])
    assert np.percentile(out, 3) > -0.0019 and np.percentile(out, 97) < 0.003       # the ridge is round
    left = np.sign(line[:, 0, 0])
    assert np.mean((line[:, -1, 0] - line[:, 0, 0]) * left > 0) > 0.9                    # outwards, on both sides


def test_brows_have_a_shape_of_their_own_that_gender_and_years_change():
    def mean(man, sparse=0.0):
        look = brows.Signs(0.5, 0.6, man, sparse, 0.0)
        return [np.mean([getattr(brows.shape(seed, look, "L"), name) for seed in range(40)]) for name in ("start", "end", "arch", "half")]

    woman, man, old = mean(0.0), mean(1.0), mean(0.0, 0.3)
    assert woman[0] > man[0] and woman[2] > man[2] + 1 and woman[3] < man[3] and old[1] < woman[1] - 1
    one = brows.Signs(0.5, 0.6, 1.0, 0.0, 0.0)
    shapes = [brows.shape(seed, one, "L") for seed in range(40)]
    assert np.std([shape.arch for shape in shapes]) > 0.5 and np.ptp([shape.start for shape in shapes]) > 2
    sides = np.array([[brows.shape(seed, one, side).arch for side in SIDES] for seed in range(40)])
    assert 0 < np.abs(sides[:, 0] - sides[:, 1]).mean() < 0.5 * sides.std()                # nearly alike


def test_a_brow_thins_out_at_its_inner_end_and_its_ground_lies_under_it(person):
    line = curves(brows.make(person), brows.STEPS)[:, 0]
    made = brows._groom(person.pack, brows._seed(person.identity), brows.signs(person.identity))
    roots = binding.place(made.tied, binding.rest(person.pack)).reshape(-1, brows.STEPS, 3)[:, 0]
    aside = np.abs(roots[:, 0]) * 1000
    first, body = ((aside > low) & (aside < low + 4) for low in (aside.min() + 1, 22.0))
    assert len(line) == len(roots) and 0 < first.sum() < 0.6 * body.sum()
    frame = areas.frontal(person.pack)
    offset = person.pack.base[0, 2] * 1000 - frame[0, 2]
    under = brows.cover(person, roots[:, 0] * 1000, roots[:, 2] * 1000 - offset)
    assert np.mean(under > 0.1) > 0.8 and brows.cover(person, np.array([0.0, 60.0, 30.0]), np.array([20.0, 0.0, 60.0])).max() < 0.05


def test_hair_without_pigment_is_warm_on_the_face():
    for kind in ("brow_hair", "beard"):
        red, green, blue = melanin.white(kind)
        assert red > green > blue > 0.7 * red


def test_thickness_and_density_show_and_years_thin(person):
    count = lambda **values: len(brows.make(with_look(person, "brows", **values)).faces)      # noqa: E731
    assert count(density=0.1) < count(density=0.9) and count(thickness=0.1) < count(thickness=0.9)
    young, old = (dataclasses.replace(person, identity=dataclasses.replace(person.identity, age=age)) for age in (30.0, 90.0))
    assert len(brows.make(old).faces) < len(brows.make(young).faces) and len(lashes.make(old).faces) < len(lashes.make(young).faces)


def clearance(person, line):
    """Return how far the outer thirds of strands keep off the eyeballs at least, metres; an old lid's margin may press into one."""
    gaps = [np.linalg.norm(line[:, 4:] - person.eyes[side].centre, axis=-1) - person.eyes[side].radius for side in SIDES]
    return np.min(gaps)


@pytest.mark.parametrize("codes", ["5E", "43", "6E+7E", "4E+6E+7E+9E+43", "64D", "63D", "45"])
def test_lashes_never_poke_into_an_eyeball(person, codes):
    piece = lashes.make(person)
    assert clearance(person, posed(person, piece, lashes.STEPS, codes)) > 0.0001


def test_upper_lashes_rise_from_open_eyes_and_point_down_and_out_from_closed_ones(person):
    piece = lashes.make(person)
    corners = piece.binding.corners.reshape(-1, lashes.STEPS * 2, 3)[:, 0]
    for s in range(len(SIDES)):
        upper = np.isin(corners[:, 0], person.pack.eye_rings[s][lashes.FRONT][5:11])
        assert upper.sum() > 15
        lines = [posed(person, piece, lashes.STEPS, codes) for codes in ("", "43")]
        ways = [(line[:, -1] - line[:, 0])[upper].mean(axis=0) for line in lines]
        assert ways[0][2] > 0.001 and ways[1][2] < -0.001 and max(way[1] for way in ways) < -0.002


@pytest.mark.parametrize("style", facial_hair.STYLES)
def test_a_beard_leaves_the_lips_free_at_rest_and_with_the_mouth_open(person, style):
    piece = facial_hair.make(with_look(person, "facial_hair", style=style))
    steps, lips = facial_hair.STYLES[style].steps, areas.lips(person.pack)
    soil = ground.of(person.pack)
    wide = soil.spread(lips)
    rest = binding.place(piece.binding, binding.rest(person.pack)).reshape(-1, steps, 2, 3).mean(axis=2)
    near = soil.near(rest[:, -1], np.flatnonzero(wide + soil.spread(areas.beard_area(person.pack)) > 0.01))
    assert np.mean(wide[near] > 0.5) < 0.02
    opened = posed(person, piece, steps, "27E")
    assert np.isfinite(opened).all() and np.abs(opened - curves(piece, steps)).max() < 0.08
    assert len(piece.faces) < 20_000


def test_beards_grow_where_their_style_says(person):
    pack, frame = person.pack, areas.frontal(person.pack)
    cheek = (np.abs(frame[:, 0]) > 45) & (areas.beard_area(pack) > 0.8) & (frame[:, 2] > -100)
    chin = (np.abs(frame[:, 0]) < 12) & (frame[:, 2] < -88) & (frame[:, 2] > -105) & (areas.beard_area(pack) > 0.8)
    assert cheek.any() and chin.any()
    assert facial_hair.cover(pack, "moustache")[cheek | chin].max() < 0.05 and facial_hair.cover(pack, "goatee")[cheek].max() < 0.05
    assert facial_hair.cover(pack, "goatee")[chin].min() > 0.5 and facial_hair.cover(pack, "full_beard")[cheek].min() > 0.5
    assert facial_hair.cover(pack, "none").max() == 0 and facial_hair.make(with_look(person, "facial_hair", style="none")) is None


def test_ribbons_have_faces_and_uv_in_step():
    line = np.linspace([0.0, 0, 0], [0, 0, 1], 4)[None]
    points, faces, uv = strands.ribbons(line, np.full((1, 4), 0.2), np.tile([1.0, 0, 0], (1, 4, 1)))
    assert points.shape == (8, 3) and faces.tolist() == [[0, 1, 3, 2], [2, 3, 5, 4], [4, 5, 7, 6]]
    np.testing.assert_allclose(uv[:, 1], [0, 0, 1 / 3, 1 / 3, 2 / 3, 2 / 3, 1, 1])
    np.testing.assert_allclose(points[:2, 0], [-0.1, 0.1])


@pytest.mark.parametrize("age", [30.0, 55.0, 85.0])
def test_grey_strands_keep_the_mean_and_stand_out_less(person, age):
    who = dataclasses.replace(person.identity, age=age)
    for kind in ("hair", "beard"):
        share, (dark, pale) = melanin.grey(who, kind), melanin.pair(who, kind)
        np.testing.assert_allclose((1 - share) * dark + share * pale, melanin.mean_rgb(who, kind), atol=1e-9)
        assert np.ptp([dark.mean(), pale.mean()]) < 0.7 * abs(np.mean(melanin.white(kind)) - melanin.kept(who, kind).mean())
