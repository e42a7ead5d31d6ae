"""How far a render is, for people at a terminal and for logs."""

import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

LOG_EVERY = 10.0                # seconds between lines where there is no terminal


class Bar:
    """A bar at a terminal, nothing in a log: what a subclass says there is its business."""

    def __init__(self, about, *columns, console=None):
        """Get ready; it is shown within `with`.

        about     what is in hand, in words
        columns   of rich, after the count
        """
        self.console = console or Console(stderr=True)
        self._bar = Progress(SpinnerColumn(), TextColumn("{task.fields[about]}"), BarColumn(), MofNCompleteColumn(),
                             TextColumn("{task.fields[rate]}"), *columns, console=self.console, disable=not self.console.is_terminal,
                             transient=True)
        self._task = self._bar.add_task("", total=None, about=about, rate="")

    def __enter__(self):
        self._bar.start()
        return self

    def __exit__(self, *_):
        self._bar.stop()

    def _show(self, done, total, **words):
        self._bar.update(self._task, completed=done, total=total or None, **words)

    def _say(self, text):
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)


class RenderProgress(Bar):
    """A bar at a terminal, a line now and then in a log; call it with the events of `launch.render`."""

    def __init__(self, console=None):
        super().__init__("starting Blender", TimeRemainingColumn(compact=True), console=console)
        self._began = self._said = None
        self.rendered = self.skipped = 0

    def __call__(self, event, done, total):
        """Take one event of a worker; done and total are sums over all workers."""
        kind = event["event"]
        if kind == "stopping":
            self._say("stopping at once" if event["again"] else "stopping after the pictures in hand (Ctrl-C again stops at once)")
            return
        if kind == "start" and self._began is None:
            self._say(f"Blender {event.get('blender')}, rendering on {event.get('device')}, denoiser {event.get('denoiser')}")
        if kind in ("start", "view") and self._began is None:
            self._began = time.perf_counter()
        self.skipped += event.get("count", 1) if kind == "skip" else 0
        self.rendered += kind == "view"
        self._show(done, total, about=event.get("key", ""), rate=self.rate())
        if kind == "view" and not self.console.is_terminal:
            self._log(event["key"], done, total)

    def rate(self):
        """Return pictures per second as text, or nothing while there is nothing to say."""
        seconds = time.perf_counter() - self._began if self.rendered else 0
        return f"{self.rendered / seconds:.2f}/s" if seconds > 1 else ""

    def _log(self, key, done, total):
        now = time.perf_counter()
        if done == total or self._said is None or now - self._said >= LOG_EVERY:
            self._said = now
            left = (total - done) * (now - self._began) / self.rendered
            words = [f"{done}/{total}", key, self.rate(), f"{duration(left)} left" if done < total else ""]
            self._say("  ".join(filter(None, words)))


class Counting(Bar):
    """A bar at a terminal, a line now and then in a log, about something that is counted: `packing: 1,200 of 2,500 people`."""

    def __init__(self, of, console=None):
        """of   what is counted, in the plural: "people" """
        super().__init__("", TimeRemainingColumn(compact=True), console=console)
        self._of, self._said = of, time.perf_counter()

    def __call__(self, words, done, total):
        """Say how far it is.

        words   what is done: "packing"
        total   of how many, or None
        """
        self._show(done, total, about=words)
        now = time.perf_counter()
        if now - self._said >= LOG_EVERY and not self.console.is_terminal:
            self._said = now
            self._say(f"{words}: {done:,}{f' of {total:,}' if total else ''} {self._of}")


def plural(count, one, many):
    """Return a count with its noun: `1 person`, `2,500 people`."""
    return f"{count:,} {one if count == 1 else many}"


def duration(seconds):
    """Return seconds as people say them: `40 s`, `3 min`, `2 h 10 min`, `4 days`."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if minutes < 90:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{round(minutes / 1440)} days"
