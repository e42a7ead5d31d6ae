"""`wince models fetch`: the one place of the painter that goes to the network, and says what it will load before it does."""

import shutil
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from wince.core.errors import WinceError
from wince.job import disk

from . import hashes, licences, sources, weights
from .catalogue import CARD, CATALOGUE

PLAIN = (CARD, "*.json", "*.txt", "*.model", f"*{weights.SUFFIX}")      # of a model that is not in the catalogue
MARGIN = 1e9                             # bytes that stay free on the disk


@dataclass(frozen=True)
class Offer:
    """What a fetch would bring.

    id, revision, sha   as asked, and the commit that is
    licence             id
    files               {relative name: bytes} that are wanted
    missing             bytes that are not on this machine yet
    free                bytes free where they go
    """

    id: str
    revision: str
    sha: str
    licence: str
    files: dict[str, int]
    missing: int
    free: int

    @property
    def size(self):
        """Bytes of all the files."""
        return sum(self.files.values())

    def sentence(self):
        """Return the offer as one line."""
        left = "all of it here already" if not self.missing else f"{size_of(self.missing)} to load, {size_of(self.free)} free"
        why = licences.reason(self.licence)
        gate = f"{self.licence}, {why}: not for release" if why else self.licence
        return f"{self.id}@{self.sha[:12]}: {len(self.files)} files, {size_of(self.size)}, {left}; licence {gate}"


def fetch(text, say, only_look=False):
    """Fetch a backend's models, or one.

    text       a backend's name, a catalogue's BACKEND/ROLE, or a hub id[@revision]
    say        takes a sentence: each offer before it is loaded, each Source after
    only_look  say what would be loaded, load nothing
    returns    list of Sources; of Offers where only_look
    raises     WinceError: offline, unreachable, no such model or revision, gated, pickled, disk full, damaged on the way
    """
    found = []
    for role, name, patterns in _asked(text):
        offer = look(name, patterns)
        say(offer.sentence())
        _refuse_full_disk(offer)
        found.append(offer if only_look else _load(offer, role, patterns))
        if not only_look:
            say(found[-1].sentence())
    return found


def look(text, patterns=()):
    """Return the Offer for a hub id[@revision]; asks the hub, loads nothing."""
    model, revision = sources.split(text) or _no_id(text)
    _refuse_offline(text)
    info = _asking(model, revision, lambda: sources.hub().model_info(model, revision=revision or None, files_metadata=True))
    files = {one.rfilename: one.size or 0 for one in info.siblings if any(fnmatch(one.rfilename, p) for p in patterns or PLAIN)}
    _refuse_pickled(text, files, [one.rfilename for one in info.siblings])
    snapshot = sources.cache_folder(model) / "snapshots" / info.sha
    missing = sum(size for name, size in files.items() if not (snapshot / name).exists())
    return Offer(model, revision, info.sha, _licence(model, info.card_data), files, missing, _free(snapshot))


