"""What stands behind the panel of action_units."""

CLASSES = ()
