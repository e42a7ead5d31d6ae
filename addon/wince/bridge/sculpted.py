"""The person as the mesh has them: what an artist has sculpted into the shape keys counts."""

from dataclasses import replace

import numpy as np

from ..core import rig
from . import mesh

EDITED_M = 3e-7                        # float32 keeps a vertex of a head this well; beyond it somebody has moved it


def person(face):
    """Return the person of a face with the displacements of its own shape keys; keys that are deleted or muted move nothing.

    face     RiggedFace whose mesh has the pack's vertices
    returns  core.face.Person: the face's very own while nobody has sculpted its keys
    """
    built, blocks = face.person, face.mesh_object.data.shape_keys.key_blocks
    sculpted = {}
    for row in rig.ROWS:
        delta = _displacement(blocks.get(row.key), len(built.base))
        if np.abs(delta - built.key_dense(row.key)).max() > EDITED_M:
            index = np.flatnonzero(delta.any(axis=1))
            sculpted[row.key] = index, delta[index].astype(np.float64)
    return replace(built, keys=built.keys | sculpted) if sculpted else built


def _displacement(block, count):
    """Return what a shape key adds at full, (V, 3) metres."""
    if block is None or block.mute:
        return np.zeros((count, 3), np.float32)
    return mesh.get_key(block) - mesh.get_key(block.relative_key)
