"""Hair of the scalp: hairline, styles, textures, years.

    scalp      where hair grows, hairline, roots
    styles     how it is cut and combed, as numbers
    solid      the body that it lies on
    grow       strands from roots to tips
    tails      what becomes of hair that is tied
    texture    clumps, curls, ribbons
    groom      a whole head of hair on the average adult, cached
    fit        from the average adult to a person
"""

import numpy as np

from ... import ageing
from .. import binding
from ..piece import Piece
from . import scalp
from .styles import STYLES

NORMAL, STRAND = "wince_normal", "wince_strand"      # point attributes: unit vectors for shading; 0..1, one number for each strand
STEP = 0.04                                          # receding and thinning in steps: few grooms while they are dragged


def make(person):
    """Return the Piece, or None where the head is bald.

    person   core.face.Person
    returns  Piece of ribbons that follows the head; values `wince_normal`, `wince_strand`
    """
    who = person.identity
    if who.look.hair.style not in STYLES:
        return None
    from . import fit, groom

    made = groom.groom(person.pack, who.look.hair.style, who.look.hair.texture, who.look.seed, *_signs(who))
    if made is None:
        return None
    points = made.points + fit.motion(made.fit, person.pack, binding.shown(person))[:, :, None]
    return Piece(points.reshape(-1, 3), made.faces, ("hair",), uv=made.uv,
                 values={NORMAL: made.normals.reshape(-1, 3), STRAND: np.repeat(made.strand, points.shape[1] * 2)})


def scalp_density(person):
    """Return how much hair grows at each vertex of a person's face, (V,) 0..1: what tints the skin under the hair."""
    return scalp.of_vertices(person.pack, *_signs(person.identity))


def _signs(who):
    """Return how much of a man, how far receded, how sparse: in steps."""
    return tuple(round(round(value / STEP) * STEP, 3) for value in (who.gender, ageing.receded(who), ageing.sparse(who)))
