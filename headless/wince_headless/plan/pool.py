"""A task shared out to processes: results in the order of the items, few of them waiting, and nobody outlives who asked."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice

from wince.core.errors import WinceError

WAITING = 4                            # batches per process that are handed out or not yet taken: bounds memory
STOPPED = 75                           # how a process ends whose parent is gone
_task = None                           # in a process of the pool: what it does


def ordered(prepare, arguments, items, processes, batch=1):
    """Yield the result of a task for every item, in order.

    prepare     picklable function, called once in each process: prepare(*arguments) -> the task, a function of one item
    items       iterable, read as results are taken
    processes   how many; 1: here, without another
    batch       items that travel together
    raises      WinceError when a process is killed; what the task raises
    """
    if processes == 1:
        yield from map(prepare(*arguments), items)
        return
    # Not forked: a progress bar has threads, and a fork of a process with threads may never wake up.
    pool = ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), _begin, (prepare, arguments))
    try:
        for results in _in_order(pool, iter(items), processes, batch):
            yield from results
    except BrokenProcessPool:
        raise WinceError("a planning process was killed, most likely for want of memory: run the same command again, with fewer "
                         "--processes") from None
    finally:
        pool.shutdown(cancel_futures=True)


def _in_order(pool, items, processes, batch):
    """Yield the results of batches in order, handing out as many as may wait."""
    waiting = deque()
    while True:
        while len(waiting) < WAITING * processes and (some := list(islice(items, batch))):
            waiting.append(pool.submit(_do, some))
        if not waiting:
            return
        yield waiting.popleft().result()


def _begin(prepare, arguments):
    """Get a process of the pool ready: Ctrl-C is its parent's to hear, and it ends when that is gone, killed or not."""
    global _task
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()
    _task = prepare(*arguments)


def _follow_parent():
    multiprocessing.parent_process().join()
    os._exit(STOPPED)


def _do(items):
    return [_task(item) for item in items]
