"""The painted skin of a face: its albedo picture as a Blender image in the skin's materials, made anew only when it would be another.

The picture is ours while it says so; one that an artist, or a painter of textures, has put into the node "picture" stays, and is measured.
"""

import hashlib
import json

import bpy
import numpy as np

from ..bridge import pictures
from ..core import colour
from ..core.errors import WinceError
from ..core.skin import mottle, pores
from ..core.skin import paint as skin
from .materials.skin import MOTTLE, PICTURE, PORES

PAINTED = "wince_skin"                 # ID property of an image: what it was painted by
SHARED = "wince_shared"                # ID property of an image that all skins share: which, of what version
PROVENANCE = "wince_texture"           # ID property of an image that came from a painter: what a record says of it, as JSON
WEARERS = ("skin", "brows")
FINE = 1 << 14                         # steps of the table of display values


def wear(materials, person, name):
    """Give a face's materials its painted skin and the pores.

    materials   {name of RECIPES: bpy material}; one that is not there, or has lost the node, is passed over
    person      core.face.Person
    name        of a new image
    """
    nodes = nodes_of(materials, PICTURE)
    wanted = hashlib.sha256(skin.key(person).encode()).hexdigest()
    stale = [node for node in nodes if node.image is None or node.image.get(PAINTED, wanted) != wanted]
    if stale:
        gone, fresh = {node.image for node in stale}, new_picture(person, name)
        fresh[PAINTED] = wanted
        for node in stale:
            node.image = fresh
        _drop(gone)
        fresh.name = name
    for of, made in ((PORES, pores.heights), (MOTTLE, mottle.amounts)):
        for node in nodes_of(materials, of):
            node.image = node.image or _shared(of, made)


def put(materials, path, cited, name, packed=True):
    """Give a face's materials a painted skin from a file, in place of whatever they show.

    materials   as `wear` takes them
    path        of an 8 bit picture on the pack's atlas, sRGB
    cited       dict, what a record says of it (job.textures.cite)
    name        of the new image
    packed      whether the picture goes into the .blend
    returns     bpy.types.Image
    raises      WinceError when the file is no square picture
    """
    nodes = nodes_of(materials, PICTURE)
    image, gone = _loaded(path), {node.image for node in nodes}
    image[PROVENANCE] = json.dumps(cited, sort_keys=True)
    if packed:
        image.pack()
        image.filepath = f"//{image.name}"                # not where it lay on this machine
    for node in nodes:
        node.image = image
    _let_go(gone)
    image.name = name
    return image


def bare(materials):
    """Take whatever picture off a face's materials; an artist's own stays in the file."""
    nodes = nodes_of(materials, PICTURE)
    gone = {node.image for node in nodes}
    for node in nodes:
        node.image = None
    _let_go(gone)


def source(materials):
    """Return what a record says of the skin that a face shows: built in, from a painter, or an artist's own."""
    image = picture_of(materials)
    if image is None:
        return {"painter": "plain"}
    if PAINTED in image:
        return {"painter": "built-in", "version": skin.VERSION}
    return json.loads(image[PROVENANCE]) if PROVENANCE in image else {"painter": "artist"}


def retouched(materials):
    """Tell whether the painted skin that a face shows, in the .blend, is no longer the picture that the painter made."""
    image = picture_of(materials)
    painted = image is not None and image.packed_file and json.loads(image.get(PROVENANCE, "{}")).get("sha256")
    return bool(painted) and hashlib.sha256(image.packed_file.data).hexdigest() != painted


def take_off(materials):
    """Take a painted skin off a face's materials; an artist's own stays."""
    nodes = [node for node in nodes_of(materials, PICTURE) if node.image is not None and PAINTED in node.image]
    gone = {node.image for node in nodes}
    for node in nodes:
        node.image = None
    _drop(gone)


def picture_of(materials):
    """Return the image that a face's skin shows, None where there is none."""
    return next((node.image for node in nodes_of(materials, PICTURE)), None)


def measured(materials, person):
    """Return the facts of the picture that a face's skin shows, whoever painted it, see `core.skin.tone.facts`; None without one."""
    image = picture_of(materials)
    if image is None or not len(image.pixels):
        return None
    shown = _square(pictures.read(image))
    return skin.measured(person, shown if image.is_float else colour.decode(shown))


def new_picture(person, name, size=skin.SIZE):
    """Return a new image of a person's skin, sRGB, packed."""
    return pictures.new(name, eight_bit(skin.albedo(person, size)))


def eight_bit(linear):
    """Return linear colours (..., 3) 0..1 as display values (..., 3) uint8 by the sRGB curve."""
    table = np.round(colour.encode(np.linspace(0, 1, FINE + 1)) * 255).astype(np.uint8)
    out = np.empty(linear.shape, np.uint8)
    for row, shown in zip(linear, out, strict=True):      # row by row: scratch as large as a picture would be slower
        np.take(table, np.round(row * FINE).astype(np.uint16), out=shown, mode="clip")
    return out


def nodes_of(materials, name):
    """Return the nodes of one name in the skin's materials."""
    trees = [materials[wearer].node_tree for wearer in WEARERS if wearer in materials]
    return [tree.nodes[name] for tree in trees if name in tree.nodes]


def _loaded(path):
    """Return a picture from a file."""
    image = bpy.data.images.load(str(path))
    width, height = image.size
    if width != height or not width:
        bpy.data.images.remove(image)
        raise WinceError(f"{path} is no picture of a skin ({width} x {height} pixels): choose a square picture on the face's atlas")
    return image


def _let_go(images):
    """Drop images that came from here or from a painter, and keep an artist's own in the file."""
    images = {image for image in images if image is not None}
    own = {image for image in images if PAINTED not in image and PROVENANCE not in image}
    for image in own:
        image.use_fake_user = True
    _drop(images - own)


def _drop(images):
    """Remove images that nothing shows any more."""
    for image in images:
        if image is not None and not image.users:
            bpy.data.images.remove(image)


def _shared(name, made):
    """Return the file's image of a picture that all skins share, made when it is not there."""
    stamp = f"{name} {pores.VERSION} {mottle.VERSION}"
    found = (image for image in bpy.data.images if image.get(SHARED) == stamp and image.library is None)
    return next(found, None) or _new_shared(name, made, stamp)


def _new_shared(name, made, stamp):
    image = pictures.new(f"wince {name}", np.round(made() * 255).astype(np.uint8), data=True)
    image[SHARED] = stamp
    return image


def _square(shown):
    """Return a picture as a square one, by its nearest pixels, so that it can be measured on the atlas; row 0 at v = 0."""
    rows, columns = shown.shape[:2]
    size = min(rows, skin.SIZE)
    if rows == columns == size:
        return shown
    at = (np.arange(size) + 0.5) / size
    return shown[(at * rows).astype(int)[:, None], (at * columns).astype(int)[None]]
