"""A UV atlas for a head: the face in front of the ears gets most of it, and nothing overlaps.

The head's chart is spread over a rectangle by Tutte's embedding (W. T. Tutte, "How to draw a graph", 1963): boundary on
a convex outline, every inner vertex at a positive weighted mean of its neighbours. That cannot fold over, whatever the
weights, so the weights are free to follow the area that each face of the mesh is meant to get. Small charts keep the
shape they had in the source and stand in a strip above.
"""

import numpy as np

from . import topology

HEAD_HEIGHT = 0.885             # of the atlas; the strip above holds the small charts
FACE_DENSITY = 9.0              # atlas area per skin area in front of the ears, relative to the rest of the head
ROUNDS = 10
GUTTER = 0.004

# where the small charts stand in the strip: share of its width, by part
SHELF = {"torso": (0.0, 0.36), "mouth": (0.36, 0.46), "socket_l": (0.46, 0.55), "socket_r": (0.55, 0.64), "teeth_upper": (0.64, 0.70),
         "teeth_lower": (0.70, 0.76), "gums": (0.76, 0.82), "tongue": (0.82, 0.88)}


def weld(faces, uv):
    """Weld face corners that agree in vertex and source UV.

    faces, uv   (F, 4) vertices, (F, 4, 2) source UVs
    returns     corners (F, 4) node indices; node_vertex (N,); node_uv (N, 2)
    """
    keys = np.concatenate([faces[..., None], np.rint(uv * 1e6)], axis=-1).reshape(-1, 3).astype(np.int64)
    unique, inverse = np.unique(keys, axis=0, return_inverse=True)
    return inverse.reshape(faces.shape), unique[:, 0], unique[:, 1:] / 1e6


def embed(corners, points, face_mask):
    """Spread one chart, a disc with holes, over the rectangle 1 x HEAD_HEIGHT.

    corners    (F, 4) node indices 0..N-1
    points     (N, 3) positions in space
    face_mask  (F,) bool, the faces that get FACE_DENSITY
    returns    (N, 2) UVs, no face folded
    """
    outline, *holes = topology.boundary_loops(corners)
    rim, rim_uv = _outline(outline, points)
    area = quad_areas(points[corners])
    wanted = area * np.where(face_mask, FACE_DENSITY, 1.0)
    wanted *= HEAD_HEIGHT / wanted.sum()
    stiffness = np.ones(len(corners))
    for _ in range(ROUNDS):
        uv = _equilibrium(corners, points, stiffness * area, holes, rim, rim_uv)
        got = np.clip(uv_areas(uv[corners]) / wanted, 0.05, 20.0)
        stiffness = np.clip(stiffness * _smooth(corners, np.sqrt(got), len(points)), 1e-3, 1e3)
    return uv


def shelve(uv, slot):
    """Scale a small chart's source UVs (N, 2), aspect kept, into its place in the strip."""
    low, high = SHELF[slot]
    size = np.ptp(uv, axis=0)
    room = np.array([high - low, 1.0 - HEAD_HEIGHT]) - 2 * GUTTER
    scale = (room / size).min()
    return (uv - uv.min(axis=0)) * scale + np.array([low, HEAD_HEIGHT]) + GUTTER


def quad_areas(corners):
    """Areas (F,) of quads in space, corners (F, 4, 3)."""
    return 0.5 * np.linalg.norm(np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1]), axis=1)


def uv_areas(corners):
    """Signed areas (F,) of quads in the atlas, corners (F, 4, 2); positive where the face is not mirrored."""
    p, q = corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1]
    return 0.5 * (p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0])


def _outline(loop, points):
    """Lay the chart's outline along the rectangle by arc length, throat at the middle of the bottom edge."""
    throat = np.argmin(10 * np.abs(points[loop, 0]) + points[loop, 1] + 10 * (points[loop, 2] > 0.1))
    loop = np.roll(loop, -throat)
    step = np.linalg.norm(points[np.roll(loop, -1)] - points[loop], axis=1)
    along = np.concatenate([[0.0], np.cumsum(step)[:-1]]) / step.sum()
    h = HEAD_HEIGHT
    turns = np.array([0.0, 0.5, 0.5 + h, 1.5 + h, 1.5 + 2 * h, 2 + 2 * h]) / (2 + 2 * h)
    u = np.interp(along, turns, [0.5, 1, 1, 0, 0, 0.5])
    v = np.interp(along, turns, [0, 0, h, h, 0, 0])
    return loop, np.stack([u, v], axis=1)


def _equilibrium(corners, points, weight, holes, rim, rim_uv):
    """Solve for the embedding in which every free node is the weighted mean of its neighbours; holes are closed by a hub."""
    n = len(points)
    laplacian = np.zeros((n + len(holes), n + len(holes)))
    for k in range(4):
        a, b = corners[:, k], corners[:, (k + 1) % 4]
        spring = weight / (2 * ((points[a] - points[b]) ** 2).sum(axis=1))     # dual edge over edge: near-conformal
        np.add.at(laplacian, (a, b), spring)
        np.add.at(laplacian, (b, a), spring)
    used = laplacian[laplacian > 0]
    laplacian = np.where(laplacian > 0, np.clip(laplacian, *np.percentile(used, [0.5, 99.5])), 0.0)
    for hub, loop in enumerate(holes, start=n):
        laplacian[loop, hub] = laplacian[hub, loop] = laplacian[loop].sum(axis=1).mean() / 4
    laplacian = np.diag(laplacian.sum(axis=1)) - laplacian
    free = np.setdiff1d(np.arange(len(laplacian)), rim)
    uv = np.zeros((len(laplacian), 2))
    uv[rim] = rim_uv
    uv[free] = np.linalg.solve(laplacian[np.ix_(free, free)], -laplacian[np.ix_(free, rim)] @ rim_uv)
    return uv[:n]


def _smooth(corners, factor, n):
    """Average log factors over neighbouring faces, twice, so that the atlas has no sudden changes of scale."""
    log = np.log(factor)
    count = np.bincount(corners.ravel(), minlength=n)
    for _ in range(2):
        at_node = np.bincount(corners.ravel(), weights=np.repeat(log, 4), minlength=n) / count
        log = at_node[corners].mean(axis=1)
    return np.exp(log)
