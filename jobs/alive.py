"""Whether the part in this container is well: `python -m jobs.alive worker` or `... stores`.

`worker`: a worker of this host has told Redis lately that it lives; one that hangs has not.
`stores`: the database and Redis answer, which is all that a sweeper needs.

It is asked again and again in every container, so it loads little (a test says what it must not).
"""

import socket
import sys
from datetime import UTC, datetime

from redis import Redis
from redis.exceptions import RedisError
from rq import Worker
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from agent.settings import Settings
from store.db.database import Database

PATIENCE_SECONDS = 5.0
SILENT_SECONDS = 60.0  # workers tell Redis every 15 seconds or sooner, see jobs.conversations


def worker(redis: Redis, host: str) -> str:
    """Return what is wrong with the workers of *host*, or nothing."""
    own = [found for found in Worker.all(connection=redis) if found.hostname == host]
    heard = [found.last_heartbeat for found in own if found.last_heartbeat]
    if not heard:
        return "No worker of this host has told Redis that it lives."
    silent = (datetime.now(UTC) - max(heard)).total_seconds()
    return f"The worker has been silent for {silent:.0f} s." if silent > SILENT_SECONDS else ""


def stores(redis: Redis, url: str) -> str:
    """Return nothing. Raises SQLAlchemyError, RedisError when a store does not answer."""
    database = Database(url, pool_size=1, patience=PATIENCE_SECONDS)
    try:
        with database.read() as tx:
            tx.execute(text("SELECT 1"))
    finally:
        database.close()
    redis.ping()
    return ""


def main(arguments: list[str]) -> int:
    """Check what is asked for; 0 when all is well."""
    settings = Settings()
    redis = Redis.from_url(
        settings.redis_in_force, socket_connect_timeout=2, socket_timeout=PATIENCE_SECONDS
    )
    try:
        wrong = (
            worker(redis, socket.gethostname())
            if arguments == ["worker"]
            else stores(redis, settings.sql_url)
        )
    except (RedisError, SQLAlchemyError) as error:
        wrong = f"A store does not answer: {type(error).__name__}."
    finally:
        redis.close()
    if wrong:
        print(wrong, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
