"""What a face wears, as other programs take it: card meshes in one colour, skinned to the bones, with the face's own morph targets.

Strands are thinned to what real-time renderers hold, and widened so that they cover as much: brows, of which each hair is seen, are drawn
with fewer points first. Scalp hair is shaded as the tufts that it is
part of, as in our own materials: by normals of its own.
"""

import bpy
import numpy as np

from ..bridge import follow, mesh, version
from ..bridge.nodes import grow, set_input
from ..core import colour
from ..core.worn import binding, melanin
from ..core.worn import strands as ribbons
from ..core.worn.hair import NORMAL, STRAND
from . import materials
from .materials import strands
from .wardrobe import materials_of

LEFT = ("tears",)                      # kinds that other programs do not show: a film of water
POINTS = {"hair": 90_000, "facial_hair": 12_000, "brows": 8_000, "lashes": 4_000}         # most vertices of a kind
ALONG = {"brows": (0.0, 0.4, 1.0)}     # where along a strand the points are that stay, of kinds whose strands are drawn with fewer
LENS_ALPHA, LENS = 0.06, (0.05, 0.05, 0.05)      # light glass would lie over the eyes as a haze
SURFACE = {"surface": ("ShaderNodeBsdfPrincipled", {}), "output": ("ShaderNodeOutputMaterial", {})}
LINKS = [("surface", "BSDF", "output", "Surface")]


def copies(face, neutral, targets, bones, collection, name_of):
    """Make the plain copies of what a face wears.

    face        RiggedFace
    neutral     (V, 3) the face's mesh at rest, metres
    targets     {name: (V, 3) displacement at 1, metres}
    bones       armature object that they are skinned to
    collection  where to put them
    name_of     function: object -> its name in the file
    """
    plain = {}
    for kind, source in face.worn.items():
        if kind in LEFT or not len(source.data.polygons):
            continue
        cards = _Cards(source.data, POINTS.get(kind), ALONG.get(kind))
        obj = bpy.data.objects.new(name_of(source), _mesh(name_of(source), source.data, cards))
        collection.objects.link(obj)
        _dress(obj, face, source, plain)
        _hang(obj, face, source, cards, bones)
        if follow.modifier_of(source) is not None:
            _follow(obj, cards, neutral, targets)


class _Cards:
    """The arrays of a worn mesh, thinned: keep (N,) vertices of the source, points, faces, uv, slots, tied (Binding or None)."""

    def __init__(self, data, most, stay=None):
        points, faces, uv, slots = mesh.geometry(data)
        if stay:
            faces, uv = _drawn_with(len(points), faces, stay)
            slots = np.zeros(len(faces), slots.dtype)
        keep, widen = _kept(data, np.unique(faces) if stay else np.arange(len(points)), most)
        place = np.full(len(points), -1)
        place[keep] = np.arange(len(keep))
        whole = (place[faces] >= 0).all(axis=1)
        self.keep, self.points, self.faces = keep, points[keep].astype(float), place[faces[whole]]
        self.uv, self.slots = uv[whole], slots[whole]
        self.tied = follow.read(data)
        if self.tied is not None:
            self.tied = binding.Binding(self.tied.corners[keep], _widened(self.tied.local[keep], widen))
        self.points = _widened(self.points, widen)
        self.normals = mesh.get_vectors(data, NORMAL)[keep] if NORMAL in data.attributes else None
        if self.normals is not None:
            self._face_out()

    def _face_out(self):
        """Turn ribbons to the side that their tuft faces: seen from behind, a glTF renderer turns normals round."""
        a, b, _, d = (self.points[corner] for corner in self.faces.T)
        towards = np.cross(b - a, d - a)
        away = np.einsum("fc,fc->f", towards, self.normals[self.faces].sum(axis=1)) < 0
        away &= self.faces[:, 3] != self.faces[:, 2]
        self.faces[away], self.uv[away] = self.faces[away, ::-1], self.uv[away, ::-1]


def _drawn_with(points, faces, stay):
    """Return faces (F, 4) and uv (F, 4, 2) of ribbons that have `points` points and these faces, drawn between some of their points alone,
    `stay` 0 root .. 1 tip."""
    count = points // 2 - len(faces)
    steps = points // (2 * count)
    at = np.rint(np.array(stay) * (steps - 1)).astype(int)
    kept = (2 * (np.arange(count)[:, None] * steps + at)).ravel()
    places = np.stack([kept, kept + 1], axis=-1).ravel()
    quads, uv = ribbons.flat(count, len(at))
    uv[:, 1] = np.tile(np.repeat(at / (steps - 1), 2), count)
    return places[quads], uv[quads]


