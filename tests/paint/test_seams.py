"""Both sides of an atlas's border show the same: exactly on a plane in two charts and a tube cut open, then on a person."""

import numpy as np
import pytest

pytest.importorskip("scipy")

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import ndimage

from wince_headless.paint.finish import seams

SIZES = (64, 256)


@pytest.fixture(scope="module", params=SIZES)
def plane(toys, request):
    pack = toys.two_charts()
    return pack, toys.surface(pack, request.param)


@pytest.fixture(scope="module", params=SIZES)
def tube(toys, request):
    pack = toys.cylinder()
    return pack, toys.surface(pack, request.param)


def noise(surface, seed=0):
    """Return white noise (N, 3) 0..1."""
    return np.random.default_rng(seed).random((len(surface.index), 3)).astype(np.float32)


def soft(surface, seed=0):
    """Return noise (N, 3) that is smooth over two texels of the atlas: its charts know nothing of one another."""
    picture = ndimage.gaussian_filter(np.random.default_rng(seed).random((surface.size, surface.size, 3)), (2, 2, 0))
    return surface.at(picture).astype(np.float32)


def test_both_sides_of_a_border_are_one_place_in_space(plane):
    pack, surface = plane
    found = seams.pairs(pack, surface.size)
    assert np.allclose(found.place[:, 0], 1)                                       # the plane's charts meet at x = 1
    assert np.allclose(found.uv[:, 0, 0], 0.45) and np.allclose(found.uv[:, 1, 0], 0.55)
    assert np.allclose(found.uv[:, 0, 1] - 0.1, 0.9 - found.uv[:, 1, 1])          # the right chart lies upside down
    assert np.allclose(found.inward, (-1, 0))
    gap = np.abs(np.diff(np.sort(found.place[:, 1])))
    assert gap.max() * 0.35 * surface.size < 1.3                                   # about a texel apart


def test_seams_are_found_once_for_a_pack_and_a_size(plane):
    pack, surface = plane
    assert seams.pairs(pack, surface.size) is seams.pairs(pack, surface.size)


def test_a_mesh_in_one_chart_has_no_seams(toys):
    points, faces, uv, uv_faces = toys._grid(lambda s, t: (s, t, 0 * s), 4, 4)
    pack = toys.pack(points, faces, 0.1 + 0.8 * uv, uv_faces)
    surface = toys.surface(pack, 64)
    colour = noise(surface)
    assert len(seams.pairs(pack, 64).uv) == 0
    assert np.array_equal(seams.smooth(colour, surface, pack), colour)
    assert seams.ratio(colour, surface, pack) == 0.0


def test_two_colours_meet_halfway(plane):
    pack, surface = plane
    right = surface.points[:, 0] > 1
    colour = np.where(right[:, None], (0.6, 0.4, 0.2), (0.2, 0.4, 0.8)).astype(np.float32)
    out = seams.smooth(colour, surface, pack)
    near = np.abs(surface.points[:, 0] - 1) < 1 / (0.35 * surface.size)            # within a texel of the border
    assert np.allclose(out[near], (0.4, 0.4, 0.5), atol=0.05)
    far = np.abs(surface.points[:, 0] - 1) > 66 * max(surface.size / 2048, 5 / 64) / (0.35 * surface.size)
    assert far.any() and np.array_equal(out[far], colour[far])
    assert (np.diff(out[np.argsort(surface.points[:, 0], kind="stable"), 0]) > -0.02).all()          # from one to the other, nowhere back


@pytest.mark.parametrize("texture", [noise, soft])
def test_one_place_in_space_has_one_colour_afterwards(plane, tube, texture):
    for pack, surface in (plane, tube):
        before, after = (seams.measure(c, surface, pack) for c in (texture(surface), seams.smooth(texture(surface), surface, pack)))
        assert before["gap"] > 0.05 and after["gap"] < 0.005 * before["gap"]
        assert after["ratio"] < 1.0


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2 ** 16))
def test_smoothing_changes_only_what_lies_near_and_is_done_once(plane, seed):
    pack, surface = plane
    colour = soft(surface, seed)
    once = seams.smooth(colour, surface, pack)
    twice = seams.smooth(once, surface, pack)
    assert np.abs(twice - once).max() < 0.02 * np.abs(once - colour).max()
    assert np.isfinite(once).all() and once.min() >= 0


def test_what_agrees_already_stays(plane):
    pack, surface = plane
    up = surface.points[:, 1]                                                      # it changes along the border
    colour = np.stack([up, 0.3 + 0 * up, 1 - up], axis=1)
    out = seams.smooth(colour, surface, pack)
    assert np.abs(out - colour).max() < 1.0 / (0.35 * surface.size)               # a texel's worth, where the charts' rows do not meet


def test_the_ratio_of_colours_that_follow_space_is_one(plane, tube):
    for pack, surface in (plane, tube):
        turn = np.arctan2(surface.points[:, 0], surface.points[:, 1])
        along = surface.points[:, 0] if np.ptp(surface.points[:, 0]) > 1 else 0.5 + 0.5 * np.sin(turn)
        colour = np.repeat(along[:, None] * 0.4, 3, axis=1)
        assert seams.ratio(colour, surface, pack) == pytest.approx(1.0, abs=0.15)


def test_a_picture_is_measured_as_its_texels_are(plane):
    pack, surface = plane
    colour = soft(surface)
    assert seams.ratio(surface.picture(colour), surface, pack) == pytest.approx(seams.ratio(colour, surface, pack))


@pytest.mark.parametrize("texture", [noise, soft])
def test_a_persons_seams_are_no_steps(person, pack, surface, texture):
    colour = texture(surface)
    out = seams.smooth(colour, surface, pack)
    before, after = seams.measure(colour, surface, pack), seams.measure(out, surface, pack)
    assert after["samples"] > 100 and after["ratio"] <= 1.0 < before["ratio"]
    assert after["gap"] < 0.05 * before["gap"]
    assert np.array_equal(out, seams.smooth(colour, surface, pack))
