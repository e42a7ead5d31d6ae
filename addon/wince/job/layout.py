"""Where things lie in an output folder, and what they are called; paths and names only, nothing is read or written.

    OUT/job.json                          the job as it was asked for
    OUT/origin.json                       what renders it: an output folder has one Blender, device, denoiser and pack
    OUT/id00003/identity.json             a person
    OUT/id00003/e02/expression.npz        what the person shows: the heat of every vertex, millimetres
    OUT/id00003/e02/frontal/record.json   a sample, written last: it exists when its record does
    OUT/id00003/e02/frontal/rgb.png ...   its pictures

e00 is the neutral that shares camera, light and pose with the expressions, e01 and on are the expressions, n01 and on are
neutrals in another pose and light. A sample's key is its path: id00003/e02/frontal.
"""

import re
from pathlib import Path

from ..core.errors import WinceError

JOB, ORIGIN, IDENTITY, EXPRESSION, RECORD = "job.json", "origin.json", "identity.json", "expression.npz", "record.json"
NEUTRAL = "e00"
TEMPORARY = ".part"                    # ends the name of every file that is being written

KEY = re.compile(r"(id\d{5,})/([en]\d{2,})/([a-z0-9][a-z0-9_-]*)")


def person_name(number):
    """Return the folder name of a person, id00003 for 3."""
    return f"id{number:05d}"


def expression_name(index):
    """Return the name of an expression, e02 for 2; e00 is the aligned neutral."""
    return f"e{index:02d}"


def extra_neutral_name(index):
    """Return the name of an unaligned neutral, n01 for 1."""
    return f"n{index:02d}"


def sample_key(person, expression, view):
    """Return the key of a sample: names joined by slashes, the path of its folder below the output folder."""
    return f"{person}/{expression}/{view}"


def split_key(key):
    """Return (person, expression, view) of a key.

    raises   WinceError when it is no key
    """
    match = KEY.fullmatch(key)
    if match is None:
        raise WinceError(f"{key!r} is not a sample's key: write it as in the records, id00003/e02/frontal")
    return match.groups()


def sample_folder(out, key):
    """Return the folder of a sample."""
    return Path(out, key)


def record_path(out, key):
    """Return the path of a sample's record."""
    return Path(out, key, RECORD)


def expression_path(out, key):
    """Return the path of the arrays that the views of a key's expression share."""
    return Path(out, key).parent / EXPRESSION


def identity_path(out, key):
    """Return the path of the identity of a key's person."""
    return Path(out, key).parent.parent / IDENTITY
