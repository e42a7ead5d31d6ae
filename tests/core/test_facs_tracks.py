"""Action units over time, and the CSV files they come in."""

import numpy as np
import pytest

from wince.core import turns
from wince.core.errors import WinceError
from wince.core.facs import arkit, captures, pose, track_csv, tracks
from wince.core.facs.action_units import ActionUnits
from wince.core.facs.pspi import pspi
from wince.core.facs.table import AU_KEYS
from wince.core.facs.track_csv import Reading

HEAD = "frame, face_id, timestamp, confidence, success"


def at(track, key, moment=0):
    return float(track.values[key][moment])


def every_frame_is_a_face(values):
    """Raise unless each moment is a face that FACS allows."""
    for moment in range(len(next(iter(values.values())))):
        ActionUnits.from_keys({key: float(value[moment]) for key, value in values.items()})


# OpenFace

def test_openface_columns_with_their_spaces():
    track, notes = track_csv.read(f"{HEAD}, AU01_r, AU04_r, AU17_r, AU45_r, AU04_c\n1, 0, 0.000, 0.98, 1, 0.5, 2.25, 1, 0.75, 1\n"
                                  "2, 0, 0.040, 0.98, 1, 0, 3.5, 0, 0, 0\n")
    assert track.times.tolist() == [0.0, 0.04] and notes == []
    assert set(track.values) == {"AU01.L", "AU01.R", "AU04.L", "AU04.R", "AU17", "AU45.L", "AU45.R"}
    assert (at(track, "AU04.L"), at(track, "AU04.R"), at(track, "AU04.R", 1)) == (2.25, 2.25, 3.5)
    assert (at(track, "AU17"), at(track, "AU45.L"), at(track, "AU01.R")) == (1.0, 0.75, 0.5)


def test_presence_counts_only_where_there_is_no_intensity():
    text = f"{HEAD}, AU04_r, AU04_c, AU28_c\n1, 0, 0, 1, 1, 1.5, 1, 1\n2, 0, 0.1, 1, 1, 0, 1, 0\n"
    track, notes = track_csv.read(text, Reading(presence=2.5))
    assert track.values["AU28"].tolist() == [2.5, 0.0] and track.values["AU04.L"].tolist() == [1.5, 0.0]
    assert notes == ["AU28 only present or absent: present was read as 2.5"]


def test_rows_without_a_trusted_face_are_gaps():
    rows = ["1, 0, 0.0, 0.9, 1, 1", "2, 0, 0.1, 0.9, 0, 4", "3, 0, 0.2, 0.3, 1, 5", "4, 0, 0.3, 0.9, 1, 2"]
    track, notes = track_csv.read("\n".join([f"{HEAD}, AU04_r", *rows]))
    assert track.times.tolist() == [0.0, 0.3] and track.values["AU04.L"].tolist() == [1.0, 2.0]
    assert notes == ["2 of 4 rows were left out"]


def test_one_of_several_faces_is_read():
    rows = [f"{k}, {face}, {k / 10}, 1, 1, {1 + face}" for k in range(3) for face in (0, 1)] + ["3, 1, 0.3, 1, 1, 2"]
    text = "\n".join([f"{HEAD}, AU04_r", *rows])
    most, notes = track_csv.read(text)
    assert most.values["AU04.L"].tolist() == [2.0] * 4 and "of the faces 0, 1 number 1 was read" in notes
    first, _ = track_csv.read(text, Reading(face_id=0))
    assert first.values["AU04.L"].tolist() == [1.0] * 3 and first.times.tolist() == [0.0, 0.1, 0.2]
    with pytest.raises(WinceError, match="no face 7 in this file: its faces are 0, 1"):
        track_csv.read(text, Reading(face_id=7))


def test_pictures_without_a_time_are_counted():
    track, _ = track_csv.read(f"{HEAD}, AU04_r\n1, 0, 0, 1, 1, 1\n2, 0, 0, 1, 1, 2\n", Reading(fps=25))
    assert track.times.tolist() == [0.0, 0.04]


@pytest.mark.parametrize(("angles", "key", "degrees"), [
    ((0, -0.2, 0), "AU51", 8), ((0, 0.2, 0), "AU52", 8), ((-0.2, 0, 0), "AU53", 5), ((0.2, 0, 0), "AU54", 5),
    ((0, 0, 0.2), "AU55", 5), ((0, 0, -0.2), "AU56", 5)])
