"""The face pack: one topology with everything that is known about it, in one .npz without pickles.

A pack is data. Any mesh that fills these fields can be the face: the identity sampler reads its axes by name, the rig its
AU shapes, the labels its regions and landmarks.
"""

import hashlib
import io
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from .errors import WinceError

FORMAT = "wince-pack-3"
DEFAULT = Path(__file__).resolve().parents[1] / "data" / "facepack.npz"

PART_NAMES = ("skin", "brows", "mouth", "socket", "teeth_upper", "teeth_lower", "tongue", "gums")
EYE_PART_NAMES = ("sclera", "iris", "pupil")


class Shapes:
    """Sparse displacement fields by name, float16 in the file, float64 when asked for.

    All shapes lie behind one another: shape k moves the vertices index[start[k]:start[k + 1]] by delta[...].
    """

    def __init__(self, names, start, index, delta, count):
        self._place = {name: k for k, name in enumerate(names)}
        self._start, self._index, self._delta, self._count = start, index, delta, count

    def __contains__(self, name):
        return name in self._place

    @property
    def names(self):
        """All names, in the file's order."""
        return tuple(self._place)

    def sparse(self, name):
        """Return one shape as (indices (n,), displacements (n, 3) float64 metres)."""
        try:
            k = self._place[name]
        except KeyError:
            raise WinceError(f"the face pack has no shape {name!r}: build it again with `wince pack build`") from None
        part = slice(self._start[k], self._start[k + 1])
        return self._index[part], self._delta[part].astype(np.float64)

    def dense(self, name):
        """Return one shape as (V, 3) metres."""
        return self.mix({name: 1.0})

    def mix(self, weights):
        """Return the weighted sum of shapes, {name: weight} -> (V, 3) metres."""
        out = np.zeros((self._count, 3))
        for name, weight in weights.items():
            index, delta = self.sparse(name)
            out[index] += weight * delta
        return out


@dataclass(frozen=True, eq=False)
class FacePack:
    """A face model's data; see the file's head. V vertices, F faces, T atlas nodes.

    base            (V, 3) float32       the average adult, metres, origin at the neck joint
    faces           (F, 4) int32         quads; a triangle repeats its last corner
    part            (F,) uint8           index into PART_NAMES
    uv, uv_faces    (T, 2) float32, (F, 4) int32   the atlas, one node per corner
    exterior        (V,) bool            skin that can be seen from outside; heat lives here alone
    head_weight     (V, 2) float32       how much each vertex follows the bones neck and head
    joints          {name: (3,)}         neck, head, eye.L, eye.R: rest positions
    regions         {name: (V,)}         0..1
    landmark_faces, landmark_weights     (68,), (68, 4)
    eye_rings       (2, R, 28), eye_inward (2, S, 28)  of eyelids, left first
    eye_radius      float                of the average adult, metres
    eye_vertices, eye_faces, eye_part, eye_uv    one eyeball of radius 1 looking along -Y; parts: EYE_PART_NAMES
    eye_shift       (K, 2, 4)            how each shape moves each eye's centre (3) and radius, metres
    creases         (S, S, 4) uint8      furrows on the atlas; crease, crease_reach, crease_tight, crease_rest by vertex: see core.wrinkles
    body_distance   (X, Y, Z) int16      to the average adult's skin, see core.worn.hair.solid
    shapes          Shapes               "macro:", "local:", "asym:" for identities, "AU..." for the rig, "arkit:" for export
    """

    meta: dict
    arrays: dict
    hash: str

    def __getattr__(self, name):
        try:
            return self.__dict__["arrays"][name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def version(self):
        """The pack's own version, a string."""
        return self.meta["version"]

    @cached_property
    def shapes(self):
        """All shapes, see `Shapes`."""
        a = self.arrays
        return Shapes(self.meta["shapes"], a["shape_start"], a["shape_index"], a["shape_delta"], len(a["base"]))

    @cached_property
    def regions(self):
        """Region weights by name, (V,) float32 each."""
        return dict(zip(self.meta["regions"], self.arrays["region_weights"]))

    @cached_property
    def joints(self):
        """Rest positions (3,) of the bones' heads by name, metres."""
        return {name: self.arrays["joint_positions"][k] for k, name in enumerate(self.meta["joints"])}

    def faces_of(self, *parts):
        """Return the faces (n, 4) of the named parts."""
        return self.faces[np.isin(self.part, [PART_NAMES.index(p) for p in parts])]


def load(path=None):
    """Read a face pack.

    path     a file, or None for the one that lies in the add-on
    returns  FacePack
    raises   WinceError when there is none, when it is damaged, or when it has another format
    """
    path = Path(path or DEFAULT)
    if not path.is_file():
        raise WinceError(f"there is no face pack at {path}: build it with `wince pack build`")
    import zipfile  # costs more than all else that the add-on imports when it is enabled

    data = path.read_bytes()
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        meta = json.loads(arrays.pop("meta").tobytes().decode("utf-8"))
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise WinceError(f"the face pack {path} is damaged ({error}): build it again with `wince pack build`") from None
    if meta.get("format") != FORMAT:
        raise WinceError(f"the face pack {path} has format {meta.get('format')!r}, not {FORMAT!r}: run `wince pack build`")
    return FacePack(meta, arrays, content_hash(meta, arrays))


def content_hash(meta, arrays):
    """Return the SHA-256 of what a pack says, however it was compressed."""
    digest = hashlib.sha256(json.dumps(meta, sort_keys=True).encode())
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
