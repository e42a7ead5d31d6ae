"""The light on a head, from the colours of its points: lights of every direction that are never below nothing, seen past nose and brow.

What is fitted is linear in the unknowns: light that reaches every point alike, far light from many directions, each with the shadows that
the head throws on itself, light that skin throws on skin, and how all this grows along x, y and z where lamps are near. Non-negative
least squares (Lawson and Hanson 1974) in relative errors, reweighted by Huber's rule, so that lips, moles and hair pull little.
"""

from dataclasses import dataclass

import numpy as np

from . import points

HUBER = 0.04                           # relative error from which on a point counts less
STIFF = 2e-5                           # what light from a direction costs, of the mean light squared
STIFF_NEAR = 1e-3                      # what bounces and near lamps cost
ROUNDS, FAR_ROUNDS = 10, 2             # of fitting, and those at first that only look at far light
ENOUGH = 6000                          # points that are looked at, at most: light is broad
SPREAD = 40                            # rounds of smoothing: how far off the skin is that throws light on skin, about 15 mm
REACH_M = 0.1                          # in units of which near lamps' growth is told; 1.2 of it counts as far away
DARKEST = 0.05                         # shade, of the mean, below which nothing is told apart


@dataclass(frozen=True, eq=False)
class Light:
    """What was found, for each colour; 1 is the mean of what reaches the skin.

    ambient  (3,)    reaches every point alike
    far      (D, 3)  from each direction; even light of 1 is 1 everywhere
    bounced  (3,)    share of the light around that skin throws on hidden skin
    near     (3, 3)  growth along x, y and z for each colour, per REACH_M
    """

    ambient: np.ndarray
    far: np.ndarray
    bounced: np.ndarray
    near: np.ndarray


def fit(seen, weight, carried, mesh, rounds=ROUNDS):
    """Return the shade of a mesh's points (P, 3) float64, geometric mean 1 where it counts, and the Light.

    seen     (P, 3) mean colours, without what is known of the skin's own pattern
    weight   (P,)   how much each counts, 0 where nothing is known
    carried  (P, D) see transfer.of
    mesh     surface.Mesh
    rounds   of fitting
    """
    known = np.flatnonzero(weight > weight.max() * 1e-4)
    known = known[::-(-len(known) // ENOUGH)]
    weight = weight[known] / weight[known].sum()
    far = np.concatenate([np.ones((len(seen), 1), np.float32), carried * np.float32(4 / carried.shape[1])], axis=1)
    middle = weight @ mesh.points[known]
    place = np.clip((mesh.points - middle) / REACH_M, -1.2, 1.2)
    smooth, shades, found = points.smoother(mesh), [], []
    for colour in seen.T:
        shade, weights = _fit(np.maximum(colour[known], 1e-6), weight, known, far, place, smooth, rounds)
        shades.append(shade / np.exp(weight @ np.log(shade[known])))
        found.append(weights)
    return np.stack(shades, axis=1), _named(np.array(found), carried.shape[1])


def _fit(colour, weight, known, far, place, smooth, rounds):
    """Return one colour's shade (P,) and the weights of its columns: far, bounced, near along the axes and against them."""
    from scipy.optimize import nnls
    colour = colour / np.exp(weight @ np.log(colour))
    hidden, here, near = np.clip(1 - far[:, 1:].sum(axis=1), 0, 1), far[known].astype(float), None
    cost = np.concatenate([[0], np.full(far.shape[1] - 1, STIFF * 4 / (far.shape[1] - 1)), np.full(7, STIFF_NEAR)]) + 1e-9
    expected, trust = np.maximum(colour, 2 * DARKEST), np.ones(len(colour))
    for number in range(rounds):
        columns = here if near is None else np.concatenate([here, near[known]], axis=1)
        each = (trust * weight / expected ** 2)[:, None] * columns
        square = each.T @ columns + np.diag(cost[:columns.shape[1]])
        root = np.linalg.cholesky(square)
        found, _ = nnls(root.T, np.linalg.solve(root, each.T @ colour))
        expected = np.maximum(columns @ found, DARKEST)
        trust = np.minimum(1, HUBER / np.maximum(np.abs(np.log(colour / expected)), 1e-9))
        reached = far @ found[:far.shape[1]].astype(np.float32)
        shade = reached if near is None else reached + near @ found[far.shape[1]:]
        near = _near(np.maximum(reached, DARKEST), hidden, place, smooth) if number >= FAR_ROUNDS - 1 else None
    return np.maximum(shade, DARKEST).astype(float), found


def _near(direct, hidden, place, smooth):
    """Return the columns (P, 7) of what is thrown on hidden skin by the skin around, and of growth along axes, both ways."""
    bounced = hidden * points.smoothed(smooth, direct, SPREAD)
    return np.concatenate([bounced[:, None], direct[:, None] * place, -direct[:, None] * place], axis=1)


def _named(found, count):
    """Return the Light of weights (3, 1 + D + 7)."""
    far, rest = found[:, 1:1 + count], found[:, 1 + count:]
    return Light(found[:, 0], far.T, rest[:, 0], rest[:, 1:4] - rest[:, 4:])


def harmonics(normals):
    """Return the nine spherical harmonics up to order 2, without their factors, of unit vectors (N, 3): (N, 9).

    Ramamoorthi and Hanrahan 2001, "An efficient representation for irradiance environment maps": enough for far light without shadows.
    """
    x, y, z = np.asarray(normals, float).T
    return np.stack([np.ones_like(x), x, y, z, x * y, y * z, z * x, x * x - y * y, 3 * z * z - 1], axis=1)


def fit_harmonics(seen, weight, normals):
    """Return the shade (P, 3) whose logarithm is a robust fit of order-2 harmonics, geometric mean 1 where it counts, and (9, 3) of it.

    seen, weight   as `fit` takes them; normals (P, 3) unit
    """
    known, basis = weight > weight.max() * 1e-4, harmonics(normals)
    weight, logs = weight[known] / weight[known].sum(), np.log(np.maximum(seen[known], 1e-6))
    found = np.stack([_reweighted(basis[known], colour, weight) for colour in logs.T], axis=1)
    shade = basis @ found
    return np.exp(shade - weight @ shade[known]), found


def _reweighted(basis, values, weight):
    """Return the coefficients of a least squares fit reweighted by Huber's rule."""
    trust = np.ones(len(values))
    for _ in range(ROUNDS):
        root = np.sqrt(weight * trust)
        found = np.linalg.lstsq(basis * root[:, None], values * root, rcond=None)[0]
        trust = np.minimum(1, HUBER / np.maximum(np.abs(values - basis @ found), 1e-9))
    return found
