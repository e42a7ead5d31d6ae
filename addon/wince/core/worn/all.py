"""Every maker by the kind of thing that it makes, one for each of piece.KINDS."""

from . import brows, clothes, facial_hair, glasses, hair, lashes, tears

MAKERS = {"hair": hair.make, "brows": brows.make, "lashes": lashes.make, "facial_hair": facial_hair.make, "clothes": clothes.make,
          "glasses": glasses.make, "tears": tears.make}


def pieces(person):
    """Return {kind: Piece or None} of everything that a person wears."""
    return {kind: make(person) for kind, make in MAKERS.items()}
