"""Latents on disk between steps, so that a killed painting goes on where it was."""

import hashlib
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from wince.job import disk

VERSION = "1"                          # of the file: another one is not read
OWNER = "checkpoint"


class Store:
    """One file with the latents of one painting.

    path      of the file
    belongs   str, all that the latents depend on and `sync.paint` does not see: the person, the models' files
    every     steps from one save to the next
    say       called with a sentence about a file that is not used
    """

    def __init__(self, path, belongs="", every=5, say=lambda sentence: None):
        self.path, self.belongs, self.every, self.say = Path(path), belongs, max(int(every), 1), say

    def save(self, key, step, latents):
        """Write latents, numpy (n, c, h, w), as they are after `step` steps, whole or not at all.

        key     str, what `sync.paint` knows that they depend on
        raises  WinceError when the disk is full or the folder cannot be written
        """
        # safetensors writes an array's memory as it lies, and networks like their channels last
        about = {"version": VERSION, "key": self._key(key), "step": str(step)}
        disk.write(self.path, save({"latents": np.ascontiguousarray(latents)}, metadata=about), owner=OWNER)

    def load(self, key):
        """Return (steps done, latents) of this painting, or None: no file, one of another painting, or a broken one."""
        if not self.path.exists():
            return None
        try:
            with safe_open(self.path, framework="numpy") as file:
                about, latents = file.metadata() or {}, file.get_tensor("latents")
        except (SafetensorError, OSError) as error:
            return self._ignored(f"cannot be read ({error})")
        if about.get("version") != VERSION or about.get("key") != self._key(key):
            return self._ignored("belongs to another painting")
        return int(about["step"]), latents

    def remove(self):
        """Take the file away, if there is one, and what a killed write left beside it."""
        self.path.unlink(missing_ok=True)
        if self.path.parent.is_dir():
            disk.sweep(self.path.parent, OWNER)

    def _key(self, key):
        return hashlib.sha256("\x1f".join([self.belongs, key]).encode()).hexdigest()

    def _ignored(self, why):
        self.say(f"the checkpoint {self.path} {why}: painting starts from the beginning")
