"""How far apart the groups of a groups file come out on this face model: an honest table, and a warning where they do not."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from . import demographics
from .skin import tone

INDISTINCT = 0.25          # between / within below this: nobody could tell the groups' mean faces apart


@dataclass(frozen=True, eq=False)
class Separation:
    """names (G,); between (G, G) mm RMS between mean faces; within (G,) mm RMS of a group's people around their mean; skins {name: (N, 3)}
    the same people's target skins, Lab."""

    names: tuple
    between: np.ndarray
    within: np.ndarray
    skins: dict

    def indistinct(self):
        """Return the pairs of groups whose mean faces differ by less than INDISTINCT of the spread within them."""
        spread = (self.within[:, None] + self.within) / 2
        return [(self.names[i], self.names[j]) for i in range(len(self.names)) for j in range(i)
                if self.between[i, j] < INDISTINCT * spread[i, j]]

    def tones(self):
        """Return {group: (lightness (N,) CIE L*, Counter of Monk steps)} of the people's target skins."""
        return {name: (labs[:, 0], Counter(map(tone.monk, labs))) for name, labs in self.skins.items()}


def measure(pack, people, groups, count, seed=0):
    """Draw people and compare groups over the front of the face, each face moved to the same centre.

    pack    FacePack; people spec.People; groups as `demographics.read_groups` returns
    count   people to draw, over all groups
    returns Separation
    """
    front = np.flatnonzero(pack.face_front)
    names = tuple(people.groups)
    faces, skins = ({name: [] for name in names} for _ in range(2))
    for number in range(count):
        who = demographics.sample(seed, number, people, pack, groups)
        points = pack.base[front] + pack.shapes.mix(who.weights())[front]
        faces[who.group].append(points - points.mean(axis=0))
        skins[who.group].append(who.skin_lab)
    mean = np.array([np.mean(faces[name], axis=0) for name in names])
    between = 1000 * _rms(mean[:, None] - mean)
    within = np.array([1000 * np.sqrt((_rms(np.array(faces[name]) - m) ** 2).mean()) for name, m in zip(names, mean, strict=True)])
    return Separation(names, between, within, {name: np.array(labs) for name, labs in skins.items()})


def _rms(delta):
    """Root mean square length of displacement fields (..., V, 3)."""
    return np.sqrt((delta**2).sum(axis=-1).mean(axis=-1))
