"""A painted skin on disk: what lies in its folder, whose it is, what a label says of it.  Written by the painter, read here.

    OUT/ID/albedo.png      the skin on the pack's atlas, 8 bit sRGB
    OUT/ID/coverage.png    what the painter saw of it: 0 filled in, 255 seen; 8 bit
    OUT/ID/preview.png     a sheet to look at
    OUT/ID/identity.json   who it was painted for
    OUT/ID/texture.json    what it was painted by, its numbers, hashes of the files; written last: a texture exists when this does
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import WinceError

FORMAT = "wince-texture-1"
ALBEDO, COVERAGE, PREVIEW, FACTS = "albedo.png", "coverage.png", "preview.png", "texture.json"
SKIN_OF_LOOK = ("seed", "skin", "brows", "hair", "facial_hair")             # parts of a look that a skin depends on


@dataclass(frozen=True, eq=False)
class Texture:
    """A painted skin: its folder, and what texture.json says."""

    folder: Path
    facts: dict

    @property
    def albedo(self):
        """The path of its picture."""
        return self.folder / ALBEDO


def key(who):
    """Return the hash of all that a skin depends on: people with equal keys can wear each other's.

    who   core.identity.Identity
    """
    content = {name: getattr(who, name) for name in ("seed", "number", "age", "gender", "ancestry", "shapes", "pack_hash")}
    content |= {"skin_lab": [float(value) for value in who.skin_lab]}
    content |= {name: repr(getattr(who.look, name)) for name in SKIN_OF_LOOK}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def read(path, hashed=True):
    """Read a painted skin.

    path     its folder, or a file in it
    hashed   whether its picture is read and compared with its hash; otherwise it has to be there
    returns  Texture
    raises   WinceError when there is none, it is not finished, or its picture is not the one that was written
    """
    path = Path(path)
    folder = path if path.is_dir() else path.parent
    try:
        facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WinceError(f"{folder} holds no painted skin ({FACTS} is missing): paint it with `wince paint`") from None
    except (ValueError, OSError) as error:
        raise WinceError(f"{folder / FACTS} cannot be read ({error}): paint it again with `wince paint --force`") from None
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise WinceError(f"{folder / FACTS} is no {FORMAT}: paint it again with `wince paint --force`")
    _refuse_missing(folder)
    if hashed:
        _refuse_changed(folder, facts)
    return Texture(folder, facts)


def of(root, who, hashed=True):
    """Return a person's Texture in a folder of painted skins.

    root     path, as `wince paint --out` wrote it
    who      core.identity.Identity
    hashed   as `read` takes it
    raises   WinceError when there is none, or it was painted for somebody else
    """
    if not Path(root, who.id, FACTS).is_file():
        raise WinceError(f"{root} holds no painted skin of {who.id}: paint the same people first with `wince paint --out {root}`")
    texture = read(Path(root, who.id), hashed)
    if not fits(texture, who):
        raise WinceError(f"the skin in {texture.folder} was painted for another {who.id} (age, shape, tone or look differ): paint it again")
    return texture


def fits(texture, who):
    """Tell whether a Texture was painted for this person."""
    return texture.facts["person"]["key"] == key(who)


def faults(facts):
    """Return why a skin's numbers are not good enough, sentences, from texture.json; none where they are."""
    return tuple(facts.get("quality", {}).get("why", ()))


def refuse_other(path, texture):
    """Raise WinceError when a person of a dataset already wears another skin; `path` of the texture.json beside them."""
    if not Path(path).is_file():
        return
    known = json.loads(Path(path).read_text(encoding="utf-8"))
    if cite(known) != cite(texture.facts):
        was = f"{known['painter']}, seed {known['seed']}"
        raise WinceError(f"{Path(path).parent} was begun with another skin ({was}) than {texture.folder} holds now: "
                         "give another folder with --out, or put the old skins back")


def cite(facts):
    """Return what a record says of a skin, from texture.json: who painted it, with which weights, under which licences."""
    return {"painter": facts["painter"], "sha256": facts["files"]["albedo"]["sha256"], "seed": facts["seed"], "profile": facts["profile"],
            "models": [{name: model[name] for name in ("role", "id", "revision", "licence")} for model in facts["models"]],
            "wince": facts["versions"]["wince"], "passed": facts["quality"]["passed"]}


def _refuse_missing(folder):
    if not (folder / ALBEDO).is_file():
        raise WinceError(f"{folder / ALBEDO} is missing: paint it again with `wince paint --force`")


def _refuse_changed(folder, facts):
    found = hashlib.sha256((folder / ALBEDO).read_bytes()).hexdigest()
    if found != facts["files"]["albedo"]["sha256"]:
        raise WinceError(f"{folder / ALBEDO} was changed since it was painted: paint it again with `wince paint --force`, "
                         "or load it by hand")
