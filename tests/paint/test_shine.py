"""Highlights: brought down to the skin around them and to its colour; what is no highlight stays to the bit."""

import numpy as np
import pytest

pytest.importorskip("scipy")

from wince.core import colour
from wince.core.skin import paint
from wince_headless.paint.finish import shine


@pytest.fixture(scope="module")
def spot(surface):
    """A soft spot of 8 mm on the tip of the nose, (N, 1)."""
    tip = surface.points[np.argmin(np.where(surface.skin > 0.9, surface.points[:, 1], 1))]
    return np.exp(-((surface.points - tip) ** 2).sum(axis=1) / 0.008 ** 2)[:, None]


def test_even_skin_has_no_shine(surface):
    flat = np.full((len(surface.index), 3), [0.5, 0.35, 0.25], np.float32)
    found, share = shine.clamp(flat, surface)
    assert np.array_equal(found, flat) and share == 0


def test_a_white_highlight_goes_back_to_skin(surface, spot):
    skin = np.tile(np.array([[0.40, 0.25, 0.17]], np.float32), (len(surface.index), 1))
    lit = (skin + 0.4 * spot).astype(np.float32)
    found, share = shine.clamp(lit, surface)
    bright = (spot[:, 0] > 0.5) & (surface.skin > 0.9)
    before, after = (np.mean(colour.luminance(values[bright]) / colour.luminance(skin[bright])) for values in (lit, found))
    assert before > 1.8 and after < 1.35 and 0 < share < 0.05
    hue = [values[bright] / values[bright].sum(axis=1, keepdims=True) for values in (skin, lit, found)]
    assert np.abs(hue[2] - hue[0]).max() < 0.4 * np.abs(hue[1] - hue[0]).max()
    assert np.array_equal(found[spot[:, 0] < 0.01], lit[spot[:, 0] < 0.01])


def test_what_is_dark_stays(surface, spot):
    skin = np.tile(np.array([[0.40, 0.25, 0.17]], np.float32), (len(surface.index), 1))
    mole = (skin * (1 - 0.7 * spot)).astype(np.float32)
    assert np.array_equal(shine.clamp(mole, surface)[0], mole)


def test_the_built_in_skin_of_anyone_does_not_shine(people):
    from wince_headless.paint import surface as surfaces
    for person in people.values():
        here = surfaces.of(person, 128)
        skin = here.at(paint.albedo(person, 128))
        found, share = shine.clamp(skin, here)
        assert share < 0.2 and np.abs(found / skin - 1).mean() < 4e-3            # pale spots of a young skin lose a little
