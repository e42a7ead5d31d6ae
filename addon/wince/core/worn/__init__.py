"""What a face wears: everything that hangs on it and is no skin, as plain arrays made from a Person.

    piece       Piece: one mesh that is worn, ready for Blender
    binding     points tied to triangles of the face's mesh: where they go when the face changes
    ground      the skin that things grow on
    strands     ribbons along curves: how all hair is built
    melanin     the colour of hair
    torso       the trunk that clothes hang on
    cuts        what garments there are: necklines, rims, seams
    folds       folds of cloth
    tube        tubes and panes: what frames are made of
    brows, lashes, facial_hair, hair, clothes, glasses, tears   makers: `make(person)` -> Piece, or None where nothing is worn
    all         the makers by kind

A maker is pure: the same person gives the same piece. What is costly in it depends on the look alone, not on the shape of the face,
and is cached, because shape sliders are dragged live.
"""
