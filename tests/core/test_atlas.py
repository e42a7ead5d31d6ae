"""Vertex values as pictures on the atlas."""

import numpy as np

from wince.core import atlas

SQUARE = np.array([[0, 1, 2, 3]])
CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])


def test_a_square_shows_its_own_coordinates_at_texel_centres():
    found = atlas.texels(SQUARE, CORNERS, SQUARE, 8)
    assert found.covered().all() and np.allclose(found.weights.sum(axis=1), 1)
    centres = (np.arange(8) + 0.5) / 8
    picture = found.picture(CORNERS)
    assert np.allclose(picture[..., 0], centres) and np.allclose(picture[..., 1], centres[:, None])


def test_a_triangle_that_repeats_its_last_corner_covers_half():
    found = atlas.texels(np.array([[0, 1, 2, 2]]), CORNERS, np.array([[0, 1, 2, 2]]), 32)
    assert abs(found.covered().mean() - 0.5) < 0.03


def test_padding_grows_the_picture_and_leaves_it_alone():
    picture, covered = np.zeros((7, 7, 1)), np.zeros((7, 7), bool)
    picture[3, 3], covered[3, 3] = 5.0, True
    picture[0, 0] = 9.0                                    # not covered: must not leak
    grown = atlas.padded(picture, covered, 2)
    assert (grown[1:6, 1:6] == 5).all() and grown[0].max() == 0 and grown[3, 3] == 5


def test_the_packs_atlas_gives_every_vertex_its_place(pack):
    found = atlas.texels(pack.faces, pack.uv, pack.uv_faces, 512)
    assert 0.5 < found.covered().mean() < 0.95
    assert len(np.unique(found.corners)) > 0.9 * len(pack.base)
    assert np.isfinite(found.weights).all() and found.weights.min() > -1e-5


def test_points_are_found_the_same_in_blocks_of_any_size(monkeypatch):
    corners = np.random.default_rng(1).random((40, 3, 2)) * 30
    whole = atlas.fragments(corners, 32, 32)
    monkeypatch.setattr(atlas, "BLOCK", 7)
    for one, other in zip(whole, atlas.fragments(corners, 32, 32), strict=True):
        assert len(one) and np.array_equal(one, other)
