"""Processes that must not outlive whoever started them.

`python -m jobs.process COMMAND...` becomes COMMAND, tied to its parent's life.
"""

import os
import sys
import time

from redis import Redis
from redis.exceptions import RedisError

from knowledge.orphans import die_with_parent

REDIS_PATIENCE_SECONDS = 30


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
