"""One colour per texel of the finished views."""

import numpy as np
import pytest

pytest.importorskip("torch")

from wince_headless.paint.denoise import fuse

SIDE, SIZE = 64, 128


def bands(uv):
    """A smooth texture."""
    u, v = uv[..., 0], uv[..., 1]
    return 0.5 + 0.3 * np.stack([np.sin(6 * u) * np.cos(5 * v), np.cos(7 * u + v), np.sin(4 * v)], -1)


@pytest.fixture(scope="module")
def ball(stub):
    return stub.sphere(SIDE, SIZE)


def test_a_known_texture_comes_back(stub, ball):
    found = fuse.fuse(stub.painted(ball, bands), ball)
    truth, sure = bands(np.stack(stub.texels(SIZE), -1)), found.weight > 0.3
    assert found.colours.shape == (SIZE * SIZE, 3) and found.colours.dtype == np.float32 and found.weight.dtype == np.float32
    assert sure.mean() > 0.85
    error = np.abs(found.colours - truth)[sure]
    assert error.mean() < 4e-3 and np.quantile(error, 0.99) < 0.03


def test_flat_views_give_their_colour_exactly(stub, ball):
    found = fuse.fuse(np.full((5, SIDE, SIDE, 3), 0.37, np.float32), ball)
    assert np.abs(found.colours[found.weight > 0] - 0.37).max() < 1e-5
    assert found.disagreement() < 1e-6


def test_weight_is_the_best_cosine_whatever_the_exponent(stub):
    plane = stub.plane(SIDE, SIDE, views=3)
    plane.cosine[:] = np.float32([0.3, 0.8, 0.5])[:, None]
    for exponent in (1.0, 6.0):
        assert np.allclose(fuse.fuse(np.full((3, SIDE, SIDE, 3), 0.4, np.float32), plane, exponent).weight, 0.8)


def test_what_no_view_sees_has_no_weight_and_no_colour(stub):
    ball = stub.sphere(SIDE, SIZE, yaws=(0,))
    found = fuse.fuse(np.ones((1, SIDE, SIDE, 3), np.float32), ball)
    unseen = ball.cosine[0] == 0
    assert unseen.any() and (found.weight[unseen] == 0).all() and (found.colours[unseen] == 0).all()
    assert (found.colours[found.weight > 0] > 0.99).all() and found.disagreement() == 0


def test_detail_comes_from_the_view_that_looks_straight_on(stub):
    plane = stub.plane(SIDE, SIDE, views=2)
    plane.cosine[1] = 0.5
    check = np.indices((SIDE, SIDE)).sum(0)[..., None] % 2 * np.float32(0.4)
    found = fuse.fuse(np.stack([0.3 + np.repeat(check, 3, -1), np.full((SIDE, SIDE, 3), 0.5, np.float32)]), plane, 6.0)
    inner = found.colours.reshape(SIDE, SIDE, 3)[8:-8, 8:-8]
    assert abs(inner.std() - 0.2 * 64 / 65) < 2e-3


def test_exposures_meet_in_a_slope_and_not_in_a_step(stub, ball):
    shades = np.linspace(0.4, 0.6, 5, dtype=np.float32)[[2, 0, 4, 1, 3], None, None, None]
    views = np.broadcast_to(shades, (5, SIDE, SIDE, 3))
    found = fuse.fuse(views, ball, 6.0).colours.reshape(SIZE, SIZE, 3)[SIZE // 2, 20:-20, 0]
    hard = np.abs(np.diff(shades.ravel()[np.argmax(ball.cosine.reshape(5, SIZE, SIZE)[:, SIZE // 2, 20:-20], 0)])).max()
    assert np.abs(np.diff(found)).max() < 0.1 * hard


def test_disagreement_is_the_spread_weighted_by_area(stub):
    plane = stub.plane(SIDE, SIDE, views=2)
    left = plane.place[0, :, 0] < SIDE / 2 - 1
    views = np.stack([np.full((SIDE, SIDE, 3), 0.5), np.full((SIDE, SIDE, 3), 0.5)]).astype(np.float32)
    views[:, :, :SIDE // 2] = [[[[0.4]]], [[[0.6]]]]
    found = fuse.fuse(views, plane)
    assert np.allclose(found.spread[left], 0.1, atol=1e-5)
    assert abs(found.disagreement(area=left.astype(np.float32)) - 0.1) < 1e-5
    assert abs(found.disagreement() - 0.05) < 2e-3
    assert (found.seen_by == 2).all()


def test_views_are_not_changed(stub, ball, rng):
    views = rng.random((5, SIDE, SIDE, 3), dtype=np.float32)
    before = views.copy()
    first, second = fuse.fuse(views, ball), fuse.fuse(views, ball)
    assert np.array_equal(views, before) and np.array_equal(first.colours, second.colours)


def test_a_nose_never_prints_on_the_cheeks(surface, projection):
    """Paint the nose red in every view, by what each pixel shows: nothing that lies 1 cm beside and behind it may turn red."""
    tip = surface.points[np.argmin(surface.points[:, 1] + 10 * np.abs(surface.points[:, 0]))]
    away = np.linalg.norm(surface.points - tip, axis=1)
    nose, far = away < 0.012, away > 0.022
    red = surface.picture(nose.astype(np.float32))
    pixels = np.clip((projection.uv * surface.size).astype(int), 0, surface.size - 1)
    shown = red[pixels[..., 1], pixels[..., 0]] * (projection.inside > 0)
    views = np.stack([shown, 0 * shown, 0 * shown], -1).astype(np.float32)
    found = fuse.fuse(views, projection)
    assert shown.any(axis=(1, 2)).sum() >= 5
    assert found.colours[nose & (found.weight > 0), 0].mean() > 0.8
    assert found.colours[far, 0].max() < 0.2 and (found.colours[far, 0] > 0.05).mean() < 1e-3
