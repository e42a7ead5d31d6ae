"""Glasses: frames, and lenses that one sees through."""

from .base import Recipe

RECIPES = {"frame": Recipe("glasses", (0.01, 0.01, 0.01), 0.3)}
TREES, INPUTS = {}, {}


def tint(materials, person):
    """Set what a person changes; a material that is not there is passed over."""
