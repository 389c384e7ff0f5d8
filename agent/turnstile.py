"""The turnstile: how many threads of one process may compute at the same time.

Python runs one thread at a time. When a hundred want to run, whoever holds a lock that others
need (SQLite's one writer) waits for its own turn at every statement, and everybody waits with it.
So a few compute, and those that wait for a model stand outside.
"""

import contextlib
import queue
import threading
from collections.abc import Callable, Iterator

# What surrounds a wait for somebody else (`Turnstile.outside`).
Waiting = Callable[[], contextlib.AbstractContextManager[None]]


class Turnstile:
    """Lets a few threads in; a thread inside may step out while it only waits."""

    def __init__(self, places: int) -> None:
        # Python's semaphores are made of locks in Python; this queue is one piece of C.
        self._places: queue.SimpleQueue[None] = queue.SimpleQueue()
        for _ in range(places):
            self._places.put(None)
        self._thread = threading.local()

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """Compute while the block runs."""
        self._places.get()
        self._thread.inside = True
        try:
            yield
        finally:
            self._thread.inside = False
            self._places.put(None)

    @contextlib.contextmanager
    def outside(self) -> Iterator[None]:
        """Only wait while the block runs: another thread computes meanwhile.

        A thread that is outside already stays there.
        """
        if not getattr(self._thread, "inside", False):
            yield
            return
        self._thread.inside = False
        self._places.put(None)
        try:
            yield
        finally:
            self._places.get()
            self._thread.inside = True
