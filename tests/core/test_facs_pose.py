"""Head and gaze: angles and jitter."""

import numpy as np
import pytest

from wince.core.errors import WinceError
from wince.core.facs.action_units import ActionUnits
from wince.core.facs.pose import gaze, head_pose
from wince.core.facs.samplers import pose_jitter
from wince.core.streams import stream


def jitter(number, head=6.0, eyes=4.0):
    return pose_jitter(stream(2, "head_pose", number), head, eyes)


def test_angles_of_the_head():
    pose = head_pose(ActionUnits.parse("51C+54A+56E+57B"))
    assert pose == {"yaw_deg": 24.0, "pitch_deg": -5.0, "roll_deg": -25.0, "forward_deg": 6.0}


def test_angles_of_the_eyes():
    assert gaze(ActionUnits.parse("61B+63A")) == {"L": {"yaw_deg": 12.0, "pitch_deg": 5.0}, "R": {"yaw_deg": 12.0, "pitch_deg": 5.0}}
    crossed = gaze(ActionUnits.parse("66B"))                            # the left eye turns right, the right eye left
    assert crossed["L"]["yaw_deg"] == -6.0 and crossed["R"]["yaw_deg"] == 6.0


def test_jitter_has_the_deviation_asked_for():
    poses = [ActionUnits.from_codes(jitter(number)) for number in range(4000)]
    angles = np.array([[*head_pose(p).values()][:3] + [*gaze(p)["L"].values()] for p in poses])
    assert angles.std(axis=0) == pytest.approx([6, 6, 6, 4, 4], rel=0.05)
    assert angles.mean(axis=0) == pytest.approx(np.zeros(5), abs=0.35)
    assert np.corrcoef(angles.T) - np.eye(5) == pytest.approx(np.zeros((5, 5)), abs=0.06)


def test_jitter_is_a_face_whatever_its_size():
    for number in range(200):
        turns = jitter(number, 90.0, 90.0)
        assert all(0.0 < value <= 5.0 for value in turns.values())
        assert set(ActionUnits.from_codes(turns).numbers) == set(turns) <= {51, 52, 53, 54, 55, 56, 61, 62, 63, 64}


def test_without_deviation_nothing_turns():
    assert jitter(0, 0.0, 0.0) == {}
    assert set(jitter(0, 0.0, 4.0)) <= {61, 62, 63, 64} and len(jitter(0, 0.0, 4.0)) == 2


def test_head_and_gaze_do_not_move_each_other():
    assert {k: v for k, v in jitter(3).items() if k > 60} == jitter(3, head=0.0)


def test_jitter_leaves_the_face_as_it_is():
    face = ActionUnits.parse("4C+43").with_(jitter(1))
    assert face.both(4) == 3.0 and face.both(43) == 5.0 and set(face.numbers) - {4, 43} == set(jitter(1))


def test_the_same_stream_gives_the_same_pose():
    assert jitter(1) == jitter(1) != jitter(2)


def test_refuses_a_negative_deviation():
    with pytest.raises(WinceError, match="head_jitter_deg is -1"):
        jitter(0, -1.0, 0.0)
    with pytest.raises(WinceError, match="gaze_jitter_deg is nan"):
        jitter(0, 0.0, float("nan"))
