"""A backend whose codec loses nothing, with predictions whose truth is known; and heads so simple that their projections are formulas."""

import numpy as np
import torch
from torch.nn.functional import pixel_shuffle, pixel_unshuffle

from wince.core.streams import stream
from wince_headless.paint.backends.base import Backend, Level
from wince_headless.paint.conditions import Conditions
from wince_headless.paint.projection import Projection
from wince_headless.paint.settings import Settings


class Stub(Backend):
    """Latents are the pixels of 2 x 2 blocks, -1..1, in 12 channels: encode and decode are exact inverses.

    predict   (latents, level, V-view conditioning, views) -> x0
    lack      views at once that are too many, 0 for none: a call with as many runs out of memory; `spares` phrases make it one more each
    """

    name, joint, view_size, steps, guidance, control, multiple = "stub", False, 64, 8, 1.0, 1.0, 2
    device, dtype = torch.device("cpu"), torch.float32

    def __init__(self, predict, lack=0, spares=()):
        self.predict, self.lack, self.spares, self.calls = predict, lack, list(spares), []

    @classmethod
    def load(cls, folders, device, dtype, settings):
        """Return a network; there is nothing to load."""
        return cls(Network())

    def levels(self, steps, strength):
        """Return a flow's levels: sigma falls evenly from `strength` to 0."""
        return [Level(1000 * sigma, 1 - sigma, sigma) for sigma in np.linspace(strength, 0, max(round(steps * strength), 1) + 1).tolist()]

    def encode(self, images):
        """Return latents of images."""
        return pixel_unshuffle(images * 2 - 1, 2)

    def decode(self, latents):
        """Return images of latents."""
        return pixel_shuffle(latents, 2) / 2 + 0.5

    def condition(self, prompts, negative, conditions):
        """Return depth as latents' neighbours: (V, 1, h, w)."""
        return torch.as_tensor(conditions.depth)[:, None, ::2, ::2]

    def predict_x0(self, latents, level, conditioning, views):
        """Return what `predict` says, unless memory runs out."""
        self.calls.append(len(latents))
        if self.lack and len(latents) >= self.lack:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 4.00 GiB.")
        return self.predict(latents, level, conditioning[views], views)

    def spare(self):
        """Let one more view in, as long as there are phrases."""
        if not self.spares:
            return ""
        self.lack += 1
        return self.spares.pop(0)


class Network:
    """Two layers of fixed random 3 x 3 weights; sums are taken shift by shift, so that the bytes do not depend on the batch."""

    def __init__(self, seed=0, width=16):
        rng = stream(seed, "stub.network")
        shapes = (3, 3, 13, width), (3, 3, width, 12)
        self.first, self.second = (torch.from_numpy(rng.standard_normal(shape).astype(np.float32)) for shape in shapes)

    def __call__(self, latents, level, conditioning, views):
        """Return x0 in -1..1."""
        hidden = torch.tanh(self._layer(torch.cat([latents, conditioning], dim=1), self.first) / 4)
        return torch.tanh(self._layer(hidden, self.second) / 8)

    @staticmethod
    def _layer(values, weights):
        shifts = [(dy, dx) for dy in range(3) for dx in range(3)]
        return sum((values.roll((dy - 1, dx - 1), (2, 3))[:, :, None] * weights[dy, dx, :, :, None, None]).sum(1) for dy, dx in shifts)


class Wiener:
    """The best denoiser of pictures with a 1 / f spectrum: what a diffusion model trained on nothing but such noise would predict, exactly.

    mean      (3,) display colour around which pictures vary, contrast their standard deviation
    low       cycles per picture where the falling begins, power how steep it is
    """

    def __init__(self, side, mean=(0.6, 0.5, 0.4), contrast=0.12, low=4.0, power=2.2):
        across = np.fft.fftfreq(side)[:, None] * side, np.fft.rfftfreq(side)[None] * side
        spectrum = (1 + np.hypot(*across) / low) ** -power
        whole = np.fft.fftfreq(side)[None] * side
        share = ((1 + np.hypot(across[0], whole) / low) ** -power).mean()
        self.power = torch.from_numpy((spectrum / share * (2 * contrast) ** 2).astype(np.float32))
        self.mean = torch.tensor(mean)[None, :, None, None] * 2 - 1

    def __call__(self, latents, level, conditioning, views):
        """Return the posterior mean of x0."""
        noisy = torch.fft.rfft2(pixel_shuffle(latents, 2) - level.alpha * self.mean)
        gain = level.alpha * self.power / (level.alpha ** 2 * self.power + level.sigma ** 2)
        return pixel_unshuffle(torch.fft.irfft2(noisy * gain, s=(latents.shape[2] * 2,) * 2) + self.mean, 2)


