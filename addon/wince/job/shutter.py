"""Taking a view: one render with every pass that labels need, and the picture where Blender itself has to make it."""

from contextlib import nullcontext
from pathlib import Path

import bpy

from ..bridge import version
from ..stage import device, passes
from . import exr


class Shutter:
    """Renders views of one scene; the scene is set up for it once."""

    def __init__(self, scene, view_layer, job, chosen, scratch, threads):
        self.scene, self.view_layer, self.job, self.chosen, self.scratch = scene, view_layer, job, chosen, Path(scratch)
        self.watch = nullcontext()                        # entered around every call of Blender's renderer
        self._set_up(threads)

    def press(self, name, width, height, seed, plain):
        """Render what the scene's camera sees.

        name     of the view; width, height in pixels
        seed     of Cycles' noise
        plain    whether numpy can make the picture from linear colours
        returns  (path of the multilayer EXR, path of a PNG or None): where Blender itself must make the picture, there is one
        """
        render = self.scene.render
        render.resolution_x, render.resolution_y, render.resolution_percentage = width, height, 100
        self.scene.cycles.seed = seed
        layers, picture = (self.scratch / f"{seed:08x}-{name}.{kind}" for kind in ("exr", "png"))
        if self.chosen.engine == "eevee":
            self._render_picture(picture)
        self._render(layers)
        if self.chosen.engine == "cycles" and not plain:
            self.save_picture(picture)
        return layers, (None if plain else picture)

    def save_picture(self, path):
        """Save what was rendered as Blender shows it."""
        version.write_png(self.scene.render.image_settings)
        bpy.data.images["Render Result"].save_render(str(path), scene=self.scene)
        version.write_multilayer(self.scene.render.image_settings)

    @property
    def plain_view(self):
        """Whether numpy may make the picture from linear colours: it knows Blender's Standard view and nothing else."""
        return self.chosen.engine == "cycles" and self.job.render.view_transform == "Standard"

    def _set_up(self, threads):
        """Set what stays the same for all views."""
        render = self.scene.render
        device.apply(self.scene, self.chosen, self.job.render.samples, threads)
        render.use_persistent_data = True
        render.dither_intensity = 0.0
        render.film_transparent = False
        render.use_compositing = render.use_sequencer = False
        render.use_file_extension = False
        version.write_multilayer(render.image_settings)
        self.scene.display_settings.display_device = "sRGB"
        view = self.scene.view_settings
        if view.view_transform != self.job.render.view_transform:
            view.look = "None"                            # a look belongs to its view transform
        view.view_transform = self.job.render.view_transform
        self.view_layer.name = exr.MAIN
        passes.apply(self.view_layer, self.job.outputs)
        if passes.needs_centres(self.job.outputs):
            passes.add_centres(self.scene, self.job.outputs)

    def _render(self, path):
        """Render into a file, in the format that the scene is set to."""
        self.scene.render.filepath = str(path)
        with self.watch:
            bpy.ops.render.render(write_still=True, scene=self.scene.name)

    def _render_picture(self, path):
        """Render the picture alone, with EEVEE; labels come from Cycles, which alone has a material index pass."""
        self.scene.render.engine = version.eevee()
        version.write_png(self.scene.render.image_settings)
        self._render(path)
        self.scene.render.engine = "CYCLES"
        version.write_multilayer(self.scene.render.image_settings)
