"""How Blender versions differ, all of it; 4.5 is the oldest that will do."""

import bpy

from ..core.errors import WinceError

OLDEST = (4, 5, 0)
MATERIAL_INDEX = ("IndexMA", "Material Index")     # the pass in the EXR of 4.5, of 5.x


def check():
    """Refuse a Blender that is too old.

    raises  WinceError
    """
    if bpy.app.version < OLDEST:
        raise WinceError(f"this is Blender {bpy.app.version_string}, Wince needs {OLDEST[0]}.{OLDEST[1]} or later: "
                         f"install a newer one, or point --blender at it")


def name():
    """Return the version as records carry it, such as "4.5.15"."""
    return ".".join(map(str, bpy.app.version))


def eevee():
    """Return the identifier of EEVEE: it was called NEXT while the old one was around."""
    return "BLENDER_EEVEE_NEXT" if bpy.app.version < (5, 0, 0) else "BLENDER_EEVEE"


def use_nodes(block):
    """Give a material or world its node tree; from 5.0 on it always has one, and setting the switch is deprecated."""
    if bpy.app.version < (5, 0, 0):
        block.use_nodes = True
    return block.node_tree


def write_multilayer(image_settings):
    """Make renders write all passes into one uncompressed EXR of 32 bit floats."""
    if hasattr(image_settings, "media_type"):                 # 5.x: the kind of medium comes before the format
        image_settings.media_type = "MULTI_LAYER_IMAGE"
    image_settings.file_format = "OPEN_EXR_MULTILAYER"
    image_settings.color_depth = "32"
    image_settings.exr_codec = "NONE"


def write_png(image_settings):
    """Make renders write 8 bit RGB PNGs."""
    if hasattr(image_settings, "media_type"):
        image_settings.media_type = "IMAGE"
    image_settings.file_format = "PNG"
    image_settings.color_mode = "RGB"
    image_settings.color_depth = "8"


def input_path(modifier, identifier):
    """Return the path, from its object, of a Geometry Nodes modifier's input: an ID property until 5.2 gave inputs a type."""
    inputs = f".properties.inputs.{identifier}.value" if hasattr(modifier, "properties") else f'["{identifier}"]'
    return f'modifiers["{bpy.utils.escape_identifier(modifier.name)}"]{inputs}'


def get_input(modifier, identifier, items=()):
    """Return the value of a modifier's input; a menu's as its name, `items` being the names of a menu switch that kept its first two."""
    if hasattr(modifier, "properties"):
        return getattr(modifier.properties.inputs, identifier).value
    return items[modifier[identifier]] if items else modifier[identifier]


def set_modifier_input(modifier, identifier, value, items=()):
    """Set a modifier's input; see `get_input`."""
    if hasattr(modifier, "properties"):
        getattr(modifier.properties.inputs, identifier).value = value
    else:
        modifier[identifier] = items.index(value) if items else value


def match_wildcard(node):
    """Let a Remove Named Attribute node take a pattern; its mode became a socket in 5.0."""
    if hasattr(node, "pattern_mode"):
        node.pattern_mode = "WILDCARD"
    else:
        node.inputs["Pattern Mode"].default_value = "Wildcard"


def hide_bone(obj, name):
    """Hide a bone of an armature object in the viewport; from 5.0 on that is the pose's, not the armature's."""
    (obj.pose if hasattr(bpy.types.PoseBone, "hide") else obj.data).bones[name].hide = True


def curves_of(animation_data):
    """Return the F-curves that move a datablock, () where it has no action: from 4.4 on they lie in the channel bag of its slot."""
    action, slot = animation_data.action, animation_data.action_slot
    if not action or not slot:
        return ()
    bags = (strip.channelbag(slot) for layer in action.layers for strip in layer.strips)
    return next((bag.fcurves for bag in bags if bag), ())


def new_channelbag(action, name):
    """Give a new action a slot for objects, and return that slot's channel bag; the layers are what 4.5 and 5.x both have."""
    slot = action.slots.new("OBJECT", name)
    return action.layers.new("Layer").strips.new(type="KEYFRAME").channelbag(slot, ensure=True)


def copy_action(obj):
    """Give an object its own copy of its action, in the slot that it has there."""
    animation = obj.animation_data
    slot = animation.action_slot
    animation.action = animation.action.copy()
    if slot is not None:
        animation.action_slot = animation.action.slots[slot.identifier]
