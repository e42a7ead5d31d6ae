"""Colours between views and atlas: texels look up their places in the views, pixels theirs on the atlas; gathered, never scattered.

Pixel centres of a view are whole numbers; the texel in column x lies at u = (x + 0.5) / size.  With `align_corners=False` torch's -1..1
runs from edge to edge, so a pixel at x is at (2 x + 1) / width - 1 and a place u of the atlas at 2 u - 1, and both are met exactly.
"""

import torch
from torch.nn.functional import grid_sample

NOTHING = 1e-6                         # share of a colour that comes from texels which some view sees: below it there is none
FAINT = 1e-4                           # cosines up to this count as none: their powers would be lost in float32
WHOLE = 1e-5                           # how far shares that sum to 1 are off in float32


class Atlas:
    """The Projection of one person's views on a device; texels are its N, in their order."""

    def __init__(self, projection, device="cpu"):
        """Take the projection to a torch.device, as float32."""
        self.size = projection.size
        self.views, self.height, self.width = projection.inside.shape
        self._grids = _tensor(projection.place, device)                # (V, N, 2) -1..1
        self._grids.mul_(2).add_(1).div_(_tensor([self.width, self.height], device)).sub_(1).nan_to_num_(0, 0, 0)
        self._cosines = _tensor(projection.cosine, device)             # (V, N)
        self._places = _tensor(projection.uv, device).mul_(2).sub_(1)  # (V, H, W, 2) -1..1
        self._inside = _tensor(projection.inside, device)              # (V, H, W)
        self._source = torch.as_tensor(projection.source, device=device).long()
        self.skin = (self._inside > 0).float()                         # (V, H, W)
        for view in range(self.views):                                 # a pixel of something else beside it makes a texel less sure
            self._cosines[view] *= _looked_up(self.skin[view][None], self._grids[view][None])[0, 0]
        self._cosines *= self._cosines > FAINT

    def colours(self, view, image, cubic=False):
        """Return the colours (3, N) of the texels in an image (3, H, W) of one view; meaningless where the view does not see them.

        cubic   bicubic where skin is all around, as a last fusing wants it: sharper, and more work
        Pixels that show no skin lend no colour.
        """
        skin, grid = torch.cat([image * self.skin[view], self.skin[view][None]]), self._grids[view][None]
        found = _looked_up(skin, grid)[:, 0]
        colours = found[:3] / found[3].clamp(min=NOTHING)
        if not cubic:
            return colours
        found = _looked_up(skin, grid, "bicubic")[:, 0]
        return torch.where((found[3] - 1).abs() < WHOLE, found[:3], colours)

    def weights(self, view, exponent):
        """Return how much a view has to say about the texels, (N,) 0..1."""
        return self._cosines[view] ** exponent * (self._cosines[view] > 0)

    def merged(self, images, exponent, cubic=False):
        """Return the weighted mean (3, N) of the colours in images (V, 3, H, W), and the sum of the weights (N,), 0 in holes.

        exponent   of the cosine: 1 blends softly, 6 takes the view that looks straight on
        cubic      as in `colours`
        """
        total = torch.zeros_like(self._cosines[0])
        mean = total.expand(3, -1).clone()
        for view, image in enumerate(images):                          # one view at a time: large atlases need no more memory
            weight = self.weights(view, exponent)
            total += weight
            mean += (weight / total.clamp(min=torch.finfo(total.dtype).tiny)) * (self.colours(view, image, cubic) - mean)
        return mean, total

    def spread(self, images, exponent=1.0):
        """Return how far views disagree about a texel, (N,): the weighted standard deviation of its colour, mean over the channels."""
        mean, total = self.merged(images, exponent)
        square = torch.zeros_like(mean)
        for view, image in enumerate(images):
            square += self.weights(view, exponent) * (self.colours(view, image) - mean) ** 2
        return (square / total.clamp(min=torch.finfo(total.dtype).tiny)).sqrt().mean(0)

    def seen_by(self):
        """Return how many views see a texel, (N,) int64."""
        return (self._cosines > 0).sum(0)

    def gather(self, images, exponent):
        """Return the atlas (3, S, S) of images (V, 3, H, W), row 0 at v = 0, gutters repeated, and its weights (S, S), 0 in holes."""
        mean, total = self.merged(images, exponent)
        return self.picture(mean), self.picture(total[None])[0]

    def picture(self, values):
        """Return values (C, N) of the texels as a picture (C, S, S) whose gutters repeat the nearest texel; 0 far from all."""
        out = values[:, self._source.clamp(min=0)] * (self._source >= 0)
        return out.reshape(len(values), self.size, self.size)

    def render(self, view, texture, weight):
        """Return how a view shows an atlas, (3, H, W) bilinear, and how much of it is no hole, (H, W) 0..1.

        texture   (3, S, S), weight (S, S) as `gather` returns them; holes lend no colour
        """
        known = (weight > 0).to(texture.dtype)
        looked = _looked_up(torch.cat([texture * known, known[None]]), self._places[view])
        return looked[:3] / looked[3].clamp(min=NOTHING), looked[3]

    def agreed(self, images, exponent):
        """Return images (V, 3, H, W) that show one atlas, gathered from them; in its holes and off the skin they keep their own colours.

        A view moves by the difference between all views' atlas and its own, both seen from there, so that looking colours up twice
        blurs nothing on which views agree.  Where it has no atlas of its own, at grazing angles, it takes the colours of the others.
        """
        texture, weight = self.gather(images, exponent)
        out = torch.empty_like(images)
        for view, image in enumerate(images):
            colours, known = self.render(view, texture, weight)
            own, seen = self.render(view, self.picture(self.colours(view, image)), self.picture(self._cosines[view][None])[0])
            out[view] = image + self._inside[view] * (known * (colours - image) - seen * (own - image))
        return out


def _looked_up(picture, places, mode="bilinear"):
    """Return the colours (C, h, w) of a picture (C, H, W) at places (h, w, 2) in -1..1."""
    return grid_sample(picture[None], places[None], mode, padding_mode="border", align_corners=False)[0]


def _tensor(values, device):
    return torch.tensor(values, dtype=torch.float32, device=device)
