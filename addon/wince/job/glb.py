"""What a GLB file holds, read from its JSON chunk; Khronos glTF 2.0, section 4.4."""

import json
import struct
from pathlib import Path

from ..core.errors import WinceError

MAGIC, JSON_CHUNK = b"glTF", b"JSON"


def target_names(path):
    """Return the names of the morph targets, in order: every mesh that has some has the same.

    raises   WinceError when the file is no GLB, when meshes have different targets, or a primitive lacks some
    """
    meshes = [mesh for mesh in _json(path)["meshes"] if "targetNames" in mesh.get("extras", {})]
    names = tuple(meshes[0]["extras"]["targetNames"]) if meshes else ()
    for mesh in meshes:
        if tuple(mesh["extras"]["targetNames"]) != names:
            raise WinceError(f"{Path(path).name}: {mesh.get('name')} has other morph targets than {meshes[0].get('name')}: "
                             f"export the face again")
        for number, primitive in enumerate(mesh["primitives"]):
            if len(primitive.get("targets", ())) != len(names):
                raise WinceError(f"{Path(path).name}: primitive {number} of {mesh.get('name')} has {len(primitive.get('targets', ()))} "
                                 f"targets of {len(names)}: export the face again")
    return names


def mesh_names(path):
    """Return the names of the meshes of a GLB, in order; raises WinceError when the file is none."""
    return tuple(mesh.get("name", "") for mesh in _json(path)["meshes"])


def _json(path):
    """Return the JSON chunk of a GLB."""
    data = Path(path).read_bytes()
    length, kind = struct.unpack_from("<I4s", data, 12) if len(data) > 20 else (0, b"")
    if data[:4] != MAGIC or kind != JSON_CHUNK:
        raise WinceError(f"{Path(path).name} is not a GLB file: export the face again")
    return json.loads(data[20:20 + length])
