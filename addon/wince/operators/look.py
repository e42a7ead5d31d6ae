"""How the face looks: another look for the same person, and the quick face without any."""

import bpy
from bpy.props import IntProperty

from ..core import identity as identities
from ..properties.identity import drawn
from ..stage import dress, wardrobe
from .identity import OnOwnFace


class WINCE_OT_another_look(OnOwnFace, bpy.types.Operator):
    """Give this person the skin detail, hair, clothes and glasses of the next seed; shape, age and tone stay"""

    bl_idname = "wince.another_look"
    bl_label = "Another Look"

    step: IntProperty(name="Steps", default=1, description="How many looks further")

    def act(self, context, face):
        """Draw the look of another seed, and wear it."""
        who = face.person.identity
        seed = max(0, who.look.seed + self.step)
        other = drawn(who, seed, ()).look
        dress.become(face, identities.edited(who, look=other))
        return f"{face.mesh_object.name} has the look of seed {seed}: {other.hair.style.replace('_', ' ')} hair, {other.clothes.kind}"


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
