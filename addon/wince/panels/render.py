"""The panel of render."""

CLASSES = ()
