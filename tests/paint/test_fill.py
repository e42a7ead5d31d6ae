"""What no view saw takes its colours from what lies near it: exactly on a plane and a tube, then on a person."""

import numpy as np
import pytest

pytest.importorskip("scipy")

from dataclasses import replace

from wince.core.skin import paint as skin
from wince_headless.paint.finish import bands, fill

SIZE = 128
GREY = np.array((0.3, 0.3, 0.3), np.float32)


@pytest.fixture(scope="module")
def tube(toys):
    pack = toys.cylinder()
    return toys.surface(pack, SIZE)


@pytest.fixture(scope="module")
def builtin(person, surface):
    return surface.at(skin.albedo(person, surface.size))


def flat(surface, colour=GREY):
    return np.broadcast_to(np.float32(colour), (len(surface.index), 3)).copy()


def belt(surface, low=0.1, high=0.15):
    """Return the texels of a tube (N,) bool between two heights."""
    return (surface.points[:, 2] > low) & (surface.points[:, 2] < high)


def test_what_was_seen_stays_to_the_bit(tube):
    colour = np.random.default_rng(0).random((len(tube.index), 3)).astype(np.float32)
    hole = belt(tube)
    out, filled = fill.fill(colour, np.where(hole, 0, 1), tube)
    assert np.array_equal(out[~hole], colour[~hole]) and np.array_equal(filled, hole)


def test_nothing_to_fill_changes_nothing(tube):
    colour = flat(tube)
    out, filled = fill.fill(colour, np.ones(len(colour)), tube)
    assert np.array_equal(out, colour) and not filled.any()


def test_a_hole_in_one_colour_is_that_colour(tube):
    hole = belt(tube)
    out, _ = fill.fill(np.where(hole[:, None], 9.0, flat(tube)), np.where(hole, 0, 1), tube)
    assert np.allclose(out, GREY, rtol=1e-3)


def test_between_two_colours_it_goes_over_steadily(tube):
    """On a tube the membrane between two rings is a straight line of the logarithm: known exactly."""
    hole, up = belt(tube), tube.points[:, 2]
    colour = np.where((up < 0.12)[:, None], np.float32((0.1, 0.2, 0.4)), np.float32((0.4, 0.2, 0.1)))
    out, _ = fill.fill(colour, np.where(hole, 0, 1), tube)
    share = np.clip((up[hole] - 0.1) / 0.05, 0, 1)
    wanted = np.log(0.1) + share * np.log(4)
    assert np.abs(np.log(out[hole, 0]) - wanted).max() < 0.2
    assert np.abs(np.log(out[hole, 0]) - wanted).mean() < 0.06
    assert np.allclose(out[hole, 1], 0.2, rtol=1e-3)


def test_no_edge_where_filling_begins(tube):
    """A colour that changes slowly in space is met on both sides of the hole, across the cut of the atlas too."""
    turn = np.arctan2(tube.points[:, 0], tube.points[:, 1])
    colour = np.exp(np.stack([0.3 * np.sin(turn), 0.3 * np.cos(turn), 0 * turn], axis=1) - 1).astype(np.float32)
    hole = belt(tube, 0.11, 0.14)
    out, _ = fill.fill(np.where(hole[:, None], 0, colour), np.where(hole, 0, 1), tube)
    assert np.abs(np.log(out) - np.log(colour))[hole].max() < 0.06


def test_bad_views_are_blended_not_switched(tube):
    weight = np.clip((tube.points[:, 2] - 0.1) / 0.05, 0, 1)
    out, filled = fill.fill(flat(tube, (0.6, 0.6, 0.6)) * np.where(weight > 0, 1, 0)[:, None], weight, tube)
    assert np.allclose(out, 0.6, rtol=1e-2)                                        # what was believed a little is enough to know
    assert 0 < filled.mean() < 0.9 and np.array_equal(filled, weight < fill.UNSEEN)


def test_the_other_side_of_the_skin_gives_nothing(toys):
    """A thin wall: red in front, blue behind; the hole in front turns red, though blue is nearer."""
    points, faces, uv, uv_faces = toys._grid(lambda s, t: (0.1 * s, 0.001 * (t > 0.5), 0.1 * np.minimum(t, 1 - t) * 2), 20, 41)
    surface = toys.surface(toys.pack(points, faces, 0.1 + 0.8 * uv, uv_faces), SIZE)
    front = surface.points[:, 1] < 0.0005
    hole = front & (np.linalg.norm(surface.points[:, [0, 2]] - 0.05, axis=1) < 0.012)
    colour = np.where(front[:, None], np.float32((0.6, 0.1, 0.1)), np.float32((0.1, 0.1, 0.6)))
    out, _ = fill.fill(np.where(hole[:, None], 0, colour), np.where(hole, 0, 1), surface)
    assert hole.sum() > 30 and np.allclose(out[hole], (0.6, 0.1, 0.1), rtol=0.1)


