"""The mean of the skin: exactly the target, whatever came in, and nothing else changed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wince.core import colour
from wince.core.skin import paint
from wince_headless.paint.finish import tone


def mean_lab(values, surface):
    weight = surface.skin * surface.area
    return colour.to_lab(weight @ values.astype(float) / weight.sum())


def test_one_colour_becomes_the_target(surface):
    target = (52.0, 14.0, 18.0)
    found, drift = tone.anchor(np.full((len(surface.index), 3), 0.5, np.float32), surface, target)
    assert np.allclose(colour.to_lab(found), target, atol=0.01)
    assert drift == pytest.approx(float(colour.difference(colour.to_lab([0.5] * 3), np.array(target))), abs=1e-3)


def test_contrast_stays(surface, person):
    skin = surface.at(paint.albedo(person, surface.size))
    found, _ = tone.anchor(0.7 * skin * [1.1, 1, 0.8], surface, person.identity.skin_lab)
    ratio = (found / skin)[(found > 0.01).all(axis=1) & (found < 0.7).all(axis=1)]
    assert np.abs(ratio / ratio.mean(axis=0) - 1).max() < 1e-3


@given(st.sampled_from([(78.0, 9, 17), (62.0, 14, 20), (41.0, 12, 17), (28.0, 8, 9)]), st.tuples(*[st.floats(0.1, 3)] * 3))
def test_any_drift_is_taken_back(surface, person, target, gain):
    skin = surface.at(paint.albedo(person, surface.size))
    found, _ = tone.anchor(skin * np.float32(gain), surface, target)
    assert colour.difference(mean_lab(found, surface), np.array(target)) < 0.1
    assert found.dtype == np.float32 and found.min() >= tone.LOWEST - 1e-6 and found.max() <= tone.HIGHEST


def test_the_skin_as_it_is_measured_has_the_tone(surface, person):
    skin = surface.at(paint.albedo(person, surface.size))
    found, _ = tone.anchor(skin * [1.5, 0.9, 0.7], surface, person.identity.skin_lab)
    lab = paint.measured(person, surface.picture(found))["lab"]
    assert colour.difference(np.array(lab), np.array(person.identity.skin_lab)) < 1


def test_twice_is_once(surface, person):
    skin = surface.at(paint.albedo(person, surface.size))
    once, _ = tone.anchor(skin * 2, surface, (60.0, 13, 18))
    twice, drift = tone.anchor(once, surface, (60.0, 13, 18))
    assert np.abs(twice / once - 1).max() < 1e-4 and drift < 0.01
