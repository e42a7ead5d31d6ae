"""Tracks as CSV files: OpenFace, ARKit (Live Link Face), and any table with columns named like AUs; read and written.

What counts as a column of an AU: "AU04_r" (OpenFace's intensity), "AU04_c" (its presence, used where there is no intensity), the rig's
own "AU04.L" and "AU17", and plain "AU4" or "4". A side beats both sides: "AU04_r" beside "AU04.L" and "AU04.R" is not read.
A column without a side moves both. Without AU columns, ARKit's 52 names are looked for, in either spelling.
"""

import io
import re
from dataclasses import dataclass

import numpy as np

from ..errors import WinceError
from . import captures
from .arkit import ARKIT_NAMES
from .pose import GAZE_TURNS, HEAD_TURNS
from .table import AU_KEYS, NUMBER_OF, TABLE, keys_of
from .tracks import MOST, PSPI_TERMS, Track, pspi_over, resolved

# A small r after a low line is OpenFace's "regression", a big one is a side.
AU_COLUMN = re.compile(r"(?P<au>[aA][uU])?0*(?P<number>\d+)(?:[._ ]?(?P<side>[LR])|[. ](?P<small>[lr]))?(?:_(?P<kind>[rc]))?")
# OpenFace's landmarks, gaze vectors and shape parameters, Live Link Face's counters, our own scores: known, and nothing to read.
SILENT = re.compile(r"(eye_lmk_)?[xyz]_\d+|p_(rx|ry|rz|tx|ty|scale|\d+)|gaze_[01]_[xyz]|gaze_angle_[xy]|pose_[tr][xyz]|face|confidence|"
                    r"success|blendshapecount|(head|lefteye|righteye)(yaw|pitch|roll)|pspi|brow|orbit|levator|eyes", re.IGNORECASE)
CLOCKS = ("timestamp", "time", "timecode", "frame")
ARKIT_BY_NAME = {name.lower(): name for name in ARKIT_NAMES}
EXPECTED = ("AU columns (AU04_r of OpenFace, AU04.L, AU17, 4) or ARKit's blendshapes (EyeBlinkLeft ...), "
            "beside a column timestamp, time, Timecode or frame")
LONGEST_STEP = 5.0                                     # seconds between rows; more are milliseconds, or another count
SHAPE_LOST = 0.1                                       # a weight below this that no AU took is not worth a word
TIMECODE_RATES = (24, 25, 30, 48, 50, 60)
RANK = {"side": 2, "r": 1, "": 1, "c": 0}              # of several columns for one AU, the highest is read


@dataclass(frozen=True)
class Reading:
    """How a file is read.

    fps         frames per second of files that count frames instead of seconds
    face_id     which face of a file with several; None takes the one that is seen most
    confidence  rows of OpenFace below this are gaps
    presence    intensity that a presence (AU28_c = 1) stands for
    head, gaze  read the turns of the head, of the eyes, too
    """

    fps: float = 24.0
    face_id: int | None = None
    confidence: float = 0.7
    presence: float = 3.0
    head: bool = False
    gaze: bool = False


def read(text, how=None):
    """Read a capture.

    text     str       the file's text
    how      Reading
    returns  (Track, list of sentences about what was left out or read in a particular way); time 0 is the file's first row
    raises   WinceError when nothing in it is known, or a number is broken: it names the line and the column
    """
    how, notes = how or Reading(), []
    table = _Table.of(text)
    columns = _au_columns(table.names)
    shapes = {} if columns else table.shapes()
    if not columns and not shapes:
        raise WinceError(f"no column of this file is known ({_some(table.names)}): expected are {EXPECTED}")
    times = _times(table, how, notes)
    kept = _kept(table, how, notes, times)
    track = _shapes_over(table, kept, shapes, how, notes) if shapes else _aus_over(table, kept, columns, how, notes)
    track |= {key: value for key, value in _turns(table, kept, how, notes, bool(shapes)).items() if not (columns and key in track)}
    whole = np.all([np.isfinite(value) for value in track.values()], axis=0)
    kept, times = kept[whole], times[kept[whole]]
    advancing = times > np.concatenate([[-np.inf], np.maximum.accumulate(times)[:-1]]) if len(times) else np.zeros(0, bool)
    if not advancing.any():
        raise WinceError("no row of this file can be used: each was marked as failed, is empty, or belongs to another face")
    if left := len(table.rows) - int(advancing.sum()):
        notes.append(f"{left} of {len(table.rows)} rows were left out" + _going_back(table, kept, ~advancing))
    _name_unknown(table, columns, shapes, notes)
    values = {key: value[whole][advancing] for key, value in track.items()}
    return Track(times[advancing], resolved({key: values[key] for key in AU_KEYS if key in values})), notes


