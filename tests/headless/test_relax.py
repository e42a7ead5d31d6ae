"""Skin that is not squeezed to nothing: known answers on a strip of quads."""

import numpy as np
import pytest

from wince_headless.pack_build import relax

COLUMNS = 9


@pytest.fixture
def strip():
    """A strip of eight quads, each 10 mm wide and high, and the same at half the width: (bases (2, V, 3), faces)."""
    x, z = np.meshgrid(np.arange(COLUMNS) * 0.01, [0.0, 0.01])
    base = np.column_stack([x.ravel(), np.zeros(2 * COLUMNS), z.ravel()])
    k = np.arange(COLUMNS - 1)
    return np.stack([base, base * [0.5, 1, 1]]), np.column_stack([k, k + 1, k + 1 + COLUMNS, k + COLUMNS])


def squeezed(bases, millimetres):
    """The strip's right half moved to the left by so much: one column of quads takes all of it."""
    delta = np.zeros_like(bases[0])
    delta[np.arange(2 * COLUMNS) % COLUMNS > 4, 0] = -millimetres / 1000
    return delta


def shortest(base, delta):
    """The least share of its width that a quad keeps."""
    x = (base + delta)[:COLUMNS, 0]
    return (np.diff(x) / np.diff(base[:COLUMNS, 0])).min()


def test_what_is_not_too_tight_stays_as_it_is(strip):
    bases, faces = strip
    delta = squeezed(bases, 2.0)
    assert np.array_equal(relax.Struts(bases, faces, np.zeros(2 * COLUMNS, bool)).eased(delta, 0.5), delta)


def test_the_squeeze_is_shared_until_everybody_keeps_the_share(strip):
    bases, faces = strip
    delta = squeezed(bases, 8.0)
    assert shortest(bases[0], delta) < 0.21 and shortest(bases[1], delta) < 0
    struts = relax.Struts(bases, faces, np.zeros(2 * COLUMNS, bool))
    alone, all_ = struts.eased(delta, 0.4, alone=True), struts.eased(delta, 0.4)
    assert shortest(bases[0], alone) > 0.39 and shortest(bases[1], alone) < 0.39
    assert min(shortest(base, all_) for base in bases) > 0.38


def test_held_edges_are_left_alone(strip):
    bases, faces = strip
    delta = squeezed(bases, 12.0)
    assert np.array_equal(relax.Struts(bases, faces, np.ones(2 * COLUMNS, bool)).eased(delta, 0.4), delta)