def test_openface_head_angles_have_the_right_signs(angles, key, degrees):
    """Its camera looks at the face: turning to the person's right is positive, down is positive, the left ear down is positive."""
    text = f"{HEAD}, pose_Rx, pose_Ry, pose_Rz, AU04_r\n1, 0, 0, 1, 1, {angles[0]}, {angles[1]}, {angles[2]}, 0\n"
    track, _ = track_csv.read(text, Reading(head=True))
    on = {name: float(value[0]) for name, value in track.values.items() if value[0] > 1e-9}
    assert on == {key: pytest.approx(np.degrees(0.2) / degrees)}
    assert not track_csv.read(text)[0].values["AU04.L"].any() and "AU51" not in track_csv.read(text)[0].values


def test_openface_head_turns_are_those_of_its_source():
    """The matrix of OpenFace's Euler2RotationMatrix, written out here, takes the nose where the AUs do."""
    rx, ry, rz = 0.21, -0.33, 0.12
    (s1, s2, s3), (c1, c2, c3) = np.sin([rx, ry, rz]), np.cos([rx, ry, rz])
    theirs = np.array([[c2 * c3, -c2 * s3, s2], [c1 * s3 + c3 * s1 * s2, c1 * c3 - s1 * s2 * s3, -c2 * s1],
                       [s1 * s3 - c1 * c3 * s2, c3 * s1 + c1 * s2 * s3, c1 * c2]])
    aus = captures.head_aus(captures.openface_head(*np.array([[rx], [ry], [rz]])))
    angles = pose.head_pose(ActionUnits.from_keys({key: float(value[0]) for key, value in aus.items()}))
    ours = turns.rotation(*np.radians([angles["yaw_deg"], angles["pitch_deg"], angles["roll_deg"]]))
    for mine, camera in (((0, -1, 0), (0, 0, -1)), ((0, 0, 1), (0, -1, 0)), ((1, 0, 0), (1, 0, 0))):
        x, y, z = theirs @ camera
        assert ours @ mine == pytest.approx([x, z, -y], abs=1e-9)


@pytest.mark.parametrize(("angles", "key", "degrees"), [((0.2, 0), "AU61", 6), ((-0.2, 0), "AU62", 6), ((0, -0.2), "AU63", 5),
                                                        ((0, 0.2), "AU64", 5)])
def test_openface_gaze_signs(angles, key, degrees):
    text = f"{HEAD}, gaze_angle_x, gaze_angle_y, AU04_r\n1, 0, 0, 1, 1, {angles[0]}, {angles[1]}, 0\n"
    track, _ = track_csv.read(text, Reading(gaze=True))
    on = {name: float(value[0]) for name, value in track.values.items() if value[0] > 1e-9}
    assert on == {key: pytest.approx(np.degrees(0.2) / degrees)}


def test_a_gaze_at_the_camera_from_a_turned_head_turns_the_eyes_back():
    text = f"{HEAD}, pose_Rx, pose_Ry, pose_Rz, gaze_angle_x, gaze_angle_y, AU04_r\n1, 0, 0, 1, 1, 0, -0.25, 0, 0, 0, 0\n"
    track, _ = track_csv.read(text, Reading(head=True, gaze=True))
    assert at(track, "AU51") == pytest.approx(np.degrees(0.25) / 8) and at(track, "AU62") == pytest.approx(np.degrees(0.25) / 6)
    assert at(track, "AU61") == 0 and at(track, "AU63") == pytest.approx(0, abs=1e-9)


def test_a_turn_that_no_au_reaches_is_said():
    text = f"{HEAD}, pose_Rx, pose_Ry, pose_Rz, AU04_r\n1, 0, 0, 1, 1, 0, 1.2, 0, 0\n"
    track, notes = track_csv.read(text, Reading(head=True, gaze=True))
    assert at(track, "AU52") == 5.0
    assert "turned at least as far as they go: AU52" in notes and "the file has no angles of the eyes" in notes


# ARKit

def live_link(rows, extra=()):
    """A Live Link Face file: rows of {ARKit name: weight}, one each thirtieth of a second, timecode counted at 60."""
    names = [name[0].upper() + name[1:] for name in arkit.ARKIT_NAMES] + list(extra)
    lines = [f"13:59:{k // 30:02d}:{k % 30 * 2:02d}.250,61,"
             + ",".join(f"{row.get(name[0].lower() + name[1:], row.get(name, 0)):.10f}" for name in names) for k, row in enumerate(rows)]
    return "\n".join(["Timecode,BlendShapeCount," + ",".join(names), *lines])


