"""The sheet shows the head that was painted, on every side, and says so; the same bytes each time."""

import io

import numpy as np
import pytest

pytest.importorskip("scipy")

from PIL import Image

from wince.core import colour
from wince.core.skin import paint as skin
from wince_headless.paint import preview

FACTS = {"person": {"id": "someone"}, "painter": "sd15", "seed": 3, "models": [{"id": "maker/model", "revision": "0123456789abcdef"}],
         "quality": {"passed": False, "why": ["a border of the atlas shows: seam_after is 2, at most 1.5 is wanted"], "seam_after": 2.0,
                     "coverage": 0.9, "lab": [60, 12, 16], "target_lab": [60, 12, 16], "monk": 5, "target_monk": 5}}


@pytest.fixture(scope="module")
def picture(person, surface):
    return skin.albedo(person, surface.size)


def opened(data):
    """Return a PNG's pixels (H, W, 3)."""
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def test_an_unlit_view_shows_the_colours_of_the_atlas(surface):
    uv = (np.arange(surface.size) + 0.5) / surface.size
    atlas = np.stack(np.broadcast_arrays(uv[None], uv[:, None], 0.0), axis=-1).astype(np.float32)      # red tells u, green v
    one = preview.head(surface, 0, 0, 80)
    shown = colour.decode(preview.shaded(one, preview.worn(one, atlas), False) / 255)
    place, inside = one[1][::2, ::2], one[3].reshape(80, 2, 80, 2).all(axis=(1, 3))
    inside &= np.isfinite(one[1]).all(axis=2).reshape(80, 2, 80, 2).all(axis=(1, 3))
    assert inside.mean() > 0.2
    assert np.median(np.abs(shown[inside][:, :2] - place[inside])) < 0.01 and shown[inside][:, 2].max() < 0.01


def test_light_falls_on_what_faces_it(surface):
    white = np.full((64, 64, 3), 0.5, np.float32)
    one = preview.head(surface, 0, 0, 80)
    lit, unlit = (preview.shaded(one, preview.worn(one, white), lit) for lit in (True, False))
    lit = lit.astype(float)
    skin_shown = np.isfinite(one[1]).all(axis=2)[::2, ::2] & one[3][::2, ::2]
    assert unlit[skin_shown].std() < 15 < lit[skin_shown].std()
    half = np.arange(80) < 40
    assert lit[:, ~half][skin_shown[:, ~half]].mean() > lit[:, half][skin_shown[:, half]].mean()       # the key stands to the right


def test_profiles_look_to_opposite_sides(surface):
    left, right = (preview.head(surface, yaw, 0, 60)[3] for yaw in (85, -85))
    assert (left == right[:, ::-1]).mean() > 0.95 and (left == right).mean() < 0.95


def test_a_sheet_is_the_same_bytes_each_time(surface, picture):
    coverage = surface.picture(surface.paint)
    first, second = (preview.sheet(picture, coverage, surface, FACTS, picture, {"front": coverage}) for _ in range(2))
    assert first == second and first.startswith(b"\x89PNG")


def test_a_sheet_shows_the_picture_it_is_of(surface, picture):
    coverage = surface.picture(surface.paint)
    plain = opened(preview.sheet(picture, coverage, surface, FACTS))
    blue = opened(preview.sheet(picture * np.float32((0.3, 0.6, 2.0)), coverage, surface, FACTS))
    assert plain.shape == blue.shape
    assert (blue != plain).any(axis=2).mean() > 0.2
    assert opened(preview.sheet(picture, coverage, surface, FACTS, picture)).shape[0] > plain.shape[0]          # one more row


def test_a_verdict_is_red_or_green(surface, picture):
    coverage = np.ones(picture.shape[:2], np.float32)
    bad = opened(preview.sheet(picture, coverage, surface, FACTS))
    fine = opened(preview.sheet(picture, coverage, surface, FACTS | {"quality": {"passed": True, "why": [], "seam_after": 0.4}}))
    assert (bad == preview.BAD).all(axis=2).sum() > 100 > (fine == preview.BAD).all(axis=2).sum()
    assert (fine == preview.GOOD).all(axis=2).sum() > 30


def test_a_sheet_needs_no_facts(surface, picture):
    assert opened(preview.sheet(picture, np.zeros(picture.shape[:2]), surface, {})).ndim == 3


def test_the_head_fills_its_picture(people):
    from wince_headless.paint import surface as surfaces

    for person in people.values():
        shown = preview.head(surfaces.of(person, 64), 0, 0, 60)[3]
        rows = np.flatnonzero(shown.any(axis=1))
        assert rows[0] > 2 and rows[0] < 0.3 * len(shown)


def test_a_head_is_large_in_its_picture(people):
    from wince_headless.paint import surface as surfaces

    for person in people.values():
        surface = surfaces.of(person, 64)
        shown = preview.head(surface, 0, 0, 60)[3]
        _, tall = preview._placed(surface.mesh)
        assert 0.19 < tall < 0.27 and 0.05 < np.flatnonzero(shown.any(axis=1))[0] / len(shown) < 0.12


def test_a_long_verdict_makes_the_sheet_longer(surface, picture):
    coverage = np.ones(picture.shape[:2], np.float32)
    long = FACTS | {"quality": FACTS["quality"] | {"why": [f"fault {k}: what is wrong with it is told at length" for k in range(40)]}}
    short, tall = (opened(preview.sheet(picture, coverage, surface, facts)) for facts in (FACTS, long))
    assert tall.shape[0] > short.shape[0] and tall.shape[1] == short.shape[1]
    red = (tall == preview.BAD).all(axis=2)
    assert red[-40:].any() and not red[-8:].any() and not red[:, -preview.EDGE:].any()


def test_lines_are_as_wide_as_they_may_be():
    font = preview.ImageFont.load_default(14)
    words = "the views disagree where they overlap: " + "x" * 200
    lines = preview._wrapped(words, 150, font)
    assert all(font.getlength(line) <= 150 for line in lines) and "".join(lines).replace(" ", "") == words.replace(" ", "")


def test_views_are_named_below_their_map(surface, picture):
    coverage = surface.picture(surface.paint)
    names = [f"right{k}" for k in range(9)]
    one, many = (opened(preview.sheet(picture, coverage, surface, {}, None, dict.fromkeys(some, coverage))) for some in (names[:1], names))
    legend = slice(-preview.EDGE - preview.LEGEND, None)
    assert (one[legend] != many[legend]).any(axis=2).sum() > 500
