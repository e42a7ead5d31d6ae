"""One thing that is worn, as arrays."""

from dataclasses import dataclass, field

import numpy as np

SKIN, HEAD = "skin", "head"
PATTERN = "cloth_place"                # point attribute: metres around and down the cloth, and how much of the rim's trim it is
SEWN = "cloth_sewn"                    # point attribute: signed metres to the seams of shoulders and sleeves and to the front's edge
CUT = "cloth_cut"                      # point attribute: metres down from the neckline, metres to the left on the average bust, 0
KINDS = ("hair", "brows", "lashes", "facial_hair", "clothes", "glasses", "tears")       # what objects are found by: kept in files


@dataclass(frozen=True, eq=False)
class Piece:
    """A mesh that hangs on a face.

    points      (V, 3) metres, the face's space, on the neutral face
    faces       (F, 4) int; a triangle repeats its last corner
    materials   names of stage.materials.LOOKS, one per slot
    follows     "head": goes with the bone `head`, stiff; "skin": each vertex follows its triangle of the face's mesh, needs `binding`
    binding     binding.Binding of the points, or None
    slots       (F,) int into `materials`, or None for all 0
    uv          (V, 2), or None
    values      {name: (V,) or (V, 3)} point attributes that its materials read
    smooth      whether it is shaded smooth
    """

    points: np.ndarray
    faces: np.ndarray
    materials: tuple[str, ...]
    follows: str = HEAD
    binding: object = None
    slots: np.ndarray | None = None
    uv: np.ndarray | None = None
    values: dict = field(default_factory=dict)
    smooth: bool = True