def _kept(data, able, most):
    """Return the vertices (N,) of the strands that stay of those that may, `able` (M,), and by how much they are widened: 1 for what is no
    strand or few enough."""
    if most is None or len(able) <= most or STRAND not in data.attributes:
        return able, 1.0
    strand = mesh.get_attribute(data, STRAND)
    number = np.concatenate([[0], np.cumsum(np.diff(strand) != 0)])
    every = int(np.ceil(len(able) / most))
    return able[number[able] % every == 0], float(every) ** 0.7


def _widened(points, by):
    """Return ribbons' points (N, 3), which come in pairs, drawn apart."""
    if by == 1.0:
        return points
    pairs = points.reshape(-1, 2, 3)
    middle = pairs.mean(axis=1, keepdims=True)
    return (middle + by * (pairs - middle)).reshape(-1, 3)


def _mesh(name, source, cards):
    uv_faces = np.arange(cards.faces.size).reshape(cards.faces.shape)
    data = mesh.new(name, cards.points, cards.faces, cards.uv.reshape(-1, 2), uv_faces, cards.slots)
    for material in source.materials:
        data.materials.append(material)
    if cards.normals is not None:
        data.normals_split_custom_set_from_vertices(cards.normals.tolist())
    return data


def _dress(obj, face, source, plain):
    """Put plain materials in the place of ours, one for all that wear it; `plain` {name: material} is filled."""
    own = materials_of(face)
    for slot, worn in enumerate(source.data.materials):
        name = worn.get(materials.LOOK) if worn else None
        if name in own:
            if name not in plain:
                plain[name] = _plain(name, colour_of(face.person.identity, name))
            obj.data.materials[slot] = plain[name]


def colour_of(who, name):
    """Return the one linear colour (3,) that a worn material of an identity has, name of stage.materials.RECIPES."""
    if name in melanin.PACES:
        return strands.lash_rgb(who) if name == "lash_hair" else melanin.mean_rgb(who, name)
    given = {"cloth": who.look.clothes.colour, "frame": who.look.glasses.colour}
    if name == "lens":
        return LENS
    fixed = materials.RECIPES[name].rgb
    return colour.decode(given[name]) if name in given else (fixed or (0.8, 0.8, 0.8))


def _plain(name, rgb):
    material = bpy.data.materials.new(name)
    nodes = grow(version.use_nodes(material), SURFACE, LINKS)
    set_input(nodes["surface"], "Base Color", (*map(float, rgb), 1.0))
    set_input(nodes["surface"], "Roughness", materials.RECIPES[name].roughness)
    if name == "lens":
        set_input(nodes["surface"], "Alpha", LENS_ALPHA)
    return material


def _hang(obj, face, source, cards, bones):
    """Skin a copy to the bones: what follows the head to `head`, what follows the skin as its skin is."""
    obj.parent = bones
    skin = obj.modifiers.new("Armature", "ARMATURE")
    skin.object = bones
    held = np.zeros((len(cards.points), 2))
    held[:, 1] = 1.0
    if follow.modifier_of(source) is not None:
        held = face.person.pack.head_weight.astype(float)[cards.tied.corners].mean(axis=1)
    for bone, weights in {"root": 1 - held.sum(axis=1), "neck": held[:, 0], "head": held[:, 1]}.items():
        group, steps = obj.vertex_groups.new(name=bone), np.rint(weights * 255)
        for step in np.unique(steps[steps > 0]):
            group.add(np.flatnonzero(steps == step).tolist(), float(step / 255), "REPLACE")


def _follow(obj, cards, neutral, targets):
    """Put a copy on the mesh that is exported, which is not subdivided, and give it the face's targets."""
    place = binding.place(cards.tied, neutral)
    mesh.set_positions(obj.data, place)
    obj.shape_key_add(name="Basis", from_mix=False)
    for name, delta in targets.items():
        block = obj.shape_key_add(name=name, from_mix=False)
        block.value = 0.0                                 # from 5.0 on a new key stands at 1
        mesh.set_key(block, binding.place(cards.tied, neutral + delta))
