"""Samples that killed their worker: how often, how, and what the worker said last. On disk, so that it outlives the driver.

    DIR/state/trouble/id00003.e02.frontal.json
    {"format": "wince-trouble-1", "key": "id00003/e02/frontal", "quarantined": false,
     "tries": [{"how": "died (signal SIGSEGV)", "weight": 10, "worker": "HOST-PID-0", "talk": ["...", "..."]}, ...]}

A sample is quarantined when the weights of its tries reach LIMIT: three crashes or hangs, or ten times a bare SIGKILL, which is how the
kernel takes a process when memory is short, and how a farm takes one that has done nothing wrong. Once it is rendered, its trouble goes.
"""

import contextlib
import json
from pathlib import Path

from wince.job import disk

from . import places

FORMAT = "wince-trouble-1"
FULL, KILLED, LIMIT = 10, 3, 30         # of a crash or hang, of a bare SIGKILL, of quarantine; whole numbers: ten times 0.3 is less than 3
KEPT = 12                               # tries that are kept


def read(folder, key):
    """Return what is known of a sample's trouble, the dictionary described above; one without tries when there was none."""
    with contextlib.suppress(OSError, ValueError):
        known = json.loads(places.trouble(folder, key).read_bytes())
        if known.get("format") == FORMAT and known.get("key") == key:
            return known
    return {"format": FORMAT, "key": key, "quarantined": False, "tries": []}


def blame(folder, key, how, weight, worker="", talk=()):
    """Note that a sample killed its worker.

    folder   of the dataset
    key      of the sample
    how      in words, "died (signal SIGSEGV)"
    weight   FULL, KILLED, or LIMIT to quarantine it at once
    worker   who died, "HOST-PID-0"
    talk     the worker's last lines
    returns  whether the sample is quarantined now
    raises   WinceError when it cannot be written
    """
    known = read(folder, key)
    known["tries"].append({"how": how, "weight": weight, "worker": worker, "talk": list(talk)})
    known["quarantined"] = sum(tried["weight"] for tried in known["tries"]) >= LIMIT
    known["tries"] = known["tries"][-KEPT:]
    disk.write(places.trouble(folder, key), (json.dumps(known, indent=1, sort_keys=True) + "\n").encode(), worker)
    return known["quarantined"]


def soften(folder, key, owner):
    """Let all tries of one driver count as one crash: when sample after sample dies there, it is the machine, and others may do better.

    owner   of the driver, "HOST-PID"; its workers' names begin so
    """
    known = read(folder, key)
    own = [tried for tried in known["tries"] if tried["worker"].startswith(f"{owner}-") and tried["weight"] < LIMIT]
    others = [tried for tried in known["tries"] if not tried["worker"].startswith(f"{owner}-")]
    known |= {"tries": others + [tried | {"weight": FULL} for tried in own[-1:]]}
    known["quarantined"] = sum(tried["weight"] for tried in known["tries"]) >= LIMIT
    disk.write(places.trouble(folder, key), (json.dumps(known, indent=1, sort_keys=True) + "\n").encode(), owner)


def quarantined(folder):
    """Return the keys of a dataset's quarantined samples, sorted."""
    return sorted(key for key in keys(folder) if read(folder, key)["quarantined"])


def keys(folder):
    """Return the keys of all samples that have made trouble, sorted."""
    return sorted(path.stem.replace(".", "/") for path in Path(folder, places.STATE, places.TROUBLE).glob("id*.json"))


def forget(folder, key):
    """Take back all that is known of a sample: it has been rendered, or is to be tried anew."""
    with contextlib.suppress(FileNotFoundError):
        places.trouble(folder, key).unlink()
