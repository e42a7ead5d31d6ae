"""The live heat overlay: a Geometry Nodes modifier that needs no Python to follow the sliders."""


def refresh(face):
    """Give the overlay the vectors of the face's present person; does nothing where there is no overlay."""
