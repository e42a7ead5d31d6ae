"""The eye as other programs take it: white, iris and pupil in one small picture, in the colours that the shader shows them in.

The shader of `materials.eyes` looks under the cornea; a picture cannot, so iris and pupil are painted on the ball, where they are seen from
in front. Axes and radii are the shader's: a ball of radius 1 that looks along -Y.
"""

import numpy as np

from ..core import atlas, colour
from ..core.turns import axes_of
from . import complexion
from .materials.eyes import LIMBUS, RECIPES, of_one, white_of

RADII = (0.50, 0.80, 0.94, 1.06, 3.0)  # where the colours of `_rings` outside the pupil stand, in radii of the iris
SPOKES = ((23, 0.5, 0.10), (41, 2.1, 0.08), (67, 4.0, 0.06))                # fibres of the iris: waves around, phase, strength


def picture(person, size=512):
    """Return the eye's colours on the eyeball's own uv, (S, S, 3) sRGB 0..1, row 0 at v = 0; fibres run along the iris's spokes.

    person  Person
    size    texels of a side
    """
    pack = person.pack
    front = pack.eye_faces[pack.eye_vertices[pack.eye_faces, 1].max(axis=1) < 0]      # on the uv the hind pole's faces lie over the rest
    found = atlas.texels(front, pack.eye_uv, front, size)
    x, _, z = axes_of(found.picture(pack.eye_vertices))
    reach = np.where(found.covered(), np.hypot(x, z) / LIMBUS, RADII[-1])
    rings = _rings(person.identity)
    pupil = of_one(person.identity).pupil
    albedo = np.stack([np.interp(reach, (0.0, pupil - 0.03, pupil + 0.03, *RADII), channel) for channel in rings.T], -1)
    turn, iris = np.arctan2(z, x), np.clip((reach - pupil) / 0.1, 0, 1) * np.clip((1.05 - reach) / 0.2, 0, 1)
    fibres = sum(strength * np.sin(waves * turn + phase + 3 * reach) for waves, phase, strength in SPOKES)
    return colour.encode(albedo * (1 + iris * fibres)[..., None])


def _rings(who):
    """Return the linear sRGB albedo at the pupil and RADII, (8, 3): pupil, the lighter zone around it, iris, dark ring, white."""
    pupil, white = np.asarray(RECIPES["pupil"].rgb), white_of(who)
    iris = 1.3 * of_one(who).tint * np.asarray(complexion.IRIS[who.iris])
    return np.array([pupil, pupil, 1.4 * iris, 1.2 * iris, iris, 0.5 * iris, 0.85 * white, white])
