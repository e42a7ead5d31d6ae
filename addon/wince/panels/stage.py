"""The panel of stage."""

CLASSES = ()
