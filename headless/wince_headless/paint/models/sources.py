"""Folder or hub id[@revision] -> files on this machine.  Never the network: what is not here is named, with the command that fetches it."""

import re
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path

from wince.core.errors import WinceError

from . import hashes, kinds, licences, weights
from .catalogue import CATALOGUE

HUB_ID = re.compile(r"(?P<id>[A-Za-z0-9][\w.-]*/[\w.-]+)(?:@(?P<revision>[\w][\w./-]*))?")
PATH_LIKE = re.compile(r"[./~\\]|[A-Za-z]:[\\/]|.*\.(safetensors|ckpt|bin|pt|pth)$|.*\\|[^/@]+/[^/@]+/")
BRANCH = "main"
TEXT = (".json", ".txt", ".model", ".md", weights.SUFFIX)      # of a model's files, where nothing says which are wanted
CACHED = re.compile(r"models--(?P<owner>.+?)--(?P<name>.+)")


@dataclass(frozen=True)
class Source:
    """One model on this machine.

    role       what a backend uses it for: "base", "control", ...
    id         hub id, or the name of the folder or file, never where it lies
    revision   as it was asked for: "" where nothing was
    sha        the commit it turned out to be; "" for a folder
    licence    id, see licences
    files      {relative name: SHA-256} of what is read
    folder     Path of the snapshot, or of the one file; not recorded; none where it is not on this machine, see `outlook`
    """

    role: str
    id: str
    revision: str
    sha: str
    licence: str
    files: dict[str, str]
    folder: Path

    @property
    def pinned(self):
        """Whether the same words will mean the same files elsewhere and later."""
        return bool(self.sha) and self.revision == self.sha

    def record(self):
        """Return what is written beside a texture; holds no path of this machine."""
        return {"role": self.role, "id": self.id, "revision": self.revision, "sha": self.sha, "licence": self.licence, "files": self.files}

    def sentence(self):
        """Return what was resolved, as one line."""
        where = f"{self.id}@{self.sha[:12]}" if self.sha else f"{self.id}, a {'file' if self.folder.is_file() else 'folder'}"
        licence = "licence unknown" if self.licence == licences.UNKNOWN else self.licence
        free = f", which {self.revision or BRANCH} is on this machine: name @{self.sha} to keep to it"
        return f"{self.role}: {where}, {licence}{free if self.sha and not self.pinned else ''}"


def resolve_all(backend, models):
    """Return every model that a backend needs.

    backend   name in the catalogue
    models    {role: folder or hub id[@revision]}; the catalogue's for roles that are not named. A base that is named keeps its own vae
    returns   {role: Source}
    raises    WinceError for a role that the backend has not, a model of another kind, see `kinds`, and what `resolve` raises
    """
    needs, found = needed(backend, models), {}
    for role, need in needs.items():                              # all of them before the first is hashed, which takes minutes
        found[role] = locate(models.get(role, ""), role, need)
        kinds.check(backend, role, found[role][-1], tuple(needs))
    return {role: _source(*found[role], role, need) for role, need in needs.items()}


def needed(backend, models):
    """Return {role: Need} of every model that a backend needs, named or not; see `resolve_all`."""
    needs = {need.role: need for need in CATALOGUE.get(backend, ())}
    if strange := [role for role in models if role not in needs]:
        raise WinceError(f"{backend} has no model for {strange[0]}: its roles are {', '.join(needs) or 'none'}")
    if "base" in models and "vae" not in models:
        needs.pop("vae", None)
    return needs


def outlook(backend, models):
    """Return the Sources as far as they are known before any weights are read, or are here: without hashes, the licence as it will be.

    backend, models   as `resolve_all` takes them
    returns           {role: Source}; what is not on this machine has no folder, and is left out where nothing is known of its licence
    """
    return {role: known for role, need in needed(backend, models).items() if (known := _known(models.get(role, ""), need))}


def _known(text, need):
    """Return the Source of a user's words, "" for the default, without hashes; none for a stranger that is not here."""
    try:
        name, revision, sha, folder = locate(text, need.role, need)
    except WinceError:
        name, revision = split(text or need.default) or ("", "")
        licence = licences.from_catalogue(name)
        known = not text or licence != licences.UNKNOWN
        return Source(need.role, name, revision, "", licence, {}, None) if known else None
    source = Source(need.role, name, revision, sha, licences.UNKNOWN, {}, folder)
    return replace(source, licence=licences.of(source))


def resolve(text, role, need=None):
    """Return the Source that a user's words mean.

    text   a folder, a .safetensors file, or a hub id[@revision]; "" for the need's default
    role   of the model in its backend
    need   backends.base.Need: default and which files are wanted; none: all
    raises WinceError: no such folder, not on this machine, another revision here, not whole, pickled
    """
    return _source(*locate(text, role, need), role, need)


def locate(text, role, need=None):
    """Return (id, revision, sha, Path) of what a user's words mean, as `resolve` takes and raises, without reading any file of it."""
    text = str(text).strip() or (need.default if need else "")
    path = Path(text).expanduser()
    if text and path.exists():
        return _on_disk(path.absolute())
    if not (match := HUB_ID.fullmatch(text)) or PATH_LIKE.match(text):
        kind = "there is no such folder or file" if PATH_LIKE.match(text) else "this is neither a folder here nor a hub id"
        raise WinceError(f"{text or 'nothing'} ({role}): {kind}: name a folder that exists, "
                         "or a model as OWNER/NAME or OWNER/NAME@REVISION")
    return _cached(match["id"], match["revision"] or "", role, need)


