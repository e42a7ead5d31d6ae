"""Who the face is: another person, locks, save and load."""

from pathlib import Path

import bpy
from bpy.props import IntProperty, StringProperty
from bpy_extras.io_utils import ExportHelper, ImportHelper

from .. import preferences
from ..bridge import face as faces
from ..bridge import people
from ..core import axes
from ..core import identity as identities
from ..core.errors import WinceError
from ..job import disk
from ..properties.identity import LOCKS, drawn, locks_of
from ..stage import dress
from . import add
from .base import OnFace, Reporting


class OnOwnFace(OnFace):
    """An operator that reshapes the active face; greyed out with a sentence where that cannot be done."""

    @classmethod
    def poll(cls, context):
        """Tell whether there is a face that can be reshaped."""
        if not super().poll(context):
            return False
        if sentence := faces.active(context).fixed:
            cls.poll_message_set(sentence)
        return not sentence


class Stepping(OnOwnFace):
    """Becomes the person some seeds away, keeping what is locked."""

    def act(self, context, face):
        """Draw that person, and reshape the face."""
        who, locks = face.person.identity, locks_of(face.armature)
        seed = who.seed + self.step
        if seed < 0:
            raise WinceError(f"{face.mesh_object.name} is the person of seed {who.seed}, and seeds begin at 0: go forward instead")
        other = drawn(who, seed, locks)
        dress.become(face, other)
        kept = f", {len(locks)} locked kept" if locks else ""
        return f"{face.mesh_object.name} is the person of seed {seed}: {other.age:.0f} years, gender {other.gender:.2f}{kept}"


class WINCE_OT_another_person(Stepping, bpy.types.Operator):
    """Become the person of the next seed; what is locked stays"""

    bl_idname = "wince.another_person"
    bl_label = "Another Person"

    step: IntProperty(name="Steps", default=1, description="How many seeds further")


class WINCE_OT_previous_person(Stepping, bpy.types.Operator):
    """Become the person of the seed before; what is locked stays"""

    bl_idname = "wince.previous_person"
    bl_label = "Previous Person"

    step: IntProperty(name="Steps", default=-1, description="How many seeds further; negative goes back")


class WINCE_OT_average_shape(OnOwnFace, bpy.types.Operator):
    """Set local shapes to the average face; age, gender and ancestry stay, and what is locked"""

    bl_idname = "wince.average_shape"
    bl_label = "Average Shape"

    group: StringProperty(name="Group", description="Which group of sliders, such as nose; empty: all of them")

    def act(self, context, face):
        """Set the axes to zero that are neither locked nor of another group."""
        held = axes.names(locks_of(face.armature))
        chosen = [group for group in axes.groups() if self.group in ("", group.key)]
        if not chosen:
            raise WinceError(f"there is no group {self.group!r}: known are {', '.join(group.key for group in axes.groups())}")
        names = [side for group in chosen for axis in group.axes for side in axis.sides if side not in held]
        dress.become(face, identities.with_shapes(face.person.identity, dict.fromkeys(names, 0.0)))
        return f"{len(names)} shapes of {face.mesh_object.name} are average"


class WINCE_OT_unlock_all(OnFace, bpy.types.Operator):
    """Unlock everything, so that another person is another in all respects"""

    bl_idname = "wince.unlock_all"
    bl_label = "Unlock All"

    def act(self, context, face):
        """Forget the locks."""
        count = len(locks_of(face.armature))
        face.armature[LOCKS] = "[]"
        return f"{count} locks opened"


class WINCE_OT_save_identity(OnFace, ExportHelper, bpy.types.Operator):
    """Save who this face is as a JSON file, which Load Identity and wince render read"""

    bl_idname = "wince.save_identity"
    bl_label = "Save Identity"
    bl_options = {"REGISTER"}                             # noqa: RUF012 -- as Blender writes it
    filename_ext = ".json"

    filter_glob: StringProperty(default="*.json", options={"HIDDEN"}, description="Which files are shown")

    def invoke(self, context, event):
        """Begin in the artist's own folder of people."""
        self.filepath = str(_library(context) / f"{faces.active(context).mesh_object.name}.json")
        return super().invoke(context, event)

    def act(self, context, face):
        """Write the file."""
        path = Path(bpy.path.abspath(self.filepath))
        disk.write(path, face.person.identity.json().encode())
        return f"Saved who {face.mesh_object.name} is to {path}"


class WINCE_OT_load_identity(OnOwnFace, ImportHelper, bpy.types.Operator):
    """Become the person of a JSON file; expression, materials, sculpts and own shape keys stay"""

    bl_idname = "wince.load_identity"
    bl_label = "Load Identity"
    filename_ext = ".json"

    filter_glob: StringProperty(default="*.json", options={"HIDDEN"}, description="Which files are shown")

    def invoke(self, context, event):
        """Begin in the artist's own folder of people."""
        self.filepath = _start(context)
        return super().invoke(context, event)

    def act(self, context, face):
        """Read the file, and reshape the face."""
        who = identities.read(bpy.path.abspath(self.filepath))
        dress.become(face, who)
        return f"{face.mesh_object.name} is {who.id}"


class WINCE_OT_add_face_from_file(Reporting, ImportHelper, bpy.types.Operator):
    """Add the face of the person of a JSON file, rigged with FACS action units"""

    bl_idname = "wince.add_face_from_file"
    bl_label = "FACS Face from JSON"
    filename_ext = ".json"

    filter_glob: StringProperty(default="*.json", options={"HIDDEN"}, description="Which files are shown")

    @classmethod
    def poll(cls, context):
        """Tell whether something can be added."""
        return add.WINCE_OT_add_face.poll(context)

    def invoke(self, context, event):
        """Begin in the artist's own folder of people."""
        self.filepath = _start(context)
        return super().invoke(context, event)

    def act(self, context):
        """Read the file, and build the face at the 3D cursor."""
        who = identities.read(bpy.path.abspath(self.filepath))
        face = add.put(context, people.person(who.json()))
        return f"Added {face.mesh_object.name}: {who.id}"


def _library(context):
    """Return the artist's own folder of people; while it is not there, the one of the file."""
    folder = preferences.library(context, "people")
    return folder if folder.is_dir() or not bpy.data.filepath else Path(bpy.data.filepath).parent


def _start(context):
    return f"{_library(context)}/"


CLASSES = (WINCE_OT_another_person, WINCE_OT_previous_person, WINCE_OT_average_shape, WINCE_OT_unlock_all, WINCE_OT_save_identity,
           WINCE_OT_load_identity, WINCE_OT_add_face_from_file)
