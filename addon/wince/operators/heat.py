"""The heat overlay: on and off, its colour bar."""

CLASSES = ()
