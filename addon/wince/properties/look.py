"""How a person looks, as sliders made from the axes of `core.look`: they read and write the identity that lies on the armature."""

import bpy
from bpy.props import EnumProperty, FloatProperty, FloatVectorProperty, PointerProperty

from ..core import identity as identities
from ..core import look as looks
from .identity import STILL, change, identity_of

DEFAULT = looks.Look()


def name_of(part, axis):
    """Return the slider's name for an axis of a look: ("hair", "style") -> "hair_style"."""
    return f"{part}_{axis}"


def words(name):
    """Return an identifier as people read it: "side_part" -> "Side Part"."""
    return name.replace("_", " ").title()


def _of(bones, part, axis):
    """Return an axis's value on an armature object, its default where there is no identity."""
    who = identity_of(bones)
    return getattr(getattr(who.look if who else DEFAULT, part), axis)


def _property(part, axis):
    """Make the property of an axis by what its metadata says."""
    about, name = axis.metadata, axis.name

    def get(self):
        return _of(self.id_data, part, name)

    def write(self, value):
        change(self.id_data, lambda who: identities.with_look(who, part, **{name: value}))
    how = {"name": words(name), "description": about["tip"], **STILL}
    if "options" in about:
        return _choice(part, name, about["options"], how)
    if "colour" in about:
        return FloatVectorProperty(subtype="COLOR_GAMMA", size=3, min=0, max=1, default=axis.default, get=get,
                                   set=lambda self, value: write(self, tuple(round(part, 4) for part in value)), **how)
    return FloatProperty(min=about["low"], max=about["high"], subtype="FACTOR", default=axis.default, get=get,
                         set=lambda self, value: write(self, round(value, 4)), **how)


def _choice(part, name, options, how):
    """Make the property of an axis that is one of some words."""
    def get(self):
        return options.index(_of(self.id_data, part, name))

    def write(self, value):
        change(self.id_data, lambda who: identities.with_look(who, part, **{name: options[value]}))
    items = [(option, words(option), "") for option in options]
    return EnumProperty(items=items, get=get, set=write, **how)


def register():
    """Make the sliders, one per axis, and put them on the rigs of faces."""
    annotations = {name_of(part, axis.name): _property(part, axis) for part, axis in looks.axes()}
    group = type("WinceLook", (bpy.types.PropertyGroup,), {"__annotations__": annotations, "__doc__": "How a face looks."})
    bpy.utils.register_class(group)
    bpy.types.Object.wince_looks = PointerProperty(type=group, name="Look", description="How the face of this rig looks")


def unregister():
    """Take them back."""
    del bpy.types.Object.wince_looks
    bpy.utils.unregister_class(bpy.types.PropertyGroup.bl_rna_get_subclass_py("WinceLook"))


CLASSES = ()
