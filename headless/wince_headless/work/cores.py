"""Which processors each of several workers may use: as many as it has threads, none of them shared.

Only processors that this process itself may use are dealt out: under Slurm, taskset or in a container these are not all there are. They
are dealt out only when the workers need them all: of some that are left over nobody can know whether another driver on this machine has
taken the same. A worker that is not pinned sees to it itself that it spins on no processor it was not given, see wince.job.processors.
"""

import os

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
    """
    processors = allowed() if processors is None else tuple(processors)
    each = threads or len(processors) // max(workers, 1)
    if not each or workers * each != len(processors):
        return ((),) * workers
    return tuple(processors[k * each:(k + 1) * each] for k in range(workers))


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
    import psutil  # only where it is needed: plans and checks ask for processors, too

    available = psutil.virtual_memory().available if available is None else available
    return max(1, min(count(), int(available / WORKER_BYTES)))


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
