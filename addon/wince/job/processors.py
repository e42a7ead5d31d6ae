"""On which processors this process runs. Where a system cannot be asked or told, nothing happens.

Blender, TBB and the denoiser make as many threads as they see processors, whatever number they are told to render with, and those that
have nothing to do wait by spinning: a render with one thread burns a second processor. How many they see is settled by the end of the
first render.
"""

import os
import sys
from pathlib import Path

TASKS = Path("/proc/self/task")                # Linux: the threads of this process


def pin(processors):
    """Run on some processors only, threads that are there and threads to come.

    processors   set of int
    """
    if not hasattr(os, "sched_setaffinity"):
        return
    try:
        for thread in [int(path.name) for path in TASKS.iterdir()] if TASKS.is_dir() else [0]:
            _pin_thread(thread, processors)
    except OSError as error:                              # not ours, or not there
        print(f"not pinned to processors {sorted(processors)}: {error.strerror}", file=sys.stderr, flush=True)


def narrow(threads):
    """Look like a machine of so many processors, and return what undoes it: a function to call after the first render.

    threads  how many the render has; 0 or None: all
    """
    mine = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if not threads or threads >= len(mine):
        return lambda: None
    first = os.getpid() * threads                         # workers that start together do not all crowd onto the same ones
    pin({mine[(first + k) % len(mine)] for k in range(threads)})
    return lambda: pin(set(mine))


def _pin_thread(thread, processors):
    try:
        os.sched_setaffinity(thread, processors)
    except ProcessLookupError:                            # it has ended meanwhile
        return
