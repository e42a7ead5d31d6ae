"""Who does what next: pure. What workers say comes in, orders come out; nothing here knows a process, a file or the time of day.

People wait in portions, a person's samples that are to be done. A worker is given its next portion when one sample of the last is left, so
that it never waits; when fewer portions wait than there are workers, they are cut, so that all finish together. What a worker that died had
in hand waits again, first in line; the sample it died of is taken to `judge`. Nothing is in two hands.
"""

import signal
from collections import deque
from dataclasses import dataclass, field

from .trouble import FULL, KILLED, LIMIT

AHEAD = 1                      # samples that a worker has left when it is given more
LEAST = 3                      # samples that are worth building a person for in one more worker
LOSSES = 3                     # samples of one person quarantined in a row: it is the person; people in a row: it is the machine
SIGKILL = (-9, 137)            # as a process's own code, and as a shell's
LEFT = (0, 75, -1, -2, -10, -15, 129, 130, 138, 143)      # done, stopped, or sent away: SIGHUP, SIGINT, SIGUSR1, SIGTERM crash nobody
OFF, STARTING, UP, CLOSING = "off", "starting", "up", "closing"


@dataclass(frozen=True)
class Start:
    """Start worker `n`."""

    n: int


@dataclass(frozen=True)
class Give:
    """Give worker `n` samples of a person."""

    n: int
    person: dict
    samples: tuple


@dataclass(frozen=True)
class Close:
    """Tell worker `n` that nothing more comes; it finishes the view in hand, and leaves."""

    n: int


@dataclass(frozen=True)
class Kill:
    """End worker `n` at once: it is over the time limit."""

    n: int


@dataclass(frozen=True)
class Finish:
    """All of a shard's samples are there, or in quarantine."""

    shard: int


@dataclass(eq=False)
class Portion:
    """Samples of one person that wait, or are in one hand."""

    shard: int
    person: dict
    samples: list


@dataclass
class Worker:
    """A place for a worker, and the process that has it at the moment.

    begun    the key it is at; None between two
    began    whether this process has begun any
    since    seconds on the caller's clock when it last said anything, or was given something while it had nothing
    killed   why we ended it; None when we did not
    hung     seconds that it had said nothing when we did
    words    its own sentence about what went wrong
    """

    state: str = OFF
    hand: deque = field(default_factory=deque)
    begun: str | None = None
    began: bool = False
    views: int = 0
    heavy: bool = False
    since: float = 0.0
    killed: str | None = None
    hung: float = 0.0
    words: str = ""

    @property
    def left(self):
        """How many samples it has in hand."""
        return sum(len(portion.samples) for portion in self.hand)


