"""What is asked beside the customers: the rows of experiments, then those of replays."""

from jobs import experiments, replay
from jobs.context import WorkerContext


def ask(context: WorkerContext, lane: int, customers: experiments.Customers) -> float | None:
    """Do one piece of it; return when to look again (seconds since 1970), or None."""
    again = experiments.ask(context, lane, customers)
    return replay.play(context, lane, customers) if again is None else again
