"""A person's face units as plain morph targets, for programs that know no drivers."""

from . import rig
from .facs.arkit import ARKIT_NAMES

# ARKit's lids are solved anew for each person, so that a blink meets; what else ARKit names is the pack's own.
OF_PERSON = {"eyeBlink": "AU43", "eyeSquint": "AU07", "cheekSquint": "AU06"}
SIDE = {"Left": "L", "Right": "R"}


def arkit(person):
    """Return the 52 ARKit targets of a person, {name: (V, 3) displacement at 1, metres}, in ARKit's order."""
    return {name: _arkit(person, name) for name in ARKIT_NAMES}


def action_units(person):
    """Return the AU targets of a person, {shape key: (V, 3) displacement at E, metres}: what adds up, the correctives left out."""
    return {row.key: person.key_dense(row.key) for row in rig.ROWS if "+" not in row.key}


def _arkit(person, name):
    for stem, key in OF_PERSON.items():
        if name.startswith(stem):
            return person.key_dense(f"{key}.{SIDE[name.removeprefix(stem)]}")
    return person.pack.shapes.dense(f"arkit:{name}")
