"""Light presets and worlds, as jobs have them."""

from pathlib import Path

import bpy
from bpy.props import EnumProperty

from ..core.errors import WinceError
from ..job import spec
from ..properties.stage import KEEP, OWN_FILE, LightWishes
from ..stage import lights, setting, world
from .base import Reporting
from .cameras import OnStagedFace

PRESETS = (("studio", "Studio", "Key, fill and rim: soft and even"), ("window", "Window", "One large light from the side, daylight"),
           ("ceiling", "Ceiling", "A clinic: rows of cool panels overhead"), ("bedside", "Bedside", "Evening: a warm lamp low at one side"),
           ("none", "World Only", "No lamps: the world lights the face alone"))


class WINCE_OT_set_light(LightWishes, OnStagedFace, bpy.types.Operator):
    """Light the active face as a dataset would: lamps, world, backdrop, and the exposure that its skin calls for"""

    bl_idname = "wince.set_light"
    bl_label = "Set Light"

    kind: EnumProperty(name="Light", items=PRESETS, default="studio", description="Which lamps")

    def draw(self, context):
        """Show the wishes in the redo panel."""
        self.layout.use_property_split = True
        for name in wishes(self, "kind"):
            self.layout.prop(self, name)

    def act(self, context, face):
        """Check the wishes, set the light, and say how the skin is exposed."""
        lighting = spec.Lighting((self.kind,), (_word(self),), (self.backdrop,), self.exposure)
        lights.check(lighting.lights)
        world.check(lighting)
        drawn = setting.put(context.scene, face, lighting, self.seed, self.world == KEEP)
        if self.standard_view:
            setting.use_standard_view(context.scene)
        count = len(drawn.light["lamps"])
        more = setting.others(context.scene)
        also = f"; {more[0].name} shines too" if more else ""
        return f"Lit {face.mesh_object.name} by {count} lamps, exposure {drawn.exposure:+.2f} stops for its skin{also}"


class WINCE_OT_bring_back_world(Reporting, bpy.types.Operator):
    """Give the scene the world back that it had before the light was set"""

    bl_idname = "wince.bring_back_world"
    bl_label = "Bring Back My World"

    @classmethod
    def poll(cls, context):
        """Tell whether there is one to bring back."""
        if not world.is_ours(context.scene.world):
            cls.poll_message_set("The scene has its own world")
            return False
        return True

    def act(self, context):
        """Put it back; the lamps stay."""
        setting.bring_back_world(context.scene)
        return f"The world is {context.scene.world.name} again" if context.scene.world else "The scene has no world again, as before"


class WINCE_OT_remove_light(Reporting, bpy.types.Operator):
    """Remove the lamps, and bring back the world, exposure and view transform that the scene had before"""

    bl_idname = "wince.remove_light"
    bl_label = "Remove Light"

    @classmethod
    def poll(cls, context):
        """Tell whether there is light to remove."""
        if setting.LIGHT not in context.scene and not lights.of_scene(context.scene):
            cls.poll_message_set("No light was set here")
            return False
        return True

    def act(self, context):
        """Take it away."""
        setting.take_away(context.scene)
        return "Removed the lamps; world, exposure and view are as they were"


def wishes(group, *more):
    """Return the names of the wishes that matter as a group stands, in order."""
    file = ("hdri_file",) if group.world == OWN_FILE else ()
    backdrop = () if group.world == KEEP else ("backdrop",)
    return (*more, "seed", "world", *file, *backdrop, "exposure", "standard_view")


def _word(group):
    """Return the world as a job names it."""
    if group.world == OWN_FILE:
        path = Path(bpy.path.abspath(group.hdri_file))
        if not group.hdri_file:
            raise WinceError("choose an HDRI file first, an .exr or .hdr, or one of Blender's own worlds")
        if path.suffix.lower() not in world.KINDS_OF_FILE or not path.is_file():
            raise WinceError(f"{group.hdri_file} is not an HDRI: choose an .exr or .hdr file, or one of Blender's own worlds")
        return world.HDRI + str(path)
    return "plain" if group.world == KEEP else group.world


CLASSES = (WINCE_OT_set_light, WINCE_OT_bring_back_world, WINCE_OT_remove_light)
