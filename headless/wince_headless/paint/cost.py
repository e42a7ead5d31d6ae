"""Memory and time that a painting needs and what is free, said before it begins; needs no torch where the device is the processor.

How much lives at once beside the weights was counted, not guessed: every backend's networks in their real sizes, run with tensors that have
shapes and no numbers (tests/paint/live.py), attention without its table as torch computes it on all devices.
"""

import math
import shutil
from dataclasses import dataclass
from pathlib import Path

from wince.core.errors import WinceError

from ..progress import duration
from . import devices, measured, views
from .models import weights
from .models.catalogue import CATALOGUE
from .models.fetch import size_of


@dataclass(frozen=True)
class Working:
    """What one backend has alive at once, beside its weights.

    network   numbers per latent pixel of a view while one level is predicted, with guidance
    codec     numbers per pixel of a view while it is decoded, more than while it is encoded
    factor    pixels along a side of a latent
    exact     whether the codec works in 32 bits on every device
    text      billions of numbers in the text encoders, which leave the device before the first step
    twice     whether guidance predicts with both texts at once
    joint     whether all views are predicted together
    """

    network: float
    codec: float
    factor: int
    exact: bool
    text: float
    twice: bool
    joint: bool


WORKING = {
    "sd15": Working(22_100, 770, 8, True, 0.123, True, False),
    "sdxl": Working(14_600, 770, 8, False, 0.818, True, False),
    "zimage": Working(50_200, 810, 8, False, 4.022, False, True),
    "qwen": Working(18_500, 1_770, 8, False, 8.292, False, True),
}
SLACK = 1.2                              # what allocators and libraries take on top of what lives
CONTEXT = {"cuda": 0.6e9, "mps": 0.4e9, "cpu": 0.5e9}     # bytes of Python, torch and a device's driver
STAGE_BYTES = 650.0                      # of main memory for a texel while a skin is finished: 3.9 GB of process at 2048, measured
TEXEL_BYTES, VIEW_BYTES = 5.0, 2.0       # on disk: albedo and coverage of a texel, previews and checkpoint of a view's pixel; at most


@dataclass(frozen=True)
class Estimate:
    """What a painting needs and what is free, bytes.

    device, dtype   names
    weights, text   of the networks; of the text encoders, which work before them
    beside          of what is neither: the device's driver; on a processor also the other stages
    view            that one more view at once takes; of a joint backend that all of them take
    free, total     of the device's memory; 0 where that cannot be told
    views, batch    of a person; at once, as many as fit
    offload         whether weights have to wait in main memory, so that it fits
    disk            of one person's folder, at most; disk_free is what is left where it goes, 0 where nobody asked
    seconds         of one person; None where nothing like it was measured here, see `measured`
    """

    backend: str
    device: str
    dtype: str
    weights: float
    text: float
    beside: float
    view: float
    free: int
    total: int
    views: int
    batch: int
    offload: bool
    disk: float
    disk_free: int
    seconds: float | None

    @property
    def needed(self):
        """Bytes that the device must have free for the batch."""
        return self.weights + self.batch * self.view + self.beside

    def sentence(self, people=1):
        """Return the estimate as one line, with the total for so many people."""
        free = f"{size_of(self.free)} of {size_of(self.total)} free" if self.total else "it cannot be told how much is free"
        once = "all views at once" if self.batch == self.views else f"{self.batch} of {self.views} views at once"
        wait = ", weights wait in main memory by turns" if self.offload else ""
        disk = f"{size_of(self.disk)} of disk a person" + (f", {size_of(people * self.disk)} for {people}" if people > 1 else "")
        return (f"{self.backend} on {self.device}, {self.dtype}: {size_of(self.needed)} of memory for {once} "
                f"({size_of(self.weights)} weights), {free}{wait}; {disk}; {self._time(people)}")

    def _time(self, people):
        """Return the time in words: of one person, of all of them; or how to measure it."""
        if not self.seconds:
            return f"time not measured here yet: wince paint --benchmark --backend {self.backend}"
        total = f", {duration(people * self.seconds)} for {people}" if people > 1 else ""
        return f"about {duration(self.seconds)} a person{total}"


