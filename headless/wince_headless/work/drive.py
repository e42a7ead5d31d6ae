"""Shards of a plan, done: the loop that holds foreman, hands, disk and signals together.

It may be killed at any moment: its workers finish their view and leave, and the same command goes on. Two at one shard do no harm: whoever
comes second begins at the other end, and what it finds there it leaves alone.
"""

import contextlib
import os
import platform
import queue
import re
import signal
import tempfile
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from wince.core.errors import WinceError
from wince.job import disk, resume

from .. import estimate, exits, launch
from ..plan import ranges
from ..progress import plural
from . import cores, foreman, hand, paces, places, room, shards, skins, telling, trouble

LEAST_LIMIT, SLOW = 300.0, 20.0          # seconds that any view may take; how many times the estimate
BEAT = 2.0                               # seconds between looks at memory, disk and pace
WAIT = 0.2                               # seconds between looks at the signals
SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGUSR1") if hasattr(signal, name)]
MOST_TIMES = 500                         # views that the pace is taken over
NAMED = 5                                # quarantined samples that are named in a sentence


@dataclass(frozen=True)
class Wishes:
    """How shards are to be worked on, on this machine.

    workers    Blender processes at a time
    threads    render threads of each; 0: the job's, or an even share of the processors
    blender    path of a Blender program; None: the bpy module of this Python
    limit_s    seconds that a view may take before its worker is ended; None: by the estimate, at least five minutes
    recycle    views after which a worker is replaced
    memory_gb  memory over which it is
    tight      begin although the disk looks too small
    check      compare the hashes of what is there, not the sizes alone
    retry      try quarantined samples anew
    openjd     print openjd_progress, openjd_status and openjd_fail
    """

    workers: int = 1
    threads: int = 0
    blender: Path | None = None
    limit_s: float | None = None
    recycle: int = 500
    memory_gb: float = 4.0
    tight: bool = False
    check: bool = False
    retry: bool = False
    openjd: bool = False


def run(plan, numbers, wishes, progress):
    """Do shards of a plan: everything of them that is not there yet.

    plan      wince.job.plan.Plan
    numbers   shards, a sequence of int
    wishes    Wishes
    progress  called with (event, samples done, samples in all) for every event of every worker and of the work itself; telling.WorkProgress
    returns   exits.DONE; exits.FAULTS when all is there but what is in quarantine; exits.STOPPED after a signal
    raises    WinceError when a worker refuses the plan, none can work here, or the disk is full

    The last event is {"event": "end", "code", "sentence"}.
    """
    progress = telling.OpenJD(progress) if wishes.openjd else progress
    try:
        with _Drive(plan, tuple(numbers), wishes, progress) as drive:
            code, sentence = drive.work()
    except WinceError as error:
        progress({"event": "end", "code": exits.USER, "sentence": str(error)}, 0, 0)
        raise
    progress({"event": "end", "code": code, "sentence": sentence}, *drive.count)
    return code


def owner():
    """Return the name of this process among all that work at a dataset: host and number."""
    return re.sub(r"[^A-Za-z0-9-]+", "-", f"{platform.node() or 'host'}-{os.getpid()}")


