"""The panel of pain."""

CLASSES = ()
