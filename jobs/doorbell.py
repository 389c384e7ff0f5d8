"""What a worker accepts as a job: a name on our list, with ids in JSON."""

from typing import Any

from rq.job import Job

from agent.queues import QUEUE_OF


class AllowedJob(Job):
    """A job that only runs if its name is on our list: whoever can write Redis can name any."""

    @property
    def func(self) -> Any:
        """The function, for allowed names only. Raises PermissionError."""
        if self.func_name not in QUEUE_OF:
            raise PermissionError(f"{self.func_name!r} is not a job of ours")
        return super().func
