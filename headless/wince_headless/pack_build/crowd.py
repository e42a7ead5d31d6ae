"""Drawn people while the pack is still being built: what action units have to fit besides the average adult."""

from dataclasses import dataclass
from types import SimpleNamespace

from wince.core import demographics, lips
from wince.job import spec

PEOPLE, SEED = 36, 12              # two of each age, gender and group


@dataclass(frozen=True, eq=False)
class _Axes:
    """The part of a pack that people are drawn from."""

    shapes: SimpleNamespace
    hash: str = ""


def faces(points, shapes, mouth):
    """Return the neutral faces of drawn people, [(V, 3)] metres.

    points  (V, 3) the average adult
    shapes  {identity shape: (V, 3)}
    mouth   Opening
    """
    axes = _Axes(SimpleNamespace(names=tuple(shapes)))
    out = []
    for number in range(PEOPLE):
        who = demographics.sample(SEED, number, spec.People(), axes)
        face = points + sum(weight * shapes[name] for name, weight in who.weights().items())
        out.append(face + lips.seal(mouth, face))
    return out
