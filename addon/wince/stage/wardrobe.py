"""What a face wears, made from its person and put on: hair, brows, lashes, beard, clothes, glasses."""

from ..bridge import worn
from ..core.worn.piece import KINDS
from . import materials

PLAIN = "wince_plain"                  # ID property of the armature: a face that wears nothing, quick to make and to render


def wear(face):
    """Make a face wear what its person wears; must run in Object Mode.

    face   RiggedFace
    """
    made = dict.fromkeys(KINDS) if face.armature.get(PLAIN) else _pieces(face.person)
    for kind, piece in made.items():
        worn.wear(face, kind, piece, _materials(face, piece) if piece else {})


def _pieces(person):
    """Return {kind: Piece or None}; the makers are loaded when something is worn, not when the add-on is enabled."""
    from ..core.worn.all import pieces

    return pieces(person)


def materials_of(face):
    """Return {name of materials.RECIPES: material} of what a face wears, those that an artist has replaced left out."""
    found = (material for obj in face.worn.values() for material in obj.data.materials if material is not None)
    return {material[materials.LOOK]: material for material in found if materials.LOOK in material}


def _materials(face, piece):
    """Return the materials of a piece, those that the face has not got yet made with the AOVs that its skin has."""
    own = materials_of(face)
    missing = [name for name in piece.materials if name not in own]
    return own | materials.build_like(face.mesh_object.data.materials, missing)
