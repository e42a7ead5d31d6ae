"""What stands behind the panel of pain."""

CLASSES = ()
