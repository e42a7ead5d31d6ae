"""What to render: options of a frame and of a dataset, kept with the scene. What runs is kept in `operators.background`."""

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, IntVectorProperty, PointerProperty, StringProperty

from ..core.facs.expressions import NONPAIN_KINDS
from ..job import choices, rigs

QUALITIES = (
    ("WINCE", "As Wince Renders",
     "Samples and denoiser from here, view transform Standard: pixels and labels as `wince render` makes them"),
    ("SCENE", "As the Scene Renders",
     "Samples, denoiser, engine, view transform and look of this scene; with EEVEE, labels come from Cycles"),
)
CAMERAS = (("ALL", "All of Wince", "Every camera that Wince knows in this scene"),
           ("FACE", "This Face's", "The cameras that are for this face"),
           ("ACTIVE", "The Active One", "The scene's active camera alone"))
DENOISERS = (("auto", "Automatic", "OpenImageDenoise, where this Blender has it"),
             ("oidn", "OpenImageDenoise", "Refuse where it is missing"),
             ("none", "None", "Noise stays as it is"))
KINDS = (("given", "Given", "Nothing is claimed; a face at rest is neutral"), ("neutral", "Neutral", "The face at rest"),
         ("pain", "Pain", "The expression of pain"),
         *((kind, kind.replace("_", " ").title(), "Meant as this") for kind in NONPAIN_KINDS))
PAINS = (("PSPI", "If PSPI > 0", "Whether its PSPI is above 0"), ("YES", "Yes", "Pain was meant"), ("NO", "No", "No pain was meant"))
OUTPUTS = tuple((name, name.replace("_", " ").title().replace("Exr", "EXR"), text) for name, text in {
    "depth": "Planar depth, 0.1 mm", "normal": "Normals in the camera's frame", "regions": "Which region of the face each pixel shows",
    "surface": "Where on the face's atlas each pixel lies", "heat_terms": "Heat of each of PSPI's four terms",
    "heat_float": "Heat as floats, millimetres", "exr": "Every pass, linear floats"}.items())
LIGHTS = tuple((name, name.title(), f"Light called {name}") for name in choices.LIGHTS)
SCENE = "SCENE"
HDRIS = ("city", "courtyard", "forest", "interior", "night", "studio", "sunrise", "sunset")
WORLDS = (("plain", "Plain", "One soft colour all around"),
          *((f"hdri:{name}", name.title(), f"Blender's own HDRI called {name}") for name in HDRIS))


def _rigs():
    """Return the items of the cameras of a dataset."""
    named = ((name, name.replace("_", " ").title(), "A named view or rig") for name in rigs.names())
    return [(SCENE, "This Face's in the Scene", "The cameras that stand around this face now"), *named]


class WINCE_PG_render(bpy.types.PropertyGroup):
    """Options of the Render panel."""

    cameras: EnumProperty(name="Cameras", items=CAMERAS, default="ALL",
                          description="What to render from; the active camera where Wince knows none")
    quality: EnumProperty(name="Settings", items=QUALITIES, default="WINCE", description="Whose render settings to use")
    samples: IntProperty(name="Samples", min=1, max=65536, default=64, description="Cycles samples per pixel")
    denoiser: EnumProperty(name="Denoiser", items=DENOISERS, default="auto",
                           description="What takes the noise out of the picture; never of labels")
    outputs: EnumProperty(name="Also Write", items=OUTPUTS, options={"ENUM_FLAG"},
                          description="What to write beside picture, classes, heat, coverage and record")
    seed: IntProperty(name="Seed", min=0, default=0, description="Of the noise; in a dataset of expressions and light as well")
    kind: EnumProperty(name="Expression", items=KINDS, default="given",
                       description="What the expression was meant to be; the record says so")
    pain: EnumProperty(name="Pain", items=PAINS, default="PSPI",
                       description="Whether pain was meant; PSPI itself always comes from the action units")

    dataset: StringProperty(name="Name", default="dataset", description="The dataset's folder below Wince's outputs")
    pain_count: IntProperty(name="Pain Expressions", min=0, max=1000, default=3, description="How many expressions of pain to draw")
    nonpain_count: IntProperty(name="Other Expressions", min=0, max=1000, default=3,
                               description="How many expressions without pain to draw")
    present_pose: BoolProperty(name="Present Pose Too", default=False, description="Add the face as it is posed now")
    dataset_cameras: EnumProperty(name="Cameras", items=_rigs(), default="portrait", description="From where everything is seen")
    lights: EnumProperty(name="Lights", items=LIGHTS, options={"ENUM_FLAG"}, default={"studio"},
                         description="One of these is drawn by the seed, and stays")
    worlds: EnumProperty(name="Worlds", items=WORLDS, options={"ENUM_FLAG"}, default={"plain"},
                         description="One of these is drawn by the seed, and stays")
    resolution: IntVectorProperty(name="Resolution", size=2, min=16, max=16384, default=(384, 384), description="Pixels across and up")


def register():
    """Give every scene the options."""
    bpy.types.Scene.wince_render = PointerProperty(type=WINCE_PG_render, description="What Wince renders")


def unregister():
    """Take them away."""
    del bpy.types.Scene.wince_render


CLASSES = (WINCE_PG_render,)
