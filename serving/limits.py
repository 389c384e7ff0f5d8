"""What a caller may cost the bot before one of Flask's threads is taken for it.

Sizes are bytes, times are seconds. A genuine webhook is a few kilobytes and there in milliseconds;
these limits are for those who open many connections and say little, or very much.
"""

import re
from dataclasses import dataclass

KIB, MIB = 1024, 1024 * 1024


@dataclass(frozen=True)
class Bodies:
    """How big a body may be at addresses that match *path*, and how many of them are kept."""

    path: re.Pattern[str]
    most_bytes: int
    at_once: int  # bodies above `Limits.small_bytes` in memory; the next one waits
    look_first: bool = False  # ask Flask whether it refuses the headers before reading a big one


@dataclass(frozen=True)
class Limits:
    """The limits of one server."""

    bodies: tuple[Bodies, ...]  # the first that matches counts
    threads: int = 16
    connections: int = 512  # half of the files a process may usually have open
    head_bytes: int = 32 * KIB
    head_seconds: float = 10.0
    idle_seconds: int = 75  # longer than a proxy keeps one: it closes first, and loses no request
    small_bytes: int = 64 * KIB
    body_seconds: float = 10.0
    bytes_a_second: int = 128 * KIB  # what a body has to keep up once `body_seconds` are over
    answer_seconds: float = 30.0
    linger_seconds: float = 2.0
    stop_seconds: int = 3  # the supervisor kills after five

    def of(self, path: str) -> Bodies:
        """Return what holds for *path*."""
        return next(bodies for bodies in self.bodies if bodies.path.match(path))


FILES = re.compile(r"/(agents/[^/]+/knowledge|bases/[^/]+/sources|sources/[^/]+)$")
UPLOADS = Bodies(FILES, 26 * MIB, 3, look_first=True)
OTHERS = Bodies(re.compile(""), 3 * MIB, 16)  # Meta's batches reach 3 MB
BOT = Limits((UPLOADS, OTHERS))
