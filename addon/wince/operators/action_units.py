"""Action units: set from a code, reset, search, keyframe."""

CLASSES = ()
