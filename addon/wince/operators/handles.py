"""Handles on the face: gizmos that pull action units."""

CLASSES = ()
