"""How Blender versions differ, all of it; 4.5 is the oldest that will do."""

import bpy

from ..core.errors import WinceError

OLDEST = (4, 5, 0)
MATERIAL_INDEX = ("IndexMA", "Material Index")     # the pass in the EXR of 4.5, of 5.x


def check():
    """Refuse a Blender that is too old.

    raises  WinceError
    """
    if bpy.app.version < OLDEST:
        raise WinceError(f"this is Blender {bpy.app.version_string}, Wince needs {OLDEST[0]}.{OLDEST[1]} or later: "
                         f"install a newer one, or point --blender at it")


def name():
    """Return the version as records carry it, such as "4.5.15"."""
    return ".".join(map(str, bpy.app.version))


def eevee():
    """Return the identifier of EEVEE: it was called NEXT while the old one was around."""
    return "BLENDER_EEVEE_NEXT" if bpy.app.version < (5, 0, 0) else "BLENDER_EEVEE"


def use_nodes(block):
    """Give a material or world its node tree; from 5.0 on it always has one, and setting the switch is deprecated."""
    if bpy.app.version < (5, 0, 0):
        block.use_nodes = True
    return block.node_tree


def write_multilayer(image_settings):
    """Make renders write all passes into one uncompressed EXR of 32 bit floats."""
    if hasattr(image_settings, "media_type"):                 # 5.x: the kind of medium comes before the format
        image_settings.media_type = "MULTI_LAYER_IMAGE"
    image_settings.file_format = "OPEN_EXR_MULTILAYER"
    image_settings.color_depth = "32"
    image_settings.exr_codec = "NONE"


def write_png(image_settings):
    """Make renders write 8 bit RGB PNGs."""
    if hasattr(image_settings, "media_type"):
        image_settings.media_type = "IMAGE"
    image_settings.file_format = "PNG"
    image_settings.color_mode = "RGB"
    image_settings.color_depth = "8"
