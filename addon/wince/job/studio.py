"""The scene of a job: made once, then only moved. Everything in the job that touches Blender goes through here."""

from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np

from ..bridge import version
from ..stage import cameras, device, dress, lights, passes, surface, world
from . import exr


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


@dataclass(frozen=True)
class Setting:
    """A person's light: lamps, world, backdrop, and the exposure they call for."""

    light: dict
    world: dict
    backdrop: dict
    exposure: float


class Studio:
    """One scene, one camera, one face, three lamps: reused for every sample, so that memory does not grow."""

    def __init__(self, job, chosen, pack, scratch, threads=None):
        bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
        self.job, self.chosen, self.pack, self.scratch = job, chosen, pack, Path(scratch)
        self.scene = bpy.context.scene
        self._set_up(job.render.threads if threads is None else threads)
        self.camera, self.lamps, self.world = cameras.build(self.scene), lights.build(self.scene), world.World(self.scene)
        self.face = self.surface = self.landmarks = None
        self.exposure = 0.0

    def seat(self, person):
        """Put a person before the camera.

        person   core.face.Person
        returns  measured (Lab, luminance) of the skin as painted
        """
        if self.face is None:
            self._build(person)
        else:
            self.face.set_person(person)
        return dress.paint(self.face)

    def set_light(self, setting, target):
        """Set lamps, world, backdrop and exposure; the lamps aim at `target` (3,)."""
        lights.apply(self.lamps, setting.light, target)
        self.world.apply(setting.world, setting.backdrop, setting.exposure)
        self.scene.view_settings.exposure = self.exposure = setting.exposure

    def white(self, light, surround):
        """Return the radiance of a white surface in a drawn light, averaged over where a face looks."""
        normals = world.TOWARDS_FACE
        return float(np.mean(lights.irradiance(light, normals) + self.world.irradiance(surround, normals)))

    def show(self, aus, heat):
        """Give the face an expression and its heat, and return the Face that the views will see."""
        self.face.set_aus(aus)
        self.face.set_heat(heat)
        self.face.mesh_object.data.update_tag()           # an attribute written in bulk tells nobody
        positions, normals = self.surface.evaluate()
        vertices, weights = self.landmarks
        count = len(self.pack.base)
        areas = surface.vertex_areas(positions[:count], self.pack.faces)
        return Face(np.einsum("nk,nkc->nc", weights, positions[vertices]), positions[:count], normals[:count], areas,
                    self.pack.regions, self.pack.face_front)

    def shoot(self, view, seed):
        """Render a view.

        returns  (path of the multilayer EXR, path of a PNG or None): where Blender itself must make the picture, because
                 the view transform is not Standard or the engine is EEVEE, there is one
        """
        cameras.place(self.scene, self.camera, view)
        self.scene.cycles.seed = seed
        layers, picture = (self.scratch / f"{seed:08x}-{view.name}.{kind}" for kind in ("exr", "png"))
        if self.chosen.engine == "eevee":
            self._render_picture(picture)
        self._render(layers)
        if self.chosen.engine == "cycles" and not self.plain_view:
            self._save_picture(picture)
        return layers, (None if self.plain_view else picture)

    @property
    def plain_view(self):
        """Whether numpy makes the picture from linear colours: it knows Blender's Standard view."""
        return self.chosen.engine == "cycles" and self.job.render.view_transform == "Standard"

    def _set_up(self, threads):
        """Set what stays the same for the whole job."""
        render, wishes = self.scene.render, self.job.render
        device.apply(self.scene, self.chosen, wishes.samples, threads)
        render.use_persistent_data = True
        render.dither_intensity = 0.0
        render.film_transparent = False
        render.use_compositing = render.use_sequencer = False
        render.use_file_extension = False
        version.write_multilayer(render.image_settings)
        self.scene.display_settings.display_device = "sRGB"
        self.scene.view_settings.view_transform = wishes.view_transform
        self.scene.view_settings.look = "None"
        self.scene.view_layers[0].name = exr.MAIN
        passes.apply(self.scene.view_layers[0], self.job.outputs)
        if passes.needs_centres(self.job.outputs):
            passes.add_centres(self.scene, self.job.outputs)

    def _build(self, person):
        """Make the face, once."""
        wishes = self.job.render
        self.face = dress.new_face(person, subdivision=wishes.subdivision, outputs=self.job.outputs, subsurface=wishes.subsurface)
        self.surface = surface.Surface(self.face.mesh_object)
        self.landmarks = self.surface.places(dress.landmark_uv(self.pack))

    def _render(self, path):
        """Render into a file, in the format that the scene is set to."""
        self.scene.render.filepath = str(path)
        bpy.ops.render.render(write_still=True)

    def _render_picture(self, path):
        """Render the picture alone, with EEVEE; labels come from Cycles, which alone has a material index pass."""
        self.scene.render.engine = version.eevee()
        version.write_png(self.scene.render.image_settings)
        self._render(path)
        self.scene.render.engine = "CYCLES"
        version.write_multilayer(self.scene.render.image_settings)

    def _save_picture(self, path):
        """Save what was rendered as Blender shows it."""
        version.write_png(self.scene.render.image_settings)
        bpy.data.images["Render Result"].save_render(str(path), scene=self.scene)
        version.write_multilayer(self.scene.render.image_settings)

