"""What stands behind the panel of render."""

CLASSES = ()
