"""Which processors each of several workers may use: as many as it has threads, none of them shared while there are enough.

A worker that is not pinned burns processors it was not given: the threads of Blender and of its denoiser wait for work by spinning.
Only processors that this process itself may use are dealt out: under Slurm, taskset or in a container these are not all there are.
"""

import os

import psutil

WORKER_BYTES = 1.5e9                   # a Blender with a full face at 512 pixels holds about 1.1 GB


def allowed():
    """Return the processors that this process may run on, sorted; none where the system does not tell."""
    if not hasattr(os, "sched_getaffinity"):
        return ()
    return tuple(sorted(os.sched_getaffinity(0)))


def count():
    """Return how many processors this process may use, the control group's quota included; at least 1."""
    return max(1, min(len(allowed()) or os.cpu_count() or 1, quota()))


def deal(workers, threads, processors=None):
    """Return the processors of each of some workers; empty tuples where nobody is to be pinned.

    workers     how many
    threads     render threads of each; 0: an even share of all processors
    processors  numbers to deal out; by default those that this process may use
    returns     tuple of tuples of int, one for each worker; neighbours get neighbouring processors, which often share a cache

    Nobody is pinned when the threads are more than the processors: then the system knows better who should run. Threads of one
    core come last, see `spread`, so that two workers do not share a core while another idles.
    """
    processors = spread(allowed()) if processors is None else tuple(processors)
    each = threads or len(processors) // max(workers, 1)
    if not each or workers * each > len(processors):
        return ((),) * workers
    return tuple(tuple(sorted(processors[k * each:(k + 1) * each])) for k in range(workers))


def share(workers, processors=None):
    """Return how many render threads each of some workers gets when nobody has said: an even share, at least 1."""
    return max(1, (processors or count()) // max(workers, 1))


def workers(device, available=None):
    """Return how many workers this machine has room for: one per processor as far as memory goes, and one where a GPU is asked for.

    device     the job's: "gpu" is one queue, however many feed it
    available  bytes of memory that are free; by default as the system tells it
    """
    if device == "gpu":
        return 1
    available = psutil.virtual_memory().available if available is None else available
    return max(1, min(count(), int(available / WORKER_BYTES)))


def spread(processors, siblings_of=None):
    """Return processors in the order to deal them out: one of every core, then the second of every core, and so on.

    processors   numbers, sorted
    siblings_of  processor -> the numbers of its core, itself among them; by default as Linux tells it
    """
    siblings_of = siblings_of or _siblings
    rank = {}
    for number in processors:
        core = [other for other in siblings_of(number) if other in processors] or [number]
        rank[number] = sorted(core).index(number)
    return tuple(sorted(processors, key=lambda number: (rank[number], number)))


def quota(root="/sys/fs/cgroup"):
    """Return how many processors' worth of time the control group grants, rounded up; many where there is no limit.

    root   folder of control groups, version 2
    """
    try:
        with open(f"{root}/cpu.max", encoding="ascii") as file:
            granted, period = file.read().split()
        return max(1, -(-int(granted) // int(period)))
    except (OSError, ValueError):                          # no such file, or "max": no limit
        return 1 << 16


def _siblings(number):
    """Return the processors of a processor's core, as Linux tells it."""
    try:
        with open(f"/sys/devices/system/cpu/cpu{number}/topology/thread_siblings_list", encoding="ascii") as file:
            return _numbers(file.read().strip())
    except (OSError, ValueError):
        return (number,)


def _numbers(text):
    """Read "0,4-6"."""
    parts = [part.partition("-") for part in text.split(",")]
    return tuple(number for low, _, high in parts for number in range(int(low), int(high or low) + 1))
