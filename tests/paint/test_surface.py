"""What the texels of an atlas show: places, areas, gutters, and which of them a painter may touch."""

import numpy as np
import pytest

from wince.core.pack import PART_NAMES
from wince.core.skin import areas, paint
from wince_headless.paint import projection
from wince_headless.paint import surface as surfaces


@pytest.fixture(scope="session")
def paints(surface, weight_at):
    """The mean of a mask where a weight of the pack's vertices is nearly full: paints(mask, weight)."""
    return lambda mask, weight: float(mask[weight_at(np.asarray(weight, float)) > 0.95].mean())


def test_a_texel_that_shows_the_mesh_is_its_own_source(surface):
    assert (np.diff(surface.index) > 0).all()
    assert np.array_equal(surface.source[surface.index], np.arange(len(surface.index)))
    assert surface.source.dtype == np.int32 and surface.points.dtype == np.float32


def test_a_picture_comes_back_as_the_values_it_was_made_of(surface, rng):
    values = rng.random((len(surface.index), 3)).astype(np.float32)
    assert np.array_equal(surface.at(surface.picture(values)), values)


def test_gutters_repeat_a_texel_that_is_near(surface):
    """Two rounds at 256, each of which may take a step along both axes."""
    flat = np.flatnonzero(surface.source >= 0)
    row, column = np.divmod(flat, surface.size)
    from_row, from_column = np.divmod(surface.index[surface.source[flat]], surface.size)
    away = np.maximum(np.abs(row - from_row), np.abs(column - from_column))
    wrapped = away > surface.size // 2
    assert away[~wrapped].max() <= 4
    assert wrapped.mean() < 0.01


def test_gutters_are_sixteen_texels_wide_at_2048():
    """A texel beside a chart is grown over by as many rounds as GROWN says."""
    from wince.core.skin import ground
    alone = np.zeros((64, 64), bool)
    alone[32, 32] = True
    grown = ground.nearest(alone, surfaces.GROWN).reshape(64, 64)
    assert (grown[32, 32 - 16:32 + 17] == 32 * 64 + 32).all() and (grown[32 - 16:32 + 17, 32] == 32 * 64 + 32).all()


def test_texels_are_where_the_subdivided_skin_is(surface, rasters):
    """A pixel's point looked up on the atlas is the point that the rasteriser hit, but for what lies between two texels."""
    places = surface.picture(surface.points)
    for raster in rasters:
        here = projection.skin_shown(raster, surface.mesh)
        hit = raster.of(surface.mesh.points, surface.mesh.triangles)[here]
        found = projection.bilinear(places, projection.lookup(raster, surface.mesh)[here] * surface.size - 0.5)
        miss = np.linalg.norm(found - hit, axis=-1)
        assert np.median(miss) < 3e-4 and np.percentile(miss, 95) < 2e-3


def test_the_skin_is_where_subdivision_shows_it(person, surface):
    from wince.core.worn import binding
    shown = binding.shown(person)                        # the limit positions of the control vertices, which come first
    np.testing.assert_allclose(surface.mesh.points[:len(shown)], shown, atol=2e-4)


def test_the_areas_of_texels_sum_to_the_area_of_the_mesh(person, surface):
    grid = surfaces._grid(person.pack)
    corners = grid.points(person.base)[grid.triangles]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1).sum() / 2
    assert surface.area.sum() == pytest.approx(area, rel=0.03)


def test_normals_have_length_one_and_point_out_of_the_head(surface, weight_at, pack):
    np.testing.assert_allclose(np.linalg.norm(surface.normals, axis=1), 1, atol=1e-5)
    nose, left = weight_at(pack.regions["nose_tip"]) > 0.9, weight_at(pack.regions["cheek.L"]) > 0.9
    assert surface.normals[nose].mean(axis=0)[1] < -0.6
    assert surface.normals[left].mean(axis=0)[0] > 0.3


