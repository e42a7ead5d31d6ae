"""What of a shard is missing; marking it done, and reopening it.

A sample exists when its record does; a shard is done when its mark does. The mark holds what no record does: size and hash of the records
themselves and of what samples share.

    DIR/state/done/00012.json
    {"format": "wince-shard-1", "plan": HASH, "shard": 12, "samples": 825,
     "files": {"id00003/e02/frontal/record.json": [bytes, sha256], ...}, "sizes": {"id00003/e02/frontal": bytes of all its files, ...}}

The sizes are for a quick look: adding up a folder is several times as fast as reading its record.
"""

import contextlib
import hashlib
import json
import os
from pathlib import Path

from wince.job import disk, layout, resume, textures
from wince.job import plan as planned

from . import places, trouble

FORMAT = "wince-shard-1"


def missing(plan, shard, check=False):
    """Return what of a shard is not there.

    plan     wince.job.plan.Plan
    shard    its number
    check    compare hashes, not sizes alone
    returns  list of (person, keys): the plan's line of a person, the keys of the samples to do, in the plan's order; [] for a whole shard
    raises   WinceError when there is no such shard, or the plan is damaged

    Samples that are there and spoiled are put back (see `reopen`), so that whoever looks next finds them missing, too.
    """
    looked = _Look(plan.folder, check, **_marked(plan, shard))
    found, spoiled = [], []
    for person in plan.shard(shard):
        absent, damaged = looked.at(person)
        spoiled += damaged
        if absent or damaged:
            todo = {*absent, *damaged}
            found.append((person, [key for key in planned.keys(person) if key in todo]))
    if found:
        reopen(plan, shard, spoiled)
    return found


def mark(plan, shard, owner=""):
    """Mark a shard done, when it is.

    returns   what is missing after all, see `missing`; [] when the shard is marked
    raises    WinceError when the mark cannot be written
    """
    if found := missing(plan, shard):
        return found
    people = plan.shard(shard)
    files = {name: _facts(plan.folder / name) for person in people for name in _protected(plan.folder, person)}
    sizes = {key: _held(plan.folder / key) for person in people for key in planned.keys(person)}
    facts = {"format": FORMAT, "plan": plan.hash, "shard": shard, "samples": plan.row(shard).samples, "files": files, "sizes": sizes}
    _tidy(plan.folder, people)
    disk.write(places.done(plan.folder, shard), (json.dumps(facts, sort_keys=True) + "\n").encode(), owner)
    return []


def done(plan):
    """Return the numbers of the shards that have a mark, as a set, from one look at a folder; what they hold is not looked at."""
    names = (path.stem for path in Path(plan.folder, places.STATE, places.DONE).glob("*.json"))
    return {int(name) for name in names if name.isdecimal()}


def reopen(plan, shard, keys):
    """Put samples of a shard back on the list of work: their records go, and before them the shard's mark.

    keys   of the samples; their pictures stay until they are written anew
    """
    for path in (places.done(plan.folder, shard), *(layout.record_path(plan.folder, key) for key in keys)):
        path.unlink(missing_ok=True)


class _Look:
    """One look at a shard's files: `known` and `sizes` are what its mark says of them, {} without a mark."""

    def __init__(self, folder, check, known, sizes):
        self.folder, self.check, self.known, self.sizes = folder, check, known, sizes

    def at(self, person):
        """Return (keys of samples that are not there, keys of samples that are there and have to be done again)."""
        keys = list(planned.keys(person))
        absent = [key for key in keys if not self._present(key)]
        there = [key for key in keys if key not in {*absent}]
        damaged = [key for key in there if not self._sound(key)]
        again = {key.split("/")[1] for key in (*absent, *damaged)}              # expressions that are shown again anyway
        for expression in _expressions(there):
            if expression not in again and not self._fits(f"{person['id']}/{expression}/{layout.EXPRESSION}"):
                damaged.append(next(key for key in there if key.split("/")[1] == expression))
        if there and not (absent or damaged) and not all(map(self._fits, _who(self.folder, person, self.known))):
            damaged.append(there[0])                                            # whoever renders one writes the person anew
        return absent, damaged

    def _present(self, key):
        quick = not self.check and key in self.sizes and self.sizes[key] == _held(self.folder / key)
        return quick or resume.finished(self.folder, key)

    def _sound(self, key):
        return self._fits(f"{key}/{layout.RECORD}") and (not self.check or _pictures_match(self.folder, key))

    def _fits(self, name):
        """Tell whether a file is there and as it was marked."""
        path = self.folder / name
        size, sha256 = self.known.get(name, (None, None))
        try:
            same = path.stat().st_size == size or size is None
            return same and (not (self.check and sha256) or _facts(path)[1] == sha256)
        except FileNotFoundError:
            return False


def _marked(plan, shard):
    """Return what a shard's mark says of files and samples; nothing when it has none, or one that cannot be meant."""
    with contextlib.suppress(OSError, ValueError):
        known = json.loads(places.done(plan.folder, shard).read_bytes())
        if (known.get("format"), known.get("plan"), known.get("shard")) == (FORMAT, plan.hash, shard):
            return {"known": known["files"], "sizes": known.get("sizes", {})}
    return {"known": {}, "sizes": {}}


def _held(folder):
    """Return how many bytes the files of a folder have together, None where there is no folder."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        return sum(entry.stat().st_size for entry in entries)
    return None


def _protected(folder, person):
    """Return the files of a person that a mark speaks of, relative to the dataset, in order."""
    keys = list(planned.keys(person))
    shared = [f"{person['id']}/{expression}/{layout.EXPRESSION}" for expression in _expressions(keys)]
    return [*_who(folder, person), *shared, *(f"{key}/{layout.RECORD}" for key in keys)]


def _who(folder, person, known=()):
    """Return the files about a person, relative to the dataset; what the skin was painted by is there only where it was painted."""
    who, skin = (f"{person['id']}/{name}" for name in (layout.IDENTITY, textures.FACTS))
    return [who, skin] if skin in known or (folder / skin).is_file() else [who]


def _expressions(keys):
    """Return the names of the expressions of keys of one person, each once, in order."""
    return list(dict.fromkeys(key.split("/")[1] for key in keys))


def _pictures_match(folder, key):
    """Tell whether a sample's files are those of its record, byte for byte."""
    entries = json.loads(layout.record_path(folder, key).read_bytes())["files"].values()
    return all(_facts(folder / key / entry["path"])[1] == entry["sha256"] for entry in entries)


def _facts(path):
    """Return [bytes, sha256] of a file."""
    data = path.read_bytes()
    return [len(data), hashlib.sha256(data).hexdigest()]


def _tidy(folder, people):
    """Drop what is known against samples that are there after all, and what killed workers left half written beside them."""
    known = {*trouble.keys(folder)}
    for person in people:
        keys = list(planned.keys(person))
        for key in known.intersection(keys):
            trouble.forget(folder, key)
        for place in (folder / person["id"], *(folder / person["id"] / expression for expression in _expressions(keys))):
            disk.sweep(place)
