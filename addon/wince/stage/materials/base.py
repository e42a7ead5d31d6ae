"""What a material is made of, as plain tables; the class numbers of seg.png."""

from dataclasses import dataclass

from ...bridge.nodes import change_input

# Class numbers of seg.png, frozen.
CLASSES = {"background": 0, "skin": 1, "brows": 2, "lashes": 3, "sclera": 4, "iris": 5, "teeth": 6, "tongue": 7, "hair": 8,
           "facial_hair": 9, "clothes": 10, "glasses": 11, "mouth": 12}


@dataclass(frozen=True)
class Recipe:
    """One material: its class, what it is made of. `rgb` None means: by vertex, by texture or by person."""

    kind: str
    rgb: tuple[float, float, float] | None = None
    roughness: float = 0.45
    subsurface: float = 0.0
    specular: float = 0.5
    labelled: bool = False             # carries heat and skin coverage


def set_colour(materials, name, node, identifier, rgb):
    """Set a colour of one material, if it is there and still has that node."""
    found = name in materials and materials[name].node_tree.nodes.get(node)
    if found:
        change_input(found, identifier, (*rgb, 1.0))


def set_value(materials, name, node, identifier, value):
    """Set a number of one material, if it is there and still has that node."""
    found = name in materials and materials[name].node_tree.nodes.get(node)
    if found:
        change_input(found, identifier, value)
