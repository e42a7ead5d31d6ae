"""Drawing people: balanced cells, overlapping groups, a stream per factor.

A group name is a generation target: a distribution over the model's poles, some local shapes, and skin tone. Three poles
cannot carry six groups apart, and the distributions overlap on purpose; `separation` measures how far apart they come out.
"""

import hashlib
import json
import math
from functools import cache, lru_cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from . import look as looks
from . import looks_drawn, variety
from .errors import WinceError
from .identity import POLES, Identity
from .streams import STREAM_VERSION, normals, stream

GROUPS_FILE = Path(__file__).resolve().parents[1] / "data" / "groups.json"
GENDER_RANGE = {"woman": (0.0, 0.2), "man": (0.8, 1.0)}
FOLDS = 10
LOOK = "look."                  # what keys of `fixed` that are about the look begin with
FIELDS = {"ancestry", "concentration", "shapes", "skin_lab", "iris", "hair"}
SAMPLER_VERSION = 4             # raised when the same streams draw other people: spreads, groups, looks


def read_groups(path=None):
    """Return {group: its distribution} from a groups file, the built-in one by default.

    raises  WinceError when the file is missing, broken, or a group lacks a field
    """
    path = Path(path or GROUPS_FILE)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise WinceError(f"groups file {path} cannot be read ({error}): copy the built-in groups.json and change that") from None
    for name, row in data.get("groups", {}).items():
        hair = row.get("hair", {})
        if missing := sorted((FIELDS - row.keys()) | ({"texture", "colour"} - hair.keys() if hair else set())):
            raise WinceError(f"groups file {path}: group {name!r} lacks {missing[0]!r}: give it as the built-in groups.json does")
    return data["groups"]


@cache
def _built_in():
    return read_groups()


