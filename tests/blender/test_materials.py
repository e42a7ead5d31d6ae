"""Materials by the lot: one that is made as a copy of another is what it would be if it were grown alone."""

import pytest

pytest.importorskip("bpy")

from wince.stage import materials

SET = ("subsurface_method", "operation", "data_type", "blend_type", "attribute_name", "aov_name", "projection", "interpolation")


def told(material):
    """Return all that a material holds: its number, its nodes with what is set in them, its links."""
    nodes = {node.name: (node.bl_idname, [getattr(node, name, None) for name in SET], [_plain(socket) for socket in node.inputs])
             for node in material.node_tree.nodes}
    links = [(link.from_node.name, link.from_socket.identifier, link.to_node.name, link.to_socket.identifier)
             for link in material.node_tree.links]
    return material.pass_index, material[materials.LOOK], nodes, links


def _plain(socket):
    value = getattr(socket, "default_value", None)
    return tuple(value) if hasattr(value, "__len__") and not isinstance(value, str) else value


@pytest.mark.parametrize("outputs, subsurface", [((), True), ((), False), (("heat_terms", "surface"), True)])
def test_made_together_materials_are_as_made_alone(bpy, outputs, subsurface):
    together = materials.build(outputs, subsurface)
    for name, material in together.items():
        assert told(material) == told(materials.build(outputs, subsurface, (name,))[name]), name


def test_a_copy_is_another_material(bpy):
    made = materials.build((), True, ("skin", "brows"))
    assert made["skin"].node_tree != made["brows"].node_tree
    assert [made[name].name for name in ("skin", "brows")] == ["wince skin", "wince brows"]
