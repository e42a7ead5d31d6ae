"""A person's face units as plain morph targets, for programs that know no drivers."""

from functools import cache

from . import rig
from .facs import arkit as names
from .facs.arkit import ARKIT_NAMES
from .facs.table import keys_of

JAW, CLOSED = "jawOpen", "mouthClose"


def arkit(person):
    """Return the 52 ARKit targets of a person, {name: (V, 3) displacement at 1, metres}, in ARKit's order.

    A target that an action unit stands for alone is that unit's own shape, so a face moves in other programs as its rig does, its
    lids meet; all else that ARKit names is the pack's.
    """
    made = {name: _arkit(person, name) for name in ARKIT_NAMES}
    made[CLOSED] = made[CLOSED] + _pack(person, JAW) - made[JAW]          # it takes back what the jaw opens: together as in the pack
    return made


def action_units(person):
    """Return the AU targets of a person, {shape key: (V, 3) displacement at E, metres}: what adds up, the correctives left out."""
    return {row.key: person.key_dense(row.key) for row in rig.ROWS if "+" not in row.key}


def _arkit(person, name):
    keys = own_units().get(name)
    return sum(person.key_dense(key) for key in keys) if keys else _pack(person, name)


def _pack(person, name):
    return person.pack.shapes.dense(f"arkit:{name}")


@cache
def own_units():
    """Return {ARKit name: keys of the action units that are told by it alone, at full weight}; both sides where it has none."""
    found = {}
    for number in (27, *names.PEELED):
        told = {key: names.arkit_sources(key) for key in keys_of(number)}
        for key, (name, *others) in ((key, tuple(sources)) for key, sources in told.items() if sources):
            if not others and told[key][name] == 1.0:
                found.setdefault(name, []).append(key)
    return {name: tuple(keys) for name, keys in found.items()}
