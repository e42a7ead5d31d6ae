"""Whom to paint, what is there already, and what it will take: people in, texture folders out."""

import dataclasses
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pydantic

from wince.core import face, identity
from wince.core import pack as packs
from wince.core.errors import WinceError
from wince.job import check, disk, expand, layout, textures
from wince.job import people as drawn

from .. import config, exits
from . import texture
from .devices import NUMBERS
from .settings import BACKENDS, OFFLOADS, PROFILES, Settings
from .telling import Stopped
from .views import RIGS


@dataclass(frozen=True)
class Order:
    """What the command line says beside the settings.

    out      folder for the texture folders
    force    paint over what was painted otherwise
    """

    out: Path
    force: bool = False


def settings(words, **given):
    """Return Settings from `key=value` words and given fields; values are YAML.

    raises   WinceError for an unknown key or a value of the wrong kind
    """
    values = dict(given)
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise WinceError(f"--set {word!r}: write it as key=value, for example --set steps=20")
        values[name.strip()] = config.value_of(value, word)
    try:
        made = pydantic.TypeAdapter(Settings).validate_python(values)
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(map(str, first["loc"]))
        if first["type"] in config.UNKNOWN:
            known = [item.name for item in dataclasses.fields(Settings)]
            raise WinceError(f"{name!r} is no setting of a painting: {check.nearest(name, known)}") from None
        raise WinceError(f"the painting's {name} is {first['input']!r}: {first['msg'].lower()}") from None
    _check(made)
    return made


def people(source, pack_path=None, only=None):
    """Return who is to be painted, [Identity], and the FacePack.

    source   path of an identity.json, of a dataset's config, or of a folder with identities (a rendered dataset, a painted folder)
    only     id of the one person who is meant, or their folder's name in the source; None for all
    """
    named, pack = _named(Path(source), pack_path)
    chosen = [who for name, who in named if only in (None, name, who.id)]
    if not chosen:
        known = ", ".join(dict.fromkeys([named[0][0], named[0][1].id, named[-1][0]]))
        raise WinceError(f"--only {only}: nobody in {source} is called that; there are {known} ...")
    return chosen, pack


def _named(source, pack_path):
    """Return [(name, Identity)] of a source, and the FacePack."""
    if source.is_dir():
        files = sorted(source.glob(f"*/{layout.IDENTITY}")) or sorted(source.glob("*.json"))
        if not files:
            raise WinceError(f"{source} holds no identities: give a config, an identity.json, or a folder of a rendered dataset")
        return [(path.parent.name, identity.read(path)) for path in files], packs.load(pack_path)
    if source.suffix == ".json" and _is_identity(source):
        return [(source.stem, identity.read(source))], packs.load(pack_path)
    job = config.load(source)
    pack = packs.load(pack_path or job.pack)
    return [(layout.person_name(number), drawn.one(job, number, pack)) for number in expand.people(job)], pack


def paint(crowd, pack, order, painter, tell):
    """Paint people, one after the other; those that are there already are passed over.

    crowd    [Identity]
    pack     FacePack
    order    Order
    painter  of `pipeline.painter`
    tell     telling.Teller
    returns  exit code, exits.DONE or exits.STOPPED
    """
    _claim(order.out)
    model, failed = face.FaceModel(pack), []
    tell.start(len(crowd))
    with _Bench(painter.elsewhere and painter.settings.tries == 1) as bench:
        try:
            for number, who in enumerate(crowd, 1):
                tell.check()
                tell.person(who.id, number, len(crowd))
                if not _is_there(who, model, order, painter, tell):
                    _paint_one(model.person(who), Path(order.out, who.id), painter, tell, bench, failed)
        except Stopped:
            return exits.STOPPED
    if failed:
        tell.say(f"{len(failed)} of {len(crowd)} did not pass: look at {', '.join(failed)} ({textures.PREVIEW}); "
                 "--set tries=4 paints each with up to so many seeds until one passes")
    return exits.DONE


