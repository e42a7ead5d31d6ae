"""How the face looks: another look for the same person, and the quick face without any.

ID properties of the armature:
    wince_look_number  [Look.seed, number]: the number that this look was drawn by; a look that came otherwise has that of its person
    wince_look_first   JSON of the look that the face had before the first other one, so that stepping back ends there
"""

import json
from dataclasses import asdict

import bpy
from bpy.props import IntProperty

from ..core import demographics
from ..core import identity as identities
from ..core import look as looks
from ..core.errors import WinceError
from ..stage import dress, wardrobe
from .identity import OnOwnFace

NUMBER, FIRST = "wince_look_number", "wince_look_first"


def number_of(face):
    """Return the number that a face's look was drawn by: that of its person unless it was given another look."""
    who = face.person.identity
    seed, number = face.armature.get(NUMBER, (None, None))
    return number if seed == who.look.seed else who.seed


def look_of(face, number):
    """Return the Look of a number for the person of a face; by the number of its first look that one, edits and all."""
    who = face.person.identity
    drawn = demographics.another_look(who, number)
    first = looks.from_dict(json.loads(face.armature.get(FIRST, "{}")))
    return first if first.seed == drawn.seed else drawn


class WINCE_OT_another_look(OnOwnFace, bpy.types.Operator):
    """Give this person the skin detail, hair, clothes and glasses of the next number; shape, age and tone stay"""

    bl_idname = "wince.another_look"
    bl_label = "Another Look"

    step: IntProperty(name="Steps", default=1, description="How many looks further; negative goes back")

    def act(self, context, face):
        """Draw the look of another number, and wear it."""
        who, now, name = face.person.identity, number_of(face), face.mesh_object.name
        number = now + self.step
        if number < 0:
            raise WinceError(f"{name} has look {now}, and looks begin at 0: go forward instead")
        if now == who.seed:
            face.armature[FIRST] = json.dumps(asdict(who.look))
        other = look_of(face, number)
        dress.become(face, identities.edited(who, look=other))
        face.armature[NUMBER] = [other.seed, number]
        return f"{name} has look {number}: {other.hair.style.replace('_', ' ')} hair, {other.clothes.kind}"


class WINCE_OT_toggle_plain(OnOwnFace, bpy.types.Operator):
    """Leave hair, clothes, wrinkles and the skin's detail away while you pose, or bring them back; a render shows what you see"""

    bl_idname = "wince.toggle_plain"
    bl_label = "Plain Face"

    def act(self, context, face):
        """Dress or undress the face."""
        face.armature[wardrobe.PLAIN] = plain = not face.armature.get(wardrobe.PLAIN)
        dress.dress(face)
        return f"{face.mesh_object.name} {'is plain' if plain else 'wears its look'}"


CLASSES = (WINCE_OT_another_look, WINCE_OT_toggle_plain)
