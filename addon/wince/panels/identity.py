"""The panel of identity."""

CLASSES = ()
