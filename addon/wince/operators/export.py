"""GLB, FBX, labels, and the rig as a clean .blend."""

CLASSES = ()
