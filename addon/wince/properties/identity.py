"""Sliders of who a face is. They hold nothing: they read the identity that the armature carries, and writing one reshapes the face.

    Object.wince_person         on the armature: age, gender, ancestry, skin, iris, every local axis, and the locks
    WindowManager.wince_shapes  how the panel shows them
"""

import json
from dataclasses import replace
from functools import lru_cache

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, PointerProperty, StringProperty

from ..bridge import face as faces
from ..bridge import people
from ..core import axes, demographics
from ..core import identity as identities
from ..core.errors import WinceError
from ..job import spec
from ..stage import dress

LOCKS = "wince_locks"            # ID property of the armature: what another person keeps, a JSON list
STILL = {"options": set()}       # who somebody is does not animate
SKIN = (("lightness", "Lightness", "How light the skin is, L* of CIE Lab", 25, 80),
        ("redness", "Redness", "How red the skin is, a* of CIE Lab", 5, 20),
        ("yellowness", "Yellowness", "How yellow the skin is, b* of CIE Lab", 8, 28))
REFUSED = {}                     # {session_uid of an armature: why its last change was refused}


def identity_of(bones):
    """Return the Identity of an armature object, None where it has none that can be read."""
    try:
        return people.identity(bones[faces.IDENTITY]) if faces.IDENTITY in bones else None
    except WinceError:
        return None


def trouble(face):
    """Return why a face cannot be reshaped, or the last change was refused, a sentence; "" when all is well."""
    try:
        people.identity(face.armature[faces.IDENTITY])
    except WinceError as error:
        return str(error)
    return face.fixed or REFUSED.get(face.armature.session_uid, "")


def locks_of(bones):
    """Return what another person keeps, frozenset of names as `core.axes` explains them."""
    return _parsed(bones.get(LOCKS, "[]"))


def set_lock(bones, name, on):
    """Lock or unlock one fact, axis or group of a face."""
    locks = locks_of(bones) | {name} if on else locks_of(bones) - {name}
    bones[LOCKS] = json.dumps(sorted(locks))


def drawn(who, seed, locks):
    """Draw the person of a seed, keeping what is locked.

    who      Identity now
    locks    names, see `core.axes`
    returns  Identity
    """
    groups = (who.group,) if "ancestry" in locks and who.group in spec.GROUPS else spec.GROUPS
    pack = people.model_for(who.pack_hash).pack
    other = demographics.sample(seed, who.number, spec.People(count=1, groups=groups), pack)
    return identities.keep(who, other, axes.facts(locks), axes.names(locks))


def change(bones, edit):
    """Reshape a face live: `edit(identity)` returns the one it shall be. What is refused changes nothing, see `trouble`."""
    face, who = faces.of(bones), identity_of(bones)
    if face is None or who is None:
        return
    REFUSED.pop(bones.session_uid, None)
    try:
        other = edit(who)
        if replace(other, id=who.id, cell=who.cell, group=who.group) != who:
            dress.become(face, other)
    except WinceError as error:
        if not face.fixed:
            REFUSED[bones.session_uid] = str(error)


def name_of(axis):
    """Return the slider's name for an axis of the pack, with or without its side: "eye-bag.L" -> "eye_bag_L"."""
    return axis.translate(str.maketrans("-:.", "___"))


@lru_cache(maxsize=16)
def _parsed(text):
    try:
        return frozenset(map(str, json.loads(text)))
    except (TypeError, ValueError):                       # an artist's own ID property of that name: nothing is locked
        return frozenset()


def _slider(label, tip, read, edit, low, high, **how):
    """Make a slider of the Identity: `read(identity)` -> number, `edit(identity, number)` -> Identity."""
    def get(self):
        who = identity_of(self.id_data)
        return low if who is None else read(who)

    def write(self, value):
        change(self.id_data, lambda who: edit(who, value))
    return FloatProperty(name=label, description=tip, min=low, max=high, get=get, set=write, **(STILL | {"precision": 2, "step": 1} | how))


def _age():
    return _slider("Age", "Years; adults only. Signs of age come by themselves", lambda who: who.age,
                   lambda who, value: identities.edited(who, age=round(value, 1)), *identities.AGE_RANGE, default=40, precision=0, step=100)


def _gender():
    return _slider("Gender", "From woman (0) to man (1)", lambda who: who.gender,
                   lambda who, value: identities.edited(who, gender=round(value, 3)), 0, 1, default=0.5, subtype="FACTOR")


def _pole(pole):
    label = f"Pole {pole[-1].upper()}"
    return _slider(label, "Weight of one of the face model's three ancestry poles; the others make room, together they are 1",
                   lambda who: who.ancestry[pole],
                   lambda who, value: identities.edited(who, ancestry=identities.with_pole(who.ancestry, pole, value)), 0, 1,
                   default=1 / 3, subtype="FACTOR")


