"""The files of a painted skin on their way to disk; their format is `wince.job.textures`'."""

import hashlib
import json
from pathlib import Path

import numpy as np

from wince.core import colour
from wince.core.errors import WinceError
from wince.job import disk, layout, png, textures
from wince.job.record import files_facts, wince_version

VERSION = 1                            # of how skins are painted: a new one paints anew
SCRATCH = ".painting"                  # a folder in the texture's, for what a killed painting goes on from
NO_MATTER = ("batch", "device", "dtype", "offload", "checkpoint_every")       # of the settings: they make no other painting


def key(who, settings, models, prompts):
    """Return the hash of what is painted: who, how, with which weights and words.

    who        core.identity.Identity
    settings   Settings, presets filled in, as a dict
    models     list of what `facts` says of each model
    prompts    dict, {} for none
    """
    kept = {name: value for name, value in settings.items() if name not in NO_MATTER and name != "models"}
    content = {"version": VERSION, "person": textures.key(who), "settings": kept, "models": models, "prompts": prompts}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def is_done(folder, wanted):
    """Tell whether a folder holds the finished painting of a key.

    raises   WinceError when it holds another one
    """
    path = Path(folder, textures.FACTS)
    if not path.is_file():
        return False
    try:
        known = textures.read(folder).facts
    except WinceError as error:
        raise WinceError(f"{error}; with --only {Path(folder).name} the others stay as they are") from None
    if not all((Path(folder) / entry["path"]).is_file() for entry in known["files"].values()):
        return False
    if known.get("key") != wanted:
        raise WinceError(f"{folder} holds a skin that was painted otherwise ({known['painter']}, seed {known['seed']}): "
                         f"give another folder with --out, or --force (with --only {Path(folder).name}) to paint over it")
    return True


def write(folder, who, picture, coverage, preview, facts):
    """Write a painted skin; texture.json comes last.

    folder     of the texture
    who        core.identity.Identity
    picture    (S, S, 3) float32 linear sRGB, row 0 at v = 0
    coverage   (S, S) float32 0..1
    preview    PNG bytes
    facts      dict: person, painter, seed, profile, models, prompts, settings, quality, key
    returns    wince.job.textures.Texture
    """
    files = {"albedo": (textures.ALBEDO, png.encode(eight_bit(colour.encode(picture))[::-1])),
             "coverage": (textures.COVERAGE, png.encode(eight_bit(coverage)[::-1])),
             "preview": (textures.PREVIEW, preview), "identity": (layout.IDENTITY, who.json().encode())}
    for name, data in files.values():
        disk.write(Path(folder, name), data)
    whole = facts | {"format": textures.FORMAT, "size": len(picture), "files": files_facts(files),
                     "versions": {"wince": wince_version(), "paint": VERSION}}
    disk.write(Path(folder, textures.FACTS), (json.dumps(whole, indent=1, sort_keys=True, allow_nan=False) + "\n").encode())
    return textures.Texture(Path(folder), whole)


def eight_bit(values):
    """Return values 0..1 as uint8."""
    return np.round(np.clip(values, 0, 1) * 255).astype(np.uint8)
