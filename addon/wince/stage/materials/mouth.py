"""The inside of the mouth: lining, gums, teeth, tongue."""

from .base import Recipe

RECIPES = {
    "mouth": Recipe("mouth", (0.22, 0.045, 0.040), 0.35, 0.0),
    "teeth_upper": Recipe("teeth", (0.70, 0.62, 0.48), 0.22, 0.0),
    "teeth_lower": Recipe("teeth", (0.66, 0.58, 0.44), 0.22, 0.0),
    "gums": Recipe("mouth", (0.38, 0.10, 0.09), 0.30, 0.0),
    "tongue": Recipe("tongue", (0.42, 0.13, 0.12), 0.40, 0.0),
}
TREES, INPUTS = {}, {}


def tint(materials, person):
    """Set what a person changes; a material that is not there is passed over."""
