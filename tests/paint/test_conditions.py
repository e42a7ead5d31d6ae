"""What models are told of a view: exact on a ball, sensible on a head."""

import numpy as np
import pytest

from wince.core import cameras, colour
from wince.core.skin import paint
from wince_headless.paint import conditions
from wince_headless.paint import views as paint_views
from wince_headless.paint.surface import Mesh, Surface

from .test_zbuffer import sphere


@pytest.fixture(scope="module")
def seen(person, surface, views, rasters):
    return conditions.of(surface, views, paint.albedo(person, surface.size), rasters)


@pytest.fixture(scope="module")
def ball():
    """A grey ball of radius 0.1 m from the front, 129 pixels wide; its conditions and its view."""
    points, triangles = sphere(96)
    uv = np.stack([np.full((len(triangles), 3), 0.5)] * 2, axis=-1).astype(np.float32)
    mesh = Mesh((0.1 * points).astype(np.float32), points.astype(np.float32), triangles.astype(np.int32), uv)
    one = np.ones(16, np.float32)
    at = Surface(4, np.arange(16), *[np.zeros((16, 3), np.float32)] * 2, one, one, one, np.arange(16, dtype=np.int32), mesh)
    view = cameras.view(cameras.Camera("a", lens_mm=100, distance_m=1.0), np.zeros(3), 0.2, (129, 129))
    return conditions.of(at, [paint_views.PaintView(view, "front view of")], np.full((4, 4, 3), 0.18)), view


def test_a_balls_normals_are_red_left_green_up_blue_ahead(ball):
    """NormalBae's protocol; the edge of the ball is 0.1 m * focal / distance = 36 pixels from the middle."""
    normal = ball[0].normal[0]
    np.testing.assert_allclose(normal[64, 64], [0.5, 0.5, 1.0], atol=0.005)
    left, right, up, down = normal[64, 34], normal[64, 94], normal[34, 64], normal[94, 64]
    assert left[0] > 0.85 and right[0] < 0.15 and up[1] > 0.85 and down[1] < 0.15
    np.testing.assert_allclose([left[1], right[1], up[0], down[0]], 0.5, atol=0.01)
    np.testing.assert_allclose(normal[0, 0], [0.5, 0.5, 1.0])
    inside = ball[0].mask[0] > 0
    np.testing.assert_allclose(np.linalg.norm(2 * normal[inside] - 1, axis=-1), 1, atol=1e-3)


def test_a_balls_depth_is_one_over_z_scaled_and_shifted(ball):
    seen, view = ball
    depth, inside = seen.depth[0], seen.mask[0] > 0
    assert (depth[~inside] == 0).all()
    row, column = np.nonzero(inside)
    slope = ((row - 64) ** 2 + (column - 64) ** 2) / view.K[0, 0] ** 2
    z = (1 - np.sqrt(np.maximum(1 - (1 + slope) * (1 - 0.01), 0))) / (1 + slope)  # where a ray meets a ball of 0.1 m, 1 m away
    low, high = np.percentile(1 / z, conditions.ENDS)
    expected = conditions.SPAN[0] + np.ptp(conditions.SPAN) * (1 / z - low) / (high - low)
    away = slope < np.percentile(slope, 95)                                       # at the outline the ball of triangles is a little smaller
    np.testing.assert_allclose(depth[inside][away], expected[away], atol=0.02)
    assert depth[64, 64] == depth.max() >= conditions.SPAN[1]


def test_a_balls_base_is_its_colour_on_mid_grey(ball):
    seen = ball[0]
    inside = seen.mask[0] > 0
    np.testing.assert_allclose(seen.base[0][inside], colour.encode(0.18), atol=1e-5)
    np.testing.assert_allclose(seen.base[0][~inside], conditions.GREY)


def test_a_balls_lines_are_its_outline(ball):
    seen = ball[0]
    rows, columns = np.nonzero(seen.lines[0] > 0.5)
    radius = np.hypot(rows - 64, columns - 64)
    assert len(rows) > 100 and radius.min() > 33
    assert (seen.lines[0][seen.mask[0] == 0] == 0).all()


def test_pictures_have_the_shapes_and_range_that_models_are_promised(seen, views):
    sizes = {"depth": (), "normal": (3,), "position": (3,), "lines": (), "mask": (), "base": (3,)}
    for name, channels in sizes.items():
        picture = getattr(seen, name)
        assert picture.shape == (len(views), 96, 96, *channels) and picture.dtype == np.float32
        assert np.isfinite(picture).all() and picture.min() >= 0 and picture.max() <= 1


def test_the_nose_is_nearest_and_the_same_in_front(seen, views, surface, weight_at, pack):
    tip = surface.points[weight_at(pack.regions["nose_tip"]).argmax()]
    x, y = cameras.project(views[0].view, tip[None])[0]
    at = np.unravel_index(seen.depth[0].argmax(), (96, 96))
    assert np.hypot(at[0] - y, at[1] - x) < 6
    assert conditions.SPAN[1] <= seen.depth[0].max() <= 1


def test_a_position_is_where_the_pixel_is(seen, views, rasters, surface):
    low, high = (pick(surface.mesh.points[np.unique(surface.mesh.triangles)], axis=0) for pick in (np.min, np.max))
    for picture, one, raster in zip(seen.position, views, rasters, strict=True):
        row, column = np.argwhere(raster.shown)[::37].T
        place = cameras.project(one.view, low + picture[row, column] * (high - low))
        np.testing.assert_allclose(place, np.stack([column, row], axis=1), atol=0.02)


def test_eyes_are_in_place_and_dark_in_the_middle(seen, views, person):
    for side in "LR":
        x, y = np.rint(cameras.project(views[0].view, person.eyes[side].centre[None])[0]).astype(int)
        around = seen.base[0][y - 2:y + 3, x - 5:x + 6]
        assert around.min() < 0.25 and around.max() > 0.6                         # pupil or iris, and white
        assert np.ptp(around, axis=-1).max() < 0.45


def test_lines_follow_the_outline_on_both_sides(seen):
    for lines, mask in zip(seen.lines, seen.mask, strict=True):
        rows = np.flatnonzero((mask > 0).any(axis=1))[3:20]
        first, last = mask[rows].argmax(axis=1), 95 - mask[rows, ::-1].argmax(axis=1)
        assert (lines[rows, first] > 0.5).all() and (lines[rows, last] > 0.5).all()


def test_conditions_without_rasters_are_the_same(person, surface, views, seen):
    again = conditions.of(surface, views[:2], paint.albedo(person, surface.size))
    assert np.array_equal(again.base, seen.base[:2]) and np.array_equal(again.depth, seen.depth[:2])


def test_conditions_of_a_symmetric_person_mirror(symmetric):
    from wince_headless.paint import surface as surfaces
    from wince_headless.paint.settings import Settings
    at = surfaces.of(symmetric, 128)
    ring = paint_views.around(symmetric, Settings(view_size=97))                  # an odd width has a middle column
    found = conditions.of(at, ring, np.full((128, 128, 3), 0.4))
    names = [one.view.name for one in ring]
    for left, right in (("front", "front"), ("left40", "right40"), ("left90", "right90")):
        one, two = found.depth[names.index(left)], found.depth[names.index(right)][:, ::-1]
        assert np.percentile(np.abs(one - two), 98) < 0.02
