"""How far the work is: for people at a terminal, for logs, and for engines that read OpenJD's lines."""

import sys
import time

from ..progress import LOG_EVERY, Bar, duration, plural

STARTED_S, FEW = 1.0, 5     # seconds, and views after the first, before a rate means anything


class WorkProgress(Bar):
    """A bar at a terminal, a line now and then in a log; call it with the events of `drive.run`."""

    def __init__(self, console=None):
        self._about = "looking what is missing"
        super().__init__(self._about, console=console)
        self._began = self._said = None
        self._started, self.views, self.shards = False, 0, 0

    def __call__(self, event, done, total):
        """Take one event; done and total are samples of the shards that were asked for."""
        kind = event["event"]
        if sentence := _sentence(event, not self._started):
            self._say(sentence)
        self._started = self._started or kind == "start"
        self._count(event)
        self.shards += kind == "shard"
        self._about = event["key"] if kind == "view" else self._about
        self._show(done, total, rate=self._pace(done, total), about=self._about)
        if kind == "view" and not self.console.is_terminal:
            self._log(event["key"], done, total)

    def _count(self, event):
        """Count a view that is new; the first starts the clock: before it Blender was starting."""
        if event["event"] == "view" and event.get("placed", True):
            self._began = time.perf_counter() if self._began is None else self._began
            self.views += 1

    def rate(self):
        """Return views per second from the first one on, 0 while there is nothing to say."""
        seconds = time.perf_counter() - self._began if self.views > FEW else 0
        return (self.views - 1) / seconds if seconds > STARTED_S else 0

    def _pace(self, done, total):
        """Return rate and time left in words."""
        rate = self.rate()
        return f"{rate:.2f}/s" + (f"  {duration((total - done) / rate)} left" if done < total else "") if rate else ""

    def _log(self, key, done, total):
        now = time.perf_counter()
        if done == total or self._said is None or now - self._said >= LOG_EVERY:
            self._said = now
            shards = f"{plural(self.shards, 'shard', 'shards')} done" if self.shards else ""
            self._say("  ".join(filter(None, (f"{done:,}/{total:,}", key, self._pace(done, total), shards))))


class OpenJD:
    """Events as lines that OpenJD's runners read from stdout, passed on to another listener as well."""

    def __init__(self, then, write=None):
        self._then, self._write, self._percent = then, write or _print, -1

    def __call__(self, event, done, total):
        """Take one event, see WorkProgress."""
        percent = 100 * done // total if total else self._percent      # an end by an error counts nothing
        if percent != self._percent:
            self._percent = percent
            self._write(f"openjd_progress: {percent}")
        if event["event"] == "end":
            self._write(f"openjd_{'fail' if event['code'] else 'status'}: {_one_line(event['sentence'])}")
        elif sentence := _sentence(event, False):
            self._write(f"openjd_status: {_one_line(sentence)}")
        self._then(event, done, total)


def _sentence(event, first):
    """Return what to say of an event at once, None for most."""
    match event:
        case {"event": "start"} if first:
            return f"Blender {event.get('blender')}, rendering on {event.get('device')}, denoiser {event.get('denoiser')}"
        case {"event": "others"}:
            names = event["names"]
            who = f"another driver is at these shards, {names[0]}" if len(names) == 1 else f"{len(names)} other drivers are at these shards"
            return f"{who}: this one takes them in another order, and what is there is not made again"
        case {"event": "stopping"}:
            return "stopping at once" if event["again"] else "stopping after the views in hand (Ctrl-C again stops at once)"
        case {"event": "trouble"}:
            return f"{event['key']} {event['how']}: it is tried again"
        case {"event": "quarantine"}:
            return f"{event['key']} {event['how']}: in quarantine, its log is {event['log']}"
        case {"event": "recycle"}:
            return f"worker {event['worker']} holds {event['gb']:.1f} GB: a fresh one takes its place when it is through with its person"
        case {"event": "end"}:
            return event["sentence"] if event["code"] in (0, 1, 75) else None
    return None


def _one_line(text):
    return " ".join(text.split())


def _print(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
