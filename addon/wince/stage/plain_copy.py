"""A face as other programs take it: plain materials, one texture, morph targets by name, no drivers, no Geometry Nodes.

GLB and FBX know no shader nodes: the skin with its brows becomes a texture on the pack's atlas, the eyes get a
small one of their own; all else is one colour per part.
What the face wears goes along as cards, see `plain_worn`.
"""

from contextlib import contextmanager

import bpy
import numpy as np
from mathutils import Matrix

from ..bridge import face as faces
from ..bridge import mesh, pictures, version
from ..bridge.nodes import grow, set_input
from ..core import atlas, colour
from ..core.facs.table import SIDES
from ..core.pack import EYE_PART_NAMES, PART_NAMES
from . import complexion, dress, eye_texture, materials, painting, plain_worn

NAME = "wince export"
KINDS = ("objects", "armatures", "meshes", "shape_keys", "materials", "actions", "images")
SIZE, GUTTER = 1024, 6                 # texels of the skin's texture, and how far it is grown over its edges
TEXTURED = ("skin", "brows", "mouth", "socket", *EYE_PART_NAMES)         # parts that show a texture, the face's or the eyes'

SURFACE = {"surface": ("ShaderNodeBsdfPrincipled", {}), "output": ("ShaderNodeOutputMaterial", {})}
LINKS = [("surface", "BSDF", "output", "Surface")]
TEXTURE, TEXTURE_LINKS = {"texture": ("ShaderNodeTexImage", {})}, [("texture", "Color", "surface", "Base Color")]


@contextmanager
def copy_of(face, targets, scene):
    """Put a plain copy of a face into a scene for the length of a `with`, and take all of it away again.

    face      RiggedFace
    targets   {name: (V, 3) displacement at 1, metres}, the only shape keys that the copy has
    returns   (name of the collection that holds it, mesh object of the copy)
    raises    WinceError when the mesh has lost its shape keys, or has other vertices than its pack
    """
    check(face)
    before = {kind: set(getattr(bpy.data, kind)) for kind in KINDS}
    names = {block: block.name for obj in face.objects for block in (obj, obj.data) if block.library is None}
    collection = bpy.data.collections.new(NAME)
    scene.collection.children.link(collection)
    try:
        for block, name in names.items():                 # the copy's objects go by these names, in the file that is written
            block.name = f"{NAME} {name}"
        yield collection.name, _copy(face, targets, collection)
    finally:
        bpy.data.collections.remove(collection)
        bpy.data.batch_remove([block for kind, old in before.items() for block in getattr(bpy.data, kind) if block not in old])
        for block, name in names.items():
            block.name = name


def check(face):
    """Refuse a face whose mesh can get no morph targets: its shape keys are gone, or its vertices are not those of its pack."""
    faces.check_mesh(face.mesh_object, face.person, "be exported; subdivide by a modifier")


def _copy(face, targets, collection):
    """Make the copy's objects in a collection; return the mesh object."""
    bones = _bones(face.armature, collection)
    skin = _skin(face, targets, bones, collection)
    image = _image(f"{_plain_name(face.mesh_object)} Eyes", eye_texture.picture(face.person))
    for side in SIDES:
        if side in face.eyes:
            _eye(face, side, bones, collection, image)
    neutral = mesh.get_key(face.mesh_object.data.shape_keys.key_blocks[0])
    plain_worn.copies(face, neutral.astype(float), targets, bones, collection, _plain_name)
    return skin


def _bones(armature, collection):
    """Copy the armature in its rest pose, without drivers and AU values."""
    bones = _twin(armature, collection)
    bones.animation_data_clear()
    for key in [key for key in bones.keys() if key.startswith("wince")]:
        del bones[key]
    for bone in bones.pose.bones:
        bone.matrix_basis = Matrix()
        for key in list(bone.keys()):
            del bone[key]
    return bones


def _twin(obj, collection):
    """Copy an object and its data under the names that they have when nothing is exported."""
    twin = _own(obj)
    twin.data = _own(obj.data)
    twin.name, twin.data.name = _plain_name(obj), _plain_name(obj.data)
    collection.objects.link(twin)
    return twin


def _own(block):
    """Copy a datablock; the copy of a library override would be one too, and keep its modifiers and constraints."""
    copy = block.copy()
    if copy.override_library:
        copy.make_local()
    return copy


