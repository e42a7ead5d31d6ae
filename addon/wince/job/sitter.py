"""The face before the cameras as labels see it: the surface that Blender shows, and the places on it that have a name."""

from dataclasses import dataclass

import numpy as np

from ..stage import dress, surface


@dataclass(frozen=True, eq=False)
class Face:
    """What labels need of a face as Blender shows it, world space, metres.

    landmarks        (68, 3)
    points, normals  (V, 3)  control vertices on the subdivided surface
    areas            (V,)    square metres that each stands for
    regions          {name: (V,) 0..1}
    front            (V,) bool, face: forehead to chin, in front of the ears
    """

    landmarks: np.ndarray
    points: np.ndarray
    normals: np.ndarray
    areas: np.ndarray
    regions: dict
    front: np.ndarray


@dataclass(frozen=True, eq=False)
class Stance:
    """An expression as it stands before the cameras: the Face, the head's rotation (3, 3) in the world, the Heat of its vertices."""

    face: Face
    head: np.ndarray
    heat: object


class Sitter:
    """A rigged face whose mesh keeps its topology from now on."""

    def __init__(self, face, pack):
        self.face, self.pack = face, pack
        self.surface = surface.Surface(face.mesh_object)
        self.landmarks = self.surface.places(dress.landmark_uv(pack))

    def wear(self, heat):
        """Write a Heat into the mesh, for the label passes."""
        self.face.set_heat(heat)
        self.face.mesh_object.data.update_tag()           # an attribute written in bulk tells nobody

    def look(self):
        """Return the Face that the views will see."""
        positions, normals = self.surface.evaluate()
        vertices, weights = self.landmarks
        count = len(self.pack.base)
        areas = surface.vertex_areas(positions[:count], self.pack.faces)
        return Face(np.einsum("nk,nkc->nc", weights, positions[vertices]), positions[:count], normals[:count], areas,
                    self.pack.regions, self.pack.face_front)
