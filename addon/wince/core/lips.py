"""Lips that meet: the source's mouth is a slit; a neutral mouth is closed."""

import numpy as np

from .openings import Opening

CONTACT = 1                                    # the ring at which lips touch
FOLLOW = (1.0, 1.0, 0.8, 0.5, 0.2)             # how much rings 0, 1, 2 ... come along


def of_pack(pack):
    """Return the mouth's Opening."""
    return Opening(pack.mouth_rings, int(pack.mouth_corner))


def seal(mouth, base):
    """Return the displacement (V, 3) that lays both lips' contact rings on the line midway between them."""
    place, ring = mouth.along(base, CONTACT), base[mouth.rings[CONTACT]]
    line = np.mean([mouth.across(place, ring, columns) for columns in (mouth.upper, mouth.lower)], axis=0)
    out = np.zeros_like(base)
    for k, share in enumerate(FOLLOW):
        out[mouth.rings[k]] = share * (line - ring)
    return out


def gap(mouth, points, samples=15):
    """Return the signed vertical gap between the lips at their contact ring, (samples,) metres: > 0 open, < 0 crossed."""
    place, here = np.linspace(0.06, 0.94, samples), mouth.along(points, CONTACT)
    height = points[mouth.rings[CONTACT], 2]
    return np.interp(place, here[mouth.upper], height[mouth.upper]) - np.interp(place, here[mouth.lower], height[mouth.lower])