class _Drive:
    """One driver at work; leaving it ends its workers, whatever happened."""

    def __init__(self, plan, numbers, wishes, progress):
        self.plan, self.wishes, self._progress, self.owner = plan, wishes, progress, owner()
        self.foreman = foreman.Foreman(wishes.workers, self._judge, lambda key: resume.finished(plan.folder, key),
                                       wishes.recycle, _limit(plan.located, wishes))
        self._tally, self._room, self._crew = _Tally(plan, numbers), room.of(plan), _crew(plan, wishes, self.owner)
        self._waiting, self._hands, self._events = deque(numbers), {}, queue.Queue()
        self._stops, self._heeded, self._before = [], 0, {}
        self._beaten, self._times, self._asked, self._place = None, deque(maxlen=MOST_TIMES), ranges.text(numbers), None

    @property
    def count(self):
        """(samples that are there, samples in all) of the shards asked for."""
        return self._tally.count(self.foreman)

    def __enter__(self):
        self._before = {number: signal.signal(number, lambda kind, _: self._stops.append(kind)) for number in SIGNALS}
        return self

    def __exit__(self, *_):
        for one in self._hands.values():
            one.kill()
        for one in self._hands.values():
            one.wait()
        with contextlib.suppress(OSError):
            places.pace(self.plan.folder, self.owner).unlink(missing_ok=True)
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def work(self):
        """Do all; return (exit code, sentence)."""
        _tidy(self.plan.folder, self.owner)
        self._tell({"event": "plan", "shards": len(self._waiting)})
        if not self.wishes.tight:
            self._room.refuse(self.plan, tuple(self._waiting))
        skins.refuse_unpainted(self.plan, self._waiting)
        self._find_place()
        while not self.foreman.over:
            self._heed()
            self._take_on()
            self._beat(time.monotonic())
            for order in self.foreman.orders(time.monotonic()):
                self._carry_out(order)
            self._listen()
        disk.sweep(self.plan.folder)
        hand.sweep()                                           # again: workers of a killed driver may have lived when we began
        return self._verdict()

    def _find_place(self):
        """Begin where no other driver has begun: first say that this one is here, then look, so that of two at least one sees the other."""
        try:
            self._write_pace(time.monotonic())
        except WinceError as error:
            raise _unwritable(self.plan.folder, error) from error
        found = paces.others(self.plan.folder, self.owner, self._waiting)
        self._place = paces.place(self.owner, found)
        self._waiting = deque(paces.order(self._waiting, self._place))
        self._write_pace(time.monotonic())
        if found:
            self._tell({"event": "others", "names": [one.name for one in found]})

    # ---- the loop

    def _heed(self):
        """Heed signals: the first lets workers finish their view; another Ctrl-C, but nothing that a farm sends, ends them."""
        if len(self._stops) > self._heeded:
            again = self._heeded > 0 and signal.SIGINT in self._stops[self._heeded:]
            if again or not self._heeded:
                self._tell({"event": "stopping", "again": again})
            self._heeded = len(self._stops)
            self.foreman.stop()
            for n in self.foreman.end() if again else ():
                self._hands[n].kill()

    def _take_on(self):
        """Look what is missing of the next shard when people run short."""
        if self.foreman.hungry and self._waiting:
            number = self._waiting.popleft()
            found = shards.missing(self.plan, number, self.wishes.check)
            if self.wishes.retry:
                for key in _keys(found):
                    trouble.forget(self.plan.folder, key)
            self._tally.look(number)
            if found or number not in self._tally.marked:
                self.foreman.take(number, self._turned(self._tally.allowed(found)))
        elif self.foreman.hungry:
            self.foreman.no_more()

    def _turned(self, found):
        """Return what is missing of a shard in this driver's order: another may be at the same shard, from the other end."""
        return [(person, keys[::-1] if self._place % 2 else keys) for person, keys in paces.order(found, self._place)]

    def _beat(self, now):
        """Every now and then: memory, disk, pace."""
        if self._beaten is not None and now - self._beaten < BEAT:
            return
        self._beaten = now
        for n, one in self._hands.items():
            self._weigh(n, one.rss() / 1e9)
        if not self.foreman.stopping and (short := self._room.short(len(self._hands))):
            self.foreman.stop(short)
        try:
            self._write_pace(now)
        except WinceError as error:                            # a full disk: the views in hand may have room yet
            self.foreman.stop(str(error))

    def _write_pace(self, now):
        told = {"workers": len(self._hands), "shards": self._asked, "place": self._place}
        paces.write(self.plan.folder, self.owner, paces.measure(self._times, now) | told)

    def _weigh(self, n, held):
        """Have a worker replaced that holds too many GB of memory."""
        if held > self.wishes.memory_gb and not self.foreman.workers[n].heavy:
            self.foreman.weigh(n, True)
            self._tell({"event": "recycle", "worker": n, "gb": held})

    def _carry_out(self, order):
        """Do what the foreman says."""
        match order:
            case foreman.Start(n):
                self._hands[n] = hand.Hand(n, self._crew(n), self._events)
            case foreman.Give(n, person, samples):
                self._hands[n].give(person, samples)
            case foreman.Close(n):
                self._hands[n].close()
            case foreman.Kill(n):
                self._hands[n].kill()
            case foreman.Finish(number):
                self._finish(number)

    def _finish(self, number):
        """Mark a shard done when it is; what is missing after all is in trouble, and is done again."""
        found = self._tally.allowed(shards.mark(self.plan, number, self.owner), self.foreman.quarantined)
        again = [(person, [key for key in keys if not self._judge(key, "was said to be done and is not there", trouble.FULL)])
                 for person, keys in found]
        if _keys(again):
            self.foreman.take(number, self._turned([(person, keys) for person, keys in again if keys]))
        self._tell({"event": "shard", "shard": number})

    def _listen(self):
        """Hear what the workers have said, waiting a moment for the first word unless there are shards to look at."""
        timeout = 0 if self.foreman.hungry else WAIT
        with contextlib.suppress(queue.Empty):
            while True:
                one, event, when = self._events.get(timeout=timeout)
                timeout = 0
                if event is None:
                    self.foreman.ended(one.n, one.code, tuple(one.talk))
                    del self._hands[one.n]
                else:
                    self.foreman.hear(one.n, event, when)
                    if event["event"] == "view" and event.get("placed", True):
                        self._times.append(when)
                    self._tell(event)

    def _judge(self, key, how, weight, n=None):
        """Note what a sample did to its worker; return whether it is quarantined."""
        if full := room.short_scratch(tempfile.gettempdir()) or self._room.short(len(self._hands)):
            self.foreman.stop(full)                            # no sample's fault
            return False
        talk = self._hands[n].talk if n in self._hands else ()
        bad = trouble.blame(self.plan.folder, key, how, weight, f"{self.owner}-{n}", talk)
        log = places.trouble(self.plan.folder, key)
        self._tell({"event": "quarantine" if bad else "trouble", "key": key, "how": how, "log": str(log)})
        return bad

    def _tell(self, event):
        self._progress(event, *self.count)

    # ---- the end

    def _verdict(self):
        """Return (exit code, sentence), or raise what stopped the work."""
        for key in self.foreman.suspects:
            trouble.soften(self.plan.folder, key, self.owner)
        if self.foreman.refusal:
            raise WinceError(self.foreman.refusal)
        done, total = self.count
        bad = sorted({*self._tally.skipped, *self.foreman.quarantined})
        if done + len(bad) < total:
            return exits.STOPPED, f"stopped: {done:,} of {total:,} samples are there, the same command goes on"
        if bad:
            return exits.FAULTS, _quarantine(self.plan.folder, bad, done, total)
        made = f" ({self.foreman.views:,} made now)" if self.foreman.views else ""
        return exits.DONE, f"{plural(total, 'sample is', 'samples are')} there{made}: `wince verify {self.plan.folder}` checks them"


