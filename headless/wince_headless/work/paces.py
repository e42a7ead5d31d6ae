"""What each driver says of itself while it works: how fast it goes, which shards it was asked for, at which place it began.

    DIR/state/pace/HOST-PID.json
    {"views": 31, "seconds": 118.2, "workers": 2, "shards": "0-24", "place": 1}

Only its own driver writes the file, everybody reads it, and nobody waits for it: it is no lock. Views are those that this driver's workers
were the first to put in place, since the first of a window of time; so the paces of all drivers add up to what really comes into being.
A pace counts while its file is fresh, by the clock of the file server, which wrote all of them: machines of a farm disagree about the time.
"""

import contextlib
import itertools
import json
import os
from dataclasses import dataclass
from pathlib import Path

from wince.core.errors import WinceError
from wince.job import disk, layout

from ..plan import ranges
from . import places

FRESH = 90.0                           # seconds; a pace is rewritten every few, and a network's folder may be seen a minute late
FEW = 3                                # views before which a pace says nothing
WINDOW = 120.0                         # seconds that a pace is taken over, if there are FEW views in them
MOST_SHARDS = 1 << 24                  # what a damaged file may ask for


@dataclass(frozen=True)
class Driver:
    """One `wince run` or `wince work`: its name, its own pace, and how long ago it was last heard of, by the file server's clock.

    shards   numbers that it was asked for
    place    where it began, see `order`; None while it has not decided
    """

    name: str
    views: int
    seconds: float
    silent: float
    shards: tuple = ()
    place: int | None = None

    @property
    def live(self):
        """Whether it is at work, as far as one can tell."""
        return self.silent <= FRESH

    @property
    def rate(self):
        """Views per second, 0 while they are too few to tell."""
        return self.views / self.seconds if self.seconds > 0 and self.views >= FEW else 0.0


def drivers(folder):
    """Return the Drivers that have left a pace in a dataset's folder, the busiest first."""
    paths = sorted(Path(folder, places.STATE, places.PACE).glob("*.json"))
    read = [(path, pace) for path in paths if (pace := _read(path))]
    now = _now(folder, [written for _, (written, *_) in read]) if read else 0.0
    found = [Driver(path.stem, views, seconds, max(0.0, now - written), *more) for path, (written, views, seconds, *more) in read]
    return sorted(found, key=lambda one: (not one.live, -one.rate, one.name))


def write(folder, owner, pace):
    """Write a driver's own pace, the dictionary described above; raises WinceError when it cannot be written."""
    disk.write(places.pace(folder, owner), (json.dumps(pace) + "\n").encode(), owner)


def measure(times, now):
    """Return {"views", "seconds"} of the times at which views came into being, a deque in order; old ones are dropped from it.

    The first of them starts the clock and does not count: before it Blender was starting.
    """
    while len(times) > FEW + 1 and now - times[0] > WINDOW:
        times.popleft()
    return {"views": max(0, len(times) - 1), "seconds": round(now - times[0], 1) if times else 0.0}


def others(folder, owner, numbers):
    """Return the live Drivers besides one that work at some of its shards, by name."""
    asked = {*numbers}
    return sorted((one for one in drivers(folder) if one.live and one.name != owner and asked.intersection(one.shards)),
                  key=lambda one: one.name)


def place(owner, found):
    """Return the place at which a driver begins: the first that is free; of several that have not decided, the first by name comes first.

    found   live Drivers besides it
    """
    taken = {one.place for one in found}
    before = sum(one.place is None and one.name < owner for one in found)
    return next(itertools.islice((n for n in itertools.count() if n not in taken), before, None))


def order(things, at):
    """Return things in the order of a place: 0 from the first on, 1 from the last back, so that the two meet in the middle.

    Further pairs begin halfway, a quarter of the way, three quarters of the way and so on, and go round.
    """
    things, start, part = list(things), 0.0, 0.5
    pair = at // 2
    while pair:
        start, pair, part = start + part * (pair % 2), pair // 2, part / 2
    first = int(start * len(things))
    turned = things[first:] + things[:first]
    return turned[::-1] if at % 2 else turned


def _read(path):
    """Return (when it was written, views, seconds, shards, place) of a pace; None for one that is just going, or is none."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        known = json.loads(path.read_bytes())
        views, seconds, at = int(known["views"]), float(known["seconds"]), known.get("place")
        return path.stat().st_mtime, views, seconds, _shards(known.get("shards", "")), None if at is None else int(at)
    return None


def _shards(words):
    try:
        return ranges.parse(words, MOST_SHARDS)
    except WinceError:                                    # none, or of another Wince
        return ()


def _now(folder, written):
    """Return what time it is for the file server: when a file is written there at this moment, or was the last of those given."""
    probe = Path(folder, places.STATE, places.PACE, f".now.{os.getpid()}{layout.TEMPORARY}")
    with contextlib.suppress(OSError):
        try:
            probe.write_bytes(b"")
            return probe.stat().st_mtime
        finally:
            probe.unlink(missing_ok=True)
    return max(written)
