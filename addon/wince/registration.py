"""What the add-on registers, in order; unregistering is the same list backwards.

A module of `operators`, `panels` or `properties` names its classes in CLASSES, and may have `register` and `unregister` for what
is not a class: menu entries, handlers, pointers on Blender's types.
"""

import bpy

from . import later

with later.modules():
    from . import operators, panels, preferences, properties

MODULES = (preferences, *properties.MODULES, *operators.MODULES, *panels.MODULES)


def register():
    """Register every class, then what else its module adds."""
    for module in MODULES:
        for cls in module.CLASSES:
            bpy.utils.register_class(cls)
        if hasattr(module, "register"):
            module.register()


def unregister():
    """Take everything back, last first."""
    for module in reversed(MODULES):
        if hasattr(module, "unregister"):
            module.unregister()
        for cls in reversed(module.CLASSES):
            bpy.utils.unregister_class(cls)
