"""The panel of heat."""

CLASSES = ()
