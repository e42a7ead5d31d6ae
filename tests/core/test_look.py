"""Looks: a value whose axes explain themselves, and what years do to it."""

import json
from dataclasses import asdict, replace

import pytest

from wince.core import ageing, identity
from wince.core import look as looks
from wince.core.errors import WinceError

WHO = identity.Identity("x", 0, 0, 40.0, 0.5, {"pole_a": 1.0, "pole_b": 0.0, "pole_c": 0.0})


def test_every_axis_explains_itself():
    for part, axis in looks.axes():
        kinds = [kind for kind in ("options", "low", "colour") if kind in axis.metadata]
        assert len(kinds) == 1 and len(axis.metadata["tip"]) > 4, (part, axis.name)


def test_a_look_goes_to_json_and_back():
    look = looks.changed(looks.Look(seed=7), "hair", style=looks.HAIR_STYLES[-1], grey=1.0)
    assert looks.from_dict(json.loads(json.dumps(asdict(look)))) == look
    assert looks.from_dict({}) == looks.Look()
    assert looks.from_dict({"skin": {"oil": 1}}).skin.oil == 1.0 and isinstance(looks.from_dict({"skin": {"oil": 1}}).skin.oil, float)


@pytest.mark.parametrize("data, word", [
    ({"wig": {}}, "wig"), ({"hair": {"lenght": 1}}, "lenght"), ({"hair": {"style": "mullet"}}, "mullet"),
    ({"skin": {"oil": 1.5}}, "skin.oil"), ({"clothes": {"colour": [1, 2, 0]}}, "clothes.colour"), ({"skin": {"oil": "much"}}, "skin.oil"),
])
def test_what_no_look_has_is_refused(data, word):
    with pytest.raises(WinceError, match=word):
        looks.from_dict(data)


def test_an_identity_without_a_look_has_the_default_one():
    data = {key: value for key, value in asdict(WHO).items() if key != "look"}
    assert identity.from_json(json.dumps(data)) == WHO


def test_only_what_is_not_by_default_makes_another_id():
    same = identity.edited(WHO, look=looks.Look())
    other = identity.with_look(WHO, "skin", oil=0.9)
    assert same.id == identity.edited(WHO).id != other.id
    assert looks.differences(other.look) == {"skin.oil": 0.9} and looks.differences(looks.Look(seed=3)) == {"seed": 3}


def test_years_bring_signs_of_age_and_take_none_away():
    people = [replace(WHO, age=float(age)) for age in range(20, 96, 5)]
    for sign in (ageing.static_lines, ageing.folding, ageing.spots, ageing.grey, ageing.receded, ageing.sparse):
        shown = [sign(who) for who in people]
        assert shown == sorted(shown) and shown[0] >= 0, sign.__name__
    assert ageing.static_lines(people[0]) == 0 < 0.5 < ageing.static_lines(people[-1])
    assert ageing.grey(people[0]) == 0 and ageing.grey(people[-1]) == 1
