"""What a view shows of points on the face, told by its depth pass."""

import numpy as np

from ..core.cameras import project, to_camera

SLACK_M = 0.002                        # a point this little behind the surface still lies on it: lid margins, lip seams
SLACK_PIXELS = 1.5                     # and this many pixels' worth, for surfaces that fall away from the camera


def visible(view, points, depth, normals=None):
    """Tell which points the camera sees.

    view     core.cameras.View
    points   (N, 3) metres, world
    depth    (H, W) planar depth of the same view, metres
    normals  (N, 3) outward, or None; a point that faces away is not seen
    returns  (N,) bool
    """
    pixels, z = project(view, points), to_camera(view, points)[:, 2]
    inside = (z > 0) & (pixels >= -0.5).all(axis=1) & (pixels < [view.width - 0.5, view.height - 0.5]).all(axis=1)
    slack = SLACK_M + SLACK_PIXELS * z / view.K[0, 0]
    seen = inside & (z <= _farthest(depth, pixels) + slack)
    return seen if normals is None else seen & (np.einsum("ni,ni->n", normals, _towards(view, points)) > 0)


def shares(view, points, normals, areas, regions, depth):
    """Return how much of each region a view shows, {name: 0..1}.

    points, normals  (N, 3)
    areas            (N,) square metres that each point stands for
    regions          {name: (N,) weights 0..1}
    """
    seen = visible(view, points, depth, normals)
    return {name: round(float(np.sum(weights * areas * seen) / max(np.sum(weights * areas), 1e-12)), 4)
            for name, weights in regions.items()}


def covered(view, points, normals, areas, seg, classes):
    """Return which share of a surface is hidden by things of some classes, as the camera sees it, {name: 0..1}.

    points, normals  (N, 3); what faces away, or lies outside the picture, does not count
    areas            (N,) square metres that each point stands for
    seg              (H, W) class numbers
    classes          {name: class number}
    """
    pixels, z = project(view, points), to_camera(view, points)[:, 2]
    ways = _towards(view, points)
    seen = np.einsum("ni,ni->n", normals, ways / np.linalg.norm(ways, axis=1, keepdims=True)) * areas
    x, y = np.rint(np.nan_to_num(pixels, nan=-1.0, posinf=-1.0, neginf=-1.0)).astype(int).T
    here = (z > 0) & (seen > 0) & (x >= 0) & (y >= 0) & (x < view.width) & (y < view.height)
    found, weight = seg[y[here], x[here]], seen[here]
    return {name: round(float(weight[found == number].sum() / max(weight.sum(), 1e-12)), 4) for name, number in classes.items()}


def _farthest(depth, pixels):
    """Return the greatest depth of the four pixels around each place (N, 2)."""
    height, width = depth.shape
    x, y = np.nan_to_num(pixels, nan=-1.0, posinf=-1.0, neginf=-1.0).clip(-1, [width, height]).T
    columns = [np.clip(np.floor(x) + k, 0, width - 1).astype(int) for k in (0, 1)]
    rows = [np.clip(np.floor(y) + k, 0, height - 1).astype(int) for k in (0, 1)]
    return np.max([depth[row, column] for row in rows for column in columns], axis=0)


def _towards(view, points):
    """Return vectors (N, 3) from points to the camera."""
    return view.matrix_world[:3, 3] - points
