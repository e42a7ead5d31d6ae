"""Who sees what, and where: round trips, shadows of the nose, rays."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wince.core import cameras
from wince.core.errors import WinceError
from wince_headless.paint import projection as projections
from wince_headless.paint import surface as surfaces
from wince_headless.paint import views as paint_views
from wince_headless.paint import zbuffer
from wince_headless.paint.settings import Settings

from .test_zbuffer import hits

NOSE = ("nose_tip", "nose_bridge", "nose_wing.L", "nose_wing.R")


def rendered(projection, values, surface):
    """What views show of values (N, C) of texels, (V, H, W, C)."""
    picture = surface.picture(values.astype(np.float32))
    return np.stack([projections.bilinear(picture, uv * surface.size - 0.5) for uv in projection.uv])


def gathered(projection, pictures):
    """The colours (V, N, C) that texels find in the views."""
    return np.stack([projections.bilinear(picture, place) for picture, place in zip(pictures, projection.place, strict=True)])


@pytest.fixture(scope="module")
def fine(person, surface):
    """The same views at 256 pixels: views, rasters, Projection."""
    ring = paint_views.around(person, Settings(view_size=256))
    rasters = zbuffer.of_views(ring, surface.mesh)
    return ring, rasters, projections.of(surface, ring, rasters)


# --- where

def test_a_seen_texel_lies_where_its_point_is_projected(surface, views, projection):
    for one, place, cosine in zip(views, projection.place, projection.cosine, strict=True):
        seen = cosine > 0
        assert seen.mean() > 0.1
        np.testing.assert_allclose(place[seen], cameras.project(one.view, surface.points[seen]), atol=1e-3)


def test_a_pixel_lies_on_the_atlas_where_its_point_is(surface, projection, rasters):
    """The atlas says of a pixel's place the point that the pixel shows, within two pixels' width for all but seams."""
    picture = surface.picture(surface.points)
    for uv, inside, raster in zip(projection.uv, projection.inside, rasters, strict=True):
        here = inside > 0.5
        hit = raster.of(surface.mesh.points, surface.mesh.triangles)[here]
        miss = np.linalg.norm(projections.bilinear(picture, uv[here] * surface.size - 0.5) - hit, axis=-1)
        assert np.percentile(miss, 95) < 0.002


def test_inside_is_the_face_and_nothing_else(projection, rasters, surface, views, person):
    assert ((projection.inside >= 0) & (projection.inside <= 1)).all()
    for inside, raster in zip(projection.inside, rasters, strict=True):
        eyeball = raster.shown & ~projections.skin_shown(raster, surface.mesh)
        assert inside[~raster.shown].max() == 0 and not inside[eyeball].any()
    nose = cameras.project(views[0].view, person.base[[person.pack.regions["nose_tip"].argmax()]])[0]
    assert projection.inside[0][tuple(np.rint(nose[::-1]).astype(int))] > 0.99


def test_nobody_sees_what_may_not_be_painted(surface, projection):
    assert (projection.cosine[:, surface.paint == 0] == 0).all()
    assert projection.cosine.min() == 0 and 0.9 < projection.cosine.max() <= 1
    assert projection.index is surface.index and projection.source is surface.source


# --- round trip

def test_a_smooth_texture_comes_back_as_it_was(surface, fine):
    """Rendered to the views and gathered again, waves of 8 cm in space are the same on what is seen."""
    projection = fine[2]
    values = 0.5 + 0.5 * np.sin(surface.points * (2 * np.pi / 0.08))
    found = gathered(projection, rendered(projection, values, surface))
    for colours, cosine in zip(found, projection.cosine, strict=True):
        for least, share, most in ((0.3, 99.0, 0.03), (0.6, 99.5, 0.02)):
            miss = np.abs(colours - values)[cosine > least].max(axis=-1)
            assert np.percentile(miss, share) < most
            assert miss.mean() < 0.006


def test_one_colour_comes_back_exactly(surface, projection):
    colour = np.float32([0.25, 0.5, 0.75])
    found = gathered(projection, rendered(projection, np.broadcast_to(colour, (len(surface.index), 3)), surface))[projection.cosine > 0]
    np.testing.assert_allclose(found, np.broadcast_to(colour, found.shape), atol=1e-6)


# --- the nose

@pytest.fixture(scope="module")
def nose(surface, weight_at, pack):
    """How much of a texel is nose, and which texels are cheek, far enough from it."""
    weight = sum(weight_at(pack.regions[name]) for name in NOSE)
    cheek = (weight_at(pack.regions["cheek.L"] + pack.regions["cheek.R"]) > 0.3) & (weight < 0.01)
    assert cheek.sum() > 500 and (weight > 0.5).sum() > 300
    return np.clip(weight, 0, 1), cheek


@pytest.mark.parametrize("pixels", [96, 256])
def test_the_nose_never_prints_on_the_cheek(person, surface, nose, pixels):
    red, cheek = nose
    seen = projections.of(surface, paint_views.around(person, Settings(view_size=pixels)))
    values = np.stack([red > 0.5, red <= 0.5, np.zeros_like(red)], axis=1).astype(np.float32)
    found = gathered(seen, rendered(seen, values, surface))
    for colours, cosine in zip(found, seen.cosine, strict=True):
        assert (colours[..., 0] * (cosine > 0))[cheek].max() < 0.02
    weight = seen.cosine[..., None]
    fused = (weight * found).sum(axis=0) / np.maximum(weight.sum(axis=0), 1e-9)
    assert fused[cheek, 0].max() < 0.02


def test_without_looking_at_depth_it_would(surface, nose, fine):
    """What the test above would find in a painter that goes by normals alone."""
    ring, _, projection = fine
    red, cheek = nose
    values = np.stack([red > 0.5, red <= 0.5], axis=1).astype(np.float32)
    pictures, worst = rendered(projection, values, surface), 0
    for one, picture in zip(ring, pictures, strict=True):
        facing = slants(surface, one.view) > 0.15
        found = projections.bilinear(picture, cameras.project(one.view, surface.points).astype(np.float32))
        worst = max(worst, found[facing & cheek, 0].max())
    assert worst > 0.9


# --- rays

def test_visible_is_what_a_ray_reaches(surface, fine, rng):
    """60 texels in each view against a search through all triangles; beside jumps in depth nobody has to be seen."""
    ring, rasters, projection = fine
    corners = surface.mesh.points[surface.mesh.triangles].astype(float)
    missed = wrong = total = 0
    for one, raster, cosine in zip(ring, rasters, projection.cosine, strict=True):
        eye, pixel_m = one.view.matrix_world[:3, 3], one.view.distance_m / one.view.K[0, 0]
        slant = slants(surface, one.view)
        number = rng.choice(np.flatnonzero((surface.paint > 0.5) & (slant > 0)), 60, replace=False)
        toward = surface.points[number].astype(float) - eye
        weights, t = hits(eye, toward, corners)
        first = np.where((weights >= 0).all(axis=-1) & (t > 0), t, np.inf).min(axis=1)
        behind = (1 - first) * np.linalg.norm(toward, axis=1)                     # metres of the texel behind what the ray meets
        sure = projections.trust(projections.outside(raster, surface.mesh), pixel_m, projections.FEATHER * 256)
        border = projections.bilinear(sure, cameras.project(one.view, surface.points[number])) == 0
        counted = cosine[number] > 0
        wrong += (counted & (behind > projections.JUMP_M + projections.JUMP_PIXELS * pixel_m)).sum()
        missed += (~counted & (behind < 0.0005) & (slant[number] > 0.11) & ~border).sum()
        total += counted.sum()
    assert total > 200
    assert wrong == 0
    assert missed <= 0.005 * total


def slants(surface, view):
    """The cosine between each texel's normal and its way to the lens."""
    toward = view.matrix_world[:3, 3] - surface.points
    return (surface.normals * toward).sum(axis=1) / np.linalg.norm(toward, axis=1)


