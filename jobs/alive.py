"""Whether the part in this container is well: `python -m jobs.alive worker` or `... stores`.

`worker`: a worker of this host has told Redis lately that it lives; one that hangs has not.
`stores`: the database and Redis answer, which is all that a sweeper needs.
"""

import socket
import sys
from datetime import UTC, datetime

from redis import Redis
from redis.exceptions import RedisError
from rq import Worker
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from agent.services import Services, open_services
from agent.settings import Settings

SILENT_SECONDS = 60.0  # workers tell Redis every 15 seconds or sooner, see jobs.conversations


def worker(redis: Redis, host: str) -> str:
    """Return what is wrong with the workers of *host*, or nothing."""
    own = [found for found in Worker.all(connection=redis) if found.hostname == host]
    heard = [found.last_heartbeat for found in own if found.last_heartbeat]
    if not heard:
        return "No worker of this host has told Redis that it lives."
    silent = (datetime.now(UTC) - max(heard)).total_seconds()
    return f"The worker has been silent for {silent:.0f} s." if silent > SILENT_SECONDS else ""


def stores(services: Services) -> str:
    """Return which store does not answer, or nothing."""
    with services.database.read() as tx:
        tx.execute(text("SELECT 1"))
    services.redis.ping()
    return ""


def main(arguments: list[str]) -> int:
    """Check what is asked for; 0 when all is well."""
    services = open_services(Settings())
    try:
        wrong = (
            worker(services.redis, socket.gethostname())
            if arguments == ["worker"]
            else stores(services)
        )
    except (RedisError, SQLAlchemyError) as error:
        wrong = f"A store does not answer: {type(error).__name__}."
    finally:
        services.database.close()
    if wrong:
        print(wrong, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