def test_a_filled_place_has_the_guides_structure_and_the_paintings_tone(tube):
    dark = np.abs(tube.points[:, 2] - 0.125) < 0.008
    guide = np.where(dark[:, None], np.float32(0.1), np.float32(0.4)) * np.ones((1, 3), np.float32)
    painting, hole = guide * np.float32((1.5, 1.0, 0.8)), belt(tube)
    out, _ = fill.fill(np.where(hole[:, None], 0, painting), np.where(hole, 0, 1), tube, guide)
    assert np.allclose(out, painting, rtol=0.03)


def test_the_mirrored_side_counts_where_it_was_seen(tube):
    """One half is not seen; the other has a dark spot in its middle: so has the filled one, softly."""
    left = tube.points[:, 0] > 0
    spot = np.exp(-np.sum((np.abs(tube.points) - (0.05, 0, 0.125)) ** 2, axis=1) / 0.02 ** 2)
    colour = (0.5 * np.exp(-spot))[:, None].astype(np.float32) * np.ones((1, 3), np.float32)
    out, _ = fill.fill(np.where(left[:, None], colour, 0), left.astype(float), tube)
    middle = ~left & (spot > 0.9)
    plain = ~left & (spot < 0.05) & (np.abs(tube.points[:, 0]) > 0.03)
    assert out[middle].mean() < 0.72 * out[plain].mean()


def test_grain_goes_on_in_what_is_filled(person, surface, builtin):
    """The painting is grainier than the built-in skin: a filled cheek is as grainy as the other."""
    rng = np.random.default_rng(2)
    painting = (builtin * np.exp(0.15 * rng.standard_normal((len(builtin), 1)))).astype(np.float32)
    nose = surface.points[np.argmin(surface.points[:, 1])]
    hole, other = (np.linalg.norm(surface.points - nose - (side * 0.035, 0.02, -0.01), axis=1) < 0.014 for side in (1, -1))
    out, _ = fill.fill(np.where(hole[:, None], 0, painting), np.where(hole, 0.0, 1.0), surface, builtin)
    there = np.log(out[:, 1] / builtin[:, 1])
    assert there[hole].std() == pytest.approx(there[other].std(), rel=0.3)
    assert np.abs(np.log(out[hole]).mean() - np.log(painting[hole]).mean()) < 0.05
    again = fill.fill(np.where(hole[:, None], 0, painting), np.where(hole, 0.0, 1.0), surface, builtin, seed=1)[0]
    assert (again != out)[hole].any() and np.array_equal(again[~hole], out[~hole])


def test_all_of_a_person_is_filled_and_twice_the_same(surface, builtin):
    weight = np.clip(-surface.normals[:, 1], 0, 1)                                 # one view from the front
    painting = np.where(weight[:, None] > 0, builtin * np.float32((1.2, 1.0, 0.9)), 0).astype(np.float32)
    out, filled = fill.fill(painting, weight, surface, builtin)
    painted = surface.paint > 0
    assert np.isfinite(out).all() and (out[painted] > 0).all() and filled[painted].mean() > 0.1
    assert np.array_equal(filled, painted & (weight < fill.UNSEEN))
    tinted = np.median((out / builtin)[painted], axis=0)
    assert np.allclose(tinted, (1.2, 1.0, 0.9), rtol=0.03)
    assert np.array_equal(out, fill.fill(painting, weight, surface, builtin)[0])


def test_where_nothing_was_seen_the_built_in_skin_is_worn(surface, builtin):
    out, filled = fill.fill(np.zeros_like(builtin), np.zeros(len(builtin)), surface, builtin)
    assert np.allclose(out[filled], builtin[filled], rtol=1e-5) and filled.any()


def test_what_may_not_be_painted_keeps_the_built_in_skin_in_the_paintings_tone(surface, builtin):
    painting = np.where(surface.paint[:, None] > 0, builtin * np.float32((1.25, 1, 1)), 0.9).astype(np.float32)
    out = fill.blend(painting, surface, builtin)
    assert np.array_equal(out[surface.paint >= 1], painting[surface.paint >= 1])
    under = surface.paint == 0
    assert np.allclose(np.median((out / builtin)[under], axis=0), (1.25, 1, 1), rtol=0.05)


def test_blend_without_anything_painted_is_the_built_in_skin(surface, builtin):
    bare = replace(surface, paint=np.zeros_like(surface.paint))
    assert np.array_equal(fill.blend(np.ones_like(builtin), bare, builtin), builtin)


def test_noise_like_a_grain_is_as_strong_in_the_same_colours():
    rng = np.random.default_rng(0)
    grain = (rng.standard_normal((64, 64, 1)) * (0.2, 0.1, 0.05)).astype(np.float32)
    made = bands.like(grain, 256, np.random.default_rng(1))
    assert made.shape == (256, 256, 3)
    assert np.allclose(made.std(axis=(0, 1)), (0.2, 0.1, 0.05), rtol=0.1)
    assert np.corrcoef(made[..., 0].ravel(), made[..., 1].ravel())[0, 1] > 0.99


def test_the_low_band_of_a_flat_colour_is_that_colour_to_the_border(surface):
    assert np.allclose(bands.low(np.full((len(surface.index), 2), 0.4), surface, 0.01), 0.4, rtol=1e-4)
