"""Tasks shared out to processes, answers in the order of the tasks; few wait at a time, so that memory does not grow with their number."""

import os
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from wince.core.errors import WinceError

AHEAD = 2                              # tasks per process that may wait


def in_order(function, tasks, processes=None):
    """Yield function(task) for every task, in their order, whatever the number of processes.

    function    of a module; it and the tasks are pickled
    tasks       iterable, read as far ahead as needed
    processes   how many; none: a process per core; 1: this process alone
    raises      WinceError when the system ended a process; whatever a task raises
    """
    processes = processes or cores()
    if processes == 1:
        yield from map(function, tasks)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:      # forks of a program with threads may hang
        waiting = deque()
        try:
            for task in tasks:
                waiting.append(pool.submit(function, task))
                if len(waiting) > AHEAD * processes:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool:
            raise WinceError("the system ended a process, most likely because memory ran out: give fewer with --processes") from None
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def worth(processes, amount, each):
    """Return how many processes a piece of work is worth: as many as asked for; else a core's per `each` of it, starting one takes seconds."""
    return processes or max(1, min(cores(), amount // each))


def cores():
    """Return how many processes are worth it here."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
