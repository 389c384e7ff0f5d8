"""Small courtesies (typing indicators) that are shown in the background, or not at all."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore

HANDS, MOST_WAITING = 2, 20


class Courtesy:
    """Runs what nobody waits for. No thread starts before the first one."""

    def __init__(self) -> None:
        self._hands = ThreadPoolExecutor(HANDS, thread_name_prefix="courtesy")
        self._room = BoundedSemaphore(MOST_WAITING)

    def show(self, do: Callable[[], None]) -> None:
        """Run *do* soon; drop it when too much waits already. Never raises."""
        if not self._room.acquire(blocking=False):
            return
        try:
            self._hands.submit(self._run, do)
        except RuntimeError:  # the process is ending
            self._room.release()

    def settle(self) -> None:
        """Wait for what is under way; nothing is taken after that."""
        self._hands.shutdown()

    def _run(self, do: Callable[[], None]) -> None:
        try:
            do()
        finally:
            self._room.release()
