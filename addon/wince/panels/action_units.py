"""The panel of action_units."""

CLASSES = ()
