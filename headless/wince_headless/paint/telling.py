"""How far a painting is: a bar at a terminal, lines in a log, events for the panel in Blender; and when it shall stop."""

import json
import os
import signal
import sys
import threading

from rich.console import Console

from wince.job.child import MARK


class Stopped(Exception):
    """The painting was told to stop; what it has done so far is kept."""


class Teller:
    """Says what is being done, to people; after a signal `stopping` is true."""

    def __init__(self, console=None):
        self._console = console or Console(stderr=True)
        self._stage, self.stopping = "", False

    def start(self, total):
        """There are so many people to paint."""

    def person(self, name, number, total):
        """This one is painted now; number from 1."""
        self._console.print(f"{name} ({number} of {total})", highlight=False)

    def say(self, sentence):
        """Something worth knowing."""
        self._console.print(f"  {sentence}", highlight=False, markup=False, soft_wrap=True)

    def stage(self, name):
        """This is done now."""
        self._stage = name
        self._console.print(f"  {name}", highlight=False, markup=False, soft_wrap=True)

    def step(self, done, total):
        """So many steps of the stage are done.

        raises   Stopped when it shall stop
        """
        if self._console.is_terminal:
            self._console.print(f"  {self._stage}: {done} of {total}", end="\r" if done < total else "\n", highlight=False)
        elif done == total or done % max(1, total // 4) == 0:
            self._console.print(f"  {self._stage}: {done} of {total}", highlight=False)
        self.check()

    def done(self, folder):
        """This folder is finished."""
        self._console.print(f"  {folder}", highlight=False, markup=False, soft_wrap=True)

    def error(self, sentence):
        """It cannot be done; the command line says why."""

    def check(self):
        """Raise Stopped when it shall stop."""
        if self.stopping:
            raise Stopped

    def listen(self, leash=False):
        """Stop after the step in hand on Ctrl-C or SIGTERM, a second one stops at once; on a leash when stdin ends as well."""
        if leash:
            threading.Thread(target=self._hold, daemon=True).start()
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self._hear)

    def _hold(self):
        while os.read(0, 1):                              # not sys.stdin: its lock would be held when Python ends
            pass
        self.stopping = True

    def _hear(self, number, frame):
        if self.stopping:
            signal.default_int_handler(number, frame)
        self.stopping = True
        self.say("stopping after the step in hand (again stops at once)")


class Events(Teller):
    """Says it to a program: lines that begin with `wince: `, as renders do."""

    def start(self, total):
        """There are so many people to paint."""
        _event("start", people=total)

    def person(self, name, number, total):
        """This one is painted now."""
        _event("person", person=name, number=number, people=total)

    def say(self, sentence):
        """Something worth knowing."""
        _event("say", text=sentence)

    def stage(self, name):
        """This is done now."""
        self._stage = name
        _event("stage", stage=name)

    def step(self, done, total):
        """So many steps of the stage are done."""
        _event("step", stage=self._stage, done=done, total=total)
        self.check()

    def done(self, folder):
        """This folder is finished."""
        _event("done", folder=str(folder))

    def error(self, sentence):
        """It cannot be done."""
        _event("error", message=sentence)


def _event(kind, **facts):
    sys.stdout.write(f"{MARK}{json.dumps({'event': kind, **facts})}\n")
    sys.stdout.flush()
