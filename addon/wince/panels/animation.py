"""The panel of animation."""

CLASSES = ()
