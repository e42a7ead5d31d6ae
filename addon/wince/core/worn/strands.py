"""Ribbons along curves: how all hair is built.  Meshes, not hair curves: they export, they render in every engine and viewport.

What grows on the face is laid on the average adult's skin once (`lay`, `tie`), point by point, and taken to a person as a whole strand
that follows the triangle at its root (`piece`): a strand bends with who somebody is, and never with an expression.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from . import binding
from .binding import unit
from .piece import SKIN, Piece

STRAND = "wince_strand"                # point attribute: 0..1, one number a strand


@dataclass(frozen=True, eq=False)
class Groom:
    """N strands of S points on the average adult.

    tied     binding.Binding of all points, N * S
    roots    (N, 3) the triangle at each root
    width    (N, S) metres
    strand   (N,) 0..1, what tells one from another
    facing   (N, 3) the way that the flat side of a ribbon looks, in the frame of its root's triangle
    uv, faces   as `ribbons` returns them
    """

    tied: object
    roots: np.ndarray
    width: np.ndarray
    strand: np.ndarray
    facing: np.ndarray
    uv: np.ndarray
    faces: np.ndarray

    @cached_property
    def is_stiff(self):
        """Whether every point of a strand is tied to the triangle at its root."""
        return np.array_equal(self.tied.corners, np.repeat(self.roots, self.width.shape[1], axis=0))


def ribbons(curves, width, across):
    """Return flat ribbons along curves.

    curves   (N, S, 3) metres, root first
    width    (N, S) metres
    across   (N, S, 3) unit vectors, the direction of the ribbon's width
    returns  points (N * S * 2, 3), faces (N * (S - 1), 4), uv (N * S * 2, 2): u across 0..1, v from root 0 to tip 1
    """
    count, steps, _ = curves.shape
    half = across * width[..., None] / 2
    points = np.stack([curves - half, curves + half], axis=2).reshape(-1, 3)
    return points, *flat(count, steps)


def flat(count, steps):
    """Return faces (N * (S - 1), 4) and uv (N * S * 2, 2) of ribbons, see `ribbons`."""
    first = (np.arange(count)[:, None] * steps + np.arange(steps - 1)) * 2
    faces = np.stack([first, first + 1, first + 3, first + 2], axis=-1).reshape(-1, 4)
    along = np.broadcast_to(np.linspace(0, 1, steps)[None, :, None], (count, steps, 2))
    uv = np.stack([np.broadcast_to([0.0, 1.0], along.shape), along], axis=-1).reshape(-1, 2)
    return faces, uv


def lay(ground, among, roots, heading, length, height):
    """Return curves (N, S, 3) that run over the skin.

    ground    ground.Ground
    among     (M,) points of it that are near enough to matter
    roots     (N, 3) metres
    heading   (N, S, 3) where each strand wants to go at each point; what of it leaves the skin is taken away
    length    (N,) metres
    height    (N, S) metres above the skin
    """
    steps, spot = heading.shape[1], roots
    curve, out = [], []
    for k in range(steps):
        near = ground.near(spot, among)
        normal = ground.normals[near]
        spot = spot - normal * ((spot - ground.points[near]) * normal).sum(axis=1, keepdims=True) if k else spot
        curve.append(spot)
        out.append(normal)
        way = heading[:, k] - normal * (heading[:, k] * normal).sum(axis=1, keepdims=True)
        spot = spot + unit(way) * (length / (steps - 1))[:, None]
    return np.stack(curve, axis=1) + np.stack(out, axis=1) * height[..., None]


def tie(ground, among, curves, width, strand, rest):
    """Return the Groom of curves (N, S, 3) laid on a ground; arguments as there; `rest` as binding.rest(pack)."""
    count, steps, _ = curves.shape
    spots = curves.reshape(-1, 3)
    corners = ground.tied[ground.near(spots, among)]
    return groom(binding.bind(spots, corners, rest), corners.reshape(count, steps, 3)[:, 0], width, strand)


def groom(tied, roots, width, strand, facing=None):
    """Return a Groom; its ribbons look away from the skin by default."""
    faces, uv = flat(*width.shape)
    facing = np.tile([0.0, 0.0, 1.0], (len(roots), 1)) if facing is None else facing
    return Groom(tied, roots, width, strand, facing, uv, faces)


def join(grooms):
    """Return several Grooms as one; their strands have one number of points."""
    tied = binding.Binding(*(np.concatenate([getattr(one.tied, name) for one in grooms]) for name in ("corners", "local")))
    return groom(tied, *(np.concatenate([getattr(one, name) for one in grooms]) for name in ("roots", "width", "strand", "facing")))


def stiff(curves, corners, width, strand, rest, facing=None):
    """Return the Groom of curves (N, S, 3) that are tied to the triangles (N, 3) at their roots alone; `rest` as binding.rest(pack)."""
    steps = curves.shape[1]
    return groom(binding.bind(curves.reshape(-1, 3), np.repeat(corners, steps, axis=0), rest), corners, width, strand, facing)


def piece(person, made, material):
    """Return the Piece of a Groom on a person; material is a name of stage.materials.RECIPES."""
    base = binding.shown(person)
    frames, first = binding.frames(base[made.roots]), base[made.roots[:, 0]][:, None]
    curves = _curves(made, base, frames, first)
    across = unit(np.cross(along(curves), np.matmul(made.facing[:, None], frames)))
    half = across * made.width[..., None] / 2
    points = np.stack([curves - half, curves + half], axis=2).reshape(len(frames), -1, 3)
    each = points.shape[1]
    tied = binding.Binding(np.repeat(made.roots, each, axis=0), np.matmul(points - first, frames.swapaxes(1, 2)).reshape(-1, 3))
    return Piece(points.reshape(-1, 3), made.faces, (material,), SKIN, tied, uv=made.uv, values={STRAND: np.repeat(made.strand, each)})


def _curves(made, base, frames, first):
    """Return the curves (N, S, 3) of a Groom on a face, from the frames (N, 3, 3) and the first corners (N, 1, 3) of its roots."""
    shape = (*made.width.shape, 3)
    if made.is_stiff:
        return np.matmul(made.tied.local.reshape(shape), frames) + first
    return smooth(binding.place(made.tied, base).reshape(shape))


def smooth(curves):
    """Return curves (N, S, 3) with their kinks eased, ends in place."""
    out = curves.copy()
    out[:, 1:-1] = 0.25 * curves[:, :-2] + 0.5 * curves[:, 1:-1] + 0.25 * curves[:, 2:]
    return out


def along(curves):
    """Return the tangents (N, S, 3) of curves (N, S, 3)."""
    ahead = np.empty_like(curves)
    ahead[:, 1:-1] = curves[:, 2:] - curves[:, :-2]
    ahead[:, 0], ahead[:, -1] = curves[:, 1] - curves[:, 0], curves[:, -1] - curves[:, -2]
    return unit(ahead)
