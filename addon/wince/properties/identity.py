"""What stands behind the panel of identity."""

CLASSES = ()
