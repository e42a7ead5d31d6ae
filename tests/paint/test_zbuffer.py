"""Which triangle a pixel shows, how far it is, where in it: against what can be computed by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wince.core import cameras
from wince_headless.paint import zbuffer

SQUARE = np.array([[0, 1, 2], [0, 2, 3]])


def looking(distance=2.0, yaw=0.0, pitch=0.0, size=(65, 49), lens=50.0):
    """A View of the origin."""
    return cameras.view(cameras.Camera("a", yaw_deg=yaw, pitch_deg=pitch, lens_mm=lens, distance_m=distance), np.zeros(3), 1.0, size)


def rays(view):
    """Where pixel centres look, (H, W, 3) in the world, one metre deep."""
    y, x = np.mgrid[:view.height, :view.width].astype(float)
    return np.stack([x, y, np.ones_like(x)], axis=-1) @ np.linalg.inv(view.K).T @ view.R


def plane(at_y, half):
    """A square across the line of sight of a frontal view."""
    return np.array([[-half, at_y, -half], [half, at_y, -half], [half, at_y, half], [-half, at_y, half]])


def test_a_plane_across_the_view_has_one_depth_everywhere():
    raster = zbuffer.rasterise(looking(), plane(0.0, 5.0), SQUARE)
    assert raster.shown.all()
    np.testing.assert_allclose(raster.depth, 2.0, rtol=1e-6)
    np.testing.assert_allclose(raster.weights.sum(axis=-1), 1.0, rtol=1e-6)


def test_a_small_square_covers_the_pixels_whose_centres_lie_in_it():
    view = looking(size=(65, 65))
    raster = zbuffer.rasterise(view, plane(0.0, 0.3), SQUARE)
    edge = 0.3 / 2.0 * view.K[0, 0]
    inside = np.abs(np.arange(65) - 32) <= edge
    assert np.array_equal(raster.shown, inside[:, None] & inside)
    assert np.isinf(raster.depth[~raster.shown]).all()
    assert (raster.triangle[~raster.shown] == -1).all()


@given(yaw=st.floats(-60, 60), pitch=st.floats(-60, 60))
def test_a_slanting_plane_is_where_its_equation_says(yaw, pitch):
    view, points = looking(yaw=yaw, pitch=pitch), plane(0.0, 0.6)
    raster = zbuffer.rasterise(view, points, SQUARE)
    here = raster.shown
    eye, ray = view.matrix_world[:3, 3], rays(view)[here]
    depth = -eye[1] / ray[:, 1]                                          # the plane y = 0
    np.testing.assert_allclose(raster.depth[here], depth, rtol=1e-5)
    np.testing.assert_allclose(raster.of(points, SQUARE)[here], eye + depth[:, None] * ray, atol=1e-5)


def test_weights_are_perspective_correct():
    """The middle of a floor that runs away is not in the middle of the picture; linear weights would be 10 % off."""
    floor = np.array([[-1, -1, -0.5], [1, -1, -0.5], [1, 3, -0.5], [-1, 3, -0.5]], float)
    view = looking()
    raster = zbuffer.rasterise(view, floor, SQUARE)
    uv = raster.of(np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float), SQUARE)
    here = raster.shown
    eye, ray = view.matrix_world[:3, 3], rays(view)[here]
    hit = eye + ((-0.5 - eye[2]) / ray[:, 2])[:, None] * ray
    np.testing.assert_allclose(uv[here], np.stack([(hit[:, 0] + 1) / 2, (hit[:, 1] + 1) / 4], axis=-1), atol=1e-5)


def test_the_nearest_wins_whatever_the_order():
    near, far = plane(-0.5, 0.2), plane(0.5, 3.0)
    for first, second, nearer in ((near, far, 0), (far, near, 2)):
        raster = zbuffer.rasterise(looking(), np.concatenate([first, second]), np.concatenate([SQUARE, SQUARE + 4]))
        hit = raster.depth < 2
        np.testing.assert_allclose(raster.depth[hit], 1.5, rtol=1e-6)
        np.testing.assert_allclose(raster.depth[~hit], 2.5, rtol=1e-6)
        assert set(np.unique(raster.triangle[hit])) == {nearer, nearer + 1}
        assert 0 < hit.mean() < 1


def test_what_is_behind_the_lens_is_cut_off_and_the_rest_stays():
    """A floor from behind the camera to far before it: every pixel below the horizon shows it, where its equation says."""
    floor = np.array([[-50, -9, -0.5], [50, -9, -0.5], [50, 400, -0.5], [-50, 400, -0.5]], float)
    view = looking()
    raster = zbuffer.rasterise(view, floor, SQUARE)
    assert np.array_equal(raster.shown[:-1], (rays(view)[..., 2] < -0.5 / 400)[:-1])
    eye, ray = view.matrix_world[:3, 3], rays(view)[raster.shown]
    depth = (-0.5 - eye[2]) / ray[:, 2]
    np.testing.assert_allclose(raster.depth[raster.shown], depth, rtol=1e-4)
    np.testing.assert_allclose(raster.of(floor, SQUARE)[raster.shown], eye + depth[:, None] * ray, rtol=1e-4, atol=2e-4)
    assert not zbuffer.rasterise(view, floor - [0, 500, 0], SQUARE).shown.any()


@pytest.mark.parametrize(("behind", "cut"), [((0,), 1), ((1,), 1), ((2,), 1), ((0, 1), 2), ((1, 2), 2), ((0, 2), 2)])
def test_a_triangle_is_cut_at_any_of_its_corners(behind, cut):
    view, points = looking(), np.array([[-0.4, 0.1, -0.3], [0.5, 0.2, -0.2], [0.1, 0.3, 0.4]])
    points[list(behind), 1] -= 4.0
    raster = zbuffer.rasterise(view, points, np.array([[0, 1, 2]]))
    ray, eye = rays(view), view.matrix_world[:3, 3]
    weights, t = hits(eye, ray.reshape(-1, 3), points[None])
    expected = ((weights > 0).all(axis=-1) & (t > zbuffer.NEAR_M))[:, 0].reshape(raster.shown.shape)
    near_edge = (np.abs(weights).min(axis=-1)[:, 0] < 1e-6).reshape(expected.shape)
    assert (raster.shown == expected)[~near_edge].all()
    assert raster.shown.sum() > cut
    np.testing.assert_allclose(raster.weights[raster.shown], weights[:, 0].reshape(*expected.shape, 3)[raster.shown], atol=1e-5)


def test_a_sphere_has_the_depth_of_a_sphere():
    points, triangles = sphere(160)
    view = looking(distance=4.0, size=(81, 81))
    raster = zbuffer.rasterise(view, 0.9 * points, triangles)
    eye, ray = view.matrix_world[:3, 3], rays(view)
    a, b, c = (ray ** 2).sum(axis=-1), ray @ eye, eye @ eye - 0.81
    inner = b ** 2 - a * c > 0.05 * b ** 2 / 16
    depth = (-b - np.sqrt(np.maximum(b ** 2 - a * c, 0))) / a
    assert raster.shown[inner].all()
    np.testing.assert_allclose(raster.depth[inner], depth[inner], atol=2e-3)


def test_a_head_is_what_rays_hit(surface, views, rasters, rng):
    """Random pixels of every view against a brute-force search: the same triangle's plane at the same depth."""
    corners = surface.mesh.points[surface.mesh.triangles].astype(float)
    for one, raster in zip(views, rasters, strict=True):
        row, column = rng.integers(0, 96, (2, 12))
        weights, t = hits(one.view.matrix_world[:3, 3], rays(one.view)[row, column], corners)
        t = np.where((weights >= 0).all(axis=-1) & (t > 0), t, np.inf).min(axis=1)
        assert np.array_equal(np.isinf(t), np.isinf(raster.depth[row, column]))
        met = np.isfinite(t)
        np.testing.assert_allclose(raster.depth[row, column][met], t[met], atol=2e-5)


def hits(eye, directions, corners):
    """Where rays meet the planes of triangles: weights (R, T, 3), t (R, T)."""
    a, b, c = np.moveaxis(corners, 1, 0)
    e, f = b - a, c - a
    normal = np.cross(e, f)
    with np.errstate(all="ignore"):
        down = directions @ normal.T
        t = ((a - eye) * normal).sum(axis=-1) / down
        ahead = eye - a
        second = np.einsum("rc,tc->rt", directions, np.cross(ahead, f)) / down
        third = np.einsum("rc,tc->rt", directions, np.cross(e, ahead)) / down
        return np.stack([1 - second - third, second, third], axis=-1), t


def sphere(count):
    """A unit sphere of count x 2 count quads: points, triangles."""
    theta, phi = np.meshgrid(np.linspace(0, np.pi, count + 1), np.linspace(0, 2 * np.pi, 2 * count + 1), indexing="ij")
    points = np.stack([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)], axis=-1).reshape(-1, 3)
    grid = np.arange(len(points)).reshape(theta.shape)
    a, b, c, d = grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:]
    return points, np.concatenate([np.stack([x.ravel() for x in half], axis=1) for half in ((a, b, c), (a, c, d))])
