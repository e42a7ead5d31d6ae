"""Where things are on this topology: lid and lip rings, parts, the front of the face, regions, landmarks.

Everything is derived from the mesh itself (charts, boundary loops, rings of quads around eyes and mouth) on the average
adult; nothing is a list of vertex numbers.
"""

from dataclasses import dataclass

import numpy as np

from wince.core.errors import WinceError

from . import topology

PARTS = ("skin", "brows", "mouth", "socket", "teeth_upper", "teeth_lower", "tongue", "gums")
EYE_COLUMNS, MOUTH_COLUMNS = 28, 38


@dataclass(frozen=True)
class Rings:
    """Rings of vertices around an opening, (R, C).

    Eyes: column 0 is the inner corner, then along the upper lid to the outer corner (C / 2), back along the lower lid.
    Mouth: column 0 is the left corner, then along the upper lip to the right corner, back along the lower lip.
    `inward` runs the other way from the same loop: into the eye socket.
    """

    outward: np.ndarray
    inward: np.ndarray


def label_charts(bust, corners, average):
    """Name the source charts.

    bust      Bust
    corners   (F, 4) welded nodes
    average   (V, 3) the average adult, metres
    returns   (F,) names: head, torso, mouth, socket_l, socket_r, teeth_upper, teeth_lower, tongue, gums
    raises    WinceError when the source is not the mesh this was made for
    """
    label = topology.charts(corners)
    names = np.empty(len(label), dtype="<U12")
    helpers = {"helper-upper-teeth": "teeth_upper", "helper-lower-teeth": "teeth_lower", "helper-tongue": "tongue", "gums": "gums"}
    for group in np.unique(bust.group):
        names[bust.group == group] = helpers.get(group, "torso")
    body = np.flatnonzero(bust.group == "body")
    ids, sizes = np.unique(label[body], return_counts=True)
    by_size = dict(zip(sizes.tolist(), ids.tolist()))
    if by_size.get(3116) is None or by_size.get(398) is None or (sizes == 293).sum() != 2:
        raise WinceError("the source mesh has other charts than hm08: build the pack from the pinned wheel")
    names[label == by_size[3116]] = "head"
    names[label == by_size[398]] = "mouth"
    for chart in ids[sizes == 293]:
        left = average[bust.faces[label == chart], 0].mean() > 0
        names[label == chart] = "socket_l" if left else "socket_r"
    return names


def eye_rings(bust, chart, average, side):
    """Return the Rings of one eye, side "l" or "r"."""
    head, socket = bust.faces[chart == "head"], bust.faces[chart == f"socket_{side}"]
    loop = np.intersect1d(head, socket)
    ordered = next(found for found in topology.boundary_loops(head) if set(found) == set(loop.tolist()))
    outward = topology.rings(head, ordered, 13)
    inward = topology.rings(socket, ordered, 8)
    inner = np.argmin(np.abs(average[outward[2], 0]))
    upward = np.roll(outward[2], -inner)[EYE_COLUMNS // 4]
    return _aligned(outward, inward, inner, flip=average[upward, 2] < average[outward[2], 2].mean())


def mouth_rings(bust, chart, average):
    """Return the Rings of the mouth."""
    head, mouth = bust.faces[chart == "head"], bust.faces[chart == "mouth"]
    ordered = next(found for found in topology.boundary_loops(head) if len(found) == MOUTH_COLUMNS)
    outward = topology.rings(head, ordered, 11)
    inward = topology.rings(mouth, ordered, 4)
    corner = np.argmax(average[outward[2], 0])
    upward = np.roll(outward[2], -corner)[MOUTH_COLUMNS // 4]
    return _aligned(outward, inward, corner, flip=average[upward, 2] < average[outward[2], 2].mean())


def _aligned(outward, inward, start, flip):
    def turn(rings):
        rings = np.roll(rings, -start, axis=1)
        return np.roll(rings[:, ::-1], 1, axis=1) if flip else rings
    return Rings(turn(outward), turn(inward))
