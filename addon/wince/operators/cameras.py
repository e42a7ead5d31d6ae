"""Cameras: add named rigs, save what was set up by hand."""

from functools import lru_cache
from pathlib import Path

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty

from .. import preferences
from ..core import cameras as views
from ..core.errors import WinceError
from ..job import disk, rigs
from ..stage import cameras
from .base import OnFace, Reporting

OWN = "own:"                           # before the name of a rig in the artist's own folder
LIBRARY = "cameras"                    # that folder, see preferences.library


class OnStagedFace(OnFace):
    """An operator on the face that is meant: the active one, or the one that the active camera is for."""

    @staticmethod
    def meant(context):
        """Return that face."""
        return cameras.meant(context)

    def _act(self, context):
        context.view_layer.update()                       # what was moved a moment ago stands where it was moved to
        return super()._act(context)


class OnCamera(Reporting):
    """An operator on one camera by its object's name, `act(context, camera)`; the active one when no name is given."""

    camera: StringProperty(name="Camera", description="The camera object's name; empty: the active object", options={"SKIP_SAVE"})

    def _act(self, context):
        obj = context.scene.objects.get(self.camera) if self.camera else context.active_object
        if obj is None or obj.type != "CAMERA":
            raise WinceError(f"{self.camera or 'the active object'} is no camera of this scene: select one")
        return self.act(context, obj)


def _rig_items(self, context):
    return _items(tuple(rigs.own(preferences.library(context, LIBRARY))))


@lru_cache(maxsize=8)
def _items(own):
    """Return the choices of a menu: views, rigs, own rigs; kept by the cache, as Blender does not keep their texts."""
    single = [camera.name for camera in rigs.rig(rigs.VIEWS)]
    known = [name for name in rigs.names() if name not in single]
    groups = [("Views", single, ""), ("Rigs", known, ""), ("Own Rigs", own, OWN)]
    return [item for title, names, mark in groups if names
            for item in (("", title, ""), *((mark + name, name.replace("_", " ").title(), f"{title}: {name}") for name in names))]


class WINCE_OT_add_cameras(OnStagedFace, bpy.types.Operator):
    """Add the cameras of a named view or rig around the face where it stands; the same names as in a job's config"""

    bl_idname = "wince.add_cameras"
    bl_label = "Add Camera Rig"
    bl_property = "rig"

    rig: EnumProperty(name="Rig", items=_rig_items, description="A view, a rig, or one of your own rigs")
    seed: IntProperty(name="Seed", min=0, default=0, description="For rigs that are drawn by chance, such as Handheld")

    def act(self, context, face):
        """Make them."""
        return _add(context, face, _described(context, self.rig), self.seed)


class WINCE_OT_load_cameras(OnStagedFace, bpy.types.Operator):
    """Add the cameras of a rig file (JSON) around the face where it stands"""

    bl_idname = "wince.load_cameras"
    bl_label = "Add Cameras from File"

    filepath: StringProperty(subtype="FILE_PATH", description="A camera rig, a JSON list of cameras")
    filter_glob: StringProperty(default="*.json", options={"HIDDEN"}, description="Which files are shown")

    def invoke(self, context, event):
        """Ask for the file."""
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def act(self, context, face):
        """Make them."""
        return _add(context, face, rigs.read(bpy.path.abspath(self.filepath)), 0)


class WINCE_OT_save_cameras(OnStagedFace, bpy.types.Operator):
    """Save the face's cameras as they stand, with their lenses, as a rig file; a job's config can name it, and it is among Own Rigs"""

    bl_idname = "wince.save_cameras"
    bl_label = "Save Cameras as Rig"
    bl_options = {"REGISTER"}                             # noqa: RUF012 -- as Blender writes it

    filepath: StringProperty(subtype="FILE_PATH", description="Where to save it")
    filter_glob: StringProperty(default="*.json", options={"HIDDEN"}, description="Which files are shown")
    check_existing: BoolProperty(default=True, options={"HIDDEN"}, description="Ask before a file is overwritten")
    selected: BoolProperty(name="Selected Only", default=False, description="Save the selected cameras and no others")

    def invoke(self, context, event):
        """Ask for the file, first in the folder of own rigs."""
        folder = preferences.library(context, LIBRARY)
        folder.mkdir(parents=True, exist_ok=True)
        self.filepath = str(folder / f"my_rig{rigs.FILE}")
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def act(self, context, face):
        """Describe the cameras as they stand, and write them."""
        told = [(obj, camera) for obj, camera in cameras.in_scene(context.scene, face) if obj.select_get() or not self.selected]
        if not told:
            raise WinceError(f"{face.mesh_object.name} has no such cameras: add some, or use the scene's camera with Use Camera")
        for obj, _ in told:
            cameras.check_stands_outside(obj, context.scene)
        path = Path(bpy.path.abspath(self.filepath)).with_suffix(rigs.FILE)
        disk.write(path, rigs.to_json([camera for _, camera in told]).encode())
        return f"Saved {len(told)} cameras to {path.name}: a config can say cameras: [{path}]"


