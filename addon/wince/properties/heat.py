"""What stands behind the panel of heat."""

CLASSES = ()
