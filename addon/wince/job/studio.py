"""The scene of a job: made once, then only moved. Everything in the job that touches Blender goes through here."""

import types

import bpy

from ..core import heatmap, rig
from ..stage import cameras, dress, lights, painting, setting, world
from . import textures
from .shutter import Shutter
from .sitter import Sitter, Stance


class Studio:
    """One scene, one camera, one face, three lamps: reused for every sample, so that memory does not grow.

    What it has in common with `Set`: `seat`, `show`, `shoot`, `plain`, `texture`, `by_hand`.
    """

    by_hand = types.MappingProxyType({})

    def __init__(self, job, chosen, pack, scratch, threads=None):
        bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
        self.job, self.pack = job, pack
        self.scene = bpy.context.scene
        threads = job.render.threads if threads is None else threads
        self.shutter = Shutter(self.scene, self.scene.view_layers[0], job, chosen, scratch, threads)
        self.camera, self.lamps, self.world = cameras.build(self.scene), lights.build(self.scene), world.World(self.scene)
        self.face = self.sitter = self.person = None
        self.plain = job.render.look == "plain"

    def seat(self, person, texture=None):
        """Put a person before the camera.

        person   core.face.Person
        texture  job.textures.Texture, the skin to wear; None for the built-in one
        returns  facts of the skin as painted, see `core.skin.tone.facts`
        """
        self.person, first = person, self.face is None
        if first:
            self._build(person)
        else:
            self.face.set_person(person)
        if texture is not None:
            painting.put(dress.worn_by(self.face), texture.albedo, textures.cite(texture.facts), "Painted Skin", packed=False)
        if texture is not None or not first:              # a new face is dressed
            dress.dress(self.face)
        return dress.skin_facts(self.face)

    @property
    def texture(self):
        """What a record says of the skin that the face shows."""
        return painting.source(dress.worn_by(self.face))

    def set_light(self, drawn, target):
        """Set lamps, world, backdrop and exposure of a Setting; the lamps aim at `target` (3,)."""
        setting.apply(self.scene, self.lamps, self.world, drawn, target)

    def show(self, aus):
        """Give the face an expression and its heat, and return the Stance that the views will see."""
        heat = heatmap.pspi_heat(self.person, aus)
        self.face.set_aus(aus)
        self.sitter.wear(heat)
        return Stance(self.sitter.look(), rig.bone_matrices(aus, self.pack.joints)["head"][:3, :3], heat)

    def shoot(self, view, seed):
        """Render a View; returns what `Shutter.press` does."""
        cameras.place(self.scene, self.camera, view)
        return self.shutter.press(view.name, view.width, view.height, seed, self.shutter.plain_view)

    def _build(self, person):
        """Make the face, once."""
        wishes = self.job.render
        self.face = dress.new_face(person, subdivision=wishes.subdivision, outputs=self.job.outputs, subsurface=wishes.subsurface,
                                   plain=self.plain)
        self.sitter = Sitter(self.face, self.pack)
