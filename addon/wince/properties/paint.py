"""What to paint a skin with: options of the Paint panel, kept with the scene. What is painted now is kept in `operators.painters`."""

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, PointerProperty, StringProperty

from ..job.painter import OF_IMAGE, PHOTO

BACKENDS = (("procedural", "Built-in Skin", "The skin that new faces have, as a texture folder; needs no model"),
            ("sd15", "Stable Diffusion 1.5", "The smallest model: it paints on a small graphics card"),
            ("sdxl", "Stable Diffusion XL", "Finer skin, more memory"),
            ("zimage", "Z-Image", "All views in one picture, few steps, much memory"),
            ("qwen", "Qwen-Image", "All views in one picture, the most memory"),
            (PHOTO, "From an Image", "A picture on the face's atlas, such as an FFHQ-UV texture: evened out and toned"))
SIZES = tuple((str(size), f"{size}", f"{size} x {size} texels") for size in (512, 1024, 2048, 4096))
PROFILES = (("research", "Research", "Any model, whatever its licence"),
            ("release", "Release", "Only models and images whose licence is on the allow list, and no words of one's own"))


def label_of(painter):
    """Return a backend, or what a texture says of its painter, as people read it."""
    backend = PHOTO if painter == OF_IMAGE else painter
    return next((label for name, label, _ in BACKENDS if name == backend), backend)


class WINCE_PG_paint(bpy.types.PropertyGroup):
    """Options of the Paint panel."""

    backend: EnumProperty(name="Paint With", items=BACKENDS, default="procedural", description="What paints the skin")
    model: StringProperty(name="Model", description="Another model than the painter's own: a folder, or OWNER/NAME@REVISION on the hub")
    photo: StringProperty(name="Image", subtype="FILE_PATH", description="A square picture of the whole skin on the face's atlas; what is "
                          "transparent or black is filled in")
    places: StringProperty(name="Places", subtype="FILE_PATH",
                           description="For an image with another layout, such as FFHQ-UV's: a .npy file "
                           "that says where each texel of the face's atlas lies in it; empty: the image is on the face's atlas")
    licence: StringProperty(name="Licence", description="Licence of the image as its owner states it, such as CC0-1.0; labels say so, and "
                            "the profile Release asks for it")
    seed: IntProperty(name="Seed", min=0, default=0, description="Another seed, another painting of the same person")
    steps: IntProperty(name="Steps", min=0, max=1000, default=0, description="Denoising steps; 0 is the painter's own number")
    tries: IntProperty(name="Tries", min=1, soft_max=10, max=100, default=1,
                       description="How many seeds at most, one after the other, until a painting is good enough")
    strength: FloatProperty(name="Strength", min=0.05, max=1, default=0.75, subtype="FACTOR",
                            description="How far the painting may go from the built-in skin; at 1 nothing of that is left")
    prompt: StringProperty(name="More Words", description="Added to Wince's own words for age, skin and the rest; name no real person")
    negative: StringProperty(name="Unwanted", description="Words for what shall not be painted, added to Wince's own")
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
