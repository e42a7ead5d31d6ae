"""What becomes of hair that is tied: it hangs, or is wound up."""

import numpy as np

from . import texture
from .solid import unit

BUN = 0.027                            # radius of a bun, metres
SPREAD = 0.009                         # of a tail at the band
WIDTH = 0.00045                        # of a strand, metres
OUT, UP = np.array([0.0, 0.93, 0.36]), np.array([0.0, 0.50, 0.87])      # off the head, at the knot of a tail and of a bun


def tail(cut, form, steps, count, rng):
    """Return strands of a tail (N, steps, 3) and their lengths (N,), metres; arguments as `bun`."""
    steps_long = np.linspace(0, 1, steps)
    length = 0.24 * form.shrink * (1 - 0.25 * rng.random(count) ** 2)
    heading, place = unit(OUT + 0.5 * _ball(count, rng) * (1, 0.6, 1)), np.array(cut.gather) + SPREAD * _ball(count, rng)
    curves = [place]
    wide = _ball(count, rng) * (0.17, 0.12, 0.0) * form.volume                     # a bundle: none goes astray
    for _ in steps_long[1:]:
        step = length[:, None] / (steps - 1)
        heading = unit(heading + np.minimum(1, step / 0.035) * (np.array([0.0, 0.0, -1.0]) + wide - heading))
        place = place + step * heading
        curves.append(place)
    curves = np.stack(curves, axis=1)
    start = curves[:, 0]
    curves, of = texture.clump(curves, start, np.full(count, form.clump), form.together, rng)
    outward = unit(curves - curves.mean(axis=0) + 1e-6)
    curves = texture.curl(curves, outward, of, form, length, rng)
    return texture.stray(curves, form.frizz, length, rng), length


def bun(cut, form, steps, count, rng):
    """Return strands wound about a ball (N, steps, 3) and their lengths (N,), metres.

    cut    styles.Style, with `gather`
    form   texture.Texture
    steps  points of a strand
    count  of strands
    rng    numpy Generator
    """
    centre = np.array(cut.gather) + 0.75 * BUN * UP
    bands = 9
    axis = unit(UP + 0.45 * rng.standard_normal((bands, 3)))[np.arange(count) % bands]               # of the loop that a strand runs in
    one = unit(np.cross(axis, [1.0, 0.2, 0.1]))
    two = np.cross(axis, one)
    angle = 2 * np.pi * rng.random(count)[:, None] + 2.6 * np.linspace(0, 1, steps)
    lift = 0.75 * (np.arange(count) % bands / (bands - 1) * 2 - 1)[:, None] * 0.8 + 0.16 * rng.standard_normal(count)[:, None]
    round_ = np.sqrt(np.clip(1 - lift**2, 0.05, 1))[..., None]
    radius = (BUN * form.volume**0.3 * (1.0 - 0.16 * rng.random(count) ** 2))[:, None, None]
    curves = centre + radius * (round_ * (np.cos(angle)[..., None] * one[:, None] + np.sin(angle)[..., None] * two[:, None])
                                + lift[..., None] * axis[:, None])
    length = np.full(count, 2.6 * BUN)
    return texture.stray(curves, form.frizz, length, rng), length


def _ball(count, rng):
    return unit(rng.standard_normal((count, 3))) * np.cbrt(rng.random(count))[:, None]


TAILS = {"tail": tail, "bun": bun}
