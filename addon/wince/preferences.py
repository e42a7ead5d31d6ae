"""The add-on's preferences: where packs and outputs go, which device renders."""

import os
from pathlib import Path

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty

from .core.errors import WinceError

PAINTER = "WINCE_PAINTER"              # environment variable: the painter's Python, where the preferences name none
PAINTER_DEVICES = (("auto", "Automatic", "The fastest that torch finds"), ("cpu", "CPU", "The processor"),
                   ("cuda", "CUDA", "An NVIDIA or AMD graphics card, or refuse"), ("mps", "Metal", "An Apple graphics card, or refuse"))
DEVICES = (("auto", "Automatic", "The fastest that Blender finds"), ("cpu", "CPU", "The processor"),
           ("gpu", "GPU", "The graphics card, or refuse"))


class WincePreferences(bpy.types.AddonPreferences):
    """Settings that belong to this machine, not to a file."""

    bl_idname = __package__

    output_folder: StringProperty(name="Outputs", subtype="DIR_PATH", default="//wince",
                                  description="Where rendered pictures, labels and datasets go; // is the folder of the saved file")
    pack_folder: StringProperty(name="More Face Packs", subtype="DIR_PATH",
                                description="Where further face packs (.npz) are looked for, besides the built-in one")
    library_folder: StringProperty(name="Own Presets and Rigs", subtype="DIR_PATH",
                                   description="Where your presets, people and camera rigs are kept; empty: the extension's folder")
    device: EnumProperty(name="Device", items=DEVICES, default="auto", description="What renders pictures and datasets")
    subdivision: IntProperty(name="Subdivision of New Faces", min=0, max=3, default=1, description="Levels of subdivision of a new face")
    mend_copies: BoolProperty(name="Give Copied Faces Their Own Rig", default=True,
                              description="When a face's mesh is duplicated without its rig, give the copy a rig of its own")

    painter_python: StringProperty(name="Painter's Python", subtype="FILE_PATH",
                                   description="A Python program that has wince[paint]: it paints skins, in a process of its own")
    models_folder: StringProperty(name="Painter's Models", subtype="DIR_PATH",
                                  description="Where diffusion models are kept (HF_HOME); empty: where the painter's Python keeps them")
    painter_device: EnumProperty(name="Painter's Device", items=PAINTER_DEVICES, default="auto", description="What paints skins")

    def draw(self, context):
        """Show the settings, one below the other, those of the painter and what its check has found last."""
        self.layout.use_property_split = True
        for name in ("output_folder", "library_folder", "pack_folder", "device", "subdivision", "mend_copies"):
            self.layout.prop(self, name)
        self._show_painter(context, self.layout.box())

    def _show_painter(self, context, box):
        """Show what paints skins; where none is named, what it is."""
        from .panels import base, paint  # panels import this module
        box.label(text="Painter of Skins", icon="BRUSH_DATA")
        if not painter(context):
            base.alert(context, box, paint.FIRST, red=False)
        elif not self.painter_python:
            box.label(text=f"{painter(context)}, as ${PAINTER} says", icon="INFO")
        for name in ("painter_python", "models_folder", "painter_device"):
            box.prop(self, name)
        paint.show_check(context, box)


def get(context):
    """Return the add-on's preferences."""
    return context.preferences.addons[__package__].preferences


def painter(context):
    """Return the path, str, of the painter's Python, "" where none is named."""
    return bpy.path.abspath(get(context).painter_python) or os.environ.get(PAINTER, "")


def library(context, kind):
    """Return the folder, Path, of the artist's own files of a kind, such as "presets"; it may not be there yet."""
    if chosen := get(context).library_folder:
        return Path(bpy.path.abspath(chosen)) / kind
    try:
        return Path(bpy.utils.extension_path_user(__package__, path=kind))
    except ValueError:                                    # enabled from source, not installed as an extension
        return Path(bpy.utils.user_resource("DATAFILES")) / "wince" / kind


def outputs(context):
    """Return the folder, absolute Path, that outputs go to.

    raises   WinceError when it is relative to a file that was never saved
    """
    folder = get(context).output_folder
    if folder.startswith("//") and not context.blend_data.filepath:
        raise WinceError(f"outputs go to {folder}, beside the saved file, and this one was never saved: save it, or name another "
                         f"folder in Wince's preferences")
    return Path(bpy.path.abspath(folder)).resolve()


CLASSES = (WincePreferences,)
