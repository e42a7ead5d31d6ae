"""Along the border of a hard shadow that the fit missed by a little: what stands out is mended, the rest is left alone."""

import numpy as np
import pytest

pytest.importorskip("scipy")

from wince_headless.paint import surface as surfaces
from wince_headless.paint.finish import heal, points

MISSED_M = 0.004


@pytest.fixture(scope="module")
def fine(person):
    return surfaces.of(person, 512)


@pytest.fixture(scope="module")
def border(fine):
    """Skin with grain, a shadow on one half of it, and what a fit that is MISSED_M off makes of it."""
    grain = np.random.default_rng(0).normal(0, 0.02, (len(fine.index), 1))
    truth = (np.exp(grain) * [[0.4, 0.25, 0.18]]).astype(np.float32)
    on = points.of(fine)
    shade = np.where(fine.mesh.points[:, :1] > MISSED_M, 0.0, -1.0) * np.ones((1, 3))
    lit = truth * np.exp(np.where(fine.points[:, :1] > 0, 0.0, -1.0)).astype(np.float32)
    return truth, lit, shade, on, (lit * np.exp(-on.at(shade))).astype(np.float32)


def off(found, truth, where):
    return float(np.abs(np.log(found / truth))[where].mean())


def test_the_line_along_a_shadow_is_mended(fine, border):
    truth, lit, shade, on, left = border
    weight = fine.skin * fine.area
    found = heal.heal(left, lit, shade, weight, fine, on, truth)
    band = (np.abs(fine.points[:, 0]) < 0.006) & (fine.skin > 0.9) & (fine.points[:, 1] < np.median(fine.points[:, 1]))
    assert off(left, truth, band) > 0.2
    assert off(found, truth, band) < 0.4 * off(left, truth, band)


def test_far_from_a_shadow_nothing_changes(fine, border):
    truth, lit, shade, on, left = border
    found = heal.heal(left, lit, shade, fine.skin * fine.area, fine, on, truth)
    far = np.abs(fine.points[:, 0]) > 0.04
    assert np.array_equal(found[far], left[far])


def test_soft_light_is_left_to_the_fit(fine, border):
    truth, lit, _, on, _ = border
    shade = 4 * fine.mesh.points[:, :1].astype(float) * np.ones((1, 3))
    left = (truth * np.exp(0.3 * np.sin(300 * fine.points[:, :1]))).astype(np.float32)
    assert heal.heal(left, lit, shade, fine.skin * fine.area, fine, on) is left


def test_what_was_not_seen_lends_nothing(fine, border):
    _, lit, shade, on, left = border
    unseen = fine.points[:, 2] > np.median(fine.points[:, 2])
    weight = fine.skin * fine.area * ~unseen
    spoilt = [[np.where(unseen[:, None], odd, values).astype(np.float32) for values in (left, lit)] for odd in (0.5, 0.01)]
    one, other = (heal.heal(*pair, shade, weight, fine, on) for pair in spoilt)
    assert np.allclose(one[~unseen], other[~unseen], rtol=1e-4)


def test_where_nothing_is_to_be_healed_nothing_is_done(surface):
    values = np.ones((len(surface.index), 3), np.float32)
    assert heal._flat(values, np.ones(len(values)), surface, np.zeros(0, int)).shape == (0, 3)
