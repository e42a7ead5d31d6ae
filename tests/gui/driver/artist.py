"""The hands of a person at Blender's window, and eyes that read its labels."""

import base64
import json
import os
import shutil
import time
from pathlib import Path

import numpy as np

from . import screen
from .room import DOOR

WAIT_S = 90                     # how long a text may take to appear, a question to be answered
GAP = 8                         # empty pixels after a text, more than between words: "FACS Face" is not "FACS Face from JSON"
STEP_PX, STEPS = 6, 12          # a drag is made of small moves, as a hand makes them


class Artist:
    """One Blender window in a room.

    room     room.Room
    album    Path of the folder where the screenshots go
    """

    def __init__(self, room, album):
        self.room, self.album = room, Path(album)
        self._blender, self._labels, self._kept = None, {}, 0

    # -- Blender itself

    def open_blender(self, *words, timeout=300):
        """Start Blender with the given words and wait until its window is there and it answers."""
        for script in ("questions.py", "painter.py"):
            shutil.copy(Path(__file__).with_name(script), self.room.shared)           # with its right to be run
        for leftover in ("ask.json", "answer.json"):
            (self.room.shared / leftover).unlink(missing_ok=True)
        width, height = self.room.size
        log = self.room.shared / f"blender-{self._kept:02}.log"
        self._blender = self.room.start(log, "blender", "-noaudio", "--window-geometry", 0, 0, width, height, *words,
                                        "--python", f"{DOOR}/questions.py")
        self._log = log
        self.ask("bpy.app.version_string", timeout)
        self.see()

    def close_blender(self):
        """End Blender, without asking it."""
        if self._blender:
            self.room.kill(self._blender)
            self._blender = None

    def ask(self, question, timeout=WAIT_S):
        """Return the value of a Python expression inside Blender (names: see questions.py)."""
        temporary, answer = self.room.shared / "ask.part", self.room.shared / "answer.json"
        temporary.write_text(json.dumps(question))
        os.replace(temporary, self.room.shared / "ask.json")
        end = time.monotonic() + timeout
        while not answer.is_file():
            if self._blender.poll() is not None or time.monotonic() > end:
                said = self._log.read_text()[-3000:]
                raise AssertionError(f"no answer to {question!r}: see {self.keep('no-answer')}; Blender said:\n{said}")
            time.sleep(0.02)
        said = json.loads(answer.read_text())
        answer.unlink()
        if "error" in said:
            raise AssertionError(f"{question!r}: {said['error']}")
        return said["value"]

    def wait(self, question, timeout=WAIT_S):
        """Wait until an expression inside Blender is true, and return its value."""
        end = time.monotonic() + timeout
        while not (value := self.ask(question, timeout)):
            if time.monotonic() > end:
                raise AssertionError(f"{question!r} did not become true: see {self.keep('never-true')}")
            time.sleep(0.1)
        return value

    # -- eyes

    def see(self):
        """Return the screen, (H, W, 3) uint8, when it has stopped changing."""
        return screen.still(self.room.pixels)

    def keep(self, name):
        """Keep a numbered screenshot and return its Path."""
        self._kept += 1
        path = self.album / f"{self._kept:02}-{name}.png"
        screen.save(self.see(), path)
        return path

    def spots(self, text, within=None, turned=False):
        """Return where a text stands on the screen, the surest place first; `turned` for the tabs of the sidebar."""
        return screen.search(self.see(), self._drawn(text, turned), within)

    def find(self, text, within=None, turned=False, timeout=WAIT_S):
        """Return the surest Spot of a text; wait for it to appear.

        raises   AssertionError that names the screenshot
        """
        end = time.monotonic() + timeout
        while not (found := self.spots(text, within, turned)):
            if time.monotonic() > end:
                raise AssertionError(f"{text!r} is nowhere on the screen: see {self.keep('not-found')}")
        return found[0]

    def read(self, texts, within=None):
        """Return the one of the texts that stands on the screen: texts that differ by a digit are alike, the surest is it."""
        picture = self.see()
        spots = {text: screen.search(picture, self._drawn(text, False), within) for text in texts}
        found = {text: places[0].score for text, places in spots.items() if places}
        if not found:
            raise AssertionError(f"none of {texts} is on the screen: see {self.keep('not-found')}")
        return max(found, key=found.get)

    def _drawn(self, text, turned):
        """Return a text as Blender draws it, (h, w) float, cut to its glyphs and a margin."""
        if text not in self._labels:
            width, height, pixels = self.ask(f"label({text!r})")
            cover = np.frombuffer(base64.b64decode(pixels), np.uint8).reshape(height, width).astype(float)
            rows, columns = np.flatnonzero(cover.any(axis=1)), np.flatnonzero(cover.any(axis=0))
            self._labels[text] = cover[max(0, rows[0] - 1):rows[-1] + 2, max(0, columns[0] - 3):columns[-1] + 1 + GAP]
        return np.rot90(self._labels[text], -1) if turned else self._labels[text]

    # -- hands

    def point(self, x, y):
        """Move the mouse."""
        self._do("mousemove", round(x), round(y))

    def click(self, text, within=None, turned=False, button=1):
        """Click on a text."""
        self.click_at(*self.find(text, within, turned)[:2], button)

    def click_at(self, x, y, button=1):
        """Click at a place in pixels; the mouse comes near first, so that Blender sees it arrive."""
        self.point(x - 2, y - 1)
        time.sleep(0.1)
        self.point(x, y)
        time.sleep(0.15)
        self.ask("None")                                    # a busy window has not seen the mouse arrive, and would lose the click
        self._do("click", button)
        time.sleep(0.2)

    def drag(self, start, right=0, down=0):
        """Press at a place (x, y), move the mouse by so many pixels in small steps, and let go."""
        self.point(*start[:2])
        time.sleep(0.1)
        self.ask("None")                                    # a busy window hears press and release at once, and takes them for a click
        self._do("mousedown", 1)
        self.ask("None")
        steps = max(STEPS, (abs(right) + abs(down)) // STEP_PX)
        for k in range(steps):
            along = [round(length * (k + 1) / steps) - round(length * k / steps) for length in (right, down)]
            self._do("mousemove_relative", "--", *along)
            time.sleep(0.03)
        self.ask("None")
        self._do("mouseup", 1)
        time.sleep(0.2)

    def press(self, *keys):
        """Press keys one after the other, xdotool's names: "n", "shift+d", "ctrl+z", "Return"."""
        self._focus()
        for key in keys:
            self._do("key", key)
            time.sleep(0.15)

    def type(self, text):
        """Type a text."""
        self._focus()
        self._do("type", "--delay", 25, text)
        time.sleep(0.2)

    def _focus(self):
        """Give the keyboard to the window under the mouse, as a window manager would: without one, a closed dialog keeps it."""
        where = dict(line.split("=") for line in self.room.run("xdotool", "getmouselocation", "--shell").split())
        self._do("windowfocus", where["WINDOW"])

    def _do(self, *words):
        self.room.run("xdotool", *map(str, words))