def test_lips_are_seen_from_the_front(person, people, weight_at, pack, surface):
    """The slit between them is no silhouette, though pixels look through it."""
    lips = weight_at(pack.regions["upper_lip"] + pack.regions["lower_lip"]) > 0.5
    for somebody in (person, *people.values()):
        at = surfaces.of(somebody, surface.size)
        front = paint_views.around(somebody, Settings(view_size=256))[:1]
        seen = projections.of(at, front).cosine[0]
        open_to_it = lips & (at.paint > 0.9) & (slants(at, front[0].view) > 0.5)
        assert open_to_it.sum() > 200
        assert (seen[open_to_it] > 0.2).mean() > 0.9


def test_slits_are_no_silhouettes_and_all_else_is(surface, rasters):
    for raster in rasters:
        found = projections.outside(raster, surface.mesh)
        lining = raster.shown & surface.mesh.lining[raster.triangle]
        assert np.array_equal(np.isnan(found), lining) and lining.mean() < 0.01
        assert np.array_equal(found[~lining], raster.depth[~lining])


def test_turned_away_is_unseen(surface, views, projection):
    for one, cosine in zip(views, projection.cosine, strict=True):
        slant = slants(surface, one.view)
        assert (cosine[slant < projections.GRAZING[0] - 1e-3] == 0).all()
        assert (cosine <= np.maximum(slant, 0) + 1e-4).all()


