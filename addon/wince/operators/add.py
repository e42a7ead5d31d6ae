"""Add > Mesh > FACS Face, and how a face is selected: all of it, its rig active, so that Move takes it as a whole."""

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty

from .. import preferences
from ..bridge import people
from ..bridge.face import PART
from ..core import demographics
from ..core.errors import WinceError
from ..job import choices, spec
from ..stage import dress, passes, setting
from .base import OnFace, Reporting

ANY = "any"
STRANDS = ("hair", "brows", "lashes", "facial_hair", "tears")      # selected, the outline of every strand would hide the face


def put(context, person, plain=False):
    """Build a person's face at the 3D cursor, plain or with its look, make it the one that is selected, and return it.

    Its skin has the labels that every render has; further ones are added for a render that asks for them (`stage.labelling`), because
    EEVEE, which draws Material Preview, takes no shader of more than 14 attributes: it would show none of the skin.
    """
    face = dress.new_face(person, context.collection, "Face", preferences.get(context).subdivision, plain=plain)
    face.armature.location = context.scene.cursor.location
    setting.adapt(context.scene)
    select(context, [obj for obj in face.objects if obj.get(PART) not in STRANDS])
    return face


def select(context, objects):
    """Select these objects alone and make the first one active; those that the view layer leaves out are passed over."""
    context.view_layer.update()                           # without it Blender 5 lets no object be selected that is new
    there = [obj for obj in objects if obj.name in context.view_layer.objects]
    for obj in context.selected_objects:
        obj.select_set(False)
    for obj in there:
        obj.select_set(True)
    if there:
        context.view_layer.objects.active = there[0]


class WINCE_OT_add_face(Reporting, bpy.types.Operator):
    """Add the face of a person who does not exist, rigged with FACS action units"""

    bl_idname = "wince.add_face"
    bl_label = "FACS Face"

    seed: IntProperty(name="Seed", min=0, default=0, description="Who it is: another number, another person")
    age: FloatProperty(name="Age", min=18, max=95, default=40, step=100, precision=0, description="Years; adults only")
    gender: FloatProperty(name="Gender", min=0, max=1, default=0.5, subtype="FACTOR", description="From woman (0) to man (1)")
    ancestry: EnumProperty(name="Ancestry", description="A broad, overlapping target for shape and skin",
                           items=[(ANY, "Any", "Whatever the seed draws"), *((name, name, name) for name in choices.GROUPS)])
    plain: BoolProperty(name="Plain Face", default=False, description="Without hair, clothes, wrinkles and the skin's detail: quick to add "
                                                                      "and to render")

    @classmethod
    def poll(cls, context):
        """Tell whether something can be added."""
        if context.mode != "OBJECT":
            cls.poll_message_set("Faces are added in Object Mode")
            return False
        return True

    def act(self, context):
        """Draw the person, build the face at the 3D cursor, and make it the one that is selected."""
        person = people.model().person(self._identity())
        face = put(context, person, self.plain)
        return f"Added {face.mesh_object.name}: {len(person.base)} vertices, {len(passes.TERMS)} pain terms, action units at zero"

    def _identity(self):
        groups = choices.GROUPS if self.ancestry == ANY else (self.ancestry,)
        wish = spec.People(count=1, groups=groups, fixed={"age": float(self.age), "gender": float(self.gender)})
        return demographics.sample(self.seed, 0, wish, people.model().pack)


class WINCE_OT_select_rig(OnFace, bpy.types.Operator):
    """Move, turn and scale the face by its rig"""

    bl_idname = "wince.select_rig"
    bl_label = "Select Rig"

    def act(self, context, face):
        """Select the whole face, so that a copy is whole too, and make the rig the active object."""
        if not face.armature.visible_get(view_layer=context.view_layer):
            raise WinceError(f"{face.armature.name} is hidden: show it in the Outliner first, a hidden rig cannot be selected")
        select(context, face.objects)
        return f"Selected {face.armature.name} and what hangs on it"


def _in_menu(menu, context):
    menu.layout.operator(WINCE_OT_add_face.bl_idname, icon="USER")
    menu.layout.operator("wince.add_face_from_file", icon="USER")


def register():
    """Put it into the Add menu."""
    bpy.types.VIEW3D_MT_mesh_add.append(_in_menu)


def unregister():
    """Take it out again."""
    bpy.types.VIEW3D_MT_mesh_add.remove(_in_menu)


CLASSES = (WINCE_OT_add_face, WINCE_OT_select_rig)
