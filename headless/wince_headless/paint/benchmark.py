"""`wince paint --benchmark`: seconds and memory of one identity, with random weights of the real sizes, on whatever device there is.

One person is painted by the painter's own stages at their real sizes; the backend is `lifesize`, behind a meter.  Random weights take the
time of trained ones; random embeddings stand in for prompts, and no text encoder is run.  On a processor the network is run a few times
only: after that the meter answers in its place, and what was measured is multiplied; the table says how often each part was really run.
"""

import importlib.util
import tempfile
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np

from wince.core.errors import WinceError

from . import cost, devices, measured, views
from .models.catalogue import CATALOGUE
from .models.fetch import size_of
from .telling import Teller

RUNS = {"cpu": 2, "cuda": 10 ** 9, "mps": 20}    # of each part of the network
FEW = 100                                # runs that are worth a sentence each
LIMIT = 0.10                             # share of everything that is not the network, the most it may take


@dataclass
class Part:
    """One part of painting an identity.

    name      for people
    network   whether it is the diffusion model: its network, its encoder, its decoder
    times     how often an identity needs it
    seconds   of each run that was really made
    """

    name: str
    network: bool
    times: float
    seconds: list[float] = field(default_factory=list)

    @property
    def total(self):
        """Seconds of an identity: those of the runs that were made, and the median for each that was not."""
        missing = max(self.times - len(self.seconds), 0)
        return sum(self.seconds) + (float(np.median(self.seconds)) * missing if self.seconds else 0.0)


@dataclass(frozen=True)
class Result:
    """What was measured.

    sizes     {network: numbers in its weights}
    parts     tuple of Part
    peak      bytes, of the device's memory or of the process; 0 where that cannot be told
    """

    backend: str
    device: str
    title: str
    dtype: str
    view_size: int
    views: int
    steps: int
    size: int
    sizes: dict
    parts: tuple
    peak: int

    @property
    def seconds(self):
        """Seconds of one identity."""
        return sum(part.total for part in self.parts)

    @property
    def overhead(self):
        """Share of an identity's seconds that is not the network."""
        rest = sum(part.total for part in self.parts if not part.network)
        return rest / max(self.seconds, 1e-9)

    def table(self):
        """Return the result for a terminal."""
        sizes = ", ".join(f"{name} {count / 1e6:,.0f} M" for name, count in self.sizes.items())
        head = [f"{self.backend} with random weights: {sizes}",
                f"{self.title} ({self.device}), {self.dtype}; {self.views} views of {self.view_size} px, {self.steps} steps, "
                f"albedo {self.size} px",
                "", f"{'part':<30}{'run':>6}{'seconds':>10}{'needed':>8}{'identity':>11}{'share':>8}"]
        return "\n".join([*head, *(self._row(part) for part in self.parts), "", *self._foot()])

    __str__ = table

    def _row(self, part):
        once = float(np.median(part.seconds)) if part.seconds else 0.0
        share = part.total / max(self.seconds, 1e-9)
        return f"{part.name:<30}{len(part.seconds):>6}{once:>10.3f}{part.times:>8g}{part.total:>9.1f} s{share:>8.1%}"

    def _foot(self):
        whole = all(len(part.seconds) >= part.times for part in self.parts)
        said = "" if whole else "; parts run less often than needed are multiplied"
        verdict = "within" if self.overhead <= LIMIT else "above"
        return [f"{self.seconds:,.1f} s an identity{said}",
                f"{self.overhead:.1%} of it is not the network, {verdict} the limit of {LIMIT:.0%}",
                f"peak memory {size_of(self.peak) if self.peak else 'unknown'}", "prompts: random embeddings, no text encoder was run"]


