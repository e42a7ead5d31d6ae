"""Light presets and worlds."""

CLASSES = ()