def write(track, fps, first_frame=1):
    """Return a track as CSV text: OpenFace's columns, the sides beside them, and PSPI with its terms.

    track        Track whose times are whole frames
    first_frame  number of the frame at time 0
    """
    count, sided = len(track.times), [key for key in AU_KEYS if TABLE[NUMBER_OF[key]].sided]
    value = {key: track.values.get(key, np.zeros(count)) for key in AU_KEYS}
    both = {f"AU{n:02d}_r": np.maximum.reduce([value[key] for key in keys_of(n)]) for n in TABLE}
    frames = np.round(track.times * fps).astype(int) + first_frame
    constant = {name: np.full(count, number) for name, number in (("face_id", 0), ("confidence", 1), ("success", 1))}
    columns = {"frame": frames, "timestamp": track.times} | constant | both | {key: value[key] for key in sided} | pspi_over(value)
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    return "".join(",".join(row) + "\n" for row in (list(columns), *(map(_plain, row) for row in rows)))


def write_pspi(track, fps, first_frame=1):
    """Return PSPI over time as CSV text: frame, PSPI, brow, orbit, levator, eyes."""
    scores = pspi_over(track.values)
    frames = np.round(track.times * fps).astype(int) + first_frame
    rows = zip(frames.tolist(), *(scores[name].tolist() for name in PSPI_TERMS), strict=True)
    return "".join(",".join(map(str, row)) + "\n" for row in (("frame", *PSPI_TERMS), *rows))


def _plain(number):
    """Write a number so that reading it gives the same one back."""
    return repr(int(number)) if float(number).is_integer() else repr(number)


@dataclass(frozen=True)
class _Table:
    """Cells as text, with the line of the file that each row stands on."""

    names: tuple[str, ...]
    rows: list
    lines: list

    @classmethod
    def of(cls, text):
        import csv  # for the table only

        first = text.lstrip("\ufeff").split("\n", 1)[0]
        reader = csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=max(",;\t", key=first.count))
        names = tuple(name.strip() for name in next(reader, []))
        pairs = [(row, reader.line_num) for row in reader if any(cell.strip() for cell in row)]
        if not pairs:
            raise WinceError(f"the file has no rows below its head line ({_some(names)}): expected are {EXPECTED}")
        return cls(names, [row for row, _ in pairs], [line for _, line in pairs])

    def shapes(self):
        """Return {ARKit name: column}."""
        return {ARKIT_BY_NAME[name.lower()]: place for place, name in enumerate(self.names) if name.lower() in ARKIT_BY_NAME}

    def place(self, name):
        """Return the column with a name, in any case; None without."""
        return next((place for place, other in enumerate(self.names) if other.lower() == name.lower()), None)

    def cells(self, place, kept):
        """Return the cells of one column as text; of rows that are too short, an empty one."""
        return [self.rows[k][place] if place < len(self.rows[k]) else "" for k in kept]

    def numbers(self, place, kept):
        """Return one column's (N,) numbers; nan where a cell is empty or says so."""
        cells = self.cells(place, kept)
        try:
            out = np.array(cells, dtype=float)
        except ValueError:
            out = np.array([self._number(cell, place, k) for cell, k in zip(cells, kept, strict=True)])
        if np.isinf(out).any():
            self._refuse(cells[int(np.isinf(out).argmax())], place, kept[int(np.isinf(out).argmax())])
        return out

    def _number(self, cell, place, k):
        try:
            return float(cell) if cell.strip() else np.nan
        except ValueError:
            return self._refuse(cell, place, k)

    def _refuse(self, cell, place, k):
        raise WinceError(f"line {self.lines[k]}, column {self.names[place]}: {cell.strip()!r} is no number: mend it, or empty the cell")


def _going_back(table, kept, back):
    """Return how many rows are not later than those before them, as the end of a sentence."""
    first = f"{int(back.sum())} of them because time does not go forward there, first on line {table.lines[kept[back.argmax()]]}"
    return f", {first}" if back.any() else ""


