"""Node trees from tables: what nodes there are, and what is linked to what."""

import numpy as np


def grow(tree, nodes, links, inputs=None):
    """Fill an empty node tree.

    tree     bpy node tree; what it holds is removed
    nodes    {name: (node type, {property: value})}
    links    [("from node", "output", "to node", "input")], sockets by identifier: a Mix node has three inputs named A
    inputs   {name: {identifier: value}} of unlinked inputs; set here they cost half: Blender looks at the whole tree for each
    returns  {name: node}
    raises   KeyError for inputs of a node that there is not
    """
    if strange := (inputs or {}).keys() - nodes.keys():
        raise KeyError(f"inputs of no node: {sorted(strange)}")
    tree.nodes.clear()
    made = {name: _node(tree, name, *row, (inputs or {}).get(name, {})) for name, row in nodes.items()}
    for source, output, target, name in links:
        tree.links.new(socket(made[source].outputs, output), socket(made[target].inputs, name))
    return made


def socket(sockets, identifier):
    """Return a node's input or output by its identifier; `KeyError` when there is none."""
    for candidate in sockets:
        if candidate.identifier == identifier:
            return candidate
    raise KeyError(f"no socket {identifier!r} among {[candidate.identifier for candidate in sockets]}")


def set_input(node, identifier, value):
    """Set the value that an unlinked input has."""
    socket(node.inputs, identifier).default_value = value


def change_input(node, identifier, value):
    """Set the value of an input if it is another: setting it makes Blender look at the whole tree again."""
    have = socket(node.inputs, identifier)
    if not np.array_equal(np.float32(have.default_value), np.float32(value)):
        have.default_value = value


def _node(tree, name, kind, settings, inputs):
    """Make one node, and set its properties and inputs."""
    node = tree.nodes.new(kind)
    node.name = name
    for key, value in settings.items():
        setattr(node, key, value)
    for identifier, value in inputs.items():
        set_input(node, identifier, value)
    return node
