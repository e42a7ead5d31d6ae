"""What there is to compute on, how much of its memory is free, and the number type that suits it."""

import os
from dataclasses import dataclass
from pathlib import Path

from wince.core.errors import WinceError

KINDS = ("cuda", "mps", "cpu")
NUMBERS = {"float32": 4, "bfloat16": 2, "float16": 2}            # bytes
CGROUP = Path("/sys/fs/cgroup")                                  # a container's limit; the machine's own memory is not the container's


@dataclass(frozen=True)
class Device:
    """One device.

    name         as torch has it: "cuda:0", "mps", "cpu"
    title        for people
    free, total  bytes; 0 where that cannot be told
    """

    name: str
    title: str
    free: int
    total: int


def listed():
    """Return the Devices of this machine, the fastest first; imports torch."""
    import torch

    names = [f"cuda:{index}" for index in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    names += ["mps"] if torch.backends.mps.is_available() else []
    return [Device(name, title(name), *memory(name)) for name in (*names, "cpu")]


def pick(wish):
    """Return the name of the device that a setting means.

    wish    "auto": the fastest there is; else a device
    raises  WinceError for one that is not there
    """
    here = [device.name for device in listed()]
    if wish == "auto":
        return here[0]
    name = "cuda:0" if wish == "cuda" else wish
    if name not in here:
        cure = f"choose --device {' or '.join(here)}" + (", or look at what `wince paint --doctor` says" if name.startswith("cuda") else "")
        raise WinceError(f"there is no device {wish!r} for this Python: {cure}")
    return name


def number_type(wish, name):
    """Return "float32", "bfloat16" or "float16": a setting's wish, or what suits a device.

    raises  WinceError for a wish that is none of them
    """
    if wish != "auto":
        if wish not in NUMBERS:
            raise WinceError(f"the painting's dtype is {wish!r}: known are auto, {', '.join(NUMBERS)}")
        return wish
    if not name.startswith("cuda"):
        return "float32" if name == "cpu" else "bfloat16"
    import torch

    return "bfloat16" if torch.cuda.get_device_capability(torch.device(name))[0] >= 8 else "float16"     # before Ampere it is emulated


def title(name):
    """Return what a device is called."""
    import torch

    if name.startswith("cuda"):
        return torch.cuda.get_device_name(torch.device(name))
    return "Apple GPU" if name == "mps" else f"{cores()} processor cores"


def cores():
    """Return how many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def memory(name):
    """Return (free, total) bytes of a device by its name; (0, 0) where that cannot be told."""
    if name == "cpu":
        return main_memory()
    import torch

    if name.startswith("cuda"):
        return torch.cuda.mem_get_info(torch.device(name))
    total = torch.mps.recommended_max_memory()
    return max(total - torch.mps.driver_allocated_memory(), 0), total


def main_memory():
    """Return (free, total) bytes of main memory, within a container's limit where there is one."""
    free, total = _installed()
    used, limit = _number(CGROUP / "memory.current"), _number(CGROUP / "memory.max")
    if limit and limit < total:
        return min(free, max(limit - (used or 0) + _cached(), 0)), limit
    return free, total


def _installed():
    try:
        import psutil
    except ImportError:
        return _told_by_the_system()
    state = psutil.virtual_memory()
    return state.available, state.total


def _told_by_the_system():
    """Return (free, total) without psutil, where the system is a POSIX one."""
    if not hasattr(os, "sysconf") or "SC_AVPHYS_PAGES" not in os.sysconf_names:
        return 0, 0
    page = os.sysconf("SC_PAGE_SIZE")
    return os.sysconf("SC_AVPHYS_PAGES") * page, os.sysconf("SC_PHYS_PAGES") * page


def _cached():
    """Return the bytes of a container that hold files, which the system gives up when memory is needed."""
    try:
        words = (CGROUP / "memory.stat").read_text(encoding="ascii").split()
    except OSError:
        return 0
    facts = dict(zip(words[::2], words[1::2], strict=True))
    return int(facts.get("inactive_file", 0))


def _number(path):
    """Return the number in a file; none where there is no such file or it says that there is no limit."""
    try:
        text = path.read_text(encoding="ascii").strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None