def cell_of(people, seed, number):
    """Return (cell, index within the cell) of a person; every run of len(cells) people has each cell once.

    Neighbouring people differ in all three factors, so that small sets are balanced too.
    """
    factors = [people.ages, people.genders, people.groups]
    size = math.prod(map(len, factors))
    block, place = divmod(number, size)
    ages, genders, groups = ([f[i] for i in order] for f, order in zip(factors, _orders(seed, block, *map(len, factors)), strict=True))
    turn, g = divmod(place, len(groups))
    shift_w, shift_a = divmod(turn, len(ages))
    age = ages[(g + shift_a) % len(ages)]
    gender = genders[(g // len(ages) + shift_w) % len(genders)]
    return {"age": age_label(age), "gender": gender, "group": groups[g]}, block


@lru_cache(maxsize=64)                  # neighbours share a block
def _orders(seed, block, *sizes):
    return [stream(seed, "cells", block, k).permutation(size).tolist() for k, size in enumerate(sizes)]


def age_label(ages):
    """Return a cell's name for an age range: (20.0, 35.0) -> "20-35"."""
    return "-".join(f"{years:g}" for years in ages)


def fold10(seed, cell, index):
    """Return the fold 0..9 of the index-th person of a cell: within each block of ten, a keyed permutation."""
    block, place = divmod(index, FOLDS)
    key = "|".join(f"{k}={cell[k]}" for k in sorted(cell))
    return int(stream(seed, "fold10", key, block).permutation(FOLDS)[place])


def sample(seed, number, people, pack, groups=None):
    """Draw one person.

    seed, number  the dataset's seed and the person's number
    people        spec.People: ages, genders, groups, looks, fixed
    pack          FacePack: which axes there are
    groups        as `read_groups` returns; the built-in ones by default
    returns       Identity
    """
    groups = groups or _built_in()
    cell, _ = cell_of(people, seed, number)
    row = groups.get(cell["group"])
    if row is None:
        raise WinceError(f"unknown group {cell['group']!r}: known are {', '.join(groups)}")
    years, gender = _years(seed, number, people, cell), _gender(seed, number, people, cell)
    drawn_skin = _skin(seed, number, row, {})
    skin = _skin(seed, number, row, people.fixed) if "skin_lightness" in people.fixed else drawn_skin
    so_far = SimpleNamespace(gender=gender, years=years, skin_lab=drawn_skin)
    name = f"s{seed}-n{number:06d}-p{pack.hash[:8]}-v{STREAM_VERSION}.{SAMPLER_VERSION}{_twin(people.fixed)}"
    return Identity(id=name, seed=seed, number=number, age=float(people.fixed.get("age", years)), gender=gender,
                    ancestry=_ancestry(seed, number, row), group=cell["group"], cell=cell, shapes=_shapes(seed, number, row, pack),
                    skin_lab=skin, iris=_iris(seed, number, row, people), look=_look(seed, number, so_far, row, people),
                    stream_version=STREAM_VERSION, pack_hash=pack.hash)


def _twin(fixed):
    """Return what tells a counterfactual twin's id from the drawn person's: nothing, or -t and a short hash of what is fixed."""
    if not fixed:
        return ""
    text = json.dumps({key: _settled(value) for key, value in fixed.items()}, sort_keys=True)
    return f"-t{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _settled(value):
    """Return a fixed value in one way of saying it: a colour as three numbers, a number as float, a word as it is."""
    colour = looks.rgb(value)
    return colour if colour else value if isinstance(value, str) else float(value)


@cache
def axes(pack):
    """Return the pack's local axes as {axis: (has a negative end, has a positive end)}."""
    ends = {}
    for name in pack.shapes.names:
        kind, _, rest = name.partition(":")
        if kind in ("local", "asym"):
            axis = rest[:-1] if kind == "local" else name[:-1]
            ends.setdefault(axis, set()).add(name[-1])
    return {axis: ("-" in found, "+" in found) for axis, found in sorted(ends.items())}


def _years(seed, number, people, cell):
    low, high = next(ages for ages in people.ages if age_label(ages) == cell["age"])
    return float(np.round(stream(seed, "identity.age", number).uniform(low, high), 1))


def _gender(seed, number, people, cell):
    drawn = stream(seed, "identity.gender", number).uniform(*GENDER_RANGE[cell["gender"]])
    return float(people.fixed.get("gender", np.round(drawn, 3)))


def _ancestry(seed, number, row):
    drawn = stream(seed, "identity.ancestry", number).dirichlet(np.array(row["ancestry"]) * row["concentration"])
    drawn = np.round(drawn, 4)
    drawn[np.argmax(drawn)] += 1 - drawn.sum()
    return {pole: float(round(w, 4)) for pole, w in zip(POLES, drawn)}


def _shapes(seed, number, row, pack):
    """Draw every local axis and asymmetry; each has draws of its own, so that a new axis moves no other."""
    table = axes(pack)
    centres = [axis.partition(".")[0] for axis in table]
    mean, spread, side_spread = variety.moments_of(tuple(table), tuple(row["shapes"].items()))
    both = variety.held(tuple(table), normals(seed, "identity.shape", number, names=centres))
    side = variety.held(tuple(table), normals(seed, "identity.asymmetry", number, names=list(table)))
    value = mean + spread * both + side_spread * side
    value = np.where([low for low, _ in table.values()], value, np.abs(value))
    return dict(zip(table, np.round(np.clip(value, -variety.BOUND, variety.BOUND), 3).tolist(), strict=True))


def _skin(seed, number, row, fixed):
    mean, spread = np.array(row["skin_lab"])
    lab = mean + spread * np.clip(stream(seed, "look.skin", number).normal(size=3), -2.2, 2.2)
    if "skin_lightness" in fixed:
        lab[0] = fixed["skin_lightness"]
    return tuple(float(v) for v in np.round(np.clip(lab, (25, 5, 8), (80, 20, 28)), 2))


def _look(seed, number, so_far, row, people):
    drawn = looks_drawn.draw(seed, number, so_far, row["hair"], people.looks)
    return looks_drawn.changed(drawn, {key[len(LOOK):]: _settled(value) for key, value in people.fixed.items() if key.startswith(LOOK)})


def another_look(who, number, groups=None):
    """Draw the look of a number for a person who is there: it fits age, gender, tone and the hair of the group.

    who      Identity
    number   seed of the look, 0 or more; that of a person as drawn is `who.seed`
    groups   as `read_groups` returns; the built-in ones by default
    returns  Look
    """
    row = (groups or _built_in()).get(who.group, {})
    so_far = SimpleNamespace(gender=who.gender, years=who.age, skin_lab=who.skin_lab)
    return looks_drawn.draw(number, who.number, so_far, row.get("hair", {}))


def _iris(seed, number, row, people):
    """Draw the colour of the iris: by the group's frequencies, of those wished for; where the group has none of them, all of them alike."""
    if "iris" in people.fixed:
        return people.fixed["iris"]
    wished = people.looks.irises or tuple(row["iris"])
    rates = {name: row["iris"][name] for name in wished if name in row["iris"]} or dict.fromkeys(wished, 1.0)
    names = sorted(rates)
    weight = np.array([rates[n] for n in names], dtype=float)
    return str(stream(seed, "look.iris", number).choice(names, p=weight / weight.sum()))
