"""Lips that meet: the source's mouth is a slit; a neutral mouth is closed."""

import numpy as np

from .openings import Opening

CONTACT = 1                                    # the ring at which lips touch
OVERLAP = 0.0003                               # by which their edges behind press into each other: subdivided lips leave no slit
FOLLOW = (1.0, 1.0, 0.8, 0.5, 0.2)             # how much rings 0, 1, 2 ... come along


def of_pack(pack):
    """Return the mouth's Opening."""
    return Opening(pack.mouth_rings, int(pack.mouth_corner))


def seal(mouth, base):
    """Return the displacement (V, 3) that lays both lips' contact rings on the line midway between them.

    Behind it their edges meet too, so that nobody looks past one line of contact into the mouth.
    """
    follow = _midway(mouth, base, CONTACT)
    out = np.zeros_like(base)
    for k, share in enumerate(FOLLOW):
        out[mouth.rings[k]] = share * follow
    place = mouth.along(base, 0)
    over = OVERLAP / 2 * np.clip(8 * place * (1 - place), 0, 1) * np.where(np.isin(np.arange(len(place)), mouth.upper), -1, 1)
    out[mouth.rings[0], 2] += _midway(mouth, base + out, 0)[:, 2] + over
    return out


def _midway(mouth, points, ring):
    """Return what takes a ring's two edges to the line midway between them, (C, 3)."""
    place, edge = mouth.along(points, ring), points[mouth.rings[ring]]
    return np.mean([mouth.across(place, edge, columns) for columns in (mouth.upper, mouth.lower)], axis=0) - edge


def gap(mouth, points, samples=15):
    """Return the signed vertical gap between the lips at their contact ring, (samples,) metres: > 0 open, < 0 crossed."""
    place, here = np.linspace(0.06, 0.94, samples), mouth.along(points, CONTACT)
    height = points[mouth.rings[CONTACT], 2]
    return np.interp(place, here[mouth.upper], height[mouth.upper]) - np.interp(place, here[mouth.lower], height[mouth.lower])