def test_the_views_cover_the_face(person, people):
    """The share of what is painted, by area, that some view sees at a cosine above 0.2."""
    for somebody in (person, *people.values()):
        at = surfaces.of(somebody, 128)
        weight = at.area * at.paint
        for rig, least in (("face7", 0.85), ("face9", 0.93)):
            best = projections.of(at, paint_views.around(somebody, Settings(view_size=128, views=rig))).cosine.max(axis=0)
            assert (weight * (best > 0.2)).sum() / weight.sum() > least


def test_a_symmetric_person_is_seen_symmetrically(symmetric):
    at = surfaces.of(symmetric, 128)
    ring = paint_views.around(symmetric, Settings(view_size=97))                  # an odd width has a middle column
    found, names = projections.of(at, ring), [one.view.name for one in ring]
    painted = (at.picture(at.paint) > 0.9) & (at.picture(at.paint) > 0.9)[:, ::-1]
    for left, right in (("front", "front"), ("left40", "right40"), ("left90", "right90"), ("above", "above")):
        one, two = at.picture(found.cosine[names.index(left)]), at.picture(found.cosine[names.index(right)])[:, ::-1]
        miss = np.abs(one - two)[painted]
        assert np.percentile(miss, 97) < 0.05 and miss.mean() < 0.01


def test_the_same_again_is_the_same_bytes(surface, views, projection):
    again = projections.of(surface, views)
    assert all(np.array_equal(getattr(again, name), getattr(projection, name)) for name in ("place", "cosine", "uv", "inside"))


# --- the cameras

def test_every_view_holds_the_whole_head_and_little_else(person, views):
    head = person.base[surfaces.painted(person.pack) > 0.05]
    for one in views:
        place = cameras.project(one.view, head) / 95
        assert place.min() > 0.5 * paint_views.MARGIN and place.max() < 1 - 0.5 * paint_views.MARGIN
        np.testing.assert_allclose((place.min(axis=0) + place.max(axis=0)) / 2, 0.5, atol=0.01)
    tallest = max(np.ptp(cameras.project(one.view, head), axis=0).max() for one in views)
    assert tallest == pytest.approx(95 * (1 - 2 * paint_views.MARGIN), rel=0.01)
    assert len({one.view.distance_m for one in views}) == 1
    assert len({one.view.name for one in views}) == 7


def test_a_rig_that_there_is_not_is_refused_with_those_there_are(person):
    with pytest.raises(WinceError, match=r"face7.*face9"):
        paint_views.around(person, Settings(views="orbit"))


# --- the pieces

@given(marks=st.lists(st.tuples(st.integers(0, 15), st.integers(0, 11)), max_size=6), most=st.floats(1, 6))
def test_the_distance_is_the_distance(marks, most):
    marked = np.zeros((16, 12), bool)
    for row, column in marks:
        marked[row, column] = True
    row, column = np.mgrid[:16, :12]
    away = [np.hypot(row - r, column - c) for r, c in marks]
    expected = np.minimum(np.min(away, axis=0), most) if marks else np.full((16, 12), most)
    np.testing.assert_allclose(projections.distance(marked, most), expected, rtol=1e-5)


@given(a=st.floats(-2, 2), b=st.floats(-2, 2), c=st.floats(-2, 2), x=st.floats(0, 6), y=st.floats(0, 4))
def test_between_pixels_planes_are_planes(a, b, c, x, y):
    row, column = np.mgrid[:5, :7]
    found = projections.bilinear(np.float32(a * column + b * row + c), np.float32([[x, y]]))
    np.testing.assert_allclose(found, a * x + b * y + c, atol=2e-5)


def test_beyond_the_border_the_border_goes_on():
    picture = np.arange(12, dtype=np.float32).reshape(3, 4)
    place = np.float32([[-3, 0], [9, 0], [0, -1], [0, 7], [9, 9]])
    np.testing.assert_array_equal(projections.bilinear(picture, place), [0, 3, 0, 8, 11])


def test_trust_is_lost_at_a_jump_and_at_the_outline_only():
    depth = np.full((40, 60), 1.0, np.float32)
    depth[:, 30:] = 1.02
    depth[:, 50:] = np.inf
    depth[:, :30] += np.linspace(0, 0.02, 40)[:, None] * 0.1                      # a gentle slope is no jump
    found = projections.trust(depth, 0.001, 4)
    assert (found[:, 28:32] == 0).all() and (found[:, 48:] == 0).all()
    assert (found[:, :23] == 1).all() and (found[:, 36:43] == 1).all()
    assert (np.diff(found[:, 31:36], axis=1) > 0).all()
