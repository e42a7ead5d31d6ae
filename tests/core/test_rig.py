"""The rig in numpy: known weights, known turns, and a head that turns as a whole."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wince.core import rig
from wince.core.facs.action_units import ActionUnits
from wince.core.facs.table import AU_KEYS


def weights(code):
    return {key: w for key, w in rig.weights(ActionUnits.parse(code)).items() if w}


def test_known_weights():
    assert weights("0") == {}
    assert weights("4C") == {"AU04.L": 0.52, "AU04.R": 0.52}
    assert weights("L12D") == {"AU12.L": 0.80}
    assert weights("43") == {"AU43.L": 1.0, "AU43.R": 1.0}
    assert weights("L46") == {"AU43.L": 1.0}
    assert weights("23B") == {"AU24": 0.28}
    assert weights("61E") == {"AU61": 1.0} and weights("61=2.5") == {"AU61": 0.5}, "lids follow the eye's angle, not the FACS curve"


def test_jaw_drops_behind_closed_lips_and_parting_undoes_it():
    assert weights("26E") == {"AU26": 1.0, "AU26.mouthClose": 1.0}
    assert "AU26.mouthClose" not in weights("25E+26E")


def test_correctives_act_only_while_the_eye_is_closed():
    assert not any("+" in key for key in weights("6E+7E"))
    assert weights("7C+43")["AU43.L+07"] == 0.52, "at full closure the corrective equals its partner"
    assert weights("L7C+R43").get("AU43.L+07") is None


def test_every_expression_is_short_and_simple():
    for row in rig.ROWS:
        assert len(row.expression) <= 255 and set(row.expression) <= set("abcdefminx*-+/()0123456789,."), row


@pytest.mark.parametrize(("code", "point", "moves"), [
    ("51E", (0, -1, 0), (+1, 0, 0)), ("53E", (0, -1, 0), (0, 0, +1)), ("55E", (1, 0, 0), (0, 0, -1)),
])
def test_head_turns_the_way_facs_names_it(pack, code, point, moves):
    turn = rig.bone_matrices(ActionUnits.parse(code), pack.joints)["head"][:3, :3]
    assert (turn @ np.array(point, float) - point) @ moves > 0.3


def test_head_forward_keeps_the_head_upright(pack):
    head = rig.bone_matrices(ActionUnits.parse("57E"), pack.joints)["head"]
    assert np.allclose(head[:3, :3], np.eye(3)) and head[1, 3] < -0.01


def test_eyes_turn_together_and_apart(person):
    def sight(code, side):
        matrix = rig.eye_matrix(ActionUnits.parse(code), person, side)[:3, :3]
        return matrix @ [0, -1, 0] / np.linalg.norm(matrix[:, 1])
    assert sight("61E", "L")[0] > 0.4 and sight("61E", "R")[0] > 0.4
    assert sight("63E", "L")[2] > 0.35 and sight("64E", "R")[2] < -0.35
    assert sight("66E", "L")[0] < -0.2 and sight("66E", "R")[0] > 0.2


def test_a_turned_head_is_rigid_and_the_shoulders_stay(person):
    posed = rig.pose(person, ActionUnits.parse("51D+53B"))
    held = person.pack.head_weight
    skull, trunk = held[:, 1] > 0.9999, held.sum(axis=1) < 1e-4
    assert skull.sum() > 1000 and trunk.sum() > 50
    assert np.allclose(posed[trunk], person.base[trunk], atol=2e-6)
    turn = rig.bone_matrices(ActionUnits.parse("51D+53B"), person.pack.joints)["head"]
    assert np.allclose(posed[skull], person.base[skull] @ turn[:3, :3].T + turn[:3, 3], atol=2e-5)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([k for k in AU_KEYS if not k.startswith(("AU5", "AU6"))]), st.floats(0, 5))
def test_posing_is_continuous_and_bounded(person, key, value):
    if key[:4] in ("AU05",):
        return
    moved = np.abs(rig.pose(person, ActionUnits.from_keys({key: value})) - person.base).max()
    nearby = np.abs(rig.pose(person, ActionUnits.from_keys({key: min(value + 0.01, 5)})) - person.base).max()
    assert moved < 0.06 and abs(moved - nearby) < 5e-4
