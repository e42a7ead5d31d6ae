"""How worn things follow the skin: Geometry Nodes that do what `core.worn.binding.place` does, from the posed face's mesh."""


def write(data, binding):
    """Write a Binding into a mesh's point attributes."""


def add(obj, face_mesh):
    """Have an object's vertices follow a face's mesh; they have a Binding."""


def remove(obj):
    """Have an object follow no skin."""
