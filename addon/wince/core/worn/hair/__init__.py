"""Hair of the scalp: hairline, styles, textures, years.

    scalp      where hair grows, hairline, roots
    coat       what a head of hair is made from and of
    styles     how it is cut and combed, as numbers
    solid      the body that it lies on
    grow       strands from roots to tips
    tied       strands combed to a knot
    tails      what becomes of them there
    ropes      braids
    edge       fine hair along the hairline
    under      what hides the scalp under long hair
    texture    clumps, curls, ribbons
    groom      a whole head of hair on the average adult, cached
    fit        from the average adult to a person
"""

import numpy as np

from ... import ageing
from .. import binding
from ..piece import Piece
from . import scalp, styles
from .styles import STYLES

# Point attributes: unit vectors for shading, and along the strand; 0..1, one number for each strand.
NORMAL, ALONG, STRAND = "wince_normal", "wince_along", "wince_strand"
STEP = 0.04                                          # receding and thinning in steps: few grooms while they are dragged


def make(person):
    """Return the Piece, or None where the head is bald.

    person   core.face.Person
    returns  Piece of ribbons that follows the head; values `wince_normal`, `wince_along`, `wince_strand`
    """
    who = person.identity
    if who.look.hair.style not in STYLES:
        return None
    from . import fit, groom

    made = groom.groom(person.pack, who.look.hair.style, who.look.hair.texture, who.look.seed, *_signs(who))
    if made is None:
        return None
    base = binding.shown(person)
    points = [(points + fit.motion(fitted, person.pack, base)[:, :, None]).reshape(-1, 3) for points, fitted in made.coats]
    return Piece(np.concatenate(points), made.faces, ("hair",), uv=made.uv,
                 values={NORMAL: made.normals, ALONG: made.along, STRAND: made.strand})


def scalp_density(person):
    """Return how much hair grows at each vertex of a person's face, (V,) 0..1: what tints the skin under the hair."""
    from . import edge, texture

    who, signs = person.identity, _signs(person.identity)
    style = STYLES.get(who.look.hair.style)
    if style is None:
        return scalp.of_vertices(person.pack, who.look.seed, *signs)
    fine = edge.grows(style, texture.worn(who.look.hair.texture, style.made))
    taper = styles.own(style, signs[0], who.look.seed).taper
    return scalp.of_vertices(person.pack, who.look.seed, *signs, taper, fine, style.part is not None)


def _signs(who):
    """Return how much of a man, how far receded, how sparse: in steps."""
    return tuple(round(round(value / STEP) * STEP, 3) for value in (who.gender, ageing.receded(who), ageing.sparse(who)))
