"""The chore worker: RQ's own, forking for each job, because chores open other people's files."""

import os
import resource

from redis import Redis
from rq import Worker
from rq.queue import Queue

from actions.queues import CHORES
from agent import running
from agent.log import configure
from agent.private import keep_private
from agent.settings import Settings
from jobs import ingest, lookups
from jobs.process import blocking_redis
from jobs.wake_up import AllowedJob
from jobs.working import Stoppable, keep_working
from knowledge.orphans import die_with_parent

CHORE_MEMORY = 3 * 1024**3  # bytes a chore may use; its parsing child has less
NICENESS = 5  # where both want the processor, customers' turns come before chores
PRELOADED = (ingest, lookups)  # loaded before the fork, so that a child starts at once


class ChoreWorker(Stoppable, Worker):
    """Forks for each job, limits the child, and takes the child along when it dies."""

    def __init__(self, redis: Redis, queue: str = CHORES) -> None:
        super().__init__(
            [Queue(queue, connection=redis, serializer="json")],
            connection=redis,
            serializer="json",
            job_class=AllowedJob,
            worker_ttl=30,
            maintenance_interval=10,
            job_monitoring_interval=5,
            log_job_description=False,
        )

    def setup_work_horse_signals(self) -> None:
        """Also: die with the parent, so that a chore never runs twice side by side."""
        super().setup_work_horse_signals()
        die_with_parent()
        resource.setrlimit(resource.RLIMIT_AS, (CHORE_MEMORY, CHORE_MEMORY))


def main() -> None:
    """Run one chore worker."""
    os.nice(NICENESS)
    settings = Settings()
    configure(settings.log_level)
    keep_private()
    running.hold(settings.data_dir)
    keep_working(lambda: ChoreWorker(blocking_redis(settings.redis_in_force)))


if __name__ == "__main__":
    main()
