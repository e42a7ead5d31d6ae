"""One colour per texel of the finished views."""

from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import conv2d, interpolate

from .atlas import NOTHING, Atlas
from .batches import Batches

COARSE = 64                            # pixels across a view's low band
LOW = 1 / 16                           # of a view's side: the blur that parts tone from detail
SOFTER = 1 / 3                         # of the exponent, for tone: views that differ in exposure meet in a slope, their details stay sharp


@dataclass(frozen=True, eq=False)
class Fused:
    """What the views say about the N texels of an atlas.

    colours   (N, 3) float32 display colours 0..1; 0 where no view sees a texel
    weight    (N,) float32 0..1, how well a texel is seen: the best cosine of the views; 0 where none sees it
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
    device      torch.device; the processor takes over where its memory runs out
    returns     Fused
    Burt and Adelson 1983, "A multiresolution spline with application to image mosaics", with two bands.
    """
    places = [torch.device("cpu")]
    if torch.device(device).type not in ("cpu", "mps"):                # Apple's devices cannot look up bicubically
        places.append(torch.device(device))

    def give_up():
        return "the processor does it" if len(places) > 1 and places.pop() else ""
    with torch.no_grad():
        return Batches("fusing", 1, spare=give_up).run(lambda one: _fused(images, projection, exponent, places[-1]))[0]


def _fused(images, projection, exponent, device):
    atlas = Atlas(projection, device)
    views = torch.tensor(images, dtype=torch.float32, device=device).movedim(-1, 1).contiguous()
    tone = _tone(views, atlas.skin)
    weight = atlas.best()
    low, _ = atlas.merged(tone, exponent * SOFTER)
    detail, _ = atlas.merged(views - tone, exponent, cubic=True)
    colours = (low + detail).clamp(0, 1) * (weight > 0)
    arrays = colours.T.contiguous(), weight, atlas.spread(views), atlas.seen_by()
    return Fused(*(array.cpu().numpy() for array in arrays))


def _tone(views, skin):
    """Return the low band of views (V, 3, H, W), blurred over skin (V, H, W) alone."""
    height, width = skin.shape[1:]
    small = torch.cat([views * skin[:, None], skin[:, None]], dim=1)
    small = _blurred(interpolate(small, (max(round(COARSE * height / width), 1), COARSE), mode="area"))
    return interpolate(small[:, :3] / small[:, 3:].clamp(min=NOTHING), (height, width), mode="bilinear", align_corners=False)


def _blurred(pictures):
    """Return pictures (V, C, h, w) under a Gaussian, 0 beyond their borders."""
    width = COARSE * LOW
    reach = int(3 * width)
    bell = torch.exp(-0.5 * (torch.arange(-reach, reach + 1, device=pictures.device) / width) ** 2)
    flat, bell = pictures.flatten(0, 1)[:, None], (bell / bell.sum())[None, None]
    flat = conv2d(conv2d(flat, bell[:, :, None], padding=(0, reach)), bell[..., None], padding=(reach, 0))
    return flat.reshape(pictures.shape)