@pytest.mark.parametrize("region", ["cheek.L", "cheek.R", "forehead", "chin", "nose_tip", "ear.L", "ear.R", "philtrum"])
def test_the_whole_face_and_the_ears_are_painted(region, paints, surface, pack):
    assert paints(surface.paint, pack.regions[region]) > 0.93


def test_hidden_skin_scalp_and_chest_are_not_painted(paints, surface, pack, weight_at):
    in_part = np.zeros((len(PART_NAMES), len(pack.base)))
    for number in range(len(PART_NAMES)):
        in_part[number, pack.faces[pack.part == number]] = 1
    hidden = in_part[[PART_NAMES.index(name) for name in ("mouth", "socket", "teeth_upper", "tongue", "gums")]].max(axis=0)
    assert paints(surface.paint, hidden * (1 - pack.exterior)) < 0.01
    z = areas.frontal(pack)[:, 2]
    assert paints(surface.paint, z < -215) == 0
    assert paints(surface.paint, (z > 75) * pack.exterior) < 0.05                # the crown: this person's hairline is lower


def test_skin_is_paint_without_lips_and_brows(surface, paints, pack):
    assert (surface.skin <= surface.paint + 1e-6).all()
    assert paints(surface.skin, areas.lips(pack)) < 0.1
    assert paints(surface.skin, pack.brow > 2) < 0.05
    assert paints(surface.skin, pack.regions["forehead"]) > 0.9


def test_paint_fades_softly(person):
    """No step between neighbouring texels of a chart but at the rims of eyes and mouth."""
    at = surfaces.of(person, 512)
    picture, own = at.picture(at.paint), np.zeros(512 ** 2, bool)
    own[at.index] = True
    step = np.abs(np.diff(picture, axis=1))[(own.reshape(512, 512)[:, 1:] & own.reshape(512, 512)[:, :-1])]
    assert (step > 0.34).mean() < 0.005


def test_what_depends_on_the_pack_alone_is_kept(surface, person, people):
    first = surfaces.of(person, surface.size)                   # the fixture's may have been let go of meanwhile
    for other in (surfaces.of(somebody, surface.size) for somebody in people.values()):
        assert other.index is first.index and other.source is first.source
        assert not np.array_equal(other.points, surface.points)


def test_the_same_person_gives_the_same_bytes(person, surface):
    again = surfaces.of(person, surface.size)
    assert all(np.array_equal(getattr(again, name), getattr(surface, name)) for name in ("points", "normals", "area", "paint", "skin"))


def test_a_symmetric_person_has_a_symmetric_atlas(symmetric):
    at = surfaces.of(symmetric, 256)
    places, painted = at.picture(at.points), at.picture(at.paint) > 0.5
    both = painted & painted[:, ::-1]
    assert both.sum() > 0.98 * painted.sum()
    miss = np.linalg.norm(places[:, ::-1] * [-1, 1, 1] - places, axis=-1)[both]
    assert (miss < 1e-6).mean() > 0.998                                           # at a seam either side may have the texel


def test_eyeballs_sit_where_the_person_has_them(person, surface):
    balls = surface.mesh.points[-len(surface.mesh.eyes):].reshape(2, -1, 3)
    for ball, side in zip(balls, "LR", strict=True):
        eye = person.eyes[side]
        np.testing.assert_allclose(np.linalg.norm(ball - eye.centre, axis=1), eye.radius, rtol=0.05)
    assert np.isnan(surface.mesh.uv[-len(person.pack.eye_faces) * 4:]).all()
    assert not np.isnan(surface.mesh.uv[:-len(person.pack.eye_faces) * 4]).any()


def test_the_built_in_skin_fits_the_atlas(person, surface):
    """Texel for texel the same picture: what is bright there is bright here."""
    albedo = paint.albedo(person, surface.size)
    assert surface.at(albedo).shape == (len(surface.index), 3)
    bare = surface.at(albedo)[surface.skin > 0.9].mean(axis=0)
    lips = surface.at(albedo)[(surface.paint > 0.9) & (surface.skin < 0.1)].mean(axis=0)
    assert bare[1] / bare[0] > lips[1] / lips[0]                                  # skin is less red than lips and brows