def oracle(images):
    """Return a prediction that knows the clean images (V, H, W, 3), whatever the noise."""
    clean = pixel_unshuffle(torch.as_tensor(images).movedim(-1, 1) * 2 - 1, 2)
    return lambda latents, level, conditioning, views: clean[views].clone()


def settings(**given):
    """Return Settings for stubs: few steps, presets filled in."""
    few = {"backend": "sd15", "steps": 8, "view_size": 64, "sync_size": 128, "guidance": 1.0, "control": 1.0, "strength": 1.0}
    return Settings(**(few | given))


def conditions(views, side, base=0.5):
    """Return Conditions that show nothing but a base, one number or (V, H, W, 3), and a depth that rises to the right."""
    flat = np.zeros((views, side, side), np.float32)
    colours = np.broadcast_to(np.float32(base), (views, side, side, 3)).copy()
    rising = np.broadcast_to(np.linspace(0, 1, side, dtype=np.float32), flat.shape).copy()
    return Conditions(rising, np.zeros_like(colours), np.zeros_like(colours), flat, flat + 1, colours)


def plane(side, size, views=2):
    """Return the Projection of a square that fills every view: u runs with x, v against y; the same in each view."""
    u, v = texels(size)
    place = np.stack([u * side - 0.5, (1 - v) * side - 0.5], -1)
    x, y = np.meshgrid(np.arange(side), np.arange(side))
    uv = np.stack([(x + 0.5) / side, 1 - (y + 0.5) / side], -1)
    return _projection(size, [(place, np.ones(size * size), uv, np.ones((side, side)))] * views)


def sphere(side, size, yaws=(-80, -40, 0, 40, 80), fill=0.9):
    """Return the Projection of a ball's front, longitudes -100..100 degrees and latitudes -80..80, seen from infinitely far."""
    return _projection(size, [_ball_view(side, size, np.radians(yaw), fill * side / 2) for yaw in yaws])


def on_ball(u, v):
    """Return the points (..., 3) of the ball at (u, v): x right, y up, z to the front."""
    longitude, latitude = np.radians(200) * (u - 0.5), np.radians(160) * (v - 0.5)
    return np.stack([np.sin(longitude) * np.cos(latitude), np.sin(latitude), np.cos(longitude) * np.cos(latitude)], -1)


def texels(size):
    """Return (u, v) of all texels of an atlas, flat, row 0 at v = 0."""
    v, u = np.divmod(np.arange(size * size), size)
    return (u + 0.5) / size, (v + 0.5) / size


def _ball_view(side, size, yaw, radius):
    """Return place, cosine, uv and inside of one view of the ball."""
    centre = (side - 1) / 2
    turn = np.array([[np.cos(yaw), 0, -np.sin(yaw)], [0, 1, 0], [np.sin(yaw), 0, np.cos(yaw)]])
    seen = on_ball(*texels(size)) @ turn.T
    place = np.stack([centre + radius * seen[:, 0], centre - radius * seen[:, 1]], -1)
    rows, columns = np.meshgrid(np.arange(side), np.arange(side), indexing="ij")
    x, y = (columns - centre) / radius, (centre - rows) / radius
    z = np.sqrt(np.maximum(1 - x ** 2 - y ** 2, 0))
    back = np.stack([x, y, z], -1) @ turn
    longitude, latitude = np.arctan2(back[..., 0], back[..., 2]), np.arcsin(np.clip(back[..., 1], -1, 1))
    uv = np.stack([longitude / np.radians(200), latitude / np.radians(160)], -1) + 0.5
    inside = (z > 0.1) & (uv > 0).all(-1) & (uv < 1).all(-1)
    return place, np.where(seen[:, 2] > 0.15, seen[:, 2], 0), np.where(inside[..., None], uv, 0), inside


def _projection(size, views):
    """Return the Projection of an atlas all of whose texels are surface; views are (place, cosine, uv, inside)."""
    every = np.arange(size * size)
    return Projection(size, every, every.astype(np.int32), *(np.stack(arrays).astype(np.float32) for arrays in zip(*views, strict=True)))


def painted(projection, colour):
    """Return views (V, H, W, 3) float32 that show `colour` ((..., 2) uv -> (..., 3)) wherever they show skin, mid grey elsewhere."""
    return np.where(projection.inside[..., None] > 0, colour(projection.uv), 0.5).astype(np.float32)
