"""Tasks shared out to processes, answers in the order of the tasks; few wait at a time, so that memory does not grow with their number."""

import os
import signal
import threading
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process

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
    with ProcessPoolExecutor(processes, get_context("spawn"), _tie) as pool:           # forks of a program with threads may hang
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


def _tie():
    """Have a process end with the one that started it, however that dies, and leave Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent_process(),), daemon=True).start()


def _end_with(parent):
    parent.join()
    os._exit(1)


def worth(processes, amount, each):
    """Return how many processes a piece of work is worth: those asked for; else one per `each` of it, for starting one takes a second."""
    return processes or max(1, min(cores(), amount // each))


def cores():
    """Return how many processes are worth it here."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
