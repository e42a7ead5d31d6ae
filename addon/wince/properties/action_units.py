"""Both sides of an AU as one slider, the FACS code as text, the search field.

The sliders and the code store nothing: they read and write the ID properties of the rig. They hang on the scene and mean the active
face, for on the armature a library override would either grey them out, or keep their values too and write them back over the rig's own
when the file is opened.
"""

import bpy
from bpy.props import BoolProperty, FloatProperty, PointerProperty, StringProperty

from ..bridge import face as faces
from ..bridge import poses
from ..core.errors import WinceError
from ..core.facs import sliders
from ..core.facs.action_units import ActionUnits
from ..core.facs.table import TABLE, keys_of

SIDED = tuple(number for number, row in TABLE.items() if row.sided)


def name_of(number):
    """Return the name of an AU's slider in `Scene.wince_aus`."""
    return f"au{number:02d}"


def armature_of(context):
    """Return the armature object of the active face, or None; cheaper than `bridge.face.active`, for every slider asks at every redraw."""
    obj = context.active_object
    while obj is not None and not (obj.type == "ARMATURE" and faces.IDENTITY in obj):
        obj = obj.parent
    if obj is None and (face := faces.active(context)):
        return face.armature
    return obj


def movable(context):
    """Return the armature of the active face where its sliders can be moved; None for one that is linked from another file."""
    armature = armature_of(context)
    return armature if armature is not None and armature.library is None else None


def code_of(armature):
    """Return the face's code as text, "0" for neutral, "" where its sliders contradict each other."""
    try:
        return str(sliders.face(poses.read(armature)))
    except WinceError:
        return ""


def refusal(context, armature):
    """Return the sentence why the text in the code field could not be read, "" while it shows the face's code."""
    if not _is_refused(context.window_manager.wince_refused, armature):
        return ""
    try:
        ActionUnits.parse(context.window_manager.wince_refused.typed)
    except WinceError as error:
        return str(error)
    return ""


def _is_refused(refused, armature):
    """Tell whether the text that was refused last is still the one to show: the face has not moved since."""
    return bool(refused.typed) and refused.face == armature.name_full and refused.pose == code_of(armature)


def _read_code(group):
    armature, refused = armature_of(bpy.context), bpy.context.window_manager.wince_refused
    if armature is None:
        return ""
    return refused.typed if _is_refused(refused, armature) else code_of(armature)


def _write_code(group, text):
    armature, refused = movable(bpy.context), bpy.context.window_manager.wince_refused
    if armature is None:
        return
    refused.typed, refused.face, refused.pose = "", armature.name_full, code_of(armature)
    try:
        poses.move(armature, ActionUnits.parse(text).keys(), bpy.context.scene)
    except WinceError:
        refused.typed = text                           # stays visible, with its sentence below, until the face moves


def _slider(number):
    """Return the property that is both sides of one AU; it shows the greater one."""
    keys = keys_of(number)

    def read(group):
        armature = armature_of(bpy.context)
        return max(poses.bone(armature)[key] for key in keys) if armature else 0.0

    def write(group, value):
        if armature := movable(bpy.context):
            poses.move(armature, dict.fromkeys(keys, value), bpy.context.scene)

    return FloatProperty(name=sliders.label(number), description=f"{sliders.tooltip(number)}. Both sides; ≠ where they differ",
                         min=0.0, max=5.0, step=10, precision=2, options=set(), get=read, set=write)


def _code():
    return StringProperty(name="FACS Code", options=set(), get=_read_code, set=_write_code,
                          description="The face in FACS notation, such as 4C+6D+L7B+9B+43, in which numbers are written 4=2.5. What you "
                                      "type becomes the whole face: what is not in it goes to zero, head and gaze too")


WinceAUs = type("WinceAUs", (bpy.types.PropertyGroup,), {
    "__doc__": "Action units of the active face as an artist handles them",
    "__annotations__": {**{name_of(number): _slider(number) for number in SIDED}, "code": _code()},
})


class WinceRefused(bpy.types.PropertyGroup):
    """A code that could not be read, and where"""

    typed: StringProperty(name="Typed", description="What was typed")
    face: StringProperty(name="Face", description="The armature of the face that it was typed for")
    pose: StringProperty(name="Pose", description="The code of the face at that time")


def register():
    """Hang them on Blender's types."""
    bpy.types.Scene.wince_aus = PointerProperty(name="Action Units", type=WinceAUs, description="The action units of the active face")
    bpy.types.Scene.wince_link_sides = BoolProperty(name="Left and Right Together", default=True, options=set(),
                                                    description="One slider for both sides of an action unit, or one for each side")
    bpy.types.WindowManager.wince_refused = PointerProperty(name="Refused Code", type=WinceRefused,
                                                            description="The code that could not be read")
    bpy.types.WindowManager.wince_au_search = StringProperty(
        name="Search", options={"TEXTEDIT_UPDATE", "SKIP_SAVE"},
        description="Show action units whose number, name, muscle or region has this in it")


def unregister():
    """Take them off again."""
    for owner, name in ((bpy.types.Scene, "wince_aus"), (bpy.types.Scene, "wince_link_sides"),
                        (bpy.types.WindowManager, "wince_refused"), (bpy.types.WindowManager, "wince_au_search")):
        delattr(owner, name)


CLASSES = (WinceAUs, WinceRefused)
