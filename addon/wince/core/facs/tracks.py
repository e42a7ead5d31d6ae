"""Action units over time: what a capture or an animation holds, made fit for a rig that is keyed on whole frames.

At every moment a track is a face that FACS allows: of AUs that contradict each other (51 and 52, 26 and 27, 43 and 45 ...) the
stronger stays and the others are 0; of equals the one with the higher number stays. `arkit.from_arkit` has the same rule.
"""

from dataclasses import dataclass, field

import numpy as np

from ..errors import WinceError
from .intensity import code
from .pspi import CLOSED, PSPI_AUS
from .table import EXCLUSIONS, NUMBER_OF, ONE_SIDE_ONLY, SIDES, TABLE, keys_of, side_of

MOST = 5.0
ON_A_FRAME = 1e-4                                      # a time this near to a frame is meant to be on it
HOLE = 1.5                                             # a step this much longer than the usual one is a gap in the capture
REACH = 3.0                                            # standard deviations that the smoothing looks to either side
PSPI_TERMS = ("PSPI", "brow", "orbit", "levator", "eyes")


@dataclass(frozen=True, eq=False)
class Track:
    """Intensities over time.

    times   (N,) seconds, ascending
    values  {rig key: (N,) intensities 0..5}
    """

    times: np.ndarray
    values: dict[str, np.ndarray] = field(default_factory=dict)


def rivals():
    """Return the tuples of rig keys of which only one may be on at a time."""
    pairs = [keys_of(number) for number in sorted(ONE_SIDE_ONLY)]
    groups = [tuple(keys_of(number)[side] for number in sorted(group)) for group in EXCLUSIONS for side in (0, -1)]
    return list(dict.fromkeys(pairs + groups))


def resolved(values):
    """Return the values with contradictions taken out: the strongest of each group of rivals stays, of equals the last.

    values   {rig key: (N,)}
    returns  {rig key: (N,)}   new arrays where something changed
    """
    out = dict(values)
    for keys in rivals():
        present = [key for key in keys if key in out]
        if len(present) > 1:
            stack = np.stack([out[key] for key in present])
            if (np.count_nonzero(stack, axis=0) > 1).any():
                winner = len(present) - 1 - stack[::-1].argmax(axis=0)
                out |= {key: np.where(winner == place, stack[place], 0.0) for place, key in enumerate(present)}
    return out


def on_sides(values, sides="BOTH"):
    """Return the values of one half of the face, "L" or "R", or all; what has no sides always stays.

    values   {rig key: (N,)}
    """
    return {key: track for key, track in values.items() if sides == "BOTH" or side_of(key) in (sides, "B")}


def turned(pair, degrees):
    """Return the two opposite AUs of a turn, {rig key: (N,)}.

    pair     (AU of the positive angle, AU of the negative one), such as (51, 52)
    degrees  (N,)   what is further than an AU reaches is cut off there
    """
    return {keys_of(number)[0]: np.clip(degrees / TABLE[number].rotation[1], 0.0, MOST) for number in pair}


def on_frames(track, fps, scale=1.0, smoothing=0.0):
    """Return a track as keys on whole frames: what fell between frames is interpolated, gaps stay without keys.

    fps        frames per second of the scene
    scale      factor on shapes; head and gaze keep their angles
    smoothing  standard deviation of a Gaussian over time, seconds; 0 is none
    returns    frames (M,) int from time 0, values {rig key: (M,)}, without contradictions
    raises     WinceError when the track is so short that no frame lies in it
    """
    place = track.times * fps
    near = np.abs(place - np.round(place)) < ON_A_FRAME
    place = np.where(near, np.round(place), place)
    frames = np.arange(int(np.ceil(place[0])), int(np.floor(place[-1])) + 1)
    if not len(frames):
        raise WinceError(f"the capture is {track.times[-1] - track.times[0]:.3g} s long, less than a frame at {fps:g} frames per "
                         f"second: raise the scene's frame rate")
    gaps = _in_gaps(place, frames)
    straight = {key: np.interp(frames, place, value) for key, value in track.values.items()}
    if smoothing > 0:
        straight = {key: _smoothed(value, ~gaps, smoothing * fps) for key, value in straight.items()}
    scaled = {key: np.clip(value * _scale_of(key, scale), 0.0, MOST) for key, value in straight.items()}
    clean = resolved(scaled)
    # Where rivals cross inside a gap, a straight line between its ends would bring both on at once: these frames get keys.
    changed = np.any([clean[key] != scaled[key] for key in clean], axis=0) if clean else np.zeros(len(frames), bool)
    keep = ~gaps | changed
    return frames[keep], {key: value[keep] for key, value in clean.items()}


def _scale_of(key, scale):
    return 1.0 if TABLE[NUMBER_OF[key]].rotation else scale


def _in_gaps(place, frames):
    """Tell of each frame whether it lies inside a gap of the capture, rows at its ends not counted."""
    steps = np.diff(place)
    if not len(steps):
        return np.zeros(len(frames), bool)
    after = np.clip(np.searchsorted(place, frames, side="right") - 1, 0, len(steps) - 1)
    between = (frames > place[after]) & (frames < place[after + 1])
    return between & (steps[after] > HOLE * np.median(steps)) & (steps[after] > HOLE)


def _smoothed(value, known, sigma):
    """Return a Gaussian mean over time (M,), sigma in frames, of the known frames only; at the ends of what is there."""
    reach = max(int(np.ceil(REACH * sigma)), 1)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    weight = np.convolve(known.astype(float), kernel)[reach:-reach]
    total = np.convolve(np.where(known, value, 0.0), kernel)[reach:-reach]
    return np.where(weight > 1e-9, total / np.maximum(weight, 1e-9), value)


def pspi_over(values):
    """Score every moment of a track: `pspi.pspi` for many frames at once.

    values   {rig key: (N,)}; a key that is absent is 0
    returns  {"PSPI", "brow", "orbit", "levator", "eyes": (N,) int}
    """
    count = len(next(iter(values.values()))) if values else 0
    side = {(number, s): values.get(keys_of(number)[k], np.zeros(count)) for number in PSPI_AUS for k, s in enumerate(SIDES)}
    brow, cheek, lid, nose, lip = (code(np.maximum(side[n, "L"], side[n, "R"])) for n in PSPI_AUS[:5])
    eyes = (np.minimum(side[43, "L"], side[43, "R"]) >= CLOSED).astype(int)
    terms = (brow, np.maximum(cheek, lid), np.maximum(nose, lip), eyes)
    return dict(zip(PSPI_TERMS, (sum(terms), *terms), strict=True))
