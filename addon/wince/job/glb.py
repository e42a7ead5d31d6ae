"""What a GLB file holds, read from its JSON chunk; Khronos glTF 2.0, section 4.4."""

import json
import struct
from pathlib import Path

from ..core.errors import WinceError

MAGIC, JSON_CHUNK = b"glTF", b"JSON"


def target_names(path):
    """Return the names of the morph targets of the one mesh that has some, in order.

    raises   WinceError when the file is no GLB, or a primitive of that mesh lacks targets
    """
    meshes = [mesh for mesh in _json(path)["meshes"] if "targetNames" in mesh.get("extras", {})]
    if len(meshes) != 1:
        return ()
    names = tuple(meshes[0]["extras"]["targetNames"])
    for number, primitive in enumerate(meshes[0]["primitives"]):
        if len(primitive.get("targets", ())) != len(names):
            raise WinceError(f"{Path(path).name}: primitive {number} has {len(primitive.get('targets', ()))} targets of {len(names)}: "
                             f"export the face again")
    return names


def _json(path):
    """Return the JSON chunk of a GLB."""
    data = Path(path).read_bytes()
    length, kind = struct.unpack_from("<I4s", data, 12) if len(data) > 20 else (0, b"")
    if data[:4] != MAGIC or kind != JSON_CHUNK:
        raise WinceError(f"{Path(path).name} is not a GLB file: export the face again")
    return json.loads(data[20:20 + length])