def test_a_smile_recorded_with_live_link():
    half = arkit.to_arkit(ActionUnits.parse("L12C+R12A+26B"))
    track, notes = track_csv.read(live_link([{}, half, {}]))
    assert track.times == pytest.approx([0, 1 / 30, 2 / 30]) and notes == []
    assert (at(track, "AU12.L", 1), at(track, "AU12.R", 1), at(track, "AU26", 1)) == pytest.approx((3, 1, 2), abs=1e-6)
    assert at(track, "AU12.L", 2) == 0


def test_many_frames_are_read_like_one_by_one(rng):
    weights = {name: rng.random(80) * (rng.random(80) < 0.5) for name in arkit.ARKIT_NAMES}
    values, lost = captures.from_arkit_frames(weights)
    for moment in range(80):
        aus, _ = arkit.from_arkit({name: weight[moment] for name, weight in weights.items()})
        assert {key: float(values[key][moment]) if key in values else 0.0 for key in AU_KEYS} == pytest.approx(aus.keys(), abs=1e-8)
    assert lost["mouthLeft"] == weights["mouthLeft"].max()


def test_live_link_without_a_word_for_a_shape_says_so():
    _, notes = track_csv.read(live_link([{"mouthLeft": 0.4, "mouthRight": 0.05}]))
    assert notes == ["no action unit takes all of mouthLeft (0.40 left)"]


def test_live_link_turns():
    row = {"HeadYaw": -0.2, "HeadPitch": 0.1, "HeadRoll": 0.05, "LeftEyeYaw": 0.1, "RightEyeYaw": 0.2, "LeftEyePitch": -0.1,
           "RightEyePitch": -0.1, "eyeLookOutLeft": 0.5, "eyeLookInRight": 0.5}
    names = [name for name in row if name[0].isupper()]
    without, _ = track_csv.read(live_link([row], names))
    assert not {"AU51", "AU61"} & set(without.values)
    track, _ = track_csv.read(live_link([row], names), Reading(head=True, gaze=True))
    expected = {"AU51": 0.2 / 8, "AU54": 0.1 / 5, "AU55": 0.05 / 5, "AU62": 0.15 / 6, "AU63": 0.1 / 5}
    assert {key: at(track, key) for key in expected} == pytest.approx({key: np.degrees(value) for key, value in expected.items()})
    shapes, _ = track_csv.read(live_link([row]), Reading(gaze=True))       # no angles of the eyes: their shapes tell
    assert at(shapes, "AU61") == pytest.approx(2.5)


def test_a_recording_past_midnight_and_one_with_holes():
    text = "Timecode,BlendShapeCount,JawOpen\n23:59:59:58.0,61,0.1\n00:00:00:00.0,61,0.2\n00:00:00:02.0,0\n00:00:01:00.0,61,0.3\n"
    track, notes = track_csv.read(text)
    assert track.times == pytest.approx([0, 2 / 60, 62 / 60]) and notes == ["1 of 4 rows were left out"]


# Any table

@pytest.mark.parametrize("name", ["AU04", "AU4", "au04", "4", "AU04_r"])
def test_a_column_without_a_side_moves_both(name):
    track, _ = track_csv.read(f"time,{name}\n0,2\n")
    assert {key: at(track, key) for key in track.values} == {"AU04.L": 2.0, "AU04.R": 2.0}


@pytest.mark.parametrize(("name", "key"), [("AU04.L", "AU04.L"), ("AU04_R", "AU04.R"), ("4 r", "AU04.R"), ("AU04_L_r", "AU04.L"),
                                           ("AU17", "AU17")])
def test_a_column_with_a_side(name, key):
    assert set(track_csv.read(f"time,{name}\n0,2\n")[0].values) == {key}


def test_a_side_beats_both_sides():
    track, _ = track_csv.read("time,AU04.L,AU04_r\n0,1,3\n")
    assert (at(track, "AU04.L"), at(track, "AU04.R")) == (1.0, 3.0)


def test_frames_are_counted_from_the_first_row():
    track, _ = track_csv.read("frame;AU04\n101;1\n103;2\n", Reading(fps=50))
    assert track.times == pytest.approx([0.0, 0.04])


def test_unknown_columns_are_named_and_do_not_matter():
    _, notes = track_csv.read("time,AU04,heart_rate,AU99_r\n0,1,70,2\n")
    assert notes == ["columns that are not known were left alone: heart_rate, AU99_r"]


