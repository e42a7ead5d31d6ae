"""What a painter's Python has and what is wrong with it: versions, devices, models on this machine; each problem with its cure.

`json` is what the panel in Blender reads: one line, {"event": "doctor", "facts": [[label, value], ...], "problems": [...], ...}.
"""

import importlib.metadata
import json
import platform
import re
import shutil
import sys
from dataclasses import asdict, dataclass

from wince.core.errors import WinceError
from wince.job.child import MARK

from .. import devices
from . import catalogue, licences, sources
from .catalogue import CATALOGUE
from .fetch import size_of

NEEDED = ("torch", "diffusers", "transformers", "accelerate", "safetensors", "huggingface_hub", "scipy")
TRIED = {"torch": (2, 13), "diffusers": (0, 42), "transformers": (5, 0)}       # the oldest that Wince was tried with
INSTALL = f'"{sys.executable}" -m pip install ".[paint]"'


@dataclass(frozen=True)
class Model:
    """One model of a backend's set.

    size      bytes on this machine, 0 where it is not here, and then `why`
    weights   bytes of its weights, by the catalogue
    pinned    whether the catalogue names a commit
    """

    role: str
    name: str
    licence: str
    size: int
    why: str
    weights: float
    pinned: bool

    def row(self):
        """Return it as one line for a terminal."""
        where = size_of(self.size) if self.size else f"{size_of(self.weights)}, not here"
        terms = "not for release" if licences.reason(self.licence) else "for release"
        pinned = "pinned" if self.pinned else "not pinned"
        licence = "licence unknown" if self.licence == licences.UNKNOWN else self.licence
        return f"  {self.role:<16}{where:<20}{licence:<26}{terms:<17}{pinned:<12}{self.name}"


@dataclass(frozen=True)
class Report:
    """What was found.

    versions   {package: version, "" where it is not installed}, with wince and python
    devices    tuple of devices.Device; empty where torch cannot be loaded
    models     {backend: tuple of Model}
    offline    whether HF_HUB_OFFLINE keeps the hub's library from the network
    problems   tuple of sentences
    """

    versions: dict
    devices: tuple
    models: dict
    offline: bool
    problems: tuple

    @property
    def ok(self):
        """Whether a diffusion model can paint here: all packages, a device, and one backend's whole set."""
        return bool(all(self.versions[name] for name in NEEDED) and self.devices and self.ready())

    def ready(self):
        """Return the names of the backends whose models are all here."""
        return [name for name, models in self.models.items() if all(model.size for model in models)]

    def facts(self):
        """Return (label, value) pairs for people."""
        rows = [(name, version or "not installed") for name, version in self.versions.items()]
        rows += [(device.name, f"{device.title}, {_room(device)}") for device in self.devices]
        rows += [(name, _set(name, models)) for name, models in self.models.items()]
        return [*rows, ("network", "off (HF_HUB_OFFLINE)" if self.offline else "only when models are fetched")]

    def text(self):
        """Return the report for a terminal."""
        rows = self.facts()
        width = max(len(label) for label, _ in rows)
        problems = [f"! {problem}" for problem in self.problems] or ["nothing is wrong"]
        return "\n".join([*(f"{label:<{width}}  {value}" for label, value in rows), "", *problems])

    def json(self):
        """Return the report as one line for programs."""
        told = {"event": "doctor", "ok": self.ok, "facts": self.facts(), "problems": list(self.problems), "offline": self.offline,
                "devices": [asdict(device) for device in self.devices], "ready": self.ready(),
                "models": {name: [asdict(model) for model in models] for name, models in self.models.items()}}
        return MARK + json.dumps(told)


def gather():
    """Return the Report of this Python; imports torch where it is installed, loads no model, never asks the network."""
    versions = _versions()
    found, broken = _devices() if versions["torch"] else ((), "")
    models = {name: _models(name) for name in CATALOGUE} if versions["huggingface_hub"] else {}
    offline = bool(models) and bool(sources.hub().constants.HF_HUB_OFFLINE)
    report = Report(versions, found, models, offline, ())
    problems = [*_packages(versions), *([broken] if broken else []), *_speed(found), *_sets(report)]
    return Report(versions, found, models, offline, tuple(problems))