def _paint_one(person, folder, painter, tell, bench, failed):
    """Paint a person: with one seed, finished on the bench; with several, until one passes, or else the best of them is taken."""
    begun = painter.begin(person, folder / texture.SCRATCH, tell)
    if painter.settings.tries == 1:
        bench.put(lambda: _write(painter.finish(begun, tell), person.identity, folder, painter, tell, failed))
        return
    done = [painter.finish(begun, tell)]
    for number in range(1, painter.settings.tries):
        if _faults(done[-1]):
            tell.say(f"not good enough, with seed {done[-1][3]['seed']}: {'; '.join(_faults(done[-1]))}")
            other = painter.reseeded(number)
            done.append(other.finish(other.begin(person, folder / texture.SCRATCH, tell), tell))
    _write(min(done, key=lambda one: len(_faults(one))), person.identity, folder, painter, tell, failed)


def _faults(done):
    return done[3]["quality"]["why"]


def _claim(out):
    """Make sure that there is a folder to write into, before anything is painted."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WinceError(f"cannot write {out} ({error.strerror}): choose another folder with --out") from None
    if not os.access(out, os.W_OK):
        raise WinceError(f"cannot write {out} (it is read-only): choose another folder with --out")


class _Bench:
    """Where paintings are finished: at once, or while a GPU already paints the next one. Leaving it waits for what lies on it.

    beside   whether beside the painting; one painting at a time, so that memory does not grow
    """

    def __init__(self, beside):
        self._pool = ThreadPoolExecutor(1) if beside else None
        self._last = None

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if self._pool:
            self._pool.shutdown()
        if self._last is not None and kind is None:
            self._last.result()

    def put(self, work):
        """Do the work once the one before is done; what went wrong there is raised here."""
        if self._pool is None:
            work()
            return
        if self._last is not None:
            self._last.result()
        self._last = self._pool.submit(work)


def _write(done, who, folder, painter, tell, failed):
    """Write a finished painting."""
    picture, coverage, preview, facts = done
    disk.sweep(folder)
    texture.write(folder, who, picture, coverage, preview, facts | {"key": painter.key(who)})
    shutil.rmtree(folder / texture.SCRATCH, ignore_errors=True)
    if _faults(done):
        failed.append(who.id)
        tell.say(f"not good enough: {'; '.join(_faults(done))}")
    tell.done(folder)


def _is_there(who, model, order, painter, tell):
    """Tell whether a person is painted already; WinceError when that was done otherwise, or the person is of another pack."""
    if who.pack_hash and who.pack_hash != model.pack.hash:
        raise WinceError(f"{who.id} was made with another face pack ({who.pack_hash[:12]}): give that one with --pack")
    folder = Path(order.out, who.id)
    if order.force:
        shutil.rmtree(folder / texture.SCRATCH, ignore_errors=True)
        return False
    if not texture.is_done(folder, painter.key(who)):
        return False
    tell.say("is painted already")
    tell.done(folder)
    return True


def _is_identity(path):
    try:
        return '"ancestry"' in path.read_text(encoding="utf-8")
    except OSError:
        raise WinceError(f"{path} cannot be read: give a config, an identity.json, or a folder of a rendered dataset") from None


def _check(made):
    for name, known in (("backend", BACKENDS), ("profile", PROFILES), ("offload", OFFLOADS), ("views", tuple(RIGS)),
                        ("dtype", ("auto", *NUMBERS))):
        value = getattr(made, name)
        if value not in known:
            raise WinceError(f"the painting's {name} is {value!r}: known are {', '.join(known)}")
    for name, (low, high) in {"size": (64, 8192), "steps": (0, 1000), "strength": (0.05, 1), "sync_share": (0, 1), "sync_every": (1, 1000),
                              "sync_size": (64, 4096), "batch": (0, 64), "view_size": (0, 4096), "checkpoint_every": (1, 1000),
                              "guidance": (-1, 50), "control": (-1, 5), "fuse_sharpness": (0, 50), "tries": (1, 100)}.items():
        if not low <= getattr(made, name) <= high:
            raise WinceError(f"the painting's {name} is {getattr(made, name)}: give a number from {low} to {high}")
    if made.size % 4:
        raise WinceError(f"the painting's size is {made.size}: give a multiple of 4, such as 1024, 2048 or 4096")
