"""Where a plan's state lies; paths and names only. The samples themselves lie as in every dataset folder, see wince.job.layout.

    DIR/state/done/00012.json                     shard 12 is whole: written last; see shards.py
    DIR/state/trouble/id00003.e02.frontal.json    a sample that killed its worker: how often, how, and what the worker said last
    DIR/state/pace/HOST-PID.json                  a driver's own pace, rewritten as it works: see paces.py
    DIR/textures/                                 painted skins, where the plan has them painted

State is no part of a release; names of machines may stand here (a farm has to know its bad nodes) and nowhere else.
"""

from pathlib import Path

STATE, DONE, TROUBLE, PACE, TEXTURES = "state", "done", "trouble", "pace", "textures"


def done(folder, shard):
    """Return the path of the mark that a shard is whole."""
    return Path(folder, STATE, DONE, f"{shard:05d}.json")


def trouble(folder, key):
    """Return the path of what is known of a sample that killed its worker."""
    return Path(folder, STATE, TROUBLE, key.replace("/", ".") + ".json")


def pace(folder, owner):
    """Return the path of a driver's pace."""
    return Path(folder, STATE, PACE, f"{owner}.json")
