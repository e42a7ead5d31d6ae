"""Morph targets for other programs."""

import numpy as np
import pytest

from wince.core import lips, rig, targets
from wince.core.facs import arkit
from wince.core.facs.action_units import ActionUnits
from wince.core.facs.arkit import ARKIT_NAMES


def test_the_52_names_in_order_and_all_of_them_move(person):
    made = targets.arkit(person)
    assert tuple(made) == ARKIT_NAMES and len(made) == 52
    assert all(delta.shape == person.base.shape and np.abs(delta).max() > 1e-4 for delta in made.values())


def test_a_blink_is_the_persons_own_closure(person):
    closed = rig.deform(person, ActionUnits.parse("L43"))
    assert np.allclose(person.base + targets.arkit(person)["eyeBlinkLeft"], closed, atol=1e-9)


def test_action_units_add_up_to_the_rig(person):
    made = targets.action_units(person)
    moved = person.base + made["AU12.L"] + made["AU17"]
    assert np.allclose(moved, rig.deform(person, ActionUnits.parse("L12E+17E")), atol=1e-9)
    assert not any("+" in name for name in made)


@pytest.mark.parametrize("code", ["27E", "12D", "4E+10C", "L2B+9D", "16C+20D", "17E", "34E"])
def test_what_arkit_has_words_for_moves_as_in_the_rig(person, code):
    aus, made = ActionUnits.parse(code), targets.arkit(person)
    moved = person.base + sum(weight * made[name] for name, weight in arkit.to_arkit(aus).items())
    assert np.abs(moved - rig.deform(person, aus)).max() < 1e-9


def test_a_dropped_jaw_keeps_the_lips_closed(person):
    made = targets.arkit(person)
    moved = person.base + sum(weight * made[name] for name, weight in arkit.to_arkit(ActionUnits.parse("26E")).items())
    assert np.abs(lips.gap(lips.of_pack(person.pack), moved)).max() < 3e-4
