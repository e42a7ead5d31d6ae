"""The tear line lies between lid and eyeball, on everyone, and closed lids cover it."""

import numpy as np
import pytest

from wince.core import rig
from wince.core.facs.action_units import ActionUnits
from wince.core.facs.table import SIDES
from wince.core.worn import binding, tears


@pytest.fixture(scope="module")
def crowd(model, draw):
    return [model.person(draw(number, seed=7)) for number in range(20)]


def test_it_is_the_same_for_the_same_person(crowd):
    first, again = tears.make(crowd[0]), tears.make(crowd[0])
    assert np.array_equal(first.points, again.points) and first.materials == ("tears", "caruncle") and first.follows == "skin"
    assert first.faces.max() == len(first.points) - 1 and set(first.slots) == {0, 1}
    assert np.allclose(binding.place(first.binding, binding.shown(crowd[0])), first.points, atol=1e-9)


def test_the_strip_is_thin_and_lies_on_the_eyeball(crowd):
    for person in crowd:
        for side, strip in _strips(tears.make(person)).items():
            eye = person.eyes[side]
            height = np.linalg.norm(strip - eye.centre, axis=-1) - eye.radius
            assert height.max() < 1.2e-3 and height[:, 2].max() < 1e-4
            middle = slice(len(strip) // 4, -len(strip) // 4)
            shown = height[middle, 2] > 0
            assert shown.mean() > 0.6 and height[middle, 2].max() <= 5.01e-5
            width = np.linalg.norm(strip[middle, 2] - strip[middle, 0], axis=-1)
            assert 1e-4 < width.min() and width.max() < 1.2e-3
            assert strip[middle, 2, 2].mean() > strip[middle, 0, 2].mean(), "from the lid up the eyeball"


def test_closed_lids_cover_it_on_twenty_people(crowd):
    smooth = binding.smooth(crowd[0].pack)
    for code in ("43", "6E+7E+43", "4E+6E+7E+9E+10E+43"):
        for person in crowd:
            posed = smooth.of(rig.deform(person, ActionUnits.parse(code)))
            points = binding.place(tears.make(person).binding, posed)
            for side, strip in _strips(tears.make(person), points).items():
                eye, rings = person.eyes[side], person.pack.eye_rings[SIDES.index(side)]
                front = np.linalg.norm(posed[rings[2]] - eye.centre, axis=-1)
                near = np.linalg.norm(strip.reshape(-1, 1, 3) - posed[rings[2]], axis=-1).argmin(axis=1)
                over = np.linalg.norm(strip.reshape(-1, 3) - eye.centre, axis=-1) - np.maximum(front[near], eye.radius + 1e-4)
                assert over.max() < 6.5e-4, f"{code} on {person.identity.id}: tears stand {over.max() * 1000:.2f} mm before the closed lids"


def _strips(piece, points=None):
    """Return {side: (N, 3, 3)} the strips of a piece: lid, middle, eyeball."""
    points = piece.points if points is None else points
    half = len(points) // 2
    return {side: points[k * half : (k + 1) * half - 32].reshape(-1, 3, 3) for k, side in enumerate(SIDES)}
