"""Who the face is: another person, locks, save and load."""

CLASSES = ()
