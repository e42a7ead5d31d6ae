"""The panel of export."""

CLASSES = ()