def test_files_that_cannot_be_read():
    with pytest.raises(WinceError, match=r"no column of this file is known \(time, pulse\): expected are AU columns"):
        track_csv.read("time,pulse\n0,1\n")
    with pytest.raises(WinceError, match=r"line 3, column AU04_r: 'abc' is no number"):
        track_csv.read("timestamp, AU04_r\n0, 1\n0.1, abc\n")
    with pytest.raises(WinceError, match=r"line 2, column AU04: 'inf' is no number"):
        track_csv.read("time,AU04\n0,inf\n")
    with pytest.raises(WinceError, match=r"line 2, column Timecode"):
        track_csv.read("Timecode,BlendShapeCount,JawOpen\n1:2,61,0.1\n")
    with pytest.raises(WinceError, match="no rows below its head line"):
        track_csv.read("time,AU04\n")
    with pytest.raises(WinceError, match="no row of this file can be used"):
        track_csv.read(f"{HEAD}, AU04_r\n1, 0, 0, 0, 0, 1\n")


def test_empty_cells_and_rows_that_go_back_are_left_out():
    track, notes = track_csv.read("time,AU04,AU06\n0,1,1\n1,,1\n2,3,nan\n3,4,4\n2.5,5,5\n4,9,1\n")
    assert track.times.tolist() == [0, 3, 4] and track.values["AU04.L"].tolist() == [1, 4, 5]
    assert notes == ["intensities outside 0 to 5 were cut off there", "3 of 6 rows were left out, 1 of them because time does not go "
                     "forward there, first on line 6"]


def test_rows_that_go_back_are_said_where_no_other_is_lost():
    track, notes = track_csv.read("time,AU04\n0,1\n2,2\n1,3\n1.5,4\n3,5\n")
    assert track.times.tolist() == [0, 2, 3]
    assert notes == ["2 of 5 rows were left out, 2 of them because time does not go forward there, first on line 4"]


@pytest.mark.parametrize("name", ["timestamp", "time"])
def test_a_clock_in_milliseconds_is_refused(name):
    rows = "".join(f"{1.7e12 + 40 * k:.0f},1\n" for k in range(4))
    with pytest.raises(WinceError, match=f"the column {name} goes on by 40 from row to row: expected are seconds"):
        track_csv.read(f"{name},AU04\n{rows}")
    assert track_csv.read(f"{name},AU04\n1700000000.5,1\n1700000001,2\n")[0].times.tolist() == [0, 0.5]


# What contradicts

def test_the_stronger_of_two_rivals_stays():
    text = "time,AU26,AU27,AU51,AU52,AU43,AU45.L,AU46.L,AU46.R\n0,2,3,1,0.5,2,3,0,0\n1,3,2,0,2,0,0,1,2\n"
    values = track_csv.read(text)[0].values
    assert values["AU26"].tolist() == [0, 3] and values["AU27"].tolist() == [3, 0]
    assert values["AU51"].tolist() == [1, 0] and values["AU52"].tolist() == [0, 2]
    assert values["AU43.L"].tolist() == [0, 0] and values["AU43.R"].tolist() == [2, 0] and values["AU45.L"].tolist() == [3, 0]
    assert values["AU46.L"].tolist() == [0, 0] and values["AU46.R"].tolist() == [0, 2]


def test_every_moment_of_noise_is_a_face_after_it_is_resolved(rng):
    every_frame_is_a_face(tracks.resolved({key: 5 * rng.random(40) * (rng.random(40) < 0.6) for key in AU_KEYS}))


# On frames

def a_track(times, **values):
    return tracks.Track(np.array(times, float), {key.replace("_", "."): np.array(value, float) for key, value in values.items()})


def test_a_capture_at_the_scenes_rate_keeps_its_numbers():
    track = a_track([k / 30 for k in range(4)], AU04_L=[0.1, 0.2, 0.30000001, 5])
    frames, values = tracks.on_frames(track, 30)
    assert frames.tolist() == [0, 1, 2, 3] and values["AU04.L"].tolist() == [0.1, 0.2, 0.30000001, 5]


def test_a_capture_at_another_rate_is_interpolated():
    frames, values = tracks.on_frames(a_track([0, 1 / 30, 2 / 30, 3 / 30], AU17=[0, 1, 2, 3]), 20)
    assert frames.tolist() == [0, 1, 2] and values["AU17"] == pytest.approx([0, 1.5, 3])


def test_gaps_get_no_keys():
    frames, _ = tracks.on_frames(a_track([0, 0.1, 0.2, 0.6, 0.7, 0.8], AU17=range(6)), 10)
    assert frames.tolist() == [0, 1, 2, 6, 7, 8]


