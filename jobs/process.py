"""Processes that must not outlive whoever started them.

`python -m jobs.process COMMAND...` becomes COMMAND, tied to its parent's life.
"""

import ctypes
import os
import signal
import sys
import time

from redis import Redis
from redis.exceptions import RedisError

PR_SET_PDEATHSIG = 1  # prctl(2): the signal a child gets when its parent dies
REDIS_PATIENCE_SECONDS = 30


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent dies (Linux; elsewhere nothing)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def blocking_redis(url: str) -> Redis:
    """Connect as a worker does: no limit on waiting for a job, some patience at the start."""
    redis = Redis.from_url(url)
    last = time.monotonic() + REDIS_PATIENCE_SECONDS
    while True:
        try:
            redis.ping()
        except RedisError:
            if time.monotonic() > last:
                raise
            time.sleep(0.2)
        else:
            return redis


if __name__ == "__main__":
    die_with_parent()
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606  # the stack's own command line
