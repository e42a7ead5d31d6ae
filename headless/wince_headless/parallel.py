"""Tasks shared out to processes: answers in the order of the tasks, few of them waiting, and no process outlives who asked."""

import os
import signal
import threading
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context, parent_process

from wince.core.errors import WinceError

from .work.cores import count as cores

WAITING = 3                            # batches per process that are handed out or not yet taken: bounds memory
_task = None                           # in a process of the pool: what it does


def in_order(function, tasks, processes=None):
    """Yield function(task) for every task, in their order, whatever the number of processes.

    function    of a module; it and the tasks are pickled
    tasks       iterable, read only as far ahead as needed
    processes   how many; none: a process per core; 1: this process alone
    raises      WinceError when the system ended a process; whatever a task raises
    """
    yield from in_order_by(_as_it_is, (function,), tasks, processes or cores())


def in_order_by(prepare, arguments, tasks, processes, batch=1):
    """Yield answers as `in_order`, by a function that each process makes once for itself: prepare(*arguments).

    batch   tasks that travel together
    """
    if processes == 1:
        yield from map(prepare(*arguments), tasks)
        return
    # Not forked: a progress bar has threads, and a fork of a process with threads may never wake up.
    pool = ProcessPoolExecutor(processes, get_context("spawn"), _begin, (prepare, arguments))
    try:
        for answers in _answers(pool, iter(tasks), WAITING * processes, batch):
            yield from answers
    except BrokenProcessPool:
        raise WinceError("the system ended a process, most likely for want of memory: run the same command again, with fewer "
                         "--processes") from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def worth(processes, amount, each):
    """Return how many processes a piece of work is worth: those asked for; else one per `each` of it, for starting one takes a second."""
    return processes or max(1, min(cores(), amount // each))


def _answers(pool, tasks, most, batch):
    """Yield the answers of batches in order, handing out as many as may wait."""
    waiting = deque()
    while True:
        while len(waiting) < most and (some := list(islice(tasks, batch))):
            waiting.append(pool.submit(_do, some))
        if not waiting:
            return
        yield waiting.popleft().result()


def _begin(prepare, arguments):
    """Get a process ready: Ctrl-C is its parent's to hear, and it ends when that is gone, killed or not."""
    global _task
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent_process(),), daemon=True).start()
    _task = prepare(*arguments)


def _end_with(parent):
    parent.join()
    os._exit(1)


def _do(tasks):
    return [_task(task) for task in tasks]


def _as_it_is(function):
    return function