class Foreman:
    """The state of the work.

    judge     (key, how, weight, n) -> whether the sample is quarantined now; see trouble.py
    there     key -> whether the sample is there, made by whomever
    views     how many samples its workers have made, without those where somebody else's was there first
    refusal   None, or why nothing more can be done, in a sentence
    suspects  keys that were quarantined by what looks like the machine's fault
    """

    def __init__(self, workers, judge, there, recycle=500, limit=300.0):
        self.workers, self.judge, self.there = [Worker() for _ in range(workers)], judge, there
        self.recycle, self.limit = recycle, limit
        self.pending, self.open, self.quarantined, self.views = deque(), {}, [], 0
        self.stopping, self.told_all, self.refusal, self.suspects = False, False, None, ()
        self._finished, self._barren, self._losses, self._row = [], 0, {}, []

    # ---- what is to be done

    def take(self, shard, found):
        """Take on a shard: `found` is a list of (person, keys)."""
        if found:
            self.open[shard] = self.open.get(shard, 0) + sum(len(keys) for _, keys in found)
            self.pending.extend(Portion(shard, person, list(keys)) for person, keys in found)
        else:
            self._finished.append(shard)

    def no_more(self):
        """Note that all shards have been taken on."""
        self.told_all = True

    @property
    def hungry(self):
        """Whether it is time to take on another shard."""
        return not (self.told_all or self.stopping) and len(self.pending) < 2 * len(self.workers)

    @property
    def over(self):
        """Whether nobody works any more, and nobody will."""
        idle = all(worker.state == OFF for worker in self.workers)
        return idle and not self._finished and (self.stopping or (self.told_all and not self.pending))

    def stop(self, refusal=None):
        """Give out nothing more; workers finish the view in hand."""
        self.stopping, self.refusal = True, self.refusal or refusal

    def end(self):
        """Note that all workers are ended at once; return their numbers. What they had in hand waits, nothing is to blame."""
        found = [n for n, worker in enumerate(self.workers) if worker.state != OFF]
        for n in found:
            self.workers[n].killed = "stop"
        return found

    # ---- what comes in

    def hear(self, n, event, now):
        """Take an event of worker `n`, said at `now`."""
        worker, key = self.workers[n], event.get("key")
        worker.since = now
        match event["event"]:
            case "start" if worker.state == STARTING:
                worker.state = UP
            case "begin":
                worker.begun, worker.began, self._barren = key, True, 0
            case "view":
                self._viewed(worker, key, event.get("placed", True))
            case "served":
                self._served(n, event["id"])
            case "error":
                worker.words = event.get("message", "")

    def weigh(self, n, heavy):
        """Note whether worker `n` has grown too big."""
        self.workers[n].heavy = heavy

    def ended(self, n, code, talk=()):
        """Take note that the process of worker `n` has ended; `talk` is what it said last."""
        worker, self.workers[n] = self.workers[n], Worker()
        asked = worker.state == CLOSING or worker.killed == "stop"
        if code == 2:
            self.stop(worker.words or "\n".join(talk) or "a worker refused the plan and did not say why")
        elif code not in LEFT:
            self._died(n, worker, code, talk)
        elif not asked and not worker.began:
            self._count_barren(KILLED, worker, talk)
        self._put_back(worker.hand)

    # ---- what goes out

    def orders(self, now):
        """Return what is to be done now, a list of Start, Give, Close, Kill and Finish."""
        found = [Finish(shard) for shard in self._finished]
        self._finished = []
        found += [order for n in range(len(self.workers)) if (order := self._late(n, now))]
        if not self.stopping:
            found += self._starts(now)
            found += [order for _ in range(2) for n in range(len(self.workers)) if (order := self._gift(n, now))]
        return found + [order for n in range(len(self.workers)) if (order := self._leave(n, now))]

    def _late(self, n, now):
        """Return a Kill for a worker that has something to do, or to leave, and has said nothing for too long."""
        worker = self.workers[n]
        busy = worker.state in (STARTING, CLOSING) or worker.left
        if worker.state != OFF and busy and not worker.killed and now - worker.since > self.limit:
            worker.killed, worker.hung = "hang", now - worker.since
            return Kill(n)
        return None

    def _starts(self, now):
        """Start as many workers as have something to do."""
        parts = sum(-(-len(portion.samples) // LEAST) for portion in self.pending)
        waiting = sum(worker.state in (STARTING, UP) and not worker.left for worker in self.workers)
        off = [n for n, worker in enumerate(self.workers) if worker.state == OFF]
        chosen = off[:max(0, parts - waiting)]
        for n in chosen:
            self.workers[n] = Worker(STARTING, since=now)
        return [Start(n) for n in chosen]

    def _gift(self, n, now):
        """Return a Give for a worker that soon has nothing to do."""
        worker = self.workers[n]
        if worker.state not in (STARTING, UP) or worker.killed or worker.left > AHEAD or not self.pending or self._due(worker):
            return None
        if worker.left and len(self.pending) <= sum(not other.left for other in self.workers if other.state in (STARTING, UP)):
            return None                                            # those who have nothing come first
        portion = self._fresh(self._cut(worker))
        if not portion.samples:
            return self._gift(n, now)
        worker.since = worker.since if worker.left else now
        worker.hand.append(portion)
        return Give(n, portion.person, tuple(portion.samples))

    def _cut(self, worker):
        """Take the next portion, or a part of it when fewer wait than there are workers; whoever has built the person goes on with it."""
        mine = worker.hand[-1].person["id"] if worker.hand else None
        portion = next((portion for portion in self.pending if portion.person["id"] == mine), self.pending[0])
        everything = sum(len(other.samples) for other in self.pending)
        share = max(LEAST, -(-everything // (2 * len(self.workers))))
        if len(self.pending) >= len(self.workers) or len(portion.samples) <= share:
            self.pending.remove(portion)
            return portion
        part, portion.samples = portion.samples[:share], portion.samples[share:]
        return Portion(portion.shard, portion.person, part)

    def _fresh(self, portion):
        """Take samples off a portion that are there by now: another driver made them, or a worker that died before it could say so."""
        for key in tuple(portion.samples):
            if self.there(key):
                portion.samples.remove(key)
                self._settle(portion.shard)
        return portion

    def _due(self, worker):
        """Tell whether a worker is to be replaced when it has done what it has in hand."""
        return worker.heavy or worker.views + worker.left >= self.recycle

    def _leave(self, n, now):
        """Return a Close for a worker that is no longer needed, or due to be replaced."""
        worker = self.workers[n]
        through = self.told_all and not self.pending and not any(other.left for other in self.workers)
        dry = worker.state == UP and not worker.left and (through or (worker.views and self._due(worker)))
        if worker.state in (STARTING, UP) and (self.stopping or through or dry):
            worker.state, worker.since = CLOSING, now
            return Close(n)
        return None

    # ---- what becomes of samples

    def _viewed(self, worker, key, placed):
        """Take note that a sample is there."""
        worker.begun = None if worker.begun == key else worker.begun       # a graphics card is at the next already
        worker.views, self.views, self._row = worker.views + 1, self.views + placed, []
        for portion in worker.hand:
            if key in portion.samples:
                portion.samples.remove(key)
                self._losses.pop(portion.person["id"], None)
                self._settle(portion.shard)
                return

    def _served(self, n, person):
        """Take note that a worker is through with a portion; what it passed over is in trouble, or it would be passed over forever."""
        hand = self.workers[n].hand
        if hand and hand[0].person["id"] == person:
            portion = self._fresh(hand.popleft())
            for key in tuple(portion.samples):
                self._try(n, portion, key, "was passed over", FULL)
            self._put_back([portion])

    def _died(self, n, worker, code, talk):
        """Find who is to blame for a death that nobody asked for."""
        outstanding = next((portion.samples[0] for portion in worker.hand if portion.samples), None)
        key = worker.begun or (outstanding if worker.began else None)
        weight = KILLED if code in SIGKILL and not worker.killed else FULL
        hung = f"hung for {worker.hung:.1f} s without a word, the limit is {self.limit:g} s (give such views more with --limit SECONDS)"
        how = hung if worker.killed == "hang" else f"died ({_end(code)})"
        portion = next((portion for portion in worker.hand if key in portion.samples), None)
        if worker.killed == "stop":
            return
        if portion:
            self._try(n, portion, key, how, weight)
        elif not worker.began:
            self._count_barren(weight, worker, talk or [how])

    def _try(self, n, portion, key, how, weight):
        """Take a sample to the judge; when it is quarantined, look whether it is the person, or the machine."""
        if not self.judge(key, how, weight, n):
            return
        self._drop(portion, key)
        person = portion.person["id"]
        self._losses[person] = self._losses.get(person, 0) + 1
        portion.samples.sort(key=lambda other: other.split("/")[1] == key.split("/")[1])        # other expressions first: is it this one?
        self._row.append((person, key))
        if self._losses[person] >= LOSSES:
            self._give_up(n, person, key, [portion, *(other for other in self.pending if other.person["id"] == person)])
        if len({who for who, _ in self._row}) >= LOSSES:
            self.suspects = tuple(suspect for _, suspect in self._row)
            self.stop(f"samples of {LOSSES} people in a row killed their workers, and nothing was rendered between: it is the machine or "
                      f"its Blender, try another; the last, {key}, {how}")

    def _give_up(self, n, person, key, portions):
        """Quarantine what is left of a person: building it is what kills."""
        for portion in portions:
            for other in tuple(portion.samples):
                self.judge(other, f"not tried any more: {LOSSES} samples of {person} killed their workers, see {key}", LIMIT, n)
                self._row.append((person, other))
                self._drop(portion, other)
        self.pending = deque(portion for portion in self.pending if portion.samples)

    def _drop(self, portion, key):
        """Take a quarantined sample off the list."""
        portion.samples.remove(key)
        self.quarantined.append(key)
        self._settle(portion.shard)

    def _settle(self, shard):
        """Count down a shard."""
        self.open[shard] -= 1
        if not self.open[shard]:
            del self.open[shard]
            self._finished.append(shard)

    def _put_back(self, portions):
        """Let what was in a hand wait again, first in line; parts of one person become one portion again."""
        for portion in reversed(portions):
            if not portion.samples:
                continue
            if self.pending and self.pending[0].person["id"] == portion.person["id"]:
                self.pending[0].samples[:0] = portion.samples
            else:
                self.pending.appendleft(portion)

    def _count_barren(self, weight, worker, talk):
        """Count processes that ended before they began a view; stop when they do nothing else."""
        self._barren += weight
        if self._barren >= LIMIT:
            said = worker.words or (f"it said last: {talk[-1]}" if talk else "it said nothing")
            self.stop(f"Blender ends before it renders anything, {LOSSES} times in a row: {said}")


def _end(code):
    """Return how a process ended, in words."""
    return f"signal {signal.Signals(-code).name}" if -code in {*signal.Signals} else f"exit code {code}"
