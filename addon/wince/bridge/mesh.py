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
    mesh = bpy.data.meshes.new(name)
    fill(mesh, vertices, faces, uv, uv_faces, slots)
    return mesh


def fill(mesh, vertices, faces, uv, uv_faces, slots=None):
    """Give a mesh other geometry, smooth; what it held is gone, its materials stay. Arguments as `new` has them."""
    corner = np.ones(faces.shape, dtype=bool)
    corner[:, 3] = faces[:, 3] != faces[:, 2]
    sizes = corner.sum(axis=1)
    mesh.clear_geometry()
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


def set_positions(mesh, vertices):
    """Write vertex positions (V, 3), metres; the attribute is fifty times faster than `vertices`, but only those tell Blender's bounds."""
    mesh.attributes["position"].data.foreach_set("vector", np.ascontiguousarray(vertices, dtype=np.float32).ravel())
    for vertex in mesh.vertices[:1]:
        vertex.co = vertices[0]


def get_positions(mesh):
    """Return vertex positions (V, 3) float32, metres."""
    return _read(mesh.attributes["position"].data, "vector", 3)


def set_attribute(mesh, name, values, domain="POINT"):
    """Write a float attribute (N,), made when it is not there; on faces no two values blend."""
    _attribute(mesh, name, "FLOAT", domain).data.foreach_set("value", np.ascontiguousarray(values, dtype=np.float32))


def set_vectors(mesh, name, vectors):
    """Write a vector point attribute (V, 3), made when it is not there."""
    _attribute(mesh, name, "FLOAT_VECTOR", "POINT").data.foreach_set("vector", np.ascontiguousarray(vectors, np.float32).ravel())


def set_ints(mesh, name, values):
    """Write an integer point attribute (V,), made when it is not there."""
    _attribute(mesh, name, "INT", "POINT").data.foreach_set("value", np.ascontiguousarray(values, np.int32))


def set_colour(mesh, name, rgb, domain="POINT"):
    """Write a linear colour attribute (N, 3), made when it is not there."""
    rgba = np.ones((len(rgb), 4), np.float32)
    rgba[:, :3] = rgb
    _attribute(mesh, name, "FLOAT_COLOR", domain).data.foreach_set("color", rgba.ravel())


def get_colour(mesh, name):
    """Return a colour point attribute (V, 3) float32, linear."""
    return _read(mesh.attributes[name].data, "color", 4)[:, :3]


def get_attribute(mesh, name):
    """Return a float attribute (N,) float32."""
    return _read(mesh.attributes[name].data, "value", 1).ravel()


def get_vectors(mesh, name):
    """Return a vector attribute (N, 3) float32."""
    return _read(mesh.attributes[name].data, "vector", 3)


def set_key(block, positions):
    """Write a shape key's positions (V, 3), metres; `points` is fifteen times faster than `data`."""
    block.points.foreach_set("co", np.ascontiguousarray(positions, dtype=np.float32).ravel())


def get_key(block):
    """Return a shape key's positions (V, 3) float32, metres."""
    return _read(block.points, "co", 3)


def geometry(mesh):
    """Return a mesh of triangles and quads: positions (V, 3), faces (F, 4), UVs of their corners (F, 4, 2), slots (F,)."""
    start, total, slots = (_read(mesh.polygons, name, 1, np.int32) for name in ("loop_start", "loop_total", "material_index"))
    corners = start + np.minimum(np.arange(4), total - 1)
    uv = _read(mesh.uv_layers.active.uv, "vector", 2)
    return get_positions(mesh), _read(mesh.loops, "vertex_index", 1, np.int32).ravel()[corners], uv[corners], slots.ravel()


def get_ints(mesh, name):
    """Return an integer attribute (N,) int32."""
    return _read(mesh.attributes[name].data, "value", 1, np.int32).ravel()


def evaluated(obj, depsgraph):
    """Return the object as Blender evaluates it, all modifiers applied: positions (V, 3), normals (V, 3), world matrix (4, 4)."""
    result = obj.evaluated_get(depsgraph)
    return get_positions(result.data), _read(result.data.vertex_normals, "vector", 3), np.array(result.matrix_world)


def evaluated_positions(obj, depsgraph):
    """Return the positions (V, 3) float64 of an object as Blender evaluates it, all modifiers applied, in world space."""
    positions, _, world = evaluated(obj, depsgraph)
    return positions.astype(np.float64) @ world[:3, :3].T + world[:3, 3]


def evaluated_corners(obj, depsgraph):
    """Return the corners of the evaluated mesh: vertices (F, 4) int, surface coordinates (F, 4, 2); a triangle repeats its last."""
    data = obj.evaluated_get(depsgraph).data
    start, total = (_read(data.polygons, name, 1, np.int32) for name in ("loop_start", "loop_total"))
    corners = start + np.minimum(np.arange(4), total - 1)
    uv = _read(data.uv_layers.active.uv, "vector", 2)
    return _read(data.loops, "vertex_index", 1, np.int32).ravel()[corners], uv[corners].astype(float)


def _attribute(mesh, name, kind, domain):
    return mesh.attributes.get(name) or mesh.attributes.new(name, kind, domain)


def _read(collection, name, width, dtype=np.float32):
    """Read one property of a whole Blender collection, (N, width)."""
    flat = np.empty(width * len(collection), dtype)
    collection.foreach_get(name, flat)
    return flat.reshape(-1, width)
