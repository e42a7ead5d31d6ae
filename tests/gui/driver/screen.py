"""The picture on the screen, and where a text stands in it."""

import struct
import time
from typing import NamedTuple

import numpy as np
from PIL import Image

SURE = 0.93                     # correlation of the same glyphs: 0.97 and more; of other words of the length: 0.8 at most
QUIET = 12.0                    # grey levels squared: flatter places hold no text
STILL_S, PATIENCE_S = 0.15, 6.0


class Spot(NamedTuple):
    """Where something is on the screen: its middle in pixels, its width and height, and how sure that is (0..1)."""

    x: float
    y: float
    width: int
    height: int
    score: float


def grab(path):
    """Return the screen as (H, W, 3) uint8; `path` is the xwd file that Xvfb keeps."""
    data = path.read_bytes()
    head = struct.unpack(">25I", data[:100])
    start, width, height, stride = head[0] + 12 * head[19], head[4], head[5], head[12]
    raw = np.frombuffer(data, np.uint8, count=stride * height, offset=start)
    return raw.reshape(height, stride // 4, 4)[:, :width, 2::-1]


def still(path):
    """Return the screen when it has stopped changing; what it is after some seconds where something keeps moving."""
    end, last = time.monotonic() + PATIENCE_S, grab(path)
    while time.monotonic() < end:
        time.sleep(STILL_S)
        now = grab(path)
        if np.array_equal(now, last):
            break
        last = now
    return last


def save(picture, path):
    """Write a picture (H, W, 3) uint8 as PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.ascontiguousarray(picture)).save(path)


def search(picture, text, within=None):
    """Return every Spot of a drawn text in the picture, the surest first.

    picture  (H, W, 3) uint8
    text     (h, w) float, the text's coverage as Blender draws it
    within   [left, top, right, bottom] in pixels, or None
    """
    left, top, right, bottom = within or (0, 0, picture.shape[1], picture.shape[0])
    grey = picture[top:bottom, left:right].mean(axis=2)
    if grey.shape[0] < text.shape[0] or grey.shape[1] < text.shape[1]:
        return []
    score = correlation(grey, text)
    return [spot._replace(x=spot.x + left, y=spot.y + top) for spot in _peaks(score, text.shape)]


def correlation(grey, text):
    """Return the normalised cross-correlation (H-h+1, W-w+1) of an image (H, W) with a template (h, w); 0 where it is flat."""
    centred = text - text.mean()
    (rows, columns), (h, w) = grey.shape, text.shape
    product = np.fft.irfft2(np.fft.rfft2(grey) * np.conj(np.fft.rfft2(centred, grey.shape)), grey.shape)[:rows - h + 1, :columns - w + 1]
    total, squares = _boxes(grey, h, w), _boxes(grey ** 2, h, w)
    spread = squares - total ** 2 / (h * w)
    score = product / (np.sqrt(np.maximum(spread, 1)) * np.sqrt((centred ** 2).sum()))
    return np.where(spread > QUIET * h * w, score, 0)


def _boxes(values, h, w):
    table = np.pad(values.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    return table[h:, w:] - table[:-h, w:] - table[h:, :-w] + table[:-h, :-w]


def _peaks(score, shape):
    """Return the places above SURE that no surer one overlaps."""
    (h, w), score, found = shape, score.copy(), []
    while score.size and (best := score.max()) >= SURE:
        y, x = np.unravel_index(score.argmax(), score.shape)
        found.append(Spot(x + w / 2, y + h / 2, w, h, float(best)))
        score[max(0, y - h + 1):y + h, max(0, x - w + 1):x + w] = 0
    return found