def size_of(count):
    """Return bytes as people say them."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count:.0f} bytes"


def _asked(text):
    """Return (role, hub id[@revision], patterns) of everything that words mean."""
    backend, _, role = text.partition("/")
    if backend in CATALOGUE:
        needs = [need for need in CATALOGUE[backend] if role in ("", need.role)]
        if not needs:
            raise WinceError(f"{backend} has no model for {role}: its roles are {', '.join(need.role for need in CATALOGUE[backend])}")
        return [(need.role, need.default, need.patterns) for need in needs]
    model, _ = sources.split(text) or _no_id(text)
    known = [need for needs in CATALOGUE.values() for need in needs if need.default.partition("@")[0] == model]
    return [(known[0].role, text, known[0].patterns) if known else ("model", text, PLAIN)]


def _no_id(text):
    raise WinceError(f"{text}: no model to fetch: name a backend ({', '.join(CATALOGUE)}), or a model as OWNER/NAME or OWNER/NAME@REVISION")


def _refuse_offline(text):
    if sources.hub().constants.HF_HUB_OFFLINE:
        raise WinceError(f"{text} cannot be fetched while HF_HUB_OFFLINE is set: unset it, or copy the model here from another machine "
                         "and give its folder to `wince paint --model`")


def _refuse_pickled(text, files, there):
    """Refuse a hub model without safetensors among the wanted files."""
    if any(name.endswith(weights.SUFFIX) for name in files):
        return
    pickled = [name for name in there if Path(name).suffix in weights.PICKLES]
    what = f"has its weights pickled only ({pickled[0]}), and loading them would run their code" if pickled else "has no .safetensors files"
    raise WinceError(f"{text} {what}: name another revision or model")


def _refuse_full_disk(offer):
    if offer.missing + MARGIN > offer.free:
        raise WinceError(f"{offer.id} needs {size_of(offer.missing)} and {size_of(offer.free)} are free in the models' cache: "
                         "free some, or move the cache to another disk with HF_HOME")


def _asking(model, revision, question):
    """Return a hub's answer; what can go wrong on the way there is told in one sentence."""
    errors = sources.hub().errors
    asked = f"{model}@{revision}" if revision else model
    try:
        return question()
    except errors.GatedRepoError as error:
        raise WinceError(f"{asked} asks for its licence to be accepted: do that on the model's page, log in with `hf auth login`, "
                         "and fetch it again") from error
    except errors.RevisionNotFoundError as error:
        raise WinceError(f"{model} has no revision {revision}: look at the model's commits, or leave the revision out") from error
    except errors.RepositoryNotFoundError as error:
        raise WinceError(f"{asked} is not on the hub, or not for you: check its name, or log in with `hf auth login`") from error
    except errors.HfHubHTTPError as error:
        raise WinceError(f"{asked}: the hub answered {error.response.status_code}: try again later, what was loaded is kept") from error
    except _unreachable(errors) as error:
        raise WinceError(f"{asked}: the hub cannot be reached ({type(error).__name__}): check the network, or copy the model here "
                         "from another machine and give its folder to `wince paint --model`") from error


def _unreachable(errors):
    """Return what a hub's library raises when nobody answers: its HTTP library's errors, whichever that is, and its own."""
    return (*(base for base in errors.HfHubHTTPError.__bases__ if base is not OSError), errors.LocalEntryNotFoundError, ConnectionError)


def _licence(model, card):
    """Return the licence id that a hub's answer states, else the catalogue's."""
    said = licences.stated(card.get("license"), card.get("license_name")) if card else licences.UNKNOWN
    return said if said != licences.UNKNOWN else licences.from_catalogue(model)


def _free(folder):
    """Return the bytes free where a folder is or would be."""
    return shutil.disk_usage(next(place for place in (folder, *folder.parents) if place.exists())).free


def _load(offer, role, patterns):
    """Load what an Offer offers, at its commit, and return the Source after checking every large file against its hash."""
    library = sources.hub()
    _asking(offer.id, offer.revision, lambda: library.snapshot_download(offer.id, revision=offer.sha, allow_patterns=list(patterns)))
    folder = sources.cache_folder(offer.id) / "snapshots" / offer.sha
    for name in offer.files:
        _refuse_damaged(offer, folder / name)
    if offer.revision != offer.sha:                              # loaded by its commit, so the library has not noted the branch's name
        disk.write(sources.cache_folder(offer.id) / "refs" / (offer.revision or sources.BRANCH), offer.sha.encode())
    return sources.resolve(f"{offer.id}@{offer.sha}", role, _need(offer, role, patterns))


def _need(offer, role, patterns):
    from ..backends.base import Need

    return Need(role, offer.id, offer.licence, 0.0, tuple(patterns))


def _refuse_damaged(offer, path):
    """Refuse a file whose bytes are not those that the hub named; it is deleted, so that the next fetch loads it again."""
    promised = hashes.promised(path)
    if promised and hashes.digest(path) != promised:
        path.resolve().unlink()
        raise WinceError(f"{offer.id}: {path.name} was damaged on the way: run the same command again, only that file is loaded again")
