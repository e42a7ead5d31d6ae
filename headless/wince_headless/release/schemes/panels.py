"""Two faces in one picture, side by side, as SynPAIN has them: left neutral, right expressive, a thin white gap between.

The gap is as wide as a JPEG block. Where panels are whole blocks too (384 = 48 x 8) no block of the picture holds two of the
three, so that nothing of one face leaks into the other: cut again, each panel is what it would have been alone.
"""

import numpy as np

GAP = 8                         # pixels; theirs are 1 to 9
WHITE = 245                     # of 255: JPEG leaves white near white
NEAR_MIDDLE = 0.06              # theirs lie within this share of the width from the middle
WIDEST = 16                     # pixels; a wider white strip is a background, not a gap


def join(neutral, expressive):
    """Put two pictures side by side.

    neutral, expressive   (H, W, 3) uint8
    returns               (H, 2 W + 8, 3) uint8
    """
    if neutral.shape != expressive.shape:
        raise ValueError(f"the two faces of a pair are of one size, not {neutral.shape} and {expressive.shape}")
    gap = np.full((len(neutral), GAP, 3), 255, np.uint8)
    return np.concatenate([neutral, gap, expressive], axis=1)


def split(pixels):
    """Cut a pair again: one of ours where it was joined, one of SynPAIN's along its gap, or in the middle where it shows none.

    pixels   (H, W, 3) uint8
    returns  (neutral, expressive), (H, w, 3) views of it each; theirs may differ in width by some pixels
    """
    start, stop = find_gap(pixels)
    return pixels[:, :start], pixels[:, stop:]


def find_gap(pixels):
    """Return where the gap lies.

    pixels   (H, W, 3) uint8
    returns  (start, stop) columns; start == stop == W // 2 where there is none to see
    """
    width = pixels.shape[1]
    white = (pixels >= WHITE).all(axis=2).mean(axis=0) > 0.98        # per column; some rows may be noise
    ours = (width - GAP) // 2
    if width % 2 == 0 and white[ours:ours + GAP].all():
        return ours, ours + GAP
    runs = [run for run in _runs(white) if run[1] - run[0] <= WIDEST and _from_middle(run, width) <= NEAR_MIDDLE * width]
    return min(runs, key=lambda run: _from_middle(run, width), default=(width // 2, width // 2))


def _runs(white):
    """Return [(start, stop)] of the runs of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], white, [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _from_middle(run, width):
    return abs(run[0] + run[1] - width) / 2