class _Tally:
    """How many samples of the shards that were asked for are there, and which are not tried because they are in quarantine."""

    def __init__(self, plan, numbers):
        self._plan, self.marked, self.skipped = plan, shards.done(plan).intersection(numbers), []
        self._rows = {number: plan.row(number).samples for number in numbers}
        self._total, self._seen, self._unseen = sum(self._rows.values()), 0, sum(self._rows[number] for number in self.marked)

    def look(self, number):
        """Note that a shard has been looked at: until then its mark is believed."""
        self._seen += self._rows[number]
        self._unseen -= self._rows[number] if number in self.marked else 0

    def allowed(self, found, quarantined=()):
        """Return of a list of (person, keys) what is not in quarantine."""
        bad = {*trouble.quarantined(self._plan.folder)} if found else set()
        self.skipped += bad.intersection(_keys(found)).difference(self.skipped, quarantined)
        kept = [(person, [key for key in keys if key not in bad]) for person, keys in found]
        return [(person, keys) for person, keys in kept if keys]

    def count(self, boss):
        """Return (samples that are there, samples in all)."""
        return self._unseen + self._seen - sum(boss.open.values()) - len({*self.skipped, *boss.quarantined}), self._total


def _unwritable(folder, error):
    """Return the error for a plan's folder that cannot be written: there is no other one to choose."""
    cause = error.__cause__
    if isinstance(cause, OSError) and cause.errno in disk.FORBIDDEN:
        return WinceError(f"{folder} cannot be written ({cause.strerror}): give yourself the right to write there, or copy the plan to "
                          "where you have it and work there")
    return error


def _limit(job, wishes):
    """Return the seconds that a view may take."""
    return wishes.limit_s or max(LEAST_LIMIT, SLOW * estimate.view_seconds(job) / _threads(job, wishes))


def _threads(job, wishes):
    """Return the render threads of each worker."""
    return wishes.threads or job.render.threads or cores.share(wishes.workers)


def _crew(plan, wishes, name):
    """Return the function number of a worker -> argument list of its process."""
    threads = _threads(plan.job, wishes)
    dealt = cores.deal(wishes.workers, threads)

    def words(n):
        pinned = ["--cores", ",".join(map(str, dealt[n]))] if dealt[n] else []
        return launch.command("serve.py", [str(plan.folder), "--owner", f"{name}-{n}", "--threads", str(threads), *pinned], wishes.blender)
    return words


def _tidy(folder, name):
    """Remove what drivers and workers left that were killed."""
    hand.sweep()
    state = folder / places.STATE
    for part in (places.DONE, places.TROUBLE, places.PACE):
        disk.sweep(state / part)
    host = name.rpartition("-")[0]
    for path in (state / places.PACE).glob(f"{host}-*.json"):
        number = path.stem.removeprefix(f"{host}-")
        if number.isdecimal() and not hand.alive(int(number)):
            with contextlib.suppress(OSError):                 # where nothing can be written, it is said a little later, and better
                path.unlink()


def _keys(found):
    """Return all keys of a list of (person, keys)."""
    return [key for _, keys in found for key in keys]


def _quarantine(folder, bad, done, total):
    """Return the sentence about what is in quarantine."""
    named = ", ".join(bad[:NAMED]) + (f" and {len(bad) - NAMED:,} more" if len(bad) > NAMED else "")
    return (f"{done:,} of {total:,} samples are there; {plural(len(bad), 'is', 'are')} in quarantine ({named}): read why in "
            f"{folder / places.STATE / places.TROUBLE}, then try again with --retry, or pack without them")