def _au_columns(names):
    """Return {rig key: (column, "side", "r", "c" or "")}, the best column of each."""
    out = {}
    for place, name in enumerate(names):
        for key, kind in _keys_named(name):
            if key not in out or RANK[kind] > RANK[out[key][1]]:
                out[key] = (place, kind)
    return out


def _keys_named(name):
    match = AU_COLUMN.fullmatch(name)
    if match is None or int(match["number"]) not in TABLE or not (match["au"] or not match["kind"]):
        return ()
    keys, side = keys_of(int(match["number"])), (match["side"] or match["small"] or "").upper()
    if side:
        return [(keys["LR".index(side)], "side")] if len(keys) == 2 else ()
    return [(key, match["kind"] or "") for key in keys]


def _times(table, how, notes):
    """Return the seconds of each row since the first."""
    everything = range(len(table.rows))
    for name in CLOCKS:
        place = table.place(name)
        if place is not None:
            seconds = _clock(name, table, place, everything, how)
            known = seconds[np.isfinite(seconds)]
            if len(known) and (np.ptp(known) > 0 or len(table.rows) == 1):     # OpenFace writes 0 in each row of a folder of pictures
                _check_seconds(name, known)
                return seconds - known[0]
    notes.append(f"there is no column of time, so each row is one frame at {how.fps:g} per second")
    return np.arange(len(table.rows)) / how.fps


def _check_seconds(name, known):
    """Refuse a clock that plainly counts something else than seconds."""
    steps = np.diff(known)
    step = np.median(steps[steps > 0]) if name in ("timestamp", "time") and (steps > 0).any() else 0.0
    if step > LONGEST_STEP:
        raise WinceError(f"the column {name} goes on by {step:g} from row to row: expected are seconds, "
                         f"such as 0.04, so divide milliseconds by 1000")


def _clock(name, table, place, kept, how):
    if name == "timecode":
        return _timecodes(table, place, kept)
    return table.numbers(place, kept) / (how.fps if name == "frame" else 1.0)


def _timecodes(table, place, kept):
    """Return the seconds (N,) of "HH:MM:SS:FF.part"; frames are counted at the rate that the highest of them tells."""
    parts = np.array([_timecode(cell, table, place, k) for k, cell in zip(kept, table.cells(place, kept), strict=True)])
    spans = np.ptp(parts[:, :3] @ [3600.0, 60.0, 1.0]) >= 1.0
    highest = parts[:, 3].max()
    rate = next((rate for rate in TIMECODE_RATES if spans and highest < rate), TIMECODE_RATES[-1])
    seconds = parts @ [3600.0, 60.0, 1.0, 1.0 / rate]
    return seconds + 86400.0 * np.cumsum(np.diff(seconds, prepend=seconds[0]) < -43200.0)     # past midnight


def _timecode(cell, table, place, k):
    parts = cell.strip().replace(";", ":").split(":")
    try:
        return [float(part) for part in parts] if len(parts) == 4 else table._refuse(cell, place, k)
    except ValueError:
        return table._refuse(cell, place, k)


def _kept(table, how, notes, times):
    """Return the rows (N,) of the wanted face that its tracker trusts."""
    rows = np.flatnonzero(np.isfinite(times))
    if (place := table.place("success")) is not None:
        rows = rows[table.numbers(place, rows) > 0.5]
    if (place := table.place("confidence")) is not None:
        rows = rows[table.numbers(place, rows) >= how.confidence]
    if (place := table.place("face_id")) is not None and len(rows):
        ids = table.numbers(place, rows)
        known, seen = np.unique(ids, return_counts=True)
        wanted = known[seen.argmax()] if how.face_id is None else how.face_id
        if wanted not in known:
            raise WinceError(f"there is no face {wanted:g} in this file: its faces are {', '.join(f'{one:g}' for one in known)}")
        if len(known) > 1:
            notes.append(f"of the faces {', '.join(f'{one:g}' for one in known)} number {wanted:g} was read")
        rows = rows[ids == wanted]
    return rows


