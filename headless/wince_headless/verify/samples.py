"""One sample: its files and their hashes, its labels computed again, its pictures, what it may not say."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from wince.core.errors import WinceError
from wince.job import layout, spec, textures
from wince.job.record import FORMAT

from .. import dataset as datasets
from ..paint.models import licences
from . import labels
from . import pictures as sights
from .pictures import ALWAYS

TERMS = ("brow", "orbit", "levator", "eyes")
MALFORMED = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError)     # what a record that is none may cause
MISSING = "is missing: copy the release again"
REDO = "put it back with `wince verify --reopen`, then run the same command again"
PRIVATE = re.compile(r'"(?:file:|/|~/|[A-Za-z]:[\\/]|\\\\)[^"]*"|/(?:home|Users|root|mnt|tmp)/[^"]*'       # paths of a machine
                     r'|"(?:host|hostname|node|user|username|pid|cwd)":')                                       # and its name
OF_RENDER = ("samples", "view_transform", "subdivision", "subsurface")                       # of the job, cited in every record
RELEASE = "release"


@dataclass(frozen=True)
class Ground:
    """What is the same for all samples of a folder.

    sizes     {view: (width, height)} that the job asks for
    shown     names of what everyone shows
    neutrals  names of everyone's neutrals
    profile   "release" where everything was painted to be released, else None
    planned   whether there is a plan
    """

    folder: Path
    job: spec.Job
    origin: dict
    sizes: dict
    shown: tuple = ()
    neutrals: tuple = ()
    profile: str | None = None
    planned: bool = False

    @property
    def again(self):
        """The command that makes what is missing."""
        return "wince run" if self.planned else "wince render"


def sample(ground, key, record, text):
    """Return the faults of one sample, [(check, key, sentence), ...].

    ground   Ground
    key      the sample's, by the folder it lies in
    record   dict, as read; text is what was read
    """
    found = []
    try:
        contents = {}
        found += _files(ground, key, record, contents)
        if not found:                           # no use in looking at damaged pictures
            found += _shown(ground, record, contents)
        found += _said(ground, record)
    except WinceError as error:
        found.append(("labels", f"its record cannot be meant: {error}"))
    except MALFORMED as error:
        found.append(("labels", f"the record has no proper {error}: {REDO}"))
    found += [("private", f"its record holds {match[0]}: paths are relative, machines are not named") for match in PRIVATE.finditer(text)]
    return [(check, key, sentence) for check, sentence in found]


def listed(job):
    """Return the names of the files that every record of a job lists."""
    more = (name for name in job.outputs if name != "heat_terms")
    return (*ALWAYS, *more, *(f"heat_{term}" for term in TERMS if "heat_terms" in job.outputs))


def _files(ground, key, record, contents):
    """Yield faults of the files; puts the bytes of the pictures into `contents`."""
    if not layout.expression_path(ground.folder, key).is_file():
        yield "files", f"{layout.EXPRESSION} is missing beside it: {REDO}"
    if record["key"] != key:
        yield "files", f"its record says it is {record['key']}: it was moved; move it back or render it again"
    for name in listed(ground.job):
        if name not in record["files"]:
            yield "files", f"the record lists no {name}: {REDO}"
    for name, entry in sorted(record["files"].items()):
        yield from _file(ground, ground.folder / key, name, entry, contents)


def _file(ground, folder, name, entry, contents):
    """Yield what is wrong with one file. Sizes count where there is a plan: `wince work` takes a file of the recorded size for whole."""
    path = folder / entry["path"]
    if PurePosixPath(entry["path"]).name != entry["path"] or PureWindowsPath(entry["path"]).name != entry["path"] or path.is_symlink():
        yield "files", f"{name} lies outside the dataset ({entry['path']}): paths are relative to the sample"
        return
    try:
        data = path.read_bytes()
    except OSError as error:
        yield "files", f"{entry['path']} is missing or cannot be read ({error.strerror}): {REDO}"
        return
    if hashlib.sha256(data).hexdigest() != entry["sha256"] or (ground.planned and len(data) != entry["bytes"]):
        yield "files", f"{entry['path']} has changed since it was rendered: {REDO}"
    if path.suffix == ".png":
        contents[name] = data


def _shown(ground, record, contents):
    """Yield the faults of the pictures."""
    images = {name: sights.decode(data) for name, data in contents.items()}
    found = list(sights.pictures(images, record))
    yield from found
    size = (record["camera"]["width"], record["camera"]["height"])
    if any(images[name] is None or images[name].size != size or images[name].mode not in sights.MODES[name] for name in ALWAYS):
        return
    highest = sights.highest(layout.expression_path(ground.folder, record["key"]))
    if highest is None:
        yield "files", f"{layout.EXPRESSION} is damaged: {REDO}"
    yield from sights.heat(images, record, highest)
    yield from sights.covers(images["seg"], record)


def _said(ground, record):
    """Yield the faults of what a record says, pictures aside."""
    if record["format"] != FORMAT:
        yield "labels", f"its record is of format {record['format']}, not {FORMAT}"
    if layout.split_key(record["key"]) != (record["identity"], record["expression"], record["view"]):
        yield "labels", f"is {record['key']} and says {record['identity']}, {record['expression']}, {record['view']}"
    if record["fold10"] not in range(10):
        yield "labels", f"fold10 is {record['fold10']}: it runs from 0 to 9"
    yield from labels.labels(record)
    yield from labels.skin(record)
    yield from _texture(ground, record)
    yield from _licences(ground, record)
    yield from _origin(ground, record)


def _origin(ground, record):
    """Compare with the job, and with what the folder says renders it."""
    wishes, made = ground.job.render, record["render"]
    for name in OF_RENDER:
        if name in made and made[name] != getattr(wishes, name):
            yield "origin", f"was rendered with {name} {made[name]}, the job says {getattr(wishes, name)}"
    asked = ground.sizes.get(record["view"])
    if asked and (record["camera"]["width"], record["camera"]["height"]) != asked:
        yield "origin", f"is {record['camera']['width']} x {record['camera']['height']}, the job says {asked[0]} x {asked[1]}"
    if record["seeds"]["dataset"] != ground.job.seed:
        yield "origin", f"was drawn from seed {record['seeds']['dataset']}, the job says {ground.job.seed}"
    if record["seeds"].get("cycles", made["seed"]) != made["seed"]:
        yield "origin", f"was rendered with seed {made['seed']}, its seeds say {record['seeds']['cycles']}"
    for name, value in ground.origin.get("versions", {}).items():
        if record["versions"].get(name, value) != value:
            yield "origin", f"was made by {name} {record['versions'][name]}, the folder by {value} ({layout.ORIGIN})"
    for name in ("engine", "device", "denoiser"):
        if str(ground.origin.get(name, made[name])).lower() != str(made[name]).lower():
            yield "origin", f"was made with {name} {made[name]}, the folder with {ground.origin[name]} ({layout.ORIGIN})"


def texture(ground, name):
    """Return what records should say of a person's skin, by the texture.json beside the person; None where that is damaged."""
    try:
        return textures.cite(datasets.read_json(ground.folder / name / textures.FACTS))
    except (WinceError, OSError, *MALFORMED):
        return None


def _texture(ground, record):
    """Compare the skin that a record names with the texture.json that lies beside the person; that it is damaged is told of the person."""
    if not ground.job.people.textures:
        return
    path = ground.folder / record["identity"] / textures.FACTS
    if not path.is_file():
        yield "look", f"{record['identity']}/{textures.FACTS} is missing: run `{ground.again}` again"
    elif texture(ground, record["identity"]) not in (record["texture"], None):
        yield "look", f"the skin that the record names is not the one of {record['identity']}/{textures.FACTS}: render the person again"


def _licences(ground, record):
    """What was painted to be released may only come from models on the allow list; research may come from any."""
    skin = record.get("texture")
    if not isinstance(skin, dict) or "models" not in skin:         # the built-in skin
        return
    if ground.profile == RELEASE and skin["profile"] != RELEASE:
        yield "licences", f"its skin was painted for {skin['profile']}: the plan is for release, paint it again"
    if RELEASE in (ground.profile, skin["profile"]):
        for model in skin["models"]:
            if why := licences.reason(model["licence"]):
                yield "licences", f"its skin was painted by {model['id']} ({model['licence']}), {why}"
