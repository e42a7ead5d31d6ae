"""An artist's own scene, taken as it stands: the lamps, props, materials and cameras that are there, and one face that is labelled."""

import bpy
import numpy as np

from ..bridge import armature, sculpted
from ..bridge import face as faces
from ..core import aims, heatmap, rig
from ..core.errors import WinceError
from ..stage import cameras, dress, labelling, overrides, painting
from ..stage.wardrobe import PLAIN
from .shutter import Shutter
from .sitter import Sitter, Stance

STRAIGHT = 1e-4                        # a head that stands within this of where its AUs put it, stands there; Blender rounds to float32


class Set:
    """The scene of a take at its frame. What it has in common with `Studio`: `seat`, `show`, `shoot`, `plain`, `texture`, `by_hand`."""

    def __init__(self, take, chosen, scratch, threads=0):
        """Open the take's copy of the file.

        take     spec.Take
        raises   WinceError when its face or cameras cannot be labelled
        """
        bpy.ops.wm.open_mainfile(filepath=take.blend, load_ui=False, use_scripts=take.scripts)
        self.scene = bpy.data.scenes[take.scene]
        layer = self.scene.view_layers[take.view_layer]
        window = bpy.context.window_manager.windows[0]    # evaluated_depsgraph_get() means this one's scene and layer
        window.scene, window.view_layer = self.scene, layer
        self.scene.frame_set(int(take.frame // 1), subframe=take.frame % 1)
        self.face = faces.of(self.scene.objects[take.face])
        self.views = _views([self.scene.objects[name] for name in take.cameras], self.scene, self.face)
        overrides.apply(self.scene, layer, [camera for camera, _ in self.views.values()])
        overrides.settle(self.face)
        overrides.check_kept(self.face)
        self.replaced = labelling.only(self.face, take.job.outputs)
        self.shutter = Shutter(self.scene, layer, take.job, chosen, scratch, threads)
        self.sitter = Sitter(self.face, self.face.person.pack)
        self.person = sculpted.person(self.face)

    @property
    def by_hand(self):
        """What an artist has changed of the face beyond its identity, {} for nothing."""
        changed = {"materials": self.replaced, "sculpted": self.person is not self.face.person}
        return changed if any(changed.values()) else {}

    @property
    def plain(self):
        """Whether the face was made without its look."""
        return bool(self.face.armature.get(PLAIN))

    @property
    def skin(self):
        """How the face is rendered: (levels of subdivision, whether its skin scatters light)."""
        levels = sum(modifier.render_levels for modifier in self.face.mesh_object.modifiers
                     if modifier.type in overrides.DENSER and modifier.show_render)
        material = dress.worn_by(self.face).get("skin")
        surface = material and next((node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED"), None)
        return levels, bool(surface and surface.inputs["Subsurface Weight"].default_value)

    def aus(self):
        """Return the face's ActionUnits as Blender evaluates them: keyframes, drivers and NLA included."""
        return armature.get_aus(self._rig())

    def seat(self, person, texture=None):
        """Return the facts of the skin as painted, by whoever it was; the person sits already."""
        return dress.skin_facts(self.face)

    @property
    def texture(self):
        """What a record says of the skin that the face shows."""
        worn = dress.worn_by(self.face)
        return painting.source(worn) | ({"by_hand": True} if painting.retouched(worn) else {})

    def show(self, aus):
        """Write the heat of what the face shows, and return the Stance that the views will see."""
        world = np.array(self.face.mesh_object.evaluated_get(bpy.context.evaluated_depsgraph_get()).matrix_world)
        heat = heatmap.pspi_heat(self.person, aus, world)
        self.sitter.wear(heat)
        return Stance(self.sitter.look(), aims.frame(world, self.face.mesh_object.name).turn @ self._head(aus), heat)

    def shoot(self, view, seed):
        """Render a View with the camera that it was read from; returns what `Shutter.press` does."""
        self.scene.camera = self.views[view.name][0]
        plain = self.shutter.plain_view and overrides.plain_colours(self.scene)
        return self.shutter.press(view.name, view.width, view.height, seed, plain)

    def _head(self, aus):
        """Return the head's turn (3, 3) in the face's space: by its AUs, or as an artist has posed its bones."""
        told = rig.bone_matrices(aus, self.face.person.pack.joints)["head"][:3, :3]
        bone = self._rig().pose.bones["head"]
        seen = np.array(bone.matrix.to_3x3().normalized()) @ np.linalg.inv(np.array(bone.bone.matrix_local.to_3x3()))
        return told if np.abs(seen - told).max() < STRAIGHT else seen

    def _rig(self):
        return self.face.armature.evaluated_get(bpy.context.evaluated_depsgraph_get())


def _views(objects, scene, face):
    """Return {name of a view: (camera object, View)}; a camera that is for no face in particular is for this one."""
    views = {}
    for camera in objects:
        if cameras.face_of(camera, scene) is None:
            camera[cameras.FACE] = face.armature
        view = cameras.view_of(camera, scene)
        if view.name in views:
            raise WinceError(f"the cameras {views[view.name][0].name} and {camera.name} make two views of one name, {view.name}: "
                             f"rename one")
        views[view.name] = camera, view
    return views
