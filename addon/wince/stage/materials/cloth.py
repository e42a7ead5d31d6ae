"""Clothes."""

from .base import Recipe

RECIPES = {"cloth": Recipe("clothes", (0.10, 0.15, 0.21), 0.9)}
TREES, INPUTS = {}, {}


def tint(materials, person):
    """Set what a person changes; a material that is not there is passed over."""
