"""Render this frame with labels, or a dataset of this person, in the background."""

CLASSES = ()
