"""What to paint a skin with: options of the Paint panel, kept with the scene. What is painted now is kept in `operators.painters`."""

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, PointerProperty, StringProperty

from ..job.painter import PHOTO

BACKENDS = (("procedural", "Built-in Skin", "The skin that new faces have, as a texture folder; needs no model"),
            ("sd15", "Stable Diffusion 1.5", "The smallest model: it paints on a small graphics card"),
            ("sdxl", "Stable Diffusion XL", "Finer skin, more memory"),
            ("zimage", "Z-Image", "All views in one picture, few steps, much memory"),
            ("qwen", "Qwen-Image", "All views in one picture, the most memory"),
            (PHOTO, "From an Image on the Atlas", "A picture on the face's atlas, such as an FFHQ-UV texture: evened out and toned"))
SIZES = tuple((str(size), f"{size}", f"{size} x {size} texels") for size in (512, 1024, 2048, 4096))
PROFILES = (("research", "Research", "Any model, whatever its licence"),
            ("release", "Release", "Only models whose licence is on the allow list"))


def label_of(backend):
    """Return a backend as people read it."""
    return next((label for name, label, _ in BACKENDS if name == backend), backend)


class WINCE_PG_paint(bpy.types.PropertyGroup):
    """Options of the Paint panel."""

    backend: EnumProperty(name="Paint With", items=BACKENDS, default="procedural", description="What paints the skin")
    model: StringProperty(name="Model", description="Another model than the painter's own: a folder, or OWNER/NAME@REVISION on the hub")
    photo: StringProperty(name="Image", subtype="FILE_PATH", description="The picture on the face's atlas")
    seed: IntProperty(name="Seed", min=0, default=0, description="Another seed, another painting of the same person")
    steps: IntProperty(name="Steps", min=0, max=1000, default=0, description="Denoising steps; 0 is the painter's own number")
    size: EnumProperty(name="Texture Size", items=SIZES, default="2048", description="Texels along a side of the skin")
    profile: EnumProperty(name="Profile", items=PROFILES, default="research", description="Which licences a model may have")
    show_log: BoolProperty(name="Log", description="Show the last lines of what the painter says")


def register():
    """Give every scene the options."""
    bpy.types.Scene.wince_paint = PointerProperty(type=WINCE_PG_paint, description="What Wince paints skins with")


def unregister():
    """Take them away."""
    del bpy.types.Scene.wince_paint


CLASSES = (WINCE_PG_paint,)
