"""A rigged face and its looks: materials in their slots, colours on its vertices."""

import numpy as np

from ..bridge import copies, gaze, heat, mesh, people, wrinkles
from ..bridge import face as bridge
from ..core import colour
from ..core.pack import EYE_PART_NAMES, PART_NAMES
from ..core.skin import areas
from . import complexion, grown, materials, painting, surface, wardrobe
from .passes import ATTRIBUTES, REGION


def new_face(person, collection=None, name="Face", subdivision=1, outputs=(), subsurface=True, plain=False):
    """Build a person's face in the open file, dressed and painted; must run in Object Mode.

    outputs, subsurface   as `materials.build` takes them; the other arguments as `bridge.face.build`
    plain                 leave out what it wears, wrinkles and the skin's detail: quick
    returns               RiggedFace, with materials of its own
    """
    face = bridge.build(person, collection, name, subdivision)
    face.armature[wardrobe.PLAIN] = plain
    own = materials.build(outputs, subsurface, (*PART_NAMES, *EYE_PART_NAMES))
    _wear(face.mesh_object, PART_NAMES, own)
    for eye in face.eyes.values():
        _wear(eye, EYE_PART_NAMES, own)
    pack, data = person.pack, face.mesh_object.data
    mesh.set_attribute(data, materials.BROW, pack.brow)
    for name, vectors in ((materials.SHEEN, areas.sheen(pack)), (materials.GRAIN, areas.grain(pack)), (materials.FINE, areas.fine(pack)),
                          (materials.PLACE, pack.base)):
        mesh.set_vectors(data, name, vectors)
    mesh.set_attribute(data, ATTRIBUTES[REGION], surface.region_numbers(pack.regions, pack.faces), "FACE")
    dress(face)
    return face


def become(face, identity):
    """Make a face another person: shapes, eyes, colours, the heat overlay and the gaze; what an artist has changed by hand stays.

    identity   core.identity.Identity
    raises     WinceError when its pack is not here, or the mesh's topology was changed
    """
    text = identity.json()
    face.set_person(people.person(text), text)
    copies.part_materials(face, worn_by(face).values())
    dress(face)
    heat.refresh(face)
    gaze.refresh(face)


def dress(face):
    """Give a face the look of its person, or a plain one: what it wears, then its colours."""
    wardrobe.wear(face)
    grown.write(face)
    plain = face.armature.get(wardrobe.PLAIN, False)
    (wrinkles.take_off if plain else wrinkles.wear)(face)
    materials.relief.wear(worn_by(face), None if plain else wrinkles.picture(face.person.pack))
    materials.skin.wear(worn_by(face), not plain)
    paint(face)


def paint(face):
    """Colour skin, brows, lashes and eyes for the face's person; materials that an artist has put in their place stay as they are."""
    who, worn = face.person.identity, worn_by(face)
    if face.armature.get(wardrobe.PLAIN):
        painting.take_off(worn)
        mesh.set_colour(face.mesh_object.data, materials.ALBEDO, complexion.albedo(who.skin_lab, face.person.pack))
    else:
        painting.wear(worn, face.person, f"{face.mesh_object.name} Skin")
    materials.tint(worn, face.person)
    brow, iris = colour.from_lab(complexion.brow_lab(who.skin_lab, who.age)), complexion.IRIS[who.iris]
    materials.show_in_solid(worn, colour.from_lab(who.skin_lab), brow, iris)


def skin_facts(face):
    """Return the facts of the skin that a face shows, by whoever it was painted, see `core.skin.tone.facts`."""
    facts = painting.measured(worn_by(face), face.person)
    if facts is not None:
        return facts
    pack, data = face.person.pack, face.mesh_object.data
    known = materials.ALBEDO in data.attributes
    rgb = mesh.get_colour(data, materials.ALBEDO) if known else complexion.albedo(face.person.identity.skin_lab, pack)
    return complexion.measured(rgb, pack)


def worn_by(face):
    """Return {name of materials.RECIPES: material} of the face's own materials, those that an artist has replaced left out."""
    things = [(face.mesh_object, PART_NAMES), *((eye, EYE_PART_NAMES) for eye in face.eyes.values())]
    pairs = [pair for thing, names in things for pair in zip(names, thing.data.materials, strict=False)]
    own = {name: material for name, material in pairs if material is not None and material.get(materials.LOOK) == name}
    return own | wardrobe.materials_of(face)


def landmark_uv(pack):
    """Return the surface coordinates (68, 2) of the landmarks."""
    corners = pack.uv[pack.uv_faces[pack.landmark_faces]]
    return np.einsum("nk,nkc->nc", pack.landmark_weights, corners)


def _wear(thing, names, own):
    """Fill an object's material slots, in order."""
    for name in names:
        thing.data.materials.append(own[name])
