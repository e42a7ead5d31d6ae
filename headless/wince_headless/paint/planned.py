"""Skins that a plan asks for: whom, how and where to is the plan's, nothing of it is left to the command line."""

import dataclasses

from wince.core import pack as packs
from wince.core.errors import WinceError
from wince.job import people
from wince.job import plan as plans

from ..plan import ranges
from ..work import places
from .texture import NO_MATTER

# What the command line says when nobody has said anything; by it a plan's own word is told from another one.
UNSAID = {"backend": "procedural", "models": (), "seed": 0, "size": 2048, "steps": 0, "profile": "research", "set": ()}
OPTIONS = {"models": "--model", "set": "--set", "from_uv": "--from-uv", "places": "--places", "pack": "--pack", "out": "--out"}


class Crowd:
    """The people of some shards, one after the other: an iterable of Identity that knows how many there are.

    raises   WinceError, while it goes, when this Wince draws somebody else than the plan says
    """

    def __init__(self, plan, shards, pack):
        self._plan, self._shards, self._pack = plan, shards, pack
        self._count = sum(plan.row(shard).people for shard in shards)

    def __len__(self):
        return self._count

    def __iter__(self):
        for shard in self._shards:
            for line in self._plan.shard(shard):
                yield _who(self._plan, line, self._pack)


def meant(wishes):
    """Tell whether `wince paint` was asked for a plan's people: by --shards, or by a planned folder that paints and no other --out."""
    if wishes.shards is not None:
        return True
    if wishes.source is None or wishes.out is not None or not plans.exists(wishes.source):
        return False
    return bool(plans.read(wishes.source).facts.get("paint"))


def take(wishes):
    """Return what a plan says instead of the command line.

    wishes   door.Wishes
    returns  Wishes with the plan's settings and folder, whom to paint (an iterable of Identity with a length), the FacePack
    raises   WinceError when there is no plan, it paints nobody, or the command line says something else than it does
    """
    if wishes.source is None:
        raise WinceError("--shards are those of a plan: wince paint DIR --shards 0-3, with the folder that `wince plan` wrote")
    plan = plans.read(wishes.source)
    paint = plan.facts.get("paint")
    if not paint:
        raise WinceError(f"{plan.folder} is planned without painted skins: "
                         f"plan it with them, into an empty folder, with `wince plan CONFIG --out DIR --paint BACKEND`")
    wanted = paint | {"models": tuple(paint["models"]), "set": tuple(paint["set"])}
    _refuse_other(wishes, wanted, plan)
    here = tuple(word for word in wishes.set if word not in wanted["set"])             # batch=1: of this machine, not of the skin
    taken = dataclasses.replace(wishes, **wanted | {"set": wanted["set"] + here, "out": plan.folder / places.TEXTURES})
    pack = packs.load(plan.located.pack)
    crowd = Crowd(plan, ranges.parse(wishes.shards or "all", plan.shards), pack)
    return taken, [_only(crowd, wishes.only)] if wishes.only else crowd, pack


def _refuse_other(wishes, wanted, plan):
    """Raise WinceError for a word of the command line that would make another skin than the plan's."""
    said = {name: getattr(wishes, name) for name in UNSAID} | {"set": _of_the_skin(wishes.set)}
    for name, value in said.items():
        if value in (None, UNSAID[name], wanted[name]) or (name == "set" and {*value} <= {*wanted[name]}):
            continue
        raise WinceError(f"{_option(name)} {_words(value)}: {plan.folder} is planned with {_words(wanted[name]) or 'none'}; "
                         "leave it out, or plan anew into an empty folder")
    own = wishes.out is None or wishes.out.resolve() == (plan.folder / places.TEXTURES).resolve()
    unfit = {"from_uv": wishes.from_uv, "places": wishes.places, "pack": wishes.pack, "out": None if own else wishes.out}
    for name, value in unfit.items():
        if value is not None:
            raise WinceError(f"{_option(name)} {value}: the skins of a plan come from its own settings and go to "
                             f"{plan.folder / places.TEXTURES}; leave it out")


def _of_the_skin(words):
    """Return the words of --set that make another skin; the rest says how this machine gets along."""
    return tuple(word for word in words if word.partition("=")[0].strip() not in NO_MATTER)


def _only(crowd, name):
    """Return the one of a crowd with an id."""
    for who in crowd:
        if who.id == name:
            return who
    raise WinceError(f"--only {name}: nobody in these shards is called that; `zcat plan.jsonl.gz` names everybody")


def _who(plan, line, pack):
    """Return the Identity of a person's line; WinceError when it is not the one that was planned."""
    who = people.one(plan.located, line["number"], pack)
    if who.id != line["person"]:
        raise WinceError(f"{plan.folder} was planned with {line['person']} and this Wince draws {who.id}: "
                         "use the Wince and the face pack that it was planned with, or plan anew into an empty folder")
    return who


def _option(name):
    return OPTIONS.get(name, f"--{name}")


def _words(value):
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)
