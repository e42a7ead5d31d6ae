"""Colours between views and atlas: texels look up their places in the views, pixels theirs on the atlas; gathered, never scattered.

Pixel centres of a view are whole numbers; the texel in column x lies at u = (x + 0.5) / size.  With `align_corners=False` torch's -1..1
runs from edge to edge, so a pixel at x is at (2 x + 1) / width - 1 and a place u of the atlas at 2 u - 1, and both are met exactly.
"""

import numpy as np
import torch
from torch.nn.functional import grid_sample

NOTHING = 1e-6                         # share of a colour that comes from texels which some view sees: below it there is none
FAINT = 1e-4                           # cosines up to this count as none: their powers would be lost in float32
WHOLE = 1e-5                           # how far shares that sum to 1 are off in float32


class Atlas:
    """The Projection of one person's views on a device; texels are its N, in their order.

    Of each view only those texels are kept that it sees; no texel is there twice, so that writing to them has one outcome.
    """

    def __init__(self, projection, device="cpu"):
        """Take the projection to a torch.device, as float32."""
        self.size, self.texels = projection.size, projection.cosine.shape[1]
        self.views, self.height, self.width = projection.inside.shape
        self._places = _within(_tensor(projection.uv, device).mul_(2).sub_(1), self.size)            # (V, H, W, 2) -1..1
        self._inside = _tensor(projection.inside, device)              # (V, H, W)
        self._source = torch.tensor(projection.source, device=device).long()
        self.skin = (self._inside > 0).float()                         # (V, H, W)
        self._seen = [self._sight(projection, view) for view in range(self.views)]

    def _sight(self, projection, view):
        """Return which texels a view sees (n,), where in -1..1 (n, 2), and their cosines (n,), less beside pixels that show no skin."""
        device, seen = self._inside.device, np.flatnonzero(projection.cosine[view] > FAINT)
        sides = _tensor([self.width, self.height], device)
        grid = _within(_tensor(projection.place[view, seen], device).mul_(2).add_(1).div_(sides).sub_(1), sides)
        cosine = _tensor(projection.cosine[view, seen], device) * _looked_up(self.skin[view][None], grid)[0]
        sure = cosine > FAINT
        return torch.tensor(seen, device=device)[sure], grid[sure], cosine[sure]

    def colours(self, view, image, cubic=False):
        """Return the colours (3, n) in an image (3, H, W) of one view of the texels that it sees.

        cubic   bicubic where skin is all around, as a last fusing wants it: sharper, and more work
        Pixels that show no skin lend no colour.
        """
        skin, grid = torch.cat([image * self.skin[view], self.skin[view][None]]), self._seen[view][1]
        found = _looked_up(skin, grid, "bicubic" if cubic else "bilinear")
        if cubic:
            edge = ((found[3] - 1).abs() > WHOLE).nonzero()[:, 0]
            found[:, edge] = _looked_up(skin, grid[edge])
        return found[:3] / found[3].clamp(min=NOTHING)

    def merged(self, images, exponent, cubic=False):
        """Return the weighted mean (3, N) of the colours in images (V, 3, H, W), and the sum of the weights (N,), 0 in holes.

        exponent   of the cosine: 1 blends softly, 6 takes the view that looks straight on
        cubic      as in `colours`
        """
        mean, total, _ = self._moments(images, exponent, cubic)
        return mean, total

    def spread(self, images, exponent=1.0):
        """Return how far views disagree about a texel, (N,): the weighted standard deviation of its colour, mean over the channels."""
        square = torch.zeros((3, self.texels), device=self._inside.device)
        _, total, square = self._moments(images, exponent, square=square)
        return (square / total.clamp(min=torch.finfo(total.dtype).tiny)).sqrt().mean(0)

    def _moments(self, images, exponent, cubic=False, square=None):
        """Return weighted mean (3, N), sum of weights (N,), weighted sum of squares about the mean (3, N), view by view: West 1979."""
        total = torch.zeros(self.texels, device=self._inside.device)
        mean = total.expand(3, -1).clone()
        for view, (seen, _, cosine) in enumerate(self._seen):
            weight, before = cosine ** exponent, mean.index_select(1, seen)
            away = self.colours(view, images[view], cubic) - before
            whole = total.index_select(0, seen) + weight
            shift = weight / whole.clamp(min=torch.finfo(total.dtype).tiny) * away
            total.index_copy_(0, seen, whole)
            mean.index_copy_(1, seen, before + shift)
            if square is not None:
                square.index_copy_(1, seen, square.index_select(1, seen) + weight * away * (away - shift))
        return mean, total, square

    def seen_by(self):
        """Return how many views see a texel, (N,) uint8."""
        count = torch.zeros(self.texels, dtype=torch.uint8, device=self._inside.device)
        for seen, _, _ in self._seen:
            count[seen] += 1
        return count

    def best(self):
        """Return how well a texel is seen, (N,): the best cosine of the views, 0 where none sees it."""
        best = torch.zeros(self.texels, device=self._inside.device)
        for seen, _, cosine in self._seen:
            best.index_copy_(0, seen, torch.maximum(best.index_select(0, seen), cosine))
        return best

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
            own, part = self.render(view, *self._alone(view, image))
            out[view] = image + self._inside[view] * (known * (colours - image) - part * (own - image))
        return out


    def _alone(self, view, image):
        """Return the atlas (3, S, S) of one view's image, and 1 where it sees a texel (S, S)."""
        seen, _, _ = self._seen[view]
        values = torch.zeros((4, self.texels), device=image.device)
        values[:3, seen], values[3, seen] = self.colours(view, image), 1.0
        texture = self.picture(values)
        return texture[:3], texture[3]


def _looked_up(picture, places, mode="bilinear"):
    """Return the colours (C, ...) of a picture (C, H, W) at places (..., 2) in -1..1."""
    found = grid_sample(picture[None], places.reshape(1, 1, -1, 2), mode, align_corners=False)
    return found.reshape(len(picture), *places.shape[:-1])


def _within(grid, sides):
    """Keep places (..., 2) in -1..1 between a picture's outermost pixel centres: none looks beyond; Apple's devices know no borders."""
    edge = torch.as_tensor(1 - 1 / sides, device=grid.device).expand(2)
    return torch.minimum(torch.maximum(grid, -edge, out=grid), edge, out=grid)


def _tensor(values, device):
    return torch.tensor(values, dtype=torch.float32, device=device)
