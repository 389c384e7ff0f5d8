"""Who uploaded which file: a sign-in may name and read its own, for an hour, and no other."""

import time
from collections.abc import Callable, Sequence

SECONDS = 3600.0  # as long as Gradio keeps them, see `delete_cache` in studio/shell.py
MOST = 500  # files a sign-in; the oldest are forgotten first


class Uploads:
    """Paths as Gradio's upload answered them, by sign-in; in memory, as Gradio's queue is."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[str, dict[str, float]] = {}

    def remember(self, session: str, paths: Sequence[str]) -> None:
        """Note that *session* uploaded *paths* just now."""
        self._forget()
        mine = self._until.setdefault(session, {})
        for path in paths:
            mine.pop(path, None)  # uploaded again, it is the newest
            mine[path] = self._clock() + SECONDS
        for oldest in list(mine)[:-MOST]:
            del mine[oldest]

    def has(self, session: str, path: str) -> bool:
        """Return whether *session* uploaded *path* within the hour."""
        return self._until.get(session, {}).get(path, 0.0) > self._clock()

    def _forget(self) -> None:
        now = self._clock()
        for session, mine in list(self._until.items()):
            left = {path: until for path, until in mine.items() if until > now}
            if left:
                self._until[session] = left
            else:
                del self._until[session]
