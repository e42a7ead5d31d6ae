"""Cameras: add named rigs, save what was set up by hand."""

CLASSES = ()