def _plain_name(block):
    return block.name.removeprefix(f"{NAME} ")


def _skin(face, targets, bones, collection):
    """Copy the mesh with its present neutral, sculpts included, and these targets."""
    source = face.mesh_object
    obj = _twin(source, collection)
    obj.shape_key_clear()
    obj.parent = bones
    for modifier in [m for m in obj.modifiers if m.type != "ARMATURE"]:
        obj.modifiers.remove(modifier)
    obj.modifiers[0].object = bones
    neutral = mesh.get_key(source.data.shape_keys.key_blocks[0])
    mesh.set_positions(obj.data, neutral)
    _add_targets(obj, neutral, targets)
    _colour(face, obj)
    return obj


def _add_targets(obj, neutral, targets):
    obj.shape_key_add(name="Basis", from_mix=False)
    for name, delta in targets.items():
        block = obj.shape_key_add(name=name, from_mix=False)
        block.value = 0.0                                 # from 5.0 on a new key stands at 1
        mesh.set_key(block, neutral + delta)


def _eye(face, side, bones, collection, image):
    """Copy an eye, hung on its own bone: other programs turn bones, and know no constraint."""
    source = face.eyes[side]
    obj = _twin(source, collection)
    obj.constraints.clear()
    bone = bones.data.bones[f"eye.{side}"]
    obj.parent, obj.parent_bone = bones, bone.name
    obj.matrix_parent_inverse = (bone.matrix_local @ Matrix.Translation((0, bone.length, 0))).inverted()
    _replace(obj.data, EYE_PART_NAMES, dress.worn_by(face), image)


def _colour(face, obj):
    """Give the copy plain materials, an artist's own left alone."""
    for name in [a.name for a in obj.data.color_attributes]:
        obj.data.color_attributes.remove(obj.data.color_attributes[name])
    _replace(obj.data, PART_NAMES, dress.worn_by(face),
             _image(f"{_plain_name(face.mesh_object)} Skin", skin_texture(face, SIZE)))


def skin_texture(face, size):
    """Return the skin that a face shows as a picture on the atlas, (S, S, 3) sRGB 0..1, row 0 at v = 0: as painted, in the painting's size.

    size   of a plain face's, which has no painted skin; its brows are drawn on
    """
    painted = painting.picture_of(dress.worn_by(face))
    if painted is not None and len(painted.pixels):
        shown = pictures.read(painted)
        return colour.encode(shown) if painted.is_float else shown
    return _plain_texture(face.person, size)


def _plain_texture(person, size):
    """Return a plain face's vertex colours with brows as a picture."""
    who, pack = person.identity, person.pack
    found = atlas.texels(pack.faces, pack.uv, pack.uv_faces, size)
    skin = found.picture(complexion.albedo(who.skin_lab, pack))
    cover = complexion.brow_cover(found.picture(np.asarray(pack.brow, float)[:, None])) * found.covered()[..., None]
    brows = colour.from_lab(complexion.brow_lab(who.skin_lab, who.age))
    return colour.encode(atlas.padded(skin + cover * (brows - skin), found.covered(), GUTTER))


def _image(name, rgb):
    """Make an image of display colours (S, S, 3), packed."""
    image = bpy.data.images.new(name, *rgb.shape[:2])
    rgba = np.ones((*rgb.shape[:2], 4), np.float32)
    rgba[..., :3] = rgb
    image.pixels.foreach_set(rgba.ravel())
    image.pack()
    return image


def _replace(data, names, worn, image):
    """Put plain materials in the place of ours, slot by slot."""
    for slot, name in enumerate(names):
        if name in worn and data.materials[slot] == worn[name]:
            textured = image if name in TEXTURED else None
            data.materials[slot] = _plain(name, materials.RECIPES[name].rgb, textured)


def _plain(name, rgb, image):
    """Make one plain material, for what other programs read of it: colour or texture, roughness, how far one sees through."""
    material = bpy.data.materials.new(name)
    nodes = grow(version.use_nodes(material), SURFACE | (TEXTURE if image else {}), LINKS + (TEXTURE_LINKS if image else []))
    if image:
        nodes["texture"].image = image
    else:
        set_input(nodes["surface"], "Base Color", (*rgb, 1.0))
    set_input(nodes["surface"], "Roughness", materials.RECIPES[name].roughness)
    return material