def _aus_over(table, kept, columns, how, notes):
    """Return {rig key: (N,)} of a table with AU columns."""
    out, cut, present = {}, False, set()
    for key, (place, kind) in columns.items():
        value = table.numbers(place, kept)
        if kind == "c":
            present.add(f"AU{NUMBER_OF[key]}")
            value = np.where(np.isnan(value), np.nan, np.where(value > 0.5, how.presence, 0.0))
        cut |= bool(np.nanmax(value, initial=0.0) > MOST or np.nanmin(value, initial=0.0) < 0.0)
        out[key] = np.clip(value, 0.0, MOST)
    if present:
        notes.append(f"{', '.join(sorted(present))} only present or absent: present was read as {how.presence:g}")
    if cut:
        notes.append("intensities outside 0 to 5 were cut off there")
    return out


def _shapes_over(table, kept, shapes, how, notes):
    """Return {rig key: (N,)} of a table with ARKit's weights; nan where a row is not whole."""
    weights = {name: table.numbers(place, kept) for name, place in shapes.items()}
    whole = np.all([np.isfinite(weight) for weight in weights.values()], axis=0)
    if not whole.any():
        return dict.fromkeys(AU_KEYS, np.full(len(kept), np.nan))
    values, lost = captures.from_arkit_frames({name: weight[whole] for name, weight in weights.items()})
    lost = {name: most for name, most in sorted(lost.items(), key=lambda pair: -pair[1]) if most > SHAPE_LOST}
    if lost:
        notes.append(f"no action unit takes all of {_some([f'{name} ({most:.2f} left)' for name, most in lost.items()])}")
    if not how.gaze:
        values = {key: value for key, value in values.items() if TABLE[NUMBER_OF[key]].kind != "gaze"}
    return {key: _spread(value, whole) for key, value in values.items()}


def _spread(value, whole):
    out = np.full(len(whole), np.nan)
    out[whole] = value
    return out


def _turns(table, kept, how, notes, arkit):
    """Return the AUs of head and eyes {rig key: (N,)} that were asked for and that the file has."""
    out = {}
    rotation = _columns(table, kept, ("HeadYaw", "HeadPitch", "HeadRoll") if arkit else ("pose_Rx", "pose_Ry", "pose_Rz"))
    head = None if arkit or rotation is None else captures.openface_head(*rotation)
    if how.head and rotation is not None:
        out |= captures.arkit_head(*rotation) if arkit else captures.head_aus(head)
    if how.gaze:
        out |= _gaze(table, kept, arkit, head)
    if how.head and rotation is None:
        notes.append("the file has no angles of the head")
    if how.gaze and not out.keys() & {keys_of(n)[0] for n in GAZE_TURNS[0]} and not arkit:
        notes.append("the file has no angles of the eyes")
    _note_reach(out, notes)
    return out


def _gaze(table, kept, arkit, head):
    if not arkit:
        angles = _columns(table, kept, ("gaze_angle_x", "gaze_angle_y"))
        return {} if angles is None else captures.openface_gaze(*angles, head)
    eyes = _columns(table, kept, ("LeftEyeYaw", "RightEyeYaw", "LeftEyePitch", "RightEyePitch"))
    if eyes is None or not any(np.nan_to_num(angle).any() for angle in eyes):       # then the eyeLook shapes have to do
        return {}
    return captures.arkit_gaze(0.5 * (eyes[0] + eyes[1]), 0.5 * (eyes[2] + eyes[3]))


def _columns(table, kept, names):
    """Return the numbers of several columns, None when one of them is not there."""
    places = [table.place(name) for name in names]
    return None if None in places else [table.numbers(place, kept) for place in places]


def _note_reach(turns, notes):
    """Say which turns go further than an AU can: they end there."""
    pairs = [(number, keys_of(number)[0]) for pair in HEAD_TURNS + GAZE_TURNS for number in pair]
    far = [f"AU{number}" for number, key in pairs if key in turns and np.nanmax(turns[key], initial=0.0) >= MOST]
    if far:
        notes.append(f"turned at least as far as they go: {', '.join(far)}")


def _name_unknown(table, columns, shapes, notes):
    used = {place for place, _ in columns.values()} | set(shapes.values())
    unknown = [name for place, name in enumerate(table.names) if place not in used and name.lower() not in (*CLOCKS, "face_id")
               and not SILENT.fullmatch(name) and not _keys_named(name)]
    if unknown:
        notes.append(f"columns that are not known were left alone: {_some(unknown)}")


def _some(names, most=6):
    """Return a few names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more if names else "no columns"
