"""Colours between views and atlas."""

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from wince_headless.paint.denoise.atlas import Atlas  # noqa: E402
from wince_headless.paint.projection import Projection  # noqa: E402

SIDE, SIZE = 64, 128


def images(array):
    return torch.as_tensor(array).movedim(-1, 1).contiguous()


def bands(uv):
    """A smooth texture."""
    u, v = uv[..., 0], uv[..., 1]
    return 0.5 + 0.3 * np.stack([np.sin(6 * u) * np.cos(5 * v), np.cos(7 * u + v), np.sin(4 * v)], -1)


def one_texel_per_pixel(rng, side=8):
    """Return the Projection of a picture onto itself, upside down, as atlases lie, and the picture."""
    flat = np.arange(side * side)
    v, u = np.divmod(flat, side)
    place = np.stack([u, side - 1 - v], -1)[None].astype(np.float32)
    row, column = np.divmod(flat, side)
    uv = np.stack([(column + 0.5) / side, (side - row - 0.5) / side], -1).reshape(1, side, side, 2).astype(np.float32)
    cosine, inside = np.ones((1, side * side), np.float32), np.ones((1, side, side), np.float32)
    return Projection(side, flat, flat.astype(np.int32), place, cosine, uv, inside), rng.random((1, side, side, 3), dtype=np.float32)


def test_pixel_centres_meet_texel_centres_exactly(rng):
    projection, picture = one_texel_per_pixel(rng)
    atlas = Atlas(projection)
    texture, weight = atlas.gather(images(picture), 1.0)
    assert texture.shape == (3, 8, 8) and weight.shape == (8, 8)
    assert np.abs(texture.movedim(0, -1).numpy() - picture[0, ::-1]).max() < 1e-6
    colours, known = atlas.render(0, texture, weight)
    assert np.abs(colours.movedim(0, -1).numpy() - picture[0]).max() < 1e-5 and torch.allclose(known, torch.ones(8, 8))


def test_bicubic_meets_them_too(rng):
    projection, picture = one_texel_per_pixel(rng)
    found = Atlas(projection).colours(0, images(picture)[0], cubic=True)
    assert np.abs(found.T.numpy().reshape(8, 8, 3) - picture[0, ::-1]).max() < 1e-4


def test_between_pixels_the_colour_is_their_mean(rng):
    projection, picture = one_texel_per_pixel(rng)
    projection.place[0, 0] = 2.5, 3.0
    assert np.allclose(Atlas(projection).colours(0, images(picture)[0])[:, 0], (picture[0, 3, 2] + picture[0, 3, 3]) / 2, atol=1e-5)


@pytest.mark.parametrize(("exponent", "share"), [(1, 2 / 3), (2, 4 / 5), (6, 64 / 65)])
def test_views_weigh_by_a_power_of_the_cosine(stub, exponent, share):
    projection = stub.plane(SIDE, SIDE, views=2)
    projection.cosine[1] = 0.5
    texture, weight = Atlas(projection).gather(torch.stack([torch.ones(3, SIDE, SIDE), torch.zeros(3, SIDE, SIDE)]), exponent)
    assert torch.allclose(texture, torch.full_like(texture, share), atol=1e-5)
    assert torch.allclose(weight, torch.full_like(weight, 1 + 0.5 ** exponent))


def test_a_faint_look_is_as_good_as_any_where_it_is_the_only_one(stub):
    projection = stub.plane(SIDE, SIDE, views=1)
    projection.cosine[:] = 2e-4
    texture, weight = Atlas(projection).gather(torch.full((1, 3, SIDE, SIDE), 0.7), 6.0)
    assert (weight > 0).all() and torch.allclose(texture, torch.full_like(texture, 0.7))