def test_slow_captures_fill_their_frames():
    frames, values = tracks.on_frames(a_track([0, 1, 2], AU17=[0, 4, 0]), 4)
    assert frames.tolist() == list(range(9)) and values["AU17"].tolist() == [0, 1, 2, 3, 4, 3, 2, 1, 0]


def test_rivals_that_cross_in_a_gap_do_not_meet():
    track = a_track([0, 0.1, 0.2, 0.8, 0.9, 1.0], AU51=[3, 3, 3, 0, 0, 0], AU52=[0, 0, 0, 3, 3, 3])
    frames, values = tracks.on_frames(track, 10)
    whole = {key: np.interp(np.arange(11), frames, value) for key, value in values.items()}
    every_frame_is_a_face(whole)
    assert values["AU51"][0] == 3 and values["AU52"][-1] == 3


def test_scale_is_for_shapes_and_ends_at_five():
    _, values = tracks.on_frames(a_track([0, 1], AU04_L=[1, 4], AU51=[1, 2]), 1, scale=2)
    assert values["AU04.L"].tolist() == [2, 5] and values["AU51"].tolist() == [1, 2]


def test_smoothing_keeps_a_level_and_spreads_a_peak(rng):
    level, peak = np.full(101, 2.0), np.zeros(101)
    peak[50] = 5
    _, values = tracks.on_frames(a_track(np.arange(101) / 100, AU17=level, AU04_L=peak), 100, smoothing=0.03)
    x = np.arange(-9, 10)
    weights = np.exp(-0.5 * (x / 3) ** 2)
    assert values["AU17"] == pytest.approx(level) and values["AU04.L"][41:60] == pytest.approx(5 * weights / weights.sum())


def test_half_a_face():
    values = {key: np.ones(1) for key in ("AU04.L", "AU04.R", "AU17")}
    assert set(tracks.on_sides(values, "L")) == {"AU04.L", "AU17"} and set(tracks.on_sides(values)) == set(values)


def test_a_capture_shorter_than_a_frame_is_refused():
    with pytest.raises(WinceError, match="less than a frame at 1 frames per second"):
        tracks.on_frames(a_track([0.3, 0.6], AU17=[0, 1]), 1)


# PSPI and out again

def test_pspi_over_time_is_pspi(rng):
    values = tracks.resolved({key: np.round(5 * rng.random(60) * (rng.random(60) < 0.6), 2) for key in AU_KEYS})
    scores = tracks.pspi_over(values)
    for moment in range(60):
        one = pspi(ActionUnits.from_keys({key: value[moment] for key, value in values.items()}))
        assert tuple(int(scores[name][moment]) for name in tracks.PSPI_TERMS) == tuple(one)


@pytest.mark.parametrize("fps", [24, 30, 24000 / 1001])
def test_what_was_written_comes_back_exactly(rng, fps):
    values = tracks.resolved({key: (5 * rng.random(50) * (rng.random(50) < 0.6)).astype(np.float32).astype(float) for key in AU_KEYS})
    text = track_csv.write(tracks.Track(np.arange(50) / fps, values), fps, first_frame=7)
    track, notes = track_csv.read(text, Reading(fps=fps, head=False))
    frames, back = tracks.on_frames(track, fps)
    assert notes == [] and frames.tolist() == list(range(50)) and text.splitlines()[1].startswith("7,0,0,1,1,")
    assert all((back[key] == values[key]).all() for key in AU_KEYS)


def test_the_head_line_is_openfaces():
    text = track_csv.write(a_track([0], AU04_L=[3], AU04_R=[1], AU43_L=[5], AU43_R=[5]), 24)
    head, row = (line.split(",") for line in text.splitlines())
    cell = dict(zip(head, row, strict=True))
    assert head[:6] == ["frame", "timestamp", "face_id", "confidence", "success", "AU01_r"]
    assert (cell["AU04_r"], cell["AU04.L"], cell["AU04.R"], cell["PSPI"], cell["eyes"]) == ("3", "3", "1", "4", "1")


def test_pspi_as_a_table():
    text = track_csv.write_pspi(a_track([0, 0.5], AU04_L=[3, 0], AU06_L=[0, 2], AU09_R=[1, 1]), 2, first_frame=5)
    assert text == "frame,PSPI,brow,orbit,levator,eyes\n5,4,3,0,1,0\n6,3,0,2,1,0\n"
