"""Openings of the face, eyes and mouth, as rings of vertices with an upper and a lower edge between two corners."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Opening:
    """Rings of vertices around an opening, (R, C) outward from its edge.

    Column 0 is the first corner (inner corner of an eye, left corner of the mouth); the upper edge runs from there to
    column `corner`, the lower edge back.
    """

    rings: np.ndarray
    corner: int

    @property
    def upper(self):
        """Columns of the upper edge, first corner to second."""
        return np.arange(self.corner + 1)

    @property
    def lower(self):
        """Columns of the lower edge, first corner to second."""
        return np.concatenate([[0], np.arange(self.rings.shape[1] - 1, self.corner - 1, -1)])

    def along(self, points, ring):
        """Return where each column of a ring stands from the first corner (0) to the second (1) along its own edge, (C,)."""
        edge = points[self.rings[ring]]
        place = np.zeros(len(edge))
        for columns in (self.upper, self.lower):
            way = np.cumsum(np.linalg.norm(np.diff(edge[columns], axis=0), axis=1))
            place[columns[1:]] = way / way[-1]
        return place

    def across(self, place, field, columns):
        """Carry a field (C, k) of one edge's columns to every column by where it stands, (C, k)."""
        return np.stack([np.interp(place, place[columns], f) for f in field[columns].T], axis=1)