def test_gutters_repeat_and_far_from_all_is_nothing(stub):
    projection = stub.plane(8, 8, views=1)
    source = np.repeat(np.arange(64), 4)[:64].astype(np.int32)
    source[-1] = -1
    texture = Atlas(replace(projection, source=source)).picture(torch.arange(64.)[None] + 1).flatten()
    assert texture[-1] == 0 and torch.equal(texture[:-1], torch.as_tensor(source[:-1] + 1.0))


def test_a_consistent_picture_is_left_alone(stub):
    projection = stub.sphere(SIDE, SIZE)
    shown = images(stub.painted(projection, bands))
    moved = (Atlas(projection).agreed(shown, 1.0) - shown).abs()
    assert moved.mean() < 1e-3 and moved.max() < 0.04


def test_one_view_alone_is_left_alone_exactly(stub, rng):
    projection = stub.sphere(SIDE, SIZE, yaws=(0,))
    picture = torch.as_tensor(rng.random((1, 3, SIDE, SIDE), dtype=np.float32))
    assert torch.allclose(Atlas(projection).agreed(picture, 3.0), picture, atol=2e-4)


def test_views_that_disagree_meet_in_the_middle(stub):
    projection = stub.plane(SIDE, SIDE, views=2)
    pictures = torch.stack([torch.full((3, SIDE, SIDE), 0.2), torch.full((3, SIDE, SIDE), 0.6)])
    assert torch.allclose(Atlas(projection).agreed(pictures, 1.0), torch.full((2, 3, SIDE, SIDE), 0.4), atol=1e-5)


def test_off_the_skin_and_in_holes_views_keep_their_own_colours(stub, rng):
    projection = stub.plane(SIDE, SIDE, views=2)
    projection.inside[:, :, :20] = 0                                      # no skin
    projection.cosine[:, projection.place[0, :, 0] > 50] = 0              # no view sees these texels
    pictures = torch.as_tensor(rng.random((2, 3, SIDE, SIDE), dtype=np.float32))
    found = Atlas(projection).agreed(pictures, 1.0)
    assert torch.equal(found[..., :20], pictures[..., :20]) and torch.equal(found[..., 52:], pictures[..., 52:])
    assert not torch.equal(found[..., 25:45], pictures[..., 25:45])


def test_what_is_no_skin_lends_no_colour(stub):
    projection = stub.sphere(SIDE, SIZE)
    shown = stub.painted(projection, lambda uv: np.full((*uv.shape[:-1], 3), 0.3))
    shown[projection.inside == 0] = 1.0
    texture, weight = Atlas(projection).gather(images(shown), 1.0)
    assert torch.allclose(texture[:, weight > 0], torch.tensor(0.3), atol=1e-5)


def test_a_grazing_view_takes_the_colours_of_those_who_look_straight_on(stub):
    projection = stub.sphere(SIDE, SIZE)
    shown = stub.painted(projection, bands)
    truth, spoilt = images(shown), images(shown)
    unseen = torch.as_tensor(projection.inside[2] > 0)
    rim = unseen & ~torch.as_tensor(np.hypot(*(np.indices((SIDE, SIDE)) - (SIDE - 1) / 2)) < 0.975 * 0.45 * SIDE)
    spoilt[2][:, rim] = 0
    after = Atlas(projection).agreed(spoilt, 6.0)
    assert (after[2] - truth[2])[:, rim].abs().mean() < 0.3 * (spoilt[2] - truth[2])[:, rim].abs().mean()


def test_spread_is_the_standard_deviation(stub):
    projection = stub.plane(SIDE, SIDE, views=4)
    pictures = torch.tensor([0.1, 0.2, 0.4, 0.9])[:, None, None, None].expand(4, 3, SIDE, SIDE)
    atlas = Atlas(projection)
    assert torch.allclose(atlas.spread(pictures), torch.tensor([0.1, 0.2, 0.4, 0.9]).std(correction=0), atol=1e-5)
    assert (atlas.seen_by() == 4).all()
    assert atlas.spread(pictures[:1].expand(4, -1, -1, -1)).max() < 1e-6
