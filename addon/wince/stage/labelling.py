"""Labels in an artist's scene: on one face, whatever materials it wears by now, and on nobody else.

Pass indices: the face's parts have their class numbers, and so has what it wears. What an artist has parented to the face may say that
it is hair (8), facial hair (9), clothes (10) or glasses (11), by its material's own Pass Index. Everything else in the scene is 0,
other faces too.
"""

import bpy
import numpy as np

from ..bridge import mesh, version
from ..bridge.face import SKIN
from ..bridge.nodes import set_input
from ..core.pack import EYE_PART_NAMES, PART_NAMES
from . import grown, materials, surface
from .passes import ATTRIBUTES, BROW, REGION, wanted_aovs

RECIPE_OF = {"hair": "hair", "brows": "brow_hair", "lashes": "lash_hair", "facial_hair": "beard", "clothes": "cloth", "glasses": "frame",
             "tears": "tears"}         # kind of piece: the recipe whose class an artist's own material has there
WORN = tuple(materials.CLASSES[name] for name in ("hair", "facial_hair", "clothes", "glasses"))


def only(face, outputs):
    """Put labels on a face and take them off everything else in the open file.

    face      RiggedFace whose mesh has the pack's topology and is used by nobody else
    outputs   job.outputs, which decide the AOVs
    returns   names of the parts whose material is an artist's own, sorted
    """
    pack, aovs = face.person.pack, wanted_aovs(outputs)
    _write_missing(face.mesh_object.data, pack)
    grown.write(face)
    replaced = _dress(face.mesh_object, pack.part, PART_NAMES, aovs)
    for eye in face.eyes.values():
        replaced |= _dress(eye, pack.eye_part, EYE_PART_NAMES, aovs)
    for kind, obj in face.worn.items():
        names = _names(obj, kind)
        replaced |= _dress(obj, _slots(obj), names, aovs)
    _bare_others(face)
    return sorted(replaced)


def _write_missing(data, pack):
    """Write the label attributes that an artist's tools may have dropped."""
    for name, values, domain in ((SKIN, pack.exterior, "POINT"), (ATTRIBUTES[BROW], pack.brow, "POINT"),
                                 (ATTRIBUTES[REGION], surface.region_numbers(pack.regions, pack.faces), "FACE")):
        if name not in data.attributes:
            mesh.set_attribute(data, name, values, domain)


def _dress(obj, parts, names, aovs):
    """Give every part of an object a material that says which part it is; return the parts that had another.

    parts    (F,) number of each polygon's part
    names    of the parts
    """
    slots = _slots(obj)
    replaced, meant = set(), slots.copy()
    for slot, part in sorted(set(zip(slots.tolist(), parts.tolist(), strict=True))):
        worn = obj.material_slots[slot].material if len(obj.material_slots) else None
        if not _labelled(worn, names[part], aovs):
            obj.data.materials.append(_labelled_copy(worn, names[part], aovs))
            meant[(slots == slot) & (parts == part)] = len(obj.data.materials) - 1
        if worn is None or worn.get(materials.LOOK) != names[part]:
            replaced.add(names[part])
    obj.data.polygons.foreach_set("material_index", meant)
    obj.data.update()
    return replaced


def _slots(obj):
    """Return the material slot (F,) of every polygon of an object."""
    slots = np.empty(len(obj.data.polygons), np.int32)
    obj.data.polygons.foreach_get("material_index", slots)
    return slots.clip(0, max(len(obj.material_slots) - 1, 0))


def _names(obj, kind):
    """Return the recipe of every material slot of a thing that is worn: a material's own, or that of its kind for an artist's."""
    worn = [slot.material for slot in obj.material_slots] or [None]
    own = [material.get(materials.LOOK) if material else None for material in worn]
    return [name if name in materials.RECIPES else RECIPE_OF[kind] for name in own]


def _labelled(material, part, aovs):
    """Tell whether a material is labelled for a part as `materials.build` does."""
    recipe = materials.RECIPES[part]
    if material is None or material.pass_index != materials.CLASSES[recipe.kind]:
        return False
    wanted = set(aovs) if recipe.labelled else set()
    return wanted <= _aovs(material) and (recipe.labelled or not _aovs(material))


def _labelled_copy(material, part, aovs):
    """Return a copy of a material, or a plain one for none, that is labelled for a part."""
    recipe = materials.RECIPES[part]
    own = material.copy() if material else bpy.data.materials.new(part)
    tree = own.node_tree or _plain_tree(own)
    _strip(own)
    own.pass_index = materials.CLASSES[recipe.kind]
    for aov in aovs if recipe.labelled else ():
        value, out = tree.nodes.new("ShaderNodeAttribute"), tree.nodes.new("ShaderNodeOutputAOV")
        value.attribute_name, out.aov_name = ATTRIBUTES[aov], aov
        tree.links.new(value.outputs["Fac"], out.inputs["Value"])
    return own


def _plain_tree(material):
    """Give a material without nodes the ones that show its colour, and return the tree."""
    tree = version.use_nodes(material)
    for node in tree.nodes:
        if node.type == "BSDF_PRINCIPLED":
            set_input(node, "Base Color", material.diffuse_color)
    return tree


def _aovs(material):
    """Return the names of our AOVs that a material writes."""
    return {node.aov_name for node in _aov_nodes(material)}


def _aov_nodes(material):
    nodes = material.node_tree.nodes if material.node_tree else ()
    return [node for node in nodes if node.type == "OUTPUT_AOV" and node.aov_name in ATTRIBUTES]


def _strip(material):
    """Take our AOVs off a material."""
    for node in _aov_nodes(material):
        material.node_tree.nodes.remove(node)


def _bare_others(face):
    """Take labels off everything that is not the face; a material that the face wears too becomes a bare copy where others wear it."""
    own = {slot.material for obj in face.objects for slot in obj.material_slots}
    attached = set(face.armature.children_recursive) - set(face.objects)
    worn = {slot.material for obj in attached for slot in obj.material_slots} - own
    bare = {}
    for obj in list(bpy.data.objects):
        if obj not in face.objects and (obj.library is None or obj.users_scene):     # not the linked originals of overrides
            _bare(obj, own if obj in attached else own | worn, bare)
    for material in bpy.data.materials:
        if material not in own:
            _strip(material)
            material.pass_index = material.pass_index if material in worn and material.pass_index in WORN else 0


def _bare(obj, labelled, bare):
    """Put bare copies where an object wears labelled materials.

    bare   {material: its copy}, filled here
    """
    if obj.library is not None and any(slot.material in labelled for slot in obj.material_slots):
        obj = obj.make_local()                            # slots of a linked object cannot be written
    for slot in obj.material_slots:
        if slot.material in labelled and slot.material is not None:
            if slot.material not in bare:
                bare[slot.material] = slot.material.copy()
            slot_material = bare[slot.material]
            slot.link = "OBJECT"                          # the mesh may be shared
            slot.material = slot_material