def _skin(place, label, tip, low, high):
    def edit(who, value):
        lab = list(who.skin_lab)
        lab[place] = round(value, 2)
        return identities.edited(who, skin_lab=tuple(lab))
    default = identities.Identity.skin_lab[place]
    return _slider(label, tip, lambda who: who.skin_lab[place], edit, low, high, precision=1, step=50, default=default)


def _shape(axis, sides, tip):
    """Make the slider of a local axis: of one side, or of all by their mean, which keeps how they differ."""
    def read(who):
        return sum(who.shapes.get(side, 0.0) for side in sides) / len(sides)

    def edit(who, value):
        shift = value - read(who)
        moved = {side: who.shapes.get(side, 0.0) + shift for side in sides}
        return identities.with_shapes(who, {side: round(min(max(new, axis.low), axis.high), 4) for side, new in moved.items()})
    return _slider(axis.label, tip, read, edit, axis.low, axis.high, subtype="FACTOR")


def _iris():
    def get(self):
        who = identity_of(self.id_data)
        return identities.IRISES.index(who.iris) if who else 0

    def write(self, value):
        change(self.id_data, lambda who: identities.edited(who, iris=identities.IRISES[value]))
    items = [(name, name.replace("_", " ").title(), f"Eyes of this colour: {name.replace('_', ' ')}") for name in identities.IRISES]
    return EnumProperty(name="Eye Colour", description="Colour of the iris", items=items, get=get, set=write, **STILL)


def _seed():
    def get(self):
        who = identity_of(self.id_data)
        return who.seed if who else 0

    def write(self, value):
        change(self.id_data, lambda who: drawn(who, value, locks_of(self.id_data)))
    tip = "Who it is: another number, another person. What is locked stays"
    return IntProperty(name="Seed", description=tip, min=0, get=get, set=write, **STILL)


def _lock(name, label):
    def get(self):
        return name in locks_of(self.id_data)

    def write(self, value):
        set_lock(self.id_data, name, value)
    return BoolProperty(name=f"Lock {label}", description=f"Another person keeps this: {label.lower()}", get=get, set=write, **STILL)


def _facts():
    yield from (("age", _age()), ("gender", _gender()), ("iris", _iris()), ("seed", _seed()))
    yield from ((pole, _pole(pole)) for pole in identities.POLES)
    yield from ((f"skin_{name}", _skin(place, label, tip, low, high)) for place, (name, label, tip, low, high) in enumerate(SKIN))
    labels = {"age": "Age", "gender": "Gender", "ancestry": "Ancestry", "skin": "Skin", "iris": "Eye Colour", "look": "Look"}
    yield from ((f"lock_{fact}", _lock(fact, labels[fact])) for fact in axes.FACTS)


def _shapes():
    for group in axes.groups():
        yield f"lock_{group.key}", _lock(group.key, f"All of {group.label}")
        for axis in group.axes:
            yield name_of(axis.name), _shape(axis, axis.sides, f"{axis.more[0].upper()}{axis.more[1:]}")
            yield f"lock_{name_of(axis.name)}", _lock(axis.name, axis.label)
            if len(axis.sides) > 1:
                for side, word in zip(axis.sides, ("left", "right"), strict=True):
                    yield name_of(side), _shape(axis, (side,), f"The face's {word} side: {axis.more}")


class WinceShapes(bpy.types.PropertyGroup):
    """How the panel of identity shows its sliders."""

    search: StringProperty(name="Search", description="Show the sliders whose name or effect has these letters, whatever their group",
                           options={"TEXTEDIT_UPDATE"})
    apart: BoolProperty(name="Left and Right Apart", description="Show a slider for each side of the face instead of one for both")


def register():
    """Make the sliders of a person, one per row of the table, and put both groups where they belong."""
    annotations = dict(_facts()) | dict(_shapes())
    person = type("WincePerson", (bpy.types.PropertyGroup,), {"__annotations__": annotations, "__doc__": "Who a face is."})
    bpy.utils.register_class(person)
    bpy.types.Object.wince_person = PointerProperty(type=person, name="Person", description="Who the face of this rig is")
    bpy.types.WindowManager.wince_shapes = PointerProperty(type=WinceShapes, name="Shapes", description="How the shape sliders are shown")


def unregister():
    """Take both back."""
    del bpy.types.Object.wince_person, bpy.types.WindowManager.wince_shapes
    bpy.utils.unregister_class(bpy.types.PropertyGroup.bl_rna_get_subclass_py("WincePerson"))
    REFUSED.clear()


CLASSES = (WinceShapes,)
