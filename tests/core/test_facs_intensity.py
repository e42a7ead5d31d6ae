"""The curve between FACS steps and displacement."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wince.core.facs.intensity import CURVE_VERSION, KNOTS, SLOPES, code, intensity, share

STEPS = np.arange(6.0)


def test_the_curve_is_exact_at_the_knots():
    assert CURVE_VERSION == "1"
    assert share(STEPS).tolist() == [0.0, 0.12, 0.28, 0.52, 0.80, 1.0] == KNOTS.tolist()


def test_the_curve_has_the_published_slopes():
    assert SLOPES.tolist() == [0.10, 0.14, 0.20, 0.26, 0.24, 0.16]
    small = 1e-6
    inside = np.clip(STEPS, small, 5 - small)
    assert (share(inside + small) - share(inside - small)) / (2 * small) == pytest.approx(SLOPES, abs=1e-5)


def test_the_slopes_meet_fritsch_and_carlson():
    rise = np.diff(KNOTS)
    assert np.all((SLOPES[:-1] / rise) ** 2 + (SLOPES[1:] / rise) ** 2 <= 9.0) and np.all(SLOPES > 0)


def test_the_curve_rises_strictly():
    assert np.all(np.diff(share(np.linspace(0, 5, 100_001))) > 0)


def test_a_bezier_with_third_handles_is_the_same_curve():
    """What a Blender F-curve draws between two keys, given the knots and slopes."""
    t = np.linspace(0, 1, 11)[:, None]
    p0, p3 = KNOTS[:-1], KNOTS[1:]
    p1, p2 = p0 + SLOPES[:-1] / 3, p3 - SLOPES[1:] / 3
    bezier = (1 - t) ** 3 * p0 + 3 * (1 - t) ** 2 * t * p1 + 3 * (1 - t) * t**2 * p2 + t**3 * p3
    assert share(t + np.arange(5)) == pytest.approx(bezier, abs=1e-15)


def test_the_inverse_gives_whole_steps_back():
    assert intensity(KNOTS).tolist() == STEPS.tolist()


@given(st.floats(0, 5))
def test_the_inverse_undoes_the_curve(x):
    assert abs(intensity(share(x)) - x) < 1e-9


def test_out_of_range_is_clamped():
    assert share([-1.0, 7.0]).tolist() == [0.0, 1.0]
    assert intensity([-1.0, 7.0]).tolist() == [0.0, 5.0]
    assert code([-1.0, 7.0]).tolist() == [0, 5]


def test_shapes_and_scalars():
    assert share(np.zeros((2, 3))).shape == intensity(np.zeros((2, 3))).shape == code(np.zeros((2, 3))).shape == (2, 3)
    assert np.isscalar(share(2.5)) and np.isscalar(intensity(0.5)) and np.isscalar(code(2.5))


def test_codes_are_nearest_and_halves_go_up():
    assert code([0.49, 0.5, 1.0, 2.4, 2.5, 4.49, 4.5]).tolist() == [0, 1, 1, 2, 3, 4, 5]
    assert code(2.5).dtype.kind == "i"


def test_the_constants_cannot_be_changed_by_accident():
    with pytest.raises(ValueError, match="read-only"):
        KNOTS[0] = 1.0
