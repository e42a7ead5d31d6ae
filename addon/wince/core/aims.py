"""What cameras and lamps are put around: the points of a face that they aim at, and where in the world that face stands."""

from dataclasses import dataclass

import numpy as np

from .errors import WinceError

OUTER = ("skin", "brows", "mouth", "socket")           # parts whose surface tells inside from outside
MOUTH = slice(48, 68)                                  # of the 68 landmarks
UNEVEN = 1e-4                                          # scales of a face's axes may differ by this share, as float32 does after a few turns


def aims(person):
    """Return what a camera may look at, {name: (3,)} metres, object space: the middle of the face, of the eyes, of the mouth.

    person   core.face.Person; the neutral face counts, whatever it shows
    """
    base, pack = person.base, person.pack
    front = base[pack.face_front]
    landmarks = np.einsum("nk,nkc->nc", pack.landmark_weights, base[pack.faces[pack.landmark_faces]])
    return {"face": (front.min(axis=0) + front.max(axis=0)) / 2,
            "eyes": np.mean([eye.centre for eye in person.eyes.values()], axis=0), "mouth": landmarks[MOUTH].mean(axis=0)}


def height(person):
    """Return the height of a neutral face, metres, chin to hairline."""
    return float(np.ptp(person.base[person.pack.face_front, 2]))


def outside(pack):
    """Return the outer surface as triangles (T, 3) int; it is open at the neck."""
    quads = pack.faces_of(*OUTER)
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


@dataclass(frozen=True, eq=False)
class Frame:
    """Where a face stands: a point p of it is at origin + scale * turn @ p in the world; (3,), float, (3, 3) rotation."""

    origin: np.ndarray
    scale: float
    turn: np.ndarray

    @property
    def still(self):
        """Whether it is the world's own frame."""
        return self.scale == 1 and not self.origin.any() and np.array_equal(self.turn, np.eye(3))

    def place(self, matrix):
        """Return the (4, 4) in the world of a rigid (4, 4) in the face's space; it stays rigid, only its place is scaled."""
        if self.still:
            return matrix                              # to the last bit, signs of zeros included: a job's faces never move
        out = np.eye(4)
        out[:3, :3] = self.turn @ matrix[:3, :3]
        out[:3, 3] = self.origin + self.scale * self.turn @ matrix[:3, 3]
        return out

    def local(self, matrix):
        """Return the (4, 4) in the face's space of a rigid (4, 4) in the world; the inverse of `place`."""
        if self.still:
            return matrix
        out = np.eye(4)
        out[:3, :3] = self.turn.T @ matrix[:3, :3]
        out[:3, 3] = self.turn.T @ (matrix[:3, 3] - self.origin) / self.scale
        return out


STILL = Frame(np.zeros(3), 1.0, np.eye(3))


def frame(matrix, name="the face"):
    """Return the Frame of an object's world matrix.

    matrix   (4, 4)
    name     the object's, for the message
    raises   WinceError when it is stretched, sheared or mirrored: no camera sees such a face as it would see the same face unscaled
    """
    matrix = np.asarray(matrix, float)
    if np.array_equal(matrix, np.eye(4)):
        return STILL
    across, sizes, along = np.linalg.svd(matrix[:3, :3])
    if np.linalg.det(matrix[:3, :3]) <= 0 or sizes[0] - sizes[2] > UNEVEN * sizes[0]:
        raise WinceError(f"{name} is stretched or mirrored by its scale: give it one positive scale on all axes")
    return Frame(matrix[:3, 3].copy(), float(sizes.mean()), across @ along)
