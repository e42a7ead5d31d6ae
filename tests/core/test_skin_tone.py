"""Colour difference against its authors' numbers; ITA and the Monk scale against what was published."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wince.core import colour
from wince.core.skin import pigments, tone

# Sharma, Wu and Dalal 2005, table 1: the 34 pairs, with the colour difference that each has.
PAIRS = """
50 2.6772 -79.7751 50 0 -82.7485 2.0425
50 3.1571 -77.2803 50 0 -82.7485 2.8615
50 2.8361 -74.0200 50 0 -82.7485 3.4412
50 -1.3802 -84.2814 50 0 -82.7485 1.0000
50 -1.1848 -84.8006 50 0 -82.7485 1.0000
50 -0.9009 -85.5211 50 0 -82.7485 1.0000
50 0 0 50 -1 2 2.3669
50 -1 2 50 0 0 2.3669
50 2.4900 -0.0010 50 -2.4900 0.0009 7.1792
50 2.4900 -0.0010 50 -2.4900 0.0010 7.1792
50 2.4900 -0.0010 50 -2.4900 0.0011 7.2195
50 2.4900 -0.0010 50 -2.4900 0.0012 7.2195
50 -0.0010 2.4900 50 0.0009 -2.4900 4.8045
50 -0.0010 2.4900 50 0.0010 -2.4900 4.8045
50 -0.0010 2.4900 50 0.0011 -2.4900 4.7461
50 2.5 0 50 0 -2.5 4.3065
50 2.5 0 73 25 -18 27.1492
50 2.5 0 61 -5 29 22.8977
50 2.5 0 56 -27 -3 31.9030
50 2.5 0 58 24 15 19.4535
50 2.5 0 50 3.1736 0.5854 1.0000
50 2.5 0 50 3.2972 0 1.0000
50 2.5 0 50 1.8634 0.5757 1.0000
50 2.5 0 50 3.2592 0.3350 1.0000
60.2574 -34.0099 36.2677 60.4626 -34.1751 39.4387 1.2644
63.0109 -31.0961 -5.8663 62.8187 -29.7946 -4.0864 1.2630
61.2901 3.7196 -5.3901 61.4292 2.2480 -4.9620 1.8731
35.0831 -44.1164 3.7933 35.0232 -40.0716 1.5901 1.8645
22.7233 20.0904 -46.6940 23.0331 14.9730 -42.5619 2.0373
36.4612 47.8580 18.3852 36.2715 50.5065 21.2231 1.4146
90.8027 -2.0831 1.4410 91.1528 -1.6435 0.0447 1.4441
90.9257 -0.5406 -0.9208 88.6381 -0.8985 -0.7239 1.5381
6.7747 -0.2908 -2.4247 5.8714 -0.0985 -2.2286 0.6377
2.0776 0.0795 -1.1350 0.9033 -0.0636 -0.5514 0.9082
"""
KNOWN = np.array([line.split() for line in PAIRS.split("\n") if line], float)
lab = st.tuples(st.floats(0, 100), st.floats(-80, 80), st.floats(-80, 80))


def test_ciede2000_is_its_authors():
    np.testing.assert_allclose(colour.difference(KNOWN[:, :3], KNOWN[:, 3:6]), KNOWN[:, 6], atol=5.1e-5)


@given(lab, lab)
def test_a_difference_is_the_same_both_ways_and_none_from_oneself(one, other):
    assert colour.difference(one, other) == pytest.approx(colour.difference(other, one), abs=1e-9)
    assert colour.difference(one, one) == pytest.approx(0, abs=1e-9)


def test_ita_of_known_colours():
    assert tone.ita((60, 12, 10)) == pytest.approx(45)
    assert tone.ita((50, 9, 17)) == 0 and tone.ita((40, 9, 10)) == pytest.approx(-45)


def test_the_monk_scale_is_as_published():
    """Lab of steps 1, 5 and 10 as the scale's own page gives them."""
    np.testing.assert_allclose(tone.monk_lab()[[0, 4, 9]], [[94.2, 1.5, 5.4], [77.9, 3.5, 23.1], [14.6, 1.5, 3.5]], atol=0.1)
    assert [tone.monk(step) for step in tone.monk_lab()] == list(range(1, 11))


def test_facts_of_a_grey_are_exact():
    facts = tone.facts(np.full(3, 0.18418652))
    np.testing.assert_allclose(facts["lab"], [50, 0, 0], atol=0.01)
    assert facts["luminance"] == 0.1842 and facts["monk"] in (6, 7)


def test_melanin_darkens_and_yellows_and_blood_reddens():
    for skin in ((68, 11, 15.5), (40, 11.4, 17.0)):
        plain = colour.from_lab(skin)
        brown, flushed = (colour.to_lab(plain * np.exp(-0.2 * axis)) - skin for axis in (pigments.MELANIN, pigments.BLOOD))
        assert brown[0] < -1 and brown[2] > 0 and abs(brown[1]) < 1
        assert flushed[0] < -1 and flushed[1] > 2 and abs(flushed[2]) < 1


def test_darker_skins_hold_more_melanin():
    held = [pigments.concentrations(skin)[0] for skin in ((76, 7, 12), (68, 11, 15.5), (53, 11.7, 19.5), (40, 11.4, 17), (27, 7, 8))]
    assert held == sorted(held) and held[0] > 0


def test_a_shift_in_lab_is_what_it_says():
    take = pigments.of_lab((60, 12, 18), (-8, 10, -2))
    np.testing.assert_allclose(colour.to_lab(colour.from_lab((60, 12, 18)) * np.exp(-take)), [52, 22, 16], atol=1e-6)
