"""Colours in numbers: known values, then round trips."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wince.core import colour
from wince.core.demographics import read_groups
from wince.stage import complexion

unit = st.floats(0, 1)


def test_white_black_and_middle_grey():
    np.testing.assert_allclose(colour.from_lab([100, 0, 0]), [1, 1, 1], atol=1e-6)
    np.testing.assert_allclose(colour.from_lab([0, 0, 0]), 0, atol=1e-12)
    assert colour.luminance(colour.from_lab([50, 0, 0])) == pytest.approx(0.18418652, abs=1e-6)     # CIE 1976


def test_lab_of_srgb_red():
    np.testing.assert_allclose(colour.to_lab([1, 0, 0]), [53.24, 80.09, 67.20], atol=0.02)          # the published value


@given(st.tuples(unit, unit, unit))
def test_lab_there_and_back(rgb):
    np.testing.assert_allclose(colour.from_lab(colour.to_lab(rgb)), rgb, atol=1e-9)


@given(unit)
def test_display_there_and_back(value):
    assert colour.encode(colour.decode(value)) == pytest.approx(value, abs=1e-6)


def test_display_by_hand():
    np.testing.assert_allclose(colour.encode([0, 0.0031308, 0.214041, 1, 7, -1]), [0, 0.04045, 0.5, 1, 1, 0], atol=1e-5)


@pytest.mark.parametrize("kelvin", [2000, 2700, 3999, 4000, 5000, 6504, 10000, 20000])
def test_daylight_keeps_its_luminance(kelvin):
    assert colour.luminance(colour.daylight(kelvin)) == pytest.approx(1)


def test_daylight_is_white_at_6504_and_warm_below():
    np.testing.assert_allclose(colour.daylight(6504), 1, atol=0.01)
    red, _, blue = colour.daylight(3000)
    assert red > 1.3 and blue < 0.5
    np.testing.assert_allclose(colour.daylight(3999.99), colour.daylight(4000), atol=0.05)     # lamp and daylight


class PlainPack(SimpleNamespace):
    """What of a pack a plain skin needs."""

    __hash__ = object.__hash__


def plain_pack(lip):
    """Return a PlainPack of one vertex per value of `lip`."""
    lip = np.array(lip, float)
    return PlainPack(base=np.zeros((len(lip), 3)), regions={"upper_lip": lip, "lower_lip": 0 * lip}, exterior=np.ones(len(lip), bool),
                           brow=np.full(len(lip), -10.0))


@given(st.floats(25, 80), st.floats(5, 20), st.floats(8, 28))
def test_a_plain_skin_without_regions_has_the_colour_it_is_given(lightness, a, b):
    pack = plain_pack([0, 0, 0, 0])
    rgb = complexion.albedo([lightness, a, b], pack)
    assert rgb.min() > 0 and rgb.max() < 1
    facts = complexion.measured(rgb, pack)
    if rgb.min() > 0.005:                                    # deep saturated browns leave the gamut
        np.testing.assert_allclose(facts["lab"], [lightness, a, b], atol=0.3)
    assert facts["luminance"] == pytest.approx(float(colour.luminance(rgb[0])), abs=1e-3)


def test_lips_are_redder_than_a_plain_skin_and_not_measured():
    pack = plain_pack([0, 1.0])
    rgb = complexion.albedo([60, 12, 18], pack)
    assert colour.to_lab(rgb)[1, 1] > colour.to_lab(rgb)[0, 1] + 5
    np.testing.assert_allclose(complexion.measured(rgb, pack)["lab"], [60, 12, 18], atol=0.1)


def test_brow_cover():
    np.testing.assert_allclose(complexion.brow_cover([-10, 0, 10]), [0, 0.5, 1])


def test_every_iris_of_the_groups_has_a_colour():
    assert {name for row in read_groups().values() for name in row["iris"]} <= complexion.IRIS.keys()
