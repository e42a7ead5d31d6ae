"""Where hair grows on a face's skin, written to its mesh: in the class picture, skin that shows between hairs is what they are."""

import numpy as np

from ..bridge import mesh
from .passes import ATTRIBUTES, BEARD, HAIR
from .wardrobe import PLAIN

SHOWS_SKIN = ("none", "stubble")       # beards between whose hairs the face is still seen: there skin stays skin


def write(face):
    """Write how much scalp hair and beard grow on a face, 0..1, for the label passes: none where it wears none."""
    for name, values in covers(face).items():
        mesh.set_attribute(face.mesh_object.data, name, values)


def covers(face):
    """Return {attribute: (V,) 0..1} of scalp hair and beard."""
    from ..core.worn import facial_hair, hair  # as in `wardrobe`: not when the add-on is enabled

    pack, look = face.person.pack, face.person.identity.look
    plain, none = face.armature.get(PLAIN, False), np.zeros(len(face.person.base))
    scalp = none if plain or look.hair.style not in hair.STYLES else hair.scalp_density(face.person)
    beard = none if plain or look.facial_hair.style in SHOWS_SKIN else facial_hair.cover(pack, look.facial_hair.style)
    return {ATTRIBUTES[HAIR]: scalp, ATTRIBUTES[BEARD]: beard}