def split(text):
    """Return (hub id, revision or "") of a hub id[@revision]; none where the text is no such thing."""
    match = HUB_ID.fullmatch(text)
    return (match["id"], match["revision"] or "") if match and not PATH_LIKE.match(text) else None


def hub():
    """Return the module huggingface_hub.

    raises  WinceError where it is not installed
    """
    try:
        import huggingface_hub.constants
        import huggingface_hub.errors
    except ImportError as error:
        raise WinceError("models are found with huggingface_hub, which this Python has not: "
                         "install it with `pip install '.[paint]'`, or name folders") from error
    return huggingface_hub


def cache_folder(model):
    """Return the folder in which the local cache keeps a hub id, whether it is there or not."""
    return Path(hub().constants.HF_HUB_CACHE).expanduser() / f"models--{model.replace('/', '--')}"


def revisions(model):
    """Return {commit: names of branches and tags that it is known by here} of a hub id in the local cache."""
    home = cache_folder(model)
    found = {path.name: [] for path in sorted((home / "snapshots").glob("*")) if path.is_dir()}
    for ref in sorted(path for path in (home / "refs").rglob("*") if path.is_file()):
        found.get(ref.read_text(encoding="utf-8").strip(), []).append(ref.relative_to(home / "refs").as_posix())
    return found


def wanted(folder, patterns=()):
    """Return the files of a model in a folder.

    patterns  as huggingface_hub's allow_patterns; where they leave no weights, because the folder is laid out in another way, all counts
    returns   {relative name, with slashes: Path}, in alphabetic order
    """
    if folder.is_file():
        return {folder.name: folder}
    every = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    seen = {name: path for name, path in every.items() if not any(part.startswith(".") for part in name.split("/"))}
    chosen = {name: path for name, path in seen.items() if any(fnmatch(name, pattern) for pattern in patterns)}
    if any(name.endswith(weights.SUFFIX) for name in chosen):
        return chosen
    return {name: path for name, path in seen.items() if path.suffix in TEXT}


def _on_disk(path):
    """Return what `locate` does for a folder or file; a snapshot inside a hub's cache is known by its id and commit."""
    cached = CACHED.fullmatch(path.parents[1].name) if len(path.parents) > 1 and path.parent.name == "snapshots" else None
    if cached:
        return f"{cached['owner']}/{cached['name']}", path.name, path.name, path
    return path.name, "", "", path


def _cached(model, revision, role, need):
    """Return what `locate` does for a hub id in the local cache."""
    library = hub()
    patterns = list(need.patterns) if need and need.patterns else None
    try:
        folder = library.snapshot_download(model, revision=revision or None, local_files_only=True, allow_patterns=patterns)
    except library.errors.LocalEntryNotFoundError as error:
        raise _absent(model, revision, role, need) from error
    return model, revision, Path(folder).name, Path(folder)


def _absent(model, revision, role, need):
    """Return the error for a model that the cache has not, has in part, or has at other revisions."""
    here = revisions(model)
    asked = f"{model}@{revision}" if revision else model
    whole = next((name for name, needs in CATALOGUE.items() if need in needs and asked == need.default), asked)
    fetch = f"`wince models fetch {whole}`"
    known = next((sha for sha, names in here.items() if (revision or BRANCH) in (sha, *names)), None)
    if known:
        return WinceError(f"{asked} ({role}) is on this machine only in part: {fetch} fetches the rest")
    if here:
        others = ", ".join(f"{sha}{' (' + ', '.join(names) + ')' if names else ''}" for sha, names in here.items())
        return WinceError(f"{model} ({role}) is on this machine, but not at {revision or BRANCH}: "
                          f"name one that is here, {others}, or run {fetch}")
    return WinceError(f"{asked} ({role}) is not on this machine: run {fetch}, or give its folder")


def _source(name, revision, sha, folder, role, need):
    """Return a Source whose files were found whole."""
    files = wanted(folder, need.patterns if need else ())
    _refuse_pickles(name, role, folder, files)
    again = f"fetch it again with `wince models fetch {name}@{sha}`" if sha else "copy the folder again"
    if absent := weights.missing_shards(folder):
        raise WinceError(f"{name} ({role}) is not whole, {len(absent)} files of its index are missing ({absent[0]}): {again}")
    for path in files.values():
        if path.suffix == weights.SUFFIX:
            weights.header(path)
    source = Source(role, name, revision, sha, licences.UNKNOWN, hashes.of(files), folder)
    return replace(source, licence=licences.of(source))


def _refuse_pickles(name, role, folder, files):
    """Refuse a model without safetensors: unpickling runs whatever code the file brings."""
    if any(path.suffix == weights.SUFFIX for path in files.values()):
        return
    candidates = [folder] if folder.is_file() else sorted(folder.rglob("*"))
    if pickled := next((path for path in candidates if path.suffix in weights.PICKLES), None):
        raise WinceError(f"{name} ({role}) has its weights pickled only ({pickled.name}), and loading them would run their code: "
                         "name a revision or a model with .safetensors files")
    raise WinceError(f"{name} ({role}) holds no .safetensors file, so no model: "
                     "name the folder that has its model_index.json or config.json")
