"""The second half of the work: a thread turns a rendered view into files, beside a GPU while it renders the next one.

One thread, in order, and never more than a few views behind: memory stays constant, and a full disk is noticed at once.
"""

from collections import deque
from concurrent.futures import ThreadPoolExecutor

BEHIND = 2                             # views that may wait


class Writer:
    """Runs calls in order in a thread; an error in one is raised at the next call, or when the writer closes."""

    def __init__(self):
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="wince-writer")
        self._waiting = deque()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        """Finish what is waiting. After an error, what it left undone is dropped, so that it is the error one sees."""
        try:
            while self._waiting and kind is None:
                self._waiting.popleft().result()
        finally:
            self._pool.shutdown(cancel_futures=True)

    def do(self, call, *args):
        """Hand over a call; waits only when the writer is too far behind."""
        while len(self._waiting) >= BEHIND:
            self._waiting.popleft().result()
        self._waiting.append(self._pool.submit(call, *args))

    def settle(self, behind=0):
        """Wait until at most so many calls are undone."""
        while len(self._waiting) > behind:
            self._waiting.popleft().result()
