"""How a face shall be lit: the wishes that the panel shows, and the operator takes over."""

import zlib
from functools import lru_cache

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, PointerProperty, StringProperty

from ..stage import world

OWN_FILE, KEEP = "file", "keep"
BACKDROPS = (("plain", "Plain", "A quiet grey, brighter in the middle; it comes out alike whatever the exposure"),
             ("world", "World", "The world that lights the face"),
             ("gradient", "Gradient", "Two tones, mostly lighter above"),
             ("room", "Room", "A room out of focus: wall, window, door, bed"))


@lru_cache(maxsize=1)
def _worlds():
    own = (("plain", "Plain", "An even, dim light from all around"),
           *((world.HDRI + name, name.title(), f"Blender's own HDRI, {name}") for name in world.hdris()),
           (OWN_FILE, "HDRI File", "An .exr or .hdr of your own"),
           (KEEP, "Keep Mine", "Leave the scene's world as it is; the exposure is made for the lamps alone"))
    return tuple((*item, "NONE", _number(item[0])) for item in own)


def _number(word):
    """Return a number for a word, the same in every Blender whatever HDRIs it has; 0, which new scenes have, means plain."""
    return 0 if word == "plain" else zlib.crc32(word.encode()) & 0x7FFFFFFF


def _world_items(self, context):
    return _worlds()                                      # kept by the cache: Blender forgets the texts of a list that nobody holds


class LightWishes:
    """The wishes about light, the same for the panel and for the operator."""

    seed: IntProperty(name="Seed", min=0, default=0,
                      description="Where the lamps stand, how bright and warm they are; as in a job with this seed")
    world: EnumProperty(name="World", items=_world_items, description="What lights the face from all around")
    hdri_file: StringProperty(name="HDRI", subtype="FILE_PATH", description="An .exr or .hdr image of a whole surrounding")
    backdrop: EnumProperty(name="Backdrop", items=BACKDROPS, description="What the camera sees behind the head")
    exposure: FloatProperty(name="Exposure", min=-10, max=10, default=0,
                            description="Stops on top of what is right for the face's skin")
    standard_view: BoolProperty(name="Standard View", default=True,
                                description="Set the view transform to Standard and the look to None, as datasets have them: colours come "
                                            "out as they are. Off: yours stay, and pictures differ from `wince render`")


class WinceStage(LightWishes, bpy.types.PropertyGroup):
    """How the next light preset shall be"""


def register():
    """Give scenes their wishes."""
    bpy.types.Scene.wince_stage = PointerProperty(type=WinceStage, description="How the face shall be lit")


def unregister():
    """Take them away."""
    del bpy.types.Scene.wince_stage


CLASSES = (WinceStage,)
