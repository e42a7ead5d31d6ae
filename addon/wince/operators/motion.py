"""Animation: import of intensities over time, PSPI over time, bake."""

CLASSES = ()