class WINCE_OT_re_aim_cameras(OnStagedFace, bpy.types.Operator):
    """Put the face's cameras right after it has moved or changed; those moved by hand keep how they stood to the face"""

    bl_idname = "wince.re_aim_cameras"
    bl_label = "Re-aim Cameras"

    as_described: BoolProperty(name="Undo Moves by Hand", default=False,
                               description="Also put cameras back that were moved by hand since they were added or aimed")

    def act(self, context, face):
        """Aim them."""
        return f"Aimed {cameras.re_aim(context.scene, face, self.as_described)} cameras at {face.mesh_object.name}"


class WINCE_OT_use_camera(OnStagedFace, bpy.types.Operator):
    """Use the selected camera, or the scene's, for the face as it stands: it is rendered with labels, and saved with the rig"""

    bl_idname = "wince.use_camera"
    bl_label = "Use Camera"

    def act(self, context, face):
        """Have the camera say whose it is."""
        chosen = [obj for obj in context.selected_objects if obj.type == "CAMERA"] or [context.scene.camera]
        if None in chosen:
            raise WinceError("there is no camera to use: select one, or add one with Add > Camera")
        for obj in chosen:
            cameras.adopt(context.scene, face, obj)
        return f"{', '.join(obj.name for obj in chosen)} is for {face.mesh_object.name} now"


class WINCE_OT_look_through(OnCamera, bpy.types.Operator):
    """Make it the scene's camera, and look through it"""

    bl_idname = "wince.look_through"
    bl_label = "Look Through Camera"

    def act(self, context, camera):
        """Look through it in the viewport that is asked from."""
        context.scene.camera = camera
        space = context.space_data
        if space is not None and space.type == "VIEW_3D" and space.region_3d is not None:
            space.region_3d.view_perspective = "CAMERA"
        own, size = cameras.size_of(camera, context.scene), cameras.scene_size(context.scene)
        other = "" if own == size else f"; the frame on screen is the scene's, {size[0]} x {size[1]}"
        return f"{camera.name}: {own[0]} x {own[1]} pixels{other}"


class WINCE_OT_select_camera(OnCamera, bpy.types.Operator):
    """Select this camera, to move it or change its lens"""

    bl_idname = "wince.select_camera"
    bl_label = "Select Camera"

    def act(self, context, camera):
        """Make it the one that is selected."""
        if camera.name not in context.view_layer.objects:
            raise WinceError(f"{camera.name} is in a collection that this view layer leaves out: include it in the Outliner")
        for obj in context.selected_objects:
            obj.select_set(False)
        camera.hide_set(False)
        camera.select_set(True)
        context.view_layer.objects.active = camera
        return f"Selected {camera.name}"


class WINCE_OT_remove_camera(OnCamera, bpy.types.Operator):
    """Delete this camera"""

    bl_idname = "wince.remove_camera"
    bl_label = "Remove Camera"

    def act(self, context, camera):
        """Delete it."""
        name = camera.name
        cameras.remove(camera)
        return f"Removed {name}"


class WINCE_OT_remove_cameras(OnStagedFace, bpy.types.Operator):
    """Delete all cameras of the face"""

    bl_idname = "wince.remove_cameras"
    bl_label = "Remove All Cameras"

    def act(self, context, face):
        """Delete them."""
        mine = cameras.of_face(context.scene, face)
        for obj in mine:
            cameras.remove(obj)
        return f"Removed {len(mine)} cameras"


def _described(context, name):
    """Return the descriptions behind a choice of the menu."""
    if not name.startswith(OWN):
        return rigs.resolve((name,))
    return rigs.read(preferences.library(context, LIBRARY) / (name.removeprefix(OWN) + rigs.FILE))


def _add(context, face, wanted, seed):
    made = cameras.add(context.scene, face, views.expand(wanted, seed))
    names = ", ".join(obj.name for obj in made[:4]) + (" ..." if len(made) > 4 else "")
    return f"Added {len(made)} cameras around {face.mesh_object.name}: {names}"


def _in_menu(menu, context):
    menu.layout.operator_menu_enum(WINCE_OT_add_cameras.bl_idname, "rig", text="FACS Camera Rig", icon="CAMERA_DATA")


def register():
    """Put the rigs into Add > Camera."""
    bpy.types.VIEW3D_MT_camera_add.append(_in_menu)


def unregister():
    """Take them out again."""
    bpy.types.VIEW3D_MT_camera_add.remove(_in_menu)


CLASSES = (WINCE_OT_add_cameras, WINCE_OT_load_cameras, WINCE_OT_save_cameras, WINCE_OT_re_aim_cameras, WINCE_OT_use_camera,
           WINCE_OT_look_through, WINCE_OT_select_camera, WINCE_OT_remove_camera, WINCE_OT_remove_cameras)
