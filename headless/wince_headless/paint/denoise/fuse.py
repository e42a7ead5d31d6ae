"""One colour per texel of the finished views."""

from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import conv2d

from .atlas import NOTHING, Atlas

LOW = 1 / 16                           # of a view's side: the blur that parts tone from detail
SOFTER = 1 / 3                         # of the exponent, for tone: views that differ in exposure meet in a slope, their details stay sharp


@dataclass(frozen=True, eq=False)
class Fused:
    """What the views say about the N texels of an atlas.

    colours   (N, 3) float32 display colours 0..1; 0 where no view sees a texel
    weight    (N,) float32, the sum of the views' weights; 0 where no view sees a texel
    spread    (N,) float32, how far views disagree: the weighted standard deviation, mean over the channels
    seen_by   (N,) uint8, how many views see a texel
    """

    colours: np.ndarray
    weight: np.ndarray
    spread: np.ndarray
    seen_by: np.ndarray

    def disagreement(self, area=None):
        """Return the mean spread over the texels that at least two views see, weighted by area (N,) where given; 0 where there are none."""
        weights = (self.seen_by > 1) * (np.float64(1) if area is None else area.astype(np.float64))
        return float((self.spread * weights).sum() / weights.sum()) if weights.any() else 0.0


def fuse(images, projection, exponent=6.0, device="cpu"):
    """Fuse views into colours of the texels: detail from the views that look straight on, tone from a softer mean.

    images      (V, H, W, 3) float32 display colours 0..1
    projection  Projection of these views
    exponent    of the cosine weights
    returns     Fused
    Burt and Adelson 1983, "A multiresolution spline with application to image mosaics", with two bands.
    """
    with torch.no_grad():
        atlas = Atlas(projection, device)
        views = torch.tensor(images, dtype=torch.float32, device=device).movedim(-1, 1).contiguous()
        tone = _tone(views, atlas.skin)
        low, _ = atlas.merged(tone, exponent * SOFTER)
        detail, weight = atlas.merged(views - tone, exponent, cubic=True)
        colours = (low + detail).clamp(0, 1) * (weight > 0)
        arrays = colours.T.contiguous(), weight, atlas.spread(views), atlas.seen_by().to(torch.uint8)
    return Fused(*(array.cpu().numpy() for array in arrays))


def _tone(views, skin):
    """Return the low band of views (V, 3, H, W), blurred over skin (V, H, W) alone."""
    skin = skin[:, None]
    return _blurred(views * skin) / _blurred(skin).clamp(min=NOTHING)


def _blurred(pictures):
    """Return pictures (V, C, H, W) under a Gaussian, 0 beyond their borders."""
    width = pictures.shape[-1] * LOW
    reach = int(3 * width)
    bell = torch.exp(-0.5 * (torch.arange(-reach, reach + 1, device=pictures.device) / width) ** 2)
    flat, bell = pictures.flatten(0, 1)[:, None], (bell / bell.sum())[None, None]
    flat = conv2d(conv2d(flat, bell[:, :, None], padding=(0, reach)), bell[..., None], padding=(reach, 0))
    return flat.reshape(pictures.shape)
