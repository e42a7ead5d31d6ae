"""The creases of the pack: a picture of grooves, and per vertex how skin folds along them."""

import io

import numpy as np
import pytest

from wince.core import atlas
from wince.core import pack as face_pack
from wince.core.wrinkles import FLAT
from wince_headless.pack_build import crease_grain, crease_lines, creases


@pytest.fixture(scope="module")
def pack():
    return face_pack.load()


@pytest.fixture(scope="module")
def skin(pack):
    part = np.isin(pack.part, [0, 1])
    origin = np.array([0, pack.base[pack.exterior, 1].min(), pack.joints["eye.L"][2]])
    return creases.Skin(pack.base.astype(float), origin, pack.faces[part], pack.uv.astype(float), pack.uv_faces[part], pack.exterior,
                        pack.regions, {})


@pytest.fixture(scope="module")
def ground(skin):
    return creases.Front(skin)


def texel_places(pack, skin):
    """Return (index (N,), frontal millimetres (N, 3)) of the picture's texels."""
    found = atlas.texels(skin.faces, skin.uv, skin.uv_faces, creases.SIZE)
    return found.index, np.einsum("nk,nkc->nc", found.weights, creases.frontal(skin.points, skin.origin)[found.corners])


def test_arrays_have_the_shapes_that_the_core_says_and_little_size(pack):
    count = len(pack.base)
    assert pack.creases.shape == (creases.SIZE, creases.SIZE, 4) and pack.creases.dtype == np.uint8
    assert pack.crease.shape == (2, count, 3) and pack.crease_reach.shape == pack.crease_tight.shape == pack.crease_rest.shape == (count, 3)
    out = io.BytesIO()
    np.savez_compressed(out, **{name: getattr(pack, name) for name in ("creases", "crease", "crease_reach", "crease_tight", "crease_rest")})
    assert len(out.getvalue()) < 600_000


def test_directions_are_one_long_or_nothing_and_only_on_skin(pack):
    length = np.linalg.norm(pack.crease.astype(float), axis=2)
    assert np.all((np.abs(length - 1) < 2e-3) | (length == 0))
    inside = ~pack.exterior
    assert not length[:, inside].any() and not pack.crease_reach[inside].any() and not pack.crease_rest[inside].any()
    assert 0 <= pack.crease_rest.min() and pack.crease_rest.max() <= 1 and np.isfinite(pack.crease_reach).all()


def test_lines_are_where_the_table_has_them_and_the_rest_is_flat(pack, skin, ground):
    index, places = texel_places(pack, skin)
    height = pack.creases.reshape(-1, 4)[index].astype(float)
    for name in ("forehead", "glabella", "crows_feet", "nasolabial", "chin"):
        system = crease_lines.SYSTEMS[name]
        middle = creases._strokes(name, system, ground)[0].points
        point = middle[len(middle) // 2]
        near = np.linalg.norm(places - point, axis=1) < 0.4
        assert height[near, system.channel].min() < FLAT - 38, name
        bulge = np.abs(np.linalg.norm(places - point, axis=1) - 2 * system.lines[0].half) < 0.6
        assert height[bulge, system.channel].max() > FLAT + 10, f"{name}: skin bulges beside a furrow"
    behind = (places[:, 2] > 120) & (places[:, 1] > -90)
    assert (pack.creases[0] == FLAT).all() and (height[behind, :2] == FLAT).all(), "the back of the head has no lines"
    nose = np.linalg.norm(places[:, :2] - (0, -37), axis=1) < 5
    assert (height[nose] == FLAT).all()


def test_sharp_lines_lie_in_folds_of_their_own_way(pack, skin):
    index, _ = texel_places(pack, skin)
    lying, standing, _, sharp = pack.creases.reshape(-1, 4)[index].astype(float).T - FLAT
    assert (lying[sharp < -40] < -10).mean() > 0.95 and (standing[sharp > 40] < -10).mean() > 0.95
    assert (sharp < -40).sum() > 1000 and (sharp > 40).sum() > 200


def test_the_noses_root_folds_from_side_to_side_short_of_the_lids():
    """Deep enough to be seen over the nose's whole root, not a spot on it; the corners of the lids lie 15 mm aside."""
    for k, line in enumerate(crease_lines.SYSTEMS["nose_root"].lines):
        points = np.array(line.points, float)
        assert 9 <= np.abs(points[[0, -1], 0]).min() and np.abs(points[:, 0]).max() <= 12, k
        assert points[0, 1] < points[len(points) // 2, 1] > points[-1, 1] and line.fade <= 0.4, k


def test_a_groove_is_as_wide_as_it_says_wherever_it_lies_in_the_atlas(ground):
    line = crease_lines.Line(((-20, 40), (20, 40)), 1.0, 1.5)
    stroke = creases._stroke(line, 1, ground, np.random.default_rng(1))
    middle = stroke.points[len(stroke.points) // 2]
    across = middle + np.linspace(-8, 8, 161)[:, None] * (0, 1, 0)
    height = creases._groove(across, stroke, 0.0) / stroke.depth.max()
    deep = np.abs(np.linspace(-8, 8, 161))[height < -0.3]
    assert 0.7 < deep.max() / 1.5 < 1.3 and height.max() > 0.2 and abs(height[0]) < 0.02


def test_lines_fade_at_their_ends_and_sides_are_no_mirrors(ground):
    strokes = creases._strokes("crows_feet", crease_lines.SYSTEMS["crows_feet"], ground)
    assert all(stroke.depth[0] == stroke.depth[-1] == 0 and stroke.depth.max() > 0.3 for stroke in strokes)
    left, right = strokes[0].points, strokes[len(strokes) // 2].points * (-1, 1, 1)
    assert 0.05 < np.abs(left - right).max() < 3


def test_directions_lie_across_the_lines(pack, skin):
    upright = pack.regions["glabella"] > 0.9
    assert np.abs(pack.crease[1, upright & (pack.crease_reach[:, 1] > 0), 0]).mean() > 0.85, "glabella: across is sideways"
    brow = (pack.regions["forehead"] > 0.9) & (pack.crease_reach[:, 0] > 0)
    assert np.abs(pack.crease[0, brow, 2]).mean() > 0.8, "forehead: across is up"


def test_the_noise_of_fine_lines_is_always_the_same_and_even():
    points = np.random.default_rng(0).uniform(-50, 50, (4000, 3))
    values = crease_grain._noise(points)
    assert np.array_equal(values, crease_grain._noise(points)) and 0 <= values.min() and values.max() <= 1 and 0.4 < values.mean() < 0.6
    step = np.abs(crease_grain._noise(points + 1e-4) - values).max()
    assert step < 1e-3, "it is smooth"
