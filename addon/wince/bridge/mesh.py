"""Meshes, attributes and shape keys as arrays, in and out of Blender."""

import bpy
import numpy as np


def new(name, vertices, faces, uv, uv_faces, slots=None):
    """Make a smooth mesh.

    vertices  (V, 3) metres
    faces     (F, 4) a triangle repeats its last corner
    uv, uv_faces   (T, 2), (F, 4)
    slots     (F,) material slot of each face, or None
    returns   bpy.types.Mesh
    """
    corner = np.ones(faces.shape, dtype=bool)
    corner[:, 3] = faces[:, 3] != faces[:, 2]
    sizes = corner.sum(axis=1)
    mesh = bpy.data.meshes.new(name)
    mesh.vertices.add(len(vertices))
    mesh.loops.add(int(sizes.sum()))
    mesh.polygons.add(len(faces))
    set_positions(mesh, vertices)
    mesh.loops.foreach_set("vertex_index", faces[corner].astype(np.int32))
    mesh.polygons.foreach_set("loop_start", np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int32))
    mesh.uv_layers.new(name="UVMap").data.foreach_set("uv", uv[uv_faces[corner]].astype(np.float32).ravel())
    if slots is not None:
        mesh.polygons.foreach_set("material_index", slots.astype(np.int32))
    mesh.update(calc_edges=True)
    mesh.polygons.foreach_set("use_smooth", np.ones(len(faces), dtype=bool))
    return mesh


def set_positions(mesh, vertices):
    """Write vertex positions (V, 3), metres."""
    mesh.vertices.foreach_set("co", np.ascontiguousarray(vertices, dtype=np.float32).ravel())


def set_attribute(mesh, name, values):
    """Write a float point attribute (V,), made when it is not there."""
    attribute = mesh.attributes.get(name) or mesh.attributes.new(name, "FLOAT", "POINT")
    attribute.data.foreach_set("value", np.ascontiguousarray(values, dtype=np.float32))


def set_key(block, positions):
    """Write a shape key's positions (V, 3), metres; `points` is fifteen times faster than `data`."""
    block.points.foreach_set("co", np.ascontiguousarray(positions, dtype=np.float32).ravel())


def evaluated_positions(obj, depsgraph):
    """Return the positions (V, 3) float64 of an object as Blender evaluates it, all modifiers applied, in world space."""
    evaluated = obj.evaluated_get(depsgraph)
    mesh = evaluated.to_mesh()
    flat = np.empty(3 * len(mesh.vertices), dtype=np.float32)
    mesh.vertices.foreach_get("co", flat)
    evaluated.to_mesh_clear()
    world = np.array(evaluated.matrix_world)
    return flat.reshape(-1, 3).astype(np.float64) @ world[:3, :3].T + world[:3, 3]