def estimate(settings, device, sources=None, out=None):
    """Estimate a painting.

    settings  paint.settings.Settings, presets filled in: view_size and guidance are read
    device    name, see devices.pick
    sources   {role: Source}; without them the catalogue's sizes are taken
    out       folder that the textures go to
    returns   Estimate
    """
    working = WORKING[settings.backend]
    dtype = devices.number_type(settings.dtype, device)
    nets, text = _weights(settings.backend, working, dtype, sources)
    free, total = devices.memory(device)
    count, joint = len(views.RIGS[settings.views]), working.joint
    view = view_bytes(settings.backend, settings.view_size, settings.guidance, dtype, count if joint else 1)
    beside = context(device, settings.size)
    room = (free or math.inf) - beside
    offload = device != "cpu" and settings.offload != "none" and nets + view > room
    fits = max(1, int(min((room - (0 if offload else nets)) / view, settings.batch or count, count)))
    disk = settings.size ** 2 * TEXEL_BYTES + count * settings.view_size ** 2 * VIEW_BYTES
    return Estimate(settings.backend, device, dtype, nets, text, beside, view, free, total, count, count if joint else fits, offload, disk,
                    _disk_free(out), measured.seconds(settings, device))


def view_bytes(backend, view_size, guidance, dtype, joined=1):
    """Return the bytes that live at once beside the weights for one view, or for `joined` views that must be predicted together.

    view_size  pixels; guidance, dtype as in Settings
    """
    working, pixels = WORKING[backend], view_size ** 2
    share = 0.5 if working.twice and guidance <= 1 else 1.0
    network = working.network * share * joined * pixels / working.factor ** 2 * devices.NUMBERS[dtype]
    codec = working.codec * pixels * (4 if working.exact else devices.NUMBERS[dtype])
    return SLACK * max(network, codec)


def check(found):
    """Refuse a painting that would be killed half-way: main memory that does not hold the weights, a disk that does not hold the result.

    found    Estimate
    raises   WinceError: what is needed, what is free, the cure.  A GPU that is short of memory is no reason: the run takes less at a time
    """
    least = max(found.weights + found.view, found.text) + found.beside
    if found.device == "cpu" and found.free and least > found.free:
        half = "--set dtype=bfloat16 takes half, " if found.dtype == "float32" else ""
        raise WinceError(f"{found.backend} needs {size_of(least)} of main memory for one view and {size_of(found.free)} are free: "
                         f"close other programs, {half}or choose another backend or a smaller --set view_size")
    if found.disk_free and found.disk > found.disk_free:
        raise WinceError(f"a texture needs {size_of(found.disk)} of disk and {size_of(found.disk_free)} are free: "
                         "choose another disk with --out")


def context(device, size=0):
    """Return the bytes that a device needs beside weights and views; `size` of the albedo in texels, whose stages use main memory."""
    return CONTEXT[device.partition(":")[0]] + (STAGE_BYTES * size ** 2 if device == "cpu" else 0)


def _weights(backend, working, dtype, sources):
    """Return the bytes of the networks and of the text encoders at a number type."""
    wide = devices.NUMBERS[dtype]
    text = working.text * 1e9
    if sources:
        found = [(name, weights.header(path).parameters) for name, path in _files(sources)]
        text = sum(count for name, count in found if name.startswith("text_encoder"))
        return (sum(count for _, count in found) - text) * wide, text * wide
    return (sum(need.parameters for need in CATALOGUE[backend] if need.role != "vae") * 1e9 - text) * wide, text * wide


def _files(sources):
    """Return (relative name, path) of the safetensors of Sources."""
    for source in sources.values():
        for name in source.files:
            if name.endswith(weights.SUFFIX):
                yield name, source.folder if source.folder.is_file() else source.folder / name


def _disk_free(out):
    if out is None:
        return 0
    place = Path(out).absolute()
    return shutil.disk_usage(next(folder for folder in (place, *place.parents) if folder.exists())).free
