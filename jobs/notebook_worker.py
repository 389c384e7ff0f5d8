"""The worker of notebooks: a chore worker with a queue of its own, so that no file waits."""

import os

from actions.queues import NOTEBOOKS
from agent import running
from agent.log import configure
from agent.private import keep_private
from agent.settings import Settings
from jobs import notebooks
from jobs.chores import NICENESS, ChoreWorker
from jobs.process import blocking_redis
from jobs.working import keep_working

PRELOADED = (notebooks,)  # loaded before the fork, so that a run starts at once


def main() -> None:
    """Run one worker of notebooks."""
    os.nice(NICENESS)
    settings = Settings()
    configure(settings.log_level)
    keep_private()
    running.hold(settings.data_dir)
    keep_working(lambda: ChoreWorker(blocking_redis(settings.redis_in_force), NOTEBOOKS))


if __name__ == "__main__":
    main()
