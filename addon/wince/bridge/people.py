"""People by the text of their identity: built once, kept while they are in use."""

import os
from functools import lru_cache
from pathlib import Path

import bpy

from ..core import identity as identities
from ..core import pack
from ..core.errors import WinceError
from ..core.face import FaceModel

ADDON = __package__.rpartition(".")[0]
PACKS = "WINCE_PACKS"            # environment variable: the folder of further packs, where there are no preferences


@lru_cache(maxsize=2)
def model(path=None):
    """Return the FaceModel of a face pack file; of the built-in one by default."""
    return FaceModel(pack.load(path))


@lru_cache(maxsize=64)
def identity(text):
    """Read an identity's JSON text, once; sliders ask for the same one many times.

    raises   WinceError for text that is no identity
    """
    return identities.from_json(text)


@lru_cache(maxsize=16)
def person(text):
    """Build the Person of an identity's JSON text.

    raises   WinceError for text that is no identity, or a face pack that is not here
    """
    who = identity(text)
    return model_for(who.pack_hash).person(who)


def model_for(pack_hash):
    """Return the FaceModel of the pack with this hash ("" means the built-in one).

    It is looked for in the add-on, then in the folder that the preferences name.
    raises   WinceError when no such pack is here
    """
    path = path_of(pack_hash)
    return model(path) if path else model()               # not model(None): that is another entry of its cache


def path_of(pack_hash):
    """Return the path, str, of the pack with this hash, None for the built-in one; raises WinceError as `model_for` does."""
    built_in = model().pack.hash
    if pack_hash in ("", built_in):
        return None
    for path in sorted(Path(folder()).glob("*.npz")) if folder() else ():
        if model(str(path)).pack.hash == pack_hash:
            return str(path)
    raise WinceError(f"this face was made from the face pack {pack_hash[:8]}, which is not here (the built-in one is "
                     f"{built_in[:8]}): put its .npz into a folder and name that in Wince's preferences")


def folder():
    """Return the folder of further packs that the preferences name, "" without; a render in the background is told it by PACKS."""
    addon = bpy.context.preferences.addons.get(ADDON)
    return bpy.path.abspath(addon.preferences.pack_folder) if addon and addon.preferences else os.environ.get(PACKS, "")
