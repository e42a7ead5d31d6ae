"""From one noise level to the next: DDIM without fresh noise, which for flow models is Euler's step."""

import numpy as np
import torch

from wince.core.streams import stream

FACING = 0.1                           # share of the pixels that look straight at the skin: the noise's texels are as large as theirs
MOST = 2048                            # texels along a side of the noise


def noise(seed, shape, projection):
    """Return standard normal noise for the latents of V views, (V, c, h, w) float32 on the CPU.

    shape   (c, h, w)
    Where views show skin the noise lies on the atlas, nearly white in each: one picture in mind.  Elsewhere each has its own.
    """
    uv, inside = (_thinned(values, shape[1:]) for values in (projection.uv, projection.inside))
    size = _texels(uv, inside > 0)
    skin = stream(seed, "paint.noise.skin").standard_normal((size, size, shape[0]), dtype=np.float32)
    x, y = np.minimum((uv * size).astype(np.int64), size - 1).transpose(3, 0, 1, 2)
    own = np.stack([stream(seed, "paint.noise", view).standard_normal((*shape[1:], shape[0]), dtype=np.float32) for view in range(len(uv))])
    return torch.from_numpy(np.where(inside[..., None] > 0, skin[y, x], own).transpose(0, 3, 1, 2).copy())


def _thinned(values, size):
    """Return what the pixels in the middle of the latents' pixels show, of pictures (V, H, W, ...)."""
    rows, columns = (np.arange(few) * many // few + many // few // 2 for few, many in zip(size, values.shape[1:3]))
    return values[:, rows][:, :, columns]


def _texels(uv, inside):
    """Return how many texels of noise lie along a side of the atlas so that next pixels seldom show the same one, on skin (V, h, w)."""
    steps = [np.abs(np.diff(uv, axis=axis)).max(-1)[np.diff(inside, axis=axis) == 0] for axis in (1, 2)]
    steps = np.concatenate([step[step > 0] for step in steps])
    return int(np.clip(np.ceil(1 / np.quantile(steps, FACING)), 1, MOST)) if len(steps) else 1


def start(x0, noise, level):
    """Return latents at `level` of clean ones x0 and standard normal noise, both (n, c, h, w)."""
    return level.alpha * x0 + level.sigma * noise


def step(latents, x0, now, then):
    """Return latents at level `then` of latents at level `now`, both (n, c, h, w), along the noise that x0 implies.

    now    a Level that is not clean: sigma > 0
    then   the next Level; where it is clean x0 itself comes back
    Song, Meng and Ermon 2021, "Denoising Diffusion Implicit Models", equation 12 with eta = 0.
    """
    if then.sigma == 0:
        return then.alpha * x0
    return then.alpha * x0 + then.sigma * ((latents - now.alpha * x0) / now.sigma)
