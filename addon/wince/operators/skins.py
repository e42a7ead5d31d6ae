"""Painted skins on faces: what may be worn, what the image in the file says of itself."""

import json
from functools import lru_cache
from pathlib import Path

from ..bridge import copies, people
from ..core.errors import WinceError
from ..job import textures
from ..stage import dress, painting, wardrobe

PERSON = "wince_texture_person"        # ID properties of a painted image: textures.key of who it was painted for,
FAULTS = "wince_texture_faults"        # and why its numbers are not good enough, a JSON list of sentences
FOLDERS = {}                           # {hash of a picture: the folder it was loaded from}; no file says where things lie on a machine


def materials_of(face):
    """Return a face's materials as `dress.worn_by` does; those that another face wears too become its own.

    raises   WinceError as `check` does
    """
    check(face)
    copies.part_materials(face, dress.worn_by(face).values())
    return dress.worn_by(face)


def check(face):
    """Raise WinceError when a face cannot show a picture on its skin."""
    materials, name = dress.worn_by(face), face.mesh_object.name
    if not painting.nodes_of(materials, painting.PICTURE):
        raise WinceError(f"{name} has no skin of Wince's to put a picture on: its material was replaced, or lost its node "
                         f"{painting.PICTURE}")
    if linked := [material for material in materials.values() if not material.is_editable]:
        raise WinceError(f"{linked[0].name} of {name} is linked from another file: load the skin there, or make it local")


def put_on(face, path, force=False):
    """Put a painted skin on a face, and return what to report.

    path     folder of a skin, or a picture
    force    whether it may be another's, or changed by hand
    raises   WinceError when it may not be worn
    """
    path, name, materials = Path(path), face.mesh_object.name, materials_of(face)
    texture = _read(path, force)
    plain = "; Plain Face is on, switch it off in Look to see it" if face.armature.get(wardrobe.PLAIN) else ""
    if texture is None:
        painting.put(materials, path, {"painter": "artist", "by_hand": True}, f"{name} Skin")
        return f"{name} wears {path.name}{plain}"
    fits = textures.fits(texture, face.person.identity)
    if not fits and not force:
        raise WinceError(f"the skin in {texture.folder} was painted for {texture.facts['person']['id']}, and {name} is somebody else or "
                         f"was changed since: paint it anew, or tick Even If of Another Person when loading it")
    cited = textures.cite(texture.facts) | ({} if fits else {"by_hand": True})
    image = painting.put(materials, texture.albedo, cited, f"{name} Skin")
    image[PERSON] = texture.facts["person"]["key"]
    image[FAULTS] = json.dumps(textures.faults(texture.facts))
    FOLDERS[cited["sha256"]] = texture.folder
    doubt = "".join(f"; not good enough: {reason}" for reason in textures.faults(texture.facts)[:1])
    return f"{name} wears the skin of {cited['painter']}, seed {cited['seed']}{doubt}{plain}"


def faults(image):
    """Return why the painter found a painted image not good enough, a list of sentences."""
    return json.loads(image.get(FAULTS, "[]"))


def folder_of(cited):
    """Return the folder that a worn skin was loaded from, as long as Blender runs; None where that is not known."""
    return FOLDERS.get(cited.get("sha256"))


def stale(face, image):
    """Tell whether a face wears a painted image that was made for somebody else, or for itself before it was changed."""
    return PERSON in image and image[PERSON] != _key(face.person.identity.json())


@lru_cache(maxsize=16)
def _key(text):
    """Return textures.key of an identity's text; panels ask at every redraw."""
    return textures.key(people.identity(text))


def _read(path, force):
    """Return the Texture at a path, None for a picture that is no painter's, or by force one that was changed."""
    if path.is_file() and not (path.parent / textures.FACTS).is_file():
        return None
    try:
        return textures.read(path)
    except WinceError:
        if force and path.is_file():
            return None
        raise
