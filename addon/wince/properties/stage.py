"""What stands behind the panel of stage."""

CLASSES = ()
