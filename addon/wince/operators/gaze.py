"""A target that the eyes look at."""

CLASSES = ()