def table():
    """Return the catalogue as text: each model with its role, size, licence, whether its revision is pinned; what may be released."""
    rows = []
    for backend in CATALOGUE:
        models = _models(backend)
        rows += [f"{backend}: {_whole(backend, models)}", *(model.row() for model in models), ""]
    return "\n".join([*rows, "one model alone: wince models fetch BACKEND/ROLE"])


def _versions():
    from wince.job import record

    return {"wince": record.wince_version(), "python": platform.python_version(), **{name: _version(name) for name in NEEDED}}


def _version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _devices():
    """Return the devices and "", or none and the sentence for a torch that is installed and cannot be loaded."""
    try:
        return tuple(devices.listed()), ""
    except (ImportError, OSError) as error:
        return (), (f"torch is installed and cannot be loaded ({' '.join(str(error).split())[:200]}): install it again with "
                    f'"{sys.executable}" -m pip install --force-reinstall torch')


def _models(backend):
    """Return the Models of a backend as they are on this machine."""
    return tuple(_model(need, catalogue.size(backend, need.role)) for need in CATALOGUE[backend])


def _model(need, weights):
    pinned = "@" in need.default
    try:
        _, _, _, folder = sources.locate("", need.role, need)
    except WinceError as error:
        return Model(need.role, need.default, need.licence, 0, str(error), weights, pinned)
    size = sum(path.stat().st_size for path in sources.wanted(folder, need.patterns).values())
    said = licences.from_card(folder)
    return Model(need.role, need.default, need.licence if said == licences.UNKNOWN else said, size, "", weights, pinned)


def _packages(versions):
    """Return what is wrong with the packages."""
    missing = [name for name in NEEDED if not versions[name]]
    said = [f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed: run {INSTALL}"] if missing else []
    for name, tried in TRIED.items():
        if versions[name] and _numbers(versions[name]) < tried:
            oldest = ".".join(map(str, tried))
            said.append(f"{name} {versions[name]} is older than {oldest}, the oldest tried with Wince: run {INSTALL} --upgrade")
    return said


def _speed(found):
    """Return what is wrong with the devices."""
    if not found or found[0].name != "cpu":
        return []
    if shutil.which("nvidia-smi"):
        return ["there is an NVIDIA driver and this torch cannot use it: install a CUDA build, see https://pytorch.org/get-started/locally"]
    return ["no GPU was found: on the processor a face takes an hour or more, less with a smaller --set view_size and fewer --steps"]


def _sets(report):
    """Return what is wrong with the models."""
    if not report.models or report.ready():
        return []
    return ["no backend has all its models on this machine: run `wince models fetch sd15` (the smallest), or give folders with --model"]


def _set(name, models):
    """Return a backend's models in words, for the report."""
    absent = [model.role for model in models if not model.size]
    terms = "" if _releasable(models) else ", not for release"
    if absent:
        lack = "not here" if len(absent) == len(models) else f"{', '.join(absent)} not here"
        return f"{lack}: `wince models fetch {name}`{terms}"
    return f"{size_of(sum(model.size for model in models))}{terms}"


def _whole(name, models):
    """Return a backend's models in words, for the table: what may be released, how much is here, how to get the rest."""
    here, absent = sum(model.size for model in models), sum(model.weights for model in models if not model.size)
    terms = "for release" if _releasable(models) else "not for release"
    parts = [terms, *([f"{size_of(here)} here"] if here else []),
             *([f"{size_of(absent)} of weights to fetch: wince models fetch {name}"] if absent else [])]
    return ", ".join(parts)


def _releasable(models):
    """Tell whether what all these models make together may be released: one that may not is enough to say no."""
    return not any(licences.reason(model.licence) for model in models)


def _room(device):
    return f"{size_of(device.free)} of {size_of(device.total)} free" if device.total else "memory unknown"


def _numbers(version):
    """Return the first two numbers of a version."""
    return tuple(int(number) for number in re.findall(r"\d+", version)[:2])
