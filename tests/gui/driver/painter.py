#!/usr/bin/env python3
"""A stand-in for the painter's Python, in a tree that has none of its packages: it speaks as `wince paint --events` does.

It paints in one colour, with the add-on's own code for the files, a step at a time, so that the panel has something to show.
"""

import hashlib
import json
import sys
import time
from pathlib import Path

STEPS, STEP_S, SIZE, COLOUR = 10, 0.2, 256, (90, 160, 110)
FAULT = "it is all of one colour"
sys.path.insert(0, "/mnt/profile/extensions/user_default")


def say(event, **facts):
    """Say what happens, as the painter does."""
    sys.stdout.write("wince: " + json.dumps({"event": event, **facts}) + "\n")
    sys.stdout.flush()


def paint(who, out):
    """Write a skin of one colour."""
    import numpy as np

    from wince.job import disk, png, textures

    data = png.encode(np.full((SIZE, SIZE, 3), COLOUR, np.uint8))
    facts = {"format": textures.FORMAT, "person": {"id": who.id, "key": textures.key(who), "pack": who.pack_hash}, "painter": "procedural",
             "seed": 0, "profile": "research", "models": [], "versions": {"wince": "0"}, "quality": {"passed": False, "why": [FAULT]},
             "files": {"albedo": {"sha256": hashlib.sha256(data).hexdigest()}}}
    disk.write(out / who.id / textures.ALBEDO, data)
    disk.write(out / who.id / textures.FACTS, json.dumps(facts).encode())
    say("done", folder=str(out / who.id))


def main(words):
    """Paint whom the words name, step by step."""
    from wince.core import identity

    say("start", people=1)
    say("stage", stage="view agreement")
    for step in range(STEPS):
        time.sleep(STEP_S)
        say("step", stage="view agreement", done=step + 1, total=STEPS)
    paint(identity.read(words[words.index("paint") + 1]), Path(words[words.index("--out") + 1]))


if __name__ == "__main__":
    main(sys.argv)
