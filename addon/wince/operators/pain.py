"""Presets and the way to a PSPI."""

CLASSES = ()
