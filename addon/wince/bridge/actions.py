"""The action that a datablock of this file may write to, made or copied where it has none of its own."""

import bpy

from ..core.errors import WinceError


def check_animatable(block):
    """Refuse a datablock whose animation belongs to another file.

    raises   WinceError
    """
    if block.library is not None:
        raise WinceError(f"{block.name} is linked from {block.library.filepath}: make a library override of it, or animate it there")


def channels(block):
    """Return the channel bag of a datablock's own action, both made where there are none; an action of another file is copied first.

    raises   WinceError when the datablock is linked
    """
    check_animatable(block)
    data = block.animation_data or block.animation_data_create()
    if data.action is None:
        data.action = bpy.data.actions.new(f"{block.name} Action")
    elif data.action.library is not None:
        data.action = data.action.copy()
    if data.action_slot is None:
        data.action_slot = data.action.slots.new(block.id_type, block.name)
    layers = data.action.layers
    strips = (layers[0] if layers else layers.new("Layer")).strips
    return (strips[0] if strips else strips.new(type="KEYFRAME")).channelbag(data.action_slot, ensure=True)
