"""Copied faces: what shares a rig is caught, and gets one of its own."""

CLASSES = ()
