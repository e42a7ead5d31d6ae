"""Hair of all kinds, as ribbons."""

from .base import Recipe

RECIPES = {"hair": Recipe("hair", (0.03, 0.02, 0.015), 0.45)}
TREES, INPUTS = {}, {}


def tint(materials, person):
    """Set what a person changes; a material that is not there is passed over."""
