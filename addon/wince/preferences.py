"""The add-on's preferences: where packs and outputs go, which device renders."""

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty

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

    def draw(self, context):
        """Show the settings, one below the other."""
        self.layout.use_property_split = True
        for name in ("output_folder", "library_folder", "pack_folder", "device", "subdivision", "mend_copies"):
            self.layout.prop(self, name)


def get(context):
    """Return the add-on's preferences."""
    return context.preferences.addons[__package__].preferences


CLASSES = (WincePreferences,)
