"""A bar that says how far something is, in a terminal or under a notebook's cell."""

import sys
import time
from collections.abc import Callable

WIDTH = 24
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 1.5  # seconds: a person's token may ask twice a second


class Progress:
    """Prints one line, again and again in the same place, and only when it has changed."""

    def __init__(self, what: str, quiet: bool = False) -> None:
        self._what, self._quiet, self._last = what, quiet, ""

    def show(self, done: int, total: int, note: str = "") -> None:
        """Say that *done* of *total* are there."""
        full = WIDTH * done // total if total else 0
        bar = "█" * full + "░" * (WIDTH - full)
        self._print(f"{self._what} {bar} {done}/{total} {note}".rstrip())

    def end(self) -> None:
        """Leave the line as it is."""
        if self._last:
            print(file=sys.stderr, flush=True)

    def _print(self, line: str) -> None:
        if line == self._last or self._quiet:
            return
        blanks = " " * max(0, len(self._last) - len(line))
        print(f"\r{line}{blanks}", end="", file=sys.stderr, flush=True)
        self._last = line


def wait_until(
    over: Callable[[], bool],
    seconds: float,
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> bool:
    """Look again and again, less and less often, until it is *over*. False after *seconds*."""
    until, wait = clock() + seconds, FIRST_PAUSE
    while not over():
        if clock() >= until:
            return False
        pause(wait)
        wait = min(wait * 1.3, LONGEST_PAUSE)
    return True
