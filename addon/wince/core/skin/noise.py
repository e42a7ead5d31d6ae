"""Mottling: noise of one scale that repeats without a seam. Made once by size and scale; a person shifts it."""

from functools import lru_cache

import numpy as np

from ..streams import stream

SMALL = 256                            # texels: a picture that is not made of smaller ones
COARSE, FINE = 20, 12                  # texels: longer waves are made small and drawn out, shorter ones are repeated


@lru_cache(24)
def band(size, wavelength, name="", width=0.45):
    """Return noise around one wavelength (texels), (size, size) float32, mean 0, deviation 1; it repeats at its edges.

    name    another name gives other noise
    width   of the band, in e-folds of frequency
    """
    if size > SMALL and size % 2 == 0 and not FINE < wavelength < COARSE:
        return _grown(size, wavelength, name, width)
    white = stream(0, "skin.noise", name, size, round(float(wavelength), 3)).standard_normal((size, size), np.float32)
    y, x = np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None]
    frequency = np.maximum(np.hypot(x, y), 1e-9)
    gain = np.exp(-0.5 * (np.log(frequency * wavelength) / width) ** 2)
    out = np.fft.irfft2(np.fft.rfft2(white) * gain, (size, size))
    return _fixed((out - out.mean()) / out.std())


def _grown(size, wavelength, name, width):
    """Return noise made of a picture half as large: fine noise repeats, coarse noise is drawn out."""
    smaller = band.__wrapped__                            # not kept: nobody shows it, and what is shown would be forgotten for it
    if wavelength <= FINE:
        return _fixed(np.tile(smaller(size // 2, wavelength, name, width), (2, 2)))
    out = smaller(size // 2, wavelength / 2, name, width)
    for axis in (0, 1):
        before, after = np.roll(out, 1, axis), np.roll(out, -1, axis)
        out = np.stack([0.75 * out + 0.25 * before, 0.75 * out + 0.25 * after], axis=axis + 1)
        out = out.reshape(size, -1)
    return _fixed(out / out.std())


def _fixed(picture):
    """Return a picture as float32 that nobody writes into: it is shared."""
    out = picture.astype(np.float32)
    out.setflags(write=False)
    return out


@lru_cache(8)
def dots(size, spacing, radius, name=""):
    """Return dots scattered `spacing` texels apart, (size, size) float32, 0 between them and about 1 at their middles."""
    rng, count = stream(0, "skin.dots", name, size), round((size / spacing) ** 2)
    x, y, strength = rng.random((3, count)) * [[size], [size], [1.0]]
    flat = (y.astype(int) % size) * size + x.astype(int) % size
    points = np.bincount(flat, weights=0.5 + 0.5 * strength, minlength=size * size).reshape(size, size)
    fy, fx = np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None]
    blur = np.exp(-2 * (np.pi * radius) ** 2 * (fx * fx + fy * fy))
    out = np.fft.irfft2(np.fft.rfft2(points) * blur, (size, size)) * (2 * np.pi * radius * radius)
    return _fixed(np.clip(out, 0, 1.2))


def shifted(picture, rng):
    """Return a repeating picture shifted and mirrored as drawn, flat: the same noise, somewhere else."""
    down, right = rng.integers(0, picture.shape[0], 2)
    picture = picture[:, ::-1] if rng.random() < 0.5 else picture
    return np.roll(picture, (int(down), int(right)), (0, 1)).ravel()
