"""Tells whoever waits for an answer (`POST /chat`) that a turn is done.

Only a hint to look in the database sooner; it may be lost.
"""

import time
from collections.abc import Sequence

from redis import Redis
from redis.exceptions import RedisError

KEPT_SECONDS = 60
PATIENCE_SECONDS = 0.5


class Replies:
    """Announces and awaits turns over Redis lists."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def announce(self, inbox_ids: Sequence[int]) -> None:
        """Say that these inbox rows have been answered."""
        try:
            with self._redis.pipeline(transaction=False) as pipe:
                for inbox_id in inbox_ids:
                    pipe.rpush(f"reply:{inbox_id}", 1)
                    pipe.expire(f"reply:{inbox_id}", KEPT_SECONDS)
                pipe.execute()
        except RedisError:
            return  # whoever waits looks every half second anyway

    def wait(self, inbox_id: int) -> None:
        """Return as soon as the row may have been answered, or after half a second."""
        try:
            self._redis.blpop([f"reply:{inbox_id}"], timeout=PATIENCE_SECONDS)
        except RedisError:
            time.sleep(PATIENCE_SECONDS)