def run(settings, person=None, say=lambda sentence: None, runs=None, make=None):
    """Measure a backend by painting one person.

    settings  paint.settings.Settings: backend, view_size, views, steps, sync_*, size, device, dtype; 0 where the preset decides
    person    core.face.Person; None: one that is drawn for it
    say       called with a sentence before each stage
    runs      how often each part of the network is really run; None: as the device can bear, all of them on a GPU
    make      makes the backend; None: lifesize.make
    returns   Result
    raises    WinceError for a backend without a model, without torch, and where it does not fit into main memory
    """
    _refuse_what_cannot_be_measured(settings.backend)
    from . import backends, diffusion
    from .backends import lifesize

    name = devices.pick(settings.device)
    settings = diffusion.preset(replace(settings, batch=settings.batch or int(name == "cpu")), backends.of(settings.backend))
    cost.check(cost.estimate(settings, name))
    say("making the networks")
    meter = _meter(settings, name, make or lifesize.make, RUNS[name.partition(":")[0]] if runs is None else runs, say)
    watch = Watch(say, lambda: meter.spent)
    _forget_peak(name)
    with tempfile.TemporaryDirectory() as scratch:
        painter = _random(settings, name, meter)
        painter.finish(painter.begin(person or somebody(), Path(scratch), watch), watch)
    parts = (*meter.parts.values(), *watch.ended())
    result = Result(settings.backend, name, devices.title(name), devices.number_type(settings.dtype, name), settings.view_size,
                    len(views.RIGS[settings.views]), settings.steps, settings.size, meter.sizes(), parts, _peak(name))
    if make is None:
        measured.keep(result.backend, result.title, result.dtype, result.view_size, result.views, result.steps, result.seconds)
    return result


def somebody():
    """Return a person to paint, always the same."""
    from wince.core import demographics, face, pack
    from wince.job import spec

    found = pack.load()
    return face.FaceModel(found).person(demographics.sample(0, 0, spec.People(), found))


def as_facts(result):
    """Return a Result as a dict for programs."""
    return asdict(result) | {"seconds": result.seconds, "overhead": result.overhead}


class Watch(Teller):
    """Takes the time of each stage, without the network's.

    say      called with a stage's name as it begins
    network  returns the seconds that the network has had so far
    """

    def __init__(self, say, network):
        super().__init__()
        self._say, self._network, self._stages, self._now = say, network, {}, None

    def stage(self, name):
        """End the stage before and begin this one."""
        self._close()
        self._say(name)
        self._now = (name, time.perf_counter(), self._network())

    def step(self, done, total):
        """Say that so many steps are done."""
        self._say(f"{self._now[0] if self._now else 'step'}: {done} of {total}")

    def say(self, sentence):
        """Pass a sentence on."""
        self._say(sentence)

    def ended(self):
        """Return the Parts: all stages so far."""
        self._close()
        return tuple(self._stages.values())

    def _close(self):
        if self._now:
            name, began, network = self._now
            part = self._stages.setdefault(name, Part(name, False, 1))
            part.seconds = [sum(part.seconds) + time.perf_counter() - began - (self._network() - network)]
        self._now = None


def _refuse_what_cannot_be_measured(backend):
    if backend not in CATALOGUE:
        raise WinceError(f"the backend {backend} has no network to measure: give --backend {' or '.join(CATALOGUE)}")
    if missing := [name for name in ("torch", "diffusers") if importlib.util.find_spec(name) is None]:
        raise WinceError(f"measuring needs {' and '.join(missing)}, which this Python has not: pip install '.[paint]'")


def _meter(settings, name, make, runs, say):
    import torch

    from .backends.metered import Metered

    dtype = getattr(torch, devices.number_type(settings.dtype, name))
    return Metered(make(settings.backend, torch.device(name), dtype, settings), runs, Part, time.perf_counter, say if runs < FEW else None)


def _random(settings, name, meter):
    """Return the Diffusion painter around a backend that is there already."""
    from . import backends, diffusion

    class Random(diffusion.Diffusion):
        def __init__(self):
            diffusion.Painter.__init__(self, settings)
            self.kind, self.device, self.name = backends.of(settings.backend), name, settings.backend
            self.sources, self.models, self._nets = {}, (), [meter]

    return Random()


def _forget_peak(device):
    if device.startswith("cuda"):
        import torch

        torch.cuda.reset_peak_memory_stats(torch.device(device))


def _peak(device):
    """Return the most bytes that were taken: of a CUDA device since `_forget_peak`, of the process since it began; 0 where nobody knows."""
    if device.startswith("cuda"):
        import torch

        return torch.cuda.max_memory_allocated(torch.device(device))
    try:
        import resource
    except ImportError:                                  # Windows
        return 0
    import sys

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
